"""SubjectPublicKeyInfo: a public key of secp256k1, P-256 or Ed25519 in DER, and the names of their algorithms.

RFC 5280, 4.1.2.7 (the structure), RFC 5480, 2.1 and 2.2 (id-ecPublicKey, named curves, points), RFC 8410, 3 and 4
(id-Ed25519). A curve is named: parameters that spell one out are refused, since they may be those of another.
"""

from __future__ import annotations

from collections.abc import Mapping

from walletcore.coding import der
from walletcore.errors import InvalidKey, KeystoreError, raised_as
from walletcore.keys import Curve, PublicKey
from walletcore.keystore.points import uncompressed
from walletcore.secret import sealed

__all__ = ["ALGORITHMS", "MAX_LENGTH", "NAMED_CURVES", "check_length", "curve_of", "encode", "key_bits", "parse"]

MAX_LENGTH = 1 << 12
"""The most bytes that a key in DER may have; usual ones have 44 to 300."""
_EC_PUBLIC_KEY = bytes.fromhex("06072a8648ce3d0201")  # 1.2.840.10045.2.1
_ED25519 = bytes.fromhex("06032b6570")  # 1.3.101.112
NAMED_CURVES: Mapping[Curve, bytes] = {
    Curve.SECP256K1: bytes.fromhex("06052b8104000a"),  # SEC 2, A.2: 1.3.132.0.10
    Curve.P256: bytes.fromhex("06082a8648ce3d030107"),  # RFC 5480, 2.1.1.1: 1.2.840.10045.3.1.7
}
"""The name of a curve, an OBJECT IDENTIFIER in DER."""
ALGORITHMS: Mapping[Curve, bytes] = {
    **{curve: der.sequence(_EC_PUBLIC_KEY, name) for curve, name in NAMED_CURVES.items()},
    Curve.ED25519: der.sequence(_ED25519),  # RFC 8410, 3: the parameters MUST be absent
}
"""The AlgorithmIdentifier of a curve's keys, in DER."""
_CURVES = {algorithm: curve for curve, algorithm in ALGORITHMS.items()}


@sealed
def parse(data: bytes) -> PublicKey:
    """The key in all of the data. Points may be compressed, and hybrid ones are refused. Raises `KeystoreError`."""
    check_length(data)
    with raised_as(KeystoreError):
        parts = der.values(der.decode(data, der.SEQUENCE))
    if [tag for tag, _ in parts] != [der.SEQUENCE, der.BIT_STRING]:
        raise KeystoreError("expected an algorithm and a BIT STRING", reason="type")
    curve = curve_of(parts[0][1])
    with raised_as(KeystoreError):
        point = der.decode_bits(parts[1][1])
    try:
        return PublicKey.parse(curve, point)
    except InvalidKey as error:
        raise KeystoreError(str(error), reason=error.reason) from None


def encode(key: PublicKey) -> bytes:
    """The DER of a key, points of 65 bytes. Raises `KeystoreError`."""
    if type(key) is not PublicKey:
        raise KeystoreError("expected a PublicKey", reason="type")
    if key.curve not in ALGORITHMS:
        raise KeystoreError("expected a key of secp256k1, P-256 or Ed25519", reason="scheme")
    return der.sequence(ALGORITHMS[key.curve], der.encode(der.BIT_STRING, der.encode_bits(key_bits(key))))


def key_bits(key: PublicKey) -> bytes:
    """What the BIT STRING of a key holds: the point of 65 bytes, or the 32 of Ed25519. Raises `KeystoreError`."""
    if type(key) is PublicKey and key.curve is Curve.ED25519:
        return key.data
    return uncompressed(key)


def curve_of(algorithm: bytes) -> Curve:
    """The curve that the content of an AlgorithmIdentifier names. Raises `KeystoreError`.

    Parameters that spell a curve out have ``reason="policy"``; RSA, other curves and all else ``reason="scheme"``.
    """
    if (curve := _CURVES.get(der.encode(der.SEQUENCE, algorithm))) is not None:
        return curve
    with raised_as(KeystoreError):
        tags = [tag for tag, _ in der.values(algorithm)]
    if algorithm.startswith(_EC_PUBLIC_KEY) and tags[1:] == [der.SEQUENCE]:
        raise KeystoreError("expected the name of a curve, got parameters that spell one out", reason="policy")
    raise KeystoreError("expected a key of secp256k1, P-256 or Ed25519", reason="scheme")


def check_length(data: bytes) -> None:
    """Refuse what is no bytes, or more than `MAX_LENGTH` of them."""
    if type(data) is not bytes:
        raise KeystoreError(f"expected bytes, got {type(data).__name__}", reason="type")
    if len(data) > MAX_LENGTH:
        raise KeystoreError(f"expected at most {MAX_LENGTH} bytes, got {len(data)}", reason="too-large")
