"""The word lists of Polyseed: those of BIP-39, of which three are in another order, and how their words may be cut.

tevador/polyseed, src/lang.c and the flags of src/lang_<language>.c. All lists but the Chinese ones are sorted there, by
their code points in NFKD, the Spanish and the French one without accents.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from walletcore.errors import MnemonicError
from walletcore.mnemonic.wordlists import without_accents, word_list

__all__ = ["LANGUAGES", "PolyseedList", "polyseed_list"]

_ACCENTED = ("spanish", "french")  # has_accents
_SHORTENED = ("english", *_ACCENTED, "italian", "czech", "portuguese")  # has_prefix
_UNSORTED = ("chinese_simplified", "chinese_traditional")
LANGUAGES = ("english", "japanese", "korean", "spanish", "french", "italian", "czech", "portuguese", *_UNSORTED)
_PREFIX = 4  # NUM_CHARS_PREFIX


@dataclass(frozen=True, slots=True, kw_only=True)
class PolyseedList:
    """2048 words in NFKD, the way back from a word (without accents, where they do not count), and from four letters.

    There are no ``prefixes`` where words must be whole.
    """

    language: str
    words: tuple[str, ...]
    index: Mapping[str, int]
    prefixes: Mapping[str, int]

    @property
    def separator(self) -> str:
        """What stands between two words of a phrase that is shown; Japanese has its own space (U+3000)."""
        return word_list(self.language).separator

    def find(self, word: str) -> int | None:
        """The index of a word in NFKD, or of the one that begins with four of its letters or more; or None."""
        letters = _letters(word, self.language)
        if letters in self.index:
            return self.index[letters]
        found = self.prefixes.get(letters[:_PREFIX])
        return found if found is not None and _letters(self.words[found], self.language).startswith(letters) else None


def polyseed_list(language: str) -> PolyseedList:
    """The list of one of `LANGUAGES`; no other list is read. Raises `MnemonicError`."""
    if type(language) is not str or language not in LANGUAGES:
        raise MnemonicError(f"expected one of {', '.join(LANGUAGES)} as language", reason="unknown")
    return _read(language)


def _letters(word: str, language: str) -> str:
    return without_accents(word) if language in _ACCENTED else word


@cache
def _read(language: str) -> PolyseedList:
    words = word_list(language).words
    if language not in _UNSORTED:
        words = tuple(sorted(words, key=lambda word: _letters(word, language)))
    index = {_letters(word, language): place for place, word in enumerate(words)}
    prefixes = {word[:_PREFIX]: place for word, place in index.items() if len(word) > _PREFIX}
    return PolyseedList(
        language=language,
        words=words,
        index=MappingProxyType(index),
        prefixes=MappingProxyType(prefixes if language in _SHORTENED else {}),
    )
