"""A transaction on the wire: signatures, then the message that they are made over.

Solana's documentation: "Transactions" (compact array of signatures). Bytes that can be read as a message and as a
signed transaction are refused; version 0 cannot be mistaken: its first byte is no number of signatures that fits. In
version 1 the signatures follow the message, without their number (SIMD-0385).
"""

from __future__ import annotations

from collections.abc import Sequence

from walletcore.chains.solana.message import PACKET_SIZE, Message, decode_message, read_version_1
from walletcore.chains.solana.version1 import MAX_SIZE
from walletcore.coding.wire import Reader, compact_u16
from walletcore.errors import DecodingError, TransactionError, raised_as

__all__ = ["NO_SIGNATURE", "decode_wire", "encode_wire", "utf8"]

NO_SIGNATURE = bytes(64)  # stands where a signature will be
_SIGNATURE = 64
_VERSION_1 = b"\x81"


def encode_wire(signatures: Sequence[bytes], message: Message) -> bytes:
    """The bytes of a transaction: a compact array of signatures of 64 bytes and the message, or in another order."""
    if message.version == 1:
        return b"".join((message.raw, *signatures))
    return b"".join((compact_u16.encode(len(signatures)), *signatures, message.raw))


def decode_wire(raw: bytes) -> tuple[tuple[bytes, ...], Message]:
    """The signatures (none before a bare message) and the message; bytes that can be read both ways are refused.

    Raises `TransactionError`.
    """
    if type(raw) is not bytes:
        raise TransactionError(f"expected a transaction as bytes, got {type(raw).__name__}", reason="type")
    most = MAX_SIZE if raw[:1] == _VERSION_1 else PACKET_SIZE
    if len(raw) > most:
        raise TransactionError(f"expected at most {most} bytes, got {len(raw)}", reason="too-large")
    if raw[:1] == _VERSION_1:
        return _read_version_1(raw)
    readings, refusals = [], []
    for read in (_read_message, _read_transaction):
        try:
            readings.append(read(raw))
        except TransactionError as error:
            refusals.append(error)
    if len(readings) > 1:
        raise TransactionError("the bytes are both a message and a signed transaction", reason="ambiguous")
    if not readings:
        raise refusals[_looks_signed(raw)]
    return readings[0]


def _looks_signed(raw: bytes) -> bool:
    """Whether a message may begin after the signatures: its first byte repeats their number, or is a version."""
    count = raw[0] if raw else 0
    end = 1 + _SIGNATURE * count
    return count > 0 and raw[end : end + 1] in (raw[:1], b"\x80", b"\x81", b"\x82")


def _read_message(raw: bytes) -> tuple[tuple[bytes, ...], Message]:
    return (), decode_message(raw)


def _read_version_1(raw: bytes) -> tuple[tuple[bytes, ...], Message]:
    """A message of version 1, and nothing or all of its signatures behind it."""
    reader = Reader(raw)
    with raised_as(TransactionError):
        message = read_version_1(reader)
    expected = _SIGNATURE * message.num_required_signatures
    if reader.remaining not in (0, expected):
        reason = "trailing" if reader.remaining > expected else "truncated"
        text = f"expected nothing or {expected} bytes of signatures after the message, got {reader.remaining}"
        raise TransactionError(text, reason=reason)
    return tuple(raw[start : start + _SIGNATURE] for start in range(reader.position, len(raw), _SIGNATURE)), message


def _read_transaction(raw: bytes) -> tuple[tuple[bytes, ...], Message]:
    """A compact array of signatures and a message: the number is one byte, since 128 would not fit a packet."""
    count = raw[0] if raw else 0
    end = 1 + _SIGNATURE * count
    if not 0 < count < 128 or end >= len(raw):
        raise TransactionError(f"expected signatures and a message, got {len(raw)} bytes", reason="truncated")
    message = decode_message(raw[end:])
    if message.version == 1:
        raise TransactionError("in version 1 the signatures follow the message", reason="version")
    if count != message.num_required_signatures:
        expected = message.num_required_signatures
        raise TransactionError(f"expected {expected} signatures, got {count}", reason="mismatch")
    return tuple(raw[start : start + _SIGNATURE] for start in range(1, end, _SIGNATURE)), message


def utf8(text: str, most: int) -> bytes:
    """A text as it stands in seeds, memos and messages, at most so many bytes. Raises `DecodingError`."""
    if type(text) is not str:
        raise DecodingError(f"expected a text, got {type(text).__name__}", reason="type")
    if len(text) > most:
        raise DecodingError(f"expected at most {most} bytes of UTF-8, got {len(text)} characters", reason="too-large")
    try:
        data = text.encode()
    except UnicodeEncodeError:
        raise DecodingError("a lone surrogate cannot be written in UTF-8", reason="character") from None
    if len(data) > most:
        raise DecodingError(f"expected at most {most} bytes of UTF-8, got {len(data)}", reason="too-large")
    return data
