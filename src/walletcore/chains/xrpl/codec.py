"""The canonical binary form of the XRP Ledger: objects of fields in their order, read from JSON's values and back.

xrpl.org, "Serialization Format". `encode` takes and `decode` gives values as JSON on xrpl.org has them: ints up to 32
bits, hex digits in capitals for hashes and blobs, drops as text. There is one form: fields ascend, none is there twice,
none is unknown, numbers are normalised, nothing remains.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from walletcore.chains.xrpl import values
from walletcore.chains.xrpl.accounts import decode_x, encode_classic, is_x
from walletcore.chains.xrpl.definitions import Definitions, Field, definitions
from walletcore.coding.wire import Reader, with_path
from walletcore.errors import DecodingError

__all__ = ["MAX_DEPTH", "MAX_FIELDS", "MAX_SIZE", "decode", "encode", "encode_for_signing"]

MAX_DEPTH = 10
"""How deep objects and arrays may be nested: rippled, STVar.cpp, "Maximum nesting depth of STVar exceeded"."""
MAX_SIZE = 1 << 20
"""Bytes: rippled, SystemParameters.h and Protocol.h, txMaxSizeBytes."""
MAX_FIELDS = 1 << 16
"""How many fields may be read, those of inner objects too: more than the metadata of any transaction has had."""
_END_OF_OBJECT, _END_OF_ARRAY = b"\xe1", b"\xf1"
_NO_ACCOUNT = encode_classic(bytes(20))
_TAGS = {"Account": "SourceTag", "Destination": "DestinationTag"}


def encode(fields: Mapping[str, Any]) -> bytes:
    """The canonical bytes of these fields. An X-address as Account or Destination gives its tag to the tag's field.

    Raises `DecodingError`, whose text begins with the path of the field.
    """
    return _encode(fields, signing=False)


def encode_for_signing(fields: Mapping[str, Any]) -> bytes:
    """The canonical bytes of those of these fields that are signed. Raises `DecodingError`."""
    return _encode(fields, signing=True)


def _encode(fields: Mapping[str, Any], *, signing: bool) -> bytes:
    out: list[bytes] = []
    try:
        _write_object(fields, out, 0, definitions(), signing=signing)
    except DecodingError as error:
        raise with_path(error) from None
    data = b"".join(out)
    if len(data) > MAX_SIZE:
        raise DecodingError(f"expected at most {MAX_SIZE} bytes, got {len(data)}", reason="too-large")
    return data


class _Source(Reader):
    """Bytes, how far they were read, and how many fields may still come."""

    __slots__ = ("left",)

    def __init__(self, data: bytes, most: int) -> None:
        super().__init__(data)
        self.left = most


def decode(data: bytes, *, max_fields: int = MAX_FIELDS) -> dict[str, Any]:
    """The fields that these bytes are the canonical form of, at most so many of them.

    Raises `DecodingError` with the path of the field.
    """
    if type(data) is bytes and len(data) > MAX_SIZE:
        raise DecodingError(f"expected at most {MAX_SIZE} bytes, got {len(data)}", reason="too-large")
    reader = _Source(data, max_fields)
    try:
        return _read_object(reader, 0, definitions(), b"")
    except DecodingError as error:
        raise with_path(error) from None


def _check_depth(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise DecodingError(f"expected at most {MAX_DEPTH} objects and arrays inside each other", reason="too-deep")


def _write_object(fields: object, out: list[bytes], depth: int, tables: Definitions, *, signing: bool = False) -> None:
    _check_depth(depth)
    if not isinstance(fields, Mapping):
        raise DecodingError(f"expected an object of fields, got {type(fields).__name__}", reason="type")
    if any(name in fields and is_x(fields[name]) for name in _TAGS):
        fields = _without_x(fields)
    known = tables.fields
    for name in fields:
        if name not in known:
            raise DecodingError(f"{str(name)[:80]!r} is no field that is serialized", reason="unknown")
    empty = fields.get("TransactionType") == "UNLModify"  # rippled leaves its account out, which is that of zeros
    for field in sorted((known[name] for name in fields), key=_place):
        if signing and not field.is_signed:
            continue
        try:
            out.append(field.header)
            if empty and field.name == "Account" and fields["Account"] == _NO_ACCOUNT:
                out.append(b"\0")
            else:
                _write_value(field, fields[field.name], out, depth, tables)
        except DecodingError as error:
            error.add_note(f".{field.name}")
            raise


def _place(field: Field) -> int:
    return field.place


def _without_x(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with classic addresses, and the tags of X-addresses in their own fields."""
    plain = dict(fields)
    for name, tag_name in _TAGS.items():
        if is_x(plain.get(name)):
            account, tag, _ = decode_x(plain[name])
            plain[name] = encode_classic(account)
            if plain.get(tag_name, tag) != tag:  # an X-address without a tag says that there is none
                raise DecodingError(f"{tag_name} is another than that of the X-address", reason="mismatch")
            if tag is not None:
                plain[tag_name] = tag
    return plain


