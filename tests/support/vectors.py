"""Published figures as parametrised tests: `@vectors("bip32/derive")` runs a test once per case of that file.

The schema is described in `vectors/README.md`. A house test reads the decorators and proves that every case of every
file is run by some test.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

__all__ = ["ROOT", "Case", "Use", "files", "load", "select", "vectors"]

ROOT = Path(__file__).resolve().parents[2] / "vectors"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case: `input` has the file's defaults merged in; `expect["result"]` is valid, invalid or rule."""

    id: str
    operation: str
    input: Mapping[str, Any]
    expect: Mapping[str, Any]
    flags: tuple[str, ...]
    src: tuple[str, ...]

    def verdict(self, rule: str = "") -> str:
        """Return "valid" or "invalid": the case's own result, or that of the named rule set where they differ."""
        result = self.expect["result"]
        return str(self.expect["verdicts"][rule] if result == "rule" else result)

    @property
    def reasons(self) -> frozenset[str]:
        """Return the reasons that are true of an invalid case: its one, or all where several things are wrong."""
        return frozenset(self.expect.get("reasons", (self.expect["reason"],)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What one test asked for: a file, and the filters on it ("" is no filter)."""

    file: str
    operation: str = ""
    result: str = ""


def files() -> tuple[str, ...]:
    """Return the ids of all vector files, such as "bip32/derive"."""
    paths = (path.relative_to(ROOT) for path in ROOT.glob("*/*.json"))
    return tuple(sorted(path.with_suffix("").as_posix() for path in paths if path.parts[0] != "schema"))


@cache
def load(file: str) -> tuple[Case, ...]:
    """Return all cases of one file, the file's `defaults` merged into each input (the case's own member wins)."""
    document = json.loads((ROOT / f"{file}.json").read_text(encoding="utf-8"))
    return tuple(_case(document, row) for row in document["cases"])


def _case(document: Mapping[str, Any], row: Mapping[str, Any]) -> Case:
    return Case(
        id=row["id"],
        operation=row.get("operation", document["operation"]),
        input=MappingProxyType({**document.get("defaults", {}), **row["input"]}),
        expect=MappingProxyType(row["expect"]),
        flags=tuple(row.get("flags", ())),
        src=tuple(row["src"]),
    )


def select(use: Use) -> tuple[Case, ...]:
    """Return the cases that a use asks for; asking for nothing is a mistake and raises LookupError."""
    chosen = tuple(
        case
        for case in load(use.file)
        if use.operation in ("", case.operation) and use.result in ("", case.expect["result"])
    )
    if not chosen:
        raise LookupError(f"no vector case matches {use}")
    return chosen


def vectors(
    *names: str, operation: str = "", result: str = "", rows: Mapping[str, tuple[str, int]] = MappingProxyType({})
) -> Callable[..., Any]:
    """Parametrise the test's argument `case` with the cases of these files, all or those of one operation or result.

    ``rows`` says which rows of the bad inputs the items of a source are, so that tests carry them in their names: with
    ``{"bip#5/": ("B", 0)}`` the case of ``bip#5/7`` is B07.
    """
    chosen = (case for name in names for case in select(Use(file=name, operation=operation, result=result)))
    return pytest.mark.parametrize("case", [pytest.param(case, id="-".join(_names(case, rows))) for case in chosen])


def _names(case: Case, rows: Mapping[str, tuple[str, int]]) -> list[str]:
    numbers = (
        (letters, first + int(entry.removeprefix(start)))
        for start, (letters, first) in rows.items()
        for entry in case.src
        if entry.startswith(start)
    )
    return [*(f"{letters}{number:02}" for letters, number in numbers), case.id]
