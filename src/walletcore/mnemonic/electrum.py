"""Electrum's seeds of the second kind: words whose HMAC carries a version, and the seed that they stand for.

electrum/mnemonic.py and electrum/version.py of spesmilo/electrum; "Electrum Seed Version System" of its documentation.

Version and seed come from a hash of the words, whatever list they are from: that hash is the only checksum, of eight or
twelve bits. So what is read here must be twelve words or more of one of Electrum's five lists, unless ``any_text`` asks
for Electrum's own rule, by which any text with a version is a seed. Small and capital letters, accents and white space
make no difference. No error ever repeats a word. The seeds of the first kind are in `electrum_old`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from walletcore.errors import MnemonicError
from walletcore.hashes import pbkdf2_hmac_sha512
from walletcore.mnemonic import schemes
from walletcore.mnemonic.entropy import copied
from walletcore.mnemonic.wordlists import read_words, word_list
from walletcore.secret import Confidential, Secret, sealed

__all__ = ["ELECTRUM_LANGUAGES", "KINDS", "ElectrumMnemonic"]

KINDS = ("standard", "segwit", "2fa", "2fa_segwit")
ELECTRUM_LANGUAGES = ("english", "spanish", "japanese", "portuguese", "chinese_simplified")
"""Of these, Portuguese has a list of 1626 words of its own; the others are lists of BIP-39."""

_PORTUGUESE = "591cbe94a6235e9761278e3a738c9714ec7a2f4e39136be65ca8d193cefc4606"  # SHA-256
_BITS = {12: 132, 24: 264}  # num_bits of make_seed
_SHORTEST = 12
_ATTEMPTS = 1 << 20  # a version is met in 4096; not to meet one in 2^20 has a probability of e^-256


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ElectrumMnemonic(Confidential):
    """A phrase (UTF-8) that carries the version of its ``kind``, one of `KINDS`; shown by word count and kind only.

    ``language`` is one of `ELECTRUM_LANGUAGES`, or "" where the words are of no list. Raises `MnemonicError`.
    """

    phrase: Secret
    kind: str
    language: str = ""
    __hash__ = None

    def __post_init__(self) -> None:
        if type(self.phrase) is not Secret:
            raise MnemonicError(f"expected the phrase as a Secret, got {type(self.phrase).__name__}", reason="type")
        if type(self.language) is not str:
            raise MnemonicError(f"expected a language as text, got {type(self.language).__name__}", reason="type")
        listed = self.language or None
        read = type(self).parse(_text(self.phrase), kind=_checked_kind(self.kind), language=listed, any_text=not listed)
        if read.phrase != self.phrase:
            raise MnemonicError("expected the words as they stand in the list, a space between", reason="non-canonical")

    @classmethod
    @sealed
    def generate(
        cls, words: int = 12, *, kind: str = "segwit", language: str = "english", entropy: bytes | Secret | None = None
    ) -> ElectrumMnemonic:
        """A new phrase of 12 or 24 words (one more in Portuguese) that is none of BIP-39 (make_seed).

        ``entropy`` is for tests: a number, big-endian, behind which the search for the version begins, and which as
        many words must spell. Phrases of the kind "2fa" have 12 words or more than 20, so that there are none of 13 in
        Portuguese ("word-count").
        """
        if type(words) is not int or words not in _BITS:
            raise MnemonicError("expected 12 or 24 as number of words", reason="word-count")
        known, wanted = _known(language), _checked_kind(kind)
        least = _least(words, len(known.words))
        start = _start(least, len(known.words)) if entropy is None else _number(entropy)
        if not least <= start + 1 <= least * len(known.words) - _ATTEMPTS:
            raise MnemonicError(f"expected entropy for {words} words, got it for others", reason="length")
        for number in range(start + 1, start + _ATTEMPTS):
            found = _encode(number, known.words)
            if schemes.electrum_kind(schemes.electrum_text(" ".join(found))) == wanted and _is_new(found):
                return cls.parse(" ".join(found), kind=kind, language=language)
        raise MnemonicError("no phrase near this entropy carries the version", reason="range")

    @classmethod
    @sealed
    def from_entropy(cls, entropy: bytes | Secret, language: str = "english") -> ElectrumMnemonic:
        """The phrase that spells a number, big-endian, which must be one that carries a version (mnemonic_encode)."""
        found = _encode(_number(entropy), _known(language).words)
        return cls.parse(" ".join(found), language=language)

    @classmethod
    @sealed
    def parse(
        cls, phrase: str, *, kind: str | None = None, language: str | None = None, any_text: bool = False
    ) -> ElectrumMnemonic:
        """Read a phrase and check its version; with any white space, accents or none, small or capital letters.

        ``kind`` refuses another one ("mismatch"). Without ``language`` all lists are tried, and words of two are
        refused ("ambiguous"): their seed is the same in both, the number that they spell is not. ``any_text`` reads
        what carries a version, words or not. Raises `MnemonicError` with the position of the first word that is not
        known.
        """
        typed = schemes.split(phrase)
        words = schemes.electrum_words(typed)
        found = _kind(typed, words)
        if kind is not None and _checked_kind(kind) != found:
            raise MnemonicError(f"expected a phrase of the kind {kind}, got {found}", reason="mismatch")
        if any_text and language is None:
            return cls._read(words, found, "")
        if len(words) < _SHORTEST:
            raise MnemonicError(f"expected at least {_SHORTEST} words, got {len(words)}", reason="word-count")
        name, indexes = _language(words, ELECTRUM_LANGUAGES if language is None else (language,))
        return cls._read([_known(name).words[index] for index in indexes], found, name)

    @classmethod
    def _read(cls, words: Sequence[str], kind: str, language: str) -> ElectrumMnemonic:
        """What has been checked, past the checks of the constructor."""
        made = object.__new__(cls)
        for name, value in (("phrase", Secret(" ".join(words).encode())), ("kind", kind), ("language", language)):
            object.__setattr__(made, name, value)
        return made

    @sealed
    def reveal(self) -> str:
        """The phrase itself: the words in NFKD with one space between them. The one door to the text."""
        return _text(self.phrase)

    @sealed
    def entropy(self) -> Secret:
        """The number that the words spell, big-endian (mnemonic_decode). Raises `MnemonicError` without a list."""
        if self.language == "":
            raise MnemonicError("words that are of no list spell no number", reason="missing")
        known, number = _known(self.language), 0
        for word in reversed(_text(self.phrase).split()):
            number = number * len(known.words) + known.index[schemes.electrum_text(word)]
        return Secret(number.to_bytes((number.bit_length() + 7) // 8))

    @sealed
    def seed(self, passphrase: str = "") -> Secret:
        """The 64 bytes that the tree of keys starts from (mnemonic_to_seed); every passphrase gives some seed.

        Kinds "2fa" of more than 12 words, which wallets before 2.7 made, have no passphrase ("policy"), and are two
        seeds: see `halves`. Raises `MnemonicError` for a passphrase that is no text of at most 4096 characters.
        """
        extension = schemes.electrum_text(schemes.checked_passphrase(passphrase))
        if self._is_twofold and extension:
            raise MnemonicError("a 2fa phrase of this length has no passphrase", reason="policy")
        return _seed(_text(self.phrase), extension)

    @sealed
    def halves(self) -> tuple[Secret, Secret]:
        """The two seeds of a "2fa" phrase of 20 words or more: of its first 12 words, and of the rest.

        trustedcoin.py, xkeys_from_seed. Raises `MnemonicError` ("word-count") for every other phrase.
        """
        if not self._is_twofold:
            raise MnemonicError("only a 2fa phrase of 20 words or more is two seeds", reason="word-count")
        words = _text(self.phrase).split()
        return _seed(" ".join(words[:12])), _seed(" ".join(words[12:]))

    @property
    def _is_twofold(self) -> bool:
        return self.kind == "2fa" and len(self) != 12

    @sealed
    def __len__(self) -> int:
        """The number of words."""
        return len(_text(self.phrase).split())

    def __repr__(self) -> str:
        return f"ElectrumMnemonic({len(self)} words, {self.kind})"


ElectrumMnemonic.__init__ = sealed(ElectrumMnemonic.__init__)  # type: ignore[method-assign]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    words: tuple[str, ...]
    index: Mapping[str, int]  # by words without accents, which are different in every list


def _known(language: str) -> _Known:
    if type(language) is not str or language not in ELECTRUM_LANGUAGES:
        raise MnemonicError(f"expected one of {', '.join(ELECTRUM_LANGUAGES)} as language", reason="unknown")
    return _list(language)


@cache
def _list(language: str) -> _Known:
    own = language == "portuguese"
    words = read_words("electrum/portuguese", _PORTUGUESE) if own else word_list(language).words
    return _Known(words=words, index={schemes.electrum_text(word): index for index, word in enumerate(words)})


def _kind(typed: Sequence[str], words: Sequence[str]) -> str:
    """The kind that calc_seed_type sees; seeds of the first kind come before all others there."""
    text = schemes.electrum_text(" ".join(words))
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise MnemonicError("the phrase contains half of a surrogate pair", reason="character")
    if schemes.is_electrum_old(words) or schemes.is_electrum_old_hex(text):
        raise MnemonicError("the words are an Electrum seed of the first kind", reason="scheme", hint=_OLD)
    kind = schemes.electrum_kind(text)
    if kind == "":
        hint = schemes.hint(typed, but="electrum")
        raise MnemonicError("the words carry no version of Electrum", reason="checksum", hint=hint)
    if kind == "2fa" and len(words) != 12 and len(words) < 20:
        raise MnemonicError(f"expected 12 words or 20 and more of the kind 2fa, got {len(words)}", reason="word-count")
    return kind


def _language(words: Sequence[str], names: Sequence[str]) -> tuple[str, list[int]]:
    """The one of the languages that has all words, with their indexes."""
    found = {name: _indexes(words, name) for name in names}
    complete = [name for name, indexes in found.items() if len(indexes) == len(words)]
    if len(complete) > 1:
        raise MnemonicError(f"the phrase is of {' and '.join(complete)}: say which", reason="ambiguous")
    if complete:
        return complete[0], found[complete[0]]
    furthest = max(len(indexes) for indexes in found.values())
    lists = f"the {names[0]} list" if len(names) == 1 else "any one list"
    hint = "any_text=True reads every text that carries a version, as Electrum does"
    raise MnemonicError(f"word {furthest + 1} of {len(words)} is not in {lists}", reason="unknown", hint=hint)


def _indexes(words: Sequence[str], language: str) -> list[int]:
    """The indexes of the words, up to the first that the list does not have."""
    known, indexes = _known(language), []
    for word in words:
        if word not in known.index:
            break
        indexes.append(known.index[word])
    return indexes


def _is_new(words: Sequence[str]) -> bool:
    """Whether make_seed takes a phrase: not one that is of BIP-39 too, or a seed of the first kind."""
    return not schemes.is_electrum_old(words) and not schemes.is_bip39(words)


def _least(words: int, base: int) -> int:
    """The least number that takes as many words as hold the bits: base to the power of the words but one."""
    least = 1
    while least * base < 1 << _BITS[words]:
        least *= base
    return least


def _start(least: int, base: int) -> int:
    """A random number that takes as many words as the least, uniform over all of them."""
    import secrets  # not needed to read phrases, and slow to import

    return least + secrets.randbelow(least * base - least - _ATTEMPTS)


def _encode(number: int, known: Sequence[str]) -> list[str]:
    """mnemonic_encode: the digits of the number to the base of the list, the lowest first."""
    words = []
    while number:
        number, digit = divmod(number, len(known))
        words.append(known[digit])
    return words


def _number(entropy: bytes | Secret) -> int:
    data = copied(entropy).reveal()
    if not 16 <= len(data) <= 34:
        raise MnemonicError(f"expected entropy of 16 to 34 bytes, got {len(data)}", reason="length")
    return int.from_bytes(data)


def _checked_kind(kind: str) -> str:
    if type(kind) is not str or kind not in KINDS:
        raise MnemonicError(f"expected one of {', '.join(KINDS)} as kind", reason="unknown")
    return kind


def _text(phrase: Secret) -> str:
    try:
        return phrase.reveal().decode()
    except UnicodeDecodeError:
        raise MnemonicError("expected the phrase in UTF-8", reason="character") from None


def _seed(phrase: str, extension: str = "") -> Secret:
    text = schemes.electrum_text(phrase).encode()
    return Secret(pbkdf2_hmac_sha512(text, b"electrum" + extension.encode(), 2048))


_OLD = "LooksLikeElectrumOld: electrum_old.ElectrumOldMnemonic reads it"
