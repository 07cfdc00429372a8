"""PEM: keys of secp256k1, P-256 and Ed25519 as text, private or public, plain or encrypted.

RFC 7468 (section 3, "stricttextualmsg", but for lines of another length than 64 characters, which many writers make;
sections 10, 11 and 13 name the labels), RFC 5915, 4 ("EC PRIVATE KEY"). One block is one key: what stands before it or
after it is refused, as is what is not canonical.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping

from walletcore.errors import KeystoreError
from walletcore.keys import PrivateKey, PublicKey
from walletcore.keystore import pkcs8, sec1, spki
from walletcore.keystore.kdf import LIMITS, KdfLimits, Pbkdf2, Scrypt
from walletcore.secret import Secret, sealed

__all__ = ["MAX_LENGTH", "decrypt", "encrypt", "parse", "parse_public", "reveal", "text_of"]

MAX_LENGTH = 1 << 13
"""The most characters that a text may have; usual ones have 120 to 500."""
_PKCS8, _SEC1, _ENCRYPTED, _PUBLIC = "PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "PUBLIC KEY"
_OTHERS = {  # blocks that hold keys or stand beside them, and are not read
    "RSA PRIVATE KEY": "RSA (PKCS #1)",
    "RSA PUBLIC KEY": "RSA (PKCS #1)",
    "DSA PRIVATE KEY": "DSA",
    "OPENSSH PRIVATE KEY": "OpenSSH",
    "EC PARAMETERS": "the parameters of a curve",
    "CERTIFICATE": "a certificate",
}
_READ: Mapping[str, Callable[[bytes], PrivateKey]] = {_PKCS8: pkcs8.parse, _SEC1: sec1.parse}
_REVEALED: Mapping[str, Callable[[PrivateKey], bytes]] = {_PKCS8: pkcs8.reveal, _SEC1: sec1.reveal}
_WIDTH = 64
_BLOCK = re.compile(
    r"-----BEGIN ([A-Z0-9 ]{1,40})-----\r?\n"
    r"((?:[A-Za-z0-9+/=]+\r?\n)*)"
    r"-----END ([A-Z0-9 ]{1,40})-----(?:\r?\n)?",
    re.ASCII,
)
_HEADERS = re.compile(r"-----BEGIN [A-Z0-9 ]{1,40}-----\r?\nProc-Type: ", re.ASCII)


@sealed
def parse(text: str) -> PrivateKey:
    """The private key in a text, "PRIVATE KEY" or "EC PRIVATE KEY". Raises `KeystoreError`.

    An encrypted key has ``reason="missing"``: see `decrypt`. Other kinds of keys have ``reason="scheme"``.
    """
    label, data = _block(text)
    if label == _ENCRYPTED:
        raise KeystoreError("the key is encrypted", reason="missing", hint="decrypt reads it, with its password")
    if label not in _READ:
        raise _other(label, "a private key")
    return _READ[label](data)


@sealed
def parse_public(text: str) -> PublicKey:
    """The public key in a text, "PUBLIC KEY". Raises `KeystoreError`; for a private key with ``reason="policy"``."""
    label, data = _block(text)
    if label in (*_READ, _ENCRYPTED):
        raise KeystoreError("expected a public key, got a private one", reason="policy")
    if label != _PUBLIC:
        raise _other(label, "a public key")
    return spki.parse(data)


@sealed
def decrypt(text: str, password: Secret, *, limits: KdfLimits = LIMITS) -> PrivateKey:
    """The private key in a text "ENCRYPTED PRIVATE KEY", as `pkcs8.decrypt` reads it. Raises `KeystoreError`."""
    label, data = _block(text)
    if label != _ENCRYPTED:
        raise _other(label, "an encrypted private key")
    return pkcs8.decrypt(data, password, limits=limits)


@sealed
def reveal(key: PrivateKey, *, label: str = _PKCS8) -> str:
    """The text that gives a private key away, "PRIVATE KEY" or "EC PRIVATE KEY".

    Raises `KeystoreError`, and `InvalidKey` when the key was wiped.
    """
    if type(label) is not str or label not in _REVEALED:
        raise KeystoreError(f"expected {_PKCS8} or {_SEC1} as label", reason="unknown")
    return _text(label, _REVEALED[label](key))


@sealed
def encrypt(
    key: PrivateKey,
    password: Secret,
    *,
    kdf: Pbkdf2 | Scrypt = pkcs8.STANDARD,
    limits: KdfLimits = LIMITS,
    entropy: bytes | None = None,
) -> str:
    """The text "ENCRYPTED PRIVATE KEY" of a key under a password, as `pkcs8.encrypt` writes it."""
    return _text(_ENCRYPTED, pkcs8.encrypt(key, password, kdf=kdf, limits=limits, entropy=entropy))


def text_of(key: PublicKey) -> str:
    """The text "PUBLIC KEY" of a public key. Raises `KeystoreError`."""
    return _text(_PUBLIC, spki.encode(key))


def _block(text: str) -> tuple[str, bytes]:
    """The label of the one block that a text is, and its bytes."""
    if type(text) is not str:
        raise KeystoreError(f"expected text, got {type(text).__name__}", reason="type")
    if len(text) > MAX_LENGTH:
        raise KeystoreError(f"expected at most {MAX_LENGTH} characters, got {len(text)}", reason="too-large")
    block = _BLOCK.fullmatch(text)
    if block is None:
        if _HEADERS.match(text):
            hint = "openssl pkcs8 -topk8 makes it one of PKCS #8"
            raise KeystoreError("expected no headers: this encryption is an old one", reason="version", hint=hint)
        hint = "no blanks, and nothing before or after the block"
        raise KeystoreError("expected one block of PEM and nothing else", reason="character", hint=hint)
    if block[1] != block[3]:
        raise KeystoreError("expected one label at both ends", reason="mismatch")
    return block[1], _decoded(block[2].splitlines())


def _decoded(lines: list[str]) -> bytes:
    """RFC 4648, section 4: padding to whole groups of four, zero bits below it; lines of one length but the last."""
    digits, widths = "".join(lines), [len(line) for line in lines]
    if set(widths[:-1]) - set(widths[:1]) or widths[-1:] > widths[:1]:
        raise KeystoreError("expected lines of one length", reason="non-canonical")
    try:
        data = base64.b64decode(digits, validate=True)
    except ValueError:
        data = b""
    if base64.b64encode(data).decode() != digits or not digits:
        raise KeystoreError("expected base 64 with its padding, in its one form", reason="non-canonical")
    return data


def _other(label: str, expected: str) -> KeystoreError:
    if label in _OTHERS:
        return KeystoreError(f"expected {expected}, got {_OTHERS[label]}", reason="scheme")
    if label in (_PKCS8, _SEC1, _ENCRYPTED, _PUBLIC):
        return KeystoreError(f"expected {expected}, got another kind of block: {label}", reason="version")
    return KeystoreError(f"expected {expected}, got another kind of block", reason="unknown")


def _text(label: str, data: bytes) -> str:
    digits = base64.b64encode(data).decode()
    lines = [digits[i : i + _WIDTH] for i in range(0, len(digits), _WIDTH)]
    return "\n".join((f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""))
