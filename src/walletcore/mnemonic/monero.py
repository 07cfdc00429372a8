"""Monero's phrases of 25 words, and MyMonero's of 13: the seed of the private spend key as words with a checksum.

monero-project/monero, src/mnemonics/electrum-words.cpp (words_to_bytes, bytes_to_words) and language_base.h.

Three words spell four bytes; the last word is the checksum, one of the others again, chosen by the CRC-32 of their
first letters. Small and capital letters make no difference, nor does the normal form. Phrases without their checksum
(24 and 12 words, and all of the list "english_old") are read only when asked for: any typing error in them is another
key. No error ever repeats a word.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from walletcore.errors import MnemonicError
from walletcore.hashes import keccak256
from walletcore.mnemonic import schemes
from walletcore.mnemonic.entropy import copied, drawn
from walletcore.mnemonic.triples import decode, encode
from walletcore.mnemonic.wordlists.monero import LANGUAGES, MoneroList, monero_list
from walletcore.secret import Confidential, Secret, sealed

__all__ = ["MoneroMnemonic"]

_SIZES = {13: 16, 25: 32}  # words with their checksum, and the bytes that they spell
_UNCHECKED = {12: 16, 24: 32}
_L = 2**252 + 27742317777372353535851937790883648493  # the order of ed25519's base point


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MoneroMnemonic(Confidential):
    """Entropy of 32 bytes (16 for MyMonero) and the language that spells it; shown by word count only.

    Raises `MnemonicError`. `reveal` is the one door to the words.
    """

    entropy: Secret
    language: str = "english"
    __hash__ = None

    def __post_init__(self) -> None:
        if type(self.entropy) is not Secret:
            raise MnemonicError(f"expected a Secret as entropy, got {type(self.entropy).__name__}", reason="type")
        if len(self.entropy) not in _SIZES.values():
            raise MnemonicError(f"expected 16 or 32 bytes, got {len(self.entropy)}", reason="length")
        monero_list(self.language)

    @classmethod
    @sealed
    def generate(
        cls, words: int = 25, *, language: str = "english", entropy: bytes | Secret | None = None
    ) -> MoneroMnemonic:
        """A new phrase of 25 or 13 words; one of 25 spells a private spend key as it is, as Monero's own do.

        ``entropy`` (32 or 16 bytes) is for tests. Raises `MnemonicError`.
        """
        if type(words) is not int or words not in _SIZES:
            raise MnemonicError("expected 25 or 13 as number of words", reason="word-count")
        if entropy is None and words == 25:
            import secrets  # not needed to read phrases, and slow to import

            entropy = (secrets.randbelow(_L - 1) + 1).to_bytes(32, "little")
        return cls.from_entropy(drawn(_SIZES[words], entropy), language)

    @classmethod
    @sealed
    def from_entropy(cls, entropy: bytes | Secret, language: str = "english") -> MoneroMnemonic:
        """The phrase of 32 or 16 bytes; the bytes are copied. Raises `MnemonicError`."""
        return cls(entropy=copied(entropy), language=language)

    @classmethod
    @sealed
    def parse(
        cls, phrase: str, *, language: str | None = None, expand_prefix: bool = False, unchecked: bool = False
    ) -> MoneroMnemonic:
        """Read a phrase and check its checksum; in any normal form and with any white space between the words.

        Without ``language`` all lists are tried, and a phrase that is valid in two is refused ("ambiguous").
        ``expand_prefix`` reads words cut to the letters that identify them. ``unchecked`` reads phrases without their
        checksum word. Raises `MnemonicError` with the position of the first word that is not known.
        """
        words = _split(phrase, unchecked)
        known = [monero_list(name) for name in (LANGUAGES if language is None else (language,))]
        readings = [(one, _indexes(words, one, expand_prefix)) for one in known]
        complete = [(one, indexes) for one, indexes in readings if len(indexes) == len(words)]
        if not complete:
            _refuse_word(words, max(len(indexes) for _, indexes in readings), known)
        valid = [(one, indexes) for one, indexes in complete if _has_checksum(indexes, one)]
        if not valid:
            hint = schemes.hint(words, but="monero")
            raise MnemonicError("the checksum of the phrase does not match", reason="checksum", hint=hint)
        entropies = {one.language: decode(indexes[: len(words) // 3 * 3], "little") for one, indexes in valid}
        if len(entropies) > 1:
            raise MnemonicError(f"the phrase is valid in {' and '.join(entropies)}: say which", reason="ambiguous")
        ((name, entropy),) = entropies.items()
        return cls(entropy=Secret(entropy), language=name)

    @sealed
    def reveal(self) -> str:
        """The phrase itself, its checksum word at the end: NFC, one space between words. The one door to the text.

        Phrases of the list "english_old" have no checksum word.
        """
        known, indexes = monero_list(self.language), encode(self.entropy.reveal(), "little")
        return " ".join(known.words[index] for index in (*indexes, *known.checksums(indexes)[:1]))

    @sealed
    def spend_key(self) -> Secret:
        """The private spend key: 32 bytes, a number below the group order, little-endian (generate_keys, sc_reduce32).

        16 bytes (MyMonero) are hashed with Keccak-256 first. There is no passphrase. What else there is to a wallet,
        `hd.monero.MoneroKeys` makes of the entropy.
        """
        from walletcore.curves.ed25519 import reduce_scalar  # libsodium is not needed to read phrases

        seed = self.entropy.reveal()
        key = reduce_scalar(seed if len(seed) == 32 else keccak256(seed))
        if not any(key):
            raise MnemonicError("the entropy gives no private key", reason="range")
        return Secret(key)

    def __len__(self) -> int:
        """The number of words of the phrase, its checksum word included."""
        return len(self.entropy) * 3 // 4 + bool(monero_list(self.language).prefixes)

    def __repr__(self) -> str:
        return f"MoneroMnemonic({len(self)} words, {self.language})"


MoneroMnemonic.__init__ = sealed(MoneroMnemonic.__init__)  # type: ignore[method-assign]


def _split(phrase: str, unchecked: bool) -> list[str]:
    words = schemes.split(phrase)
    if len(words) in _UNCHECKED and not unchecked:
        text = f"expected 25 or 13 words, got {len(words)}"
        hint = schemes.hint(words, but="monero") or "phrases without their checksum word are read with unchecked=True"
        raise MnemonicError(text, reason="word-count", hint=hint)
    if len(words) not in (_UNCHECKED if unchecked else _SIZES):
        raise schemes.refuse_count(words, "24 or 12" if unchecked else "25 or 13", scheme="monero")
    return words


def _folded(word: str) -> str:
    return unicodedata.normalize("NFC", word).lower()


def _indexes(words: Sequence[str], known: MoneroList, expand_prefix: bool) -> list[int]:
    """The indexes of the words, up to the first that the list does not have."""
    indexes = []
    for word in map(_folded, words):
        index = known.expand(word) if expand_prefix else known.index.get(word)
        if index is None:
            break
        indexes.append(index)
    return indexes


def _has_checksum(indexes: Sequence[int], known: MoneroList) -> bool:
    """Whether the last word is the checksum of the others; in a phrase without one there is nothing to see."""
    return len(indexes) in _UNCHECKED or indexes[-1] in known.checksums(indexes[:-1])


def _refuse_word(words: Sequence[str], position: int, lists: Sequence[MoneroList]) -> NoReturn:
    """Name the place of the first unknown word, never the word: most of it may be right, and it is secret."""
    named = f"the {lists[0].language} list" if len(lists) == 1 else "any one list"
    hint = schemes.hint(words, but="monero")
    if not hint and any(one.expand(_folded(words[position])) is not None for one in lists):
        hint = "shortened words are read with expand_prefix=True"
    raise MnemonicError(f"word {position + 1} of {len(words)} is not in {named}", reason="unknown", hint=hint)
