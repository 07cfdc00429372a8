"""The fields that instructions of Solana's programs have: numbers, keys, texts, options, choices.

bincode (a u64 counts what follows, one byte says whether an option is there), borsh, and the packing of the token
programs (spl-token, ``TokenInstruction::pack``), all little-endian.
"""

from __future__ import annotations

from typing import Any

from walletcore.chains.solana.derived import MAX_SEED_LENGTH
from walletcore.chains.solana.wire import utf8
from walletcore.coding.wire import Codec, Reader, array, fixed, u8, u16le, u32le, u64le
from walletcore.errors import DecodingError

__all__ = [
    "AMOUNT",
    "I16",
    "I64",
    "KEY",
    "KEYS",
    "NONZERO_KEY",
    "OPTIONAL_AMOUNT",
    "OPTIONAL_KEY",
    "OPTIONAL_KEYS",
    "PAYLOAD",
    "REST",
    "SEED",
    "TRAILING_FLAG",
    "U8",
    "U16",
    "U32",
    "choice",
    "option",
]

U8, U16, U32, AMOUNT = u8, u16le, u32le, u64le
KEY = fixed(32)
KEYS = array(KEY, count=u64le)


def _signed(size: int) -> Codec[int]:
    """A number in two's complement."""
    half = 1 << 8 * size - 1

    def read(reader: Reader) -> int:
        return int.from_bytes(reader.take(size), "little", signed=True)

    def write(value: int, out: bytearray) -> None:
        if type(value) is not int:
            raise DecodingError(f"expected int, got {type(value).__name__}", reason="type")
        if not -half <= value < half:
            raise DecodingError(f"expected a number from {-half} to {half - 1}", reason="range")
        out += value.to_bytes(size, "little", signed=True)

    return Codec(kind=int, minimum=size, read=read, write=write)


I16, I64 = _signed(2), _signed(8)


def option(item: Codec[Any]) -> Codec[Any]:
    """A value or None: a byte that is 1 before a value, or 0."""

    def read(reader: Reader) -> Any:
        there = u8.read(reader)
        if there > 1:
            raise DecodingError(f"expected 0 or 1 before an option, got {there}", reason="non-canonical")
        return item.read(reader) if there else None

    def write(value: Any, out: bytearray) -> None:
        out.append(value is not None)
        if value is not None:
            item.write(value, out)

    return Codec(kind=object, minimum=1, read=read, write=write)


OPTIONAL_AMOUNT, OPTIONAL_KEY = option(AMOUNT), option(KEY)


def _read_nonzero(reader: Reader) -> bytes | None:
    key = KEY.read(reader)
    return key if any(key) else None


def _write_nonzero(value: bytes | None, out: bytearray) -> None:
    if value is not None and not any(value):
        raise DecodingError("32 zero bytes stand for no key", reason="non-canonical")
    KEY.write(bytes(32) if value is None else value, out)


NONZERO_KEY: Codec[Any] = Codec(kind=object, minimum=32, read=_read_nonzero, write=_write_nonzero)
"""A key or None, which is 32 zero bytes (spl-pod, ``OptionalNonZeroPubkey``)."""
OPTIONAL_KEYS = (OPTIONAL_KEY, NONZERO_KEY)


def _read_seed(reader: Reader) -> str:
    size = u64le.read(reader)
    if size > MAX_SEED_LENGTH:
        raise DecodingError(f"expected a seed of at most {MAX_SEED_LENGTH} bytes, got {size}", reason="too-large")
    try:
        return reader.take(size).decode()
    except UnicodeDecodeError:
        raise DecodingError("a seed is not UTF-8", reason="character") from None


def _write_seed(value: str, out: bytearray) -> None:
    data = utf8(value, MAX_SEED_LENGTH)
    u64le.write(len(data), out)
    out += data


SEED = Codec(kind=str, minimum=8, read=_read_seed, write=_write_seed)
"""A text of at most 32 bytes, of which an address is made."""


def _read_payload(reader: Reader) -> bytes:
    return reader.take(u64le.read(reader))


def _write_payload(value: bytes, out: bytearray) -> None:
    u64le.write(len(value), out)
    _write_rest(value, out)


def _write_rest(value: bytes, out: bytearray) -> None:
    if type(value) is not bytes:
        raise DecodingError(f"expected bytes, got {type(value).__name__}", reason="type")
    out += value


PAYLOAD = Codec(kind=bytes, minimum=8, read=_read_payload, write=_write_payload)
"""Bytes behind their number."""
REST = Codec(kind=bytes, minimum=0, read=lambda reader: reader.take(reader.remaining), write=_write_rest)
"""All bytes that follow."""


def choice(*words: str, tag: Codec[int] = u8) -> Codec[Any]:
    """One of several things by its name; its place among them is written."""

    def read(reader: Reader) -> str:
        number = tag.read(reader)
        if number >= len(words):
            raise DecodingError(f"expected a number below {len(words)}, got {number}", reason="unknown")
        return words[number]

    def write(value: str, out: bytearray) -> None:
        if type(value) is not str or value not in words:
            raise DecodingError(f"expected one of {', '.join(words)}", reason="unknown")
        tag.write(words.index(value), out)

    return Codec(kind=str, minimum=tag.minimum, read=read, write=write)


def _read_trailing(reader: Reader) -> bool | None:
    if not reader.remaining:
        return None
    flag = u8.read(reader)
    if flag > 1:
        raise DecodingError(f"expected 0 or 1, got {flag}", reason="non-canonical")
    return bool(flag)


def _write_trailing(value: bool | None, out: bytearray) -> None:
    if value is not None:
        if type(value) is not bool:
            raise DecodingError("expected True, False or None", reason="type")
        out.append(value)


TRAILING_FLAG: Codec[Any] = Codec(kind=object, minimum=0, read=_read_trailing, write=_write_trailing)
"""A last byte that older programs do not know: True or False, or None where it is left out."""
