"""Electrum's seeds of the first kind (before 2.0): 16 or 32 bytes as words or hexadecimal digits, and their key.

electrum/old_mnemonic.py (mn_encode, mn_decode) and Old_KeyStore of electrum/keystore.py (stretch_key).

Three words spell four bytes. There is no checksum: every choice of 12 or 24 words of the list, but for few, is some
seed. Small and capital letters and white space make no difference. No error ever repeats a word.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from walletcore.errors import MnemonicError
from walletcore.mnemonic import schemes
from walletcore.mnemonic.entropy import copied
from walletcore.mnemonic.triples import decode, encode
from walletcore.mnemonic.wordlists.monero import monero_list
from walletcore.secret import Confidential, Secret, sealed

__all__ = ["ElectrumOldMnemonic"]

_SIZES = (16, 32)
_ROUNDS = 100_000
_LIST = "english_old"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ElectrumOldMnemonic(Confidential):
    """Entropy of 16 or 32 bytes, which 12 or 24 words spell; shown by word count only. Raises `MnemonicError`."""

    entropy: Secret
    __hash__ = None

    def __post_init__(self) -> None:
        if type(self.entropy) is not Secret:
            raise MnemonicError(f"expected a Secret as entropy, got {type(self.entropy).__name__}", reason="type")
        if len(self.entropy) not in _SIZES:
            raise MnemonicError(f"expected 16 or 32 bytes, got {len(self.entropy)}", reason="length")

    @classmethod
    @sealed
    def from_entropy(cls, entropy: bytes | Secret) -> ElectrumOldMnemonic:
        """The phrase of 16 or 32 bytes; the bytes are copied. Raises `MnemonicError`."""
        return cls(entropy=copied(entropy))

    @classmethod
    @sealed
    def parse(cls, phrase: str) -> ElectrumOldMnemonic:
        """Read 12 or 24 words of the list, or 32 or 64 hexadecimal digits, as Electrum took them too (format_seed).

        Raises `MnemonicError` with the position of the first word that is not known, or of the first of three words
        that spell more than four bytes: Electrum makes a key of such a phrase, by an accident, and it is not read here.
        """
        typed = schemes.split(phrase)
        words = schemes.electrum_words(typed)
        if len(words) == 1 and len(words[0]) in (32, 64) and set(words[0]) <= set("0123456789abcdef"):
            return cls(entropy=Secret(bytes.fromhex(words[0])))
        if len(words) not in (12, 24):
            raise schemes.refuse_count(typed, "12 or 24", scheme="electrum-old")
        return cls(entropy=Secret(decode(_indexes(typed, words), "big")))

    @sealed
    def reveal(self) -> str:
        """The phrase itself: the words with one space between them. The one door to the text."""
        words = monero_list(_LIST).words
        return " ".join(words[index] for index in encode(self.entropy.reveal(), "big"))

    @sealed
    def stretch(self) -> Secret:
        """The 32 bytes of the master private key: 100,000 rounds of SHA-256, a tenth of a second (stretch_key).

        It is the hexadecimal text of the entropy that is hashed. There is no passphrase.
        """
        seed = self.entropy.reveal().hex().encode()
        x = seed
        for _ in range(_ROUNDS):
            x = hashlib.sha256(x + seed).digest()
        return Secret(x)

    def __len__(self) -> int:
        """The number of words."""
        return len(self.entropy) * 3 // 4

    def __repr__(self) -> str:
        return f"ElectrumOldMnemonic({len(self)} words)"


ElectrumOldMnemonic.__init__ = sealed(ElectrumOldMnemonic.__init__)  # type: ignore[method-assign]


def _indexes(typed: Sequence[str], words: Sequence[str]) -> list[int]:
    index = monero_list(_LIST).index
    for position, word in enumerate(words):
        if word not in index:
            hint = schemes.hint(typed, but="electrum-old")
            text = f"word {position + 1} of {len(words)} is not in the list of Electrum's first seeds"
            raise MnemonicError(text, reason="unknown", hint=hint)
    return [index[word] for word in words]
