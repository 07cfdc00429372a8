"""Uniform Resources: CBOR as text that wallets show as QR codes, in one part or in several.

BCR-2020-005, "UR Encoding": ``ur:<type>/<message>``, and ``ur:<type>/<seqNum>-<seqLen>/<fragment>`` for a message that
is cut into equal fragments. The text is in one case, capitals being for QR codes. Parts beyond the last, which mix
fragments (BCR-2024-001, fountain codes), are not read, and refused as such.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from walletcore.coding import bytewords, cbor
from walletcore.errors import KeystoreError, raised_as
from walletcore.secret import sealed

__all__ = ["MAX_PARTS", "decode", "encode", "join"]

MAX_PARTS = 1 << 10
"""The most parts that a message may have."""
_MAX_TEXT = 2 * bytewords.MAX_SIZE + 128
_TYPE = re.compile("[a-z0-9-]{1,64}", re.ASCII)
_ONE = re.compile("ur:([a-z0-9-]{1,64})/([a-z]+)", re.ASCII)
_MANY = re.compile("ur:([a-z0-9-]{1,64})/([1-9][0-9]{0,9})-([1-9][0-9]{0,9})/([a-z]+)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class _Part:
    """What one of several parts says of the whole, and its fragment."""

    kind: str
    number: int
    count: int
    size: int
    checksum: int
    fragment: bytes

    def whole(self) -> tuple[str, int, int, int, int]:
        return self.kind, self.count, self.size, self.checksum, len(self.fragment)


@sealed
def encode(kind: str, message: bytes) -> str:
    """The text of a message, which is CBOR without the tag of its type. Raises `KeystoreError`."""
    if type(kind) is not str or not _TYPE.fullmatch(kind):
        raise KeystoreError("expected a type of letters, digits and hyphens", reason="character")
    with raised_as(KeystoreError):
        return f"ur:{kind}/{bytewords.encode(message)}"


@sealed
def decode(text: str) -> tuple[str, bytes]:
    """The type and the message of a text of one part. Raises `KeystoreError`; for one of several, `"missing"`."""
    lower = _lower(text)
    found = _ONE.fullmatch(lower)
    if found is None:
        if _MANY.fullmatch(lower):
            raise KeystoreError("expected the whole, got one of several parts", reason="missing", hint="see ur.join")
        raise KeystoreError("expected ur:, a type, a slash and letters", reason="prefix")
    with raised_as(KeystoreError):
        return found[1], bytewords.decode(found[2])


@sealed
def join(parts: Sequence[str]) -> tuple[str, bytes]:
    """The type and the message of all parts, in any order; one may come again. Raises `KeystoreError`.

    A part that mixes fragments has ``reason="version"``, parts that do not belong together ``"mismatch"``.
    """
    if type(parts) not in (list, tuple):  # a text is a sequence, too
        raise KeystoreError(f"expected parts as a list or tuple, got {type(parts).__name__}", reason="type")
    if not 1 <= len(parts) <= 2 * MAX_PARTS:
        raise KeystoreError(f"expected 1 to {2 * MAX_PARTS} parts, got {len(parts)}", reason="length")
    read = [_part(part) for part in parts]
    if len({part.whole() for part in read}) > 1:
        raise KeystoreError("the parts are not of one message", reason="mismatch")
    by_number = {part.number: part.fragment for part in read}
    if any(by_number[part.number] != part.fragment for part in read):
        raise KeystoreError("two parts of one number differ", reason="mismatch")
    first = read[0]
    if len(by_number) < first.count:
        raise KeystoreError(f"expected {first.count} parts, got {len(by_number)}", reason="missing")
    return first.kind, _message(first, b"".join(by_number[number] for number in range(1, first.count + 1)))


def _message(part: _Part, joined: bytes) -> bytes:
    """The fragments without what fills up the last one."""
    message, filling = joined[: part.size], joined[part.size :]
    if not len(joined) - len(part.fragment) < part.size <= len(joined):
        raise KeystoreError("expected as many fragments as the message needs", reason="length")
    if any(filling):
        raise KeystoreError("expected zeros after the message", reason="non-canonical")
    if int.from_bytes(bytewords.crc32(message)) != part.checksum:
        raise KeystoreError("the checksum of the message does not match", reason="checksum")
    return message


def _part(text: str) -> _Part:
    found = _MANY.fullmatch(_lower(text))
    if found is None:
        raise KeystoreError("expected ur:, a type, two numbers and letters", reason="prefix")
    with raised_as(KeystoreError):
        fields = cbor.decode(bytewords.decode(found[4]))
    if type(fields) is not tuple or [type(field) for field in fields] != [int, int, int, int, bytes]:
        raise KeystoreError("expected four numbers and a fragment", reason="type")
    number, count, size, checksum, fragment = fields
    part = _Part(kind=found[1], number=number, count=count, size=size, checksum=checksum, fragment=fragment)  # type: ignore[arg-type]
    if (part.number, part.count) != (int(found[2]), int(found[3])):
        raise KeystoreError("the numbers of the part are not those of its text", reason="mismatch")
    if part.count > MAX_PARTS or part.size > bytewords.MAX_SIZE:
        raise KeystoreError(f"expected at most {MAX_PARTS} parts and {bytewords.MAX_SIZE} bytes", reason="too-large")
    if part.number > part.count:
        text = "this part mixes fragments (a fountain code), which is not read: take parts 1 to the last"
        raise KeystoreError(text, reason="version")
    return part


def _lower(text: str) -> str:
    if type(text) is not str:
        raise KeystoreError(f"expected text, got {type(text).__name__}", reason="type")
    if len(text) > _MAX_TEXT:
        raise KeystoreError(f"expected at most {_MAX_TEXT} characters, got {len(text)}", reason="too-large")
    if not text.isascii():
        raise KeystoreError("expected letters and digits only", reason="character")  # some have an ASCII lower case
    lower = text.lower()
    if text not in (lower, text.upper()):
        raise KeystoreError("expected all letters in one case", reason="mixed-case")
    return lower
