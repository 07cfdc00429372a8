"""codex32: which string is meant where letters are wrong or cannot be read. It is suggested, and never taken by itself.

BIP-93, "Error Correction" and "Mathematical Companion": the checksums are BCH codes over GF(32), whose generators have
eight powers in sequence of an element of GF(1024) among their roots. So the values of the error there, the syndromes,
tell up to four wrong letters, up to eight that are marked as unreadable, or both where a wrong one counts twice.
A run of as many unreadable letters as the checksum has is found from the remainder itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from walletcore.coding.text import BECH32_ALPHABET
from walletcore.errors import MnemonicError
from walletcore.mnemonic.codex32 import Code, Codex32, code_of
from walletcore.secret import Confidential, sealed

__all__ = ["Correction", "suggest"]

_PREFIX = "ms1"
_UNREADABLE = "?bio1"  # a mark, and what Bech32 has no letter for: it was another one
_SIZES = range(45, 125)  # letters after the prefix, of the shortest and the longest string
_DISTANCE = 8  # syndromes: a wrong letter takes two of them, an unreadable one takes one
_BASES: Mapping[
    int, tuple[str, str, int]
] = {  # by the length of the checksum: beta, gamma, and the first of eight powers
    13: ("q", "g", 77),
    15: ("e", "x", 1019),
}
_ORDER = 1023  # of the elements of GF(1024) but zero


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Correction(Confidential):
    """A string that may be meant: ask whoever wrote it down. Shown by its places only.

    ``places`` are those of the letters that were wrong or unreadable, counted from 1 with the prefix; none where the
    text was right. ``share`` is what the string with other letters there says. Raises `MnemonicError`.
    """

    places: tuple[int, ...]
    share: Codex32
    __hash__ = None

    def __post_init__(self) -> None:
        if type(self.places) is not tuple or not all(type(place) is int for place in self.places):
            raise MnemonicError("expected places as a tuple of numbers", reason="type")
        if type(self.share) is not Codex32:
            raise MnemonicError(f"expected a Codex32, got {type(self.share).__name__}", reason="type")

    def __repr__(self) -> str:
        return f"Correction({', '.join(map(str, self.places)) or 'none'})"


Correction.__init__ = sealed(Correction.__init__)  # type: ignore[method-assign]


@sealed
def suggest(text: str) -> Correction:
    """The one string that the text, all in one case, is near to: letters of no Bech32 text and ``?`` are unreadable.

    Up to four letters may be wrong, or up to eight unreadable; or both, a wrong one counting twice; or a run of
    unreadable ones as long as the checksum (13 letters, 15 of a long string). No letter may be missing or too many.
    Raises `MnemonicError`, where nothing is near enough with ``reason="checksum"``.

    A text with more wrong letters may be near to a string that was not meant, though hardly ever: no correction is used
    without being compared to what was written down.
    """
    data = _data(text)
    code = code_of(len(data))
    unreadable = [place for place, letter in enumerate(data) if letter not in BECH32_ALPHABET]
    words = bytes(BECH32_ALPHABET.index(letter) if letter in BECH32_ALPHABET else 0 for letter in data)
    wrong = _errors(code, code.polymod(words) ^ code.constant, len(words), [len(words) - 1 - p for p in unreadable])
    mended = bytearray(words)
    for power, value in wrong.items():
        mended[len(words) - 1 - power] ^= value
    places = {len(words) - 1 - power for power, value in wrong.items() if value} | set(unreadable)
    share = Codex32.parse(_PREFIX + "".join(BECH32_ALPHABET[word] for word in mended))
    return Correction(places=tuple(sorted(place + len(_PREFIX) + 1 for place in places)), share=share)


def _data(text: str) -> str:
    """The letters after ``ms1``, in lower case."""
    if type(text) is not str:
        raise MnemonicError(f"expected text, got {type(text).__name__}", reason="type")
    if len(text) > len(_PREFIX) + _SIZES[-1]:
        raise MnemonicError(f"expected at most {len(_PREFIX) + _SIZES[-1]} characters", reason="too-large")
    if not text.isascii():
        raise MnemonicError("expected letters of Bech32 or ?", reason="character")
    if text not in (text.lower(), text.upper()):
        raise MnemonicError("expected all letters in one case", reason="mixed-case")
    data = text.lower().removeprefix(_PREFIX)
    if len(data) == len(text):
        raise MnemonicError("expected ms1 at the beginning", reason="prefix")
    if len(data) not in _SIZES:
        raise MnemonicError(f"expected {_SIZES[0]} to {_SIZES[-1]} letters after ms1, got {len(data)}", reason="length")
    for place, letter in enumerate(data):
        if letter not in BECH32_ALPHABET + _UNREADABLE:
            number = place + len(_PREFIX) + 1
            raise MnemonicError(f"character {number} is none of Bech32 and no ?", reason="character")
    return data


def _errors(code: Code, remainder: int, length: int, unreadable: Sequence[int]) -> dict[int, int]:
    """What to add to the words: powers of x, with words that are not zero where they are not among the unreadable.

    A string is a polynomial, its last letter the constant term; the generator leaves ``remainder`` of the error.
    """
    run = len(unreadable) > 0 and max(unreadable) - min(unreadable) < code.length
    if len(unreadable) <= _DISTANCE or run:
        for count in range(max(_DISTANCE - len(unreadable), 0) // 2 + 1):
            wrong = _wrong(code, remainder, length, unreadable, count)
            if wrong is not None and (found := _values(code, remainder, [*unreadable, *wrong])) is not None:
                return found
    raise MnemonicError("no string is near enough to this text", reason="checksum")


def _wrong(code: Code, remainder: int, length: int, unreadable: Sequence[int], count: int) -> list[int] | None:
    """Where ``count`` letters are wrong beside the unreadable ones, if it is so many: `_values` tells."""
    if count == 0:
        return []
    bases = [_power(code, power) for power in unreadable]
    syndromes = [_value(remainder, code, _BASES[code.length][2] + i) for i in range(_DISTANCE)]
    for base in bases:  # what an unreadable letter adds goes: each takes a syndrome
        syndromes = [after ^ _times(base, before) for before, after in pairwise(syndromes)]
    rows = [syndromes[i : i + count + 1] for i in range(len(syndromes) - count)]
    locator = _solved([row[:-1] for row in rows], [row[-1] for row in rows])
    if locator is None:
        return None
    return [power for power in range(length) if power not in unreadable and not _locates(locator, _power(code, power))]


def _locates(locator: Sequence[int], x: int) -> int:
    """x^n minus the locator's lower terms, which is zero where a letter is wrong."""
    total, power = 0, 1
    for coefficient in locator:
        total ^= _times(coefficient, power)
        power = _times(power, x)
    return total ^ power


