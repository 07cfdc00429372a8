"""ENS: the hash of a name (EIP-137, "namehash algorithm").

Names are normalised before they are hashed (ENSIP-15, "Normalize"), so that what looks like one name is one. Nothing
is normalised here: read are labels that ENSIP-15 leaves as they are, of small letters, digits, hyphens and dollars,
with underscores in front only, and no two hyphens in the third and fourth place. All else is refused, unless the caller
says that it has been normalised.
"""

from __future__ import annotations

import re

from walletcore.errors import AddressError
from walletcore.hashes import keccak256

__all__ = ["namehash"]

_MAX_NAME = 1 << 10
_LABEL = re.compile(r"(?!..--)_*[a-z0-9$-]*", re.ASCII)
_HASHED = re.compile(r"\[([0-9a-f]{64})\]", re.ASCII)


def namehash(name: str, *, allow_unchecked: bool = False) -> bytes:
    """The node of a name, 32 bytes: keccak256(node of the parent || keccak256(label)); zeros for the empty name.

    ``allow_unchecked`` takes any text as labels, which the caller has normalised, and 64 hex digits in brackets as the
    hash of a label that nobody knows. Raises `AddressError`.
    """
    if type(name) is not str:
        raise AddressError(f"expected a name as text, got {type(name).__name__}", reason="type")
    if len(name) > _MAX_NAME:
        raise AddressError(f"expected at most {_MAX_NAME} characters in a name", reason="too-large")
    node = bytes(32)
    for label in reversed(name.split(".") if name else []):
        node = keccak256(node + _label_hash(label, allow_unchecked))
    return node


def _label_hash(label: str, allow_unchecked: bool) -> bytes:
    if not label:
        raise AddressError("expected no empty label in a name", reason="length")
    if not allow_unchecked and not _LABEL.fullmatch(label):
        hint = "ENSIP-15 says how names are normalised; allow_unchecked=True takes a name that has been"
        expected = "small letters, digits, hyphens and dollars, and underscores in front"
        raise AddressError(f"expected labels of {expected}", reason="character", hint=hint)
    hashed = _HASHED.fullmatch(label)
    if hashed is not None:
        return bytes.fromhex(hashed[1])
    try:
        return keccak256(label.encode())
    except UnicodeEncodeError:
        raise AddressError("expected a name without lone surrogates", reason="character") from None
