"""Bech32 texts of many payloads of one size: what depends on the human-readable part alone is computed once.

The checksum is linear (BIP-173): it is the sum (XOR) of what each byte of the payload adds at its place, which a table
holds, and of what everything else adds. The bytes that all payloads have at one place are looked up together.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache, reduce

from walletcore.coding.text import BECH32_ALPHABET, WORDS, Bech32, to_words
from walletcore.errors import DecodingError

__all__ = ["FEW", "texts"]

FEW = 32
"""Payloads below which the encoder of one text is as fast; the tables take some 3 ms, once."""

_CHARSET = bytes.maketrans(WORDS, BECH32_ALPHABET.encode())
_CHECKSUM = 6  # words
_GROUP = 5  # bytes, which are eight words


def texts(encoding: Bech32, hrp: str, first: bytes, payloads: Iterable[bytes], size: int) -> list[str]:
    """`Bech32.encode` of the words ``first`` and those of each payload of ``size`` bytes. Raises `DecodingError`."""
    given = tuple(payloads)
    if any(type(each) is not bytes or len(each) != size for each in given):
        raise DecodingError(f"expected payloads of {size} bytes", reason="length")
    if len(given) < FEW:
        return [encoding.encode(hrp, first + to_words(each)) for each in given]
    begin, tables, rest = _tables(encoding, hrp, first, size)
    words, checks = _words(given, size), _checksums(b"".join(given), tables, rest, size)
    count = len(words) // len(given)
    used = (8 * size + 4) // 5
    return [
        f"{begin}{words[place * count : place * count + used]}{checks[place * _CHECKSUM : (place + 1) * _CHECKSUM]}"
        for place in range(len(given))
    ]


def _words(payloads: tuple[bytes, ...], size: int) -> str:
    """The words of all, as text: each payload is filled up to whole groups, so that each begins a word."""
    filling = bytes(-size % _GROUP)
    return to_words(filling.join((*payloads, b""))).translate(_CHARSET).decode()


def _checksums(joined: bytes, tables: tuple[tuple[bytes, ...], ...], rest: bytes, size: int) -> str:
    """The checksums of all, as text; one of their six words after the other."""
    columns = [joined[place::size] for place in range(size)]
    found = bytearray(_CHECKSUM * len(columns[0]))
    for word in range(_CHECKSUM):
        total = int.from_bytes(rest[word : word + 1] * len(columns[0]))
        for column, table in zip(columns, tables[word], strict=True):
            total ^= int.from_bytes(column.translate(table))
        found[word::_CHECKSUM] = total.to_bytes(len(columns[0]))
    return found.translate(_CHARSET).decode()


@lru_cache(maxsize=32)  # of 50 kB each: those of a chain's kinds
def _tables(encoding: Bech32, hrp: str, first: bytes, size: int) -> tuple[str, tuple[tuple[bytes, ...], ...], bytes]:
    """How the texts begin; for each word of the checksum and each place what each byte there adds; what all have."""
    rest = _checksum(encoding, hrp, first, bytes(size))
    places = []
    for place in range(size):
        table = [0]
        for bit in range(8):
            payload = bytes(place) + bytes((1 << bit,)) + bytes(size - place - 1)
            adds = _checksum(encoding, hrp, first, payload) ^ rest
            table += [entry ^ adds for entry in table]
        places.append(table)
    tables = tuple([tuple([_word(table, number) for table in places]) for number in range(_CHECKSUM)])
    begin = encoding.encode(hrp, first + to_words(bytes(size)))[: len(hrp) + 1 + len(first)]
    return begin, tables, b"".join([_word([rest], number) for number in range(_CHECKSUM)])


def _checksum(encoding: Bech32, hrp: str, first: bytes, payload: bytes) -> int:
    text = encoding.encode(hrp, first + to_words(payload))
    words = [BECH32_ALPHABET.index(character) for character in text[-_CHECKSUM:]]
    return reduce(lambda total, word: total << 5 | word, words, 0)


def _word(checksums: Iterable[int], number: int) -> bytes:
    """One of the six words of each."""
    shift = 5 * (_CHECKSUM - 1 - number)
    return bytes([checksum >> shift & 31 for checksum in checksums])
