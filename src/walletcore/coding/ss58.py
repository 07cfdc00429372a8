"""SS58: the text of an account of a Substrate chain, which says which network it is of.

Substrate's documentation, "SS58 address format": Base58 of a format number (one byte below 64, else two), the account,
and two bytes of BLAKE2b-512 over b"SS58PRE" and both. Accounts are 32 bytes, or the 33 of a key of ECDSA.
"""

from __future__ import annotations

import hashlib
import hmac

from walletcore.coding.text import base58, check_bytes
from walletcore.errors import ChecksumError, DecodingError

__all__ = ["MAX_FORMAT", "decode", "encode"]

MAX_FORMAT = 16383
_RESERVED = (46, 47)
_CHECKSUM, _SIZES = 2, (32, 33)
_MAX_TEXT = 52  # characters: 2 + 33 + 2 bytes


def encode(account: bytes, network: int) -> str:
    """The text of an account (32 bytes, or 33) on the network with this number. Raises `DecodingError`."""
    check_bytes(account)
    if len(account) not in _SIZES:
        raise DecodingError(f"expected an account of 32 or 33 bytes, got {len(account)}", reason="length")
    body = _prefix(network) + account
    return base58.encode(body + _checksum(body))


def decode(text: str) -> tuple[bytes, int]:
    """The account and the number of its network. Raises `DecodingError`, `ChecksumError`."""
    if type(text) is str and len(text) > _MAX_TEXT:
        raise DecodingError(f"expected at most {_MAX_TEXT} characters, got {len(text)}", reason="too-large")
    data = base58.decode(text)
    if not data:
        raise DecodingError("expected an address, got nothing", reason="length")
    if data[0] >= 0x80:
        raise DecodingError("expected a format that begins below 128", reason="prefix")
    size = 1 if data[0] < 64 else 2
    if len(data) - size - _CHECKSUM not in _SIZES:
        raise DecodingError(
            f"expected an account of 32 or 33 bytes in the address, got {len(data)} in all", reason="length"
        )
    body, checksum = data[:-_CHECKSUM], data[-_CHECKSUM:]
    if not hmac.compare_digest(_checksum(body), checksum):
        raise ChecksumError("the checksum of the address does not match", reason="checksum")
    network = data[0] if size == 1 else (data[0] & 0x3F) << 2 | data[1] >> 6 | (data[1] & 0x3F) << 8
    if size == 2 and network < 64:
        raise DecodingError("expected one byte for a format below 64", reason="non-canonical")
    _prefix(network)
    return body[size:], network


def _prefix(network: int) -> bytes:
    """The number in one byte below 64; above, its bits 2 to 7, then its bits 0 and 1 and 8 to 13."""
    if type(network) is not int:
        raise DecodingError(f"expected the number of a network, got {type(network).__name__}", reason="type")
    if not 0 <= network <= MAX_FORMAT:
        raise DecodingError(f"expected the number of a network from 0 to {MAX_FORMAT}", reason="range")
    if network in _RESERVED:
        raise DecodingError("the formats 46 and 47 are reserved", reason="prefix")
    if network < 64:
        return bytes((network,))
    return bytes((0x40 | network >> 2 & 0x3F, network >> 8 | (network & 3) << 6))


def _checksum(body: bytes) -> bytes:
    return hashlib.blake2b(b"SS58PRE" + body).digest()[:_CHECKSUM]
