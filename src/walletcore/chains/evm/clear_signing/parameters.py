"""Parameters of formats: constants, paths and maps (ERC-7730, "Field formats", "Metadata section").

``token`` and ``tokenPath`` are one parameter, told as a constant or by a path; so are all others that the standard
writes in this way. A constant may name another place of the descriptor (``$.``), or a map.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from walletcore.chains.evm.clear_signing import reading
from walletcore.chains.evm.clear_signing.paths import Location, Reference, Work, locate
from walletcore.chains.evm.clear_signing.values import CONTAINER, Layout, as_address, as_integer
from walletcore.errors import TransactionError

__all__ = ["Constant", "Constants", "MapReference", "Parameters", "Scope", "Value"]

_MAX_ITEMS, _MAX_WORK = 4096, 1 << 18
_SHOWN = 60
_TYPES = ("wallet", "eoa", "contract", "token", "collection")
_NAMED = ("types", "sources", "senderAddress")
_DEFINITION = ("$id", "path", "value", "visible", "label", "format", "params", "separator", "encryption")
_MAX_DECIMALS = 255  # uint8, as ERC-20 has it

_LOOKED_UP = {
    "tokenAmount": ("token", "chainId"),
    "tokenTicker": ("chainId",),
    "nftName": ("collection",),
    "calldata": ("callee", "selector", "chainId", "amount", "spender"),
}
_PLAIN = {
    "tokenAmount": ("nativeCurrencyAddress", "threshold", "message"),
    "addressName": _NAMED,
    "interoperableAddressName": _NAMED,
    "date": ("encoding",),
    "unit": ("base", "decimals", "prefix"),
    "enum": ("$ref",),
}
_REQUIRED = {"nftName": "collection", "calldata": "callee", "date": "encoding", "unit": "base", "enum": "$ref"}


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """A value that stands in the descriptor."""

    value: Any


@dataclass(frozen=True, slots=True, eq=False)
class MapReference:
    """Constants by the value at a path ("metadata.maps")."""

    values: Mapping[str, Any]
    key: Location


Value = Constant | Location | MapReference


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Constants:
    """The descriptor, for paths that begin with ``$``."""

    document: Mapping[str, Any]
    version: int
    work: Work = field(default_factory=lambda: Work(_MAX_WORK))

    def at(self, reference: Reference) -> Any:
        """What stands at a path of the descriptor. Raises `TransactionError`."""
        found: Any = self.document
        for step in reference.steps:
            if type(found) is not dict or type(step) is not str or step not in found:
                raise TransactionError(f"{str(reference)[:_SHOWN]} is not in the descriptor", reason="unknown")
            found = found[step]
        return found

    def plain(self, given: Any) -> Any:
        """A constant, or the one that a path to the descriptor names. Raises `TransactionError`."""
        if type(given) is str and given.startswith("$."):
            given = self.at(Reference.parse(given))
        if type(given) not in (str, int, bool):
            raise TransactionError(f"expected text, an integer or a bool, got {type(given).__name__}", reason="type")
        return reading.line(given, "constant", 1 << 13) if type(given) is str else given

    def value(self, given: Any) -> Constant:
        """The same, as a value. Raises `TransactionError`."""
        return Constant(self.plain(given))

    def definition(self, given: object) -> dict[str, Any]:
        """A format that others refer to. Raises `TransactionError`."""
        reference = Reference.parse(given)
        if reference.root != "$" or reference.steps[:2] != ("display", "definitions") or len(reference.steps) != 3:
            raise TransactionError("expected a path to a definition as $ref", reason="unknown")
        return reading.members(self.at(reference), "definition", _DEFINITION)

    def enumeration(self, given: object) -> dict[str, str]:
        """Texts by value ("metadata.enums"). Raises `TransactionError`."""
        reference = Reference.parse(given)
        if reference.root != "$" or reference.steps[:2] != ("metadata", "enums"):
            raise TransactionError("expected a path to an enumeration as $ref", reason="unknown")
        found = self.at(reference)
        if type(found) is str:
            raise TransactionError("an enumeration at an URL cannot be asked here", reason="policy")
        entries = self.entries(found, "enumeration")
        return {name: reading.line(text, "enumeration") for name, text in entries.items()}

    def entries(self, given: object, what: str) -> dict[str, Any]:
        """A JSON object whose members are values; references to it multiply, and are counted."""
        found = reading.mapping(given, what)
        self.work.spend(len(found))
        return found

    def items(self, given: object, what: str) -> list[Any]:
        """A JSON array, counted in the same way."""
        found = reading.array_of(given, what, _MAX_ITEMS)
        self.work.spend(len(found))
        return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scope:
    """Where paths of one format lead; ``mentioned`` grows by each member that a field or parameter names."""

    layout: Layout
    constants: Constants
    mentioned: list[str] = field(default_factory=list)

    def root(self, reference: Reference) -> Layout:
        """The types that a path begins with."""
        return CONTAINER if reference.root == "@" else self.layout

    def locate(self, reference: Reference) -> tuple[Location, Layout]:
        """Find a path, and remember which member it names. Raises `TransactionError`."""
        found = locate(reference, self.root(reference))
        if reference.root == "#":
            self.mentioned.append(".".join(step for step in reference.steps if type(step) is str))
        return found

    def check(self, reference: Reference) -> None:
        """Raise `TransactionError` for a path that leads nowhere."""
        locate(reference, self.root(reference))

    def looked_up(self, given: object, base: Reference | None, wild: int) -> Value:
        """The parameter that a path names: one value for each of a field, so it goes through no other arrays."""
        reference = Reference.parse(given, base)
        if reference.root == "$":
            return Constant(self.constants.plain(str(reference)))
        location, layout = self.locate(reference)
        if location.wild > wild or layout.kind in ("array", "struct"):
            raise TransactionError(f"{str(reference)[:_SHOWN]}: expected one value as a parameter", reason="ambiguous")
        return location

    def constant(self, given: object, base: Reference | None, wild: int) -> Value:
        """A parameter that is a constant, or a map of them."""
        if type(given) is not dict:
            return self.constants.value(given)
        found = reading.members(given, "map", ("map", "keyPath"), ("map", "keyPath"))
        reference = Reference.parse(found["map"])
        if reference.root != "$":
            raise TransactionError("expected a path to a map of the descriptor", reason="unknown")
        listed = reading.members(self.constants.at(reference), "map", ("$keyType", "values"), ("values",))
        key = self.looked_up(found["keyPath"], base, wild)
        if type(key) is not Location:
            raise TransactionError("expected a path to what is signed as keyPath", reason="type")
        values = {
            name: self.constants.plain(value) for name, value in self.constants.entries(listed["values"], "map").items()
        }
        return MapReference(values, key)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parameters:
    """Parameters of one field: ``looked_up`` depend on what is signed, ``plain`` do not."""

    looked_up: Mapping[str, Value]
    plain: Mapping[str, Any]

    @classmethod
    def parse(cls, form: str, given: object, scope: Scope, base: Reference | None, wild: int) -> Parameters:
        """Read the parameters that a format has, and refuse others. Raises `TransactionError`."""
        names, plain = _LOOKED_UP.get(form, ()), _PLAIN.get(form, ())
        found = reading.members(given, "params", (*plain, *names, *(f"{name}Path" for name in names)))
        looked_up: dict[str, Value] = {}
        for name in names:
            if name in found and f"{name}Path" in found:
                raise TransactionError(f"expected either {name} or {name}Path", reason="ambiguous")
            if f"{name}Path" in found:
                looked_up[name] = scope.looked_up(found[f"{name}Path"], base, wild)
            elif name in found:
                looked_up[name] = scope.constant(found[name], base, wild)
        values = {name: _READ[name](found[name], scope.constants) for name in plain if name in found}
        needed = _REQUIRED.get(form)
        if needed is not None and needed not in looked_up and needed not in values:
            raise TransactionError(f"{form}: expected a parameter {needed}, which is missing", reason="missing")
        return cls(looked_up=looked_up, plain=values)


def _addresses(given: object, constants: Constants) -> frozenset[bytes]:
    listed = [given] if type(given) is str else constants.items(given, "addresses")
    return frozenset(as_address("constant", constants.plain(each)) for each in listed)


def _words(given: object, constants: Constants) -> tuple[str, ...]:
    return tuple(reading.line(each, "sources") for each in constants.items(given, "sources"))


def _types(given: object, constants: Constants) -> tuple[str, ...]:
    found = _words(given, constants)
    if any(each not in _TYPES for each in found):
        raise TransactionError(f"expected {', '.join(_TYPES)} as types of addresses", reason="unknown")
    return found


def _threshold(given: object, constants: Constants) -> int:
    return as_integer("constant", constants.plain(given))


def _text(given: object, constants: Constants) -> str:
    return reading.line(constants.plain(given), "params")


def _encoding(given: object, constants: Constants) -> str:
    if given not in ("timestamp", "blockheight"):
        raise TransactionError("expected timestamp or blockheight as encoding", reason="unknown")
    return str(given)


def _decimals(given: object, constants: Constants) -> int:
    if type(given) is not int or not 0 <= given <= _MAX_DECIMALS:
        raise TransactionError(f"expected 0 to {_MAX_DECIMALS} decimals", reason="range")
    return given


def _prefix(given: object, constants: Constants) -> bool:
    if type(given) is not bool:
        raise TransactionError("expected a bool as prefix", reason="type")
    return given


def _enumeration(given: object, constants: Constants) -> dict[str, str]:
    return constants.enumeration(given)


_READ: dict[str, Any] = {
    "nativeCurrencyAddress": _addresses,
    "senderAddress": _addresses,
    "threshold": _threshold,
    "message": _text,
    "base": _text,
    "types": _types,
    "sources": _words,
    "encoding": _encoding,
    "decimals": _decimals,
    "prefix": _prefix,
    "$ref": _enumeration,
}
