"""Bech32 texts of many payloads of one size: what depends on the human-readable part alone is computed once.

The checksum is linear (BIP-173): it is the sum (XOR) of what each byte of the payload adds at its place, which a table
holds, and of what everything else adds.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache, reduce
from operator import getitem, xor

from walletcore.coding.text import BECH32_ALPHABET, WORDS, Bech32, to_words

__all__ = ["texts"]

_CHARSET = bytes.maketrans(WORDS, BECH32_ALPHABET.encode())
_PAIRS = tuple(first + second for first in BECH32_ALPHABET for second in BECH32_ALPHABET)  # of two words, as text
_CHECKSUM = 6  # words


def texts(encoding: Bech32, hrp: str, first: bytes, payloads: Iterable[bytes], size: int) -> list[str]:
    """`Bech32.encode` of the words ``first`` and those of each payload of ``size`` bytes. Raises `DecodingError`."""
    begin, tables, rest = _tables(encoding, hrp, first, size)
    found = []
    for payload in payloads:
        check = reduce(xor, map(getitem, tables, payload), rest)
        words = to_words(payload).translate(_CHARSET).decode()
        found.append(f"{begin}{words}{_PAIRS[check >> 20]}{_PAIRS[check >> 10 & 1023]}{_PAIRS[check & 1023]}")
    return found


@lru_cache(maxsize=32)  # of 40 kB each: those of a chain's kinds
def _tables(encoding: Bech32, hrp: str, first: bytes, size: int) -> tuple[str, tuple[tuple[int, ...], ...], int]:
    """How the texts begin, for each place what each byte there adds to the checksum, and what all of them have."""
    rest = _checksum(encoding, hrp, first, bytes(size))
    tables = []
    for place in range(size):
        table = [0]
        for bit in range(8):
            payload = bytes(place) + bytes((1 << bit,)) + bytes(size - place - 1)
            adds = _checksum(encoding, hrp, first, payload) ^ rest
            table += [entry ^ adds for entry in table]
        tables.append(tuple(table))
    begin = encoding.encode(hrp, first + to_words(bytes(size)))[: len(hrp) + 1 + len(first)]
    return begin, tuple(tables), rest


def _checksum(encoding: Bech32, hrp: str, first: bytes, payload: bytes) -> int:
    text = encoding.encode(hrp, first + to_words(payload))
    words = [BECH32_ALPHABET.index(character) for character in text[-_CHECKSUM:]]
    return reduce(lambda total, word: total << 5 | word, words, 0)
