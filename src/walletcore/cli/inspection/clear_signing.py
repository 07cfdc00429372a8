"""What descriptors of ERC-7730 make of a transaction or message: the screen that a hardware wallet would show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from walletcore.chains.evm import Message
from walletcore.chains.evm.common import AnyTransaction
from walletcore.cli.inspection.finding import Oddity
from walletcore.errors import TransactionError

if TYPE_CHECKING:
    from walletcore.chains.evm.clear_signing import Descriptor, Screen, Token

__all__ = ["TITLES", "ScreenOf", "Screens", "as_json", "heading", "rows_of", "screens_by"]

TITLES = ("label", "value", "as it is")

Screens = tuple[tuple["Screen", ...], tuple[Oddity, ...]]
"""Screens of those descriptors that are for it; or why none of them is."""
ScreenOf = Callable[[Any], Screens]


def screens_by(descriptors: Sequence[tuple[str, Descriptor]], tokens: Mapping[str, Token]) -> ScreenOf:
    """What shows a subject by these descriptors, each with the name of its file."""
    every = [descriptor for _, descriptor in descriptors]

    def screens(subject: Any) -> Screens:
        if not isinstance(subject, (AnyTransaction, Message)):
            return (), ()
        found: list[Screen] = []
        refused: list[Oddity] = []
        for name, descriptor in descriptors:
            try:
                found.append(descriptor.render(subject, descriptors=every, tokens=tokens))
            except TransactionError as error:
                refused.append(Oddity(code="no-screen", text=f"not shown by {name}: {error}"))
        if not found:
            return (), tuple(refused)
        notices = [notice for screen in found for notice in screen.notices()]
        return tuple(found), tuple(Oddity(code=notice.code, text=notice.text) for notice in notices)

    return screens


def heading(screen: Screen) -> str:
    """Who says it, and the intent with values in it."""
    of = " ".join(dict.fromkeys(text for text in (screen.owner, screen.contract_name) if text))
    return f"what {of or 'the descriptor'} says it is: {screen.sentence}"


def rows_of(screen: Screen, depth: int = 0) -> Iterator[tuple[str, str, str]]:
    """One row of `TITLES` for each value; those of a call inside of the call follow it, indented."""
    for entry in screen.fields:
        label = " ".join(text for text in (*entry.groups, entry.separator, entry.label) if text)
        raw = entry.raw if entry.format in ("addressName", "tokenAmount", "enum", "unit") else ""
        yield "  " * depth + label, entry.value, raw if raw != entry.value else ""
        if entry.screen is not None:
            yield from rows_of(entry.screen, depth + 1)


def as_json(screen: Screen) -> dict[str, Any]:
    """A screen for machines."""
    return {
        "intent": screen.intent,
        "sentence": screen.sentence,
        "owner": screen.owner,
        "contract": screen.contract_name,
        "url": screen.url,
        "function": screen.function,
        "fields": [
            {
                "label": entry.label,
                "value": entry.value,
                "raw": entry.raw,
                "format": entry.format,
                "groups": list(entry.groups),
                "separator": entry.separator,
                "screen": None if entry.screen is None else as_json(entry.screen),
            }
            for entry in screen.fields
        ],
    }
