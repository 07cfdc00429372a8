"""TON's phrases: 24 words of the English list of BIP-39 whose hash passes a check, with a password or without.

ton-org/ton-crypto, src/mnemonic/mnemonic.ts and src/hd/mnemonics.ts; ton-blockchain/ton, tonlib/keys/Mnemonic.cpp.

A phrase says itself whether it has a password: its "seed version" is that of one kind or of the other. The password has
a check of eight bits only, so one wrong password in 256 gives another key. It is taken as it is typed: what looks
alike in two normal forms of Unicode is two passwords. Small and capital letters and white space of the phrase make no
difference. No error ever repeats a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from walletcore.errors import MnemonicError, PathError
from walletcore.hashes import hmac_sha512, pbkdf2_hmac_sha512
from walletcore.mnemonic import schemes
from walletcore.mnemonic.entropy import drawn
from walletcore.path import HARDENED, Path
from walletcore.secret import Confidential, Secret, sealed

__all__ = ["TonMnemonic"]

_WORDS = 24
_ITERATIONS = 100_000  # PBKDF_ITERATIONS
_ATTEMPTS = 256 * 20  # max_iterations of create_new, and 256 times as many where there is a password


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TonMnemonic(Confidential):
    """A phrase of 24 words and its password, both in UTF-8; without a password that is empty. Shows neither.

    Whether it is the phrase's own password is looked at where a phrase is read. Raises `MnemonicError`.
    """

    phrase: Secret
    password: Secret = field(default_factory=lambda: Secret(b""))
    __hash__ = None

    def __post_init__(self) -> None:
        for value in (self.phrase, self.password):
            if type(value) is not Secret:
                raise MnemonicError(
                    f"expected phrase and password as Secret, got {type(value).__name__}", reason="type"
                )
        read = type(self).parse(_text(self.phrase), _text(self.password), any_password=True)
        if read.phrase != self.phrase:
            raise MnemonicError("expected the words as they stand in the list, a space between", reason="non-canonical")

    @classmethod
    @sealed
    def generate(cls, *, password: str = "", entropy: bytes | Secret | None = None) -> TonMnemonic:
        """A new phrase from the operating system's randomness: a tenth of a second, with a password about one.

        ``entropy`` (32 bytes) is for tests: from them mnemonicFromRandomSeed makes one phrase after the other.
        Raises `MnemonicError`.
        """
        secret = schemes.checked_passphrase(password).encode()
        found = _candidates(None if entropy is None else drawn(32, entropy))
        for phrase in islice(found, _ATTEMPTS * 256 if secret else _ATTEMPTS):
            if _may_have(phrase, secret) and _fault(phrase, secret) == "":
                return cls._read(phrase, secret)
        raise MnemonicError("no phrase of this entropy passes the check", reason="range")

    @classmethod
    @sealed
    def parse(cls, phrase: str, password: str = "", *, any_password: bool = False) -> TonMnemonic:
        """Read a phrase and check it; with any white space, small or capital letters.

        Without the password that it has, a phrase is refused ("missing"), with one that it does not have, too
        ("policy"), and with a wrong one in 255 times of 256 ("mismatch"): ``any_password`` leaves out this last check,
        as bip_utils does, whose phrases pass it by chance only. Raises `MnemonicError` with the position of the first
        word that is not known.
        """
        typed = schemes.split(phrase)
        secret = schemes.checked_passphrase(password).encode()
        if len(typed) != _WORDS:
            raise schemes.refuse_count(typed, str(_WORDS), scheme="ton")
        words = [word.lower() for word in typed]
        schemes.english_indexes(words, scheme="ton")
        canonical = " ".join(words).encode()
        fault = _fault(canonical, secret)
        if fault and not (any_password is True and fault == "mismatch"):
            hint = schemes.hint(words, but="ton") if fault == "checksum" else ""
            raise MnemonicError(_FAULTS[fault], reason=fault, hint=hint)
        return cls._read(canonical, secret)

    @classmethod
    def _read(cls, phrase: bytes, password: bytes) -> TonMnemonic:
        """What has been checked, past the checks of the constructor."""
        made = object.__new__(cls)
        for name, value in (("phrase", Secret(phrase)), ("password", Secret(password))):
            object.__setattr__(made, name, value)
        return made

    @sealed
    def reveal(self) -> str:
        """The phrase itself, without the password: the words with one space between them. The one door to the text."""
        return _text(self.phrase)

    @sealed
    def seed(self) -> Secret:
        """The 64 bytes of which the first 32 are the wallet's key (to_seed): 100,000 rounds."""
        return Secret(self._stretched(b"TON default seed"))

    @sealed
    def private_key(self) -> Secret:
        """The 32 bytes from which the wallet's ed25519 key is made (to_private_key)."""
        return Secret(self._stretched(b"TON default seed")[:32])

    @sealed
    def hd_seed(self) -> Secret:
        """The 64 bytes that a tree of keys starts from (mnemonicToHDSeed): SLIP-10 on ed25519, or `derive`."""
        return Secret(self._stretched(b"TON HD Keys seed"))

    @sealed
    def derive(self, path: Path | str) -> TonMnemonic:
        """The phrase at a path of hardened steps, without a password (deriveMnemonicsPath): a tenth of a second.

        Raises `PathError`.
        """
        steps = (path if type(path) is Path else Path.parse(path)).steps  # type: ignore[arg-type]  # refuses what is no text
        if any(step < HARDENED for step in steps):
            raise PathError("expected hardened steps only", reason="hardened")
        state = hmac_sha512(b"TON Mnemonics HD seed", self._stretched(b"TON HD Keys seed"))
        for step in steps:
            state = hmac_sha512(state[32:], b"\0" + state[:32] + step.to_bytes(4))
        return type(self).generate(entropy=state[:32])

    def _stretched(self, salt: bytes) -> bytes:
        entropy = schemes.ton_entropy(self.phrase.reveal(), self.password.reveal())
        return pbkdf2_hmac_sha512(entropy, salt, _ITERATIONS)

    def __len__(self) -> int:
        """The number of words."""
        return _WORDS

    def __repr__(self) -> str:
        return f"TonMnemonic({_WORDS} words{', password' if len(self.password) else ''})"


