"""What devices and services write in ASN.1: public keys (RFC 5280, SubjectPublicKeyInfo) and ECDSA signatures (DER).

The curves are secp256k1, P-256 (RFC 5480, SEC 2) and Ed25519 (RFC 8410).
"""

from __future__ import annotations

from walletcore.errors import InvalidKey, InvalidSignature
from walletcore.keys import Curve, PublicKey

__all__ = ["read_public_key", "read_signature"]

_MAX_KEY, _MAX_SIGNATURE = 1024, 72
_CURVES = {"secp256k1": Curve.SECP256K1, "secp256r1": Curve.P256}


def read_public_key(data: bytes) -> PublicKey:
    """The key in a SubjectPublicKeyInfo, in DER or PEM. Raises `InvalidKey`."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    if type(data) is not bytes or len(data) > _MAX_KEY:
        raise InvalidKey(f"expected a public key of at most {_MAX_KEY} bytes", reason="length")
    load = serialization.load_pem_public_key if data.startswith(b"-----") else serialization.load_der_public_key
    try:
        key = load(data)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise InvalidKey("expected a SubjectPublicKeyInfo in DER or PEM", reason="non-canonical") from None
    return _known(key)


def _known(key: object) -> PublicKey:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    if isinstance(key, ed25519.Ed25519PublicKey):
        raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return PublicKey.parse(Curve.ED25519, raw)
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES:
        numbers = key.public_numbers()
        return PublicKey.parse(_CURVES[key.curve.name], b"\x04" + numbers.x.to_bytes(32) + numbers.y.to_bytes(32))
    raise InvalidKey("expected a public key of secp256k1, P-256 or Ed25519", reason="scheme")


def read_signature(data: bytes) -> bytes:
    """r || s (64 bytes) of an ECDSA signature in DER, its one spelling. Raises `InvalidSignature`.

    For a service that answers in DER: bytes of that length alone do not say which form they are in.
    """
    from cryptography.hazmat.primitives.asymmetric import utils

    if type(data) is not bytes or len(data) > _MAX_SIGNATURE:
        raise InvalidSignature(f"expected a DER signature of at most {_MAX_SIGNATURE} bytes", reason="length")
    try:
        r, s = utils.decode_dss_signature(data)
        if utils.encode_dss_signature(r, s) != data:
            raise ValueError
        return r.to_bytes(32) + s.to_bytes(32)
    except (ValueError, OverflowError):  # OverflowError: negative, or more than 32 bytes
        raise InvalidSignature("expected a DER sequence of two integers", reason="non-canonical") from None
