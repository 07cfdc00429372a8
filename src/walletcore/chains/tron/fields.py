"""Kinds of fields that contracts of Tron have, and the formats that tables of them give, by network.

java-tron, protocol/src/main/protos/core: accounts are 21 bytes, numbers are int64 and never below zero where they are
amounts. A contract is a frozen dataclass with a table of its fields, from which both directions follow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any, ClassVar, Protocol, TypeVar

from walletcore.chains.accounts import check_account
from walletcore.chains.tron.chain import PREFIX, TronChain
from walletcore.coding import protobuf as pb
from walletcore.errors import DecodingError

__all__ = [
    "Described",
    "Kind",
    "account",
    "accounts",
    "choice",
    "codec_of",
    "inner",
    "maybe_account",
    "maybe_inner",
    "natural",
    "plain",
    "several",
    "token",
]

Kind = Callable[[TronChain, str], pb.Field]
"""Makes the field of a network; the text is its name."""
Check = Callable[[Any], Any]

_TOKEN = re.compile(rb"[1-9][0-9]{0,18}|_", re.ASCII)
_KEPT: dict[int, tuple[TronChain, dict[type, pb.Message[Any]]]] = {}
_MAX_KEPT = 16  # networks; there are three


class Described(Protocol):
    """A class with a table of its fields."""

    fields: ClassVar[Mapping[str, Kind]]


T = TypeVar("T")


def codec_of(chain: TronChain, kind: type[T]) -> pb.Message[T]:
    """The format of a class that is described, on this network."""
    kept = _KEPT.get(id(chain))
    if kept is None or kept[0] is not chain:
        if len(_KEPT) >= _MAX_KEPT:
            _KEPT.clear()
        kept = _KEPT[id(chain)] = chain, {}
    codec = kept[1].get(kind)
    if codec is None:
        fields: Mapping[str, Kind] = kind.fields  # type: ignore[attr-defined]
        made = {name: make(chain, name) for name, make in fields.items()}
        codec = kept[1][kind] = pb.message(kind, **made)
    return codec


def refined(field: pb.Field, default: Any, from_wire: Check, to_wire: Check) -> pb.Field:
    """A field whose values are others than those of the wire, or fewer."""
    read_wire, write_wire = field.read, field.write

    def read(data: bytes, position: int, stop: int, depth: int) -> tuple[Any, int]:
        value, position = read_wire(data, position, stop, depth)
        return from_wire(value), position

    def write(value: Any, depth: int) -> bytes:
        return write_wire(to_wire(value), depth)

    return pb.Field(number=field.number, wire_type=field.wire_type, default=default, read=read, write=write)


def plain(field: pb.Field) -> Kind:
    """A field that is the same on every network."""
    return lambda chain, name: field


def _account(number: int, default: Any) -> Kind:
    def make(chain: TronChain, name: str) -> pb.Field:
        def from_wire(data: bytes) -> Any:
            if len(data) != 21 or data[:1] != PREFIX:
                raise DecodingError("expected 21 bytes of an account, 0x41 first", reason="version")
            return chain.account(data[1:])

        def to_wire(value: Any) -> bytes:
            if not getattr(value, "_agrees", None) or value.chain is not chain:
                check_account(chain, value, name)
            payload: bytes = value.payload
            return PREFIX + payload

        return refined(pb.data(number), default, from_wire, to_wire)

    return make


def account(number: int) -> Kind:
    """An address that is always there."""
    return _account(number, pb.REQUIRED)


def maybe_account(number: int) -> Kind:
    """An address, or None."""
    return _account(number, None)


def accounts(number: int) -> Kind:
    """A tuple of addresses."""
    return lambda chain, name: pb.repeated(number, lambda one: account(one)(chain, name))


def natural(number: int) -> Kind:
    """An int from 0 to 2^63-1."""

    def check(value: int) -> int:
        if type(value) is int and value < 0:
            raise DecodingError("expected a number from 0 to 2^63-1", reason="range")
        return value

    return plain(refined(pb.int64(number), 0, check, check))


def token(number: int) -> Kind:
    """A token of TRC-10 as text: its number, or ``_`` for TRX."""

    def from_wire(data: bytes) -> str:
        if not _TOKEN.fullmatch(data):
            raise DecodingError("expected the number of a token in decimal digits, or _", reason="character")
        return data.decode()

    def to_wire(value: Any) -> bytes:
        if type(value) is not str:
            raise DecodingError(f"expected the number of a token as text, got {type(value).__name__}", reason="type")
        data = value.encode(errors="replace")
        from_wire(data)
        return data

    return plain(refined(pb.data(number), pb.REQUIRED, from_wire, to_wire))


def choice(number: int, kind: type[IntEnum]) -> Kind:
    """A member of an enumeration."""
    return plain(pb.enum(number, kind))


def inner(number: int, kind: type[Any]) -> Kind:
    """A message within, that is always there."""
    return lambda chain, name: pb.embedded(number, codec_of(chain, kind))


def maybe_inner(number: int, kind: type[Any]) -> Kind:
    """A message within, or None."""
    return lambda chain, name: pb.optional(number, codec_of(chain, kind))


def several(number: int, kind: type[Any]) -> Kind:
    """A tuple of messages."""
    return lambda chain, name: pb.repeated(number, codec_of(chain, kind))
