"""CBOR in its one deterministic form: numbers, bytes, text, arrays, maps, tags, true, false and null.

RFC 8949, section 3 (the heads of data items) and 4.2.1 (core deterministic encoding): heads as short as they can be, no
indefinite lengths, keys of maps in the order of their bytes and each once. Floats and other simple values are refused.

Keys travel in it: no message repeats what was given, and a refusal leaves no frame that holds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from walletcore.coding.text import check_bytes
from walletcore.errors import DecodingError
from walletcore.secret import sealed

__all__ = ["MAX_DEPTH", "MAX_ITEMS", "MAX_SIZE", "Item", "Tagged", "decode", "encode"]

MAX_DEPTH = 16
"""How many arrays, maps and tags may stand within each other."""
MAX_ITEMS = 1 << 12
"""How many items a value may have in all."""
MAX_SIZE = 1 << 16
"""The most bytes that a value may have."""
_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = range(8)  # major types
_SIMPLE_VALUES = {20: False, 21: True, 22: None}
_SIMPLE_HEADS = {False: b"\xf4", True: b"\xf5", None: b"\xf6"}
_WIDTHS = {24: 1, 25: 2, 26: 4, 27: 8}  # additional information that says how many bytes the argument has


@dataclass(frozen=True, slots=True)
class Tagged:
    """A value under a tag (0 to 2^64 - 1), which says what it is."""

    tag: int
    value: Any

    def __repr__(self) -> str:
        return f"Tagged({self.tag})"  # the value may be a key


Item: TypeAlias = "int | bytes | str | bool | tuple[Item, ...] | dict[int | bytes | str, Item] | Tagged | None"
"""A value: arrays are tuples (lists are written, too), the keys of maps numbers, bytes or text."""


@sealed
def encode(item: Any) -> bytes:
    """The bytes of a value, an `Item`. Raises `DecodingError` for what is none, or too deep or too large."""
    data = _encoded(item, 0)
    if len(data) > MAX_SIZE:
        raise DecodingError(f"expected at most {MAX_SIZE} bytes", reason="too-large")
    return data


def _encoded(item: Any, depth: int) -> bytes:
    if depth > MAX_DEPTH:
        raise DecodingError(f"expected at most {MAX_DEPTH} items within each other", reason="too-deep")
    kind = type(item)
    if kind is int:
        return _head(_UNSIGNED, item) if item >= 0 else _head(_NEGATIVE, -1 - item)
    if kind is bytes:
        return _head(_BYTES, len(item)) + bytes(item)
    if kind is str:
        return _text(item)
    if kind is bool or item is None:
        return _SIMPLE_HEADS[item]
    if kind is tuple or kind is list:
        return _head(_ARRAY, len(item)) + b"".join(_encoded(inner, depth + 1) for inner in item)
    if kind is dict:
        return _map(item, depth)
    if kind is Tagged:
        return _head(_TAG, item.tag) + _encoded(item.value, depth + 1)
    raise DecodingError(f"expected a value of CBOR, got {kind.__name__}", reason="type")


def _text(item: str) -> bytes:
    try:
        data = item.encode()
    except UnicodeEncodeError:
        raise DecodingError("expected text without half of a surrogate pair", reason="character") from None
    return _head(_TEXT, len(data)) + data


def _map(item: Mapping[Any, Any], depth: int) -> bytes:
    pairs = [(_encoded(_key(key), depth + 1), _encoded(value, depth + 1)) for key, value in item.items()]
    return _head(_MAP, len(pairs)) + b"".join(key + value for key, value in sorted(pairs, key=lambda pair: pair[0]))


def _key(key: Any) -> Any:
    if type(key) not in (int, bytes, str):
        raise DecodingError("expected keys of maps as numbers, bytes or text", reason="type")
    return key


def _head(major: int, argument: int) -> bytes:
    if type(argument) is not int or not 0 <= argument < 1 << 64:
        raise DecodingError("expected a number of at most 64 bits", reason="range")
    if argument < 24:
        return bytes((major << 5 | argument,))
    info, width = next((info, width) for info, width in _WIDTHS.items() if argument < 1 << 8 * width)
    return bytes((major << 5 | info,)) + argument.to_bytes(width)


@sealed
def decode(data: bytes) -> Item:
    """The value that all of the data encodes, in the one deterministic way. Raises `DecodingError`.

    "truncated", "trailing", "non-canonical", "duplicate" (a key), "too-deep", "too-large", "character" (no UTF-8),
    "unknown" (a float or another simple value). Nothing is allocated from a length that the data claims.
    """
    check_bytes(data)
    if len(data) > MAX_SIZE:
        raise DecodingError(f"expected at most {MAX_SIZE} bytes, got {len(data)}", reason="too-large")
    reader = _Reader(data)
    item = reader.item(0)
    if reader.place != len(data):
        raise DecodingError(f"{len(data) - reader.place} bytes remain after the value", reason="trailing")
    return item


class _Reader:
    """Where the reading is, and how many items were read."""

    __slots__ = ("count", "data", "place")

    def __init__(self, data: bytes) -> None:
        self.data, self.place, self.count = data, 0, 0

    def take(self, size: int) -> bytes:
        if size > len(self.data) - self.place:
            raise DecodingError(f"expected {size - len(self.data) + self.place} bytes more", reason="truncated")
        self.place += size
        return self.data[self.place - size : self.place]

    def head(self) -> tuple[int, int]:
        """The major type and the argument."""
        major, info = divmod(self.take(1)[0], 32)
        if info < 24:
            return major, info
        if info not in _WIDTHS:
            raise DecodingError("expected a definite length", reason="non-canonical")
        argument = int.from_bytes(self.take(_WIDTHS[info]))
        if major == _SIMPLE:
            raise DecodingError("expected no float and no simple value but true, false and null", reason="unknown")
        if _head(major, argument)[0] & 31 != info:
            raise DecodingError("expected the shortest form of a number or length", reason="non-canonical")
        return major, argument

    def item(self, depth: int) -> Item:
        self.count += 1
        if depth > MAX_DEPTH:
            raise DecodingError(f"expected at most {MAX_DEPTH} items within each other", reason="too-deep")
        if self.count > MAX_ITEMS:
            raise DecodingError(f"expected at most {MAX_ITEMS} items", reason="too-large")
        major, argument = self.head()
        if major == _UNSIGNED:
            return argument
        if major == _NEGATIVE:
            return -1 - argument
        if major == _BYTES:
            return self.take(argument)
        if major == _TEXT:
            return self.text(argument)
        if major == _SIMPLE:
            return self.simple(argument)
        if major == _TAG:
            return Tagged(argument, self.item(depth + 1))
        if major == _ARRAY:
            return tuple([self.item(depth + 1) for _ in range(argument)])
        return self.map(argument, depth)

    def text(self, size: int) -> str:
        try:
            return self.take(size).decode()
        except UnicodeDecodeError:
            raise DecodingError("expected text in UTF-8", reason="character") from None

    def simple(self, number: int) -> bool | None:
        if number not in _SIMPLE_VALUES:
            raise DecodingError("expected no simple value but true, false and null", reason="unknown")
        return _SIMPLE_VALUES[number]

    def map(self, count: int, depth: int) -> dict[int | bytes | str, Item]:
        found: dict[int | bytes | str, Item] = {}
        last = b""
        for _ in range(count):
            start = self.place
            key = _key(self.item(depth + 1))
            written = self.data[start : self.place]
            if written == last:
                raise DecodingError("a key appears twice", reason="duplicate")
            if written < last:
                raise DecodingError("expected the keys of a map in the order of their bytes", reason="non-canonical")
            last, found[key] = written, self.item(depth + 1)
        return found
