"""Where a value stands: path references, and the values that they pick (ERC-7730, "Path references").

A path has a root: ``#`` for the arguments of a call or the members of a message, ``@`` for the transaction around them,
``$`` for the descriptor itself. Steps follow, each after a point: a name, ``[2]`` or ``[-1]``, ``[0:20]``, ``[]`` for
all. ``recipients[0]`` is ``recipients.[0]``, as in the examples of the standard. A path is compiled once, against the
types that the key of a format tells, so that one that leads nowhere is found before anything is signed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from walletcore.chains.evm.clear_signing.values import LENGTH, Layout, as_octets
from walletcore.errors import TransactionError

__all__ = ["Location", "Picked", "Reference", "Slice", "Work", "locate"]

_MAX_TEXT, _MAX_STEPS = 512, 32
_SHOWN = 60
_AT_ONCE = 64  # bytes that cost as much as a step
_NAME = re.compile(r"[^\s.\[\]{}]{1,256}")
_SELECTOR = re.compile(r"\[(?:(-?[0-9]{1,9})|(-?[0-9]{1,9})?:(-?[0-9]{1,9})?)?\]", re.ASCII)
_GLUED = re.compile(r"(?<=[^.])\[")

Picked = tuple[tuple[int, int], ...]
"""Which element of each array on the way it is, and how many there are."""


class Work:
    """What a rendering may still do: paths and arrays multiply, and their product is bounded."""

    def __init__(self, most: int) -> None:
        self._left = most

    def spend_on(self, value: object) -> None:
        """The same for a value: a step, and more for long ones."""
        self.spend(1 + (len(value) // _AT_ONCE if isinstance(value, (bytes, str)) else 0))

    def spend(self, amount: int) -> None:
        """Raise `TransactionError` when more is asked for than was allowed."""
        self._left -= amount
        if self._left < 0:
            raise TransactionError("expected less work: arrays and references multiply", reason="too-large")


@dataclass(frozen=True, slots=True)
class Slice:
    """Elements from ``start``, up to but without ``stop``; negative ones count from the end."""

    start: int | None = None
    stop: int | None = None

    def __str__(self) -> str:
        if self.start is None and self.stop is None:
            return "[]"
        return f"[{'' if self.start is None else self.start}:{'' if self.stop is None else self.stop}]"

    @property
    def range(self) -> slice:
        """As Python cuts; bounds beyond the ends are the ends (RFC 9535, 2.3.4.2.2)."""
        return slice(self.start, self.stop)


Step = str | int | Slice


@dataclass(frozen=True, slots=True)
class Reference:
    """A path as it is written: its root and its steps."""

    root: str
    steps: tuple[Step, ...]

    @classmethod
    def parse(cls, text: object, base: Reference | None = None) -> Reference:
        """Read a path; without a root it begins at ``base``, or at ``#``. Raises `TransactionError`."""
        if type(text) is not str:
            raise TransactionError(f"expected a path as text, got {type(text).__name__}", reason="type")
        if len(text) > _MAX_TEXT:
            raise TransactionError(f"expected a path of at most {_MAX_TEXT} characters", reason="too-large")
        first, *others = _GLUED.sub(".[", text).split(".")
        rooted = first in ("#", "$", "@")
        parts = others if rooted else [first, *others]
        if not parts or len(parts) > _MAX_STEPS:
            raise TransactionError(f"expected 1 to {_MAX_STEPS} steps in a path, got {len(parts)}", reason="length")
        steps = tuple(_step(part, text) for part in parts)
        if rooted or base is None:
            return cls(first if rooted else "#", steps)
        return cls(base.root, base.steps + steps)

    def __str__(self) -> str:
        steps = (f"[{step}]" if type(step) is int else str(step) for step in self.steps)
        return ".".join((self.root, *steps))


def _step(part: str, text: str) -> Step:
    if _NAME.fullmatch(part):
        return part
    found = _SELECTOR.fullmatch(part)
    if found is None:
        expected = "a name, an index or a slice without a step between the points of a path"
        raise TransactionError(f"expected {expected}, got {text[:_SHOWN]!r}", reason="character")
    index, start, stop = found.groups()
    if index is not None:
        return int(index)
    return Slice(None if start is None else int(start), None if stop is None else int(stop))


@dataclass(frozen=True, slots=True)
class _Member:
    place: int


@dataclass(frozen=True, slots=True)
class _Cut:
    """Bytes out of a value that is no array."""

    range: Slice
    kind: str


