"""Web3 Secret Storage Definition, version 3: one private key of an EVM account as JSON, encrypted with a password.

ethereum.org, "Web3 secret storage definition". scrypt or PBKDF2 derives a key from the password (`keystore.kdf`), the
cipher is AES-128-CTR (NIST SP 800-38A), and Keccak-256 over half of the derived key and the ciphertext tells a wrong
password.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from walletcore.coding import strict_json
from walletcore.coding.text import hexadecimal
from walletcore.curves.secp256k1 import account_of
from walletcore.errors import DecodingError, InvalidKey, KeystoreError, raised_as
from walletcore.hashes import keccak256
from walletcore.keys import Curve, PrivateKey
from walletcore.keystore.kdf import LIMITS, STANDARD, KdfLimits, Pbkdf2, Scrypt, check_password
from walletcore.secret import Secret, sealed

__all__ = ["MAX_LENGTH", "KdfLimits", "Pbkdf2", "Scrypt", "decrypt", "encrypt"]

MAX_LENGTH = 1 << 19
"""The most characters that a file may have; usual ones have 500."""
_ENTROPY = 64  # salt (32), iv (16), id (16)
_MAX_SALT = 128
_MAX_DKLEN = 1024
_NAMES = {dict: "an object", int: "an integer", str: "text"}

T = TypeVar("T", dict[str, Any], int, str)


@sealed
def decrypt(text: str, password: Secret, *, limits: KdfLimits = LIMITS) -> PrivateKey:
    """The private key (secp256k1) in the text of a keystore file of version 3. Raises `KeystoreError`.

    The password is taken byte for byte: UTF-8 without normalisation, as geth, web3j and eth-account have it (ethers
    applies NFKC first). A wrong one, or a changed file, has ``reason="checksum"``. Names of members are read in any
    case; members that this format does not know are ignored, and ``id`` is not needed. When the file names an address,
    the key must be that account's (``reason="mismatch"``). Raises `InvalidKey` when the password was wiped.
    """
    check_password(password)
    _check_limits(limits)
    with raised_as(KeystoreError):
        value = strict_json.decode(text, max_length=MAX_LENGTH)
    stored = _Stored.parse(value)
    limits.check(stored.kdf)
    derived = stored.kdf.derive(password, stored.salt)
    if not hmac.compare_digest(_mac(derived, stored.ciphertext), stored.mac):
        raise KeystoreError("the password is wrong, or the file was changed", reason="checksum")
    key = _private_key(_aes_128_ctr(derived[:16], stored.iv, stored.ciphertext))
    if stored.account not in (None, account_of(key.public_key.data)):
        raise KeystoreError("the address in the file is that of another key", reason="mismatch")
    return key


@sealed
def encrypt(
    key: PrivateKey,
    password: Secret,
    *,
    kdf: Scrypt | Pbkdf2 = STANDARD,
    limits: KdfLimits = LIMITS,
    entropy: bytes | None = None,
) -> str:
    """The text of a keystore file of version 3 for a private key of secp256k1, as geth writes it.

    Salt, iv and id are random; ``entropy`` (64 bytes: the three in this order) makes them reproducible in tests. Raises
    `KeystoreError` for an empty password, another curve, or costs outside of the limits, and `InvalidKey` when the key
    or the password was wiped.
    """
    if type(key) is not PrivateKey or key.curve is not Curve.SECP256K1:
        raise KeystoreError("expected a PrivateKey of secp256k1", reason="type")
    check_password(password)
    if not any(password.reveal()):  # HMAC pads a short key with zeros: b"" and b"\0" are one password
        raise KeystoreError("expected a password, got an empty one", reason="length")
    _check_limits(limits)
    limits.check(kdf)
    chance = secrets.token_bytes(_ENTROPY) if entropy is None else entropy
    if type(chance) is not bytes or len(chance) != _ENTROPY:
        raise KeystoreError(f"expected {_ENTROPY} bytes of entropy", reason="length")
    salt, iv = chance[:32], chance[32:48]
    whole = {
        "address": account_of(key.public_key.data).hex(),
        "crypto": {
            **_encrypted(key.secret.reveal(), kdf.derive(password, salt), iv),
            "kdf": "scrypt" if type(kdf) is Scrypt else "pbkdf2",
            "kdfparams": {**_costs(kdf), "dklen": 32, "salt": salt.hex()},
        },
        "id": _uuid(chance[48:]),
        "version": 3,
    }
    return json.dumps(whole, separators=(",", ":"))


def _check_limits(limits: KdfLimits) -> None:
    if type(limits) is not KdfLimits:
        raise KeystoreError("expected the limits as KdfLimits", reason="type")


# The definition: DK = KDF(password), MAC = KECCAK(DK[16..31] ++ ciphertext), the cipher's key is DK[0..15].


def _mac(derived: bytes, ciphertext: bytes) -> bytes:
    return keccak256(derived[16:32] + ciphertext)


def _aes_128_ctr(key: bytes, iv: bytes, data: bytes) -> bytes:
    return Cipher(algorithms.AES(key), modes.CTR(iv)).encryptor().update(data)


def _encrypted(plain: bytes, derived: bytes, iv: bytes) -> dict[str, Any]:
    ciphertext = _aes_128_ctr(derived[:16], iv, plain)
    return {
        "cipher": "aes-128-ctr",
        "cipherparams": {"iv": iv.hex()},
        "ciphertext": ciphertext.hex(),
        "mac": _mac(derived, ciphertext).hex(),
    }


def _private_key(plain: bytes) -> PrivateKey:
    """The key of these bytes; early versions of geth left out leading zeros."""
    try:
        return PrivateKey(Curve.SECP256K1, Secret(plain.rjust(32, b"\0")))
    except InvalidKey as error:
        raise KeystoreError(str(error), reason=error.reason) from None


def _costs(kdf: Scrypt | Pbkdf2) -> dict[str, int | str]:
    if type(kdf) is Scrypt:
        return {"n": kdf.n, "r": kdf.r, "p": kdf.p}
    return {"c": kdf.iterations, "prf": "hmac-sha256"} if type(kdf) is Pbkdf2 else {}


def _uuid(chance: bytes) -> str:
    """RFC 9562, 5.4: version 4."""
    number = int.from_bytes(chance) & ~(0xF000 << 64 | 0xC000 << 48) | 0x4000 << 64 | 0x8000 << 48
    digits = f"{number:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


# The file: every member that is used is there, of its exact type and in bounds.


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    kdf: Scrypt | Pbkdf2
    salt: bytes
    iv: bytes
    ciphertext: bytes
    mac: bytes
    account: bytes | None

    @classmethod
    def parse(cls, value: Any) -> _Stored:
        """Read the members of the file, none of which is secret."""
        whole = _folded(value)
        if type(whole.get("version")) is not int or whole["version"] != 3:
            raise KeystoreError("expected a keystore of version 3", reason="version")
        crypto = _object(whole, "crypto")
        _choice(crypto, "cipher", "aes-128-ctr")
        params = _object(crypto, "kdfparams")
        return cls(
            kdf=_KDFS[_choice(crypto, "kdf", *_KDFS)](params),
            salt=_bytes(params, "salt", 0, _MAX_SALT),
            iv=_bytes(_object(crypto, "cipherparams"), "iv", 16, 16),
            ciphertext=_bytes(crypto, "ciphertext", 1, 32),
            mac=_bytes(crypto, "mac", 32, 32),
            account=None if whole.get("address") is None else _account(whole),
        )


def _scrypt(params: dict[str, Any]) -> Scrypt:
    _check_length(params)
    return Scrypt(n=_member(params, "n", int), r=_member(params, "r", int), p=_member(params, "p", int))


def _pbkdf2(params: dict[str, Any]) -> Pbkdf2:
    _check_length(params)
    _choice(params, "prf", "hmac-sha256")
    return Pbkdf2(iterations=_member(params, "c", int))


_KDFS: dict[str, Callable[[dict[str, Any]], Scrypt | Pbkdf2]] = {"scrypt": _scrypt, "pbkdf2": _pbkdf2}


def _check_length(params: dict[str, Any]) -> None:
    """The definition: "Must be >= 32". Only 32 are used, and neither function changes them when it gives more."""
    if not 32 <= _member(params, "dklen", int) <= _MAX_DKLEN:
        raise KeystoreError(f"expected a dklen from 32 to {_MAX_DKLEN}", reason="range")


def _account(whole: dict[str, Any]) -> bytes:
    text = _member(whole, "address", str)
    return _bytes({"address": text.removeprefix("0x")}, "address", 20, 20)


def _bytes(members: dict[str, Any], name: str, least: int, most: int) -> bytes:
    try:
        data = hexadecimal.decode(_member(members, name, str), any_case=True)
    except DecodingError as error:
        raise KeystoreError(f"expected {name} as two hexadecimal digits a byte", reason=error.reason) from None
    if not least <= len(data) <= most:
        sizes = f"{least}" if least == most else f"{least} to {most}"
        hint = "eth-keyfile left out leading zeros until 2025: write them, if it made this file" if name == "iv" else ""
        raise KeystoreError(f"expected {sizes} bytes of {name}, got {len(data)}", reason="length", hint=hint)
    return data


def _choice(members: dict[str, Any], name: str, *known: str) -> str:
    if (value := _member(members, name, str)) not in known:
        raise KeystoreError(f"expected {' or '.join(known)} as {name}", reason="version")
    return value


def _object(members: dict[str, Any], name: str) -> dict[str, Any]:
    return _folded(_member(members, name, dict))


def _member(members: dict[str, Any], name: str, kind: type[T]) -> T:
    if (value := members.get(name)) is None:
        raise KeystoreError(f"expected a member {name}", reason="missing")
    if type(value) is not kind:
        raise KeystoreError(f"expected {name} as {_NAMES[kind]}", reason="type")
    return value


def _folded(value: Any) -> dict[str, Any]:
    """An object with its names in lower case: some wallets write ``Crypto``, and geth reads any case."""
    if type(value) is not dict:
        raise KeystoreError("expected a JSON object", reason="type")
    folded = {name.lower() if name.isascii() else name: member for name, member in value.items()}
    if len(folded) != len(value):
        raise KeystoreError("a name appears twice, in upper and in lower case", reason="duplicate")
    return folded
