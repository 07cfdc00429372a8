"""Chains by name: ``chain("polygon")``, ``chain("evm:polygon")``, ``chain("eip155:137")``.

A family is a module with a tuple ``CHAINS``; other packages add theirs through the entry-point group
`walletcore.chains`.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from functools import cache, partial
from typing import TYPE_CHECKING, TypeVar, overload

from walletcore.chains.base import Chain
from walletcore.errors import Unsupported

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["FAMILIES", "chain", "chains", "families"]

FAMILIES = ("bitcoin", "evm", "cosmos", "solana", "stellar", "theta", "tron", "vechain", "xrpl")
_MAX_NAME = 80

C = TypeVar("C", bound=Chain)


@cache
def _family(name: str) -> tuple[Chain, ...]:
    rows: tuple[Chain, ...] = importlib.import_module(f"walletcore.chains.{name}").CHAINS
    return rows


@cache
def _others() -> tuple[EntryPoint, ...]:
    """Families of other packages: entry points that name a module with ``CHAINS``."""
    from importlib.metadata import entry_points

    return tuple(entry_points(group="walletcore.chains"))


@cache
def _rows(point: EntryPoint) -> tuple[Chain, ...]:
    """The rows of another package; whatever goes wrong there is told by its name. Raises `Unsupported`."""
    try:
        rows = point.load().CHAINS
    except Exception as error:
        raise Unsupported(f"the family {point.name} cannot be loaded", reason="missing") from error
    if type(rows) is not tuple or not all(isinstance(row, Chain) for row in rows):
        raise Unsupported(f"expected a tuple of chains as CHAINS of the family {point.name}", reason="type")
    return rows


def _families() -> Iterator[tuple[str, tuple[Chain, ...]]]:
    for name in FAMILIES:
        yield name, _family(name)
    for point in _others():
        yield point.name, _rows(point)


def families() -> Iterator[tuple[str, tuple[Chain, ...] | Unsupported]]:
    """Each family's name with its rows, or with the error that says what this installation lacks for it."""
    loaders = [(name, partial(_family, name)) for name in FAMILIES]
    loaders += [(point.name, partial(_rows, point)) for point in _others()]
    for name, load in loaders:
        try:
            yield name, load()
        except Unsupported as error:
            yield name, error


def chains() -> tuple[Chain, ...]:
    """All chains that this installation knows, family by family."""
    return tuple(row for _, rows in _families() for row in rows)


@overload
def chain(name: str) -> Chain: ...
@overload
def chain(name: str, family: type[C]) -> C: ...
def chain(name: str, family: type[Chain] = Chain) -> Chain:
    """The chain of that name, ``family:name`` or CAIP-2 name; of a certain family where its type is given.

    Raises `Unsupported`.
    """
    if type(name) is not str or len(name) > _MAX_NAME:
        raise Unsupported(f"expected a chain's name of at most {_MAX_NAME} characters", reason="type")
    if not (isinstance(family, type) and issubclass(family, Chain)):
        raise Unsupported("expected a family's type of chain", reason="type")
    found = _find(name)
    if not isinstance(found, family):
        raise Unsupported(f"expected a chain of {family.__name__}, got {found.name}", reason="mismatch")
    return found


@cache
def _find(name: str) -> Chain:
    for family, rows in _families():
        for row in rows:
            if name in (row.name, f"{family}:{row.name}", row.caip2):
                return row
    raise Unsupported("no chain has that name", reason="unknown", hint="`walletcore chains` lists them")
