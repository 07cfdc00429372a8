"""EIP-55 and EIP-1191: addresses of accounts, with a checksum in their upper and lower case.

Chains that have adopted EIP-1191 put their id into what is hashed, so that an address of another chain is seen to be
one. EVM chains, Theta and VeChain write accounts like this.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from walletcore.errors import AddressError
from walletcore.hashes import keccak256

__all__ = ["all_checksummed", "checksummed", "parse", "salt_of"]

_BODY = re.compile(r"[0-9a-fA-F]{40}", re.ASCII)
_OTHERS = ("xdc", "ronin:")  # prefixes of single chains
_HIGH = bytes.maketrans(b"0123456789abcdef", b"\0" * 8 + b"\x20" * 8)  # of 8 to f the bit that makes a letter small


def checksummed(payload: bytes, salt: bytes = b"") -> str:
    """The text of an account of 20 bytes: a letter is upper case where the hash of the lower-case text has 8 to f.

    ``salt`` is what stands before the text in the hash: nothing (EIP-55), or a chain's (EIP-1191, `salt_of`).
    """
    body = payload.hex().encode()
    return "0x" + _cased(body, keccak256(salt + body)[:20])


def all_checksummed(payloads: Sequence[bytes], salt: bytes = b"") -> list[str]:
    """The texts of many accounts, as `checksummed` writes them."""
    bodies = b"".join(payloads).hex().encode()
    places = range(0, len(bodies), 40)
    texts = _cased(bodies, b"".join([keccak256(salt + bodies[place : place + 40])[:20] for place in places]))
    return ["0x" + texts[place : place + 40] for place in places]


def _cased(digits: bytes, hashed: bytes) -> str:
    """All at once, as bytes of one number: bit 6 tells letters from digits, bit 5 small letters from capitals."""
    high, text = int.from_bytes(hashed.hex().encode().translate(_HIGH)), int.from_bytes(digits)
    return (text ^ (high & text >> 1)).to_bytes(len(digits)).decode()


def salt_of(chain_id: int) -> bytes:
    """What EIP-1191 hashes before the 40 digits: the chain's id in decimal digits, and ``0x``."""
    return b"%d0x" % chain_id


def parse(text: str, *, allow_unchecked: bool = False, salt: bytes = b"", prefixes: tuple[str, ...] = ()) -> bytes:
    """The 20 bytes of an address: ``0x``, 40 hex digits and the right checksum. Raises `AddressError`.

    With ``allow_unchecked`` digits whose letters are all lower or all upper case pass without a checksum, too.
    ``prefixes`` are read in the place of ``0x``, and ``salt`` is that of the checksum.
    """
    if type(text) is not str:
        raise AddressError(f"expected an address as text, got {type(text).__name__}", reason="type")
    prefix = next((each for each in ("0x", *prefixes) if text.startswith(each)), "")
    if not prefix:
        raise AddressError("expected an address that begins with 0x", reason="prefix", hint=_other_form(text, prefixes))
    start = len(prefix)
    body = text[start : start + 42]
    if len(text) != start + 40:
        raise AddressError(f"expected 40 hex digits after {prefix}, got {len(text) - start}", reason="length")
    if not _BODY.fullmatch(body):
        raise AddressError(f"expected hex digits after {prefix}", reason="character")
    payload = bytes.fromhex(body)
    if checksummed(payload, salt)[2:] != body:
        _refuse_unless(allow_unchecked, body, salt)
    return payload


def _other_form(text: str, prefixes: tuple[str, ...]) -> str:
    if text.startswith("0X"):
        return "the x is lower case"
    if text.startswith(("XE", "ICAP")):
        return "this looks like an ICAP address: ask for the 0x form"
    if text.lower().startswith(_OTHERS):
        return f"addresses of this chain begin with {' or '.join(('0x', *prefixes))}"
    return ""


def _refuse_unless(allow_unchecked: bool, body: str, salt: bytes) -> None:
    standard = "EIP-1191" if salt else "EIP-55"
    if body not in (body.lower(), body.upper()):
        hint = "the checksum of this chain has its id in it" if salt else ""
        raise AddressError(f"the {standard} checksum does not match", reason="checksum", hint=hint)
    if not allow_unchecked:
        hint = "one case for all letters means that there is no checksum; allow_unchecked=True takes it"
        message = f"expected upper and lower case letters, the {standard} checksum"
        raise AddressError(message, reason="checksum", hint=hint)
