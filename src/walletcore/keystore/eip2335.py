"""EIP-2335: one BLS12-381 private key, such as a validator's, as JSON of version 4, encrypted with a password.

ERC-2335, "BLS12-381 Keystore", in the words of its modules: kdf (scrypt or PBKDF2), checksum (SHA-256 over half of the
decryption key and the encrypted secret), cipher (AES-128-CTR). Passwords are NFKD without control codes.
"""

from __future__ import annotations

import hmac
import json
import re
from dataclasses import dataclass
from typing import Any

from walletcore.coding import strict_json
from walletcore.curves import bls12_381
from walletcore.errors import InvalidKey, KeystoreError, MissingExtra, raised_as
from walletcore.hashes import sha256
from walletcore.keystore.json_files import (
    KDFS,
    aes_128_ctr,
    check_names,
    choice,
    costs_of,
    drawn,
    hexadecimal_member,
    member,
    name_of,
)
from walletcore.keystore.kdf import LIMITS, STANDARD, KdfLimits, Pbkdf2, Scrypt, check_limits, check_written, normalized
from walletcore.secret import Confidential, Secret, sealed

__all__ = ["MAX_LENGTH", "KdfLimits", "Keystore", "Pbkdf2", "Scrypt", "decrypt", "encrypt"]

MAX_LENGTH = 1 << 16
"""The most characters that a file may have; usual ones have 900."""
_MAX_SALT, _MAX_DESCRIPTION = 128, 1 << 12
_CONTROL_CODES = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)))  # C0, Delete, C1
_PATH = re.compile(r"(?:m(?:/(?:0|[1-9][0-9]{0,9})){0,255})?", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Keystore(Confidential):
    """What is in a keystore: the private key, and what stands beside it, which nothing protects from changes.

    ``secret`` is 32 bytes, big-endian, from 1 to r-1. ``path`` is that of EIP-2334 (``m/12381/3600/0/0/0``; indexes up
    to 2^32-1, none hardened), or empty. ``public_key`` (48 bytes of G1) may be missing (None). Raises `KeystoreError`.
    """

    secret: Secret
    path: str = ""
    public_key: bytes | None = None
    description: str = ""
    uuid: str = ""
    __hash__ = None

    def __post_init__(self) -> None:
        if type(self.secret) is not Secret:
            raise KeystoreError("expected the private key as a Secret", reason="type")
        _check_secret(self.secret)
        _check_path(self.path)
        if self.public_key is not None and (type(self.public_key) is not bytes or len(self.public_key) != 48):
            raise KeystoreError("expected 48 bytes as public key", reason="length")
        _check_description(self.description)
        if self.uuid != "":
            _check_uuid(self.uuid)

    def __repr__(self) -> str:
        return f"Keystore({self.path or 'no path'})"


Keystore.__init__ = sealed(Keystore.__init__)  # type: ignore[method-assign]


@sealed
def decrypt(text: str, password: Secret, *, limits: KdfLimits = LIMITS) -> Keystore:
    """The private key in the text of a keystore of version 4, and what stands beside it. Raises `KeystoreError`.

    The password is UTF-8 in any normal form. A wrong one, or a changed file, has ``reason="checksum"``. With the extra
    ``bls`` the public key in the file must be that of the private key (``reason="mismatch"``): the checksum does not
    cover the iv. Members that the format does not know are ignored, unless their names differ from others in case
    only. Raises `InvalidKey` when the password was wiped.
    """
    phrase = _password(password)
    check_limits(limits)
    with raised_as(KeystoreError):
        value = strict_json.decode(text, max_length=MAX_LENGTH)
    stored = _Stored.parse(value)
    limits.check(stored.kdf)
    decryption_key = stored.kdf.derive(phrase, stored.salt)
    if not hmac.compare_digest(_checksum(decryption_key, stored.cipher_message), stored.checksum_message):
        raise KeystoreError("the password is wrong, or the file was changed", reason="checksum")
    secret = Secret(aes_128_ctr(decryption_key[:16], stored.iv, stored.cipher_message))
    opened = Keystore(secret=secret, **stored.beside)
    _compare(opened)
    return opened


@sealed
def encrypt(
    key: Keystore,
    password: Secret,
    *,
    kdf: Scrypt | Pbkdf2 = STANDARD,
    limits: KdfLimits = LIMITS,
    entropy: bytes | None = None,
) -> str:
    """The text of a keystore of version 4 for a key, whose public key is computed unless it is there.

    Salt, iv and uuid are random (a key's own ``uuid`` is not written again); ``entropy`` (64 bytes: the three in this
    order) makes them reproducible in tests. Raises `MissingExtra` for a key without its public key where the extra
    ``bls`` is missing, `KeystoreError` for an empty password, a public key of another key, or costs outside of the
    limits, and `InvalidKey` when the key or the password was wiped.
    """
    if type(key) is not Keystore:
        raise KeystoreError("expected the key as a Keystore", reason="type")
    phrase = _password(password)
    check_written(phrase)
    check_limits(limits)
    limits.check(kdf)
    _compare(key)
    public = bls12_381.public_key(key.secret) if key.public_key is None else key.public_key
    salt, iv, uuid = drawn(entropy)
    whole = {
        "crypto": _crypto(key.secret.reveal(), phrase, kdf, salt, iv),
        "description": key.description,
        "pubkey": public.hex(),
        "path": key.path,
        "uuid": uuid,
        "version": 4,
    }
    return json.dumps(whole, separators=(",", ":"))


def _password(password: Secret) -> Secret:
    """ "Password requirements": NFKD, without control codes, UTF-8."""
    return Secret(normalized(password, "NFKD").reveal().decode().translate(_CONTROL_CODES).encode())


def _checksum(decryption_key: bytes, cipher_message: bytes) -> bytes:
    dk_slice = decryption_key[16:32]
    pre_image = dk_slice + cipher_message
    return sha256(pre_image)


def _crypto(secret: bytes, phrase: Secret, kdf: Scrypt | Pbkdf2, salt: bytes, iv: bytes) -> dict[str, Any]:
    decryption_key = kdf.derive(phrase, salt)
    cipher_message = aes_128_ctr(decryption_key[:16], iv, secret)
    return {
        "kdf": _module(name_of(kdf), {"dklen": 32, **costs_of(kdf), "salt": salt.hex()}, b""),
        "checksum": _module("sha256", {}, _checksum(decryption_key, cipher_message)),
        "cipher": _module("aes-128-ctr", {"iv": iv.hex()}, cipher_message),
    }


def _module(function: str, params: dict[str, Any], message: bytes) -> dict[str, Any]:
    return {"function": function, "params": params, "message": message.hex()}


def _compare(key: Keystore) -> None:
    """The public key is that of the private key, as far as this installation can tell."""
    if key.public_key is None:
        return
    try:
        public = bls12_381.public_key(key.secret)
    except MissingExtra:
        return
    if public != key.public_key:
        raise KeystoreError("the public key is that of another private key", reason="mismatch")


def _check_secret(secret: Secret) -> None:
    try:
        bls12_381.check_secret(secret)
    except InvalidKey as error:
        if error.reason == "wiped":
            raise
        raise KeystoreError(str(error), reason=error.reason) from None


def _check_path(path: str) -> None:
    if type(path) is not str or not _PATH.fullmatch(path):
        raise KeystoreError("expected a path of EIP-2334, such as m/12381/3600/0/0/0", reason="character")
    if any(int(step) >> 32 for step in path.split("/")[1:]):
        raise KeystoreError("expected steps of the path below 2^32", reason="range")


def _check_description(text: str) -> None:
    if type(text) is not str:
        raise KeystoreError("expected the description as text", reason="type")
    if len(text) > _MAX_DESCRIPTION:
        raise KeystoreError(f"expected a description of at most {_MAX_DESCRIPTION} characters", reason="too-large")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise KeystoreError("expected the description without half of a surrogate pair", reason="character")


def _check_uuid(text: str) -> None:
    if type(text) is not str or not _UUID.fullmatch(text):
        raise KeystoreError("expected a UUID of 36 characters", reason="character")


# The file: every member that is used is there, of its exact type and in bounds.


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    kdf: Scrypt | Pbkdf2
    salt: bytes
    iv: bytes
    cipher_message: bytes
    checksum_message: bytes
    beside: dict[str, Any]

    @classmethod
    def parse(cls, value: Any) -> _Stored:
        """Read the members of the file, none of which is secret."""
        if type(value) is not dict:
            raise KeystoreError("expected a JSON object", reason="type")
        check_names(value)
        if type(value.get("version")) is not int or value["version"] != 4:
            raise KeystoreError("expected a keystore of version 4", reason="version")
        crypto = member(value, "crypto", dict)
        kdf, checksum, cipher = (member(crypto, name, dict) for name in ("kdf", "checksum", "cipher"))
        choice(checksum, "function", "sha256")
        choice(cipher, "function", "aes-128-ctr")
        params = member(kdf, "params", dict)
        return cls(
            kdf=KDFS[choice(kdf, "function", *KDFS)](params),
            salt=hexadecimal_member(params, "salt", 0, _MAX_SALT),
            iv=hexadecimal_member(member(cipher, "params", dict), "iv", 16, 16),
            cipher_message=hexadecimal_member(cipher, "message", 32, 32),
            checksum_message=hexadecimal_member(checksum, "message", 32, 32),
            beside=_beside(value),
        )


def _beside(whole: dict[str, Any]) -> dict[str, Any]:
    """What `Keystore` has but for the key, checked before the work that opens it."""
    found: dict[str, Any] = {name: member(whole, name, str) for name in ("path", "uuid")}
    _check_path(found["path"])
    _check_uuid(found["uuid"])
    if whole.get("description") is not None:
        found["description"] = member(whole, "description", str)
        _check_description(found["description"])
    if whole.get("pubkey") is not None:
        text = member(whole, "pubkey", str)
        found["public_key"] = hexadecimal_member({"pubkey": text.removeprefix("0x")}, "pubkey", 48, 48)
    return found
