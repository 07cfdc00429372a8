"""SLIP-0010: trees of keys for secp256k1, NIST P-256, ed25519 and its variant with BLAKE2b.

SLIP-0010, "Master key generation" and "Child key derivation (CKD) functions", in its words: k and c are a key and its
chain code, I_L and I_R the halves of a hash. Where BIP-32 gives an index up, I_R is hashed again until a key comes out.

Ed25519 has hardened steps only, so its public keys have no children.
"""
# ruff: noqa: E741, N803, N806 - I and K are the specification's letters

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from walletcore.errors import DerivationError, InvalidKey, Unsupported
from walletcore.hashes import hash160, hmac_sha512
from walletcore.hd.checks import checked_chain_code, checked_path, checked_seed
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.path import HARDENED, Path
from walletcore.secret import Confidential, Secret, sealed

__all__ = ["Slip10PrivateKey", "Slip10PublicKey"]

Key = TypeVar("Key", Secret, bytes)

_HMAC_KEYS = {
    Curve.SECP256K1: b"Bitcoin seed",
    Curve.P256: b"Nist256p1 seed",
    Curve.ED25519: b"ed25519 seed",
    Curve.ED25519_BLAKE2B: b"ed25519 seed",  # Nano: the same tree, with other public keys
}
_NAMES = ", ".join(curve.value for curve in _HMAC_KEYS)
_HARDENED_ONLY = (Curve.ED25519, Curve.ED25519_BLAKE2B)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Slip10PrivateKey(Confidential):
    """A private key and its chain code (32 bytes): a node from which every step below can be taken.

    Raises `DerivationError`, and `Unsupported` for a key of a curve that SLIP-10 does not have.
    """

    private_key: PrivateKey
    chain_code: bytes
    __hash__ = None

    def __post_init__(self) -> None:
        if type(self.private_key) is not PrivateKey:
            raise DerivationError(f"expected a PrivateKey, got {type(self.private_key).__name__}", reason="type")
        _checked_curve(self.private_key.curve)
        checked_chain_code(self.chain_code)

    @classmethod
    @sealed
    def from_seed(cls, seed: bytes | Secret, curve: Curve) -> Slip10PrivateKey:
        """The root of a curve's tree, from a seed of 16 to 64 bytes. Raises `DerivationError`, `Unsupported`."""
        return _master(_checked_curve(curve), checked_seed(seed))

    @sealed
    def derive(self, path: Path | str) -> Slip10PrivateKey:
        """The node at the end of this path, counted from here.

        Raises `PathError`, and `DerivationError` ("hardened") for a step of ed25519 that is not hardened.
        """
        k, c = self.private_key.secret, self.chain_code
        for i in checked_path(path).steps:
            k, c = _ckd_priv(self.curve, k, c, i)
        return self if k is self.private_key.secret else _node(self.curve, k, c)

    @property
    def curve(self) -> Curve:
        """The curve of this tree."""
        return self.private_key.curve

    @property
    def public(self) -> Slip10PublicKey:
        """The public half, which derives the children that are not hardened.

        Together with the private key of one such child it gives this node's private key away.
        """
        return Slip10PublicKey(public_key=self.private_key.public_key, chain_code=self.chain_code)

    @property
    def public_key(self) -> PublicKey:
        """The public key of this node."""
        return self.private_key.public_key

    @property
    def fingerprint(self) -> bytes:
        """The first 4 bytes of the hash160 of the public key; key origins name a root by it."""
        return self.public.fingerprint

    def __repr__(self) -> str:
        return f"Slip10PrivateKey({self.curve.value})"


