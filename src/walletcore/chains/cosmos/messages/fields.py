"""The kinds of fields that messages are made of: each with its number in protobuf, its form in amino JSON, and back.

``keep=True`` is ``amino.dont_omitempty``: the field stands in JSON even where it is empty. ``name`` is its name there,
where that is another one (``amino.field_name``). Numbers of 64 bits are texts in JSON, bytes are base64.

ADR-027 for protobuf; Cosmos SDK, ``x/tx/signing/aminojson`` and the options ``amino.*`` of its protobuf files for JSON.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from walletcore.coding import protobuf
from walletcore.errors import DecodingError

if TYPE_CHECKING:
    from walletcore.chains.cosmos.messages.shape import Described

if TYPE_CHECKING:
    pass

__all__ = [
    "JSON",
    "REQUIRED",
    "Field",
    "Names",
    "account",
    "any_field",
    "boolean",
    "coins",
    "concrete",
    "concretes",
    "data",
    "decimal",
    "denom",
    "described_by",
    "enum",
    "i64",
    "missing_or",
    "part",
    "parts",
    "read_text",
    "text",
    "texts",
    "u32",
    "u64",
    "validator",
    "whole",
]

JSON = Any
Names = Mapping[str, str]
"""Names in amino JSON that a chain has for some type URLs in place of the usual ones."""
REQUIRED: Any = protobuf.embedded(1, protobuf.any_).default
"""What stands in protobuf's tables for a field that must be there."""
_NO_DEFAULT: Any = dataclasses.MISSING
_FIELD = "field"
_WHOLE = re.compile(r"0|[1-9][0-9]{0,77}", re.ASCII)
_FRACTION = re.compile(r"(0|[1-9][0-9]{0,59})\.([0-9]{18})", re.ASCII)
_DENOM = re.compile(r"[a-zA-Z][a-zA-Z0-9/:._-]{2,127}", re.ASCII)  # types/coin.go, reDnmString
_MAX_WHOLE = 1 << 256  # math.Int


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field in protobuf and in JSON.

    ``role`` is "account" or "validator" for texts that are such addresses of the chain; an optional one may be empty.
    The values of a nested field have fields of their own.
    """

    wire: protobuf.Field
    to_json: Callable[[Any, Names], JSON]
    from_json: Callable[[JSON, Names], Any]
    is_kept: bool = False
    name: str = ""
    role: str = ""
    is_optional: bool = False
    is_nested: bool = False

    def is_empty(self, value: Any) -> bool:
        """Whether JSON leaves it out, unless it is kept."""
        return value is None or bool(value == self.wire.default)


def described_by(field: dataclasses.Field[Any]) -> Field:
    """What a field of a described class was described by."""
    found: Field = field.metadata[_FIELD]
    return found


def _field(
    wire: protobuf.Field,
    to_json: Callable[[Any, Names], JSON],
    from_json: Callable[[JSON, Names], Any],
    keep: bool,
    name: str,
    default: Any,
    role: str = "",
    is_nested: bool = False,
) -> Any:
    made = Field(
        wire=wire,
        to_json=to_json,
        from_json=from_json,
        is_kept=keep,
        name=name,
        role=role,
        is_optional=default == "",
        is_nested=is_nested,
    )
    return dataclasses.field(default=default, metadata={_FIELD: made})


def _plain(kind: type) -> Callable[[JSON, Names], Any]:
    def read(value: JSON, names: Names) -> Any:
        if type(value) is not kind:
            raise DecodingError(f"expected {kind.__name__}, got {type(value).__name__}", reason="type")
        return value

    return read


def _itself(value: Any, names: Names) -> JSON:
    return value


read_text, _read_number, _read_bool, _read_list = _plain(str), _plain(int), _plain(bool), _plain(list)


def text(number: int, *, keep: bool = False, name: str = "", default: Any = _NO_DEFAULT) -> Any:
    """A text."""
    return _field(protobuf.string(number), _itself, read_text, keep, name, default)


def account(number: int, *, keep: bool = False, name: str = "", default: Any = _NO_DEFAULT) -> Any:
    """The address of an account of this chain, as text."""
    return _field(protobuf.string(number), _itself, read_text, keep, name, default, role="account")


def validator(number: int, *, keep: bool = False, name: str = "", default: Any = _NO_DEFAULT) -> Any:
    """The address of one of this chain's validators, as text."""
    return _field(protobuf.string(number), _itself, read_text, keep, name, default, role="validator")


def texts(number: int, *, keep: bool = False, name: str = "", default: Any = _NO_DEFAULT) -> Any:
    """A tuple of texts."""
    write, read = _list(_itself, read_text)
    return _field(protobuf.repeated(number, protobuf.string), write, read, keep, name, default)