def _write_value(field: Field, value: Any, out: list[bytes], depth: int, tables: Definitions) -> None:
    if field.type == "STObject":
        _write_object(value, out, depth + 1, tables)
        out.append(_END_OF_OBJECT)
    elif field.type == "STArray":
        _write_array(value, out, depth + 1, tables)
    elif field.name in tables.codes:
        out.append(values.write_code(tables.codes[field.name], value, field.type))
    else:
        out.append(values.write(field, value))


def _write_array(items: object, out: list[bytes], depth: int, tables: Definitions) -> None:
    """Each item is an object of one field, whose name says what it is."""
    _check_depth(depth)
    if not isinstance(items, Sequence) or isinstance(items, str | bytes):
        raise DecodingError(f"expected an array of objects, got {type(items).__name__}", reason="type")
    for place, item in enumerate(items):
        kind = ""
        try:
            if not isinstance(item, Mapping) or len(item) != 1:
                raise DecodingError("expected an object with the one name of its kind", reason="type")
            ((name, fields),) = item.items()
            field = tables.fields.get(name)
            if field is None or field.type != "STObject":
                raise DecodingError(f"{str(name)[:80]!r} is no kind of object", reason="unknown")
            kind = f".{name}"
            out.append(field.header)
            _write_value(field, fields, out, depth, tables)
        except DecodingError as error:
            error.add_note(f"[{place}]{kind}")
            raise
    out.append(_END_OF_ARRAY)


def _read_object(reader: _Source, depth: int, tables: Definitions, end: bytes) -> dict[str, Any]:
    """Fields up to the end of the object: its mark, or that of the bytes for the outermost one."""
    _check_depth(depth)
    found: dict[str, Any] = {}
    before = -1
    while end or reader.remaining:
        if end and reader.data[reader.position : reader.position + 1] == end:
            reader.position += 1
            break
        field = _read_header(reader, tables)
        try:
            if field.place <= before:
                order = "duplicate" if field.name in found else "non-canonical"
                raise DecodingError("expected fields in their order, each once", reason=order)
            before = field.place
            if field.name == "Account" and found.get("TransactionType") == "UNLModify" and _is_empty(reader):
                found["Account"] = _NO_ACCOUNT
                continue
            found[field.name] = _read_value(field, reader, depth, tables)
        except DecodingError as error:
            error.add_note(f".{field.name}")
            raise
    return found


def _is_empty(reader: _Source) -> bool:
    if reader.data[reader.position : reader.position + 1] != b"\0":
        return False
    reader.position += 1
    return True


def _read_header(reader: _Source, tables: Definitions) -> Field:
    reader.left -= 1
    if reader.left < 0:
        raise DecodingError("expected fewer fields", reason="too-large")
    first = reader.take(1)
    more = (first[0] < 16) + (first[0] & 15 == 0)
    header = first + reader.take(more) if more else first
    field = tables.by_header.get(header)
    if field is None:
        raise DecodingError(f"expected a field, got {header.hex()}", reason="unknown")
    return field


def _read_value(field: Field, reader: _Source, depth: int, tables: Definitions) -> Any:
    if field.type == "STObject":
        return _read_object(reader, depth + 1, tables, _END_OF_OBJECT)
    if field.type == "STArray":
        return _read_array(reader, depth + 1, tables)
    if field.name in tables.names:
        return values.read_code(tables.names[field.name], field.type, reader)
    return values.read(field, reader)


def _read_array(reader: _Source, depth: int, tables: Definitions) -> list[dict[str, Any]]:
    _check_depth(depth)
    items: list[dict[str, Any]] = []
    while reader.data[reader.position : reader.position + 1] != _END_OF_ARRAY:
        kind = ""
        try:
            field = _read_header(reader, tables)
            if field.type != "STObject":
                raise DecodingError(f"{field.name} is no kind of object", reason="type")
            kind = f".{field.name}"
            items.append({field.name: _read_value(field, reader, depth, tables)})
        except DecodingError as error:
            error.add_note(f"[{len(items)}]{kind}")
            raise
    reader.position += 1
    return items
