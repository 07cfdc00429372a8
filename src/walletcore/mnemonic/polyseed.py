"""Polyseed's phrases of 16 words: 150 secret bits, the month of their birth, and a check digit over GF(2048).

tevador/polyseed, README.md ("Encoding") and src/: polyseed.c, gf.c, birthday.h, features.h. Version 1 (KDF of 10000
rounds).

Each word is eleven bits, a coefficient of a polynomial whose value at x = 2 is zero: the first word makes it so. The
others have ten bits of the secret each, and one of what is known: five features and ten bits of the birthday. A coin is
XORed into the second word, so that a phrase of one coin does not pass for one of another. Words may be cut to four
letters in six languages, and French and Spanish ones may go without accents. No error ever repeats a word.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

from walletcore.errors import MnemonicError
from walletcore.mnemonic import schemes
from walletcore.mnemonic.entropy import copied
from walletcore.mnemonic.wordlists.polyseed import LANGUAGES, PolyseedList, polyseed_list
from walletcore.secret import Confidential, Secret, sealed

__all__ = ["COINS", "LANGUAGES", "PolyseedMnemonic"]

COINS: Mapping[str, int] = {"monero": 0, "aeon": 1, "wownero": 2}

_WORDS = 16
_SECRET, _BITS, _BUFFER = 19, 150, 32  # bytes; bits; bytes that are hashed
_EPOCH, _STEP = 1635768000, 2629746  # seconds: 1 November 2021, 12:00 UTC; the twelfth of a year
_DATE_BITS = 10
_USER_FEATURES, _ENCRYPTED = 0b00111, 0b10000
_ROUNDS = 10000
_MAX_PASSWORD = 359  # bytes: POLYSEED_STR_SIZE with its final zero


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PolyseedMnemonic(Confidential):
    """A seed of 150 bits (19 bytes, of which the last is below 64), and what its phrase says beside it.

    ``birthday`` counts twelfths of a year since November 2021, 0 to 1023. ``features`` are five bits: 16 is set
    where the seed is under a password, and 1, 2 and 4 belong to the wallet. ``coin`` is one of `COINS`, ``language``
    one of `LANGUAGES`. Shown by word count, language and coin only. Raises `MnemonicError`.
    """

    entropy: Secret
    birthday: int
    features: int = 0
    coin: str = "monero"
    language: str = "english"
    __hash__ = None

    def __post_init__(self) -> None:
        if type(self.entropy) is not Secret:
            raise MnemonicError(f"expected a Secret as entropy, got {type(self.entropy).__name__}", reason="type")
        if len(self.entropy) != _SECRET:
            raise MnemonicError(f"expected {_SECRET} bytes, got {len(self.entropy)}", reason="length")
        if self.entropy.reveal()[-1] >> 6:
            raise MnemonicError(f"expected {_BITS} bits: the last byte below 64", reason="range")
        _check_number(self.birthday, (1 << _DATE_BITS) - 1, "birthday")
        _check_number(self.features, 31, "features")
        if self.features & ~(_USER_FEATURES | _ENCRYPTED):
            raise MnemonicError("a reserved feature is set", reason="unknown")
        _coin(self.coin)
        polyseed_list(self.language)

    @classmethod
    @sealed
    def generate(
        cls,
        *,
        when: int,
        coin: str = "monero",
        language: str = "english",
        features: int = 0,
        entropy: bytes | Secret | None = None,
    ) -> PolyseedMnemonic:
        """A new phrase, born at a time in seconds since 1970, which wallets restore it from (until 2107).

        ``entropy`` (19 bytes) is for tests. Raises `MnemonicError`.
        """
        if type(when) is not int:
            raise MnemonicError(f"expected a time in whole seconds, got {type(when).__name__}", reason="type")
        if not 0 <= when - _EPOCH < _STEP << _DATE_BITS:
            raise MnemonicError("expected a time from November 2021 to February 2107, in seconds", reason="range")
        if entropy is None:
            import secrets  # not needed to read phrases, and slow to import

            entropy = _bytes(secrets.randbits(_BITS))
        made = cls.from_entropy(
            entropy, birthday=(when - _EPOCH) // _STEP, features=features, coin=coin, language=language
        )
        if made.is_encrypted:
            raise MnemonicError("expected features from 0 to 7: encrypt() sets the other", reason="range")
        return made

    @classmethod
    @sealed
    def from_entropy(
        cls,
        entropy: bytes | Secret,
        *,
        birthday: int,
        features: int = 0,
        coin: str = "monero",
        language: str = "english",
    ) -> PolyseedMnemonic:
        """The phrase of 19 bytes, which are copied, and of a birthday in steps. Raises `MnemonicError`."""
        return cls(entropy=copied(entropy), birthday=birthday, features=features, coin=coin, language=language)

    @classmethod
    @sealed
    def parse(
        cls, phrase: str, *, coin: str = "monero", language: str | None = None, features: int = 0
    ) -> PolyseedMnemonic:
        """Read a phrase of this coin and check it; in any normal form and with any white space between the words.

        Without ``language`` all lists are tried, and words of two are refused ("ambiguous"), whatever their checks say.
        ``features`` has the bits (1, 2, 4) that the caller knows; a phrase with others is refused ("unknown"). Raises
        `MnemonicError` with the position of the first word that is not known.
        """
        _check_number(features, _USER_FEATURES, "features")
        words = schemes.split(phrase)
        if len(words) != _WORDS:
            raise schemes.refuse_count(words, str(_WORDS), scheme="polyseed")
        known, coefficients = _reading(words, LANGUAGES if language is None else (language,))
        coefficients[1] ^= _coin(coin)
        if schemes.polyseed_remainder(coefficients):
            hint = schemes.hint(words, but="polyseed") or _other_coin(coefficients, coin)
            raise MnemonicError("the check word of the phrase does not match", reason="checksum", hint=hint)
        number, extra = _taken_apart(coefficients[1:])
        found = extra >> _DATE_BITS
        if found & ~(features | _ENCRYPTED):
            raise MnemonicError("the phrase has a feature that is not known", reason="unknown")
        birthday = extra & ((1 << _DATE_BITS) - 1)
        return cls.from_entropy(_bytes(number), birthday=birthday, features=found, coin=coin, language=known.language)

    @sealed
    def reveal(self) -> str:
        """The phrase itself: NFC, one space between words (U+3000 in Japanese). The one door to the text."""
        known, coefficients = polyseed_list(self.language), [0, *self._put_together()]
        coefficients[0] = schemes.polyseed_remainder(coefficients)
        coefficients[1] ^= _coin(self.coin)
        words = known.separator.join(known.words[index] for index in coefficients)
        return unicodedata.normalize("NFC", words)

    @sealed
    def key(self) -> Secret:
        """The 32 bytes that a wallet is made of (polyseed_keygen): for Monero's, see `MoneroKeys.from_seed`.

        Coin, birthday and features go into it. A seed under a password is refused ("policy"): its key is another one.
        """
        if self.is_encrypted:
            raise MnemonicError("the seed is under a password: decrypt it first", reason="policy")
        numbers = (_coin(self.coin), self.birthday, self.features, 0)
        salt = b"POLYSEED key\x00\xff\xff\xff" + b"".join(number.to_bytes(4, "little") for number in numbers)
        return Secret(hashlib.pbkdf2_hmac("sha256", self.entropy.reveal().ljust(_BUFFER, b"\0"), salt, _ROUNDS, 32))

    @sealed
    def encrypt(self, password: str) -> PolyseedMnemonic:
        """The same seed under a password of at most 359 bytes, as a phrase of its own. Raises `MnemonicError`.

        Any other password will decrypt it to another seed, and nothing tells.
        """
        if self.is_encrypted:
            raise MnemonicError("the seed is under a password already", reason="policy")
        return self._masked(password)

    @sealed
    def decrypt(self, password: str) -> PolyseedMnemonic:
        """The seed that was put under this password; under another one, some other seed. Raises `MnemonicError`."""
        if not self.is_encrypted:
            raise MnemonicError("the seed is under no password", reason="policy")
        return self._masked(password)

    @property
    def is_encrypted(self) -> bool:
        """Whether the phrase says that its seed is under a password."""
        return bool(self.features & _ENCRYPTED)

    @property
    def born(self) -> int:
        """The beginning of the month of its birth, in seconds since 1970: no payment is older."""
        return _EPOCH + self.birthday * _STEP

    def _masked(self, password: str) -> PolyseedMnemonic:
        """polyseed_crypt: the same operation encrypts and decrypts."""
        salt = b"POLYSEED mask\x00\xff\xff"
        mask = hashlib.pbkdf2_hmac("sha256", _password(password), salt, _ROUNDS, _BUFFER)
        number = _number(self.entropy.reveal()) ^ _number(mask[: _SECRET - 1] + bytes((mask[_SECRET - 1] & 0x3F,)))
        return replace(self, entropy=Secret(_bytes(number)), features=self.features ^ _ENCRYPTED)

    def _put_together(self) -> list[int]:
        """polyseed_data_to_poly: ten bits of the secret and one of features and birthday in each word but the first."""
        number, extra = _number(self.entropy.reveal()), self.features << _DATE_BITS | self.birthday
        places = range(_WORDS - 2, -1, -1)
        return [(number >> 10 * place & 1023) << 1 | extra >> place & 1 for place in places]

    def __len__(self) -> int:
        """The number of words."""
        return _WORDS

    def __repr__(self) -> str:
        return f"PolyseedMnemonic({_WORDS} words, {self.language}, {self.coin})"


PolyseedMnemonic.__init__ = sealed(PolyseedMnemonic.__init__)  # type: ignore[method-assign]


def _number(secret: bytes) -> int:
    """The 150 bits, those of the last byte at the end."""
    return int.from_bytes(secret[:-1]) << 6 | secret[-1]


def _bytes(number: int) -> bytes:
    return (number >> 6).to_bytes(_SECRET - 1) + bytes((number & 0x3F,))


def _taken_apart(words: Sequence[int]) -> tuple[int, int]:
    """polyseed_poly_to_data: the secret bits, and features with birthday."""
    number = extra = 0
    for word in words:
        number, extra = number << 10 | word >> 1, extra << 1 | word & 1
    return number, extra


def _reading(words: Sequence[str], languages: Sequence[str]) -> tuple[PolyseedList, list[int]]:
    """The one list that has all words, and their indexes."""
    found = [(known, _indexes(words, known)) for known in map(polyseed_list, languages)]
    whole = [(known, indexes) for known, indexes in found if len(indexes) == _WORDS]
    if not whole:
        _refuse_word(words, max(len(indexes) for _, indexes in found), languages)
    if len(whole) > 1:
        names = " and ".join(known.language for known, _ in whole)
        raise MnemonicError(f"the words are in the lists of {names}: say which", reason="ambiguous")
    return whole[0]


def _indexes(words: Sequence[str], known: PolyseedList) -> list[int]:
    """The indexes of the words, up to the first that the list does not have."""
    indexes: list[int] = []
    for word in words:
        index = known.find(word)
        if index is None:
            break
        indexes.append(index)
    return indexes


def _refuse_word(words: Sequence[str], position: int, languages: Sequence[str]) -> NoReturn:
    """Name the place of the first unknown word, never the word: most of it may be right, and it is secret."""
    named = f"the {languages[0]} list" if len(languages) == 1 else "any one list"
    hint = schemes.hint(words, but="polyseed")
    raise MnemonicError(f"word {position + 1} of {_WORDS} is not in {named}", reason="unknown", hint=hint)


def _other_coin(coefficients: Sequence[int], coin: str) -> str:
    """Which other coin the phrase would be right for."""
    first, second, *rest = coefficients
    for name, number in COINS.items():
        if not schemes.polyseed_remainder([first, second ^ COINS[coin] ^ number, *rest]):
            return f"it is a phrase of {name}"
    return ""


def _coin(coin: str) -> int:
    if type(coin) is not str or coin not in COINS:
        raise MnemonicError(f"expected one of {', '.join(COINS)} as coin", reason="unknown")
    return COINS[coin]


def _check_number(number: int, limit: int, what: str) -> None:
    if type(number) is not int:
        raise MnemonicError(f"expected an int as {what}, got {type(number).__name__}", reason="type")
    if not 0 <= number <= limit:
        raise MnemonicError(f"expected {what} from 0 to {limit}", reason="range")


def _password(password: str) -> bytes:
    data = unicodedata.normalize("NFKD", schemes.checked_passphrase(password)).encode()
    if len(data) > _MAX_PASSWORD:
        raise MnemonicError(f"expected a password of at most {_MAX_PASSWORD} bytes", reason="too-large")
    if 0 in data:
        raise MnemonicError("a password ends at a zero byte, which this one has inside", reason="character")
    return data
