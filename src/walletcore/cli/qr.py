"""QR codes in a terminal: black on white whatever its colours are, with half blocks or, without UTF-8, with spaces."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from itertools import zip_longest

import typer

from walletcore.errors import Unsupported

__all__ = ["draw"]

_BORDER = 4  # ISO/IEC 18004: the quiet zone
_BLACK_ON_WHITE, _BLACK, _WHITE, _RESET = "\x1b[30;107m", "\x1b[40m", "\x1b[107m", "\x1b[0m"
_HALVES = {(1, 1): "█", (1, 0): "▀", (0, 1): "▄", (0, 0): " "}  # upper and lower module, 1 is dark

Rows = Sequence[Sequence[int]]


def draw(text: str) -> None:
    """Print the code. Raises `Unsupported` where the text is too long for one, or the terminal too narrow."""
    import segno

    try:
        code = segno.make(text, micro=False)
    except segno.DataOverflowError:
        raise Unsupported(f"{len(text)} characters are more than a QR code holds", reason="too-large") from None
    rows = [list(row) for row in code.matrix_iter(border=_BORDER)]
    has_blocks = (getattr(sys.stdout, "encoding", None) or "ascii").lower().startswith("utf")
    _check_width(len(rows[0]) * (1 if has_blocks else 2))
    for line in _blocks(rows) if has_blocks else _spaces(rows):
        typer.echo(line, color=True)


def _check_width(columns: int) -> None:
    if sys.stdout is None or not sys.stdout.isatty():
        return
    there = os.get_terminal_size(sys.stdout.fileno()).columns
    if 0 < there < columns:
        hint = "make the window wider or the letters smaller"
        raise Unsupported(f"the QR code needs {columns} columns, the terminal has {there}", hint=hint)


def _blocks(rows: Rows) -> list[str]:
    """Two rows a line. Into a file they go without colours, as light blocks: paper and dark terminals read them."""
    if not sys.stdout.isatty():
        rows = [[1 - module for module in row] for row in rows]
    pairs = zip_longest(rows[::2], rows[1::2], fillvalue=[0] * len(rows[0]))
    lines = ["".join(_HALVES[pair] for pair in zip(*both, strict=True)) for both in pairs]
    return [f"{_BLACK_ON_WHITE}{line}{_RESET}" for line in lines] if sys.stdout.isatty() else lines


def _spaces(rows: Rows) -> list[str]:
    return ["".join(f"{_BLACK if module else _WHITE}  " for module in row) + _RESET for row in rows]
