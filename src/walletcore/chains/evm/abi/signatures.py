"""Signatures of functions, events and errors: as people write them, and as compilers give them in JSON.

Solidity, "Function", "Events" and "Errors" in its grammar; Contract ABI Specification, "JSON". A signature is written
on one line or several, as in Solidity, with structs in their place: ``(address to, uint256 value)[] payments``, where
``tuple`` may stand before the bracket. There ``uint`` and ``int`` are read, as Solidity reads them, as ``uint256`` and
``int256``; the types of what is read are canonical.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from walletcore.chains.evm.abi.coding import MAX_DEPTH, MAX_TEXT, check_type
from walletcore.chains.evm.abi.words import wrong
from walletcore.errors import TransactionError

__all__ = ["Parameter", "Signature", "check_name", "from_json", "parse"]

MAX_PARAMETERS = 1 << 10
"""Parameters of a signature, members of structs included."""

_TOKEN = re.compile(r"[ \t\r\n]*([A-Za-z0-9_$]+|[(),]|(?:\[[0-9]*\])+)", re.ASCII)
_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*", re.ASCII)
_TUPLE = re.compile(r"tuple((?:\[[0-9]*\])*)", re.ASCII)
_ELEMENTARY = re.compile(r"(u?int|bytes|u?fixed)[0-9x]*|address|bool|string|tuple|function", re.ASCII)
_ALIASES = {"uint": "uint256", "int": "int256"}
_LOCATIONS = frozenset({"memory", "calldata", "storage"})
_VISIBILITY = frozenset({"external", "public"})
_MUTABILITY = frozenset({"pure", "view", "payable", "nonpayable"})
_KEYWORDS = (
    _LOCATIONS
    | _VISIBILITY
    | _MUTABILITY
    | {"function", "event", "error", "constructor", "returns", "indexed", "anonymous", "internal", "private"}
)
_SHOWN = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter, or one member of a struct. ``type`` is canonical; ``components`` are the members of a tuple.

    They are those of its items where it is an array. ``indexed`` parameters of events are in the topics. Raises
    `TransactionError`.
    """

    name: str = ""
    type: str
    components: tuple[Parameter, ...] = ()
    indexed: bool = False

    def __post_init__(self) -> None:
        if self.name != "":
            check_name(self.name)
        check_type(self.type)
        if type(self.indexed) is not bool:
            raise wrong("a bool as indexed", self.indexed)
        inside = self.type[: self.type.rindex(")") + 1] if self.type.startswith("(") else ""
        if inside != (f"({join(self.components)})" if self.components else ""):
            raise TransactionError("expected the components that the type has", reason="mismatch")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What was read of a signature: what kind of thing it is of, and all that it says."""

    kind: str
    name: str = ""
    inputs: tuple[Parameter, ...]
    outputs: tuple[Parameter, ...] = ()
    mutability: str = "nonpayable"
    anonymous: bool = False


def join(parameters: tuple[Parameter, ...]) -> str:
    """Their types, with commas: what stands in the brackets of a signature that is hashed."""
    return ",".join([each.type for each in parameters])


def check_name(name: object) -> None:
    """Raise `TransactionError` unless this is an identifier."""
    if type(name) is not str:
        raise wrong("a name as text", name)
    if not _IDENTIFIER.fullmatch(name):
        expected = "a name of letters, digits, _ and $, and no digit first"
        raise TransactionError(f"expected {expected}, got {name[:_SHOWN]!r}", reason="character")


def parse(text: str, kind: str) -> Signature:
    """Read the signature of a function, event, error or constructor. Raises `TransactionError`."""
    if type(text) is not str:
        raise wrong("a signature as text", text)
    if len(text) > MAX_TEXT:
        raise TransactionError(f"expected at most {MAX_TEXT} characters in a signature", reason="too-large")
    tokens = _Tokens(text)
    tokens.expect(kind)
    name = "" if kind == "constructor" else tokens.name()
    tokens.expect("(")
    inputs = tokens.parameters(indexed=kind == "event")
    read = {"function": _function, "constructor": _constructor, "event": _event}.get(kind)
    rest = {} if read is None else read(tokens)
    tokens.end()
    return Signature(kind=kind, name=name, inputs=inputs, **rest)


def _function(tokens: _Tokens) -> dict[str, Any]:
    """What follows the parameters of a function: visibility and mutability in any order, and then what it returns."""
    rest: dict[str, Any] = _words(tokens, _VISIBILITY)
    if tokens.take("returns"):
        tokens.expect("(")
        rest["outputs"] = tokens.parameters()
        if not rest["outputs"]:
            raise TransactionError("expected what is returned behind returns", reason="missing")
    return rest


def _constructor(tokens: _Tokens) -> dict[str, Any]:
    rest = _words(tokens, frozenset({"public"}))
    if rest.get("mutability", "payable") not in ("payable", "nonpayable"):
        raise TransactionError("expected a constructor that is payable or not", reason="unknown")
    return rest


def _event(tokens: _Tokens) -> dict[str, Any]:
    return {"anonymous": tokens.take("anonymous")}


def _words(tokens: _Tokens, visibility: frozenset[str]) -> dict[str, Any]:
    """One word of visibility and one of mutability, each at most once."""
    seen: dict[str, Any] = {}
    visible = False
    while True:
        word = tokens.next
        if word in visibility and not visible:
            visible = True
        elif word in _MUTABILITY and not seen:
            seen["mutability"] = word
        else:
            return seen
        tokens.advance()


class _Tokens:
    """The words and marks of a text, one after the other."""

    def __init__(self, text: str) -> None:
        self._text = text.rstrip(" \t\r\n")
        self._at = 0
        self._room = MAX_PARAMETERS
        self.next = ""
        self.advance()

    def advance(self) -> str:
        """Go on to the next word or mark; the one that was next is returned."""
        passed = self.next
        if self._at == len(self._text):
            self.next = ""
            return passed
        found = _TOKEN.match(self._text, self._at)
        if found is None:
            rest = self._text[self._at : self._at + _SHOWN]
            raise TransactionError(f"expected words and marks of a signature, got {rest!r}", reason="character")
        self.next, self._at = found[1], found.end()
        return passed

    def take(self, token: str) -> bool:
        """Whether this is next; then it is passed."""
        found = self.next == token
        if found:
            self.advance()
        return found

    def expect(self, token: str) -> None:
        if not self.take(token):
            raise self.unexpected(token)

    def unexpected(self, wanted: str) -> TransactionError:
        got = repr(self.next[:_SHOWN]) if self.next else "the end"
        return TransactionError(f"expected {wanted!r} in a signature, got {got}", reason="unknown")

    def end(self) -> None:
        if self.next:
            raise TransactionError(f"expected the end of a signature, got {self.next[:_SHOWN]!r}", reason="trailing")

    def name(self) -> str:
        """An identifier that is no word of the language."""
        if not _IDENTIFIER.fullmatch(self.next) or self.next in _KEYWORDS or _ELEMENTARY.fullmatch(self.next):
            raise self.unexpected("a name")
        return self.advance()

    def parameters(self, *, indexed: bool = False, depth: int = 0) -> tuple[Parameter, ...]:
        """What stands in brackets, of which the first has been passed."""
        if depth > MAX_DEPTH:
            raise TransactionError(f"expected at most {MAX_DEPTH} levels of structs", reason="too-deep")
        found: list[Parameter] = []
        if not depth and self.take(")"):
            return ()
        while True:
            self._room -= 1
            if self._room < 0:
                raise TransactionError(f"expected at most {MAX_PARAMETERS} parameters", reason="too-large")
            found.append(self._parameter(indexed, depth))
            if self.take(")"):
                return tuple(found)
            self.expect(",")

    def _parameter(self, indexed: bool, depth: int) -> Parameter:
        components: tuple[Parameter, ...] = ()
        is_tuple = self.take("tuple")
        if self.next == "(" or is_tuple:
            self.expect("(")
            components = self.parameters(depth=depth + 1)
            kind = f"({join(components)})"
        else:
            kind = self._elementary()
        if self.next.startswith("["):
            kind += self.advance()
        found = self._marks(indexed, depth, located=kind in ("bytes", "string") or kind[-1] in ")]")
        name = self.name() if self.next not in (",", ")") else ""
        return Parameter(name=name, type=kind, components=components, indexed=found)

    def _elementary(self) -> str:
        if not _ELEMENTARY.fullmatch(self.next):
            raise self.unexpected("a type")
        word = self.advance()
        if word == "address":
            self.take("payable")
        return _ALIASES.get(word, word)

    def _marks(self, indexed: bool, depth: int, *, located: bool) -> bool:
        """Pass where a value is, which only some have; tell whether it is in the topics."""
        if indexed:
            return self.take("indexed")
        if located and not depth and self.next in _LOCATIONS:
            self.advance()
        return False


# JSON, as compilers write it.


def from_json(entry: object, kind: str) -> Signature:
    """Read an entry of a JSON ABI; members that say nothing of the encoding are passed over.

    Raises `TransactionError`.
    """
    fields = _dict(entry)
    found = fields.get("type", "function")
    if found != kind:
        raise TransactionError(f"expected an entry of type {kind}, got {str(found)[:_SHOWN]!r}", reason="mismatch")
    reader = _Entries()
    rest: dict[str, Any] = {}
    if kind in ("function", "constructor"):
        rest["mutability"] = fields.get("stateMutability", "nonpayable")
        if rest["mutability"] not in _MUTABILITY:
            raise TransactionError("expected a stateMutability that Solidity has", reason="unknown")
    if kind == "function":
        rest["outputs"] = reader.parameters(fields.get("outputs", []))
    if kind == "event":
        rest["anonymous"] = _flag(fields.get("anonymous", False))
    name = ""
    if kind != "constructor":
        name = fields.get("name", "")
        check_name(name)
    inputs = reader.parameters(fields.get("inputs", []), indexed=kind == "event")
    return Signature(kind=kind, name=name, inputs=inputs, **rest)


def _dict(value: object) -> Mapping[str, Any]:
    if type(value) is not dict:
        raise wrong("a dict (a JSON object)", value)
    return value


def _flag(value: object) -> bool:
    if type(value) is not bool:
        raise wrong("a bool", value)
    return value


class _Entries:
    """Parameters in JSON, a bounded number of them."""

    def __init__(self) -> None:
        self._room = MAX_PARAMETERS

    def parameters(self, entries: object, *, indexed: bool = False, depth: int = 0) -> tuple[Parameter, ...]:
        if type(entries) not in (list, tuple):
            raise wrong("a list of parameters", entries)
        listed: list[object] = entries  # type: ignore[assignment]
        self._room -= len(listed)
        if self._room < 0:
            raise TransactionError(f"expected at most {MAX_PARAMETERS} parameters", reason="too-large")
        if depth > MAX_DEPTH:
            raise TransactionError(f"expected at most {MAX_DEPTH} levels of structs", reason="too-deep")
        return tuple([self._parameter(_dict(entry), indexed, depth) for entry in listed])

    def _parameter(self, entry: Mapping[str, Any], indexed: bool, depth: int) -> Parameter:
        name, kind = entry.get("name", ""), entry.get("type")
        if type(name) is not str or type(kind) is not str or len(kind) > MAX_TEXT:
            raise TransactionError("expected name and type of a parameter as text", reason="type")
        components: tuple[Parameter, ...] = ()
        suffix = _TUPLE.fullmatch(kind)
        if suffix is not None:
            components = self.parameters(entry.get("components"), depth=depth + 1)
            kind = f"({join(components)}){suffix[1]}"
        elif "(" in kind:
            raise TransactionError("expected the word tuple and components as the type of a struct", reason="unknown")
        flag = _flag(entry.get("indexed", False)) if indexed else False
        return Parameter(name=name, type=kind, components=components, indexed=flag)
