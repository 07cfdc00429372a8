"""The ten word lists of BIP-39 as package data, each checked against its SHA-256 when it is first used.

BIP-39, "Wordlists". ORIGIN.md beside this file says where the lists come from. Lists of other schemes lie here, too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from walletcore.errors import MnemonicError

__all__ = ["LANGUAGES", "SHA256", "WordList", "digits", "read_words", "slip39_words", "without_accents", "word_list"]

SHA256 = {
    "english": "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda",
    "japanese": "2eed0aef492291e061633d7ad8117f1a2b03eb80a29d0e4e3117ac2528d05ffd",
    "korean": "9e95f86c167de88f450f0aaf89e87f6624a57f973c67b516e338e8e8b8897f60",
    "spanish": "46846a5a0139d1e3cb77293e521c2865f7bcdb82c44e8d0a06a2cd0ecba48c0b",
    "chinese_simplified": "5c5942792bd8340cb8b27cd592f1015edf56a8c5b26276ee18a482428e7c5726",
    "chinese_traditional": "417b26b3d8500a4ae3d59717d7011952db6fc2fb84b807f3f94ac734e89c1b5f",
    "french": "ebc3959ab7801a1df6bac4fa7d970652f1df76b683cd2f4003c941c63d517e59",
    "italian": "d392c49fdb700a24cd1fceb237c1f65dcc128f6b34a8aacb58b59384b5c648c2",
    "czech": "7e80e161c3e93d9554c2efb78d4e3cebf8fc727e9c52e03b83b94406bdcc95fc",
    "portuguese": "2685e9c194c82ae67e10ba59d9ea5345a23dc093e92276fc5361f6667d79cd3f",
}
_SLIP39_SHA256 = "bcc4555340332d169718aed8bf31dd9d5248cb7da6e5d355140ef4f1e601eec3"
LANGUAGES = tuple(SHA256)  # in the order of the specification

_IDEOGRAPHIC_SPACE = "\u3000"
_PREFIX = 4  # BIP-39, "Wordlist": the first four letters identify a word


@dataclass(frozen=True, slots=True, kw_only=True)
class WordList:
    """2048 words in NFKD and the way back from a word to its index."""

    language: str
    words: tuple[str, ...]
    index: Mapping[str, int]

    @property
    def separator(self) -> str:
        """What stands between two words of a phrase that is shown; Japanese has its own space (U+3000)."""
        return _IDEOGRAPHIC_SPACE if self.language == "japanese" else " "

    def expand(self, prefix: str) -> int | None:
        """The index of the only word that begins with these letters (NFKD), or None.

        At least four letters, or the whole word; accents may be left out, as the notes to the Spanish and the French
        list allow.
        """
        letters, unaccented = without_accents(prefix), _unaccented(self.language)
        if letters in unaccented:
            found = [unaccented[letters]]
        else:
            found = [index for word, index in unaccented.items() if word.startswith(letters)]
            if len(letters) < _PREFIX or len(found) != 1:
                return None
        rest = iter(self.words[found[0]])
        return found[0] if all(character in rest for character in prefix) else None  # accents that are given count


def without_accents(text: str) -> str:
    """NFKD text without the Combining Diacritical Marks of Latin letters; kana keep their voicing marks."""
    return text if text.isascii() else "".join(c for c in text if not "\u0300" <= c <= "\u036f")


def word_list(language: str) -> WordList:
    """The list of one of `LANGUAGES`; no other list is read. Raises `MnemonicError`."""
    if type(language) is not str or language not in SHA256:
        raise MnemonicError(f"expected one of {', '.join(LANGUAGES)} as language", reason="unknown")
    return _read(language)


def read_words(name: str, digest: str) -> tuple[str, ...]:
    """The words of ``<name>.txt`` beside this file. Raises `MnemonicError` unless it has the SHA-256 ``digest``."""
    with open(f"{__path__[0]}/{name}.txt", "rb") as file:  # pathlib takes 10 ms to import
        data = file.read()
    if hashlib.sha256(data).hexdigest() != digest:
        raise MnemonicError(f"the {name} word list of this installation is damaged", reason="checksum")
    return tuple(data.decode().split())


@cache
def slip39_words() -> tuple[str, ...]:
    """The 1024 words of SLIP-0039, "Wordlist". Raises `MnemonicError` where they are damaged."""
    return read_words("slip39", _SLIP39_SHA256)


@cache
def _read(language: str) -> WordList:
    words = read_words(language, SHA256[language])
    return WordList(language=language, words=words, index=MappingProxyType({w: i for i, w in enumerate(words)}))


@cache
def digits(language: str) -> dict[str, str]:
    """Each word of a list with the eleven binary digits of its index: a phrase is read as one number twice as fast."""
    return {word: f"{index:011b}" for word, index in word_list(language).index.items()}


@cache
def _unaccented(language: str) -> Mapping[str, int]:
    return {without_accents(word): index for word, index in word_list(language).index.items()}
