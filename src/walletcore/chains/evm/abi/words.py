"""Types of the contract ABI that are one word or a run of bytes, and how each is written and read.

Contract ABI Specification, "Types" and "Formal Specification of the Encoding". A word has 32 bytes. A value has one
type: bool is a bool, intN and uintN are ints, bytes and bytesN are bytes (of exactly N), string is text, function is 24
bytes (an account and a selector), and an address is its 20 bytes; written, it may be an `Address`, too. Read is only
what would be written: no other padding, no bool but 0 and 1, no text that is not UTF-8.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from walletcore.chains.accounts import check_account
from walletcore.chains.base import Address
from walletcore.chains.evm.chain import Evm
from walletcore.errors import TransactionError

__all__ = ["ATOMIC", "MAX_SIZE", "Codec", "length_at", "truncated", "wrong"]

MAX_SIZE = 1 << 20
"""Bytes of an encoding, the most that is written or read."""


class Codec(NamedTuple):
    """How values of one type are written and read.

    ``size`` is what they take in the head, in bytes: for a static type the encoding itself, for a dynamic one the 32
    of an offset. ``values`` counts the values that there are at least, and ``depth`` the levels of arrays and tuples.
    ``decode`` takes the bytes and a place among them. For a static type it gives the value, and whoever calls has seen
    that ``size`` bytes are there; for a dynamic type it gives the value and the place behind it.
    """

    text: str
    size: int
    is_dynamic: bool
    values: int
    depth: int
    encode: Callable[[Any], bytes]
    decode: Callable[[bytes, int], Any]


def wrong(expected: str, value: object) -> TransactionError:
    """The error for a value of another type, which is not shown."""
    kind = "nothing (None)" if value is None else type(value).__name__
    return TransactionError(f"expected {expected}, got {kind}", reason="type")


def truncated(at: int) -> TransactionError:
    """The error for bytes that end before the value at this place does."""
    return TransactionError(f"the bytes end before the value at byte {at} does", reason="truncated")


def length_at(data: bytes, at: int) -> int:
    """The word at a place, which need not be there. Raises `TransactionError`."""
    word = data[at : at + 32]
    if len(word) != 32:
        raise truncated(at)
    return int.from_bytes(word)


def _padding(at: int) -> TransactionError:
    return TransactionError(f"expected zeros as padding in the word at byte {at}", reason="non-canonical")


def _integer(low: int, high: int) -> tuple[Callable[[Any], bytes], Callable[[bytes, int], int]]:
    kind = f"{'u' if low == 0 else ''}int{(high - low).bit_length()}"
    signed = low < 0

    def encode(value: object) -> bytes:
        if type(value) is not int:
            raise wrong("an int", value)
        if not low <= value <= high:
            raise TransactionError(f"expected an integer in the range of {kind}", reason="range")
        return value.to_bytes(32, signed=signed)

    def decode(data: bytes, at: int) -> int:
        value = int.from_bytes(data[at : at + 32], signed=signed)
        if not low <= value <= high:
            raise TransactionError(f"expected an integer in the range of {kind} at byte {at}", reason="range")
        return value

    return encode, decode


def _encode_bool(value: object) -> bytes:
    if type(value) is not bool:
        raise wrong("a bool", value)
    return value.to_bytes(32)


def _decode_bool(data: bytes, at: int) -> bool:
    value = int.from_bytes(data[at : at + 32])
    if value > 1:
        raise TransactionError(f"expected 0 or 1 as the bool at byte {at}", reason="range")
    return value == 1


def _encode_address(value: object) -> bytes:
    payload = value
    if type(value) is Address:
        if not isinstance(value.chain, Evm):
            raise TransactionError(f"expected an EVM address, got one of {value.chain.name}", reason="network")
        check_account(value.chain, value, "value")
        payload = value.payload
    if type(payload) is not bytes:
        raise wrong("an Address or its 20 bytes", value)
    if len(payload) != 20:
        raise TransactionError(f"expected 20 bytes as an address, got {len(payload)}", reason="length")
    return payload.rjust(32, b"\0")


def _decode_address(data: bytes, at: int) -> bytes:
    if any(data[at : at + 12]):
        raise _padding(at)
    return data[at + 12 : at + 32]


def _fixed(size: int) -> tuple[Callable[[Any], bytes], Callable[[bytes, int], bytes]]:
    def encode(value: object) -> bytes:
        if type(value) is not bytes:
            raise wrong(f"{size} bytes", value)
        if len(value) != size:
            raise TransactionError(f"expected {size} bytes, got {len(value)}", reason="length")
        return value.ljust(32, b"\0")

    def decode(data: bytes, at: int) -> bytes:
        if any(data[at + size : at + 32]):
            raise _padding(at)
        return data[at : at + size]

    return encode, decode


def _encode_bytes(value: object) -> bytes:
    if type(value) is not bytes:
        raise wrong("bytes", value)
    size = len(value)
    if size > MAX_SIZE:
        raise TransactionError(f"expected at most {MAX_SIZE} bytes, got {size}", reason="too-large")
    return size.to_bytes(32) + value + bytes(-size % 32)


def _decode_bytes(data: bytes, at: int) -> tuple[bytes, int]:
    size = length_at(data, at)
    start = at + 32
    end = start + size
    padded = end + -size % 32
    if padded > len(data):
        raise truncated(at)
    if any(data[end:padded]):
        raise _padding(padded - 32)
    return data[start:end], padded


def _encode_string(value: object) -> bytes:
    if type(value) is not str:
        raise wrong("text", value)
    if len(value) > MAX_SIZE:
        raise TransactionError(f"expected at most {MAX_SIZE} bytes of text", reason="too-large")
    try:
        return _encode_bytes(value.encode())
    except UnicodeEncodeError:
        raise TransactionError("expected text without lone surrogates", reason="character") from None


def _decode_string(data: bytes, at: int) -> tuple[str, int]:
    octets, end = _decode_bytes(data, at)
    try:
        return octets.decode(), end
    except UnicodeDecodeError:
        raise TransactionError(f"expected UTF-8 in the string at byte {at}", reason="character") from None


def _word(text: str, functions: tuple[Callable[[Any], bytes], Callable[[bytes, int], Any]]) -> Codec:
    return Codec(text, 32, False, 1, 0, *functions)


ATOMIC: Mapping[str, Codec] = {
    codec.text: codec
    for codec in (
        _word("bool", (_encode_bool, _decode_bool)),
        _word("address", (_encode_address, _decode_address)),
        _word("function", _fixed(24)),
        Codec("bytes", 32, True, 1, 0, _encode_bytes, _decode_bytes),
        Codec("string", 32, True, 1, 0, _encode_string, _decode_string),
        *(_word(f"bytes{size}", _fixed(size)) for size in range(1, 33)),
        *(_word(f"uint{bits}", _integer(0, 2**bits - 1)) for bits in range(8, 257, 8)),
        *(_word(f"int{bits}", _integer(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)) for bits in range(8, 257, 8)),
    )
}
"""The types that are no arrays and no tuples."""
