"""Private keys of every curve from the same 32 bytes, whatever a curve makes its keys of."""

from hashlib import sha512

from walletcore.keys import Curve, PrivateKey
from walletcore.secret import Secret

__all__ = ["key_of", "secret_of"]


def secret_of(curve: Curve, data: bytes) -> bytes:
    """The 32 bytes themselves; for BIP32-Ed25519 the key to which RFC 8032 expands them as a seed."""
    if curve is not Curve.ED25519_BIP32:
        return data
    h = bytearray(sha512(data).digest())
    h[0] &= 248
    h[31] = h[31] & 127 | 64
    return bytes(h)


def key_of(curve: Curve, data: bytes) -> PrivateKey:
    """The key of these 32 bytes."""
    return PrivateKey(curve, Secret(secret_of(curve, data)))
