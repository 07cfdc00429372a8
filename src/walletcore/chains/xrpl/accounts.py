"""Accounts of the XRP Ledger as text: classic addresses (``r...``), and X-addresses, which hold a tag as well.

xrpl.org, "base58 Encodings", "Addresses"; XLS-5 (X-addresses).
"""

from __future__ import annotations

from walletcore.coding.text import xrpl_base58check
from walletcore.errors import DecodingError

__all__ = ["decode_classic", "decode_x", "encode_classic", "encode_x", "is_x"]

_SIZE = 20
_MAX_TAG = (1 << 32) - 1
_PREFIXES = {False: b"\x05\x44", True: b"\x04\x93"}  # X..., T...
_MAX_CLASSIC = 35  # characters
_MAX_X = 64  # characters; they are 47, but a wrong one should be told as what it was meant to be


def encode_classic(account: bytes) -> str:
    """The classic address of an account's 20 bytes."""
    return xrpl_base58check().encode(b"\0" + account)


def decode_classic(text: object) -> bytes:
    """The 20 bytes of a classic address; an X-address is refused ("prefix"). Raises `DecodingError`."""
    if is_x(text):
        hint = "its tag would be lost: parse_address tells address and tag"
        raise DecodingError("expected a classic address, got an X-address", reason="prefix", hint=hint)
    if type(text) is str and len(text) > _MAX_CLASSIC:
        raise DecodingError(f"expected at most {_MAX_CLASSIC} characters, got {len(text)}", reason="too-large")
    data = xrpl_base58check().decode(text, size=1 + _SIZE)  # type: ignore[arg-type]  # it is checked there
    if data[0]:
        raise DecodingError("expected an account, which begins with r", reason="prefix")
    return data[1:]


def is_x(text: object) -> bool:
    """Whether this looks like an X-address."""
    return type(text) is str and _MAX_CLASSIC < len(text) <= _MAX_X and text[0] in "XT"


def encode_x(account: bytes, tag: int | None, *, test: bool) -> str:
    """The X-address of an account's 20 bytes and a tag, of the main network or another. Raises `DecodingError`."""
    if tag is not None and (type(tag) is not int or not 0 <= tag <= _MAX_TAG):
        raise DecodingError("expected a tag from 0 to 2^32-1, or None", reason="range")
    body = account + bytes([tag is not None]) + (tag or 0).to_bytes(8, "little")
    return xrpl_base58check().encode(_PREFIXES[test] + body)


def decode_x(text: object) -> tuple[bytes, int | None, bool]:
    """The account, the tag and whether it is one of a test network. Raises `DecodingError`."""
    data = xrpl_base58check().decode(text, size=2 + _SIZE + 9)  # type: ignore[arg-type]  # it is checked there
    prefix, account, flag, tag = data[:2], data[2:22], data[22], int.from_bytes(data[23:], "little")
    if prefix not in _PREFIXES.values():
        raise DecodingError("expected an X-address, which begins with X or T", reason="prefix")
    if flag > 1 or tag > _MAX_TAG:
        raise DecodingError("expected no tag, or one of 32 bits", reason="unknown")
    if not flag and tag:
        raise DecodingError("expected zeros where there is no tag", reason="non-canonical")
    return account, tag if flag else None, prefix == _PREFIXES[True]
