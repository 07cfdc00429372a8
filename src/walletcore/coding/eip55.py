"""EIP-55: accounts of 20 bytes as text, with a checksum in its upper and lower case.

Ethereum's chains have it, and families with transactions of their own that took over its accounts.
"""

from __future__ import annotations

import re

from walletcore.errors import DecodingError
from walletcore.hashes import keccak256

__all__ = ["decode", "encode"]

_BODY = re.compile(r"[0-9a-fA-F]{40}", re.ASCII)
_HIGH = bytes.maketrans(b"0123456789abcdef", b"\0" * 8 + b"\x20" * 8)  # of 8 to f the bit that makes a letter small


def encode(payload: bytes) -> str:
    """The text of an account of 20 bytes: a letter is upper case where the hash of the lower-case text has 8 to f.

    All 40 characters at once, as bytes of one number: bit 6 tells letters from digits, bit 5 small ones from capitals.
    """
    body = payload.hex().encode()
    high = int.from_bytes(keccak256(body)[:20].hex().encode().translate(_HIGH))
    text = int.from_bytes(body)
    return "0x" + (text ^ (high & text >> 1)).to_bytes(40).decode()


def decode(text: str, *, allow_unchecked: bool = False) -> bytes:
    """The 20 bytes of an account: ``0x``, 40 hex digits and the right checksum. Raises `DecodingError`.

    With ``allow_unchecked`` digits whose letters are all lower or all upper case pass without a checksum, too.
    """
    if type(text) is not str:
        raise DecodingError(f"expected an address as text, got {type(text).__name__}", reason="type")
    if not text.startswith("0x"):
        raise DecodingError("expected an address that begins with 0x", reason="prefix", hint=_other_form(text))
    body = text[2:44]
    if len(text) != 42:
        raise DecodingError(f"expected 40 hex digits after 0x, got {len(text) - 2}", reason="length")
    if not _BODY.fullmatch(body):
        raise DecodingError("expected hex digits after 0x", reason="character")
    payload = bytes.fromhex(body)
    if encode(payload) != text:
        _refuse_unless(allow_unchecked, body)
    return payload


def _other_form(text: str) -> str:
    if text.startswith("0X"):
        return "the x is lower case"
    return "this looks like an ICAP address: ask for the 0x form" if text.startswith(("XE", "ICAP")) else ""


def _refuse_unless(allow_unchecked: bool, body: str) -> None:
    if body not in (body.lower(), body.upper()):
        raise DecodingError("the EIP-55 checksum does not match", reason="checksum")
    if not allow_unchecked:
        hint = "one case for all letters means that there is no checksum; allow_unchecked=True takes it"
        raise DecodingError("expected upper and lower case letters, the EIP-55 checksum", reason="checksum", hint=hint)
