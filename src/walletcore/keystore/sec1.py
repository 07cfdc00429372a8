"""ECPrivateKey: one private key of secp256k1 or P-256 in DER, not encrypted, as OpenSSL first wrote them.

SEC 1, C.4, and RFC 5915, 3: the version, the scalar of 32 bytes, the name of the curve, and the public key, which must
be that of the scalar where it stands there. PKCS #8 has the same inside of it, where the curve may go without its name.
"""

from __future__ import annotations

from walletcore.coding import der
from walletcore.errors import InvalidKey, KeystoreError, raised_as
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.keystore.spki import NAMED_CURVES, check_length, key_bits
from walletcore.secret import Secret, sealed

__all__ = ["check_public", "parse", "private_key", "reveal"]

_VERSION = (der.INTEGER, b"\1")  # ecPrivkeyVer1
_PARAMETERS, _PUBLIC_KEY = der.context(0, constructed=True), der.context(1, constructed=True)
_CURVES = {name: curve for curve, name in NAMED_CURVES.items()}


@sealed
def parse(data: bytes, *, curve: Curve | None = None) -> PrivateKey:
    """The private key in all of the data, of this curve where one is named. Raises `KeystoreError`.

    A curve that is named nowhere has ``reason="missing"``, one that is spelled out ``reason="policy"``, another one
    ``reason="scheme"``, and a public key of another private key ``reason="mismatch"``.
    """
    check_length(data)
    with raised_as(KeystoreError):
        parts = der.values(der.decode(data, der.SEQUENCE))
    if [tag for tag, _ in parts[:2]] != [der.INTEGER, der.OCTET_STRING] or parts[0] != _VERSION:
        raise KeystoreError("expected an ECPrivateKey of version 1", reason="version")
    parameters, public = _optional(parts[2:])
    key = private_key(_curve(parameters, curve), parts[1][1])
    if public is not None:
        with raised_as(KeystoreError):
            check_public(key, der.decode_bits(der.decode(public, der.BIT_STRING)))
    return key


@sealed
def reveal(key: PrivateKey, *, named: bool = True) -> bytes:
    """The DER that gives a key away, with its public half; ``named`` is False inside of PKCS #8, which names the curve.

    Raises `KeystoreError` for a key of another curve, and `InvalidKey` when the key was wiped.
    """
    if type(key) is not PrivateKey:
        raise KeystoreError("expected a PrivateKey", reason="type")
    if key.curve not in NAMED_CURVES:
        raise KeystoreError("expected a private key of secp256k1 or P-256", reason="scheme")
    secret = der.encode(der.OCTET_STRING, key.secret.reveal())
    public = der.encode(der.BIT_STRING, der.encode_bits(key_bits(key.public_key)))
    parameters = der.encode(_PARAMETERS, NAMED_CURVES[key.curve]) if named else b""
    return der.sequence(der.encode(*_VERSION), secret, parameters, der.encode(_PUBLIC_KEY, public))


@sealed
def private_key(curve: Curve, secret: bytes) -> PrivateKey:
    """The key of these 32 bytes. Raises `KeystoreError`."""
    try:
        return PrivateKey(curve, Secret(secret))
    except InvalidKey as error:
        raise KeystoreError(str(error), reason=error.reason) from None


@sealed
def check_public(key: PrivateKey, point: bytes) -> None:
    """Refuse the bytes of a public key, of either form, that are not those of this key. Raises `KeystoreError`."""
    if type(key) is not PrivateKey:
        raise KeystoreError("expected a PrivateKey", reason="type")
    try:
        public = PublicKey.parse(key.curve, point)
    except InvalidKey as error:
        raise KeystoreError(str(error), reason=error.reason) from None
    if public != key.public_key:
        raise KeystoreError("the public key beside it is that of another private key", reason="mismatch")


def _optional(parts: tuple[tuple[int, bytes], ...]) -> tuple[bytes | None, bytes | None]:
    """The parameters and the public key, in this order, as far as they are there."""
    found = dict(parts)
    if [tag for tag, _ in parts] != [tag for tag in (_PARAMETERS, _PUBLIC_KEY) if tag in found]:
        raise KeystoreError("expected parameters, a public key, and nothing else", reason="unknown")
    return found.get(_PARAMETERS), found.get(_PUBLIC_KEY)


def _curve(parameters: bytes | None, expected: Curve | None) -> Curve:
    if parameters is None:
        if expected is None:
            raise KeystoreError("expected the name of a curve", reason="missing")
        return expected
    if parameters[:1] == bytes((der.SEQUENCE,)):
        raise KeystoreError("expected the name of a curve, got parameters that spell one out", reason="policy")
    curve = _CURVES.get(parameters)
    if curve is None:
        raise KeystoreError("expected a key of secp256k1 or P-256", reason="scheme")
    if expected not in (None, curve):
        raise KeystoreError("two curves are named", reason="mismatch")
    return curve
