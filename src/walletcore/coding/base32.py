"""Base 32: five bits a letter (RFC 4648, section 6)."""

from __future__ import annotations

from dataclasses import dataclass

from walletcore.coding.text import WORDS, check_bytes, check_text, from_words, to_words
from walletcore.errors import DecodingError
from walletcore.secret import sealed

__all__ = ["RFC4648_ALPHABET", "Base32", "base32", "base32_unpadded"]

RFC4648_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_MAX_TEXT = 4096  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Base32:
    """RFC 4648, section 6: words of five bits as letters, ``padded`` with ``=`` to whole groups of eight or not.

    ``alphabet`` is the 32 digits in order; at most 4096 of them make a text.
    """

    alphabet: str = RFC4648_ALPHABET
    padded: bool = True

    def __post_init__(self) -> None:
        if type(self.alphabet) is not str or len(set(self.alphabet)) != 32 or not self.alphabet.isascii():
            raise DecodingError("expected an alphabet of 32 different ASCII characters", reason="length")

    @sealed
    def encode(self, data: bytes) -> str:
        """The text of these bytes. Raises `DecodingError`."""
        check_bytes(data)
        if 8 * len(data) > 5 * _MAX_TEXT:
            raise DecodingError(f"expected bytes for at most {_MAX_TEXT} characters", reason="too-large")
        text = to_words(data).translate(bytes.maketrans(WORDS, self.alphabet.encode())).decode()
        return text + self._padding(text)

    @sealed
    def decode(self, text: str) -> bytes:
        """The bytes of this text: exact padding, and no stray bits in the last letter. Raises `DecodingError`."""
        digits = text.rstrip("=") if self.padded and type(text) is str else text
        check_text(digits, self.alphabet, _MAX_TEXT)
        if len(text) != len(digits) + len(self._padding(digits)):
            raise DecodingError("expected padding to whole groups of eight characters", reason="length")
        return from_words(digits.encode().translate(bytes.maketrans(self.alphabet.encode(), WORDS)))

    def _padding(self, digits: str) -> str:
        return "=" * (-len(digits) % 8) if self.padded else ""


base32 = Base32()
base32_unpadded = Base32(padded=False)
