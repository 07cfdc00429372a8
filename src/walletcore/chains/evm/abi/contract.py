"""What is known of a contract: its functions, events and errors, found by what calldata, logs and results begin with.

Contract ABI Specification, "JSON". No two functions of a contract have one selector, no two events one topic: compilers
refuse that, and so does this room, as nobody could tell which is meant. Names may be shared (overloads).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from walletcore.chains.evm.abi.entries import Constructor, CustomError, Event, Function
from walletcore.chains.evm.abi.words import wrong
from walletcore.errors import TransactionError

__all__ = ["ERROR", "PANIC", "Abi"]

MAX_ENTRIES = 1 << 12
"""Functions, events and errors of a contract."""
_MAX_PARAMETERS, _MAX_TEXT = 1 << 13, 1 << 18  # of all entries: in JSON, and as characters

ERROR = CustomError.parse("error Error(string message)")
"""What ``require`` and ``revert`` return with a text (Solidity, "Panic via assert and Error via require")."""
PANIC = CustomError.parse("error Panic(uint256 code)")
"""What a failed assertion returns, a division by zero, an overflow and the like."""

Entry = Function | Event | CustomError | Constructor
Named = TypeVar("Named", Function, Event, CustomError)
_KINDS: dict[str, type[Entry]] = {
    "function": Function,
    "event": Event,
    "error": CustomError,
    "constructor": Constructor,
}
_FIRST = re.compile(r"[ \t\r\n]*([a-z]*)", re.ASCII)
_UNSEEN = ("fallback", "receive")  # no calldata are encoded for them


@dataclass(frozen=True, slots=True, kw_only=True)
class Abi:
    """The entries of a contract. ``ERROR`` and ``PANIC`` are errors of each. Raises `TransactionError`."""

    functions: tuple[Function, ...] = ()
    events: tuple[Event, ...] = ()
    errors: tuple[CustomError, ...] = ()
    constructor: Constructor | None = None
    _selectors: dict[bytes, Function] = field(init=False, repr=False, compare=False)
    _topics: dict[bytes, Event] = field(init=False, repr=False, compare=False)
    _failures: dict[bytes, CustomError] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check(self.functions, Function)
        _check(self.events, Event)
        _check(self.errors, CustomError)
        if self.constructor is not None and type(self.constructor) is not Constructor:
            raise wrong("a Constructor or None", self.constructor)
        named = [event for event in self.events if event.topic is not None]
        failures = [*(each for each in (ERROR, PANIC) if each not in self.errors), *self.errors]
        object.__setattr__(self, "_selectors", _by(lambda function: function.selector, self.functions))
        object.__setattr__(self, "_topics", _by(lambda event: event.topic or b"", named))
        object.__setattr__(self, "_failures", _by(lambda error: error.selector, failures))

    @classmethod
    def parse(cls, lines: Sequence[str]) -> Self:
        """Read signatures as in Solidity, each with its kind before it. Raises `TransactionError`."""
        listed = _listed(lines)
        if sum([len(line) for line in listed if type(line) is str]) > _MAX_TEXT:
            raise TransactionError(f"expected at most {_MAX_TEXT} characters of signatures", reason="too-large")
        return cls._of([_parsed(line) for line in listed])

    @classmethod
    def from_json(cls, entries: Sequence[object]) -> Self:
        """Read a JSON ABI, a list of dicts. Raises `TransactionError`."""
        listed = _listed(entries)
        _check_parameters(listed)
        read = [_from_json(entry) for entry in listed]
        return cls._of([entry for entry in read if entry is not None])

    @classmethod
    def _of(cls, entries: Sequence[Entry]) -> Self:
        constructors = [entry for entry in entries if isinstance(entry, Constructor)]
        if len(constructors) > 1:
            raise TransactionError("expected one constructor", reason="duplicate")
        return cls(
            functions=tuple([entry for entry in entries if isinstance(entry, Function)]),
            events=tuple([entry for entry in entries if isinstance(entry, Event)]),
            errors=tuple([entry for entry in entries if isinstance(entry, CustomError)]),
            constructor=constructors[0] if constructors else None,
        )

    def function(self, name: str) -> Function:
        """The function of this name, or of this signature where several share a name. Raises `TransactionError`."""
        return _find(name, self.functions, "function")

    def event(self, name: str) -> Event:
        """The event of this name, or of this signature where several share a name. Raises `TransactionError`."""
        return _find(name, self.events, "event")

    def decode(self, data: bytes) -> tuple[Function, tuple[Any, ...]]:
        """Which function calldata call, and with what. Raises `TransactionError`."""
        function = _known(self._selectors, data, 4, "selector of a function")
        return function, function.decode(data)

    def decode_error(self, data: bytes) -> tuple[CustomError, tuple[Any, ...]]:
        """Which error a failed call has returned, and what it says. Raises `TransactionError`."""
        error = _known(self._failures, data, 4, "selector of an error")
        return error, error.decode(data)

    def decode_log(self, topics: Sequence[bytes], data: bytes) -> tuple[Event, tuple[Any, ...]]:
        """Which event a log is of, and its values; anonymous events are not found. Raises `TransactionError`."""
        first = topics[0] if type(topics) in (tuple, list) and topics else b""
        event = _known(self._topics, first, 32, "topic of an event")
        return event, event.decode(topics, data)


def _listed(entries: object) -> tuple[Any, ...]:
    if type(entries) is not tuple and type(entries) is not list:
        raise wrong("a list of the entries of an ABI", entries)
    if len(entries) > MAX_ENTRIES:
        raise TransactionError(f"expected at most {MAX_ENTRIES} entries of an ABI", reason="too-large")
    return tuple(entries)


def _check_parameters(entries: Iterable[Any]) -> None:
    """Count all parameters and their components before any is read, whatever refers to whatever."""
    room, waiting = _MAX_PARAMETERS, [entry for entry in entries if type(entry) is dict]
    while waiting:
        entry = waiting.pop()
        for name in ("inputs", "outputs", "components"):
            inside = entry.get(name)
            if type(inside) is list or type(inside) is tuple:
                room -= len(inside)
                if room < 0:
                    raise TransactionError(f"expected at most {_MAX_PARAMETERS} parameters", reason="too-large")
                waiting += [each for each in inside if type(each) is dict]


def _parsed(line: object) -> Entry:
    if type(line) is not str:
        raise wrong("a signature as text", line)
    word = _FIRST.match(line)
    kind = _KINDS.get(word[1]) if word is not None else None
    if kind is None:
        raise TransactionError(f"expected {', '.join(_KINDS)} before a signature", reason="unknown")
    return kind.parse(line)


def _from_json(entry: object) -> Entry | None:
    """An entry, or None for those that say nothing of bytes."""
    if type(entry) is not dict:
        raise wrong("a dict (a JSON object)", entry)
    found = entry.get("type", "function")
    if type(found) is not str or found not in (*_KINDS, *_UNSEEN):
        raise TransactionError(f"expected {', '.join(_KINDS)} as type of an entry", reason="unknown")
    return None if found in _UNSEEN else _KINDS[found].from_json(entry)


def _check(entries: object, kind: type) -> None:
    if type(entries) is not tuple or any(type(entry) is not kind for entry in entries):
        raise TransactionError(f"expected a tuple of {kind.__name__}", reason="type")
    if len(entries) > MAX_ENTRIES:
        raise TransactionError(f"expected at most {MAX_ENTRIES} entries of an ABI", reason="too-large")


def _by(key: Callable[[Named], bytes], entries: Sequence[Named]) -> dict[bytes, Named]:
    found: dict[bytes, Named] = {}
    for entry in entries:
        other = found.setdefault(key(entry), entry)
        if other is not entry:
            first, second = other.signature[:80], entry.signature[:80]
            raise TransactionError(f"{first} and {second} begin with the same bytes", reason="duplicate")
    return found


def _find(name: str, entries: Sequence[Named], what: str) -> Named:
    if type(name) is not str:
        raise wrong(f"the name of a {what}", name)
    found = [entry for entry in entries if name in (entry.name, entry.signature)]
    if not found:
        raise TransactionError(f"there is no {what} {name[:80]!r}", reason="unknown")
    if len(found) > 1:
        hint = f"give one of {', '.join([entry.signature for entry in found[:4]])}"
        raise TransactionError(f"more than one {what} {name[:80]!r}", reason="ambiguous", hint=hint)
    return found[0]


def _known(entries: dict[bytes, Named], data: object, size: int, what: str) -> Named:
    if type(data) is not bytes:
        raise wrong("bytes", data)
    found = entries.get(data[:size])
    if found is None:
        raise TransactionError(f"expected the {what} of this ABI", reason="unknown")
    return found
