"""Values of contracts as bytes: head and tail, written and read in the one canonical form.

Contract ABI Specification, "Formal Specification of the Encoding" and "Strict Encoding Mode". A type is its canonical
text, the one that goes into selectors: ``uint256``, never ``uint``. Not known are fixed point numbers, which Solidity
cannot compute with, and arrays and tuples without items, which it cannot declare (``T[0]``, ``()``).

Reading is a walk from the first byte to the last, so that hostile bytes cost no more than their length: each offset
must be the one that writing would give, and the bytes end with the last value. Contracts take other encodings as well;
those are refused, not guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from walletcore.chains.evm.abi.words import ATOMIC, MAX_SIZE, Codec, length_at, truncated, wrong
from walletcore.errors import TransactionError

__all__ = ["MAX_DEPTH", "MAX_TEXT", "check_type", "codec", "decode", "encode"]

MAX_DEPTH = 32
"""Levels of arrays and tuples in a type."""
MAX_TEXT = 1 << 13
"""Characters of a type, and of types that are written or read together."""

_MAX_VALUES = MAX_SIZE // 32
_KEPT = 1 << 10  # characters of types whose codec is kept
_WORD = re.compile(r"[a-z]+[0-9]*", re.ASCII)
_COUNT = re.compile(r"\[((?:[1-9][0-9]{0,8})?)\]", re.ASCII)
_SHOWN = 80


def encode(types: Sequence[str], values: Sequence[Any]) -> bytes:
    """The bytes of values of these types, as arguments of a call or parts of a result.

    Arrays and tuples are tuples or lists. Raises `TransactionError`.
    """
    return _codec_of(_texts(types)).encode(values)


def decode(types: Sequence[str], data: bytes) -> tuple[Any, ...]:
    """The values, where these bytes are what `encode` gives for them. Arrays and tuples are tuples.

    Raises `TransactionError`.
    """
    whole = _codec_of(_texts(types))
    if type(data) is not bytes:
        raise wrong("bytes", data)
    if len(data) > MAX_SIZE:
        raise TransactionError(f"expected at most {MAX_SIZE} bytes, got {len(data)}", reason="too-large")
    if len(data) < whole.size:
        raise truncated(0)
    values, end = whole.decode(data, 0) if whole.is_dynamic else (whole.decode(data, 0), whole.size)
    if end != len(data):
        raise TransactionError(f"{len(data) - end} bytes remain after the values", reason="trailing")
    decoded: tuple[Any, ...] = values
    return decoded


def check_type(text: str) -> None:
    """Raise `TransactionError` unless this is the canonical text of a type."""
    codec(text)


def _texts(types: Sequence[str]) -> tuple[str, ...]:
    if type(types) not in (tuple, list):
        raise wrong("a list of types", types)
    if not {str}.issuperset(map(type, types)):  # a subclass, such as an Enum, is equal to a text and reads otherwise
        raise TransactionError("expected types as text", reason="type")
    return tuple(types)


def _codec_of(types: tuple[str, ...]) -> Codec:
    """The codec of types together; those of short ones are kept."""
    size = sum(map(len, types)) + len(types)
    if size > MAX_TEXT:
        raise TransactionError(f"expected at most {MAX_TEXT} characters of types", reason="too-large")
    return _kept(types) if size <= _KEPT else _made(types)


def _made(types: tuple[str, ...]) -> Codec:
    return _tuple([codec(text) for text in types])


_kept = lru_cache(maxsize=128)(_made)


def codec(text: str) -> Codec:
    """The codec of a type. Raises `TransactionError`."""
    if type(text) is not str:
        raise wrong("a type as text", text)
    found = ATOMIC.get(text)
    if found is not None:
        return found
    if len(text) > MAX_TEXT:
        raise TransactionError(f"expected at most {MAX_TEXT} characters of a type", reason="too-large")
    found, end = _read(text, 0, 0)
    if end != len(text):
        raise _malformed(text, end)
    return found


def _malformed(text: str, at: int) -> TransactionError:
    rest = text[at : at + _SHOWN]
    return TransactionError(f"expected a type at character {at}, got {rest!r}", reason="character")


def _read(text: str, at: int, depth: int) -> tuple[Codec, int]:
    """The codec of the type that begins at a place inside of so many tuples, and where the text goes on behind it."""
    _check_depth(depth)
    if text.startswith("(", at):
        found, at = _read_tuple(text, at, depth)
    else:
        word = _WORD.match(text, at)
        if word is None:
            raise _malformed(text, at)
        found, at = _atomic(word[0]), word.end()
    counted = _COUNT.match(text, at)
    while counted is not None:
        found, at = _array(found, int(counted[1] or 0)), counted.end()
        counted = _COUNT.match(text, at)
    return found, at


def _check_depth(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise TransactionError(f"expected at most {MAX_DEPTH} levels of arrays and tuples", reason="too-deep")


def _read_tuple(text: str, at: int, depth: int) -> tuple[Codec, int]:
    components: list[Codec] = []
    mark = "("
    while mark != ")":
        component, at = _read(text, at + 1, depth + 1)
        components.append(component)
        mark = text[at : at + 1]
        if mark not in (",", ")"):
            raise TransactionError(f"expected a comma or ) at character {at}, got {mark!r}", reason="character")
    return _tuple(components), at + 1


def _atomic(word: str) -> Codec:
    found = ATOMIC.get(word)
    if found is not None:
        return found
    shown = word[:_SHOWN]
    if word in ("uint", "int"):
        hint = f"an ABI has no aliases: write {word}256"
        raise TransactionError(f"expected the canonical text of a type, got {shown}", reason="non-canonical", hint=hint)
    if word.startswith(("fixed", "ufixed")):
        raise TransactionError(f"fixed point numbers are not supported, got {shown}", reason="unknown")
    raise TransactionError(f"expected a type, got {shown}", reason="unknown")


# Tuples and arrays: a head of static values and offsets, and a tail.


def _check_bounds(values: int, depth: int) -> None:
    _check_depth(depth)
    if values > _MAX_VALUES:
        raise TransactionError(f"expected a type of at most {_MAX_VALUES} values", reason="too-large")


def _items(value: object, count: int) -> Sequence[Any]:
    if type(value) is not tuple and type(value) is not list:
        raise wrong("a tuple or list", value)
    if len(value) != count:
        raise TransactionError(f"expected {count} values, got {len(value)}", reason="length")
    return value


def _at(place: int, error: TransactionError) -> TransactionError:
    return TransactionError(f"{place}: {error}", reason=error.reason, hint=error.hint)


def _check_offset(data: bytes, at: int, expected: int) -> None:
    if int.from_bytes(data[at : at + 32]) != expected:
        raise TransactionError(f"expected the offset {expected} at byte {at}", reason="non-canonical")


def _written(pairs: Sequence[tuple[Codec, Any]], head: int) -> bytes:
    """Values of which some are dynamic: the offset of each of those stands in the head of this size."""
    heads: list[bytes] = []
    tails: list[bytes] = []
    offset = head
    for component, value in pairs:
        try:
            encoded = component.encode(value)
        except TransactionError as error:
            raise _at(len(heads), error) from None
        if component.is_dynamic:
            heads.append(offset.to_bytes(32))
            tails.append(encoded)
            offset += len(encoded)
            if offset > MAX_SIZE:
                raise TransactionError(f"expected values of at most {MAX_SIZE} bytes", reason="too-large")
        else:
            heads.append(encoded)
    return b"".join(heads + tails)


def _tuple(components: Sequence[Codec]) -> Codec:
    size = sum([component.size for component in components])
    values = 1 + sum([component.values for component in components])
    depth = 1 + max([component.depth for component in components], default=0)
    _check_bounds(values, depth)
    text = f"({','.join([component.text for component in components])})"
    if any(component.is_dynamic for component in components):
        return Codec(text, 32, True, values, depth, *_dynamic_tuple(components, size))
    return Codec(text, size, False, values, depth, *_static_tuple(components))


Functions = tuple[Callable[[Any], bytes], Callable[[bytes, int], Any]]


def _static_tuple(components: Sequence[Codec]) -> Functions:
    count = len(components)
    encoders = [component.encode for component in components]
    places, at = [], 0
    for component in components:
        places.append((component.decode, at))
        at += component.size

    def encode(value: object) -> bytes:
        words: list[bytes] = []
        try:
            for write, item in zip(encoders, _items(value, count), strict=True):
                words.append(write(item))
        except TransactionError as error:
            raise _at(len(words), error) from None
        return b"".join(words)

    def decode(data: bytes, at: int) -> tuple[Any, ...]:
        return tuple([read(data, at + place) for read, place in places])

    return encode, decode


def _dynamic_tuple(components: Sequence[Codec], head: int) -> Functions:
    count = len(components)

    def encode(value: object) -> bytes:
        return _written(list(zip(components, _items(value, count), strict=True)), head)

    def decode(data: bytes, at: int) -> tuple[tuple[Any, ...], int]:
        return _read_values(components, head, data, at)

    return encode, decode


def _read_values(components: Sequence[Codec], head: int, data: bytes, start: int) -> tuple[tuple[Any, ...], int]:
    """Values of which some are dynamic, from a head of this size on, and where they end."""
    tail, at = start + head, start
    if tail > len(data):
        raise truncated(start)
    found: list[Any] = []
    for component in components:
        if component.is_dynamic:
            _check_offset(data, at, tail - start)
            value, tail = component.decode(data, tail)
        else:
            value = component.decode(data, at)
        found.append(value)
        at += component.size
    return tuple(found), tail


def _array(item: Codec, count: int) -> Codec:
    """``T[k]``, or ``T[]`` where the count is 0."""
    values, depth = 1 + count * item.values, 1 + item.depth
    _check_bounds(values, depth)
    if not count:
        return Codec(f"{item.text}[]", 32, True, values, depth, *_counted(item))
    text = f"{item.text}[{count}]"
    if item.is_dynamic:
        return Codec(text, 32, True, values, depth, *_dynamic_tuple([item] * count, 32 * count))
    return Codec(text, count * item.size, False, values, depth, *_static_array(item, count))


def _static_array(item: Codec, count: int) -> Functions:
    write, read, size = item.encode, item.decode, item.size

    def encode(value: object) -> bytes:
        return _joined(write, _items(value, count))

    def decode(data: bytes, at: int) -> tuple[Any, ...]:
        return tuple([read(data, place) for place in range(at, at + count * size, size)])

    return encode, decode


def _joined(write: Callable[[Any], bytes], items: Sequence[Any]) -> bytes:
    words: list[bytes] = []
    try:
        for item in items:
            words.append(write(item))  # noqa: PERF401  # an error tells which one
    except TransactionError as error:
        raise _at(len(words), error) from None
    return b"".join(words)


def _counted(item: Codec) -> Functions:
    write, read, size = item.encode, item.decode, item.size

    def encode(value: object) -> bytes:
        if type(value) is not tuple and type(value) is not list:
            raise wrong("a tuple or list", value)
        count = len(value)
        if count * size > MAX_SIZE:
            raise TransactionError(f"expected values of at most {MAX_SIZE} bytes", reason="too-large")
        if item.is_dynamic:
            return count.to_bytes(32) + _written([(item, each) for each in value], 32 * count)
        return count.to_bytes(32) + _joined(write, value)

    def decode(data: bytes, at: int) -> tuple[tuple[Any, ...], int]:
        count, start = length_at(data, at), at + 32
        if count * size > len(data) - start:
            raise truncated(at)
        if item.is_dynamic:
            return _read_values([item] * count, 32 * count, data, start)
        end = start + count * size
        return tuple([read(data, place) for place in range(start, end, size)]), end

    return encode, decode