Slip10PrivateKey.__init__ = sealed(Slip10PrivateKey.__init__)  # type: ignore[method-assign]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip10PublicKey:
    """A public key and its chain code (32 bytes): a node from which steps that are not hardened can be taken.

    Raises `DerivationError`, and `Unsupported` for a key of a curve that SLIP-10 does not have.
    """

    public_key: PublicKey
    chain_code: bytes

    def __post_init__(self) -> None:
        if type(self.public_key) is not PublicKey:
            raise DerivationError(f"expected a PublicKey, got {type(self.public_key).__name__}", reason="type")
        _checked_curve(self.public_key.curve)
        checked_chain_code(self.chain_code)

    def derive(self, path: Path | str) -> Slip10PublicKey:
        """The node at the end of this path, counted from here.

        Raises `PathError`, and `DerivationError` ("hardened") for a hardened step and for every step of ed25519.
        """
        K, c = self.public_key.data, self.chain_code
        for i in checked_path(path).steps:
            K, c = _ckd_pub(self.curve, K, c, i)
        return Slip10PublicKey(public_key=PublicKey.trusted(self.curve, K), chain_code=c)

    @property
    def curve(self) -> Curve:
        """The curve of this tree."""
        return self.public_key.curve

    @property
    def fingerprint(self) -> bytes:
        """The first 4 bytes of the hash160 of the public key, of 00 and the public key for ed25519."""
        serialized = self.public_key.data
        return hash160(serialized.rjust(33, b"\0"))[:4]


def _checked_curve(curve: Curve) -> Curve:
    if type(curve) is not Curve or curve not in _HMAC_KEYS:
        raise Unsupported(f"expected one of {_NAMES} as curve of SLIP-10", reason="unknown")
    return curve


class _Scalars(Protocol):
    """What derivation needs of the module of a curve whose private keys are added modulo n."""

    def public_key(self, secret: Secret) -> bytes: ...
    def tweak_secret(self, secret: Secret, tweak: bytes) -> Secret: ...
    def tweak_public(self, public: bytes, tweak: bytes) -> bytes: ...


def _scalars(curve: Curve) -> _Scalars:
    if curve is Curve.SECP256K1:
        from walletcore.curves import secp256k1

        return secp256k1
    from walletcore.curves import p256

    return p256


def _node(curve: Curve, k: Secret, c: bytes) -> Slip10PrivateKey:
    return Slip10PrivateKey(private_key=PrivateKey(curve, k), chain_code=c)


def _master(curve: Curve, seed: Secret) -> Slip10PrivateKey:
    """I = HMAC-SHA512(Key = Curve, Data = S), with S := I as long as I_L is 0 or not below n."""
    I = hmac_sha512(_HMAC_KEYS[curve], seed.reveal())
    while True:
        try:
            return _node(curve, Secret(I[:32]), I[32:])
        except InvalidKey:
            I = hmac_sha512(_HMAC_KEYS[curve], I)


def _ckd_priv(curve: Curve, k_par: Secret, c_par: bytes, i: int) -> tuple[Secret, bytes]:
    """CKDpriv((k_par, c_par), i) -> (k_i, c_i)."""
    if curve in _HARDENED_ONLY:
        if i < HARDENED:
            raise DerivationError("ed25519 has hardened steps only", reason="hardened")
        I = hmac_sha512(c_par, b"\0" + k_par.reveal() + i.to_bytes(4))
        return Secret(I[:32]), I[32:]
    scalars = _scalars(curve)
    data = b"\0" + k_par.reveal() if i >= HARDENED else scalars.public_key(k_par)
    return _add_until_valid(scalars.tweak_secret, k_par, c_par, data, i)


def _ckd_pub(curve: Curve, K_par: bytes, c_par: bytes, i: int) -> tuple[bytes, bytes]:
    """CKDpub((K_par, c_par), i) -> (K_i, c_i)."""
    if i >= HARDENED:
        raise DerivationError("a hardened step needs the private key", reason="hardened")
    if curve in _HARDENED_ONLY:
        raise DerivationError("ed25519 has no public derivation", reason="hardened")
    return _add_until_valid(_scalars(curve).tweak_public, K_par, c_par, K_par, i)


def _add_until_valid(
    add: Callable[[Key, bytes], Key], parent: Key, c_par: bytes, data: bytes, i: int
) -> tuple[Key, bytes]:
    """parent + I_L and I_R; with Data = 01 || I_R || ser32(i) as long as the sum is no key."""
    I = hmac_sha512(c_par, data + i.to_bytes(4))
    while True:
        try:
            return add(parent, I[:32]), I[32:]
        except InvalidKey as error:
            if error.reason != "range":
                raise
            I = hmac_sha512(c_par, b"\1" + I[32:] + i.to_bytes(4))
