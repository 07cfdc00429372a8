"""What people read: tables, facts, amounts in whole coins, QR codes; JSON is for machines.

What comes from outside is shown with its control characters spelled out: a terminal would obey them.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import typer

__all__ = [
    "amount",
    "facts",
    "json_text",
    "line_of_json",
    "listed",
    "plain",
    "print_json",
    "print_table",
    "rate",
    "remarks",
    "section",
    "title",
]

_GAP = "  "
_FEW = 3
Row = Sequence[str]


def plain(text: str) -> str:
    """The text on one line, with whatever is not printable (control characters, overrides of direction) escaped."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def _styled(text: str, *, err: bool = False, **style: Any) -> None:
    """In colour, unless colours are not wanted (no-color.org) or the stream is no terminal."""
    if os.environ.get("NO_COLOR"):
        typer.echo(text, err=err)
    else:
        typer.secho(text, err=err, **style)


def title(text: str, *, err: bool = False) -> None:
    """A heading, bold on a terminal."""
    _styled(plain(text), err=err, bold=True)


def facts(rows: Iterable[tuple[str, str]], *, err: bool = False) -> None:
    """Names and values, one a line, the values below each other."""
    listed = [(f"  {name}", value) for name, value in rows]
    if listed:
        _print_aligned(listed, err)


def remarks(texts: Sequence[str], *, err: bool = False) -> None:
    """What is odd, if anything is."""
    if texts:
        typer.echo("what is odd", err=err)
    for text in texts:
        _styled(f"  {plain(text)}", fg="yellow", err=err)


def section(name: str, titles: Row, rows: Sequence[Row], *, err: bool = False) -> None:
    """A table with a heading; columns in which no row has anything are left out.

    On a terminal that is too narrow for it each row becomes a few lines, of title and value.
    """
    typer.echo(plain(name), err=err)
    kept = [place for place in range(len(titles)) if any(row[place] for row in rows)]
    table = [["  " + row[kept[0]], *(row[place] for place in kept[1:])] for row in (titles, *rows)]
    if _width(table) <= _columns(err):
        _print_aligned(table, err)
        return
    for row in rows:
        facts([(titles[place], row[place]) for place in kept if row[place]], err=err)
        typer.echo(err=err)


def _width(table: Sequence[Row]) -> int:
    return sum(max(len(plain(cell)) for cell in column) + len(_GAP) for column in zip(*table, strict=True)) - len(_GAP)


def _columns(err: bool) -> float:
    """How wide the terminal is; of no limit where there is none."""
    try:
        return os.get_terminal_size((sys.stderr if err else sys.stdout).fileno()).columns or math.inf
    except (OSError, ValueError, AttributeError):  # no terminal, no stream
        return math.inf


def print_table(titles: Row, rows: Iterable[Row]) -> None:
    """Columns with titles: in colour and folded to its width on a terminal, aligned and whole elsewhere."""
    listed = list(rows)
    if sys.stdout is not None and sys.stdout.isatty():
        _print_rich(titles, listed)
    else:
        _print_aligned([titles, *listed])


def _print_aligned(rows: Sequence[Row], err: bool = False) -> None:
    shown = [[plain(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        typer.echo(_GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip(), err=err)


def _print_rich(titles: Row, rows: Sequence[Row]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for name in titles:
        table.add_column(Text(name), overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain(cell)) for cell in row))
    Console().print(table)


def amount(units: int | None, decimals: int, symbol: str) -> str:
    """An amount in whole coins: 1500000000 with 9 decimals is ``1.5 SOL``."""
    if units is None:
        return f"an unknown amount of {symbol}"
    digits = str(abs(units)).rjust(decimals + 1, "0")
    whole, part = digits[: len(digits) - decimals], digits[len(digits) - decimals :].rstrip("0")
    return f"{'-' if units < 0 else ''}{whole}{'.' + part if part else ''} {symbol}"


def rate(millis: int) -> str:
    """A fee rate of satoshi per 1,000 virtual bytes, per virtual byte: 1500 is ``1.5 sat/vB``."""
    return amount(millis, 3, "sat/vB")


def listed(names: Sequence[str]) -> str:
    """A few names, or the first of them and how many more."""
    return ", ".join(names) if len(names) <= _FEW else f"{names[0]} and {len(names) - 1} more"


def json_text(value: Any) -> str:
    """JSON in ASCII, indented by two: every terminal can show it, every machine read it."""
    import json

    return json.dumps(value, indent=2)


def line_of_json(value: Any) -> str:
    """JSON in ASCII on one line."""
    import json

    return json.dumps(value)


def print_json(value: Any) -> None:
    """Print JSON on standard output."""
    typer.echo(json_text(value))
