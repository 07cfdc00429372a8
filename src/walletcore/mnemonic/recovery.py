"""Help with a phrase of BIP-39 that is not quite there: words to complete, places of typing errors, missing words.

BIP-39, "Wordlist" (the first letters identify a word) and "Generating the mnemonic" (the checksum of a guess).

What is told about a phrase are places, never words. Words are suggested for letters that the caller gives alone.
A search yields whole phrases; which of them is the right one only an address can tell.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import product

from walletcore.errors import MnemonicError
from walletcore.mnemonic import schemes
from walletcore.mnemonic.bip39 import LANGUAGES, WORD_COUNTS, Mnemonic
from walletcore.mnemonic.wordlists import WordList, word_list
from walletcore.secret import Secret, sealed

__all__ = ["completions", "likely", "suggest", "unknown_places"]

_MISSING = "?"
_MAX_MISSING = 2  # four million guesses, some four seconds; a third would take two hours
_MAX_WORD = 32  # characters; the longest word of any list has 18 in NFKD


@sealed
def suggest(letters: str, language: str = "english") -> tuple[str, ...]:
    """The words (in NFKD) that begin with these letters, in the order of the list; accents may be left out.

    Raises `MnemonicError` for what is no text of at most 32 characters, or an unknown language.
    """
    start, known = _checked(letters), word_list(language)
    plain = _plain(start)
    if plain != start:  # accents that were given count
        return tuple(word for word in known.words if word.startswith(start))
    return tuple(word for word in known.words if _plain(word).startswith(plain))


@sealed
def likely(word: str, language: str = "english") -> tuple[str, ...]:
    """The words (in NFKD) that are at most two typing errors away from this one, the nearest first.

    An error is a letter too many, too few, another, or two in the wrong order; accents do not count. Raises
    `MnemonicError` as `suggest` does.
    """
    given, known = _plain(_checked(word)), word_list(language)
    distances = ((_distance(given, _plain(one)), place) for place, one in enumerate(known.words))
    near = sorted((distance, place) for distance, place in distances if distance <= min(2, len(given) - 1))
    return tuple(known.words[place] for _, place in near)


@sealed
def unknown_places(phrase: str, language: str | None = None) -> tuple[int, ...]:
    """The places, from 1 on, of the words that are not in the list; without ``language``, in the one that has most.

    Raises `MnemonicError` for what is no text of at most 1024 characters, or an unknown language.
    """
    words = schemes.split(phrase)
    names = LANGUAGES if language is None else (language,)
    found = [_unknown(words, word_list(name)) for name in names]
    return min(found, key=len)


@sealed
def completions(phrase: str, language: str = "english", *, anywhere: bool = False) -> Iterator[Mnemonic]:
    """The phrases that a phrase may be of which one or two words are missing: those whose checksum is right.

    A missing word is written ``?``. With ``anywhere``, the phrase is one word short, and nobody knows where. For 12
    words, one missing word gives 128 phrases, one anywhere some 1,500, and two 262,144; for 24 words 8, 200 and 16,384.
    Each is made when it is asked for; two missing words take some four seconds in all. Raises `MnemonicError` at once
    for a number of words that BIP-39 does not have, with the place of the first unknown word, and ("too-large") when
    more words are missing.
    """
    words, known = schemes.split(phrase), word_list(language)
    if len(words) + bool(anywhere) not in WORD_COUNTS:
        expected = "one word fewer than 12, 15, 18, 21 or 24" if anywhere else "12, 15, 18, 21 or 24"
        raise MnemonicError(f"expected {expected}, got {len(words)} words", reason="word-count")
    missing = words.count(_MISSING) + bool(anywhere)
    if missing > (1 if anywhere else _MAX_MISSING):
        raise MnemonicError("too many words are missing for a search", reason="too-large")
    if not missing:
        raise MnemonicError("expected a missing word, written as a question mark", reason="missing")
    for place in _unknown(words, known):
        if words[place - 1] != _MISSING:
            text = f"word {place} of {len(words)} is not in the {language} list"
            raise MnemonicError(text, reason="unknown")
    indexes = [known.index.get(word) for word in words]
    return _Sealed(_anywhere(indexes, language) if anywhere else _fill(indexes, language))


class _Sealed:
    """An iterator whose failures, an interrupt among them, come without the frames that hold words."""

    def __init__(self, found: Iterator[Mnemonic]) -> None:
        self._found = found

    def __iter__(self) -> Iterator[Mnemonic]:
        return self

    @sealed
    def __next__(self) -> Mnemonic:
        return next(self._found)


def _fill(indexes: Sequence[int | None], language: str, but: int | None = None) -> Iterator[Mnemonic]:
    """The phrases with words for those that are None, ``but`` one word that was tried at the place before."""
    base, shifts = 0, []
    for place, index in enumerate(indexes):
        shift = 11 * (len(indexes) - 1 - place)
        if index is None:
            shifts.append(shift)
        else:
            base |= index << shift
    *outer, inner = shifts
    for choice in product(range(2048), repeat=len(outer)):
        start = base | sum(index << shift for index, shift in zip(choice, outer, strict=True))
        for index, entropy in _guesses(start, inner, len(indexes)):
            if index != but:
                yield Mnemonic(entropy=Secret(entropy), language=language)


def _guesses(base: int, shift: int, count: int) -> Iterator[tuple[int, bytes]]:
    """The words at one place that make the checksum right, and the entropy with each (schemes.bip39_entropy)."""
    cs = count // 3
    size, mask, unused = 4 * cs, (1 << cs) - 1, 8 - cs
    for index in range(2048):
        bits = base | index << shift
        entropy = (bits >> cs).to_bytes(size)
        if sha256(entropy).digest()[0] >> unused == bits & mask:
            yield index, entropy


def _anywhere(indexes: Sequence[int | None], language: str) -> Iterator[Mnemonic]:
    """A word in each gap; before a word like it and behind it, it gives the same phrase, and once is enough."""
    for place in range(len(indexes) + 1):
        before = indexes[place - 1] if place else None
        yield from _fill([*indexes[:place], None, *indexes[place:]], language, before)


def _unknown(words: Sequence[str], known: WordList) -> tuple[int, ...]:
    return tuple(place for place, word in enumerate(words, 1) if word not in known.index)


def _checked(word: str) -> str:
    if type(word) is not str:
        raise MnemonicError(f"expected letters as text, got {type(word).__name__}", reason="type")
    if len(word) > _MAX_WORD:
        raise MnemonicError(f"expected at most {_MAX_WORD} characters, got {len(word)}", reason="too-large")
    return unicodedata.normalize("NFKD", word).strip().lower()


def _plain(text: str) -> str:
    """Without the accents of Latin letters; kana keep their voicing marks."""
    return text if text.isascii() else "".join(c for c in text if not "\u0300" <= c <= "\u036f")


def _distance(a: str, b: str) -> int:
    """Letters to add, remove, change or swap with their neighbour; 3 stands for all above 2 that lengths show."""
    if abs(len(a) - len(b)) > 2:
        return 3
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a):
        last, before, row = before, row, [i + 1]
        for j, y in enumerate(b):
            cost = min(before[j] + (x != y), before[j + 1] + 1, row[j] + 1)
            if i and j and x == b[j - 1] and a[i - 1] == y:
                cost = min(cost, last[j - 1] + 1)
            row.append(cost)
    return row[-1]
