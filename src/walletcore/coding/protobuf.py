"""Protocol Buffers in their one canonical form: a message is a table of fields, for both directions.

    COIN = message(Coin, denom=string(1), amount=string(2))
    SEND = message(Send, sender=string(1), receiver=string(2), amount=repeated(3, COIN))

Protocol Buffers documentation, "Encoding"; the form is that of ADR-027 (Cosmos SDK, "Deterministic Protobuf
Serialization"): fields in ascending order, each once, the shortest varints, no field that has its default value, no
unknown ones, numbers in lists packed where the table says so. Whatever else a parser would take is a `DecodingError`,
which begins with the path of the field.

A field is a kind with its number: ``string`` (str), ``data`` (bytes), ``boolean``, ``uint32``, ``uint64``, ``int32``,
``int64``, ``sint32``, ``sint64``, ``enum`` (an IntEnum, or an int), ``embedded`` (a message that is always there).
``optional`` may be None and tells zero from nothing, as members of a oneof do. ``repeated`` and ``packed`` are tuples.
A field of a message that may be missing is ``optional(4, COIN)``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeVar

from walletcore.coding.varint import read_varint, varint
from walletcore.coding.wire import Codec, Reader, with_path
from walletcore.errors import DecodingError

__all__ = [
    "REQUIRED",
    "AnyMessage",
    "Field",
    "Message",
    "any_",
    "boolean",
    "data",
    "deferred",
    "embedded",
    "enum",
    "int32",
    "int64",
    "message",
    "optional",
    "packed",
    "repeated",
    "sint32",
    "sint64",
    "string",
    "uint32",
    "uint64",
]

T = TypeVar("T")
Read = Callable[[bytes, int, int, int], tuple[Any, int]]  # bytes, where it begins, where all ends, depth: and its end
Write = Callable[[Any, int], bytes]  # with depth; a field that is left out is no bytes

_VARINT, _SIZED = 0, 2
_MAX_NUMBER = (1 << 29) - 1
_MAX_DEPTH = 64  # messages within messages; protobuf's own parsers stop at 100
_U64 = 1 << 64
REQUIRED: Any = object()
"""The default of a field that must be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field: its number, its wire type, its value where it is missing, and how it is read and written."""

    number: int
    wire_type: int
    default: Any
    read: Read
    write: Write

    @property
    def tag(self) -> int:
        """The number and the wire type, as they stand before the value."""
        return self.number << 3 | self.wire_type


Kind = Callable[[int], Field]
"""A kind of field, which takes the number: ``string``, for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Codec[T]):
    """The format of one message. It has no end of its own: `read` takes all that is left."""

    parse: Callable[[bytes, int, int, int], T]
    dump: Callable[[T, int], bytes]

    def encode(self, value: T) -> bytes:
        """The bytes of this value. Raises `DecodingError` when a part of it has another type or is out of range."""
        try:
            return self.dump(value, 0)
        except DecodingError as error:
            raise with_path(error) from None


def _refuse(value: object, expected: str) -> DecodingError:
    return DecodingError(f"expected {expected}, got {type(value).__name__}", reason="type")


# Numbers


def _tag(number: int, wire_type: int) -> bytes:
    if type(number) is not int or not 1 <= number <= _MAX_NUMBER:
        raise DecodingError(f"expected the number of a field, from 1 to {_MAX_NUMBER}", reason="range")
    return varint(number << 3 | wire_type)


def _numbers(low: int, high: int, to_wire: Callable[[int], int], from_wire: Callable[[int], int]) -> Kind:
    """Ints from ``low`` to ``high``, which are other ones, of 64 bits, on the wire."""

    def read(data: bytes, position: int, stop: int, depth: int) -> tuple[int, int]:
        raw, position = read_varint(data, position, stop)
        value = from_wire(raw)
        if not low <= value <= high:
            raise DecodingError(f"expected a number from {low} to {high}", reason="range")
        return value, position

    def field(number: int) -> Field:
        tag = _tag(number, _VARINT)

        def write(value: int, depth: int) -> bytes:
            if type(value) is not int:
                raise _refuse(value, "int")
            if not low <= value <= high:
                raise DecodingError(f"expected a number from {low} to {high}", reason="range")
            return tag + varint(to_wire(value))

        return Field(number=number, wire_type=_VARINT, default=0, read=read, write=write)

    return field


