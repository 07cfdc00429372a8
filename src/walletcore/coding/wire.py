"""Binary formats as values: a dozen codecs that compose, each one description for both directions.

    TX_IN = struct(TxIn, txid=fixed(32), vout=u32le, script=prefixed(compact_size), sequence=u32le)
    TX_IN.decode(TX_IN.encode(tx_in)) == tx_in

Compact size: Bitcoin's variable-length integer (the developer reference, "CompactSize Unsigned Integers"). Compact u16:
Solana's ("Transactions", "Compact-array format"; ``short_vec`` in its SDK). Both in their shortest form only.

`encode` and `decode` are the doors: all of the input, the one canonical form, or a `DecodingError` that begins with the
path of the field, such as ``inputs[2].script: ...``. `read` and `write` are the same without a door, for composing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from struct import Struct
from typing import Any, Generic, TypeVar

from walletcore.errors import DecodingError, WalletcoreError

__all__ = [
    "Codec",
    "Reader",
    "array",
    "bounded",
    "compact_size",
    "compact_u16",
    "fixed",
    "i32be",
    "i32le",
    "i64be",
    "mapped",
    "prefixed",
    "struct",
    "tagged",
    "trusted",
    "u8",
    "u16le",
    "u32be",
    "u32le",
    "u64be",
    "u64le",
    "with_path",
]

T = TypeVar("T")
U = TypeVar("U")


class Reader:
    """Bytes and how far they were read."""

    __slots__ = ("data", "position")

    def __init__(self, data: bytes) -> None:
        if type(data) is not bytes:
            raise DecodingError(f"expected bytes, got {type(data).__name__}", reason="type")
        self.data = data
        self.position = 0

    @property
    def remaining(self) -> int:
        """How many bytes are left."""
        return len(self.data) - self.position

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes. Raises `DecodingError` when fewer are left; nothing is allocated before."""
        start = self.position
        stop = start + size
        if not start <= stop <= len(self.data):
            raise DecodingError(f"expected {size} bytes, got {len(self.data) - start}", reason="truncated")
        self.position = stop
        return self.data[start:stop]


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec(Generic[T]):
    """One format. ``kind`` is the exact type of its values, ``minimum`` the size in bytes of its shortest encoding."""

    kind: type[T]
    minimum: int
    read: Callable[[Reader], T]
    write: Callable[[T, bytearray], None]

    def encode(self, value: T) -> bytes:
        """The bytes of this value. Raises `DecodingError` when a part of it has another type or is out of range."""
        out = bytearray()
        try:
            self.write(value, out)
        except DecodingError as error:
            raise with_path(error) from None
        return bytes(out)

    def decode(self, data: bytes) -> T:
        """The value that all of these bytes encode, in the one canonical form. Raises `DecodingError`."""
        reader = Reader(data)
        try:
            value = self.read(reader)
        except DecodingError as error:
            raise with_path(error) from None
        if reader.remaining:
            raise DecodingError(f"{reader.remaining} bytes remain after the end", reason="trailing")
        return value


def with_path(error: DecodingError) -> DecodingError:
    """The same refusal, led by the way to the field: each struct and array on it has left its step as a note."""
    path = "".join(reversed(getattr(error, "__notes__", []))).removeprefix(".")
    return type(error)(f"{path}: {error}" if path else str(error), reason=error.reason, hint=error.hint)


def _check_kind(value: object, kind: type) -> None:
    """Exact types: True is no int, and a bytearray could change later."""
    if type(value) is not kind:
        raise DecodingError(f"expected {kind.__name__}, got {type(value).__name__}", reason="type")


def _check_range(value: int, low: int, high: int) -> None:
    _check_kind(value, int)
    if not low <= value <= high:
        raise DecodingError(f"expected a number from {low} to {high}", reason="range")


# Numbers


def _integer(layout: Struct) -> Codec[int]:
    size, unpack_from, pack = layout.size, layout.unpack_from, layout.pack
    signed = layout.format[1:].islower()
    low, high = (-(1 << 8 * size - 1), (1 << 8 * size - 1) - 1) if signed else (0, (1 << 8 * size) - 1)

    def read(reader: Reader) -> int:
        start = reader.position
        stop = start + size
        if stop > len(reader.data):
            reader.take(size)  # refuses
        reader.position = stop
        number: int = unpack_from(reader.data, start)[0]
        return number

    def write(value: int, out: bytearray) -> None:
        if type(value) is not int or not low <= value <= high:
            _check_range(value, low, high)
        out += pack(value)

    return Codec(kind=int, minimum=size, read=read, write=write)


