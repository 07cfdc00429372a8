"""Four bytes as three words of a list of 1626: how Electrum's first seeds and Monero's phrases are spelled.

electrum/old_mnemonic.py (big-endian); monero-project/monero, src/mnemonics/electrum-words.cpp (little-endian). The
second and third words count from the word before, so that a word stands for no number of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from walletcore.errors import MnemonicError

__all__ = ["decode", "encode"]

_N = 1626


def encode(data: bytes, order: Literal["big", "little"]) -> list[int]:
    """The indexes of three words for each four bytes."""
    return [
        index for start in range(0, len(data), 4) for index in _three(int.from_bytes(data[start : start + 4], order))
    ]


def decode(indexes: Sequence[int], order: Literal["big", "little"]) -> bytes:
    """The bytes that words spell, four for each three. Raises `MnemonicError` ("range") where three spell more."""
    return b"".join(_four(indexes, start, order) for start in range(0, len(indexes), 3))


def _three(x: int) -> Iterator[int]:
    w1 = x % _N
    w2 = (x // _N + w1) % _N
    yield from (w1, w2, (x // _N // _N + w2) % _N)


def _four(indexes: Sequence[int], start: int, order: Literal["big", "little"]) -> bytes:
    w1, w2, w3 = indexes[start : start + 3]
    x = w1 + _N * ((w2 - w1) % _N) + _N * _N * ((w3 - w2) % _N)
    if x >> 32:
        text = f"words {start + 1} to {start + 3} of {len(indexes)} together spell more than four bytes"
        raise MnemonicError(text, reason="range")
    return x.to_bytes(4, order)