def boolean(number: int, *, keep: bool = False, name: str = "", default: Any = _NO_DEFAULT) -> Any:
    """A bool."""
    return _field(protobuf.boolean(number), _itself, _read_bool, keep, name, default)


def u32(number: int, *, keep: bool = False, name: str = "", default: Any = _NO_DEFAULT) -> Any:
    """An int from 0 to 2^32-1: a number in JSON."""
    return _field(protobuf.uint32(number), _itself, _read_number, keep, name, default)


def enum(number: int, kind: Any, *, keep: bool = False, name: str = "", default: Any = _NO_DEFAULT) -> Any:
    """A member of an IntEnum: a number in JSON."""

    def read(value: JSON, names: Names) -> Any:
        try:
            return kind(_read_number(value, names))
        except ValueError:
            raise DecodingError(f"expected a value of {kind.__name__}", reason="unknown") from None

    return _field(protobuf.enum(number, kind), lambda value, names: int(value), read, keep, name, default)


def u64(number: int, *, keep: bool = False, name: str = "", default: Any = _NO_DEFAULT) -> Any:
    """An int from 0 to 2^64-1: a text in JSON."""
    return _field(protobuf.uint64(number), _digits, _from_digits, keep, name, default)


def i64(number: int, *, keep: bool = False, name: str = "", default: Any = _NO_DEFAULT) -> Any:
    """An int from -2^63 to 2^63-1: a text in JSON."""
    return _field(protobuf.int64(number), _digits, _from_digits, keep, name, default)


def _digits(value: Any, names: Names) -> JSON:
    return str(value)


def _from_digits(value: JSON, names: Names) -> int:
    digits: str = read_text(value, names)
    if not _WHOLE.fullmatch(digits.removeprefix("-")):
        raise DecodingError("expected a whole number in decimal digits, as text", reason="character")
    return int(digits)


def data(number: int, *, keep: bool = False, name: str = "", default: Any = _NO_DEFAULT) -> Any:
    """Bytes: base64 in JSON."""
    return _field(protobuf.data(number), _to_base64, _from_base64, keep, name, default)


def _to_base64(value: Any, names: Names) -> JSON:
    return base64.b64encode(value).decode()


def _from_base64(value: JSON, names: Names) -> bytes:
    try:
        return base64.b64decode(read_text(value, names), validate=True)
    except (binascii.Error, ValueError):
        raise DecodingError("expected base64", reason="character") from None


# Numbers that are texts on the wire, too


def _spelled(number: int, spell: Callable[[Any], str], read: Callable[[str], int]) -> protobuf.Field:
    base = protobuf.string(number)

    def read_field(data: bytes, position: int, stop: int, depth: int) -> tuple[int, int]:
        value, end = base.read(data, position, stop, depth)
        return read(value), end

    def write_field(value: Any, depth: int) -> bytes:
        return base.write(spell(value), depth)

    return dataclasses.replace(base, default=REQUIRED, read=read_field, write=write_field)


def _spell_whole(value: Any) -> str:
    if type(value) is not int:
        raise DecodingError(f"expected int, got {type(value).__name__}", reason="type")
    if not 0 <= value < _MAX_WHOLE:
        raise DecodingError("expected a number from 0 to 2^256-1", reason="range")
    return str(value)


def _read_whole(digits: str) -> int:
    if not _WHOLE.fullmatch(digits):
        raise DecodingError("expected a whole number in decimal digits", reason="non-canonical")
    value = int(digits)
    _spell_whole(value)
    return value


def whole(number: int, *, keep: bool = True, name: str = "", default: Any = _NO_DEFAULT) -> Any:
    """A whole number from 0 to 2^256-1, decimal digits in protobuf and in JSON (``cosmos.Int``)."""
    wire = _spelled(number, _spell_whole, _read_whole)
    return _field(wire, _digits, lambda value, names: _read_whole(read_text(value, names)), keep, name, default)


def decimal(number: int, *, keep: bool = True, name: str = "", default: Any = _NO_DEFAULT) -> Any:
    """A number of 18 places, as an int of 10^-18: its digits in protobuf, with a point in JSON (``cosmos.Dec``)."""
    wire = _spelled(number, _spell_whole, _read_whole)
    return _field(wire, _to_fraction, _from_fraction, keep, name, default)


def _to_fraction(value: Any, names: Names) -> JSON:
    digits = str(value).rjust(19, "0")
    return f"{digits[:-18]}.{digits[-18:]}"


def _from_fraction(value: JSON, names: Names) -> int:
    found = _FRACTION.fullmatch(read_text(value, names))
    if found is None:
        raise DecodingError("expected a number with 18 places after the point, as text", reason="non-canonical")
    return int(found[1] + found[2])


