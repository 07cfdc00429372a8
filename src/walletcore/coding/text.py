"""Text encodings, each a chain of small steps: radix, alphabet, checksum.

Base58 and Base58Check (Bitcoin), Bech32 and Bech32m (BIP-173, BIP-350), hexadecimal, base64.

Keys travel as text too: no message repeats what was given, and a refusal leaves no frame that holds it.
"""

from __future__ import annotations

import base64
import functools
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from walletcore.errors import ChecksumError, DecodingError
from walletcore.hashes import sha256d
from walletcore.secret import sealed

__all__ = [
    "BECH32_ALPHABET",
    "BITCOIN_ALPHABET",
    "WORDS",
    "XRPL_ALPHABET",
    "Base58",
    "Base58Check",
    "Bech32",
    "Hexadecimal",
    "base58",
    "base58check",
    "bech32",
    "bech32m",
    "check_bytes",
    "check_text",
    "decode_base64",
    "decode_bech32",
    "from_words",
    "hexadecimal",
    "to_words",
    "xrpl_base58check",
]

BITCOIN_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
XRPL_ALPHABET = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
"""The digits of the XRP Ledger (xrpl.org, "base58 Encodings")."""


def check_text(text: str, alphabet: str, max_length: int) -> None:
    """Refuse what is no str, too long, or has a character (space, NUL, other digits) outside the alphabet."""
    if type(text) is not str:
        raise DecodingError(f"expected text, got {type(text).__name__}", reason="type")
    if len(text) > max_length:
        raise DecodingError(f"expected at most {max_length} characters, got {len(text)}", reason="too-large")
    if text.strip(alphabet):  # strip stops at the first foreign character of either end
        place = next(i for i, character in enumerate(text) if character not in alphabet)
        raise DecodingError(f"character {place + 1} is not one of this encoding", reason="character")


def check_bytes(data: bytes) -> None:
    """Refuse what is no bytes."""
    if type(data) is not bytes:
        raise DecodingError(f"expected bytes, got {type(data).__name__}", reason="type")


def _lanes(width: int, count: int) -> int:
    """``count`` ones, ``width`` bits apart: times a mask it is the mask in every lane of a long integer."""
    return sum(1 << width * i for i in range(count))


# Base58: the digits of one integer.

