"""BIP32-Ed25519: trees of extended ed25519 keys with private and public derivation (Khovratovich and Law, 2017, V).

In the paper's words: k is k_L || k_R, the extended private key, A its public key, c a chain code, Z the hash from which
a child is made. Three derivations are in use, and a root belongs to one of them: the paper's own (Cardano since Icarus,
Ledger, Trezor), that of Daedalus before it ("V1" of input-output-hk/cardano-crypto, cbits/encrypted_sign.c, whose sums
are part of its keys by now), and Algorand's (algorandfoundation/xHD-Wallet-API-ts), which keeps more of Z.

Texts are those of CIP-16 with the prefixes of CIP-5. How a phrase becomes a root is told in `hd.ed25519_roots`.
"""
# ruff: noqa: N803, N806 - the paper's letters

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Literal, NamedTuple

from walletcore.coding.text import bech32, from_words, to_words
from walletcore.curves import ed25519_bip32 as curve
from walletcore.errors import DerivationError, raised_as
from walletcore.hashes import hash160, hmac_sha512
from walletcore.hd.checks import as_derivation, checked_chain_code, checked_path
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.path import HARDENED, Path
from walletcore.secret import Confidential, Secret, sealed

__all__ = ["KINDS", "Bip32Ed25519PrivateKey", "Bip32Ed25519PublicKey", "Derivation"]

KINDS = (
    *("root", "root_shared", "acct", "acct_shared", "addr", "addr_shared", "stake", "stake_shared"),
    *("drep", "cc_cold", "cc_hot", "pool"),
)
"""What extended keys are for, in the words that CIP-5 has before ``_xsk`` and ``_xvk``; ``pool`` is cardano-api's."""
_PRIVATE = {f"{kind}_xsk": kind for kind in KINDS} | {f"{kind}_xprv": kind for kind in KINDS} | {"xprv": ""}
_PUBLIC = {f"{kind}_xvk": kind for kind in KINDS} | {f"{kind}_xpub": kind for kind in KINDS} | {"xpub": ""}
_MAX_LENGTH = 192  # characters: the longest prefix, 96 bytes and a checksum are fewer


class Derivation(Enum):
    """How children are made of a key; the value is the name used in vectors."""

    KHOVRATOVICH_LAW = "khovratovich-law"
    BYRON_LEGACY = "byron-legacy"
    PEIKERT = "peikert"

    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Bip32Ed25519PrivateKey(Confidential):
    """An extended private key (k_L || k_R), its chain code (32 bytes), and how its children are made.

    Raises `DerivationError`; "range" for a k_L without the bits that every key of the derivation has.
    """

    private_key: PrivateKey
    chain_code: bytes
    derivation: Derivation
    __hash__ = None

    def __post_init__(self) -> None:
        if type(self.private_key) is not PrivateKey or self.private_key.curve is not Curve.ED25519_BIP32:
            raise DerivationError("expected a PrivateKey of ed25519-bip32", reason="type")
        checked_chain_code(self.chain_code)
        if _checked_rules(self.derivation).is_clamped and not _is_clamped(self.private_key.secret.reveal()):
            raise DerivationError("expected a k_L with its lowest and highest bits set and cleared", reason="range")

    @classmethod
    @sealed
    def parse(
        cls, text: str, *, kind: str | None = None, derivation: Derivation = Derivation.KHOVRATOVICH_LAW
    ) -> Bip32Ed25519PrivateKey:
        """Read acct_xsk1... or another text of `KINDS`, also in its older spelling (acct_xprv, xprv).

        ``kind``, where given, is what it has to be. A text does not say its derivation: it is that of CIP-1852, unless
        the caller knows of a key of Daedalus. Raises `DerivationError`.
        """
        data = _decode(text, _PRIVATE, kind, 96)
        with as_derivation():
            key = PrivateKey(Curve.ED25519_BIP32, Secret(data[:64]))
        return cls(private_key=key, chain_code=data[64:], derivation=_cardano(derivation))

    @sealed
    def reveal(self, *, kind: str) -> str:
        """The text that gives everything below this key away: ``root`` for root_xsk1..., ``acct``, ``addr`` ...

        Raises `DerivationError`, and `InvalidKey` when the key was wiped.
        """
        _cardano(self.derivation)
        return _encode(f"{_checked_kind(kind)}_xsk", self.private_key.secret.reveal() + self.chain_code)

    @sealed
    def derive(self, path: Path | str) -> Bip32Ed25519PrivateKey:
        """The key at the end of this path, counted from here.

        Raises `PathError`, and `DerivationError` ("range") for a child that the derivation does not have.
        """
        rules, k, c = _RULES[self.derivation], self.private_key.secret.reveal(), self.chain_code
        for i in checked_path(path).steps:
            k, c = _ckd_priv(rules, k, c, i)
        private_key = PrivateKey.trusted(Curve.ED25519_BIP32, Secret(k))
        return Bip32Ed25519PrivateKey(private_key=private_key, chain_code=c, derivation=self.derivation)

    @property
    def public(self) -> Bip32Ed25519PublicKey:
        """The public half, which derives the children that are not hardened.

        Together with the private key of one such child it gives this key away.
        """
        key = self.private_key.public_key
        return Bip32Ed25519PublicKey(public_key=key, chain_code=self.chain_code, derivation=self.derivation)

    @property
    def public_key(self) -> PublicKey:
        """The public key, A."""
        return self.private_key.public_key

    @property
    def fingerprint(self) -> bytes:
        """As that of the public half."""
        return self.public.fingerprint

    def __repr__(self) -> str:
        return f"Bip32Ed25519PrivateKey({self.derivation.value})"


