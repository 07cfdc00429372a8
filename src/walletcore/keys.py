"""Keys and what they can do: one private and one public type for all curves and schemes.

The curve modules do the mathematics and are imported when a key of theirs is first used.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import Any, Protocol, cast

from walletcore.curves import Operations
from walletcore.errors import InvalidKey, InvalidSignature, Unsupported
from walletcore.freezing import thawed
from walletcore.secret import Confidential, Secret, sealed

__all__ = ["Curve", "PrivateKey", "PublicKey", "Scheme"]


class Curve(Enum):
    """The curves; the value is the name used in vectors."""

    SECP256K1 = "secp256k1"
    P256 = "nist256p1"
    ED25519 = "ed25519"
    ED25519_BIP32 = "ed25519-bip32"
    ED25519_BLAKE2B = "ed25519-blake2b"
    SR25519 = "sr25519"

    __hash__ = object.__hash__  # members are single; Enum would hash the name, in Python


class Scheme(Enum):
    """The signature schemes; the value is the name used in vectors and in request ids.

    ``curve`` is the curve whose keys sign with the scheme.
    """

    curve: Curve

    ECDSA = "ecdsa", Curve.SECP256K1
    BIP340 = "bip340", Curve.SECP256K1
    SCHNORR_BCH = "schnorr-bch", Curve.SECP256K1
    ECDSA_P256 = "ecdsa-p256", Curve.P256
    ED25519 = "ed25519", Curve.ED25519
    ED25519_BIP32 = "ed25519-bip32", Curve.ED25519_BIP32
    ED25519_BLAKE2B = "ed25519-blake2b", Curve.ED25519_BLAKE2B
    SR25519 = "sr25519", Curve.SR25519

    def __new__(cls, name: str, curve: Curve) -> Scheme:
        member = object.__new__(cls)
        member._value_ = name
        member.curve = curve
        return member

    __hash__ = object.__hash__


_MODULES = {
    Curve.SECP256K1: "secp256k1",
    Curve.P256: "p256",
    Curve.ED25519: "ed25519",
    Curve.ED25519_BIP32: "ed25519_bip32",
    Curve.ED25519_BLAKE2B: "ed25519_blake2b",
    Curve.SR25519: "sr25519",
}
Sign = Callable[[Any, bytes, bytes], tuple[bytes, int | None]]
Kept = dict[tuple[Scheme, bytes | None], tuple[Sign, Any]]
_MAX_PUBLIC, _MAX_KEPT = 65, 16
_NO_AUX = bytes(32)


class CurveModule(Protocol):
    """What each module of ``walletcore.curves`` offers."""

    SCHEMES: Mapping[str, Operations]

    def check_secret(self, secret: Secret) -> None: ...
    def public_key(self, secret: Secret) -> bytes: ...
    def parse_public(self, data: bytes) -> bytes: ...


@cache
def _module(curve: Curve) -> CurveModule:
    return cast(CurveModule, importlib.import_module(f"walletcore.curves.{_MODULES[curve]}"))


@cache
def _by_point() -> Any:
    """`walletcore.curves.by_point`."""
    return importlib.import_module("walletcore.curves.by_point")


@cache
def _operations(scheme: Scheme) -> Operations:
    return _module(scheme.curve).SCHEMES[scheme.value]


def _checked_curve(curve: object) -> Curve:
    if type(curve) is not Curve:
        raise InvalidKey(f"expected a Curve, got {type(curve).__name__}", reason="type")
    return curve


def _operations_for(scheme: object, curve: Curve) -> Operations:
    if type(scheme) is not Scheme:
        raise Unsupported(f"expected a Scheme, got {type(scheme).__name__}", reason="type")
    if scheme.curve is not curve:
        raise Unsupported(f"a key of {curve.value} does not sign with {scheme.value}", reason="scheme")
    return _operations(scheme)


def _grinding(scheme: Scheme, low_r: object) -> Callable[[Secret, bytes], tuple[bytes, int]]:
    """How ECDSA signs with a low r. Raises `InvalidKey`, and `Unsupported` for the other schemes."""
    if low_r is not True:
        raise InvalidKey("expected a bool as low_r", reason="type")
    if scheme is not Scheme.ECDSA:
        raise Unsupported(f"low_r goes with ECDSA on secp256k1 only, not with {scheme.value}", reason="scheme")
    from walletcore.curves.secp256k1 import sign_low_r

    return sign_low_r


def _checked_bytes(value: object, what: str) -> bytes:
    if type(value) is not bytes:
        raise InvalidSignature(f"expected the {what} as bytes, got {type(value).__name__}", reason="type")
    return value


@dataclass(frozen=True, slots=True, repr=False)
class PublicKey:
    """A point in its curve's canonical form: 33 bytes compressed (SEC 1), or 32 bytes (RFC 8032, RFC 9496).

    Raises `InvalidKey` for any other spelling; `parse` also takes the 65-byte form.
    """

    curve: Curve
    data: bytes

    def __post_init__(self) -> None:
        if PublicKey.parse(self.curve, self.data).data != self.data:
            raise InvalidKey("expected the canonical form; PublicKey.parse takes the others", reason="non-canonical")

    @classmethod
    def parse(cls, curve: Curve, data: bytes) -> PublicKey:
        """The key in any standard form of its curve. Raises `InvalidKey`."""
        if type(data) is not bytes or len(data) > _MAX_PUBLIC:
            raise InvalidKey("expected a public key of at most 65 bytes", reason="type")
        return cls.trusted(curve, _module(_checked_curve(curve)).parse_public(data))

    @classmethod
    def trusted(cls, curve: Curve, data: bytes) -> PublicKey:
        """A key whose bytes a curve module has just computed; nothing is checked again."""
        made = _new_public()
        made.curve = curve
        made.data = data
        made.__class__ = PublicKey
        key: PublicKey = made
        return key

    def verify(self, scheme: Scheme, message: bytes, signature: bytes) -> None:
        """Return if this key signed the message (the digest, for ECDSA); otherwise raise `InvalidSignature`.

        Signatures are 64 bytes; for ECDSA only the low-s form passes.
        """
        operations = _operations_for(scheme, self.curve)
        operations.verify(self.data, _checked_bytes(message, "message"), _checked_bytes(signature, "signature"))

    def accept(
        self, scheme: Scheme, message: bytes, signature: bytes, recovery: int | None = None
    ) -> tuple[bytes, int | None]:
        """Verify a signature as a device returned it (DER or raw, high or low s).

        Returns its canonical 64 bytes and its recovery id (secp256k1 ECDSA only). Raises `InvalidSignature`.
        """
        operations = _operations_for(scheme, self.curve)
        if recovery is not None and type(recovery) is not int:
            raise InvalidSignature("expected a recovery id from 0 to 3", reason="type")
        if type(message) is not bytes or type(signature) is not bytes:
            raise InvalidSignature("expected the message and the signature as bytes", reason="type")
        return operations.accept(self.data, message, signature, recovery)

    def taproot_output(self, merkle_root: bytes) -> PublicKey:
        """The BIP-341 output key (even y) of this internal key; the root is 32 bytes, or empty for key path only."""
        if self.curve is not Curve.SECP256K1 or type(merkle_root) is not bytes or len(merkle_root) not in (0, 32):
            raise InvalidKey("expected a secp256k1 key and a merkle root of 0 or 32 bytes", reason="length")
        from walletcore.curves.secp256k1 import taproot_output

        return PublicKey.trusted(self.curve, taproot_output(self.data, merkle_root))

    def even_y(self) -> PublicKey:
        """The key with the same x and even y, which is what BIP-340 signs with."""
        if self.curve is not Curve.SECP256K1 or self.data[0] == 2:
            return self
        return PublicKey.trusted(self.curve, b"\x02" + self.data[1:])

    def __eq__(self, other: object) -> bool:
        return type(other) is PublicKey and self.data == other.data and self.curve is other.curve

    def __hash__(self) -> int:
        return hash(self.data)

    def __repr__(self) -> str:
        return f"PublicKey({self.curve.value}, {self.data.hex()})"


_new_public = thawed(PublicKey)


@dataclass(frozen=True, slots=True, repr=False)
class PrivateKey(Confidential):
    """A scalar (secp256k1, P-256) or seed (ed25519, with BLAKE2b too) of 32 bytes, or k_L || k_R of 64 (BIP32-Ed25519).

    It prints and compares as carefully as its `Secret`.

    For sr25519 it is a scalar and the secret of its nonces, 64 bytes: see `walletcore.curves.sr25519`.

    Raises `InvalidKey` when the secret is not in range. Its public half is always derived, never a parameter.
    """

    curve: Curve
    secret: Secret
    _public_key: PublicKey | None = field(default=None, init=False, repr=False, compare=False)
    _kept: Kept = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if type(self.secret) is not Secret:
            raise InvalidKey("expected the private key as a Secret", reason="type")
        _module(_checked_curve(self.curve)).check_secret(self.secret)

    __hash__ = None

    @classmethod
    def trusted(cls, curve: Curve, secret: Secret, public: bytes | None = None) -> PrivateKey:
        """A key whose secret, and perhaps public half, a curve module has just computed; nothing is checked again."""
        made = _new_private()
        made.curve = curve
        made.secret = secret
        made._public_key = None if public is None else PublicKey.trusted(curve, public)
        made._kept = {}
        made.__class__ = PrivateKey
        key: PrivateKey = made
        return key

    @property
    def public_key(self) -> PublicKey:
        """The public half, computed at the first use."""
        if self._public_key is None:
            public = PublicKey.trusted(self.curve, _module(self.curve).public_key(self.secret))
            object.__setattr__(self, "_public_key", public)
            return public
        return self._public_key

    def sign(
        self,
        scheme: Scheme,
        message: bytes,
        *,
        tweak: bytes | None = None,
        aux: bytes = _NO_AUX,
        low_r: bool = False,
    ) -> bytes:
        """The 64-byte signature of a message (a 32-byte digest, for ECDSA), deterministic: RFC 6979, BIP-340, RFC 8032.

        Those of sr25519 are randomised: two of one message differ.

        ``tweak`` is BIP-341's merkle root (empty: key path only); ``aux`` is BIP-340's auxiliary randomness; ``low_r``
        gives secp256k1's ECDSA an r below 2**255, as Bitcoin Core does. Raises `InvalidKey` and `Unsupported` for what
        does not go with the scheme.
        """
        return self.sign_recoverable(scheme, message, tweak=tweak, aux=aux, low_r=low_r)[0]

    def sign_recoverable(
        self,
        scheme: Scheme,
        message: bytes,
        *,
        tweak: bytes | None = None,
        aux: bytes = _NO_AUX,
        low_r: bool = False,
    ) -> tuple[bytes, int | None]:
        """As `sign`, with the recovery id of a secp256k1 ECDSA signature (0 to 3), None for the other schemes."""
        if type(scheme) is not Scheme or (tweak is not None and type(tweak) is not bytes):
            raise InvalidKey("expected a Scheme, and bytes as tweak", reason="type")
        if aux is not _NO_AUX and (type(aux) is not bytes or len(aux) != 32):  # though only BIP-340 reads it
            raise InvalidKey("expected 32 bytes as auxiliary randomness", reason="length")
        if self.secret.is_wiped:
            raise InvalidKey("the secret was wiped", reason="wiped")
        sign, prepared = self._kept.get((scheme, tweak)) or self._prepare(scheme, tweak)
        if low_r is not False:
            return _grinding(scheme, low_r)(prepared, _checked_bytes(message, "message"))
        return sign(prepared, message if type(message) is bytes else _checked_bytes(message, "message"), aux)

    def is_internal_key(self, internal: PublicKey, merkle_root: bytes) -> bool:
        """Whether this is the secret of BIP-341's internal key, seen by the output key; it then signs at once.

        ``internal`` is a secp256k1 key, of which x alone counts; the merkle root has 32 bytes, or none. Raises
        `InvalidKey`.
        """
        if type(internal) is not PublicKey or type(merkle_root) is not bytes or len(merkle_root) not in (0, 32):
            raise InvalidKey("expected a PublicKey, and a merkle root of 0 or 32 bytes", reason="length")
        if self.curve is not Curve.SECP256K1 or internal.curve is not self.curve:
            return False
        found = _by_point().taproot_pair(self.secret, internal.data, merkle_root)
        if found is None:
            return False
        public, pair = found
        object.__setattr__(self, "_public_key", PublicKey.trusted(self.curve, public))
        self._keep(Scheme.BIP340, merkle_root, _operations(Scheme.BIP340).sign, pair)
        return True

    def _prepare(self, scheme: Scheme, tweak: bytes | None) -> tuple[Sign, Any]:
        """How to sign, and what costs as much as a signature to make again."""
        operations = _operations_for(scheme, self.curve)
        if tweak is not None and len(tweak) not in (0, 32):
            raise InvalidKey("expected a merkle root of 0 or 32 bytes as tweak", reason="length")
        tweaked = None if tweak is None else (self.public_key.data, tweak)
        return self._keep(scheme, tweak, operations.sign, operations.prepare(self.secret, tweaked))

    def _keep(self, scheme: Scheme, tweak: bytes | None, sign: Sign, prepared: Any) -> tuple[Sign, Any]:
        """Remember how to sign, for a handful of tweaks: they are of others' choosing."""
        if len(self._kept) >= _MAX_KEPT:
            self._kept.clear()
        kept = self._kept[scheme, tweak] = sign, prepared
        if self.secret.is_wiped:  # by another thread, meanwhile
            self._kept.clear()
        return kept  # not read again: another thread may have made room meanwhile

    def __repr__(self) -> str:
        return f"PrivateKey({getattr(self.curve, 'value', '?')})"

    def wipe(self) -> None:
        """Overwrite the secret and forget what was kept for signing (best effort, see `Secret.wipe`)."""
        self.secret.wipe()
        for (scheme, _), (_, prepared) in list(self._kept.items()):
            _operations(scheme).forget(prepared)
        self._kept.clear()

    def __enter__(self) -> PrivateKey:
        return self

    def __exit__(self, *_: object) -> None:
        self.wipe()


_new_private = thawed(PrivateKey)
PrivateKey.__init__ = sealed(PrivateKey.__init__)  # type: ignore[method-assign]