_CHUNK = 58**5  # the largest power that is one digit of CPython's integers, so that each division is one pass
_MAX_BASE58 = 512  # characters; the work is quadratic, and the longest use is an extended key of 111
_JOINS = tuple(  # in each pair of neighbouring lanes, of 1, 2, 4 ... digits, high * 2^w + low becomes high * 58^d + low
    (8 * digits, ((1 << 8 * digits) - 1) * _lanes(16 * digits, _MAX_BASE58 // digits // 2), 256**digits - 58**digits)
    for digits in (1 << k for k in range(9))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Base58:
    """Bytes as one big-endian number in base 58, with a zero digit for each leading zero byte; at most 512 characters.

    ``alphabet`` is the 58 digits in order: Bitcoin's unless said otherwise.
    """

    alphabet: str = BITCOIN_ALPHABET
    _pairs: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _values: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if type(self.alphabet) is not str or len(set(self.alphabet)) != 58 or not self.alphabet.isascii():
            raise DecodingError("expected an alphabet of 58 different ASCII characters", reason="length")
        object.__setattr__(self, "_pairs", tuple(a + b for a in self.alphabet for b in self.alphabet))
        object.__setattr__(self, "_values", bytes.maketrans(self.alphabet.encode(), bytes(range(58))))

    @sealed
    def encode(self, data: bytes) -> str:
        """The text of these bytes. Raises `DecodingError`."""
        check_bytes(data)
        if len(data) > _MAX_BASE58:
            raise DecodingError(f"expected bytes for at most {_MAX_BASE58} characters", reason="too-large")
        pairs, digits, zero = self._pairs, self.alphabet, self.alphabet[0]
        number = int.from_bytes(data, "big")
        parts: list[str] = []
        while number:
            number, chunk = divmod(number, _CHUNK)
            parts += pairs[chunk % 3364], pairs[chunk // 3364 % 3364], digits[chunk // 11316496]
        parts.reverse()
        text = zero * (len(data) - len(data.lstrip(b"\0"))) + "".join(parts).lstrip(zero)
        if len(text) > _MAX_BASE58:
            raise DecodingError(f"expected bytes for at most {_MAX_BASE58} characters", reason="too-large")
        return text

    @sealed
    def decode(self, text: str) -> bytes:
        """The bytes of this text. Raises `DecodingError`."""
        check_text(text, self.alphabet, _MAX_BASE58)
        number = int.from_bytes(text.encode().translate(self._values), "big")
        for width, low_lanes, excess in _JOINS[: (len(text) - 1).bit_length()]:
            number -= (number >> width & low_lanes) * excess
        zeros = len(text) - len(text.lstrip(self.alphabet[0]))
        return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


base58 = Base58()


@dataclass(frozen=True, slots=True, kw_only=True)
class Base58Check:
    """Base58 of the payload and the first four bytes of its hash: Bitcoin's double SHA-256 unless said otherwise."""

    radix: Base58 = base58
    checksum: Callable[[bytes], bytes] = sha256d

    @sealed
    def encode(self, payload: bytes) -> str:
        """The text of this payload and its checksum. Raises `DecodingError`."""
        check_bytes(payload)
        return self.radix.encode(payload + self.checksum(payload)[:4])

    @sealed
    def decode(self, text: str, *, size: int | None = None) -> bytes:
        """The payload, of ``size`` bytes where that is given. Raises `DecodingError`, `ChecksumError`."""
        data = self.radix.decode(text)
        if len(data) < 4 or (size is not None and len(data) != size + 4):
            expected = "a payload and" if size is None else f"{size} bytes and"
            raise DecodingError(f"expected {expected} 4 bytes of checksum, got {len(data)} bytes", reason="length")
        payload, check = data[:-4], data[-4:]
        if self.checksum(payload)[:4] != check:
            raise ChecksumError("the checksum does not match", reason="checksum")
        return payload


base58check = Base58Check()


@functools.cache
def xrpl_base58check() -> Base58Check:
    """Base58Check with the alphabet of the XRP Ledger."""
    return Base58Check(radix=Base58(alphabet=XRPL_ALPHABET))


# Words of five bits, the step that Bech32 and Base32 share.

WORDS = bytes(range(32))
_INT32 = bytes.maketrans(WORDS, b"0123456789abcdefghijklmnopqrstuv")  # the digits that int(text, 32) reads
_BLOCK = 640  # bytes that become words in one integer: 1024 words
_SPLITS = (
    tuple(  # lanes of 512, 256 ... 1 words, packed in 5 bits each, move from the upper half of a pair to 8 bits each
        (((1 << 5 * words) - 1 << 5 * words) * _lanes(16 * words, 512 // words), (1 << 3 * words) - 1)
        for words in (1 << k for k in range(9, -1, -1))
    )
)


def to_words(data: bytes) -> bytes:
    """The bytes as words of five bits, one a byte, the last one filled up with zero bits. Raises `DecodingError`."""
    check_bytes(data)
    if len(data) > _BLOCK:
        return b"".join(to_words(data[i : i + _BLOCK]) for i in range(0, len(data), _BLOCK))
    count = (8 * len(data) + 4) // 5
    number = int.from_bytes(data, "big") << (-8 * len(data) % 5)
    for upper_halves, shift in _SPLITS[10 - (count - 1).bit_length() :]:
        number += (number & upper_halves) * shift  # x + x * (2^s - 1) is x << s
    return number.to_bytes(count, "big")


def from_words(words: bytes) -> bytes:
    """The bytes that `to_words` makes these words of: at most four bits over, all zero. Raises `DecodingError`."""
    _check_words(words)
    padding = 5 * len(words) % 8
    if padding > 4:
        raise DecodingError(f"expected less than 5 bits of padding, got {padding}", reason="length")
    number = int(words.translate(_INT32), 32) if words else 0
    if number & (1 << padding) - 1:
        raise DecodingError("expected zero bits as padding", reason="non-canonical")
    return (number >> padding).to_bytes(5 * len(words) // 8, "big")


def _check_words(words: bytes) -> None:
    check_bytes(words)
    if words.translate(None, WORDS):
        raise DecodingError("expected words of five bits, 0 to 31", reason="range")


# Bech32: words as the coefficients of a polynomial over GF(32), divided by a generator of degree six.

BECH32_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_TO_CHARSET = bytes.maketrans(WORDS, BECH32_ALPHABET.encode())
_FROM_CHARSET = bytes.maketrans((BECH32_ALPHABET + BECH32_ALPHABET.upper()).encode(), WORDS * 2)
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_HRP = re.compile("[!-~]{1,83}")
_PLACES = 96  # words whose remainder is looked up without a division


@functools.cache  # not at import: many need base58 only
def _remainders() -> tuple[tuple[int, ...], ...]:
    """For each place, counted from the right, the remainder of each of the 32 words there (BIP-173, bech32_polymod)."""
    tops = [0]
    for generator in _GENERATOR:
        tops += [top ^ generator for top in tops]
    tables = [tuple(range(32))]
    while len(tables) < _PLACES:
        tables.append(tuple((r & 0x1FFFFFF) << 5 ^ tops[r >> 25] for r in tables[-1]))
    return tuple(tables)


@functools.cache
def _two_words() -> tuple[bytes, ...]:
    return tuple(bytes(divmod(i, 32)) for i in range(1024))


def _remainder(words: bytes) -> int:
    """The remainder of the words, six words as 30 bits: division is linear, so those of the places add up (XOR)."""
    head, rest = words[:_PLACES], words[_PLACES:]
    remainder = 0
    for table, word in zip(_remainders(), head[::-1], strict=False):
        remainder ^= table[word]
    for i in range(0, len(rest), _PLACES - 6):
        remainder = _remainder(_six_words(remainder) + rest[i : i + _PLACES - 6])
    return remainder


def _six_words(remainder: int) -> bytes:
    words = _two_words()
    return words[remainder >> 20] + words[remainder >> 10 & 1023] + words[remainder & 1023]


def _check_hrp(hrp: str) -> None:
    if not _HRP.fullmatch(hrp):
        raise DecodingError("expected 1 to 83 printable ASCII characters and a 1 first", reason="prefix")


@functools.lru_cache(maxsize=256)
def _hrp_remainder(hrp: str, words: int) -> int:
    """What a human-readable part adds to the remainder when ``words`` follow (BIP-173, bech32_hrp_expand)."""
    _check_hrp(hrp)
    if hrp != hrp.lower():
        raise DecodingError("expected a lower-case human-readable part", reason="mixed-case")
    values = hrp.encode()
    expanded = bytes([1, *(v >> 5 for v in values), 0, *(v & 31 for v in values)])
    return _remainder(expanded + bytes(words))


@dataclass(frozen=True, slots=True)
class Bech32:
    """A human-readable part, ``1``, words of five bits, six of checksum: ``constant`` is the remainder of it all."""

    name: str
    constant: int

    @sealed
    def encode(self, hrp: str, words: bytes, *, max_length: int = 90) -> str:
        """The text of a lower-case human-readable part and words (see `to_words`). Raises `DecodingError`."""
        if type(hrp) is not str:
            raise DecodingError(f"expected a human-readable part as text, got {type(hrp).__name__}", reason="type")
        _check_words(words)
        if (length := len(hrp) + len(words) + 7) > max_length:
            _check_hrp(hrp)
            raise DecodingError(f"expected at most {max_length} characters, got {length}", reason="too-large")
        check = _remainder(words + bytes(6)) ^ _hrp_remainder(hrp, len(words) + 6) ^ self.constant
        return f"{hrp}1{(words + _six_words(check)).translate(_TO_CHARSET).decode()}"

    @sealed
    def decode(self, text: str, *, max_length: int = 90) -> tuple[str, bytes]:
        """The human-readable part in lower case, and the words before the checksum.

        Raises `DecodingError`, `ChecksumError`.
        """
        hrp, words, constant = _split(text, max_length)
        if constant != self.constant:
            raise ChecksumError(f"the {self.name} checksum does not match", reason="checksum")
        return hrp, words


bech32 = Bech32("bech32", 1)
bech32m = Bech32("bech32m", 0x2BC830A3)


@sealed
def decode_bech32(text: str, *, max_length: int = 90) -> tuple[str, bytes, Bech32]:
    """As `Bech32.decode`, and which of `bech32` and `bech32m` it is. Raises `DecodingError`, `ChecksumError`."""
    hrp, words, constant = _split(text, max_length)
    for variant in (bech32, bech32m):
        if constant == variant.constant:
            return hrp, words, variant
    raise ChecksumError("neither the bech32 nor the bech32m checksum matches", reason="checksum")


def _split(text: str, max_length: int) -> tuple[str, bytes, int]:
    """The human-readable part, the words before the checksum, and the remainder of it all."""
    if type(text) is not str:
        raise DecodingError(f"expected text, got {type(text).__name__}", reason="type")
    hrp, _, data = text.rpartition("1")
    _check_hrp(hrp)
    if len(text) > max_length:
        raise DecodingError(f"expected at most {max_length} characters, got {len(text)}", reason="too-large")
    check_text(data, BECH32_ALPHABET + BECH32_ALPHABET.upper(), max_length)
    if len(data) < 6:
        raise DecodingError(f"expected at least 6 characters after the last 1, got {len(data)}", reason="length")
    if text != text.lower() and text != text.upper():
        raise DecodingError("expected all letters in one case", reason="mixed-case")
    words = data.encode().translate(_FROM_CHARSET)
    return hrp.lower(), words[:-6], _remainder(words) ^ _hrp_remainder(hrp.lower(), len(words))


# Hexadecimal.


class Hexadecimal:
    """Two digits for each byte, in lower case (RFC 4648, section 8, has upper)."""

    __slots__ = ()

    @sealed
    def encode(self, data: bytes) -> str:
        """The text of these bytes. Raises `DecodingError`."""
        check_bytes(data)
        return data.hex()

    @sealed
    def decode(self, text: str, *, any_case: bool = False) -> bytes:
        """The bytes of this text, no prefix, no space; upper case only with ``any_case``. Raises `DecodingError`."""
        if type(text) is not str:
            raise DecodingError(f"expected text, got {type(text).__name__}", reason="type")
        if len(text) % 2:
            raise DecodingError(f"expected an even number of digits, got {len(text)}", reason="length")
        try:
            data = bytes.fromhex(text)  # takes spaces and upper case: hence the comparison
        except ValueError:
            data = b""
        if data.hex() != (text.lower() if any_case else text):
            raise DecodingError("expected lower-case hexadecimal digits only", reason="character")
        return data


hexadecimal = Hexadecimal()


@sealed
def decode_base64(text: str) -> bytes:
    """The bytes of base64 (RFC 4648, section 4) in its one spelling, without line breaks. Raises `DecodingError`."""
    if type(text) is not str:
        raise DecodingError(f"expected base64 as text, got {type(text).__name__}", reason="type")
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise DecodingError("expected base64, with its padding and nothing else", reason="character") from None
    if base64.b64encode(data).decode() != text:
        raise DecodingError("another spelling of the same base64", reason="non-canonical")
    return data
