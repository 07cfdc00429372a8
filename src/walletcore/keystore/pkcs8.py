"""PKCS #8: one private key of secp256k1, P-256 or Ed25519 in DER, plain or encrypted with a password.

RFC 5958, 2 and 3 (OneAsymmetricKey, EncryptedPrivateKeyInfo), RFC 5915, 3 (what it holds of an elliptic curve), RFC
8410, 7 (Ed25519). A public key may stand in it, and must then be that of the private key; attributes are not looked at.
"""

from __future__ import annotations

from walletcore.coding import der
from walletcore.errors import KeystoreError, raised_as
from walletcore.keys import Curve, PrivateKey
from walletcore.keystore import pbes2, sec1
from walletcore.keystore.kdf import LIMITS, KdfLimits, Pbkdf2, Scrypt
from walletcore.keystore.spki import ALGORITHMS, check_length, curve_of
from walletcore.secret import Secret, sealed

__all__ = ["STANDARD", "decrypt", "encrypt", "parse", "reveal"]

STANDARD = Pbkdf2()
"""How a key is derived from a password when nothing else is said: what every reader of PKCS #8 has."""
_HEAD = [der.INTEGER, der.SEQUENCE, der.OCTET_STRING]  # version, privateKeyAlgorithm, privateKey
_ENCRYPTED = [der.SEQUENCE, der.OCTET_STRING]  # encryptionAlgorithm, encryptedData
_ATTRIBUTES, _PUBLIC_KEY = der.context(0, constructed=True), der.context(1, constructed=False)
_V1, _V2 = b"\0", b"\1"  # v2 is what has a public key
Parts = tuple[tuple[int, bytes], ...]


@sealed
def parse(data: bytes) -> PrivateKey:
    """The private key in all of the data. Raises `KeystoreError`.

    A key of RSA or of any other algorithm or curve has ``reason="scheme"``, a curve that is spelled out ``"policy"``, a
    public key of another private key ``"mismatch"``; an encrypted key has ``"missing"``: see `decrypt`.
    """
    parts = _parts(data)
    if _tags(parts) == _ENCRYPTED:
        raise KeystoreError("the key is encrypted", reason="missing", hint="decrypt reads it, with its password")
    return _read(parts)


@sealed
def reveal(key: PrivateKey) -> bytes:
    """The DER that gives a key away, as OpenSSL writes it. Raises `KeystoreError`, and `InvalidKey` for a wiped key."""
    if type(key) is not PrivateKey:
        raise KeystoreError("expected a PrivateKey", reason="type")
    if key.curve not in ALGORITHMS:
        raise KeystoreError("expected a private key of secp256k1, P-256 or Ed25519", reason="scheme")
    if key.curve is Curve.ED25519:
        inner = der.encode(der.OCTET_STRING, key.secret.reveal())  # RFC 8410, 7: CurvePrivateKey
    else:
        inner = sec1.reveal(key, named=False)
    return der.sequence(der.encode(der.INTEGER, _V1), ALGORITHMS[key.curve], der.encode(der.OCTET_STRING, inner))


@sealed
def decrypt(data: bytes, password: Secret, *, limits: KdfLimits = LIMITS) -> PrivateKey:
    """The private key in encrypted data. Raises `KeystoreError`.

    The password is taken byte for byte. A wrong one, or changed data, has ``reason="checksum"``; costs outside of the
    limits have ``reason="policy"`` and are refused before any work; a cipher or a derivation that is not of PBES2 with
    PBKDF2 or scrypt and AES-CBC has ``reason="version"``. Raises `InvalidKey` when the password was wiped.
    """
    parts = _parts(data)
    if _tags(parts) != _ENCRYPTED:
        raise KeystoreError("expected an encrypted key", reason="version")
    plain = pbes2.decrypt(parts[0][1], parts[1][1], password, limits)
    try:
        opened = _parts(plain)
    except KeystoreError:  # of 256 wrong passwords, one leaves padding
        opened = ()
    if _tags(opened)[:3] != _HEAD:
        raise KeystoreError("the password is wrong, or the file was changed", reason="checksum")
    return _read(opened)


@sealed
def encrypt(
    key: PrivateKey,
    password: Secret,
    *,
    kdf: Pbkdf2 | Scrypt = STANDARD,
    limits: KdfLimits = LIMITS,
    entropy: bytes | None = None,
) -> bytes:
    """The DER of a key under a password: PBES2 with AES-256-CBC, and PBKDF2 with HMAC-SHA256 or scrypt.

    Salt and iv are random; ``entropy`` (32 bytes: the two in this order) makes them reproducible in tests. Raises
    `KeystoreError` for an empty password, another curve, or costs outside of the limits, and `InvalidKey` when the key
    or the password was wiped.
    """
    algorithm, encrypted = pbes2.encrypt(reveal(key), password, kdf, limits, entropy)
    return der.sequence(algorithm, der.encode(der.OCTET_STRING, encrypted))


def _parts(data: bytes) -> Parts:
    check_length(data)
    with raised_as(KeystoreError):
        return der.values(der.decode(data, der.SEQUENCE))


def _tags(parts: Parts) -> list[int]:
    return [tag for tag, _ in parts]


def _read(parts: Parts) -> PrivateKey:
    public = _optional(parts)
    key = _key(curve_of(parts[1][1]), parts[2][1])
    if public is not None:
        with raised_as(KeystoreError):
            sec1.check_public(key, der.decode_bits(public))
    return key


def _optional(parts: Parts) -> bytes | None:
    """The content of the public key, where there is one: after attributes, and in version 2 alone."""
    tags = _tags(parts)
    if tags[:3] != _HEAD or parts[0][1] not in (_V1, _V2):
        raise KeystoreError("expected a key of PKCS #8", reason="version")
    found = dict(parts[3:])
    if tags[3:] != [tag for tag in (_ATTRIBUTES, _PUBLIC_KEY) if tag in found]:
        raise KeystoreError("expected attributes, a public key, and nothing else", reason="unknown")
    if (_PUBLIC_KEY in found) is not (parts[0][1] == _V2):
        raise KeystoreError("expected a public key in version 2, and in no other", reason="version")
    with raised_as(KeystoreError):
        der.values(found.get(_ATTRIBUTES, b""))
    return found.get(_PUBLIC_KEY)


def _key(curve: Curve, inner: bytes) -> PrivateKey:
    if curve is not Curve.ED25519:
        return sec1.parse(inner, curve=curve)
    with raised_as(KeystoreError):
        return sec1.private_key(curve, der.decode(inner, der.OCTET_STRING))
