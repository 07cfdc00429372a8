"""External Data Representation: numbers of four or eight bytes, and zeros after whatever is no multiple of four.

RFC 4506. Each name here is a type of section 4; ``struct`` is `walletcore.coding.wire.struct`. There is one form only:
padding is zero, a bool is 0 or 1, a length keeps its bound, and nothing stands behind the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from types import NoneType
from typing import Any, TypeVar

from walletcore.coding import wire
from walletcore.coding.wire import Codec, Reader, i32be, i64be, mapped, struct, u32be, u64be
from walletcore.errors import DecodingError

__all__ = [
    "array",
    "boolean",
    "enum",
    "int32",
    "int64",
    "opaque",
    "optional",
    "recursive",
    "string",
    "struct",
    "uint32",
    "uint64",
    "union",
    "var_opaque",
    "void",
]

T = TypeVar("T")
E = TypeVar("E", bound=IntEnum)

_UNIT = 4  # section 3: basic block size
_MAX_LENGTH = 0xFFFF_FFFF
_ANY: type[Any] = object
_ZEROS = tuple(bytes(-size % _UNIT) for size in range(_UNIT))  # the padding, by the size's remainder

int32, uint32, int64, uint64 = i32be, u32be, i64be, u64be
"""Sections 4.1, 4.2 and 4.5: integers of 4 and 8 bytes, the most significant byte first."""


def _read_nothing(_: Reader) -> None:
    return None


def _write_nothing(value: None, _: bytearray) -> None:
    if value is not None:
        raise DecodingError(f"expected None, got {type(value).__name__}", reason="type")


void: Codec[None] = Codec(kind=NoneType, minimum=0, read=_read_nothing, write=_write_nothing)
"""Section 4.16: no bytes at all, which stand for None."""


def _read_boolean(reader: Reader) -> bool:
    value = uint32.read(reader)
    if value > 1:
        raise DecodingError(f"expected 0 or 1, got {value}", reason="non-canonical")
    return value == 1


def _write_boolean(value: bool, out: bytearray) -> None:
    if type(value) is not bool:
        raise DecodingError(f"expected bool, got {type(value).__name__}", reason="type")
    out += b"\0\0\0\1" if value else b"\0\0\0\0"


boolean = Codec(kind=bool, minimum=_UNIT, read=_read_boolean, write=_write_boolean)
"""Section 4.4: FALSE is 0, TRUE is 1, and there is no other."""


def enum(kind: type[E]) -> Codec[E]:
    """Section 4.3: one of the numbers of an enumeration."""
    return mapped(int32, kind, kind, int)


# Bytes


def _take_padding(reader: Reader, size: int) -> None:
    zeros = _ZEROS[size % _UNIT]
    if zeros and reader.take(len(zeros)) != zeros:
        raise DecodingError("expected zeros as padding", reason="non-canonical")


def opaque(size: int) -> Codec[bytes]:
    """Section 4.9: exactly ``size`` bytes, and their padding."""
    padding = _ZEROS[size % _UNIT]
    if not padding:
        return wire.fixed(size)

    def read(reader: Reader) -> bytes:
        data = reader.take(size)
        _take_padding(reader, size)
        return data

    def write(value: bytes, out: bytearray) -> None:
        if type(value) is not bytes or len(value) != size:
            got = f"{len(value)} bytes" if type(value) is bytes else type(value).__name__
            raise DecodingError(f"expected {size} bytes, got {got}", reason="length")
        out += value
        out += padding

    return Codec(kind=bytes, minimum=size + len(padding), read=read, write=write)


def var_opaque(most: int = _MAX_LENGTH) -> Codec[bytes]:
    """Section 4.10: at most so many bytes after their number, and their padding."""

    def read(reader: Reader) -> bytes:
        size = uint32.read(reader)
        if size > most:
            raise DecodingError(f"expected at most {most} bytes, got {size}", reason="too-large")
        data = reader.take(size)
        _take_padding(reader, size)
        return data

    def write(value: bytes, out: bytearray) -> None:
        if type(value) is not bytes:
            raise DecodingError(f"expected bytes, got {type(value).__name__}", reason="type")
        size = len(value)
        if size > most:
            raise DecodingError(f"expected at most {most} bytes, got {size}", reason="too-large")
        out += size.to_bytes(_UNIT)
        out += value
        out += _ZEROS[size % _UNIT]

    return Codec(kind=bytes, minimum=_UNIT, read=read, write=write)


string = var_opaque
"""Section 4.11: the same; what the bytes spell is for their reader to say."""


# Composition


def array(item: Codec[T], most: int = _MAX_LENGTH) -> Codec[tuple[T, ...]]:
    """Section 4.13: at most so many items after their number."""
    return wire.array(item, count=wire.bounded(uint32, most) if most < _MAX_LENGTH else uint32)


def optional(item: Codec[T]) -> Codec[T | None]:
    """Section 4.19: whether there is a value, and that value; None where there is none."""

    def read(reader: Reader) -> T | None:
        return item.read(reader) if _read_boolean(reader) else None

    def write(value: T | None, out: bytearray) -> None:
        if value is None:
            out += b"\0\0\0\0"
            return
        out += b"\0\0\0\1"
        item.write(value, out)

    return Codec(kind=_ANY, minimum=_UNIT, read=read, write=write)


def union(arms: Mapping[int, Codec[Any]], which: Callable[[Any], int] | None = None) -> Codec[Any]:
    """Section 4.15: one of several arms after its number.

    The exact type of a value, different for each arm, says which one it is (`void` has None), or ``which`` does: a
    function that raises `DecodingError` for a value of none.
    """
    codecs = dict(arms)
    if which is None:
        which = _by_type(codecs)
    writers = {number: (number.to_bytes(_UNIT, signed=True), arm.write) for number, arm in codecs.items()}

    def read(reader: Reader) -> Any:
        number = int32.read(reader)
        arm = codecs.get(number)
        if arm is None:
            raise DecodingError(f"expected one of the numbers {sorted(codecs)}, got {number}", reason="version")
        return arm.read(reader)

    def write(value: Any, out: bytearray) -> None:
        number, write_arm = writers[which(value)]
        out += number
        write_arm(value, out)

    return Codec(kind=object, minimum=_UNIT + min(arm.minimum for arm in codecs.values()), read=read, write=write)


def _by_type(codecs: Mapping[int, Codec[Any]]) -> Callable[[Any], int]:
    numbers = {codec.kind: number for number, codec in codecs.items()}
    if len(numbers) != len(codecs) or object in numbers:
        raise DecodingError("expected arms of different types", reason="duplicate")

    def which(value: Any) -> int:
        number = numbers.get(type(value))
        if number is None:
            expected = ", ".join(kind.__name__ for kind in numbers)
            raise DecodingError(f"expected one of {expected}, got {type(value).__name__}", reason="type")
        return number

    return which


def recursive(make: Callable[[Codec[Any]], Codec[T]], *, depth: int, minimum: int = _UNIT) -> Codec[T]:
    """A type that has itself as a part: ``make`` gives it, with the codec of that part as argument.

    At most ``depth`` of its values stand within each other; one more is refused before it is read or written.
    """
    levels: dict[int, Codec[T]] = {}

    def level(left: int) -> Codec[T]:
        """The codec of values that may have so many within them; each is made when it is first met."""
        if not left:
            raise DecodingError(f"expected at most {depth} values within each other", reason="too-deep")
        found = levels.get(left)
        if found is None:
            found = levels[left] = make(part(left - 1))
        return found

    def part(left: int) -> Codec[Any]:
        def read(reader: Reader) -> Any:
            return level(left).read(reader)

        def write(value: Any, out: bytearray) -> None:
            level(left).write(value, out)

        return Codec(kind=object, minimum=minimum, read=read, write=write)

    return part(depth)