def missing_or(kind: Any, *, default: Any = _NO_DEFAULT, empty: JSON = None) -> Any:
    """Any of these kinds, or None where the field is missing: amino JSON leaves it out. ``default=None`` is common.

    Where nodes make no difference between a missing part and an empty one, both are ``empty`` in JSON.
    """
    field = described_by(kind)
    write, write_json = field.wire.write, field.to_json

    def write_field(value: Any, depth: int) -> bytes:
        return b"" if value is None else write(value, depth)

    def to_json(value: Any, names: Names) -> JSON:
        return empty if value is None else write_json(value, names)

    wire = dataclasses.replace(field.wire, default=None, write=write_field)
    made = dataclasses.replace(field, wire=wire, to_json=to_json, is_kept=empty is not None)
    return dataclasses.field(default=default, metadata={_FIELD: made})


def denom(number: int) -> Any:
    """The name of a coin, as ``sdk.ValidateDenom`` takes it."""
    base = protobuf.string(number)

    def checked(value: Any) -> Any:
        if type(value) is not str or not _DENOM.fullmatch(value):
            raise DecodingError("expected a denom: a letter, and 2 to 127 letters, digits or /:._-", reason="character")
        return value

    def read(data: bytes, position: int, stop: int, depth: int) -> tuple[str, int]:
        value, end = base.read(data, position, stop, depth)
        return checked(value), end

    wire = dataclasses.replace(
        base, default=REQUIRED, read=read, write=lambda value, depth: base.write(checked(value), depth)
    )
    return _field(wire, _itself, lambda value, names: checked(value), True, "", _NO_DEFAULT)


# Parts, and what stands in an Any


def part(number: int, kind: type[Described], *, keep: bool = True, name: str = "", default: Any = _NO_DEFAULT) -> Any:
    """Another described value, which is always there; ``missing_or(part(...))`` may be None."""
    write, read = kind.shape.to_json, kind.shape.from_json
    return _field(protobuf.embedded(number, kind.shape.codec), write, read, keep, name, default, is_nested=True)


def parts(number: int, kind: type[Described], *, keep: bool = False, name: str = "", default: Any = _NO_DEFAULT) -> Any:
    """A tuple of described values."""
    write, read = _list(kind.shape.to_json, kind.shape.from_json)
    return _field(protobuf.repeated(number, kind.shape.codec), write, read, keep, name, default, is_nested=True)


def coins(number: int, *, keep: bool = True, name: str = "", default: Any = _NO_DEFAULT) -> Any:
    """A tuple of `Coin`; an empty list in amino JSON where there is none (``legacy_coins``)."""
    from walletcore.chains.cosmos.messages.common import Coin

    return parts(number, Coin, keep=keep, name=name, default=default)


def _list(write: Callable[[Any, Names], JSON], read: Callable[[JSON, Names], Any]) -> tuple[Any, Any]:
    def write_all(values: Any, names: Names) -> JSON:
        return [write(each, names) for each in values]

    def read_all(values: JSON, names: Names) -> tuple[Any, ...]:
        return tuple([read(each, names) for each in _read_list(values, names)])

    return write_all, read_all


def concrete(number: int, *, keep: bool = False, name: str = "", default: Any = _NO_DEFAULT) -> Any:
    """A described value in an ``Any``, which says by its URL what it is; an `AnyMessage` where no table has it."""
    return _field(any_field(number), _to_named, _from_named, keep, name, default, is_nested=True)


def concretes(number: int, *, keep: bool = False, name: str = "", default: Any = _NO_DEFAULT) -> Any:
    """A tuple of such values."""
    write, read = _list(_to_named, _from_named)
    return _field(protobuf.repeated(number, any_field), write, read, keep, name, default, is_nested=True)


def any_field(number: int) -> protobuf.Field:
    """The same for protobuf alone."""
    from walletcore.chains.cosmos.messages import table

    base = protobuf.embedded(number, protobuf.any_)

    def read_field(data: bytes, position: int, stop: int, depth: int) -> tuple[Any, int]:
        value, end = base.read(data, position, stop, depth)
        return table.unpacked(value, depth + 1), end

    def write_field(value: Any, depth: int) -> bytes:
        return base.write(table.packed(value, depth + 1), depth)

    return dataclasses.replace(base, read=read_field, write=write_field)


def _to_named(value: Any, names: Names) -> JSON:
    from walletcore.chains.cosmos.messages import table

    return table.to_named(value, names)


def _from_named(document: JSON, names: Names) -> Any:
    from walletcore.chains.cosmos.messages import table

    return table.from_named(document, names)
