"""Recursive Length Prefix, Ethereum's serialisation of nested byte strings (Yellow Paper, Appendix B)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from walletcore.errors import DecodingError

__all__ = ["MAX_DEPTH", "MAX_ITEMS", "Item", "decode", "decode_uint", "encode", "encode_each", "encode_uint", "join"]

Item: TypeAlias = "bytes | Sequence[Item]"

MAX_DEPTH = 32  # lists within lists; a transaction with an access list has four
MAX_ITEMS = 1 << 16  # strings and lists together, so that a megabyte cannot become thirty
_STRING, _LIST = 0x80, 0xC0
_SIZE = 0x3F  # the bits of the first byte that tell the size, or how many bytes tell it
_SHORT = 55  # the longest payload whose length fits the first byte
_STRING_HEADS = tuple(bytes((_STRING + size,)) for size in range(_SHORT + 1))
_LARGE = 1 << 8 * _SHORT  # numbers from here on do not fit a short string
_EMPTY_LIST = bytes((_LIST,))
_DIGITS = (bytes((_STRING,)), *(bytes((digit,)) for digit in range(1, _STRING)))  # numbers that are one byte


def encode(item: Item) -> bytes:
    """The bytes of a byte string, or of a tuple or list of items. Raises `DecodingError` on anything else."""
    return _string(item) if type(item) is bytes else _list(item, 1)  # type: ignore[arg-type]


def _string(data: bytes) -> bytes:
    """R_b: a byte below 128 stands for itself, everything else follows its length."""
    size = len(data)
    if size == 1 and data[0] < _STRING:
        return data
    return (_STRING_HEADS[size] if size <= _SHORT else _long_head(_STRING, size)) + data


def _list(items: Sequence[Item], depth: int) -> bytes:
    """R_l: the encoded items, one after the other, following their common length."""
    if type(items) is not tuple and type(items) is not list:
        raise DecodingError(f"expected bytes, a tuple or a list, got {type(items).__name__}", reason="type")
    if depth > MAX_DEPTH:
        raise DecodingError(f"expected at most {MAX_DEPTH} lists within each other", reason="too-deep")
    if not items:
        return _EMPTY_LIST
    return join([_string(item) if type(item) is bytes else _list(item, depth + 1) for item in items])


def join(encoded: Iterable[bytes]) -> bytes:
    """The list of items that are encoded already: what one list shares with another is encoded once."""
    payload = b"".join(encoded)
    size = len(payload)
    return (bytes((_LIST + size,)) if size <= _SHORT else _long_head(_LIST, size)) + payload


def _long_head(kind: int, size: int) -> bytes:
    width = (size.bit_length() + 7) >> 3
    return bytes((kind + _SHORT + width,)) + size.to_bytes(width, "big")


def decode(data: bytes) -> Item:
    """The item that all of ``data`` encodes, in the one canonical way: bytes, or a tuple of items.

    Raises `DecodingError`: "truncated", "trailing", "non-canonical", "too-deep" (over `MAX_DEPTH`), "too-large" (over
    `MAX_ITEMS`). Nothing is allocated from a claimed length, and open lists are counted here, not on Python's stack.
    """
    if type(data) is not bytes:
        raise DecodingError(f"expected bytes, got {type(data).__name__}", reason="type")
    if not data:
        raise DecodingError("expected an item, got no bytes", reason="truncated")
    items: list[Item] = []
    position, end = 0, len(data)
    parents: list[tuple[list[Item], int]] = []
    for _ in range(MAX_ITEMS):
        head, start = data[position], position
        position += 1
        if head >= _STRING:
            start, size = position, head & _SIZE
            if size > _SHORT:
                start, size = _long_size(data, position, size - _SHORT, end)
            position = start + size
            if position > end:
                raise _truncated(position - end)
            if head == _STRING + 1 and data[start] < _STRING:
                raise DecodingError(f"byte {start} stands after a length that it does not need", reason="non-canonical")
        if head < _LIST:
            items.append(data[start:position])
        else:
            parents.append((items, end))
            items, position, end = [], start, position
            if len(parents) > MAX_DEPTH:
                raise DecodingError(f"expected at most {MAX_DEPTH} lists within each other", reason="too-deep")
        while position == end and parents:
            complete = tuple(items)
            items, end = parents.pop()
            items.append(complete)
        if not parents:
            break
    else:
        raise DecodingError(f"expected at most {MAX_ITEMS} items", reason="too-large")
    if position != end:
        raise DecodingError(f"{end - position} bytes remain after the item", reason="trailing")
    return items[0]


def _long_size(data: bytes, start: int, width: int, end: int) -> tuple[int, int]:
    """Where a payload begins whose size is told by ``width`` bytes at ``start``, and its size."""
    if start + width > end:
        raise _truncated(start + width - end)
    size = int.from_bytes(data[start : start + width])
    if data[start] == 0 or size <= _SHORT:
        raise DecodingError(f"the length at byte {start} has a shorter form", reason="non-canonical")
    return start + width, size


def _truncated(missing: int) -> DecodingError:
    return DecodingError(f"the last item needs {missing} bytes more", reason="truncated")


def encode_uint(number: int) -> bytes:
    """A number as RLP has it: big-endian without leading zeros, so that 0 is ``b""``. Raises `DecodingError`."""
    if type(number) is not int:
        raise DecodingError(f"expected an int, got {type(number).__name__}", reason="type")
    if number < 0:
        raise DecodingError("expected a number that is not negative", reason="range")
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def encode_each(*items: int | Item) -> bytes:
    """Items one after the other, each encoded, and numbers as `encode_uint` has them. Raises `DecodingError`."""
    encoded: list[bytes] = []
    for item in items:
        if type(item) is int:
            if _STRING <= item < _LARGE:
                size = (item.bit_length() + 7) >> 3
                encoded += _STRING_HEADS[size], item.to_bytes(size, "big")
            else:
                encoded.append(_DIGITS[item] if 0 <= item < _STRING else _string(encode_uint(item)))
        elif type(item) is bytes and len(item) != 1 and len(item) <= _SHORT:
            encoded += _STRING_HEADS[len(item)], item
        else:
            encoded.append(encode(item))  # type: ignore[arg-type]
    return b"".join(encoded)


def decode_uint(data: Item, max_bits: int) -> int:
    """The number below 2^``max_bits`` that `encode_uint` makes these bytes of. Raises `DecodingError`."""
    if type(data) is bytes and 8 * len(data) <= max_bits + 7 and (not data or data[0]):
        number = int.from_bytes(data)
        if not number >> max_bits:
            return number
    raise _no_number(data, max_bits)


def _no_number(data: object, max_bits: int) -> DecodingError:
    if type(data) is not bytes:
        return DecodingError(f"expected the bytes of a number, got a {type(data).__name__}", reason="type")
    if data[:1] == b"\0":
        return DecodingError("expected a number without leading zeros", reason="non-canonical")
    return DecodingError(f"expected a number below 2^{max_bits}", reason="range")
