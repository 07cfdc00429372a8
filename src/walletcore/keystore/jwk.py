"""JSON Web Keys: one key of secp256k1, P-256 or Ed25519 as JSON, private or public, not encrypted.

RFC 7517 (the format), RFC 7518, 6.2 (EC: P-256), RFC 8812, 3.1 (secp256k1), RFC 8037, 2 (OKP: Ed25519), RFC 7638
(thumbprints). Numbers are base64url without padding (RFC 4648, section 5), 32 bytes each.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any

from walletcore.coding import strict_json
from walletcore.errors import InvalidKey, KeystoreError, raised_as
from walletcore.hashes import sha256
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.keystore.points import uncompressed
from walletcore.secret import Secret, sealed

__all__ = ["MAX_LENGTH", "parse", "parse_public", "reveal", "text_of", "thumbprint"]

MAX_LENGTH = 1 << 16
"""The most characters that a text may have: certificates may stand beside a key."""
_TYPES: Mapping[Curve, tuple[str, str]] = {  # kty, crv
    Curve.SECP256K1: ("EC", "secp256k1"),
    Curve.P256: ("EC", "P-256"),
    Curve.ED25519: ("OKP", "Ed25519"),
}
_CURVES = {names: curve for curve, names in _TYPES.items()}
_32_BYTES = re.compile("[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]", re.ASCII)  # the last two bits are zero


@sealed
def parse(text: str) -> PrivateKey:
    """The private key in a text. Raises `KeystoreError`.

    ``x`` (and ``y``) must be there and be those of the key: ``reason="mismatch"``. A public key alone has
    ``reason="missing"``. Members that are not of the key (``kid``, ``use``, ``alg``, ``key_ops``) are ignored.
    """
    members = _members(text)
    public = _public(members)
    try:
        key = PrivateKey(public.curve, Secret(_number(members, "d")))
    except InvalidKey as error:
        raise KeystoreError(str(error), reason=error.reason) from None
    if key.public_key != public:
        raise KeystoreError("the public key in the text is that of another private key", reason="mismatch")
    return key


@sealed
def parse_public(text: str) -> PublicKey:
    """The public key in a text. Raises `KeystoreError`; for the text of a private key with ``reason="policy"``."""
    members = _members(text)
    if "d" in members:
        raise KeystoreError("expected a public key, got a private one", reason="policy")
    return _public(members)


@sealed
def reveal(key: PrivateKey) -> str:
    """The text that gives a private key away. Raises `KeystoreError`, and `InvalidKey` when the key was wiped."""
    if type(key) is not PrivateKey:
        raise KeystoreError("expected a PrivateKey", reason="type")
    secret = key.secret.reveal()
    return _written({**_required(key.public_key), "d": _base64url(secret)})


def text_of(key: PublicKey) -> str:
    """The text of a public key. Raises `KeystoreError`."""
    return _written(_required(key))


def thumbprint(key: PublicKey) -> str:
    """By what a key is named, 43 characters: the SHA-256 of its required members (RFC 7638). Raises `KeystoreError`."""
    return _base64url(sha256(_written(dict(sorted(_required(key).items()))).encode()))


def _members(text: str) -> dict[str, Any]:
    with raised_as(KeystoreError):
        value = strict_json.decode(text, max_length=MAX_LENGTH)
    if type(value) is not dict:
        raise KeystoreError("expected a JSON object", reason="type")
    return value


def _public(members: dict[str, Any]) -> PublicKey:
    curve = _CURVES.get((_word(members, "kty"), _word(members, "crv")))
    if curve is None:
        raise KeystoreError("expected a key of EC (secp256k1, P-256) or OKP (Ed25519)", reason="scheme")
    x = _number(members, "x")
    data = x if curve is Curve.ED25519 else b"\4" + x + _number(members, "y")
    try:
        return PublicKey.parse(curve, data)
    except InvalidKey as error:
        raise KeystoreError(str(error), reason=error.reason) from None


def _word(members: dict[str, Any], name: str) -> str:
    if name not in members:
        raise KeystoreError(f"expected a member {name}", reason="missing")
    value = members[name]
    if type(value) is not str:
        raise KeystoreError(f"expected {name} as text", reason="type")
    return value


def _number(members: dict[str, Any], name: str) -> bytes:
    """32 bytes: leading zeros stay (RFC 7518, 6.2.1.2)."""
    text = _word(members, name)
    if len(text) != 43:
        raise KeystoreError(f"expected 43 characters of {name} (32 bytes)", reason="length")
    if not _32_BYTES.fullmatch(text):
        raise KeystoreError(f"expected {name} as base64url without padding", reason="character")
    return base64.urlsafe_b64decode(text + "=")


def _required(key: PublicKey) -> dict[str, str]:
    if type(key) is not PublicKey:
        raise KeystoreError("expected a PublicKey", reason="type")
    if key.curve not in _TYPES:
        raise KeystoreError(f"a key of {key.curve.value} has no registered form", reason="scheme")
    kty, crv = _TYPES[key.curve]
    if key.curve is Curve.ED25519:
        return {"kty": kty, "crv": crv, "x": _base64url(key.data)}
    whole = uncompressed(key)
    return {"kty": kty, "crv": crv, "x": _base64url(whole[1:33]), "y": _base64url(whole[33:])}


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _written(members: dict[str, str]) -> str:
    return json.dumps(members, separators=(",", ":"))
