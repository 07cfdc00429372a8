"""Algorand's phrases: the 32 bytes of an ed25519 seed as 24 words, and one word as checksum.

algorand/go-algorand, crypto/passphrase/passphrase.go (KeyToMnemonic, MnemonicToKey); algorand/py-algorand-sdk,
algosdk/mnemonic.py.

The words are those of the English list of BIP-39; the numbers and the checksum are not BIP-39's. White space is layout,
capital letters are refused. No error ever repeats a word.
"""

from __future__ import annotations

from dataclasses import dataclass

from walletcore.errors import MnemonicError
from walletcore.hashes import sha512_256
from walletcore.mnemonic import schemes
from walletcore.mnemonic.entropy import copied, drawn
from walletcore.mnemonic.wordlists import word_list
from walletcore.secret import Confidential, Secret, sealed

__all__ = ["AlgorandMnemonic"]

_WORDS = 25
_SIZE = 32


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class AlgorandMnemonic(Confidential):
    """The 32 bytes that a phrase of 25 words spells: the seed of an ed25519 key. Raises `MnemonicError`.

    `reveal` is the one door to the words, ``entropy.reveal`` the one to the bytes.
    """

    entropy: Secret
    __hash__ = None

    def __post_init__(self) -> None:
        if type(self.entropy) is not Secret:
            raise MnemonicError(f"expected a Secret as entropy, got {type(self.entropy).__name__}", reason="type")
        if len(self.entropy) != _SIZE:
            raise MnemonicError(f"expected {_SIZE} bytes, got {len(self.entropy)}", reason="length")

    @classmethod
    @sealed
    def generate(cls, *, entropy: bytes | Secret | None = None) -> AlgorandMnemonic:
        """A new phrase from the operating system's randomness; ``entropy`` (32 bytes) is for tests."""
        return cls.from_entropy(drawn(_SIZE, entropy))

    @classmethod
    @sealed
    def from_entropy(cls, entropy: bytes | Secret) -> AlgorandMnemonic:
        """The phrase of 32 bytes; the bytes are copied. Raises `MnemonicError`."""
        return cls(entropy=copied(entropy))

    @classmethod
    @sealed
    def parse(cls, phrase: str) -> AlgorandMnemonic:
        """Read a phrase and check its checksum. Raises `MnemonicError` with the position of the first unknown word.

        The 24th word spells the last eight bits, and three that must be zero ("non-canonical").
        """
        words = schemes.split(phrase)
        if len(words) != _WORDS:
            raise schemes.refuse_count(words, str(_WORDS), scheme="algorand")
        *numbers, checksum = schemes.english_indexes(words, scheme="algorand")
        bits = sum(number << 11 * place for place, number in enumerate(numbers))
        if bits >> 8 * _SIZE:
            raise MnemonicError("word 24 of 25 spells more than the last eight bits", reason="non-canonical")
        entropy = bits.to_bytes(_SIZE, "little")
        if _checksum(entropy) != checksum:
            hint = schemes.hint(words, but="algorand")
            raise MnemonicError("the checksum of the phrase does not match", reason="checksum", hint=hint)
        return cls(entropy=Secret(entropy))

    @sealed
    def reveal(self) -> str:
        """The phrase itself: the words with one space between them. The one door to the text."""
        entropy, words = self.entropy.reveal(), word_list("english").words
        bits = int.from_bytes(entropy, "little")
        numbers = [bits >> 11 * place & 0x7FF for place in range(_WORDS - 1)]
        return " ".join(words[number] for number in (*numbers, _checksum(entropy)))

    @sealed
    def seed(self) -> Secret:
        """The 32 bytes from which an ed25519 key is made: a copy of the entropy. There is no passphrase."""
        return Secret(self.entropy.reveal())

    def __len__(self) -> int:
        """The number of words, the checksum word included."""
        return _WORDS

    def __repr__(self) -> str:
        return f"AlgorandMnemonic({_WORDS} words)"


AlgorandMnemonic.__init__ = sealed(AlgorandMnemonic.__init__)  # type: ignore[method-assign]


def _checksum(entropy: bytes) -> int:
    """The first eleven bits, lowest first, of SHA-512/256."""
    return int.from_bytes(sha512_256(entropy)[:2], "little") & 0x7FF