Bip32Ed25519PrivateKey.__init__ = sealed(Bip32Ed25519PrivateKey.__init__)  # type: ignore[method-assign]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bip32Ed25519PublicKey:
    """A public key and its chain code (32 bytes), from which children that are not hardened are made.

    Raises `DerivationError`.
    """

    public_key: PublicKey
    chain_code: bytes
    derivation: Derivation

    def __post_init__(self) -> None:
        if type(self.public_key) is not PublicKey or self.public_key.curve is not Curve.ED25519_BIP32:
            raise DerivationError("expected a PublicKey of ed25519-bip32", reason="type")
        checked_chain_code(self.chain_code)
        _checked_rules(self.derivation)

    @classmethod
    @sealed
    def parse(
        cls, text: str, *, kind: str | None = None, derivation: Derivation = Derivation.KHOVRATOVICH_LAW
    ) -> Bip32Ed25519PublicKey:
        """Read acct_xvk1... or another text of `KINDS`, also in its older spelling (acct_xpub, xpub).

        ``kind`` and ``derivation`` are as for private keys. Raises `DerivationError`.
        """
        data = _decode(text, _PUBLIC, kind, 64)
        with as_derivation():
            key = PublicKey(Curve.ED25519_BIP32, data[:32])
        return cls(public_key=key, chain_code=data[32:], derivation=_cardano(derivation))

    def text(self, *, kind: str) -> str:
        """The text: ``acct`` for acct_xvk1..., and so on. Raises `DerivationError`."""
        _cardano(self.derivation)
        return _encode(f"{_checked_kind(kind)}_xvk", self.public_key.data + self.chain_code)

    def derive(self, path: Path | str) -> Bip32Ed25519PublicKey:
        """The key at the end of this path, counted from here.

        Raises `PathError`, and `DerivationError` for a hardened step ("hardened") and a child that is no key ("point").
        """
        rules, A, c = _RULES[self.derivation], self.public_key.data, self.chain_code
        for i in checked_path(path).steps:
            A, c = _ckd_pub(rules, A, c, i)
        public_key = PublicKey.trusted(Curve.ED25519_BIP32, A)
        return Bip32Ed25519PublicKey(public_key=public_key, chain_code=c, derivation=self.derivation)

    @property
    def fingerprint(self) -> bytes:
        """The first 4 bytes of the hash160 of 00 and the public key, as SLIP-10 has it for ed25519."""
        return hash160(b"\0" + self.public_key.data)[:4]


def _trunc(bits: int) -> Callable[[bytes], int]:
    """8 * trunc(Z_L): what is kept are the lowest so many bits of the little-endian number."""
    mask = (1 << bits) - 1

    def eightfold(Z_L: bytes) -> int:
        return (int.from_bytes(Z_L, "little") & mask) << 3

    return eightfold


_SHIFTED = bytes(byte << 3 & 0xFF for byte in range(256))


def _eight_times_each_byte(Z_L: bytes) -> int:
    """V1's 8 * Z_L (multiply8_v1): what a byte carries over is lost."""
    return int.from_bytes(Z_L.translate(_SHIFTED), "little")


def _add(Z_R: bytes, k_R: bytes) -> bytes:
    """Z_R + k_R mod 2^256."""
    total = int.from_bytes(Z_R, "little") + int.from_bytes(k_R, "little")
    return (total & _LAST).to_bytes(32, "little")


def _add_each_byte(Z_R: bytes, k_R: bytes) -> bytes:
    """V1's sum (add_256bits_v1): what a byte carries over is lost."""
    return bytes(a + b & 0xFF for a, b in zip(Z_R, k_R, strict=True))


_LAST = (1 << 256) - 1


