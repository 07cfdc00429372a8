"""PBES2: bytes encrypted with a password, as encrypted keys of PKCS #8 are; the algorithm says itself what it costs.

RFC 8018, 6.2 and appendix A (PBES2, PBKDF2), RFC 7914, 7 (scrypt), RFC 3565, 4.1 (AES-CBC), in DER. The costs are read
and held against limits before any work. AES is OpenSSL's, through cryptography.

A wrong password shows in the padding, or in what comes of it: nothing else protects the bytes from changes.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from walletcore.coding import der
from walletcore.errors import KeystoreError, raised_as
from walletcore.keystore.kdf import KdfLimits, Pbkdf2, Scrypt, chance, check_limits, check_password, check_written
from walletcore.secret import Secret, sealed

__all__ = ["decrypt", "encrypt"]

_PBES2 = bytes.fromhex("06092a864886f70d01050d")  # 1.2.840.113549.1.5.13
_PBKDF2 = bytes.fromhex("06092a864886f70d01050c")  # 1.2.840.113549.1.5.12
_SCRYPT = bytes.fromhex("06092b06010401da47040b")  # 1.3.6.1.4.1.11591.4.11
_HASHES = {  # pseudorandom functions: 1.2.840.113549.2
    bytes.fromhex("06082a864886f70d0209"): "sha256",
    bytes.fromhex("06082a864886f70d020a"): "sha384",
    bytes.fromhex("06082a864886f70d020b"): "sha512",
}
_NULL = b"\5\0"  # their parameters, which PyCryptodome leaves out
_DEFAULT_HASH = "sha1"  # HMAC-SHA1 where no function is named, and DER does not name what is the default
_AES = {  # AES-CBC with PKCS #7 padding: 2.16.840.1.101.3.4.1, and the size of the key
    bytes.fromhex("060960864801650304012a"): 32,
    bytes.fromhex("0609608648016503040116"): 24,
    bytes.fromhex("0609608648016503040102"): 16,
}
_MAX_SALT = 128  # bytes; RFC 8018, 4.1, wants eight at least, and the figure of RFC 7914, 13, has five
_SALT, _BLOCK, _KEY = 16, 16, 32
_MAX_BITS = 64  # of a number that is a cost


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scheme:
    """PBES2-params, none of which is secret."""

    kdf: Pbkdf2 | Scrypt
    salt: bytes
    hash_name: str
    key_size: int
    iv: bytes

    @sealed
    def key(self, password: Secret) -> bytes:
        if isinstance(self.kdf, Pbkdf2):
            return self.kdf.derive(password, self.salt, length=self.key_size, hash_name=self.hash_name)
        return self.kdf.derive(password, self.salt, length=self.key_size)


@sealed
def decrypt(algorithm: bytes, data: bytes, password: Secret, limits: KdfLimits) -> bytes:
    """What was encrypted, under the content of this AlgorithmIdentifier. Raises `KeystoreError`.

    ``reason="policy"`` for costs outside of the limits, ``"version"`` for another scheme, derivation or cipher,
    ``"checksum"`` for padding that is none. Raises `InvalidKey` when the password was wiped.
    """
    check_password(password)
    check_limits(limits)
    with raised_as(KeystoreError):
        scheme = _scheme(algorithm)
    limits.check(scheme.kdf)
    if not data or len(data) % _BLOCK:
        raise KeystoreError("expected whole blocks of 16 bytes", reason="length")
    decryptor = Cipher(algorithms.AES(scheme.key(password)), modes.CBC(scheme.iv)).decryptor()
    unpadder = padding.PKCS7(8 * _BLOCK).unpadder()
    try:
        return unpadder.update(decryptor.update(data)) + unpadder.finalize()
    except ValueError:
        raise KeystoreError("the password is wrong, or the file was changed", reason="checksum") from None


@sealed
def encrypt(
    data: bytes, password: Secret, kdf: Pbkdf2 | Scrypt, limits: KdfLimits, entropy: bytes | None
) -> tuple[bytes, bytes]:
    """An AlgorithmIdentifier in DER, and the data encrypted under it: AES-256-CBC, HMAC-SHA256.

    Salt and iv are random; ``entropy`` (32 bytes: the two in this order) makes them reproducible in tests. Raises
    `KeystoreError` for an empty password and costs outside of the limits, `InvalidKey` for a wiped password.
    """
    check_written(password)
    check_limits(limits)
    limits.check(kdf)
    drawn = chance(entropy, _SALT + _BLOCK)
    scheme = _Scheme(kdf=kdf, salt=drawn[:_SALT], hash_name="sha256", key_size=_KEY, iv=drawn[_SALT:])
    padder = padding.PKCS7(8 * _BLOCK).padder()
    encryptor = Cipher(algorithms.AES(scheme.key(password)), modes.CBC(scheme.iv)).encryptor()
    return _written(scheme), encryptor.update(padder.update(data) + padder.finalize())


# The algorithm: a sequence of keyDerivationFunc and encryptionScheme, each an AlgorithmIdentifier.


def _scheme(algorithm: bytes) -> _Scheme:
    parameters = _parameters(algorithm, _PBES2, "PBES2")
    parts = der.values(der.decode(parameters, der.SEQUENCE))
    if [tag for tag, _ in parts] != [der.SEQUENCE, der.SEQUENCE]:
        raise KeystoreError("expected a derivation and a cipher", reason="type")
    (_, derivation), (_, cipher) = parts
    oid = next((oid for oid in _AES if cipher.startswith(oid)), b"")
    iv = der.decode(_parameters(cipher, oid, "AES-CBC"), der.OCTET_STRING)
    if len(iv) != _BLOCK:
        raise KeystoreError(f"expected {_BLOCK} bytes of iv, got {len(iv)}", reason="length")
    kdf, salt, hash_name = (_scrypt if derivation.startswith(_SCRYPT) else _pbkdf2)(derivation, _AES[oid])
    if len(salt) > _MAX_SALT:
        raise KeystoreError(f"expected at most {_MAX_SALT} bytes of salt, got {len(salt)}", reason="length")
    return _Scheme(kdf=kdf, salt=salt, hash_name=hash_name, key_size=_AES[oid], iv=iv)


def _parameters(algorithm: bytes, oid: bytes, name: str) -> bytes:
    """The parameters of an AlgorithmIdentifier that must be of this name."""
    if not oid or not algorithm.startswith(oid):
        raise KeystoreError(f"expected {name}, got another algorithm", reason="version")
    return algorithm[len(oid) :]


def _pbkdf2(algorithm: bytes, key_size: int) -> tuple[Pbkdf2, bytes, str]:
    """PBKDF2-params: the salt, the iterations, perhaps the size of the key, and the function unless it is HMAC-SHA1."""
    parts = list(der.values(der.decode(_parameters(algorithm, _PBKDF2, "PBKDF2 or scrypt"), der.SEQUENCE)))
    hash_name = _DEFAULT_HASH
    if parts and parts[-1][0] == der.SEQUENCE:
        if (named := _HASHES.get(parts.pop()[1].removesuffix(_NULL))) is None:
            raise KeystoreError("expected PBKDF2 with HMAC and SHA-256, SHA-384 or SHA-512", reason="version")
        hash_name = named
    salt, (iterations,) = _salt_and_numbers(parts, 1, key_size)
    return Pbkdf2(iterations=iterations), salt, hash_name


def _scrypt(algorithm: bytes, key_size: int) -> tuple[Scrypt, bytes, str]:
    """scrypt-params: the salt, N, r and p, and perhaps the size of the key."""
    parts = list(der.values(der.decode(_parameters(algorithm, _SCRYPT, "scrypt"), der.SEQUENCE)))
    salt, (n, r, p) = _salt_and_numbers(parts, 3, key_size)
    return Scrypt(n=n, r=r, p=p), salt, ""


def _salt_and_numbers(parts: list[tuple[int, bytes]], count: int, key_size: int) -> tuple[bytes, list[int]]:
    """A salt and so many numbers; a number more is the size of the key."""
    if [tag for tag, _ in parts][: count + 1] != [der.OCTET_STRING, *[der.INTEGER] * count] or len(parts) > count + 2:
        raise KeystoreError("expected a salt and the costs of the derivation", reason="type")
    numbers = [der.decode_uint(der.decode(der.encode(*part), der.INTEGER), _MAX_BITS) for part in parts[1:]]
    if numbers[count:] not in ([], [key_size]):
        raise KeystoreError("expected a key of the cipher's size", reason="mismatch")
    return parts[0][1], numbers[:count]


def _written(scheme: _Scheme) -> bytes:
    salt = der.encode(der.OCTET_STRING, scheme.salt)
    if isinstance(scheme.kdf, Scrypt):
        costs = map(der.encode_uint, (scheme.kdf.n, scheme.kdf.r, scheme.kdf.p))
        derivation = der.sequence(_SCRYPT, der.sequence(salt, *costs))
    else:
        function = next(oid for oid, name in _HASHES.items() if name == scheme.hash_name) + _NULL
        parameters = der.sequence(salt, der.encode_uint(scheme.kdf.iterations), der.sequence(function))
        derivation = der.sequence(_PBKDF2, parameters)
    oid = next(oid for oid, size in _AES.items() if size == scheme.key_size)
    cipher = der.sequence(oid, der.encode(der.OCTET_STRING, scheme.iv))
    return der.sequence(_PBES2, der.sequence(derivation, cipher))