@dataclass(frozen=True, slots=True)
class _Length:
    kind: str


_Move = _Member | _Cut | _Length | Slice | int


@dataclass(frozen=True, slots=True, eq=False)
class Location:
    """A path that leads somewhere: how to get there, of what kind the value is, and through how many arrays it goes."""

    reference: Reference
    moves: tuple[_Move, ...]
    kind: str

    @property
    def wild(self) -> int:
        """How many arrays are gone through element by element."""
        return sum(type(move) is Slice for move in self.moves)

    def picked(self, roots: Mapping[str, Any], work: Work) -> list[tuple[Picked, Any]]:
        """All values, each with its places in arrays. Raises `TransactionError`."""
        found: list[tuple[Picked, Any]] = [((), roots[self.reference.root])]
        for move in self.moves:
            if isinstance(move, Slice):
                found = [
                    ((*places, (place, len(part))), each)
                    for places, value in found
                    for part in (value[move.range],)
                    for place, each in enumerate(part)
                ]
            else:
                found = [(places, self._moved(move, value, work)) for places, value in found]
            work.spend(len(found))
        return found

    def at(self, roots: Mapping[str, Any], places: Picked, work: Work) -> Any:
        """The one value that belongs to a value at these places of arrays. Raises `TransactionError`."""
        value, waiting = roots[self.reference.root], iter(places)
        work.spend(len(self.moves))
        for move in self.moves:
            if not isinstance(move, Slice):
                value = self._moved(move, value, work)
                continue
            (place, length), part = next(waiting), value[move.range]
            if len(part) != length:  # "Parameter arrays should be the same length as the formatted array"
                raise TransactionError(f"expected {length} elements at {self._shown}, got {len(part)}", reason="length")
            value = part[place]
        return value

    def lengths(self, roots: Mapping[str, Any], depth: int, work: Work) -> set[int]:
        """How long the arrays are that the path goes through after ``depth`` others. Raises `TransactionError`."""
        found = [roots[self.reference.root]]
        for move in self.moves:
            if not isinstance(move, Slice):
                found = [self._moved(move, value, work) for value in found]
            elif depth == 0:
                return {len(value[move.range]) for value in found}
            else:
                depth -= 1
                found = [each for value in found for each in value[move.range]]
            work.spend(len(found))
        return set()

    def _moved(self, move: _Member | _Cut | _Length | int, value: Any, work: Work) -> Any:
        if isinstance(move, _Member):
            if value[move.place] is None:
                raise TransactionError(f"{self._shown} is not known", reason="missing")
            return value[move.place]
        if isinstance(move, int):
            if not -len(value) <= move < len(value):
                raise TransactionError(f"{self._shown}: there are {len(value)} elements", reason="range")
            return value[move]
        work.spend_on(value)
        if isinstance(move, _Length):
            return len(value.encode()) if type(value) is str else len(value)
        part = as_octets(move.kind, value)[move.range.range]
        return _text(part) if move.kind == "string" else part

    @property
    def _shown(self) -> str:
        return str(self.reference)[:_SHOWN]


def _text(part: bytes) -> str:
    try:
        return part.decode()
    except UnicodeDecodeError:
        raise TransactionError("a slice of text ends within a character", reason="character") from None


def locate(reference: Reference, layout: Layout) -> tuple[Location, Layout]:
    """Follow a path through types, and say what stands there. Raises `TransactionError`."""
    moves: list[_Move] = []
    for step in reference.steps:
        move, layout = _follow(step, layout, str(reference)[:_SHOWN])
        moves.append(move)
    return Location(reference, tuple(moves), layout.kind), layout


def _follow(step: Step, layout: Layout, shown: str) -> tuple[_Move, Layout]:
    if layout.kind == "struct" and type(step) is str and step in layout.names:
        place = layout.names.index(step)
        return _Member(place), layout.parts[place]
    if layout.kind == "array" and not isinstance(step, str):
        return step, layout.parts[0]
    if step == "length" and (layout.kind == "array" or layout.kind in ("bytes", "string")):
        return _Length(layout.kind), LENGTH
    if isinstance(step, Slice) and step != Slice() and layout.kind not in ("array", "struct"):
        return _Cut(step, layout.kind), Layout("string" if layout.kind == "string" else "slice")
    raise TransactionError(f"{shown}: no such member in {layout.kind}", reason="unknown")
