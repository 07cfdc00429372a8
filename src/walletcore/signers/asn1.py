"""What devices and services write in ASN.1: public keys (RFC 5280, SubjectPublicKeyInfo) and ECDSA signatures (DER).

The curves are secp256k1, P-256 (RFC 5480, SEC 2) and Ed25519 (RFC 8410). Tokens keep curve and point apart, as
CKA_EC_PARAMS and CKA_EC_POINT (PKCS #11 v3.0, "Elliptic curve").
"""

from __future__ import annotations

from walletcore.errors import InvalidKey, InvalidSignature, KeystoreError
from walletcore.keys import Curve, PublicKey
from walletcore.keystore import spki

__all__ = ["EC_PARAMETERS", "read_point", "read_public_key", "read_signature"]

_MAX_KEY, _MAX_SIGNATURE = 1024, 72
EC_PARAMETERS = {
    **{name: curve for curve, name in spki.NAMED_CURVES.items()},
    bytes.fromhex("06032b6570"): Curve.ED25519,  # RFC 8410
    b"\x13\x0cedwards25519": Curve.ED25519,  # PKCS #11 v3.0, a PrintableString
}
"""A curve's name in DER, as CKA_EC_PARAMS shows it."""
_HEADS = {Curve.SECP256K1: b"\x04\x41", Curve.P256: b"\x04\x41", Curve.ED25519: b"\x04\x20"}  # of an OCTET STRING


def read_public_key(data: bytes) -> PublicKey:
    """The key in a SubjectPublicKeyInfo, in DER or PEM. Raises `InvalidKey`."""
    from walletcore.keystore import pem

    if type(data) is not bytes or len(data) > _MAX_KEY:
        raise InvalidKey(f"expected a public key of at most {_MAX_KEY} bytes", reason="length")
    try:
        return pem.parse_public(data.decode("latin-1")) if data.startswith(b"-----") else spki.parse(data)
    except KeystoreError as error:
        raise InvalidKey(f"expected a SubjectPublicKeyInfo in DER or PEM: {error}", reason=error.reason) from None


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


def read_point(parameters: object, point: object) -> PublicKey:
    """The key of CKA_EC_PARAMS and CKA_EC_POINT, an OCTET STRING in DER or the point itself. Raises `InvalidKey`."""
    curve = EC_PARAMETERS.get(parameters) if type(parameters) is bytes else None
    if curve is None or type(point) is not bytes:
        raise InvalidKey("expected a key of secp256k1, P-256 or Ed25519 in the token", reason="scheme")
    head = _HEADS[curve]
    return PublicKey.parse(curve, point[2:] if len(point) == 2 + head[1] and point.startswith(head) else point)