def _values(code: Code, remainder: int, powers: Sequence[int]) -> dict[int, int] | None:
    """The words at these powers that leave this remainder, if there are any: as many equations as the checksum has."""
    columns = [_remainder(code, power) for power in powers]
    rows = [[column >> 5 * i & 31 for column in columns] for i in range(code.length)]
    solved = _solved(rows, [remainder >> 5 * i & 31 for i in range(code.length)])
    return None if solved is None else dict(zip(powers, solved, strict=True))


@cache
def _remainder(code: Code, power: int) -> int:
    """x^power modulo the generator: what a word of 1 there adds to the remainder."""
    zeros = code.polymod(bytes(power + 1))
    return code.polymod(b"\1" + bytes(power)) ^ zeros


def _solved(rows: Sequence[Sequence[int]], right: Sequence[int]) -> list[int] | None:
    """The one solution of linear equations, or None where there is none or more than one."""
    table = [[*row, value] for row, value in zip(rows, right, strict=True)]
    size = len(table[0]) - 1 if table else 0
    for column in range(size):
        pivot = next((i for i in range(column, len(table)) if table[i][column]), None)
        if pivot is None:
            return None
        table[column], table[pivot] = table[pivot], table[column]
        scale = _inverse(table[column][column])
        table[column] = [_times(scale, value) for value in table[column]]
        for i, row in enumerate(table):
            if i != column and (factor := row[column]):
                table[i] = [value ^ _times(factor, other) for value, other in zip(row, table[column], strict=True)]
    return None if any(row[-1] for row in table[size:]) else [row[-1] for row in table[:size]]


# GF(1024): a + b zeta with zeta^2 = zeta + 1, a in the lower five bits; GF(32) is what has no b.


def _times(one: int, other: int) -> int:
    logarithms, powers = _tables()
    return powers[(logarithms[one] + logarithms[other]) % _ORDER] if one and other else 0


def _inverse(one: int) -> int:
    logarithms, powers = _tables()
    return powers[-logarithms[one] % _ORDER]


@cache
def _tables() -> tuple[dict[int, int], tuple[int, ...]]:
    """Logarithms to the base gamma, which has order 1023, and its powers."""
    powers = [1]
    while len(powers) < _ORDER:
        powers.append(_product(powers[-1], _element("e", "x")))
    return {value: place for place, value in enumerate(powers)}, tuple(powers)


def _element(low: str, high: str) -> int:
    return BECH32_ALPHABET.index(low) | BECH32_ALPHABET.index(high) << 5


def _product(one: int, other: int) -> int:
    (a, b), (c, d) = (one & 31, one >> 5), (other & 31, other >> 5)
    ac, bd = _small(a, c), _small(b, d)
    return ac ^ bd | (_small(a ^ b, c ^ d) ^ ac) << 5  # (a + b zeta)(c + d zeta), where zeta^2 is zeta + 1


def _small(one: int, other: int) -> int:
    """A product in GF(32), modulo x^5 + x^3 + 1."""
    product = 0
    for i in range(5):
        product ^= (one << i) * (other >> i & 1)
    for i in range(8, 4, -1):
        product ^= (0x29 << i - 5) * (product >> i & 1)
    return product


@cache
def _power(code: Code, power: int) -> int:
    """beta^power, or gamma^power of the long code."""
    low, high, _ = _BASES[code.length]
    logarithms, powers = _tables()
    return powers[logarithms[_element(low, high)] * power % _ORDER]


def _value(remainder: int, code: Code, exponent: int) -> int:
    """The remainder, as a polynomial, at this power of beta: a syndrome."""
    total = 0
    for i in range(code.length):
        total ^= _times(remainder >> 5 * i & 31, _power(code, exponent * i))
    return total
