"""Mnemonic phrases: entropy as 12 to 24 words with a checksum, and the seed that a phrase stands for.

BIP-39, "Generating the mnemonic", "From mnemonic to seed" and "Wordlists".

A phrase has one canonical text: the words of the list in NFKD with one space between them. White space is layout: any
run of it, at the ends too, reads as one separator, and the seed is that of the canonical text. Letters are not: a word
in capitals is refused, and an abbreviated one is read only when asked for. No error ever repeats a word.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NoReturn

from walletcore.errors import MnemonicError
from walletcore.hashes import pbkdf2_hmac_sha512
from walletcore.mnemonic import schemes
from walletcore.mnemonic.entropy import copied, drawn
from walletcore.mnemonic.wordlists import LANGUAGES, WordList, digits, word_list
from walletcore.secret import Confidential, Secret, sealed

__all__ = ["LANGUAGES", "WORD_COUNTS", "Mnemonic"]

WORD_COUNTS = (12, 15, 18, 21, 24)
_ENTROPY_SIZES = tuple(count * 4 // 3 for count in WORD_COUNTS)  # ENT / 8


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Mnemonic(Confidential):
    """Entropy of 16, 20, 24, 28 or 32 bytes and the language that spells it; shown by word count only.

    Raises `MnemonicError`. `reveal` is the one door to the words, ``entropy.reveal`` the one to the bytes.
    """

    entropy: Secret
    language: str = "english"
    __hash__ = None

    def __post_init__(self) -> None:
        if type(self.entropy) is not Secret:
            raise MnemonicError(f"expected a Secret as entropy, got {type(self.entropy).__name__}", reason="type")
        if len(self.entropy) not in _ENTROPY_SIZES:
            raise MnemonicError(f"expected 16, 20, 24, 28 or 32 bytes, got {len(self.entropy)}", reason="length")
        word_list(self.language)

    @classmethod
    @sealed
    def generate(cls, words: int = 24, *, language: str = "english", entropy: bytes | Secret | None = None) -> Mnemonic:
        """A new phrase from the operating system's randomness; ``entropy`` (words * 4 / 3 bytes) is for tests."""
        if type(words) is not int or words not in WORD_COUNTS:
            raise MnemonicError(f"expected one of {WORD_COUNTS} as number of words", reason="word-count")
        return cls._checked(drawn(words * 4 // 3, entropy), word_list(language).language)

    @classmethod
    @sealed
    def from_entropy(cls, entropy: bytes | Secret, language: str = "english") -> Mnemonic:
        """The phrase of 16, 20, 24, 28 or 32 bytes; the bytes are copied. Raises `MnemonicError`."""
        return cls(entropy=copied(entropy), language=language)

    @classmethod
    @sealed
    def parse(cls, phrase: str, *, language: str | None = None, expand_prefix: bool = False) -> Mnemonic:
        """Read a phrase and check its checksum; in any normal form and with any white space between the words.

        Without ``language`` all ten lists are tried, and a phrase that is valid in two is refused ("ambiguous"): its
        seed is the same in both, its entropy need not be. ``expand_prefix`` reads words cut to four letters or more,
        and without their accents. Raises `MnemonicError` with the position of the first word that is not known.
        """
        words = _split(phrase)
        names = LANGUAGES if language is None else (word_list(language).language,)
        spelled, entropies = False, {}
        for name in names:
            if (bits := _bits(words, name, expand_prefix)) is not None:
                spelled = True
                if (entropy := schemes.bip39_entropy(bits, len(words))) is not None:
                    entropies[name] = entropy
        if not spelled:
            _refuse_word(words, names, expand_prefix)
        if not entropies:
            hint = schemes.hint(words, but="bip39")
            raise MnemonicError("the checksum of the phrase does not match", reason="checksum", hint=hint)
        if len(entropies) > 1:
            raise MnemonicError(f"the phrase is valid in {' and '.join(entropies)}: say which", reason="ambiguous")
        ((name, entropy),) = entropies.items()
        return cls._checked(entropy, name)

    @classmethod
    def _checked(cls, entropy: bytes, language: str) -> Mnemonic:
        """Bytes that a door has looked at, past the checks of the constructor, which take as long as all the rest."""
        made = object.__new__(cls)
        object.__setattr__(made, "entropy", Secret(entropy))
        object.__setattr__(made, "language", language)
        return made

    @sealed
    def reveal(self) -> str:
        """The phrase itself: the words in NFKD, joined by a space (Japanese: U+3000). The one door to the text."""
        return word_list(self.language).separator.join(self._words())

    @sealed
    def seed(self, passphrase: str = "") -> Secret:
        """The 64 bytes that hierarchies start from (BIP-39, "From mnemonic to seed"); every passphrase gives some seed.

        Raises `MnemonicError` for a passphrase that is no text of at most 4096 Unicode scalar values.
        """
        salt = "mnemonic" + unicodedata.normalize("NFKD", schemes.checked_passphrase(passphrase))
        return Secret(pbkdf2_hmac_sha512(" ".join(self._words()).encode(), salt.encode(), 2048))

    def _words(self) -> list[str]:
        entropy, words = self.entropy.reveal(), word_list(self.language).words
        bits = _with_checksum(entropy)
        return [words[bits >> shift & 0x7FF] for shift in range(len(entropy) * 33 // 4 - 11, -1, -11)]

    def __len__(self) -> int:
        """The number of words, MS."""
        return len(self.entropy) * 3 // 4

    def __repr__(self) -> str:
        return f"Mnemonic({len(self)} words, {self.language})"


Mnemonic.__init__ = sealed(Mnemonic.__init__)  # type: ignore[method-assign]


def _split(phrase: str) -> list[str]:
    words = schemes.split(phrase)
    if len(words) not in WORD_COUNTS:
        raise schemes.refuse_count(words, "12, 15, 18, 21 or 24", scheme="bip39")
    return words


def _bits(words: Sequence[str], language: str, expand_prefix: bool) -> int | None:
    """ENT || CS as the words spell them, eleven bits each, or None where the list does not have all of them."""
    known = digits(language)
    try:
        return int("".join(itemgetter(*words)(known)), 2)  # twelve words or more: it gives all of them, in C
    except KeyError:
        if not expand_prefix:
            return None
    indexes = _indexes(words, word_list(language), expand_prefix)
    if len(indexes) < len(words):
        return None
    return sum(index << 11 * place for place, index in enumerate(reversed(indexes)))


def _indexes(words: Sequence[str], known: WordList, expand_prefix: bool) -> list[int]:
    """The indexes of the words, up to the first that the list does not have."""
    indexes = []
    for word in words:
        index = known.index.get(word)
        if index is None and expand_prefix:
            index = known.expand(word)
        if index is None:
            break
        indexes.append(index)
    return indexes


def _refuse_word(words: Sequence[str], names: Sequence[str], expand_prefix: bool) -> NoReturn:
    """Name the place of the first unknown word, never the word: most of it may be right, and it is secret."""
    position = max(len(_indexes(words, word_list(name), expand_prefix)) for name in names)
    word, lists = words[position], f"the {names[0]} list" if len(names) == 1 else "any one list"
    hint = ""
    if word != word.lower():
        hint = "words are written in small letters"
    elif any(word_list(name).expand(word) is not None for name in names):
        hint = "shortened words and words without their accents are read with expand_prefix=True"
    hint = hint or schemes.hint(words, but="bip39")
    raise MnemonicError(f"word {position + 1} of {len(words)} is not in {lists}", reason="unknown", hint=hint)


def _with_checksum(entropy: bytes) -> int:
    """ENT || CS as one number: the entropy, then the first ENT / 32 bits of its SHA-256."""
    cs = len(entropy) // 4
    return int.from_bytes(entropy) << cs | hashlib.sha256(entropy).digest()[0] >> (8 - cs)
