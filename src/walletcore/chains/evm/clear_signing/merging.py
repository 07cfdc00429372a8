"""Files that include others, merged into one (ERC-7730, "Organizing files").

Who reads files is the caller: ``includes`` is given the text that a descriptor names, and answers with a descriptor.
The including file wins. Fields with one path are one field, with the parameters of both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from walletcore.chains.evm.clear_signing import reading
from walletcore.errors import TransactionError

__all__ = ["Includes", "merged"]

Includes = Callable[[str], str | dict[str, Any]]
"""What answers with the descriptor that an include names."""

_MAX_FILES = 8
_MAX_FIELDS = 256


def merged(source: object, includes: Includes | None) -> dict[str, Any]:
    """A descriptor with what it includes, which may include others: eight files at most. Raises `TransactionError`."""
    chain: list[dict[str, Any]] = []
    named: list[str] = []
    document = reading.document(source)
    while True:
        chain.append(document)
        name = reading.member(document, "includes", str, "descriptor")
        if name is None:
            break
        if includes is None:
            raise TransactionError("the descriptor includes another one, which nobody has given", reason="missing")
        if name in named or len(chain) == _MAX_FILES:
            raise TransactionError(
                f"expected at most {_MAX_FILES} files that include each other once", reason="too-deep"
            )
        named.append(name)
        document = reading.document(includes(name))
    result = chain.pop()
    while chain:
        result = _merge(result, chain.pop(), ())
    return {name: value for name, value in result.items() if name != "includes"}


def _merge(below: dict[str, Any], above: dict[str, Any], where: tuple[str, ...]) -> dict[str, Any]:
    """Two objects as one. Their depth is that of documents, which is bounded."""
    result = dict(below)
    for name, value in above.items():
        known = below.get(name)
        if type(known) is dict and type(value) is dict:
            result[name] = _merge(known, value, (*where, name))
        elif name == "fields" and where[:2] == ("display", "formats") and type(known) is type(value) is list:
            result[name] = _merge_fields(known, value)
        else:
            result[name] = value
    return result


def _merge_fields(below: list[Any], above: list[Any]) -> list[Any]:
    """Fields of both, in the order of the included ones; those with a path that these have are merged into them."""
    if len(below) > _MAX_FIELDS or len(above) > _MAX_FIELDS:
        raise TransactionError(f"expected at most {_MAX_FIELDS} fields", reason="too-large")
    result = list(below)
    places = {_path(field): place for place, field in enumerate(below) if _path(field)}
    for field in above:
        place = places.get(_path(field))
        if place is None:
            result.append(field)
        else:
            result[place] = _merge_field(result[place], field)
    return result


def _merge_field(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    result = below | above
    if type(below.get("params")) is dict and type(above.get("params")) is dict:
        result["params"] = below["params"] | above["params"]
    if type(below.get("fields")) is list and type(above.get("fields")) is list:
        result["fields"] = _merge_fields(below["fields"], above["fields"])
    return result


def _path(field: object) -> str:
    path = field.get("path") if type(field) is dict else None
    return path if type(path) is str else ""