u8 = _integer(Struct("<B"))
u16le = _integer(Struct("<H"))
u32le = _integer(Struct("<I"))
u64le = _integer(Struct("<Q"))
i32le = _integer(Struct("<i"))
u32be = _integer(Struct(">I"))
u64be = _integer(Struct(">Q"))
i32be = _integer(Struct(">i"))
i64be = _integer(Struct(">q"))

_COMPACT_SIZES = {0xFD: (2, 0xFD), 0xFE: (4, 1 << 16), 0xFF: (8, 1 << 32)}  # bytes that follow, least number they hold


def _read_compact_size(reader: Reader) -> int:
    position, data = reader.position, reader.data
    first = data[position] if position < len(data) else u8.read(reader)  # refuses
    reader.position = position + 1
    if first < 0xFD:
        return first
    size, least = _COMPACT_SIZES[first]
    value = int.from_bytes(reader.take(size), "little")
    if value < least:
        raise DecodingError(f"{value} in {size + 1} bytes has a shorter form", reason="non-canonical")
    return value


def _write_compact_size(value: int, out: bytearray) -> None:
    _check_range(value, 0, 0xFFFF_FFFF_FFFF_FFFF)
    if value < 0xFD:
        out.append(value)
    elif value <= 0xFFFF:
        out += b"\xfd" + value.to_bytes(2, "little")
    elif value <= 0xFFFF_FFFF:
        out += b"\xfe" + value.to_bytes(4, "little")
    else:
        out += b"\xff" + value.to_bytes(8, "little")


compact_size = Codec(kind=int, minimum=1, read=_read_compact_size, write=_write_compact_size)


def _read_compact_u16(reader: Reader) -> int:
    value = 0
    for shift in (0, 7, 14):
        byte = u8.read(reader)
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
    else:
        raise DecodingError("expected at most three bytes of compact u16", reason="non-canonical")
    if shift and not byte:
        raise DecodingError(f"{value} with a last byte of zero has a shorter form", reason="non-canonical")
    _check_range(value, 0, 0xFFFF)
    return value


def _write_compact_u16(value: int, out: bytearray) -> None:
    _check_range(value, 0, 0xFFFF)
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


compact_u16 = Codec(kind=int, minimum=1, read=_read_compact_u16, write=_write_compact_u16)


# Bytes


def fixed(size: int) -> Codec[bytes]:
    """Exactly ``size`` bytes."""

    def read(reader: Reader) -> bytes:
        return reader.take(size)

    def write(value: bytes, out: bytearray) -> None:
        if type(value) is not bytes or len(value) != size:
            _check_kind(value, bytes)
            raise DecodingError(f"expected {size} bytes, got {len(value)}", reason="length")
        out += value

    return Codec(kind=bytes, minimum=size, read=read, write=write)


def prefixed(length: Codec[int]) -> Codec[bytes]:
    """Any number of bytes, following that number."""
    read_length = length.read

    def read(reader: Reader) -> bytes:
        size = read_length(reader)
        start = reader.position
        stop = start + size
        if size < 0 or stop > len(reader.data):
            reader.take(size)  # refuses
        reader.position = stop
        return reader.data[start:stop]

    def write(value: bytes, out: bytearray) -> None:
        _check_kind(value, bytes)
        length.write(len(value), out)
        out += value

    return Codec(kind=bytes, minimum=length.minimum, read=read, write=write)


# Composition


def array(item: Codec[T], *, count: Codec[int]) -> Codec[tuple[T, ...]]:
    """A tuple of any number of items, following that number. Items must have a minimum size, or a count could lie."""
    if item.minimum < 1:
        raise DecodingError("expected items of at least one byte", reason="length")
    read_item, write_item = item.read, item.write

    def read(reader: Reader) -> tuple[T, ...]:
        number = count.read(reader)
        if not 0 <= number * item.minimum <= reader.remaining:
            raise DecodingError(f"expected {number} items, got {reader.remaining} bytes", reason="truncated")
        items: list[T] = []
        try:
            for _ in range(number):
                items.append(read_item(reader))  # noqa: PERF401 - a comprehension would forget where it failed
        except DecodingError as error:
            error.add_note(f"[{len(items)}]")
            raise
        return tuple(items)

    def write(value: tuple[T, ...], out: bytearray) -> None:
        _check_kind(value, tuple)
        count.write(len(value), out)
        index = 0
        try:
            for index, each in enumerate(value):  # noqa: B007 - the handler reads it
                write_item(each, out)
        except DecodingError as error:
            error.add_note(f"[{index}]")
            raise

    return Codec(kind=tuple, minimum=count.minimum, read=read, write=write)


