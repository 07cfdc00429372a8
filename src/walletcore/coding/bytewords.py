"""Bytewords: a byte as an English word of four letters, written as its first and its last one.

BCR-2020-012, "Word List", "Checksum" and the minimal encoding of its examples, which is that of URs. The last four
bytes are the CRC-32 of the others (ISO 3309), big-endian.
"""

from __future__ import annotations

import zlib

from walletcore.coding.text import check_bytes
from walletcore.errors import ChecksumError, DecodingError
from walletcore.secret import sealed

__all__ = ["MAX_SIZE", "crc32", "decode", "encode"]

MAX_SIZE = 1 << 16
"""The most bytes that a text may stand for."""
_CHECKSUM = 4
_WORDS = (
    "able acid also apex aqua arch atom aunt away axis back bald barn belt beta bias blue body brag brew bulb buzz "
    "calm cash cats chef city claw code cola cook cost crux curl cusp cyan dark data days deli dice diet door down "
    "draw drop drum dull duty each easy echo edge epic even exam exit eyes fact fair fern figs film fish fizz flap "
    "flew flux foxy free frog fuel fund gala game gear gems gift girl glow good gray grim guru gush gyro half hang "
    "hard hawk heat help high hill holy hope horn huts iced idea idle inch inky into iris iron item jade jazz join "
    "jolt jowl judo jugs jump junk jury keep keno kept keys kick kiln king kite kiwi knob lamb lava lazy leaf legs "
    "liar limp lion list logo loud love luau luck lung main many math maze memo menu meow mild mint miss monk nail "
    "navy need news next noon note numb obey oboe omit onyx open oval owls paid part peck play plus poem pool pose "
    "puff puma purr quad quiz race ramp real redo rich road rock roof ruby ruin runs rust safe saga scar sets silk "
    "skew slot soap solo song stub surf swan taco task taxi tent tied time tiny toil tomb toys trip tuna twin ugly "
    "undo unit urge user vast very veto vial vibe view visa void vows wall wand warm wasp wave waxy webs what when "
    "whiz wolf work yank yawn yell yoga yurt zaps zero zest zinc zone zoom"
)
_PAIRS = tuple(word[0] + word[3] for word in _WORDS.split())
_BYTES = {pair: value for value, pair in enumerate(_PAIRS)}


def crc32(data: bytes) -> bytes:
    """The checksum of the data, four bytes."""
    return zlib.crc32(data).to_bytes(_CHECKSUM)


@sealed
def encode(data: bytes) -> str:
    """The text of these bytes and their checksum, in lower case. Raises `DecodingError`."""
    check_bytes(data)
    if len(data) > MAX_SIZE:
        raise DecodingError(f"expected at most {MAX_SIZE} bytes", reason="too-large")
    return "".join(map(_PAIRS.__getitem__, data + crc32(data)))


@sealed
def decode(text: str) -> bytes:
    """The bytes before the checksum, of a text in lower case. Raises `DecodingError`, `ChecksumError`."""
    if type(text) is not str:
        raise DecodingError(f"expected text, got {type(text).__name__}", reason="type")
    if len(text) > 2 * (MAX_SIZE + _CHECKSUM):
        raise DecodingError(f"expected at most {MAX_SIZE} bytes", reason="too-large")
    if len(text) % 2 or len(text) < 2 * _CHECKSUM:
        raise DecodingError("expected two letters a byte, and four bytes of checksum", reason="length")
    data = bytes(_value(text, place) for place in range(0, len(text), 2))
    if crc32(data[:-_CHECKSUM]) != data[-_CHECKSUM:]:
        raise ChecksumError("the checksum does not match", reason="checksum")
    return data[:-_CHECKSUM]


def _value(text: str, place: int) -> int:
    value = _BYTES.get(text[place : place + 2])
    if value is None:
        raise DecodingError(f"letters {place + 1} and {place + 2} are those of no word", reason="character")
    return value
