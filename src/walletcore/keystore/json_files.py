"""What keystore files of JSON share: members that are there and of their type, derivations by name, the cipher, UUIDs.

Web3 Secret Storage Definition and EIP-2335: scrypt and PBKDF2 with their parameters; AES-128-CTR (NIST SP 800-38A,
6.5); UUIDs of version 4 (RFC 9562, 5.4).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from walletcore.coding.text import hexadecimal
from walletcore.errors import DecodingError, KeystoreError
from walletcore.keystore.kdf import Pbkdf2, Scrypt, chance
from walletcore.secret import sealed

__all__ = [
    "KDFS",
    "aes_128_ctr",
    "check_names",
    "choice",
    "costs_of",
    "drawn",
    "hexadecimal_member",
    "member",
    "name_of",
]

_MAX_DKLEN = 1024
_ENTROPY = 64  # salt (32), iv (16), UUID (16)
_NAMES = {dict: "an object", int: "an integer", str: "text"}
_OTHER_CASES = {0x17F: "s", 0x212A: "k"}  # the long s and the Kelvin sign, which Go's JSON folds, too

T = TypeVar("T", dict[str, Any], int, str)


def member(members: dict[str, Any], name: str, kind: type[T]) -> T:
    """The member of this name, of exactly this type; of an object's names no two differ in case only.

    Raises `KeystoreError`; null is as good as missing.
    """
    if (value := members.get(name)) is None:
        raise KeystoreError(f"expected a member {name}", reason="missing")
    if type(value) is not kind:
        raise KeystoreError(f"expected {name} as {_NAMES[kind]}", reason="type")
    if isinstance(value, dict):
        check_names(value)
    return value


def check_names(members: dict[str, Any]) -> None:
    """Raise `KeystoreError` for names that differ in case only: the JSON of Go takes the last one, others do not."""
    if len({name.translate(_OTHER_CASES).lower() for name in members}) != len(members):
        raise KeystoreError("a name appears twice, in upper and in lower case", reason="duplicate")


def choice(members: dict[str, Any], name: str, *known: str) -> str:
    """The member of this name, one of these words. Raises `KeystoreError`."""
    if (value := member(members, name, str)) not in known:
        raise KeystoreError(f"expected {' or '.join(known)} as {name}", reason="version")
    return value


def hexadecimal_member(members: dict[str, Any], name: str, least: int, most: int) -> bytes:
    """The bytes of the member of this name, so many of them, in hexadecimal of any case. Raises `KeystoreError`."""
    try:
        data = hexadecimal.decode(member(members, name, str), any_case=True)
    except DecodingError as error:
        raise KeystoreError(f"expected {name} as two hexadecimal digits a byte", reason=error.reason) from None
    if not least <= len(data) <= most:
        sizes = f"{least}" if least == most else f"{least} to {most}"
        hint = "eth-keyfile left out leading zeros until 2025: write them, if it made this file" if name == "iv" else ""
        raise KeystoreError(f"expected {sizes} bytes of {name}, got {len(data)}", reason="length", hint=hint)
    return data


def _scrypt(params: dict[str, Any]) -> Scrypt:
    _check_length(params)
    return Scrypt(n=member(params, "n", int), r=member(params, "r", int), p=member(params, "p", int))


def _pbkdf2(params: dict[str, Any]) -> Pbkdf2:
    _check_length(params)
    choice(params, "prf", "hmac-sha256")
    return Pbkdf2(iterations=member(params, "c", int))


KDFS: Mapping[str, Callable[[dict[str, Any]], Scrypt | Pbkdf2]] = {"scrypt": _scrypt, "pbkdf2": _pbkdf2}
"""The derivations by the names that files give them, from their parameters. Each raises `KeystoreError`."""


def _check_length(params: dict[str, Any]) -> None:
    """The definition: "Must be >= 32". Only 32 are used, and neither function changes them when it gives more."""
    if not 32 <= member(params, "dklen", int) <= _MAX_DKLEN:
        raise KeystoreError(f"expected a dklen from 32 to {_MAX_DKLEN}", reason="range")


def name_of(kdf: Scrypt | Pbkdf2) -> str:
    """The name of a derivation in `KDFS`."""
    return "scrypt" if type(kdf) is Scrypt else "pbkdf2"


def costs_of(kdf: Scrypt | Pbkdf2) -> dict[str, int | str]:
    """The parameters of a derivation as files have them, but for ``dklen`` and the salt."""
    if type(kdf) is Scrypt:
        return {"n": kdf.n, "r": kdf.r, "p": kdf.p}
    return {"c": kdf.iterations, "prf": "hmac-sha256"} if type(kdf) is Pbkdf2 else {}


def aes_128_ctr(key: bytes, iv: bytes, data: bytes) -> bytes:
    """The data, encrypted or decrypted: both are the same. Key and iv have 16 bytes."""
    return Cipher(algorithms.AES(key), modes.CTR(iv)).encryptor().update(data)


@sealed
def drawn(entropy: bytes | None) -> tuple[bytes, bytes, str]:
    """A salt, an iv and a UUID: random, or of these 64 bytes. Raises `KeystoreError` for another number of them."""
    drawn_bytes = chance(entropy, _ENTROPY)
    return drawn_bytes[:32], drawn_bytes[32:48], _uuid(drawn_bytes[48:])


def _uuid(data: bytes) -> str:
    """The text of a UUID of version 4, of 16 bytes of chance."""
    number = int.from_bytes(data) & ~(0xF000 << 64 | 0xC000 << 48) | 0x4000 << 64 | 0x8000 << 48
    digits = f"{number:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
