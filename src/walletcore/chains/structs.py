"""EIP-712 struct types: their text, their hash, and the hash of a value of one of them; TIP-712 has them as well.

EIP-712, "Definition of typed structured data", "Definition of hashStruct", "encodeType", "encodeData". Every value has
one type and few spellings: bool is a bool; intN and uintN are ints, or decimal digits as text, since JSON of other
languages stops at 2^53, and uintN may be 0x and hex digits; bytes and bytesN are bytes, or 0x and hex digits, exactly
N; an address is 20 bytes, or text with the right EIP-55 checksum or without capital letters; arrays are lists; a struct
is a dict with all of its members and no other. None is no value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any

from walletcore.coding.eip55 import parse
from walletcore.errors import AddressError, TransactionError
from walletcore.hashes import keccak256

__all__ = ["ATOMIC", "EIP712", "MAX_DEPTH", "Dialect", "Members", "StructTypes", "check_bounds", "checked_dict"]

MAX_DEPTH = 32
"""Levels of dicts and lists in a document, the document itself being the first."""

_MAX_NODES, _MAX_SIZE = 1 << 14, 1 << 20  # values in a document; characters and bytes in them
_MAX_TYPES, _MAX_MEMBERS, _MAX_TEXT = 128, 256, 1 << 14
_MAX_SHOWN = 80
_PAIR: Callable[[dict[str, str]], tuple[str, str]] = itemgetter("name", "type")
_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*", re.ASCII)
_BUILT_IN = re.compile(r"(u?int|bytes)[0-9]*|address|bool|string", re.ASCII)
_ARRAYS = re.compile(r"(?:\[(?:[1-9][0-9]{0,8})?\]){0,16}", re.ASCII)
_DECIMAL = re.compile(r"0|-?[1-9][0-9]{0,77}", re.ASCII)
_QUANTITY = re.compile(r"0x[0-9a-fA-F]{1,64}", re.ASCII)
_HEX = re.compile(r"[0-9a-fA-F]*", re.ASCII)
_WORD = 2**256 - 1

Encode = Callable[[Any], bytes]


def check_bounds(document: Any) -> None:
    """Raise `TransactionError` for what no document holds: too deep, too many values, too long, or of other types.

    It needs no stack, and looks at no more than it allows, whatever refers to whatever. What is behind it may recurse.
    """
    level, room, size = [document], _MAX_NODES, 0
    for _ in range(MAX_DEPTH + 1):
        below: list[Any] = []
        for value in level:
            kind = type(value)
            if kind is str or kind is bytes:
                size += len(value)
            elif kind is dict or kind is list or kind is tuple:
                room -= len(value)
                if room < 0:
                    break
                size += len(_names(value)) if kind is dict else 0
                below += value.values() if kind is dict else value
            elif kind is int:
                _check_int(value)
            elif kind is not bool:
                raise _wrong("dicts, lists, text, bytes, ints and bools", value)
        if room < 0 or size > _MAX_SIZE:
            raise TransactionError(f"expected at most {_MAX_NODES} values and 1 MB of text", reason="too-large")
        if not below:
            return
        level = below
    raise TransactionError(f"expected at most {MAX_DEPTH} levels of structs and arrays", reason="too-deep")


def _names(value: dict[Any, Any]) -> str:
    """All names in one text; a subclass of str may be equal to a text and read otherwise."""
    if not {str}.issuperset(map(type, value)):
        raise TransactionError("expected names as text", reason="type")
    return "".join(value)


def _check_int(value: int) -> None:
    if value.bit_length() > 256:
        raise TransactionError("expected integers of at most 256 bits", reason="range")


def _kind(value: object) -> str:
    return "nothing (null)" if value is None else type(value).__name__


def checked_dict(value: object, names: Sequence[str]) -> dict[str, Any]:
    """The value, a dict with exactly these names. Raises `TransactionError`."""
    if type(value) is not dict:
        raise TransactionError(f"expected a dict (a JSON object), got {_kind(value)}", reason="type")
    if value.keys() != set(names):
        missing, other = [n for n in names if n not in value], [n for n in value if n not in names]
        if missing:
            raise TransactionError(f"expected a member {missing[0]!r}, which is missing", reason="missing")
        raise TransactionError(f"expected no member {str(other[0])[:_MAX_SHOWN]!r}", reason="unknown")
    return value


# Values of atomic and dynamic types, as words of 32 bytes.


def _wrong(expected: str, value: object) -> TransactionError:
    return TransactionError(f"expected {expected}, got {_kind(value)}", reason="type")


def _bool(value: object) -> bytes:
    if type(value) is not bool:
        raise _wrong("a bool", value)
    return value.to_bytes(32)


def _integer(low: int, high: int) -> Encode:
    def encode(value: object) -> bytes:
        number = value if type(value) is int else _from_text(value, low == 0)
        if not low <= number <= high:
            kind = f"{'u' if low == 0 else ''}int{(high - low).bit_length()}"
            raise TransactionError(f"expected an integer in the range of {kind}", reason="range")
        return (number & _WORD).to_bytes(32)

    return encode


def _from_text(value: object, unsigned: bool) -> int:
    if type(value) is not str:
        raise _wrong("an int, or its decimal digits as text", value)
    if _DECIMAL.fullmatch(value):
        return int(value)
    if unsigned and _QUANTITY.fullmatch(value):
        return int(value, 16)
    hint = "no sign +, no leading zeros, no spaces, no fraction; 0x and hex digits for uint only"
    raise TransactionError("expected an int, or its decimal digits as text", reason="non-canonical", hint=hint)


def _octets(value: object) -> bytes:
    if type(value) is bytes:
        return value
    if type(value) is not str:
        raise _wrong("bytes, or 0x and hex digits", value)
    if not value.startswith("0x"):
        raise TransactionError("expected hex digits that begin with 0x", reason="prefix")
    if not _HEX.fullmatch(value, 2):
        raise TransactionError("expected hex digits after 0x", reason="character")
    if len(value) % 2:
        raise TransactionError("expected an even number of hex digits", reason="length")
    return bytes.fromhex(value[2:])


def _bytes(value: object) -> bytes:
    return keccak256(_octets(value))


def _fixed(size: int) -> Encode:
    def encode(value: object) -> bytes:
        data = _octets(value)
        if len(data) != size:
            raise TransactionError(f"expected {size} bytes, got {len(data)}", reason="length")
        return data.ljust(32, b"\0")

    return encode


def _string(value: object) -> bytes:
    if type(value) is not str:
        raise _wrong("text", value)
    try:
        return keccak256(value.encode())
    except UnicodeEncodeError:
        raise TransactionError("expected text without lone surrogates", reason="character") from None


def _address(value: object) -> bytes:
    if type(value) is bytes:
        payload = value
    elif type(value) is str:
        payload = _parsed(value)
    else:
        raise _wrong("an address as text or 20 bytes", value)
    if len(payload) != 20:
        raise TransactionError(f"expected 20 bytes as an address, got {len(payload)}", reason="length")
    return payload.rjust(32, b"\0")


def _parsed(text: str) -> bytes:
    """The bytes of an address; the last ones are kept, since who signs names the same few again and again."""
    if len(text) > 64:
        raise TransactionError(f"expected an address, got {len(text)} characters", reason="length")
    return _checked_address(text)


@lru_cache(maxsize=256)
def _checked_address(text: str) -> bytes:
    try:
        return parse(text, allow_unchecked=text == text.lower())
    except AddressError as error:
        raise TransactionError(str(error), reason=error.reason, hint=error.hint) from None


ATOMIC: Mapping[str, Encode] = {
    "bool": _bool,
    "address": _address,
    "string": _string,
    "bytes": _bytes,
    **{f"bytes{size}": _fixed(size) for size in range(1, 33)},
    **{f"uint{bits}": _integer(0, 2**bits - 1) for bits in range(8, 257, 8)},
    **{f"int{bits}": _integer(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in range(8, 257, 8)},
}
"""The types that are no structs and no arrays, and how each encodes a value: 32 bytes, or `TransactionError`."""


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """What a family has as atomic types beside those of EIP-712, or in their place.

    ``hex_chain_id`` says whether a domain may write its chain id as 0x and hex digits.
    """

    atomic: Mapping[str, Encode]
    hex_chain_id: bool = False


EIP712 = Dialect(ATOMIC)


def _plain(atomic: Mapping[str, Encode], kind: str, value: Any) -> Any:
    """A value of an atomic type that has been encoded before, in one spelling."""
    if kind in ("bool", "string"):
        return value
    if kind == "bytes":
        return _octets(value)
    word = atomic[kind](value)
    if kind == "address":
        return word[12:]
    if kind.startswith("bytes"):
        return word[: int(kind[5:])]
    return int.from_bytes(word, signed=kind[0] == "i")


Members = tuple[tuple[str, str], ...]
"""Pairs of name and type, in their order."""


@dataclass(frozen=True, slots=True, eq=False)
class StructTypes:
    """Struct types that refer to each other: for each name its members, in order, as pairs of name and type.

    ``parse`` is the door; raises `TransactionError` for names that are no identifiers, aliases, duplicates, and types
    that are not declared.
    """

    members: Mapping[str, Members]
    dialect: Dialect = EIP712
    _hashes: dict[str, bytes] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def parse(cls, declared: object, dialect: Dialect = EIP712) -> StructTypes:
        """Read ``{"Mail": [{"name": "to", "type": "address"}, ...], ...}``. Raises `TransactionError`.

        The few that come again and again are kept.
        """
        return _struct_types(_shape(declared), dialect)

    def encode_type(self, name: str) -> str:
        """``Mail(Person from,...)Person(...)``: the type, and then those it refers to, sorted.

        Raises `TransactionError`.
        """
        if type(name) is not str or name not in self.members:
            raise TransactionError("expected the name of a type that is declared", reason="unknown")
        found, waiting = {name}, [name]
        while waiting:
            referred = {_base(kind) for _, kind in self.members[waiting.pop()]} & self.members.keys() - found
            found |= referred
            waiting += referred
        return "".join(map(self._text, (name, *sorted(found - {name}))))

    def _text(self, name: str) -> str:
        return f"{name}({','.join([f'{kind} {member}' for member, kind in self.members[name]])})"

    def type_hash(self, name: str) -> bytes:
        """keccak256(encodeType(name)), 32 bytes. Raises `TransactionError`."""
        known = self._hashes.get(name) if type(name) is str else None
        if known is None:
            known = self._hashes[name] = keccak256(self.encode_type(name).encode())
        return known

    def encode_data(self, name: str, value: object) -> bytes:
        """typeHash || encodeData(value): words of 32 bytes, one for the type and each member.

        Raises `TransactionError`.
        """
        check_bounds(value)
        if type(name) is not str:
            raise _wrong("the name of a type as text", name)
        return self._encode_data(name, value)

    def hash_struct(self, name: str, value: object) -> bytes:
        """keccak256(typeHash || encodeData(value)), 32 bytes. Raises `TransactionError`."""
        return keccak256(self.encode_data(name, value))

    def read(self, name: str, value: object) -> dict[str, Any]:
        """The value with one spelling for everything: ints, bools, text, bytes, tuples, and dicts of these.

        An address is its 20 bytes. Raises `TransactionError`.
        """
        self.encode_data(name, value)
        found: dict[str, Any] = self._read(name, value)
        return found

    def declared(self, name: str, value: object) -> object:
        """The value without the members that no type declares, at every level; nothing else of it is looked at.

        Raises `TransactionError`.
        """
        check_bounds(value)
        return self._declared(name, value)

    def _declared(self, kind: str, value: Any) -> Any:
        if type(kind) is str and kind in self.members and type(value) is dict:
            return {name: self._declared(each, value[name]) for name, each in self.members[kind] if name in value}
        if type(kind) is str and kind.endswith("]") and type(value) in (list, tuple):
            return [self._declared(kind[:-1].rpartition("[")[0], item) for item in value]
        return value

    def _read(self, kind: str, value: Any) -> Any:
        if kind in self.members:
            return {member: self._read(each, value[member]) for member, each in self.members[kind]}
        if kind[-1] != "]":
            return _plain(self.dialect.atomic, kind, value)
        element = kind[:-1].rpartition("[")[0]
        return tuple([self._read(element, item) for item in value])

    def _encode_data(self, name: str, value: object) -> bytes:
        words = [self.type_hash(name)]
        listed = self.members[name]
        if type(value) is not dict or len(value) != len(listed):
            checked_dict(value, [member for member, _ in listed])
        values: dict[str, object] = value  # type: ignore[assignment]
        for member, kind in listed:
            if member not in values:
                checked_dict(value, [member for member, _ in listed])
            try:
                words.append(self._word(kind, values[member]))
            except TransactionError as error:
                where = member[:_MAX_SHOWN]
                raise TransactionError(f"{where}: {error}", reason=error.reason, hint=error.hint) from None
        return b"".join(words)

    def _word(self, kind: str, value: object) -> bytes:
        encode = self.dialect.atomic.get(kind)
        if encode is not None:
            return encode(value)
        if kind[-1] != "]":
            return keccak256(self._encode_data(kind, value))
        element, _, count = kind[:-1].rpartition("[")
        if type(value) not in (list, tuple):
            raise _wrong("a list", value)
        items: list[object] = value  # type: ignore[assignment]
        if count and len(items) != int(count):
            raise TransactionError(f"expected {count} items, got {len(items)}", reason="length")
        return keccak256(b"".join([self._word(element, item) for item in items]))


def _shape(declared: object) -> tuple[tuple[str, Members], ...]:
    """Types as tuples of text, few and short enough to be kept; what the text says is not looked at."""
    if type(declared) is not dict:
        raise _wrong("types by name", declared)
    shape = tuple([(name, _pairs(listed)) for name, listed in declared.items()]) if len(declared) <= _MAX_TYPES else ()
    texts = [*map(itemgetter(0), shape), *chain.from_iterable(chain.from_iterable(map(itemgetter(1), shape)))]
    if not {str}.issuperset(map(type, texts)):  # a subclass, such as an Enum, is equal to a text and reads otherwise
        raise TransactionError("expected the names of types and members as text", reason="type")
    size = len("".join(texts))
    if len(shape) != len(declared) or size > _MAX_TEXT:
        expected = f"at most {_MAX_TYPES} types, and {_MAX_TEXT} characters in the names of types and members"
        raise TransactionError(f"expected {expected}", reason="too-large")
    return shape


def _pairs(listed: object) -> Members:
    if type(listed) not in (list, tuple):
        raise _wrong("a list of the members of a type", listed)
    entries: list[dict[str, str]] = listed  # type: ignore[assignment]
    if len(entries) > _MAX_MEMBERS:
        raise TransactionError(f"expected at most {_MAX_MEMBERS} members in a type", reason="too-large")
    if set(map(type, entries)) <= {dict} and set(map(len, entries)) <= {2}:
        with suppress(KeyError):
            return tuple(map(_PAIR, entries))
    for entry in entries:
        checked_dict(entry, ("name", "type"))
    raise TransactionError("expected name and type of each member", reason="type")


@lru_cache(maxsize=64)
def _struct_types(shape: tuple[tuple[str, Members], ...], dialect: Dialect) -> StructTypes:
    members = dict(shape)
    for name, listed in shape:
        if _BUILT_IN.fullmatch(_identifier(name)) or name in dialect.atomic:
            raise TransactionError(
                f"expected a name of its own for a struct, got {name[:_MAX_SHOWN]!r}", reason="duplicate"
            )
        for member, kind in listed:
            _identifier(member)
            _check_type(kind, members, dialect)
        if len({member for member, _ in listed}) != len(listed):
            raise TransactionError(f"a member of {name[:_MAX_SHOWN]} appears twice", reason="duplicate")
    return StructTypes(members, dialect)


def _identifier(name: str) -> str:
    if not _IDENTIFIER.fullmatch(name):
        expected = "letters, digits, _ and $ in the names of types and members, and no digit first"
        raise TransactionError(f"expected {expected}, got {name[:_MAX_SHOWN]!r}", reason="character")
    return name


def _base(kind: str) -> str:
    """The type of what an array of arrays holds in the end."""
    return kind.partition("[")[0]


def _check_type(kind: str, declared: Mapping[str, object], dialect: Dialect) -> None:
    base = _base(kind)
    if not _ARRAYS.fullmatch(kind, len(base)):
        raise TransactionError("expected [] or [number] after the type of an array", reason="character")
    if base not in dialect.atomic and base not in declared:
        hint = {"uint": "write uint256", "int": "write int256", "byte": "write bytes1"}.get(base, "")
        raise TransactionError(f"no type is called {base[:_MAX_SHOWN]!r}", reason="unknown", hint=hint)
