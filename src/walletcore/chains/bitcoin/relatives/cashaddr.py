"""CashAddr: a prefix, a colon, and a type with a hash as words of five bits, with a checksum of 40 bits.

bitcoincashorg, spec/cashaddr.md ("Specification"). Its words and alphabet are bech32's, its polynomial is its own.
"""

from __future__ import annotations

from walletcore.coding.text import BECH32_ALPHABET, check_text, from_words, to_words
from walletcore.errors import ChecksumError, DecodingError

__all__ = ["decode", "encode"]

_SIZES = (20, 24, 28, 32, 40, 48, 56, 64)  # bytes of hash for the three lowest bits of the version byte
_MAX_TYPE = 15
_CHECKSUM = 8  # words
_MAX_LENGTH = 112 + _CHECKSUM  # words: a version byte and 64 bytes of hash make 104
_GENERATOR = (0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)
_TO_CHARSET = bytes.maketrans(bytes(range(32)), BECH32_ALPHABET.encode())
_FROM_CHARSET = bytes.maketrans(BECH32_ALPHABET.encode(), bytes(range(32)))


def _tops() -> tuple[int, ...]:
    tops = [0]
    for generator in _GENERATOR:
        tops += [top ^ generator for top in tops]
    return tuple(tops)


_TOPS = _tops()


def _poly_mod(words: bytes) -> int:
    c = 1
    for word in words:
        c = (c & 0x07FFFFFFFF) << 5 ^ word ^ _TOPS[c >> 35]
    return c ^ 1


def _checked(prefix: str, words: bytes) -> int:
    """The remainder of prefix and words: 0 where the last eight are the checksum."""
    return _poly_mod(bytes(byte & 31 for byte in prefix.encode()) + b"\0" + words)


def encode(prefix: str, kind: int, payload: bytes) -> str:
    """The text of a type (0 to 15) and a hash of one of the eight sizes, in lower case. Raises `DecodingError`."""
    if type(kind) is not int or not 0 <= kind <= _MAX_TYPE or type(payload) is not bytes:
        raise DecodingError(f"expected a type from 0 to {_MAX_TYPE} and a hash as bytes", reason="type")
    if len(payload) not in _SIZES:
        raise DecodingError(f"expected a hash of 20 to 64 bytes, got {len(payload)}", reason="length")
    words = to_words(bytes((kind << 3 | _SIZES.index(len(payload)),)) + payload)
    check = _checked(prefix, words + bytes(_CHECKSUM))
    words += bytes(check >> 5 * place & 31 for place in range(_CHECKSUM - 1, -1, -1))
    return f"{prefix}:{words.translate(_TO_CHARSET).decode()}"


def decode(prefix: str, text: str) -> tuple[int, bytes]:
    """The type and the hash of a text with this prefix, or without one. Raises `DecodingError`, `ChecksumError`.

    All letters are of one case, those of the prefix too.
    """
    if type(text) is not str:
        raise DecodingError(f"expected text, got {type(text).__name__}", reason="type")
    if text != text.lower() and text != text.upper():
        raise DecodingError("expected all letters in one case", reason="mixed-case")
    head, colon, body = text.lower().rpartition(":")
    if colon and head != prefix:
        raise DecodingError(f"expected an address that begins with {prefix}:", reason="prefix")
    check_text(body, BECH32_ALPHABET, _MAX_LENGTH)
    words = body.encode().translate(_FROM_CHARSET)
    if len(words) <= _CHECKSUM:
        raise DecodingError(f"expected more than {_CHECKSUM} characters, got {len(words)}", reason="length")
    if _checked(prefix, words):
        raise ChecksumError(f"the CashAddr checksum for {prefix} does not match", reason="checksum")
    return _read(from_words(words[:-_CHECKSUM]))


def _read(data: bytes) -> tuple[int, bytes]:
    """The version byte, whose highest bit is reserved, and the hash whose size it tells."""
    version, payload = data[:1], data[1:]
    if not version or version[0] & 0x80:
        raise DecodingError("expected a version byte without the reserved bit", reason="version")
    size = _SIZES[version[0] & 7]
    if len(payload) != size:
        raise DecodingError(f"expected a hash of {size} bytes, got {len(payload)}", reason="length")
    return version[0] >> 3, payload
