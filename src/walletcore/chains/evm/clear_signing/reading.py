"""The JSON of a descriptor: bounded, with known members only, and with text that a person can see.

ERC-7730, "Key naming convention", and its JSON Schemas, which allow no other members. What is shown to people must show
itself whole: a label with an override of direction, or with a line feed, could be read as another.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

from walletcore.coding import strict_json
from walletcore.coding.visible import is_visible
from walletcore.errors import TransactionError, raised_as

__all__ = ["MAX_DEPTH", "array_of", "document", "line", "mapping", "member", "members"]

MAX_DEPTH = 32
_MAX_VALUES, _MAX_SIZE = 1 << 16, 1 << 20
_MAX_LINE = 512
_SHOWN = 60
_LAYOUT = frozenset("\t\n\r")


def document(source: object) -> dict[str, Any]:
    """A descriptor as a dict, out of text or a dict; at most 1 MiB, 32 levels and 65,536 values.

    Raises `TransactionError`.
    """
    if type(source) is str:
        with raised_as(TransactionError):
            source = strict_json.decode(source, max_depth=MAX_DEPTH, max_values=_MAX_VALUES)
    else:
        _check_bounds(source)
    return mapping(source, "descriptor")


def _check_bounds(source: object) -> None:
    """As for JSON; whatever refers to whatever, no more is looked at than is allowed."""
    level, values, size = [source], 0, 0
    for _ in range(MAX_DEPTH + 1):
        below: list[Any] = []
        for value in level:
            kind = type(value)
            if type(value) is dict:
                if not {str}.issuperset(map(type, value)):
                    raise TransactionError("expected names as text", reason="type")
                size += sum(map(len, value))
                values += len(value)
                below += () if values > _MAX_VALUES else value.values()
            elif type(value) is list or type(value) is tuple:
                values += len(value)
                below += () if values > _MAX_VALUES else value
            elif type(value) is str:
                size += len(value)
            elif type(value) is int:
                size += value.bit_length() // 8
            elif (kind is not bool and kind is not float and value is not None) or value in (math.inf, -math.inf):
                raise TransactionError(f"expected what JSON has, got {kind.__name__}", reason="type")
            if values > _MAX_VALUES or size > _MAX_SIZE:
                raise TransactionError(f"expected at most {_MAX_VALUES} values and 1 MiB", reason="too-large")
        if not below:
            return
        level = below
    raise TransactionError(f"expected at most {MAX_DEPTH} levels", reason="too-deep")


def mapping(value: object, what: str) -> dict[str, Any]:
    """The value, which must be a JSON object. Raises `TransactionError`."""
    if type(value) is not dict:
        raise TransactionError(f"{what}: expected a JSON object, got {_kind(value)}", reason="type")
    return value


def members(value: object, what: str, known: Collection[str], required: Collection[str] = ()) -> dict[str, Any]:
    """The value, a JSON object that has no other members than the known ones. Raises `TransactionError`."""
    found = mapping(value, what)
    for name in found:
        if name not in known:
            raise TransactionError(f"{what}: expected no member {name[:_SHOWN]!r}", reason="unknown")
    for name in required:
        if name not in found:
            raise TransactionError(f"{what}: expected a member {name!r}, which is missing", reason="missing")
    return found


def array_of(value: object, what: str, most: int) -> list[Any]:
    """The value, a JSON array that is not too long. Raises `TransactionError`."""
    if type(value) not in (list, tuple):
        raise TransactionError(f"{what}: expected a JSON array, got {_kind(value)}", reason="type")
    items: list[Any] = list(value)  # type: ignore[call-overload]
    if len(items) > most:
        raise TransactionError(f"{what}: expected at most {most} items, got {len(items)}", reason="too-large")
    return items


def member(value: dict[str, Any], name: str, kind: type, what: str) -> Any:
    """The member of this name, of this type, or None where there is none. Raises `TransactionError`."""
    if name not in value:
        return None
    found = value[name]
    if type(found) is not kind:
        raise TransactionError(f"{what}: expected {kind.__name__} as {name}, got {_kind(found)}", reason="type")
    return found


def line(value: object, what: str, most: int = _MAX_LINE) -> str:
    """A text on one line, of which every character can be seen. Raises `TransactionError`."""
    if type(value) is not str:
        raise TransactionError(f"{what}: expected text, got {_kind(value)}", reason="type")
    if len(value) > most:
        raise TransactionError(f"{what}: expected at most {most} characters, got {len(value)}", reason="too-large")
    if not is_visible(value) or not _LAYOUT.isdisjoint(value):
        raise TransactionError(f"{what}: expected characters that can be seen, on one line", reason="character")
    return value


def _kind(value: object) -> str:
    return "null" if value is None else type(value).__name__
