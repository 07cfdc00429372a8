"""Private keys by number, of every curve, for tests that need some key of each."""

from walletcore.curves.sr25519 import ORDER
from walletcore.keys import Curve, PrivateKey
from walletcore.secret import Secret

__all__ = ["SIZES", "numbered", "secret_of"]


SIZES = {curve: 64 if curve is Curve.SR25519 else 32 for curve in Curve}
"""How many bytes a secret has."""


def secret_of(curve: Curve, number: int) -> bytes:
    """Return a scalar or seed of 32 bytes; for sr25519 the scalar, and zeros in place of the secret of nonces."""
    return (number % ORDER).to_bytes(32, "little") + bytes(32) if curve is Curve.SR25519 else number.to_bytes(32)


def numbered(curve: Curve, number: int = 7) -> PrivateKey:
    """Return the private key of this number, which is reduced for sr25519, whose group is the smallest."""
    return PrivateKey(curve, Secret(secret_of(curve, number)))
