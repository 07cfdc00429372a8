"""Passphrase-protected private keys of Bitcoin: texts of 58 characters that begin with 6P.

BIP-38, "Proposed specification". A key is encrypted as it is ("Encryption when EC multiply flag is not used"), or made
by somebody else, who has an intermediate code and never the passphrase ("... when EC multiply mode is used"). The costs
are those of scrypt (RFC 7914), and fixed: 16 MiB, half a second. The cipher is AES-256, block by block (FIPS 197).
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from walletcore.coding.text import base58check
from walletcore.curves.secp256k1 import multiply_public, multiply_scalars, parse_public, point, uncompressed
from walletcore.errors import InvalidKey, KeystoreError, raised_as
from walletcore.hashes import hash160, sha256d
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.keystore.kdf import Scrypt, chance, normalized
from walletcore.keystore.wif import Wif
from walletcore.secret import Secret, sealed

__all__ = [
    "Made",
    "Shown",
    "address_hash",
    "confirm",
    "decrypt",
    "encrypt",
    "intermediate_code",
    "lot_of",
    "make",
    "shown",
]

_P2PKH = {"mainnet": b"\x00", "testnet": b"\x6f"}  # version bytes of the addresses that are hashed; names as in `Wif`
_NOT_MULTIPLIED, _COMPRESSED, _HAS_LOT = 0xC0, 0x20, 0x04  # of flagbyte; its other bits are reserved
_MAGIC_LOT, _MAGIC = bytes.fromhex("2ce9b3e1ff39e251"), bytes.fromhex("2ce9b3e1ff39e253")
_FORMS = {  # how a text begins, how many bytes it has, and the bits of its flagbyte: those that must, and that may be
    "key": (b"\x01\x42", 39, _NOT_MULTIPLIED, _COMPRESSED),
    "multiplied key": (b"\x01\x43", 39, 0, _COMPRESSED | _HAS_LOT),
    "confirmation code": (bytes.fromhex("643bf6a89a"), 51, 0, _COMPRESSED | _HAS_LOT),
    "code with a lot": (_MAGIC_LOT, 49, 0, 0),
    "code": (_MAGIC, 49, 0, 0),
}
_PASSPHRASE = Scrypt(n=16384, r=8, p=8)
_PASSPOINT = Scrypt(n=1024, r=1, p=1)
_LOTS, _SEQUENCES = 1 << 20, 1 << 12
_SALT, _SEED = 8, 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A key that somebody made from an intermediate code: for its owner, who alone can decrypt it.

    ``encrypted`` is the text of the key, ``confirmation`` the code by which the owner sees that ``address`` (P2PKH)
    depends on their passphrase. None of them is secret, but each lets passphrases be tried.
    """

    encrypted: str
    confirmation: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the text of a key tells without the passphrase; ``address_hash`` has four bytes, see there."""

    multiplied: bool
    compressed: bool
    address_hash: bytes
    lot: tuple[int, int] | None


@sealed
def encrypt(key: Wif, passphrase: Secret) -> str:
    """The text of a key under a passphrase (UTF-8, of which NFC is taken), the same each time.

    Raises `KeystoreError` when the passphrase is empty or no UTF-8, `InvalidKey` when key or passphrase was wiped.
    """
    if type(key) is not Wif:
        raise KeystoreError("expected the key as a Wif", reason="type")
    phrase = _not_empty(normalized(passphrase, "NFC"))
    salt = address_hash(key.private_key.public_key, compressed=key.compressed, network=key.network)
    half1, half2 = _halves(_PASSPHRASE.derive(phrase, salt, length=64))
    flags = _NOT_MULTIPLIED | (_COMPRESSED if key.compressed else 0)
    encrypted = _aes_encrypt(half2, _xor(key.private_key.secret.reveal(), half1))
    return base58check.encode(_FORMS["key"][0] + bytes((flags,)) + salt + encrypted)


@sealed
def decrypt(text: str, passphrase: Secret, *, network: str = "mainnet") -> Wif:
    """The key in a text of either kind, with the way that its public key is written. Raises `KeystoreError`.

    A wrong passphrase has ``reason="checksum"``. The text does not name its network, whose address it holds a hash of:
    that of another one has ``reason="network"``. Raises `InvalidKey` when the passphrase was wiped.
    """
    _version(network)
    phrase = normalized(passphrase, "NFC")
    data = _read(text, "key", "multiplied key")
    compressed, salt = bool(data[2] & _COMPRESSED), data[3:7]
    with _wrong_passphrase():
        secret = (_direct if data.startswith(_FORMS["key"][0]) else _multiplied)(data, phrase)
        key = PrivateKey(Curve.SECP256K1, Secret(secret))
    _check(salt, key.public_key, compressed, network)
    return Wif(private_key=key, compressed=compressed, network=network)


@sealed
def intermediate_code(
    passphrase: Secret, *, lot: int | None = None, sequence: int | None = None, entropy: bytes | None = None
) -> str:
    """What an owner gives away so that others `make` keys for them: a text that begins with "passphrase".

    ``lot`` (0 to 1048575; the BIP recommends 100000 to 999999) and ``sequence`` (0 to 4095) come together or not at
    all. The salt is random; ``entropy`` (8 bytes, 4 beside a lot) makes it reproducible in tests. Raises
    `KeystoreError` for numbers out of range and a passphrase that is empty or no UTF-8, `InvalidKey` for a wiped one.
    """
    numbers = _lot_sequence(lot, sequence)
    phrase = _not_empty(normalized(passphrase, "NFC"))
    ownerentropy = chance(entropy, _SALT - len(numbers)) + numbers
    with _as_keystore_error():
        passpoint = point(_passfactor(phrase, ownerentropy, bool(numbers)))
    return base58check.encode((_MAGIC_LOT if numbers else _MAGIC) + ownerentropy + passpoint)


@sealed
def make(code: str, *, compressed: bool = True, network: str = "mainnet", entropy: bytes | None = None) -> Made:
    """A new key for the owner of an intermediate code, made without their passphrase. Raises `KeystoreError`.

    The key is random; ``entropy`` (24 bytes, the BIP's ``seedb``) makes it reproducible in tests. Whoever has it and
    the passphrase has the key.
    """
    _check_form(compressed)
    _version(network)
    data = _read(code, "code", "code with a lot")
    ownerentropy, passpoint = data[8:16], data[16:]
    seedb = chance(entropy, _SEED)
    factorb = sha256d(seedb)
    with _as_keystore_error():
        public = PublicKey.trusted(Curve.SECP256K1, multiply_public(parse_public(passpoint), factorb))
        pointb = point(factorb)
    flags = (_COMPRESSED if compressed else 0) | (_HAS_LOT if data.startswith(_MAGIC_LOT) else 0)
    salt = address_hash(public, compressed=compressed, network=network)
    half1, half2 = _halves(_PASSPOINT.derive(Secret(passpoint), salt + ownerentropy, length=64))
    head = bytes((flags,)) + salt + ownerentropy
    return Made(
        encrypted=base58check.encode(_FORMS["multiplied key"][0] + head + _encrypted_seed(seedb, half1, half2)),
        confirmation=base58check.encode(_FORMS["confirmation code"][0] + head + _encrypted_point(pointb, half1, half2)),
        address=_address(public, compressed, network),
    )


@sealed
def confirm(confirmation: str, passphrase: Secret, *, network: str = "mainnet") -> str:
    """The address (P2PKH) of a key that was made from the code of this passphrase. Raises `KeystoreError`.

    A passphrase on which no such address depends has ``reason="checksum"``.
    """
    _version(network)
    phrase = normalized(passphrase, "NFC")
    data = _read(confirmation, "confirmation code")
    flags, salt, ownerentropy = data[5], data[6:10], data[10:18]
    with _wrong_passphrase():
        passfactor = _passfactor(phrase, ownerentropy, bool(flags & _HAS_LOT))
        half1, half2 = _halves(_PASSPOINT.derive(Secret(point(passfactor)), salt + ownerentropy, length=64))
        pointb = _decrypted_point(data[18:], half1, half2)
        public = PublicKey.trusted(Curve.SECP256K1, multiply_public(parse_public(pointb), passfactor))
    _check(salt, public, bool(flags & _COMPRESSED), network)
    return _address(public, bool(flags & _COMPRESSED), network)


@sealed  # it may be handed the text of a plain key
def shown(text: str) -> Shown:
    """What the text of a key, of either kind, tells without the passphrase. Raises `KeystoreError`."""
    data = _read(text, "key", "multiplied key")
    multiplied = data.startswith(_FORMS["multiplied key"][0])
    return Shown(
        multiplied=multiplied,
        compressed=bool(data[2] & _COMPRESSED),
        address_hash=data[3:7],
        lot=lot_of(text) if multiplied else None,
    )


@sealed  # it may be handed the text of a plain key
def lot_of(text: str) -> tuple[int, int] | None:
    """Lot and sequence number that a text of any kind shows, or None where it has none. Raises `KeystoreError`."""
    data = _read(text, *_FORMS)
    if data.startswith((_MAGIC, _MAGIC_LOT)):
        has_lot, ownerentropy = data.startswith(_MAGIC_LOT), data[8:16]
    else:
        place = 5 if data.startswith(_FORMS["confirmation code"][0]) else 2
        has_lot, ownerentropy = bool(data[place] & _HAS_LOT), data[place + 5 : place + 13]
    lot, sequence = divmod(int.from_bytes(ownerentropy[4:]), _SEQUENCES)
    return (lot, sequence) if has_lot else None


def address_hash(key: PublicKey, *, compressed: bool = True, network: str = "mainnet") -> bytes:
    """The four bytes by which a text names its key: of the SHA-256d of the P2PKH address, as characters.

    Raises `KeystoreError` for a key of another curve, and for a network that is none of ``wif.VERSIONS``.
    """
    if type(key) is not PublicKey or key.curve is not Curve.SECP256K1:
        raise KeystoreError("expected a PublicKey of secp256k1", reason="type")
    _check_form(compressed)
    return sha256d(_address(key, compressed, network).encode())[:4]


def _address(key: PublicKey, compressed: bool, network: str) -> str:
    public = key.data if compressed else uncompressed(key.data)
    return base58check.encode(_version(network) + hash160(public))


def _check(salt: bytes, key: PublicKey, compressed: bool, network: str) -> None:
    found = {name: address_hash(key, compressed=compressed, network=name) for name in _P2PKH}
    if hmac.compare_digest(found.pop(network), salt):
        return
    if salt in found.values():
        raise KeystoreError("expected a key of this network, got one of another", reason="network")
    raise KeystoreError("the passphrase is wrong", reason="checksum")


# "Encryption when EC multiply flag is not used", "Decryption steps"


def _direct(data: bytes, phrase: Secret) -> bytes:
    half1, half2 = _halves(_PASSPHRASE.derive(phrase, data[3:7], length=64))
    return _xor(_aes_decrypt(half2, data[7:]), half1)


# "Encryption when EC multiply mode is used", in the order of its steps


def _passfactor(phrase: Secret, ownerentropy: bytes, has_lot: bool) -> bytes:
    if not has_lot:
        return _PASSPHRASE.derive(phrase, ownerentropy)
    prefactor = _PASSPHRASE.derive(phrase, ownerentropy[:4])
    return sha256d(prefactor + ownerentropy)


def _multiplied(data: bytes, phrase: Secret) -> bytes:
    salt, ownerentropy = data[3:7], data[7:15]
    passfactor = _passfactor(phrase, ownerentropy, bool(data[2] & _HAS_LOT))
    half1, half2 = _halves(_PASSPOINT.derive(Secret(point(passfactor)), salt + ownerentropy, length=64))
    factorb = sha256d(_decrypted_seed(data[15:], half1, half2))
    return multiply_scalars(passfactor, factorb)


def _encrypted_seed(seedb: bytes, half1: bytes, half2: bytes) -> bytes:
    """encryptedpart1[0...7] and encryptedpart2."""
    part1 = _aes_encrypt(half2, _xor(seedb[:16], half1[:16]))
    part2 = _aes_encrypt(half2, _xor(part1[8:] + seedb[16:], half1[16:]))
    return part1[:8] + part2


def _decrypted_seed(parts: bytes, half1: bytes, half2: bytes) -> bytes:
    joined = _xor(_aes_decrypt(half2, parts[8:]), half1[16:])  # encryptedpart1[8...15], seedb[16...23]
    return _xor(_aes_decrypt(half2, parts[:8] + joined[:8]), half1[:16]) + joined[8:]


def _encrypted_point(pointb: bytes, half1: bytes, half2: bytes) -> bytes:
    """pointbprefix, pointbx1, pointbx2."""
    return bytes((pointb[0] ^ half2[31] & 1,)) + _aes_encrypt(half2, _xor(pointb[1:], half1))


def _decrypted_point(encrypted: bytes, half1: bytes, half2: bytes) -> bytes:
    return bytes((encrypted[0] ^ half2[31] & 1,)) + _xor(_aes_decrypt(half2, encrypted[1:]), half1)


# AES-256 of whole blocks, each by itself, which is what is meant: each was mixed with bytes of its own before.


def _aes_encrypt(key: bytes, blocks: bytes) -> bytes:
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(blocks)  # noqa: S305


def _aes_decrypt(key: bytes, blocks: bytes) -> bytes:
    return Cipher(algorithms.AES(key), modes.ECB()).decryptor().update(blocks)  # noqa: S305


def _halves(derived: bytes) -> tuple[bytes, bytes]:
    """derivedhalf1, derivedhalf2."""
    return derived[:32], derived[32:]


def _xor(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one) ^ int.from_bytes(other)).to_bytes(len(one))


# What is handed in


def _read(text: str, *kinds: str) -> bytes:
    """The bytes of a text of one of these kinds, its length, beginning and flags those of the kind."""
    with raised_as(KeystoreError):
        data = base58check.decode(text)
    for magic, size, needed, allowed in (_FORMS[kind] for kind in kinds):
        if data.startswith(magic):
            if len(data) != size:
                raise KeystoreError(f"expected {size} bytes before the checksum, got {len(data)}", reason="length")
            if magic not in (_MAGIC, _MAGIC_LOT) and data[len(magic)] & ~allowed != needed:
                raise KeystoreError(f"expected flags of BIP-38, got {data[len(magic)]:#04x}", reason="version")
            return data
    raise KeystoreError(f"expected the text of a {' or a '.join(kinds)} (BIP-38)", reason="version")


def _not_empty(phrase: Secret) -> Secret:
    if not any(phrase.reveal()):  # HMAC pads a short key with zeros: b"" and b"\0" are one passphrase
        raise KeystoreError("expected a passphrase, got an empty one", reason="length")
    return phrase


def _lot_sequence(lot: int | None, sequence: int | None) -> bytes:
    """lotsequence in four bytes, or nothing."""
    if lot is None and sequence is None:
        return b""
    for name, number, limit in (("lot", lot, _LOTS), ("sequence", sequence, _SEQUENCES)):
        if type(number) is not int:
            raise KeystoreError(f"expected {name} as an integer, got {type(number).__name__}", reason="type")
        if not 0 <= number < limit:
            raise KeystoreError(f"expected {name} from 0 to {limit - 1}", reason="range")
    return (int(lot or 0) * _SEQUENCES + int(sequence or 0)).to_bytes(4)


def _check_form(compressed: bool) -> None:
    if type(compressed) is not bool:
        raise KeystoreError(f"expected compressed as a bool, got {type(compressed).__name__}", reason="type")


def _version(network: str) -> bytes:
    if type(network) is not str or network not in _P2PKH:
        raise KeystoreError("expected a network of `wif.VERSIONS`", reason="unknown")
    return _P2PKH[network]


@contextmanager
def _as_keystore_error() -> Iterator[None]:
    try:
        yield
    except InvalidKey as error:
        raise KeystoreError(str(error), reason=error.reason) from None


@contextmanager
def _wrong_passphrase() -> Iterator[None]:
    """What a wrong passphrase gives is, once in a while, no number or point of the curve."""
    try:
        yield
    except InvalidKey:
        raise KeystoreError("the passphrase is wrong", reason="checksum") from None
