"""Ed25519 with keys that are expanded already: a scalar and a prefix, no seed (RFC 8032, 5.1.5 and 5.1.6).

One place for the curves that differ from ed25519 in how they come to the scalar, or in the hash function, which is a
parameter. All arithmetic on points and scalars is libsodium's, through PyNaCl's bindings. Names are those of RFC 8032:
s is the scalar, A the public key, R and S the halves of a signature.
"""
# ruff: noqa: N802, N803, N806 - the specification's letters

from __future__ import annotations

from collections.abc import Callable

from nacl import bindings
from nacl.exceptions import CryptoError, UnavailableError

from walletcore.errors import InvalidKey, InvalidSignature
from walletcore.secret import Secret, sealed

__all__ = ["NEUTRAL", "Digest", "base_times", "expand", "prepare", "public_key", "reduced", "sign", "verify"]

Digest = Callable[[bytes], bytes]
"""A hash function of 64 bytes."""

NEUTRAL = b"\1" + bytes(31)
"""The point (0, 1)."""
_ZERO = bytes(32)


@sealed
def expand(secret: Secret, digest: Digest) -> Secret:
    """A seed of 32 bytes to 64 bytes: the clamped scalar and the prefix (5.1.5, steps 1 and 2)."""
    h = bytearray(digest(secret.reveal()))
    h[0] &= 0b1111_1000
    h[31] = h[31] & 0b0111_1111 | 0b0100_0000
    return Secret(h)


def base_times(scalar: bytes) -> bytes:
    """[scalar]B, 32 bytes, of a scalar below 2^255 (libsodium ignores the highest bit).

    Raises `InvalidKey` for a multiple of the group order. A caller is `sealed`: the scalar is in a frame.
    """
    try:
        point: bytes = bindings.crypto_scalarmult_ed25519_base_noclamp(scalar)
    except UnavailableError:  # a libsodium without this function has not refused the scalar
        raise
    except CryptoError:
        raise InvalidKey("expected a scalar that is no multiple of the group order", reason="range") from None
    return point


@sealed
def public_key(expanded: Secret) -> bytes:
    """A = [s]B, 32 bytes, of a scalar below 2^255 (5.1.5, steps 3 and 4). Raises `InvalidKey` for a multiple of L."""
    return base_times(expanded.reveal()[:32])


@sealed
def prepare(expanded: Secret, tweak: bytes | None) -> Secret:
    """s mod L || prefix || A: the public half is computed here, as a foreign one gives the key away."""
    if tweak is not None:
        raise InvalidKey("a taproot tweak goes with BIP-340 signatures only", reason="scheme")
    return Secret(reduced(expanded.reveal()[:32]) + expanded.reveal()[32:] + public_key(expanded))


@sealed
def sign(prepared: Secret, message: bytes, digest: Digest) -> bytes:
    """R || S (5.1.6, steps 2 to 6)."""
    s, prefix, A = (prepared.reveal()[start : start + 32] for start in (0, 32, 64))
    r = _scalar(digest(prefix + message))
    R: bytes = bindings.crypto_scalarmult_ed25519_base_noclamp(r)
    k = _scalar(digest(R + A + message))
    S: bytes = bindings.crypto_core_ed25519_scalar_add(r, bindings.crypto_core_ed25519_scalar_mul(k, s))
    return R + S


def verify(public: bytes, message: bytes, signature: bytes, digest: Digest) -> None:
    """Raise `InvalidSignature` unless [S]B = R + [k]A, without cofactor, with R and S canonical (5.1.7).

    As libsodium's own verification, it refuses an R of small order: in the main subgroup, the neutral point.
    """
    if len(signature) != 64:
        raise InvalidSignature(f"expected a signature of 64 bytes, got {len(signature)}", reason="length")
    R, S = signature[:32], signature[32:]
    if reduced(S) != S or R == NEUTRAL or _expected_R(public, S, _scalar(digest(R + public + message))) != R:
        raise InvalidSignature("the ed25519 signature does not verify", reason="mismatch")


def _expected_R(A: bytes, S: bytes, k: bytes) -> bytes:
    """[S]B - [k]A; nothing for an S or a k of zero, and for what is no public key."""
    try:
        SB, kA = bindings.crypto_scalarmult_ed25519_base_noclamp(S), bindings.crypto_scalarmult_ed25519_noclamp(k, A)
        R: bytes = bindings.crypto_core_ed25519_sub(SB, kA)
    except UnavailableError:  # a libsodium without these functions has not said no
        raise
    except CryptoError:
        return b""
    return R


def _scalar(digest: bytes) -> bytes:
    """64 bytes modulo L."""
    scalar: bytes = bindings.crypto_core_ed25519_scalar_reduce(digest)
    return scalar


def reduced(number: bytes) -> bytes:
    """A number of 32 bytes, little-endian, modulo L, the group order."""
    return _scalar(number + _ZERO)
