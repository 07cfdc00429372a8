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

from walletcore.curves import Tweak, ed25519
from walletcore.errors import InvalidKey, InvalidSignature
from walletcore.secret import Secret, sealed

__all__ = ["Digest", "base_times", "expand", "prepare", "public_key", "sign", "verify"]

Digest = Callable[[bytes], bytes]
"""A hash function of 64 bytes."""


@sealed
def expand(secret: Secret, digest: Digest) -> Secret:
    """A seed of 32 bytes to 64 bytes: the clamped scalar and the prefix (5.1.5, steps 1 and 2)."""
    h = bytearray(digest(secret.reveal()))
    h[0] &= 0b1111_1000
    h[31] = h[31] & 0b0111_1111 | 0b0100_0000
    return Secret(h)


def base_times(scalar: bytes) -> bytes:
    """[scalar]B, 32 bytes. Raises `InvalidKey` for a multiple of the group order.

    A caller is `sealed`: the scalar is in a frame.
    """
    return ed25519.point(ed25519.reduce_scalar(scalar))


@sealed
def public_key(expanded: Secret) -> bytes:
    """A = [s]B, 32 bytes, (5.1.5, steps 3 and 4). Raises `InvalidKey` for a scalar that L divides."""
    return base_times(expanded.reveal()[:32])


@sealed
def prepare(expanded: Secret, tweak: Tweak | None) -> Secret:
    """s mod L || prefix || A: the public half is computed here, as a foreign one gives the key away."""
    if tweak is not None:
        raise InvalidKey("a taproot tweak goes with BIP-340 signatures only", reason="scheme")
    return Secret(ed25519.reduce_scalar(expanded.reveal()[:32]) + expanded.reveal()[32:] + public_key(expanded))


@sealed
def sign(prepared: Secret, message: bytes, digest: Digest) -> bytes:
    """R || S (5.1.6, steps 2 to 6)."""
    s, prefix, A = (prepared.reveal()[start : start + 32] for start in (0, 32, 64))
    r = ed25519.reduce_scalar(digest(prefix + message))
    R: bytes = bindings.crypto_scalarmult_ed25519_base_noclamp(r)
    k = ed25519.reduce_scalar(digest(R + A + message))
    S: bytes = bindings.crypto_core_ed25519_scalar_add(r, bindings.crypto_core_ed25519_scalar_mul(k, s))
    return R + S


def verify(public: bytes, message: bytes, signature: bytes, digest: Digest) -> None:
    """Raise `InvalidSignature` unless [S]B = R + [k]A, without cofactor, with R and S canonical (5.1.7).

    As libsodium's own verification, it refuses an R of small order: in the main subgroup, the neutral point.
    """
    if len(signature) != 64:
        raise InvalidSignature(f"expected a signature of 64 bytes, got {len(signature)}", reason="length")
    R, S = signature[:32], signature[32:]
    k = ed25519.reduce_scalar(digest(R + public + message))
    if ed25519.reduce_scalar(S) != S or R == ed25519.NEUTRAL or _expected_R(public, S, k) != R:
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
