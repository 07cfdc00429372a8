"""DER: the one spelling of ASN.1 values, for the few types that keys are written in (ITU-T X.690, sections 8 and 10).

A value is a tag, a length and that many bytes. Lengths are definite and as short as they can be (10.1), numbers have no
byte more than they need (8.3.2). Nothing here recurses: whoever knows the format goes down one level at a time.

Keys travel in it: no message repeats what was given, and a refusal leaves no frame that holds it.
"""

from __future__ import annotations

from walletcore.coding.text import check_bytes
from walletcore.errors import DecodingError
from walletcore.secret import sealed

__all__ = [
    "BIT_STRING",
    "INTEGER",
    "NULL",
    "OBJECT_IDENTIFIER",
    "OCTET_STRING",
    "SEQUENCE",
    "context",
    "decode",
    "decode_bits",
    "decode_uint",
    "encode",
    "encode_bits",
    "encode_uint",
    "sequence",
    "values",
]

INTEGER, BIT_STRING, OCTET_STRING, NULL, OBJECT_IDENTIFIER = 0x02, 0x03, 0x04, 0x05, 0x06
SEQUENCE = 0x30  # SEQUENCE and SEQUENCE OF, which are constructed
_CONTEXT, _CONSTRUCTED, _LONG_TAG = 0x80, 0x20, 0x1F
_MAX_VALUES = 16  # in one sequence; those of keys have six at most
_MAX_SIZE = 1 << 16
_NAMES = {INTEGER: "INTEGER", BIT_STRING: "BIT STRING", OCTET_STRING: "OCTET STRING", SEQUENCE: "SEQUENCE"}


def context(number: int, *, constructed: bool) -> int:
    """The tag that ASN.1 writes ``[number]``: ``constructed`` where it is explicit, or implicit for a sequence."""
    return _CONTEXT | (_CONSTRUCTED if constructed else 0) | number


@sealed
def encode(tag: int, content: bytes) -> bytes:
    """A value of this tag. Raises `DecodingError`."""
    check_bytes(content)
    if len(content) > _MAX_SIZE:
        raise DecodingError(f"expected at most {_MAX_SIZE} bytes", reason="too-large")
    size = len(content)
    length = size.to_bytes((size.bit_length() + 7) // 8 or 1)
    head = length if size < 0x80 else bytes((0x80 | len(length),)) + length
    return bytes((tag,)) + head + content


@sealed
def sequence(*parts: bytes) -> bytes:
    """A SEQUENCE of values that are encoded already. Raises `DecodingError`."""
    return encode(SEQUENCE, b"".join(parts))


@sealed
def decode(data: bytes, tag: int) -> bytes:
    """The content of the value of this tag that all of the data is. Raises `DecodingError`."""
    check_bytes(data)
    if len(data) > _MAX_SIZE:
        raise DecodingError(f"expected at most {_MAX_SIZE} bytes", reason="too-large")
    got, content, end = _value(data, 0)
    if got != tag:
        raise DecodingError(f"expected {_NAMES.get(tag, f'the tag {tag:#04x}')}, got the tag {got:#04x}", reason="type")
    if end != len(data):
        raise DecodingError(f"{len(data) - end} bytes remain after the value", reason="trailing")
    return content


@sealed
def values(content: bytes) -> tuple[tuple[int, bytes], ...]:
    """The values that the content of a SEQUENCE or SET is, 16 at most: tags and contents. Raises `DecodingError`."""
    check_bytes(content)
    found: list[tuple[int, bytes]] = []
    place = 0
    while place < len(content):
        if len(found) == _MAX_VALUES:
            raise DecodingError(f"expected at most {_MAX_VALUES} values in a sequence", reason="too-large")
        tag, inner, place = _value(content, place)
        found.append((tag, inner))
    return tuple(found)


def _value(data: bytes, start: int) -> tuple[int, bytes, int]:
    """The tag and the content of the value at a place, and where it ends."""
    if start + 2 > len(data):
        raise DecodingError("expected a tag and a length", reason="truncated")
    tag, size, place = data[start], data[start + 1], start + 2
    if tag & _LONG_TAG == _LONG_TAG:
        raise DecodingError("expected a tag of one byte", reason="version")
    if size >= 0x80:
        width = size & 0x7F
        size, place = int.from_bytes(data[place : place + min(width, 4)]), place + width
        if width == 0 or width > 2 or size < 0x80 or size >> 8 * (width - 1) == 0:
            raise DecodingError("expected the shortest form of a length", reason="non-canonical")
    if place + size > len(data):
        raise DecodingError(f"the last value needs {place + size - len(data)} bytes more", reason="truncated")
    return tag, data[place : place + size], place + size


def encode_uint(number: int) -> bytes:
    """An INTEGER that is not negative. Raises `DecodingError`."""
    if type(number) is not int or number < 0:
        raise DecodingError("expected a number that is not negative", reason="range")
    return encode(INTEGER, number.to_bytes(number.bit_length() // 8 + 1))


def decode_uint(content: bytes, max_bits: int) -> int:
    """The number below 2^``max_bits`` of an INTEGER's content. Raises `DecodingError`."""
    check_bytes(content)
    if not content or (content[0] == 0 and content[1:2] and content[1] < 0x80):
        raise DecodingError("expected the shortest form of a number", reason="non-canonical")
    if content[0] >= 0x80 or 8 * len(content) > max_bits + 15 or int.from_bytes(content) >> max_bits:
        raise DecodingError(f"expected a number from 0 to 2^{max_bits} - 1", reason="range")
    return int.from_bytes(content)


def encode_bits(data: bytes) -> bytes:
    """The content of a BIT STRING of whole bytes. Raises `DecodingError`."""
    check_bytes(data)
    return b"\0" + data


def decode_bits(content: bytes) -> bytes:
    """The whole bytes of a BIT STRING's content. Raises `DecodingError`."""
    check_bytes(content)
    if content[:1] != b"\0":
        raise DecodingError("expected a BIT STRING of whole bytes", reason="non-canonical")
    return content[1:]
