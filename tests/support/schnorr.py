"""The Schnorr signatures of Bitcoin Cash, verified by python-ecdsa's points and Jacobi symbol."""

import hashlib

from ecdsa import SECP256k1, VerifyingKey
from ecdsa.numbertheory import jacobi

__all__ = ["python_verifies"]


def python_verifies(public: bytes, digest: bytes, signature: bytes) -> bool:
    """Return what 2019-05-15-schnorr.md, "Verification", says of a signature of 64 bytes."""
    curve, order = SECP256k1.curve, SECP256k1.order
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    key = VerifyingKey.from_string(public, SECP256k1).pubkey.point
    e = int.from_bytes(hashlib.sha256(signature[:32] + public + digest).digest()) % order
    big_r = s * SECP256k1.generator + (order - e) * key
    return bool(r < curve.p() and s < order and big_r.x() == r and jacobi(big_r.y(), curve.p()) == 1)
