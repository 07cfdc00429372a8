"""Strkey: the text of Stellar's accounts, keys, hashes and seeds, whose first letter says what it is.

SEP-0023: a version byte, the bytes of the key, and CRC-16 of both (x^16 + x^12 + x^5 + 1, lower byte first), in base 32
without padding. There is one text for each key: stray bits and other lengths are refused.
"""

from __future__ import annotations

from binascii import crc_hqx
from collections.abc import Mapping
from enum import Enum

from walletcore.coding.base32 import base32_unpadded
from walletcore.coding.text import check_bytes
from walletcore.errors import ChecksumError, DecodingError
from walletcore.secret import Secret, sealed

__all__ = ["Strkey", "decode", "decode_seed", "encode", "encode_seed", "kind_of"]

_CHECKSUM = 2
_MAX_TEXT = 165  # of the largest: a signed payload of 64 bytes


class Strkey(Enum):
    """The kinds; the value is the first letter. `decode` gives and `encode` takes their bytes.

    Of most these are 32. A muxed account is its key and then its id (8 bytes); a signed payload the key, the size of
    the payload (4 bytes), the payload and zeros up to a multiple of four; a claimable balance a zero for its type and
    its hash.
    """

    ACCOUNT = "G"
    MUXED = "M"
    SEED = "S"
    PRE_AUTH_TX = "T"
    HASH_X = "X"
    SIGNED_PAYLOAD = "P"
    CONTRACT = "C"
    LIQUIDITY_POOL = "L"
    CLAIMABLE_BALANCE = "B"


_VERSIONS: Mapping[Strkey, int] = {  # the base value; the algorithm below it is 0 in all cases
    Strkey.ACCOUNT: 6 << 3,
    Strkey.MUXED: 12 << 3,
    Strkey.SEED: 18 << 3,
    Strkey.PRE_AUTH_TX: 19 << 3,
    Strkey.HASH_X: 23 << 3,
    Strkey.SIGNED_PAYLOAD: 15 << 3,
    Strkey.CONTRACT: 2 << 3,
    Strkey.LIQUIDITY_POOL: 11 << 3,
    Strkey.CLAIMABLE_BALANCE: 1 << 3,
}
_KINDS = {version: kind for kind, version in _VERSIONS.items()}
_SIZES = {Strkey.MUXED: 40, Strkey.CLAIMABLE_BALANCE: 33}
_KEY, _LENGTH, _MAX_PAYLOAD = 32, 4, 64


def encode(kind: Strkey, data: bytes) -> str:
    """The text of these bytes. Raises `DecodingError`, for seeds as well: see `encode_seed`."""
    if type(kind) is not Strkey or kind is Strkey.SEED:
        raise DecodingError("expected a kind of strkey that is no secret", reason="type")
    check_bytes(data)
    _check(kind, data)
    return _encode(kind, data)


def decode(text: str) -> tuple[Strkey, bytes]:
    """What a text is, and its bytes. Raises `DecodingError`, `ChecksumError`; for seeds too, which are not shown."""
    if kind_of(text) is Strkey.SEED:
        raise DecodingError("this is a secret seed, and no address", reason="scheme")
    return _decode(text)


def kind_of(text: str) -> Strkey | None:
    """The kind that the first letter names, whatever comes behind it."""
    try:
        return Strkey(text[:1]) if type(text) is str else None
    except ValueError:
        return None


@sealed
def encode_seed(seed: Secret) -> str:
    """The text of a seed of 32 bytes, which gives the key away. Raises `DecodingError`."""
    if type(seed) is not Secret or len(seed) != _KEY:
        raise DecodingError("expected a seed as a Secret of 32 bytes", reason="length")
    return _encode(Strkey.SEED, seed.reveal())


@sealed
def decode_seed(text: str) -> Secret:
    """The 32 bytes of a seed, ``S...``. Raises `DecodingError`, `ChecksumError`."""
    kind, data = _decode(text)
    if kind is not Strkey.SEED:
        raise DecodingError("expected a seed, which begins with S", reason="prefix")
    return Secret(data)


def _encode(kind: Strkey, data: bytes) -> str:
    body = bytes((_VERSIONS[kind],)) + data
    return base32_unpadded.encode(body + crc_hqx(body, 0).to_bytes(_CHECKSUM, "little"))


def _decode(text: str) -> tuple[Strkey, bytes]:
    if type(text) is str and len(text) > _MAX_TEXT:
        raise DecodingError(f"expected at most {_MAX_TEXT} characters, got {len(text)}", reason="too-large")
    raw = base32_unpadded.decode(text)
    if len(raw) <= _CHECKSUM + 1:
        raise DecodingError("expected a version, a key and a checksum", reason="length")
    body, checksum = raw[:-_CHECKSUM], raw[-_CHECKSUM:]
    if crc_hqx(body, 0).to_bytes(_CHECKSUM, "little") != checksum:
        raise ChecksumError("the checksum does not match", reason="checksum")
    kind = _KINDS.get(body[0])
    if kind is None:
        raise DecodingError("the version byte is that of no kind of strkey", reason="version")
    _check(kind, body[1:])
    return kind, body[1:]


def _check(kind: Strkey, data: bytes) -> None:
    if kind is Strkey.SIGNED_PAYLOAD:
        _check_payload(data)
        return
    size = _SIZES.get(kind, _KEY)
    if len(data) != size:
        raise DecodingError(f"expected {size} bytes, got {len(data)}", reason="length")
    if kind is Strkey.CLAIMABLE_BALANCE and data[0] != 0:
        raise DecodingError("expected a claimable balance of type 0", reason="version")


def _check_payload(data: bytes) -> None:
    size = int.from_bytes(data[_KEY : _KEY + _LENGTH])
    if len(data) < _KEY + _LENGTH or not 0 < size <= _MAX_PAYLOAD:
        raise DecodingError(f"expected a signed payload of 1 to {_MAX_PAYLOAD} bytes", reason="length")
    end = _KEY + _LENGTH + size
    if len(data) != end + -size % 4:
        raise DecodingError("the size of the signed payload is not that of its bytes", reason="length")
    if any(data[end:]):
        raise DecodingError("expected zeros behind the signed payload", reason="non-canonical")
