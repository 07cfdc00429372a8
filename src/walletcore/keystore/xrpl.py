"""Seeds of the XRP Ledger: 16 bytes as ``s...`` or ``sEd...``, as secret numbers or as words, and the keys of them.

xrpl.org, "Cryptographic Keys" (seed, "Ed25519 Key Derivation", "secp256k1 Key Derivation") and "base58 Encodings";
XLS-12 (secret numbers); RFC 1751, whose words rippled takes of the seed's bytes in reverse.

A text that begins with ``sEd`` says that its key is one of Ed25519. Numbers and words do not say the curve, and
libraries have changed what they take for granted, so it is named. A seed is never made of a phrase that somebody
thinks of, as rippled does: whoever hashes all likely ones has all their money.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from walletcore.coding.text import xrpl_base58check
from walletcore.curves import secp256k1
from walletcore.errors import DecodingError, KeystoreError
from walletcore.keys import Curve, PrivateKey
from walletcore.keystore.kdf import chance
from walletcore.secret import Confidential, Secret, sealed

__all__ = ["FamilySeed"]

_PREFIXES = {Curve.SECP256K1: b"\x21", Curve.ED25519: b"\x01\xe1\x4b"}
_SIZE = 16
_GROUPS, _DIGITS = 8, 6
_NUMERALS = frozenset("0123456789")
_HALVES, _WORDS = 2, 6  # RFC 1751: six words for eight bytes
_MAX_TEXT = 1024


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class FamilySeed(Confidential):
    """The 16 bytes of a seed, and the curve of its keys: secp256k1 or Ed25519. Raises `KeystoreError`."""

    entropy: Secret
    curve: Curve
    __hash__ = None

    def __post_init__(self) -> None:
        if type(self.entropy) is not Secret:
            raise KeystoreError("expected the entropy as a Secret", reason="type")
        if len(self.entropy) != _SIZE:
            raise KeystoreError(f"expected {_SIZE} bytes, got {len(self.entropy)}", reason="length")
        _check_curve(self.curve)

    @classmethod
    @sealed
    def generate(cls, curve: Curve, *, entropy: bytes | Secret | None = None) -> FamilySeed:
        """A new seed from the operating system's randomness; ``entropy`` (16 bytes) is for tests."""
        given = entropy.reveal() if isinstance(entropy, Secret) else entropy
        return cls(entropy=Secret(chance(given, _SIZE)), curve=curve)

    @classmethod
    @sealed
    def parse(cls, text: str, *, curve: Curve | None = None) -> FamilySeed:
        """Read ``sEd...``, whose curve is Ed25519, or ``s...``, whose curve is secp256k1 unless another is named.

        Raises `KeystoreError`: for an ``sEd...`` where secp256k1 is named, with the reason "mismatch".
        """
        if curve is not None:
            _check_curve(curve)
        data = _decoded(text)
        for told, prefix in _PREFIXES.items():
            if data.startswith(prefix) and len(data) == len(prefix) + _SIZE:
                if told is Curve.ED25519 and curve is Curve.SECP256K1:
                    raise KeystoreError("the seed is one of Ed25519", reason="mismatch")
                return cls(entropy=Secret(data[len(prefix) :]), curve=curve or told)
        known = len(data) in [len(prefix) + _SIZE for prefix in _PREFIXES.values()]
        raise KeystoreError("expected a seed of 16 bytes and its prefix", reason="prefix" if known else "length")

    @classmethod
    @sealed
    def from_secret_numbers(cls, text: str, curve: Curve) -> FamilySeed:
        """Read eight groups of six digits (XLS-12), with white space between them or none at all.

        Raises `KeystoreError` with the number of the first group that is wrong.
        """
        groups = _split(text)
        hint = "" if set("".join(groups)) <= _NUMERALS else _hint(text)
        if len(groups) == 1 and len(groups[0]) == _GROUPS * _DIGITS:
            groups = [groups[0][start : start + _DIGITS] for start in range(0, _GROUPS * _DIGITS, _DIGITS)]
        if len(groups) != _GROUPS:
            message = f"expected {_GROUPS} groups of {_DIGITS} digits, got {len(groups)}"
            raise KeystoreError(message, reason="length", hint=hint)
        numbers = [_two_bytes(group, place, hint) for place, group in enumerate(groups)]
        return cls(entropy=Secret(b"".join(numbers)), curve=curve)

    @classmethod
    @sealed
    def from_words(cls, text: str, curve: Curve) -> FamilySeed:
        """Read twelve words of RFC 1751, capital or small. Raises `KeystoreError` with the number of a wrong word."""
        from Crypto.Util.RFC1751 import english_to_key

        words = _known_words(text)
        halves = [" ".join(words[start : start + _WORDS]) for start in range(0, _HALVES * _WORDS, _WORDS)]
        try:
            data = b"".join(english_to_key(half) for half in halves)
        except ValueError:
            raise KeystoreError("the parity of the words does not match", reason="checksum") from None
        return cls(entropy=Secret(data[::-1]), curve=curve)

    @sealed
    def reveal(self) -> str:
        """The text, ``s...`` or ``sEd...``, which gives all keys away."""
        return xrpl_base58check().encode(_PREFIXES[self.curve] + self.entropy.reveal())

    @sealed
    def secret_numbers(self) -> str:
        """The secret numbers, which do not say the curve: eight groups with one space between them."""
        data = self.entropy.reveal()
        numbers = [int.from_bytes(data[start : start + 2]) for start in range(0, _SIZE, 2)]
        return " ".join(f"{number:05}{_check_digit(number, place)}" for place, number in enumerate(numbers))

    @sealed
    def words(self) -> str:
        """The words of RFC 1751, which do not say the curve: twelve in capitals with one space between them."""
        from Crypto.Util.RFC1751 import key_to_english

        return key_to_english(self.entropy.reveal()[::-1])

    @sealed
    def private_key(self, index: int = 0) -> PrivateKey:
        """The master key of the account: of the family's member ``index`` (secp256k1), who is 0 in every wallet.

        Raises `KeystoreError` for an index that is none from 0 to 2^32 - 1, or another than 0 on Ed25519.
        """
        if type(index) is not int:
            raise KeystoreError(f"expected an index as an integer, got {type(index).__name__}", reason="type")
        if not 0 <= index < (1 << 32 if self.curve is Curve.SECP256K1 else 1):
            raise KeystoreError("expected an index below 2^32, or 0 on Ed25519", reason="range")
        if self.curve is Curve.ED25519:
            return self.validator_key()
        root = _scalar(self.entropy.reveal())
        intermediate = _scalar(secp256k1.point(root) + index.to_bytes(4))
        return PrivateKey(self.curve, Secret(secp256k1.add_scalars(root, intermediate)))

    @sealed
    def validator_key(self) -> PrivateKey:
        """The key of a node that validates: the root of the family (secp256k1), or the only key (Ed25519)."""
        seed = self.entropy.reveal()
        return PrivateKey(self.curve, Secret(_scalar(seed) if self.curve is Curve.SECP256K1 else _sha512_half(seed)))

    def __repr__(self) -> str:
        return f"FamilySeed({self.curve.value})"


