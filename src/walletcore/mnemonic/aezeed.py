"""LND's cipher seed: birthday and entropy of a wallet, enciphered under a passphrase, as 24 words.

lightningnetwork/lnd, aezeed/README.md and aezeed/cipherseed.go, version 0.

A checksum tells wrong words from a wrong passphrase, which the cipher itself refuses but for once in 2^32. The words
are those of the English list of BIP-39, in small letters; white space is layout. A passphrase is taken as it is typed,
and none is "aezeed", as LND has it. No error ever repeats a word.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from walletcore.errors import MnemonicError
from walletcore.mnemonic import aez, schemes
from walletcore.mnemonic.entropy import drawn
from walletcore.secret import Confidential, Secret, sealed

__all__ = ["GENESIS", "CipherSeed", "change_passphrase", "days_since_genesis"]

GENESIS = 1_231_006_505
"""BitcoinGenesisDate: the seconds since 1970 at which birthdays begin."""
_DAY = 24 * 60 * 60
_LAST_DAY = 0xFFFF  # in 2188
_WORDS = 24
_VERSION = 0  # CipherSeedVersion
_CURRENT = 1  # keychain/derivation.go, CurrentKeyDerivationVersion: that of Taproot
_SALT, _ENTROPY = 5, 16
_TAU = 4  # CipherTextExpansion
_SCRYPT = {"n": 32768, "r": 8, "p": 1, "dklen": 32}
_MEMORY = 1 << 26  # twice of what these parameters need
_DEFAULT = "aezeed"


def days_since_genesis(time: int) -> int:
    """The birthday of a wallet that is made at this time, in seconds since 1970. Raises `MnemonicError`."""
    if type(time) is not int:
        raise MnemonicError(f"expected a time in whole seconds, got {type(time).__name__}", reason="type")
    _check_number("a time in days since Bitcoin's first block", (time - GENESIS) // _DAY, _LAST_DAY)
    return (time - GENESIS) // _DAY


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CipherSeed(Confidential):
    """The 16 bytes that a wallet's tree of keys starts from, its birthday, and the salt (5 bytes) of its passphrase.

    ``birthday`` is in days since Bitcoin's first block, ``internal_version`` tells wallets how keys are derived: LND
    writes 1 today, and wrote 0 before it had Taproot. Shown without its entropy. Raises `MnemonicError`.
    """

    entropy: Secret
    birthday: int
    salt: bytes
    internal_version: int = _CURRENT
    __hash__ = None

    def __post_init__(self) -> None:
        if type(self.entropy) is not Secret:
            raise MnemonicError(f"expected a Secret as entropy, got {type(self.entropy).__name__}", reason="type")
        if type(self.salt) is not bytes:
            raise MnemonicError(f"expected bytes as salt, got {type(self.salt).__name__}", reason="type")
        if (len(self.entropy), len(self.salt)) != (_ENTROPY, _SALT):
            raise MnemonicError(f"expected {_ENTROPY} bytes of entropy and {_SALT} of salt", reason="length")
        _check_number("a birthday", self.birthday, _LAST_DAY)
        _check_number("an internal version", self.internal_version, 0xFF)

    @classmethod
    @sealed
    def generate(
        cls, birthday: int, *, internal_version: int = _CURRENT, entropy: bytes | Secret | None = None
    ) -> CipherSeed:
        """A new seed and salt from the operating system's randomness; see `days_since_genesis` for today.

        ``entropy`` (21 bytes, the last five of them the salt) is for tests. Raises `MnemonicError`.
        """
        data = drawn(_ENTROPY + _SALT, entropy)
        seed, salt = Secret(data[:_ENTROPY]), data[_ENTROPY:]
        return cls(entropy=seed, birthday=birthday, salt=salt, internal_version=internal_version)

    @classmethod
    @sealed
    def parse(cls, phrase: str, passphrase: str = "") -> CipherSeed:
        """Read and decipher 24 words, which takes 32 MiB and a tenth of a second.

        Raises `MnemonicError`: with the position of the first word that is not known, for wrong words ("checksum"),
        for a scheme that is not version 0 ("version"), and for a passphrase that is not theirs ("mismatch").
        """
        words, chosen = schemes.split(phrase), _passphrase(passphrase)
        if len(words) != _WORDS:
            raise schemes.refuse_count(words, str(_WORDS), scheme="aezeed")
        data = schemes.spelled_bytes(schemes.english_indexes(words, scheme="aezeed"))
        if not schemes.is_aezeed(data):
            hint = schemes.hint(words, but="aezeed")
            raise MnemonicError("the checksum of the phrase does not match", reason="checksum", hint=hint)
        return cls._decipher(data, chosen)

    @classmethod
    def _decipher(cls, data: bytes, passphrase: bytes) -> CipherSeed:
        """version || ciphertext || salt || checksum, of which the checksum has been looked at."""
        version, ciphertext, salt = data[:1], data[1:24], data[24:29]
        if version[0] != _VERSION:
            raise MnemonicError(f"expected version {_VERSION} of the cipher seed", reason="version")
        seed = aez.decrypt(_key(passphrase, salt), b"", [version + salt], _TAU, ciphertext)
        if seed is None:
            raise MnemonicError("the passphrase is not that of the phrase", reason="mismatch")
        entropy, birthday = Secret(seed[3:]), int.from_bytes(seed[1:3])
        return cls(entropy=entropy, birthday=birthday, salt=salt, internal_version=seed[0])

    @sealed
    def reveal(self, passphrase: str = "") -> str:
        """The phrase under a passphrase: the words with one space between them; as costly as reading them.

        Raises `MnemonicError`.
        """
        chosen = _passphrase(passphrase)
        seed = bytes((self.internal_version,)) + self.birthday.to_bytes(2) + self.entropy.reveal()
        version = bytes((_VERSION,))
        ciphertext = aez.encrypt(_key(chosen, self.salt), b"", [version + self.salt], _TAU, seed)
        data = version + ciphertext + self.salt
        return schemes.spelled_words(data + schemes.crc32c(data).to_bytes(4))

    @sealed
    def seed(self) -> Secret:
        """The 16 bytes that BIP-32 makes the root of: a copy of the entropy."""
        return Secret(self.entropy.reveal())

    @property
    def birthday_time(self) -> int:
        """The birthday as seconds since 1970: nothing of the wallet is older."""
        return GENESIS + self.birthday * _DAY

    def __repr__(self) -> str:
        return f"CipherSeed(birthday {self.birthday}, version {self.internal_version})"


CipherSeed.__init__ = sealed(CipherSeed.__init__)  # type: ignore[method-assign]


@sealed
def change_passphrase(phrase: str, passphrase: str, new_passphrase: str) -> str:
    """The phrase of the same seed under another passphrase (ChangePass). The old one keeps its own for ever.

    Raises `MnemonicError`, as `CipherSeed.parse` does.
    """
    return CipherSeed.parse(phrase, passphrase).reveal(new_passphrase)


def _passphrase(passphrase: str) -> bytes:
    return (schemes.checked_passphrase(passphrase) or _DEFAULT).encode()


def _key(passphrase: bytes, salt: bytes) -> bytes:
    """The key of the cipher; what it costs is fixed by the version."""
    try:
        return hashlib.scrypt(passphrase, salt=salt, maxmem=_MEMORY, **_SCRYPT)
    except (MemoryError, ValueError):
        raise MnemonicError("the memory that scrypt needs is not to be had", reason="too-large") from None


def _check_number(what: str, number: int, most: int) -> None:
    if type(number) is not int:
        raise MnemonicError(f"expected {what} as an integer, got {type(number).__name__}", reason="type")
    if not 0 <= number <= most:
        raise MnemonicError(f"expected {what} from 0 to {most}", reason="range")
