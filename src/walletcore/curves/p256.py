"""NIST P-256 (nist256p1, secp256r1) over OpenSSL through cryptography; points are added by pycryptodome.

SEC 1 (points), SEC 2, 2.4.2 (the curve), RFC 6979 (ECDSA nonces).
Points are 33 bytes (compressed), scalars 32 bytes big-endian, signatures 64 bytes (r || s) with low s.

Neither library adds scalars modulo n, so `tweak_secret` does it with Python's integers (see SECURITY.md).
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature as Refused
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from walletcore.curves import Operations, Tweak
from walletcore.errors import InvalidKey, InvalidSignature, Unsupported
from walletcore.secret import Secret, sealed

__all__ = [
    "ORDER",
    "SCHEMES",
    "check_secret",
    "parse_public",
    "public_key",
    "tweak_public",
    "tweak_secret",
    "uncompressed",
]

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_HALF_ORDER = ORDER // 2
_CURVE = ec.SECP256R1()
_VERIFY = ec.ECDSA(utils.Prehashed(hashes.SHA256()))
_X962 = serialization.Encoding.X962


def check_secret(secret: Secret) -> None:
    """Raise `InvalidKey` unless the secret is a scalar from 1 to n-1 in 32 bytes."""
    if len(secret) != 32:
        raise InvalidKey(f"expected 32 bytes as P-256 private key, got {len(secret)}", reason="length")
    if not 0 < int.from_bytes(secret.reveal()) < ORDER:
        raise InvalidKey("expected a P-256 private key from 1 to n-1", reason="range")


@sealed
def public_key(secret: Secret) -> bytes:
    """The point of a valid secret."""
    return _compressed(_private(secret.reveal()).public_key())


def parse_public(data: bytes) -> bytes:
    """The canonical 33 bytes of a point given in 33 or 65 bytes (SEC 1, 2.3.4). Hybrid forms (06, 07) are refused."""
    if (len(data), data[:1]) not in {(33, b"\x02"), (33, b"\x03"), (65, b"\x04")}:
        raise InvalidKey("expected 33 bytes beginning with 02 or 03, or 65 beginning with 04", reason="non-canonical")
    return _compressed(_parse(data))


def uncompressed(public: bytes) -> bytes:
    """The 65 bytes of a point: 04 || x || y."""
    return _parse(public).public_bytes(_X962, serialization.PublicFormat.UncompressedPoint)


@sealed
def tweak_secret(secret: Secret, tweak: bytes) -> Secret:
    """(secret + tweak) mod n. Raises `InvalidKey` when the tweak is not below n or the sum is zero (SLIP-10)."""
    if int.from_bytes(tweak) >= ORDER:
        raise InvalidKey("the tweak is not below the order of P-256", reason="range")
    tweaked = Secret(((int.from_bytes(secret.reveal()) + int.from_bytes(tweak)) % ORDER).to_bytes(32))
    check_secret(tweaked)
    return tweaked


def tweak_public(public: bytes, tweak: bytes) -> bytes:
    """public + tweak*G. Raises `InvalidKey` when the tweak is not below n or the sum is the point at infinity."""
    from Crypto.PublicKey.ECC import EccPoint  # imported here: as slow to load as all the rest of this module

    if not any(tweak):
        return public
    parent, offset = (key.public_numbers() for key in (_parse(public), _private(tweak).public_key()))
    total = EccPoint(parent.x, parent.y, "P-256") + EccPoint(offset.x, offset.y, "P-256")
    if total.is_point_at_infinity():
        raise InvalidKey("the tweaked public key is no point", reason="range")
    return bytes((2 + int(total.y) % 2,)) + int(total.x).to_bytes(32)


def _private(scalar: bytes) -> ec.EllipticCurvePrivateKey:
    try:
        return ec.derive_private_key(int.from_bytes(scalar), _CURVE)
    except ValueError:
        raise InvalidKey("expected a P-256 scalar from 1 to n-1", reason="range") from None


def _parse(public: bytes) -> ec.EllipticCurvePublicKey:
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, public)
    except ValueError:
        raise InvalidKey("expected a point of P-256", reason="point") from None


def _compressed(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(_X962, serialization.PublicFormat.CompressedPoint)


@sealed
def _prepare(secret: Secret, tweak: Tweak | None) -> ec.EllipticCurvePrivateKey:
    if tweak is not None:
        raise InvalidKey("a taproot tweak goes with BIP-340 signatures only", reason="scheme")
    return _private(secret.reveal())


def _sign(key: ec.EllipticCurvePrivateKey, digest: bytes, aux: bytes) -> tuple[bytes, None]:
    """RFC 6979 with SHA-256, then low s: the second of the two signatures (r, s) and (r, n - s) where s is high."""
    _check_digest(digest)
    try:
        der = key.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256()), deterministic_signing=True))
    except UnsupportedAlgorithm:
        raise Unsupported(
            "this OpenSSL has no deterministic ECDSA; 3.2 is the first that has", reason="missing"
        ) from None
    return _low_s(_decode_der(der)), None


def _forget(key: ec.EllipticCurvePrivateKey) -> None:
    """OpenSSL holds the scalar, and overwrites it when the last reference goes."""


def _verify(public: bytes, digest: bytes, signature: bytes) -> None:
    _check_digest(digest)
    if type(signature) is not bytes or len(signature) != 64:
        raise InvalidSignature("expected a signature of 64 bytes", reason="length")
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    if not (0 < r < ORDER and 0 < s <= _HALF_ORDER):
        raise InvalidSignature("expected r from 1 to n-1 and s from 1 to n/2", reason="range")
    try:
        _parse(public).verify(utils.encode_dss_signature(r, s), digest, _VERIFY)
    except Refused:
        raise InvalidSignature("the ECDSA signature does not verify", reason="mismatch") from None


def _accept(public: bytes, digest: bytes, signature: bytes, recovery: int | None) -> tuple[bytes, None]:
    """DER or r || s, high or low s -> r || s with low s, verified."""
    if recovery is not None:
        raise InvalidSignature("a P-256 signature has no recovery id", reason="mismatch")
    compact = _low_s(signature if len(signature) == 64 else _decode_der(signature))
    _verify(public, digest, compact)
    return compact, None


def _low_s(signature: bytes) -> bytes:
    s = int.from_bytes(signature[32:])
    return signature[:32] + (ORDER - s).to_bytes(32) if _HALF_ORDER < s < ORDER else signature


def _decode_der(data: bytes) -> bytes:
    """r || s of a DER signature in its only spelling, which is the one that OpenSSL writes."""
    try:
        r, s = utils.decode_dss_signature(data[:73])
    except ValueError:
        raise InvalidSignature("expected a DER sequence of two integers", reason="non-canonical") from None
    if not (0 < r < ORDER and 0 < s < ORDER):
        raise InvalidSignature("expected r and s from 1 to n-1", reason="range")
    if utils.encode_dss_signature(r, s) != data:
        raise InvalidSignature("expected the one DER form of r and s", reason="non-canonical")
    return r.to_bytes(32) + s.to_bytes(32)


def _check_digest(digest: bytes) -> None:
    if type(digest) is not bytes or len(digest) != 32:
        raise InvalidSignature("expected a digest of 32 bytes", reason="length")


SCHEMES = {"ecdsa-p256": Operations(_prepare, _sign, _verify, _forget, _accept)}
