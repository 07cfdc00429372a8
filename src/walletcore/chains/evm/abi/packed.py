"""Packed values: without padding, offsets and lengths, for hashes that contracts make of them.

Contract ABI Specification, "Non-standard Packed Mode", as ``abi.encodePacked`` of Solidity. Nothing can be read from
them. Items of arrays are padded; structs, arrays of arrays, and arrays of bytes or string are refused, as in Solidity.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from walletcore.chains.evm.abi.coding import checked, codec, items
from walletcore.chains.evm.abi.words import ATOMIC, MAX_SIZE, Codec
from walletcore.errors import TransactionError

__all__ = ["encode_packed"]

_NUMBER = re.compile(r"u?int([0-9]+)", re.ASCII)


def encode_packed(types: Sequence[str], values: Sequence[Any], *, allow_ambiguous: bool = False) -> bytes:
    """The packed bytes of values. Raises `TransactionError`.

    Where two of them have no size of their own (bytes, string, ``T[]``), other values have the same bytes, and a
    signature of their hash is one of those as well: ``allow_ambiguous`` takes them.
    """
    kinds = [codec(text) for text in checked(types)]
    listed = items(values, len(kinds))
    if not allow_ambiguous and len([each for each in kinds if each.is_dynamic]) > 1:
        hint = "allow_ambiguous=True takes them; encode, which is not packed, tells them apart"
        raise TransactionError("two values without a size of their own", reason="ambiguous", hint=hint)
    packed: list[bytes] = []
    room = MAX_SIZE
    for kind, value in zip(kinds, listed, strict=True):
        packed.append(_pack(kind)(value))
        room -= len(packed[-1])
        if room < 0:
            raise TransactionError(f"expected at most {MAX_SIZE} packed bytes", reason="too-large")
    return b"".join(packed)


def _pack(kind: Codec) -> Callable[[Any], bytes]:
    """What writes a value of this type: a part of its word, its octets, or the words of its items."""
    text = kind.text
    if text.endswith("]"):
        item = ATOMIC.get(text[: text.rindex("[")])
        if item is None or item.is_dynamic:
            raise _unpacked(text)
        return (lambda value: kind.encode(value)[32:]) if kind.is_dynamic else kind.encode
    if text in ("bytes", "string"):
        return lambda value: _octets(kind.encode(value))
    if text not in ATOMIC:
        raise _unpacked(text)
    return lambda value: kind.encode(value)[_part(text)]


def _octets(encoded: bytes) -> bytes:
    return encoded[32 : 32 + int.from_bytes(encoded[:32])]


def _part(text: str) -> slice:
    """Where the value is in its word: numbers at the end, bytes at the beginning."""
    if text == "bool":
        return slice(31, 32)
    if text == "address":
        return slice(12, 32)
    if text == "function":
        return slice(0, 24)
    number = _NUMBER.fullmatch(text)
    if number is not None:
        return slice(32 - int(number[1]) // 8, 32)
    return slice(0, int(text.removeprefix("bytes")))


def _unpacked(text: str) -> TransactionError:
    return TransactionError(f"expected a type that can be packed, got {text[:80]}", reason="unknown")