TonMnemonic.__init__ = sealed(TonMnemonic.__init__)  # type: ignore[method-assign]


def _fault(phrase: bytes, password: bytes) -> str:
    """Why a phrase does not go with a password, or "" where it does: mnemonicValidate, told apart."""
    entropy = schemes.ton_entropy(phrase)
    basic, needs_password = schemes.is_ton_basic(entropy), schemes.is_ton_password(entropy)
    if basic:
        return "policy" if password else ""
    if not needs_password:
        return "checksum"
    if not password:
        return "missing"
    return "" if schemes.is_ton_basic(schemes.ton_entropy(phrase, password)) else "mismatch"


_FAULTS = {
    "checksum": "the words are no phrase of TON",
    "policy": "a password is given for a phrase that has none",
    "missing": "the phrase has a password, which is not given",
    "mismatch": "the password is not that of the phrase",
}


def _may_have(phrase: bytes, password: bytes) -> bool:
    """What rules out 255 phrases of 256 by one round, where a password is wanted."""
    return not password or schemes.is_ton_password(schemes.ton_entropy(phrase))


def _candidates(seed: bytes | None) -> Iterator[bytes]:
    """Phrases, whether they pass or not: of fresh randomness, or those that come of a seed one after the other."""
    while True:
        if seed is None:
            yield schemes.spelled_words(drawn(33, None)).encode()
        else:
            seed = pbkdf2_hmac_sha512(seed, b"TON mnemonic seed", 390, 33)
            yield schemes.spelled_words(seed).encode()


def _text(secret: Secret) -> str:
    try:
        return secret.reveal().decode()
    except UnicodeDecodeError:
        raise MnemonicError("expected phrase and password in UTF-8", reason="character") from None
