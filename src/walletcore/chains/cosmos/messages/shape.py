"""What a message is: a class whose fields are a table, for protobuf and amino JSON, both ways, with its effects.

    @described("/cosmos.bank.v1beta1.MsgSend", amino="cosmos-sdk/MsgSend", signers=("from_address",))
    class MsgSend(Described):
        from_address: str = account(1)
        to_address: str = account(2)
        amount: tuple[Coin, ...] = coins(3)

        def effects(self, chain: CosmosChain) -> tuple[Effect, ...]: ...

`fields` has the kinds. A class without a type URL is a part of others; one with a URL stands in an ``Any`` as well:
messages, authorizations, allowances, keys. `table` has a row for each package of protobuf, by which they are found.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, dataclass_transform

from walletcore.chains.cosmos.messages import fields as kinds
from walletcore.chains.cosmos.messages.fields import JSON, REQUIRED, Field, Names, described_by
from walletcore.coding import protobuf
from walletcore.errors import DecodingError

if TYPE_CHECKING:
    from walletcore.chains.cosmos.chain import CosmosChain
    from walletcore.effects import Effect

__all__ = ["Described", "Forms", "Shape", "described"]

Forms = tuple[Callable[[Any, Names], JSON], Callable[[JSON, Names], Any]]
"""A value to amino JSON, and back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The table of a class: its URL and its name in amino JSON, the fields that name who signs, and the codec."""

    kind: type[Any]
    type_url: str
    amino: str
    signers: tuple[str, ...]
    fields: Mapping[str, Field]
    codec: protobuf.Message[Any]
    json: Forms | None = None

    def to_json(self, value: Any, names: Names) -> JSON:
        """The value in amino JSON, without its name. Raises `DecodingError` for what has none."""
        if self.json is not None:
            return self.json[0](value, names)
        found: dict[str, JSON] = {}
        for name, field in self.fields.items():
            each = getattr(value, name)
            if field.is_kept or not field.is_empty(each):
                found[field.name or name] = field.to_json(each, names)
        return found

    def from_json(self, document: JSON, names: Names) -> Any:
        """The value of such JSON; whether it is its one form, who encodes it again sees. Raises `DecodingError`."""
        if self.json is not None:
            return self.json[1](document, names)
        if type(document) is not dict:
            raise DecodingError(f"expected an object of JSON, got {type(document).__name__}", reason="type")
        known = {field.name or name: (name, field) for name, field in self.fields.items()}
        values = {name: field.wire.default for name, field in self.fields.items()}
        for key, each in document.items():
            if key not in known:
                raise DecodingError(f"expected members of {self.kind.__name__}, got {key[:40]!r}", reason="unknown")
            name, field = known[key]
            try:
                values[name] = field.from_json(each, names)
            except DecodingError as error:
                error.add_note(f".{name}")
                raise
        for name, each in values.items():
            if each is REQUIRED:
                raise DecodingError(f"expected the member {name}", reason="missing")
        return self.kind(**values)


class Described:
    """Every class that is described by a table."""

    __slots__ = ()
    shape: ClassVar[Shape]

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """What it does on this chain."""
        from walletcore.effects import Opaque

        return (Opaque(why=f"{self.shape.type_url or type(self).__name__}", data=self.shape.codec.encode(self)),)


D = TypeVar("D", bound=Described)


@dataclass_transform(
    kw_only_default=True,
    frozen_default=True,
    field_specifiers=(
        kinds.account,
        kinds.boolean,
        kinds.coins,
        kinds.concrete,
        kinds.concretes,
        kinds.data,
        kinds.decimal,
        kinds.denom,
        kinds.enum,
        kinds.i64,
        kinds.missing_or,
        kinds.part,
        kinds.parts,
        kinds.text,
        kinds.texts,
        kinds.u32,
        kinds.u64,
        kinds.validator,
        kinds.whole,
    ),
)
def described(
    type_url: str = "", *, amino: str = "", signers: tuple[str, ...] = (), json: Forms | None = None
) -> Callable[[type[D]], type[D]]:
    """Make the class a frozen dataclass, keywords only, and keep its table in ``shape``.

    ``signers`` are the fields that name who must sign. ``json`` replaces the table's form in amino JSON by another, for
    keys and members of a oneof.
    """

    def make(cls: type[D]) -> type[D]:
        kind = dataclass(frozen=True, slots=True, kw_only=True)(cls)
        made: Any = kind
        fields: dict[str, Field] = {each.name: described_by(each) for each in dataclasses.fields(made)}
        codec = protobuf.message(kind, **{name: field.wire for name, field in fields.items()})
        kind.shape = Shape(
            kind=kind, type_url=type_url, amino=amino, signers=signers, fields=fields, codec=codec, json=json
        )
        return kind

    return make