def _signed(number: int) -> int:
    return number - _U64 if number >> 63 else number


def _unsigned(number: int) -> int:
    return number % _U64


def _zigzag(number: int) -> int:
    return number << 1 if number >= 0 else ~(number << 1)


def _zagzig(number: int) -> int:
    return ~(number >> 1) if number & 1 else number >> 1


uint32 = _numbers(0, (1 << 32) - 1, int, int)  # the same on the wire
uint64 = _numbers(0, _U64 - 1, int, int)
int32 = _numbers(-(1 << 31), (1 << 31) - 1, _unsigned, _signed)  # a negative one takes ten bytes
int64 = _numbers(-(1 << 63), (1 << 63) - 1, _unsigned, _signed)
sint32 = _numbers(-(1 << 31), (1 << 31) - 1, _zigzag, _zagzig)
sint64 = _numbers(-(1 << 63), (1 << 63) - 1, _zigzag, _zagzig)


def boolean(number: int) -> Field:
    """A bool."""
    return _as(uint32(number), False, bool, {0: False, 1: True})


def enum(number: int, kind: type[IntEnum] | None = None) -> Field:
    """A member of an IntEnum, of which 0 is the default; without one, any int of 32 bits."""
    if kind is None:
        return int32(number)
    members: dict[int, Any] = {int(each): each for each in kind}
    if 0 not in members:
        raise DecodingError(f"expected {kind.__name__} to have a member of value 0, the default", reason="missing")
    return _as(int32(number), members[0], kind, members)


def _as(base: Field, default: object, kind: type[int], values: dict[int, Any]) -> Field:
    """Another type for some of the numbers of a field."""
    read_number, write_number = base.read, base.write

    def read(data: bytes, position: int, stop: int, depth: int) -> tuple[Any, int]:
        raw, position = read_number(data, position, stop, depth)
        if raw not in values:
            raise DecodingError(f"expected a value of {kind.__name__}, got {raw}", reason="unknown")
        return values[raw], position

    def write(value: int, depth: int) -> bytes:
        if type(value) is not kind:
            raise _refuse(value, kind.__name__)
        return write_number(int(value), depth)

    return Field(number=base.number, wire_type=base.wire_type, default=default, read=read, write=write)


# Bytes, each behind its size


def _read_size(data: bytes, position: int, stop: int) -> tuple[int, int]:
    """Where what follows its size begins and ends."""
    size, position = read_varint(data, position, stop)
    if size > stop - position:
        raise DecodingError(f"expected {size} bytes, got {stop - position}", reason="truncated")
    return position, position + size


def data(number: int) -> Field:
    """Bytes."""
    tag = _tag(number, _SIZED)

    def read(data: bytes, position: int, stop: int, depth: int) -> tuple[bytes, int]:
        start, end = _read_size(data, position, stop)
        return data[start:end], end

    def write(value: bytes, depth: int) -> bytes:
        if type(value) is not bytes:
            raise _refuse(value, "bytes")
        return tag + varint(len(value)) + value

    return Field(number=number, wire_type=_SIZED, default=b"", read=read, write=write)


def string(number: int) -> Field:
    """A str, in strict UTF-8."""
    tag = _tag(number, _SIZED)

    def read(data: bytes, position: int, stop: int, depth: int) -> tuple[str, int]:
        start, end = _read_size(data, position, stop)
        try:
            return data[start:end].decode(), end
        except UnicodeDecodeError:
            raise DecodingError("expected text in UTF-8", reason="character") from None

    def write(value: str, depth: int) -> bytes:
        if type(value) is not str:
            raise _refuse(value, "str")
        try:
            raw = value.encode()
        except UnicodeEncodeError:
            raise DecodingError("expected text without halves of surrogate pairs", reason="character") from None
        return tag + varint(len(raw)) + raw

    return Field(number=number, wire_type=_SIZED, default="", read=read, write=write)


