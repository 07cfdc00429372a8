"""BLS12-381 over arkworks through py-arkworks-bls12381 (extra: bls): the public key of a secret, and no signatures.

draft-irtf-cfrg-bls-signature, 2.3 (KeyValidate's range) and 2.4 (SkToPk) for public keys in G1; points are 48 bytes,
compressed as in Zcash. `ORDER` and `check_secret` need no extra.
"""

from __future__ import annotations

from walletcore.errors import InvalidKey, needs
from walletcore.secret import Secret, sealed

__all__ = ["ORDER", "check_secret", "parse_public", "public_key"]

ORDER = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
"""r, the order of the groups."""


def check_secret(secret: Secret) -> None:
    """Raise `InvalidKey` unless the secret is a scalar from 1 to r-1 in 32 bytes, big-endian."""
    if len(secret) != 32:
        raise InvalidKey(f"expected 32 bytes as BLS12-381 private key, got {len(secret)}", reason="length")
    if not 0 < int.from_bytes(secret.reveal()) < ORDER:
        raise InvalidKey("expected a BLS12-381 private key from 1 to r-1", reason="range")


@sealed
def public_key(secret: Secret) -> bytes:
    """The point of a valid secret, 48 bytes of G1. Raises `MissingExtra` without the extra ``bls``."""
    with needs("bls"):
        from py_arkworks_bls12381 import G1Point, Scalar
    return bytes((G1Point() * Scalar.from_be_bytes(secret.reveal())).to_compressed_bytes())


def parse_public(data: bytes) -> bytes:
    """The 48 bytes of a point of the subgroup in canonical form, and not of the identity. Raises `InvalidKey`."""
    if type(data) is not bytes or len(data) != 48:
        raise InvalidKey("expected 48 bytes as BLS12-381 public key", reason="length")
    with needs("bls"):
        from py_arkworks_bls12381 import G1Point
    try:
        point = G1Point.from_compressed_bytes(data)
    except ValueError:
        raise InvalidKey("expected a point of BLS12-381's first subgroup", reason="point") from None
    if point == G1Point.identity() or bytes(point.to_compressed_bytes()) != data:
        raise InvalidKey("expected the canonical form of a point that is not the identity", reason="point")
    return data
