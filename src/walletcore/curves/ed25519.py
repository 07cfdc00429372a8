"""Ed25519 over libsodium through PyNaCl's bindings (RFC 8032, 5.1): seeds only, never a foreign public half.

Verification is strict: canonical R, A and S, and no points of small order. `is_point` asks less: whether 32 bytes stand
for any point of the curve at all, which is what chains ask of addresses that must not be keys.

Scalars, below the table of schemes, are the keys of those who compute in the group itself: 32 bytes, little-endian, in
constant time. They sign nothing here. Their points are those that `parse_public` takes, and nothing else comes out.
"""

from __future__ import annotations

from nacl import bindings
from nacl.exceptions import CryptoError, UnavailableError

from walletcore.curves import Operations, Tweak, accepting
from walletcore.errors import InvalidKey, InvalidSignature
from walletcore.secret import Secret, sealed

__all__ = [
    "NEUTRAL",
    "ORDER",
    "SCHEMES",
    "add_points",
    "add_scalars",
    "check_scalar",
    "check_secret",
    "is_point",
    "multiply_point",
    "parse_public",
    "point",
    "public_key",
    "reduce_scalar",
]

ORDER = 2**252 + 27742317777372353535851937790883648493
NEUTRAL = b"\1" + bytes(31)
"""The point (0, 1)."""


def check_secret(secret: Secret) -> None:
    """Raise `InvalidKey` unless the secret is a seed of 32 bytes."""
    if len(secret) != 32:
        raise InvalidKey(f"expected 32 bytes as ed25519 seed, got {len(secret)}", reason="length")


@sealed
def public_key(secret: Secret) -> bytes:
    """The 32-byte public key of a seed."""
    public: bytes = bindings.crypto_sign_seed_keypair(secret.reveal())[0]
    return public


def parse_public(data: bytes) -> bytes:
    """The 32 bytes of a point in canonical form, of the main subgroup and not of small order. Raises `InvalidKey`."""
    if len(data) != 32:
        raise InvalidKey(f"expected 32 bytes as ed25519 public key, got {len(data)}", reason="length")
    if not bindings.crypto_core_ed25519_is_valid_point(data):
        raise InvalidKey("expected a point of ed25519's main subgroup", reason="point")
    return data


def is_point(data: bytes) -> bool:
    """Whether 32 bytes can be decompressed to a point, small order and non-canonical y included (RFC 8032, 5.1.3, 2-4).

    libsodium's addition decompresses just so, as curve25519-dalek does, and refuses what is no point.
    """
    if type(data) is not bytes or len(data) != 32:
        raise InvalidKey("expected 32 bytes as point of ed25519", reason="length")
    try:
        bindings.crypto_core_ed25519_add(data, NEUTRAL)
    except UnavailableError:  # a libsodium without these functions has not said no
        raise
    except CryptoError:
        return False
    return True


@sealed
def _prepare(secret: Secret, tweak: Tweak | None) -> Secret:
    """seed || public key, as libsodium wants it; the public half is computed here: a foreign one gives the key away."""
    if tweak is not None:
        raise InvalidKey("a taproot tweak goes with BIP-340 signatures only", reason="scheme")
    return Secret(bindings.crypto_sign_seed_keypair(secret.reveal())[1])


@sealed
def _sign(prepared: Secret, message: bytes, aux: bytes) -> tuple[bytes, None]:
    return bindings.crypto_sign(message, prepared.reveal())[:64], None


def _verify(public: bytes, message: bytes, signature: bytes) -> None:
    if len(signature) != 64:
        raise InvalidSignature(f"expected a signature of 64 bytes, got {len(signature)}", reason="length")
    try:
        bindings.crypto_sign_open(signature + message, public)
    except CryptoError:
        raise InvalidSignature("the ed25519 signature does not verify", reason="mismatch") from None


SCHEMES = {"ed25519": Operations(_prepare, _sign, _verify, Secret.wipe, accepting(_verify))}


# -- scalars: numbers from 1 to L - 1, and the points that they lead to


@sealed
def reduce_scalar(data: bytes) -> bytes:
    """A number of at most 64 bytes, little-endian, modulo L: 32 bytes. It may be zero."""
    if len(data) > 64:
        raise InvalidKey(f"expected at most 64 bytes, got {len(data)}", reason="length")
    reduced: bytes = bindings.crypto_core_ed25519_scalar_reduce(data.ljust(64, b"\0"))
    return reduced


@sealed
def check_scalar(k: bytes) -> None:
    """Raise `InvalidKey` unless these are the 32 bytes of a number from 1 to L - 1.

    libsodium ignores the highest bit of a scalar, and takes numbers above L.
    """
    if len(k) != 32:
        raise InvalidKey(f"expected 32 bytes as scalar of ed25519, got {len(k)}", reason="length")
    if reduce_scalar(k) != k or k == bytes(32):
        raise InvalidKey("expected a scalar of ed25519 from 1 to L-1", reason="range")


@sealed
def point(k: bytes) -> bytes:
    """k*B, not clamped. Raises `InvalidKey` unless k is from 1 to L - 1."""
    check_scalar(k)
    product: bytes = bindings.crypto_scalarmult_ed25519_base_noclamp(k)
    return product


@sealed
def add_scalars(k: bytes, tweak: bytes) -> bytes:
    """(k + tweak) mod L. Raises `InvalidKey` unless both, and their sum, are from 1 to L - 1."""
    check_scalar(k)
    check_scalar(tweak)
    total: bytes = bindings.crypto_core_ed25519_scalar_add(k, tweak)
    check_scalar(total)
    return total


@sealed
def multiply_point(k: bytes, public: bytes) -> bytes:
    """k*P, not clamped. Raises `InvalidKey` unless k is from 1 to L - 1 and P one of the points of `parse_public`."""
    check_scalar(k)
    product: bytes = bindings.crypto_scalarmult_ed25519_noclamp(k, parse_public(public))
    return product


def add_points(one: bytes, other: bytes) -> bytes:
    """P + Q, for points of `parse_public`. Raises `InvalidKey` for others, and where the sum is the neutral element.

    libsodium adds points of any order, and gives the neutral element back as a point.
    """
    total: bytes = bindings.crypto_core_ed25519_add(parse_public(one), parse_public(other))
    return parse_public(total)
