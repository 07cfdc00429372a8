"""Base 58 in blocks, as Monero writes it (monero-project/monero, src/common/base58.cpp).

Eight bytes are eleven digits, and what is left over at the end is as many as it needs: the work is linear, and texts of
one length stand for bytes of one length. The digits are Bitcoin's.
"""

from __future__ import annotations

from walletcore.coding.text import BITCOIN_ALPHABET, base58, check_bytes, check_text
from walletcore.errors import DecodingError
from walletcore.secret import sealed

__all__ = ["Block58", "block58"]

_BYTES, _DIGITS = 8, 11  # of a full block
_SIZES = (0, 2, 3, 5, 6, 7, 9, 10, 11)  # encoded_block_sizes: digits for so many bytes
_MAX_TEXT = 512  # characters; an address with a payment id has 106


class Block58:
    """Blocks of eight bytes as eleven digits of base 58, the last block as it comes; at most 512 characters."""

    __slots__ = ()

    @sealed
    def encode(self, data: bytes) -> str:
        """The text of these bytes. Raises `DecodingError`."""
        check_bytes(data)
        if _digits_of(len(data)) > _MAX_TEXT:
            raise DecodingError(f"expected bytes for at most {_MAX_TEXT} characters", reason="too-large")
        return "".join(_encode(data[start : start + _BYTES]) for start in range(0, len(data), _BYTES))

    @sealed
    def decode(self, text: str) -> bytes:
        """The bytes of this text. Raises `DecodingError`, for a block that is above its bytes too ("range")."""
        check_text(text, BITCOIN_ALPHABET, _MAX_TEXT)
        return b"".join(_decode(text[start : start + _DIGITS]) for start in range(0, len(text), _DIGITS))


block58 = Block58()


def _digits_of(count: int) -> int:
    """How many digits so many bytes have."""
    return count // _BYTES * _DIGITS + _SIZES[count % _BYTES]


def _encode(block: bytes) -> str:
    """encode_block: as many digits as a block of this size always has."""
    number = int.from_bytes(block)
    return "".join(BITCOIN_ALPHABET[number // 58**place % 58] for place in reversed(range(_SIZES[len(block)])))


def _decode(digits: str) -> bytes:
    """decode_block."""
    if len(digits) not in _SIZES:
        raise DecodingError(f"expected a last block of another length than {len(digits)} characters", reason="length")
    size, number = _SIZES.index(len(digits)), int.from_bytes(base58.decode(digits))
    if number >> 8 * size:
        raise DecodingError("a block stands for a number above its bytes", reason="range")
    return number.to_bytes(size)
