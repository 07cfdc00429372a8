"""Web3 Secret Storage Definition, version 3: one private key of an EVM account as JSON, encrypted with a password.

ethereum.org, "Web3 secret storage definition". scrypt or PBKDF2 derives a key from the password (`keystore.kdf`), the
cipher is AES-128-CTR (NIST SP 800-38A), and Keccak-256 over half of the derived key and the ciphertext tells a wrong
password.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from typing import Any

from walletcore.coding import strict_json
from walletcore.curves.secp256k1 import account_of
from walletcore.errors import InvalidKey, KeystoreError, raised_as
from walletcore.hashes import keccak256
from walletcore.keys import Curve, PrivateKey
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
from walletcore.keystore.kdf import (
    LIMITS,
    STANDARD,
    KdfLimits,
    Pbkdf2,
    Scrypt,
    check_limits,
    check_password,
    check_written,
)
from walletcore.secret import Secret, sealed

__all__ = ["MAX_LENGTH", "KdfLimits", "Pbkdf2", "Scrypt", "decrypt", "encrypt"]

MAX_LENGTH = 1 << 19
"""The most characters that a file may have; usual ones have 500."""
_MAX_SALT = 128


@sealed
def decrypt(text: str, password: Secret, *, limits: KdfLimits = LIMITS) -> PrivateKey:
    """The private key (secp256k1) in the text of a keystore file of version 3. Raises `KeystoreError`.

    The password is taken byte for byte: UTF-8 without normalisation, as geth, web3j and eth-account have it (ethers
    applies NFKC first). A wrong one, or a changed file, has ``reason="checksum"``. Names of members are read in any
    case; members that this format does not know are ignored, and ``id`` is not needed. When the file names an address,
    the key must be that account's (``reason="mismatch"``). Raises `InvalidKey` when the password was wiped.
    """
    check_password(password)
    check_limits(limits)
    with raised_as(KeystoreError):
        value = strict_json.decode(text, max_length=MAX_LENGTH)
    stored = _Stored.parse(value)
    limits.check(stored.kdf)
    derived = stored.kdf.derive(password, stored.salt)
    if not hmac.compare_digest(_mac(derived, stored.ciphertext), stored.mac):
        raise KeystoreError("the password is wrong, or the file was changed", reason="checksum")
    key = _private_key(aes_128_ctr(derived[:16], stored.iv, stored.ciphertext))
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
    check_written(password)
    check_limits(limits)
    limits.check(kdf)
    salt, iv, uuid = drawn(entropy)
    whole = {
        "address": account_of(key.public_key.data).hex(),
        "crypto": {
            **_encrypted(key.secret.reveal(), kdf.derive(password, salt), iv),
            "kdf": name_of(kdf),
            "kdfparams": {**costs_of(kdf), "dklen": 32, "salt": salt.hex()},
        },
        "id": uuid,
        "version": 3,
    }
    return json.dumps(whole, separators=(",", ":"))


# The definition: DK = KDF(password), MAC = KECCAK(DK[16..31] ++ ciphertext), the cipher's key is DK[0..15].


def _mac(derived: bytes, ciphertext: bytes) -> bytes:
    return keccak256(derived[16:32] + ciphertext)


def _encrypted(plain: bytes, derived: bytes, iv: bytes) -> dict[str, Any]:
    ciphertext = aes_128_ctr(derived[:16], iv, plain)
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
        choice(crypto, "cipher", "aes-128-ctr")
        params = _object(crypto, "kdfparams")
        return cls(
            kdf=KDFS[choice(crypto, "kdf", *KDFS)](params),
            salt=hexadecimal_member(params, "salt", 0, _MAX_SALT),
            iv=hexadecimal_member(_object(crypto, "cipherparams"), "iv", 16, 16),
            ciphertext=hexadecimal_member(crypto, "ciphertext", 1, 32),
            mac=hexadecimal_member(crypto, "mac", 32, 32),
            account=None if whole.get("address") is None else _account(whole),
        )


def _account(whole: dict[str, Any]) -> bytes:
    text = member(whole, "address", str)
    return hexadecimal_member({"address": text.removeprefix("0x")}, "address", 20, 20)


def _object(members: dict[str, Any], name: str) -> dict[str, Any]:
    return _folded(member(members, name, dict))


def _folded(value: Any) -> dict[str, Any]:
    """An object with its names in lower case: some wallets write ``Crypto``, and geth reads any case."""
    if type(value) is not dict:
        raise KeystoreError("expected a JSON object", reason="type")
    check_names(value)
    return {name.lower() if name.isascii() else name: member for name, member in value.items()}