FamilySeed.__init__ = sealed(FamilySeed.__init__)  # type: ignore[method-assign]


def _check_curve(curve: Curve) -> None:
    if type(curve) is not Curve or curve not in _PREFIXES:
        raise KeystoreError("expected Curve.SECP256K1 or Curve.ED25519", reason="type")


def _sha512_half(data: bytes) -> bytes:
    return hashlib.sha512(data).digest()[:32]


def _scalar(data: bytes) -> bytes:
    """The first hash of the data and a sequence number that is a private key: in practice that of 0."""
    for sequence in range(1 << 32):
        candidate = _sha512_half(data + sequence.to_bytes(4))
        if 0 < int.from_bytes(candidate) < secp256k1.ORDER:
            return candidate
    raise KeystoreError("no hash of the seed is a private key", reason="range")


def _decoded(text: str) -> bytes:
    """The bytes of a text whose checksum is right."""
    _split(text)
    try:
        return xrpl_base58check().decode(text)
    except DecodingError as error:
        raise KeystoreError(str(error), reason=error.reason, hint=error.hint or _hint(text)) from None


def _split(text: str) -> list[str]:
    if type(text) is not str:
        raise KeystoreError(f"expected text, got {type(text).__name__}", reason="type")
    if len(text) > _MAX_TEXT:
        raise KeystoreError(f"expected at most {_MAX_TEXT} characters, got {len(text)}", reason="too-large")
    return text.split()


def _check_digit(number: int, place: int) -> int:
    return number * (2 * place + 1) % 9


def _two_bytes(group: str, place: int, hint: str) -> bytes:
    """What a group of digits stands for."""
    where = f"group {place + 1} of {_GROUPS}"
    if len(group) != _DIGITS:
        raise KeystoreError(f"expected {_DIGITS} digits as {where}, got {len(group)}", reason="length")
    if not set(group) <= _NUMERALS:
        raise KeystoreError(f"expected digits only in {where}", reason="character", hint=hint)
    number, check = divmod(int(group), 10)
    if number > 0xFFFF:
        raise KeystoreError(f"{where} is above 65535", reason="range")
    if _check_digit(number, place) != check:
        raise KeystoreError(f"the last digit of {where} does not match", reason="checksum")
    return number.to_bytes(2)


def _known_words(text: str) -> list[str]:
    """Twelve words in capitals, all of the list."""
    from Crypto.Util.RFC1751 import wordlist

    typed = _split(text)
    if len(typed) != _HALVES * _WORDS:
        message = f"expected {_HALVES * _WORDS} words, got {len(typed)}"
        raise KeystoreError(message, reason="word-count", hint=_hint(text))
    words = [word.upper() if word.isascii() else word for word in typed]
    for position, word in enumerate(words):
        if word not in wordlist:
            message = f"word {position + 1} of {len(words)} is not in the list of RFC 1751"
            raise KeystoreError(message, reason="unknown", hint=_hint(text))
    return words


def _hint(text: str) -> str:
    """What a text of another scheme looks like, or "", in any normal form."""
    from walletcore.mnemonic import schemes  # which reading a seed does not need

    return schemes.hint(schemes.split(text), but="xrpl")