class _Rules(NamedTuple):
    """What the derivations differ in."""

    order: Literal["little", "big"]
    """the order of an index's four bytes"""
    eightfold: Callable[[bytes], int]
    """Z_L -> what is added to k_L, and times the base point to A"""
    add_right: Callable[[bytes, bytes], bytes]
    """Z_R, k_R -> the k_R of the child"""
    is_clamped: bool
    """whether each k_L is a multiple of eight from 2^254 to 2^255, as that of the root is; otherwise it is reduced"""


_RULES = {
    Derivation.KHOVRATOVICH_LAW: _Rules("little", _trunc(28 * 8), _add, True),
    Derivation.BYRON_LEGACY: _Rules("big", _eight_times_each_byte, _add_each_byte, False),
    Derivation.PEIKERT: _Rules("little", _trunc(256 - 9), _add, True),
}


def _ckd_priv(rules: _Rules, k: bytes, c: bytes, i: int) -> tuple[bytes, bytes]:
    """V.C, private child key derivation: (k, c) and i to (k_i, c_i)."""
    if i >= HARDENED:
        Z, c_i = _hashes(rules, c, b"\0", b"\1", k, i)
    else:
        Z, c_i = _hashes(rules, c, b"\2", b"\3", curve.base_times(k[:32]), i)
    k_L = _add_left(rules, Z[:32], k[:32])
    return k_L + rules.add_right(Z[32:], k[32:]), c_i


def _add_left(rules: _Rules, Z_L: bytes, k_L: bytes) -> bytes:
    """8 * Z_L + k_L. The paper discards a sum that the group order divides; from 2^255 on it is no scalar any more."""
    total = rules.eightfold(Z_L) + int.from_bytes(k_L, "little")
    reduced = total % curve.ORDER
    total = total if rules.is_clamped else reduced
    if reduced == 0 or total >> 255:
        raise DerivationError("the child has no key of this derivation", reason="range")
    return total.to_bytes(32, "little")


def _ckd_pub(rules: _Rules, A: bytes, c: bytes, i: int) -> tuple[bytes, bytes]:
    """V.D, public child key derivation: (A, c) and i to (A_i, c_i)."""
    if i >= HARDENED:
        raise DerivationError("a hardened step needs the private key", reason="hardened")
    Z, c_i = _hashes(rules, c, b"\2", b"\3", A, i)
    with as_derivation():
        return curve.add_point(A, rules.eightfold(Z[:32]).to_bytes(32, "little")), c_i


def _hashes(rules: _Rules, c: bytes, of_Z: bytes, of_c: bytes, key: bytes, i: int) -> tuple[bytes, bytes]:
    """Z, 64 bytes, and the chain code of the child: the right half of a hash that differs in its first byte."""
    data = key + i.to_bytes(4, rules.order)
    return hmac_sha512(c, of_Z + data), hmac_sha512(c, of_c + data)[32:]


def _is_clamped(k: bytes) -> bool:
    return k[0] & 0b111 == 0 and k[31] & 0b1100_0000 == 0b0100_0000


def _checked_rules(derivation: Derivation) -> _Rules:
    if type(derivation) is not Derivation:
        raise DerivationError(f"expected a Derivation, got {type(derivation).__name__}", reason="type")
    return _RULES[derivation]


def _cardano(derivation: Derivation) -> Derivation:
    """A derivation whose keys have texts: those of CIP-5 are Cardano's."""
    _checked_rules(derivation)
    if derivation is Derivation.PEIKERT:
        raise DerivationError("the keys of this derivation have no text form", reason="scheme")
    return derivation


def _checked_kind(kind: str) -> str:
    if type(kind) is not str or kind not in KINDS:
        raise DerivationError("expected a kind of `KINDS`, such as root or acct", reason="unknown")
    return kind


def _encode(prefix: str, data: bytes) -> str:
    return bech32.encode(prefix, to_words(data), max_length=_MAX_LENGTH)


def _decode(text: str, prefixes: dict[str, str], kind: str | None, size: int) -> bytes:
    """The bytes of a text with one of these prefixes, of this kind if one is wanted."""
    wanted = None if kind is None else _checked_kind(kind)
    if type(text) is str and len(text) > _MAX_LENGTH:  # before anything is copied of it
        raise DerivationError(f"expected at most {_MAX_LENGTH} characters, got {len(text)}", reason="too-large")
    with raised_as(DerivationError):
        prefix, words = bech32.decode(text, max_length=_MAX_LENGTH)
        if prefix not in prefixes or wanted not in (None, prefixes[prefix]):
            expected = f"{wanted or 'acct'}{next(iter(prefixes)).removeprefix('root')}1"
            raise DerivationError(f"expected a text that begins with {expected} or the like", reason="prefix")
        data = from_words(words)
    if len(data) != size:
        raise DerivationError(f"expected {size} bytes, got {len(data)}", reason="length")
    return data