def embedded(number: int, codec: Message[Any]) -> Field:
    """A message that is always there, even where it is empty; `optional` may be missing."""
    tag, parse, dump = _tag(number, _SIZED), codec.parse, codec.dump

    def read(data: bytes, position: int, stop: int, depth: int) -> tuple[Any, int]:
        start, end = _read_size(data, position, stop)
        return parse(data, start, end, depth + 1), end

    def write(value: Any, depth: int) -> bytes:
        raw = dump(value, depth + 1)
        return tag + varint(len(raw)) + raw

    return Field(number=number, wire_type=_SIZED, default=REQUIRED, read=read, write=write)


# Fields that are there, or not, or several times


def _of(kind: Message[Any] | Kind, number: int) -> Field:
    return embedded(number, kind) if isinstance(kind, Message) else kind(number)


def optional(number: int, kind: Message[Any] | Kind) -> Field:
    """A value or None, which is a missing field: zero, or an empty text, is written where it is one's value."""
    item = _of(kind, number)
    write_item = item.write

    def write(value: Any, depth: int) -> bytes:
        return b"" if value is None else write_item(value, depth)

    return Field(number=number, wire_type=item.wire_type, default=None, read=item.read, write=write)


def repeated(number: int, kind: Message[Any] | Kind) -> Field:
    """A tuple of any number of values, each behind a tag of its own."""
    item = _of(kind, number)
    read_item, write_item, tag = item.read, item.write, _tag(number, item.wire_type)

    def read(data: bytes, position: int, stop: int, depth: int) -> tuple[tuple[Any, ...], int]:
        values: list[Any] = []
        try:
            while True:
                value, position = read_item(data, position, stop, depth)
                values.append(value)
                if not data.startswith(tag, position, stop):
                    return tuple(values), position
                position += len(tag)
        except DecodingError as error:
            error.add_note(f"[{len(values)}]")
            raise

    def write(value: tuple[Any, ...], depth: int) -> bytes:
        return b"".join(_written(value, write_item, depth))

    return Field(number=number, wire_type=item.wire_type, default=(), read=read, write=write)


def packed(number: int, kind: Kind) -> Field:
    """A tuple of numbers behind one tag and their size in bytes."""
    item = kind(1)
    if item.wire_type != _VARINT:
        raise DecodingError("expected numbers to be packed", reason="type")
    read_item, write_item, tag = item.read, item.write, _tag(number, _SIZED)

    def read(data: bytes, position: int, stop: int, depth: int) -> tuple[tuple[Any, ...], int]:
        position, end = _read_size(data, position, stop)
        values: list[Any] = []
        try:
            while position < end:
                value, position = read_item(data, position, end, depth)
                values.append(value)
        except DecodingError as error:
            error.add_note(f"[{len(values)}]")
            raise
        return tuple(values), end

    def write(value: tuple[Any, ...], depth: int) -> bytes:
        raw = b"".join([each[1:] for each in _written(value, write_item, depth)])  # without the tag, one byte for 1
        return tag + varint(len(raw)) + raw

    return Field(number=number, wire_type=_SIZED, default=(), read=read, write=write)


def _written(value: tuple[Any, ...], write_item: Write, depth: int) -> list[bytes]:
    if type(value) is not tuple:
        raise _refuse(value, "tuple")
    parts: list[bytes] = []
    try:
        for each in value:
            parts.append(write_item(each, depth))  # noqa: PERF401 - a comprehension would forget where it failed
    except DecodingError as error:
        error.add_note(f"[{len(parts)}]")
        raise
    return parts


# Messages


