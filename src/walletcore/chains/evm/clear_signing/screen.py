"""What a person is shown before they sign: an intent, labels with values, and what to be careful about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Entry", "Notice", "Screen"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that a careful person would want to be told: a word for machines, a sentence for people."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One label and its value as text; ``raw`` is the value before it was formatted.

    ``groups`` are the labels of groups that it is in, ``separator`` is what stands before it as an element of an array.
    A call inside of the call has a ``screen`` of its own.
    """

    label: str
    value: str
    raw: str
    format: str = "raw"
    groups: tuple[str, ...] = ()
    separator: str = ""
    screen: Screen | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What a descriptor makes of a transaction or message.

    ``sentence`` is the intent with values in it, where the descriptor has one; otherwise the intent. ``function`` is
    the signature of what is called, or the type that is signed.
    """

    intent: str
    sentence: str
    owner: str
    contract_name: str
    url: str
    function: str
    fields: tuple[Entry, ...]
    warnings: tuple[Notice, ...] = ()

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Labels and values only, in their order."""
        return tuple((entry.label, entry.value) for entry in self.fields)

    def notices(self) -> Iterator[Notice]:
        """The warnings of this screen, and of those of calls inside."""
        yield from self.warnings
        for entry in self.fields:
            if entry.screen is not None:
                yield from entry.screen.notices()