def struct(kind: type[T], /, **fields: Codec[Any]) -> Codec[T]:
    """The fields of a class, in this order; it is called with them by keyword, and has them as attributes."""
    names = tuple(fields)

    def make(values: list[Any]) -> T:
        return kind(**dict(zip(names, values, strict=True)))

    return _struct(kind, make, fields)


def trusted(kind: type[T], others: Mapping[str, Any], /, **fields: Codec[Any]) -> Codec[T]:
    """The same for a class with slots whose constructor checks nothing that the codecs have not checked.

    What was read is not checked a second time: the constructor is not called. ``others`` are its other slots. Whether
    a class may be trusted so is for its own module to say.
    """
    new, setters = kind.__new__, [getattr(kind, name).__set__ for name in fields]
    rest = [(getattr(kind, name).__set__, value) for name, value in others.items()]

    def make(values: list[Any]) -> T:
        made = new(kind)
        for put, value in zip(setters, values):  # noqa: B905 - strict costs time, and there is one for each
            put(made, value)
        for put, value in rest:
            put(made, value)
        return made

    return _struct(kind, make, fields)


def _struct(kind: type[T], make: Callable[[list[Any]], T], fields: Mapping[str, Codec[Any]]) -> Codec[T]:
    names, readers = tuple(fields), tuple(codec.read for codec in fields.values())
    writers = [(name, codec.write) for name, codec in fields.items()]

    def read(reader: Reader) -> T:
        values: list[Any] = []
        try:
            for read_field in readers:
                values.append(read_field(reader))  # noqa: PERF401 - a comprehension would forget where it failed
        except DecodingError as error:
            error.add_note(f".{names[len(values)]}")
            raise
        return make(values)

    def write(value: T, out: bytearray) -> None:
        if type(value) is not kind:
            _check_kind(value, kind)  # refuses
        name = ""
        try:
            for name, write_field in writers:
                write_field(getattr(value, name), out)
        except DecodingError as error:
            error.add_note(f".{name}")
            raise

    return Codec(kind=kind, minimum=sum(codec.minimum for codec in fields.values()), read=read, write=write)


def tagged(tag: Codec[int], choices: Mapping[int, Codec[Any]]) -> Codec[Any]:
    """One of several formats, following its tag; the exact type of a value, different for each, says which it is."""
    codecs = dict(choices)
    tags = {codec.kind: number for number, codec in codecs.items()}
    if not codecs or len(tags) != len(codecs):
        raise DecodingError("expected choices of different types", reason="duplicate")

    def read(reader: Reader) -> Any:
        number = tag.read(reader)
        if number not in codecs:
            raise DecodingError(f"expected one of the tags {sorted(codecs)}, got {number}", reason="version")
        return codecs[number].read(reader)

    def write(value: Any, out: bytearray) -> None:
        if type(value) not in tags:
            expected = ", ".join(kind.__name__ for kind in tags)
            raise DecodingError(f"expected one of {expected}, got {type(value).__name__}", reason="type")
        number = tags[type(value)]
        tag.write(number, out)
        codecs[number].write(value, out)

    minimum = tag.minimum + min(codec.minimum for codec in codecs.values())
    return Codec(kind=object, minimum=minimum, read=read, write=write)


def bounded(item: Codec[int], high: int) -> Codec[int]:
    """A number of at most ``high``."""
    read_item, write_item = item.read, item.write

    def read(reader: Reader) -> int:
        value = read_item(reader)
        if value > high:
            _check_range(value, 0, high)  # refuses
        return value

    def write(value: int, out: bytearray) -> None:
        if type(value) is not int or not 0 <= value <= high:
            _check_range(value, 0, high)  # refuses
        write_item(value, out)

    return Codec(kind=int, minimum=item.minimum, read=read, write=write)


def mapped(item: Codec[U], kind: type[T], from_wire: Callable[[U], T], to_wire: Callable[[T], U]) -> Codec[T]:
    """Another type for the values of a codec; a ValueError of ``from_wire`` (an unknown Enum value) is a refusal."""

    read_item = item.read

    def read(reader: Reader) -> T:
        raw = read_item(reader)
        try:
            return from_wire(raw)
        except WalletcoreError:
            raise
        except ValueError as error:
            raise DecodingError(f"expected a value of {kind.__name__}", reason="unknown") from error

    def write(value: T, out: bytearray) -> None:
        _check_kind(value, kind)
        item.write(to_wire(value), out)

    return Codec(kind=kind, minimum=item.minimum, read=read, write=write)
