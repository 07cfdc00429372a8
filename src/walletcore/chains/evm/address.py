"""EIP-55: addresses of accounts, with a checksum in their upper and lower case.

An account is the last 20 bytes of the Keccak-256 of its public key's x || y (Yellow Paper, Appendix F).
"""

from __future__ import annotations

import re

from walletcore.errors import AddressError
from walletcore.hashes import keccak256

__all__ = ["account_of", "checksummed", "parse"]

_BODY = re.compile(r"[0-9a-fA-F]{40}", re.ASCII)
_HIGH = bytes.maketrans(b"0123456789abcdef", b"\0" * 8 + b"\x20" * 8)  # of 8 to f the bit that makes a letter small


def account_of(public: bytes) -> bytes:
    """The 20 bytes of the account of a canonical secp256k1 public key (33 bytes). Raises `InvalidKey`."""
    from walletcore.curves import secp256k1

    return keccak256(secp256k1.uncompressed(public)[1:])[12:]


def checksummed(payload: bytes) -> str:
    """The text of an account of 20 bytes: a letter is upper case where the hash of the lower-case text has 8 to f.

    All 40 characters at once, as bytes of one number: bit 6 tells letters from digits, bit 5 small ones from capitals.
    """
    body = payload.hex().encode()
    high = int.from_bytes(keccak256(body)[:20].hex().encode().translate(_HIGH))
    text = int.from_bytes(body)
    return "0x" + (text ^ (high & text >> 1)).to_bytes(40).decode()


def parse(text: str, *, allow_unchecked: bool = False) -> bytes:
    """The 20 bytes of an address: ``0x``, 40 hex digits and the right checksum. Raises `AddressError`.

    With ``allow_unchecked`` digits whose letters are all lower or all upper case pass without a checksum, too.
    """
    if type(text) is not str:
        raise AddressError(f"expected an address as text, got {type(text).__name__}", reason="type")
    if not text.startswith("0x"):
        raise AddressError("expected an address that begins with 0x", reason="prefix", hint=_other_form(text))
    body = text[2:44]
    if len(text) != 42:
        raise AddressError(f"expected 40 hex digits after 0x, got {len(text) - 2}", reason="length")
    if not _BODY.fullmatch(body):
        raise AddressError("expected hex digits after 0x", reason="character")
    payload = bytes.fromhex(body)
    if checksummed(payload) != text:
        _refuse_unless(allow_unchecked, body)
    return payload


def _other_form(text: str) -> str:
    if text.startswith("0X"):
        return "the x is lower case"
    return "this looks like an ICAP address: ask for the 0x form" if text.startswith(("XE", "ICAP")) else ""


def _refuse_unless(allow_unchecked: bool, body: str) -> None:
    if body not in (body.lower(), body.upper()):
        raise AddressError("the EIP-55 checksum does not match", reason="checksum")
    if not allow_unchecked:
        hint = "one case for all letters means that there is no checksum; allow_unchecked=True takes it"
        raise AddressError("expected upper and lower case letters, the EIP-55 checksum", reason="checksum", hint=hint)
