"""Private keys of every curve from the same 32 bytes, whatever a curve makes its keys of."""

from hashlib import sha512

from walletcore.curves.sr25519 import ORDER
from walletcore.keys import Curve, PrivateKey
from walletcore.secret import Secret

__all__ = ["SIZES", "key_of", "numbered", "secret_of"]

SIZES = {curve: 64 if curve in (Curve.ED25519_BIP32, Curve.SR25519) else 32 for curve in Curve}
"""How many bytes a secret has."""


def secret_of(curve: Curve, data: bytes) -> bytes:
    """The 32 bytes themselves, where they are a key.

    For BIP32-Ed25519 the key to which RFC 8032 expands them as a seed; for sr25519 their number as scalar, reduced, and
    zeros in place of the secret of nonces.
    """
    if curve is Curve.SR25519:
        return (int.from_bytes(data) % ORDER).to_bytes(32, "little") + bytes(32)
    if curve is not Curve.ED25519_BIP32:
        return data
    h = bytearray(sha512(data).digest())
    h[0] &= 248
    h[31] = h[31] & 127 | 64
    return bytes(h)


def key_of(curve: Curve, data: bytes) -> PrivateKey:
    """The key of these 32 bytes."""
    return PrivateKey(curve, Secret(secret_of(curve, data)))


def numbered(curve: Curve, number: int = 7) -> PrivateKey:
    """The key of this number in 32 bytes."""
    return key_of(curve, number.to_bytes(32))
