"""How a secret could stand in a text: its bytes in every spelling that programs print them in."""

from __future__ import annotations

import base64
import json
import string
from collections.abc import Iterator

from walletcore.coding.text import base58, base58check
from walletcore.errors import InvalidKey, SignerError
from walletcore.keys import Curve, PrivateKey
from walletcore.secret import Secret, sealed

__all__ = ["spellings"]

_LEAST = 4  # characters: less stands everywhere
_LEAST_INSIDE = 8  # of base64 inside other base64, whose ends are left out
_UNRESERVED = frozenset(string.ascii_letters + string.digits + "-._~")
_MOST = 128  # bytes that anybody writes as one number: a key is one, a token is not


@sealed
def spellings(secret: bytes) -> tuple[str, ...]:
    """The texts to look for, long enough not to stand anywhere by chance. Raises `SignerError` for what is no bytes."""
    if type(secret) is not bytes:
        raise SignerError("expected a secret as bytes", reason="type")
    every = (*_digits(secret), *_numbers(secret), *_text(secret), *_base58(secret), *_base64(secret))
    return tuple(dict.fromkeys(spelling for spelling in every if len(spelling) >= _LEAST))


def _digits(secret: bytes) -> Iterator[str]:
    for data in (secret, secret[::-1]):
        for text in (data.hex(), data.hex(":"), data.hex(" "), data.hex().lstrip("0")):
            yield from (text, text.upper())


def _numbers(secret: bytes) -> Iterator[str]:
    yield from (", ".join(map(str, secret)), ",".join(map(str, secret)), " ".join(map(str, secret)))
    if len(secret) <= _MOST:
        yield from (str(int.from_bytes(secret)), str(int.from_bytes(secret, "little")))


def _text(secret: bytes) -> Iterator[str]:
    """As characters, where it is text, and as the escapes for them in Python, JSON and URIs."""
    yield from (repr(secret)[2:-1], secret.decode("latin-1"), _percent(secret), _percent(secret).replace("%20", "+"))
    try:
        text = secret.decode()
    except UnicodeDecodeError:
        return
    yield from (text, repr(text)[1:-1], ascii(text)[1:-1], json.dumps(text)[1:-1])


def _percent(secret: bytes) -> str:
    """RFC 3986, section 2.3: all but unreserved characters."""
    return "".join(chr(byte) if chr(byte) in _UNRESERVED else f"%{byte:02X}" for byte in secret)


def _base58(secret: bytes) -> Iterator[str]:
    """Also as WIF (mainnet and testnet, compressed and not), and as the pair of keys that Solana's files hold."""
    if len(secret) <= _MOST:
        yield from (base58.encode(secret), base58check.encode(secret))
    if len(secret) != 32:
        return
    yield from (base58check.encode(version + secret + end) for version in (b"\x80", b"\xef") for end in (b"", b"\1"))
    try:
        pair = secret + PrivateKey(Curve.ED25519, Secret(secret)).public_key.data
    except InvalidKey:
        return
    yield base58.encode(pair)


def _base64(secret: bytes) -> Iterator[str]:
    """Alone, and inside a longer text (``user:password``), wherever it begins there."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(secret).decode().rstrip("=")
        for before in range(3):
            whole = encode(bytes(before) + secret).decode().rstrip("=")
            inside = whole[(0, 2, 3)[before] : len(whole) - bool((before + len(secret)) % 3)]
            yield inside if len(inside) >= _LEAST_INSIDE else ""
    yield base64.b32encode(secret).decode().rstrip("=")