def message(kind: type[T], /, **fields: Field) -> Message[T]:
    """The fields of a class, each with its number; it is called with them by keyword, and has them as attributes."""
    ordered = dict(sorted(fields.items(), key=lambda pair: pair[1].number))
    if len({each.number for each in ordered.values()}) != len(ordered):
        raise DecodingError(f"expected different numbers for the fields of {kind.__name__}", reason="duplicate")
    return _codec(kind, _parser(kind, ordered), _dumper(kind, ordered))


def _parser(kind: type[T], fields: dict[str, Field]) -> Callable[[bytes, int, int, int], T]:
    names, defaults = tuple(fields), [each.default for each in fields.values()]
    by_tag = {each.tag: (place, each.read, each.default) for place, each in enumerate(fields.values())}
    required = [place for place, default in enumerate(defaults) if default is REQUIRED]

    def parse(data: bytes, position: int, stop: int, depth: int) -> T:
        if depth > _MAX_DEPTH:
            raise DecodingError(f"expected at most {_MAX_DEPTH} messages within one another", reason="too-deep")
        values, last = defaults.copy(), -1
        while position < stop:
            tag = data[position]
            position += 1
            if tag > 127:
                tag, position = read_varint(data, position - 1, stop)
            if tag not in by_tag:
                raise DecodingError(_unknown(tag, fields), reason="unknown")
            place, read, default = by_tag[tag]
            try:
                if place <= last:
                    raise DecodingError("expected fields in ascending order, each once", reason="non-canonical")
                value, position = read(data, position, stop, depth)
                if value == default:
                    raise DecodingError("expected no field that has its default value", reason="non-canonical")
            except DecodingError as error:
                error.add_note(f".{names[place]}")
                raise
            values[place] = value
            last = place
        for place in required:
            if values[place] is REQUIRED:
                raise DecodingError(f"expected the field {names[place]}", reason="missing")
        return kind(**dict(zip(names, values)))  # noqa: B905 - strict costs time, and there is one for each

    return parse


def _unknown(tag: int, fields: dict[str, Field]) -> str:
    number, wire_type = tag >> 3, tag & 7
    for name, each in fields.items():
        if each.number == number:
            return f"expected wire type {each.wire_type} for {name}, got {wire_type}"
    return f"expected fields of the numbers {[each.number for each in fields.values()]}, got {number}"


def _dumper(kind: type[T], fields: dict[str, Field]) -> Callable[[T, int], bytes]:
    writers = [(name, each.write, each.default) for name, each in fields.items()]

    def dump(value: T, depth: int) -> bytes:
        if type(value) is not kind:
            raise _refuse(value, kind.__name__)
        if depth > _MAX_DEPTH:
            raise DecodingError(f"expected at most {_MAX_DEPTH} messages within one another", reason="too-deep")
        parts: list[bytes] = []
        name = ""
        try:
            for name, write, default in writers:
                part = getattr(value, name)
                if part is not default and (type(part) is not type(default) or part != default):
                    parts.append(write(part, depth))
        except DecodingError as error:
            error.add_note(f".{name}")
            raise
        return b"".join(parts)

    return dump


def _codec(kind: type[T], parse: Callable[[bytes, int, int, int], T], dump: Callable[[T, int], bytes]) -> Message[T]:
    def read(reader: Reader) -> T:
        start = reader.position
        reader.position = len(reader.data)
        return parse(reader.data, start, len(reader.data), 0)

    def write(value: T, out: bytearray) -> None:
        out += dump(value, 0)

    return Message(kind=kind, minimum=0, read=read, write=write, parse=parse, dump=dump)


def deferred(kind: type[T], codec: Callable[[], Message[T]]) -> Message[T]:
    """A message that is described later: one whose fields lead to itself. What nests too deep is refused."""
    return _codec(
        kind,
        lambda data, position, stop, depth: codec().parse(data, position, stop, depth),
        lambda value, depth: codec().dump(value, depth),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyMessage:
    """A message of any type: a URL whose last part is the type's full name, and the message's bytes."""

    type_url: str
    value: bytes = b""


any_ = message(AnyMessage, type_url=string(1), value=data(2))
"""``google.protobuf.Any``."""
