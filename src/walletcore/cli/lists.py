"""Commands that need no input of value: ``chains`` and ``demo``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from walletcore.cli import show
from walletcore.cli.base import AsJson, app
from walletcore.cli.ending import DONE, REFUSED

__all__ = []


@app.command()
def chains(as_json: AsJson = False) -> None:
    """List the chains with their derivation profiles."""
    from walletcore.chains import chains as all_chains

    rows: list[dict[str, Any]] = [
        {
            "name": row.name,
            "caip2": row.caip2,
            "symbol": row.symbol,
            "decimals": row.decimals,
            "slip44": row.slip44,
            "profiles": [
                {"name": p.name, "path": p.path, "kind": p.kind, "wallets": list(p.wallets), "source": p.source}
                for p in row.profiles
            ],
        }
        for row in all_chains()
    ]
    if as_json:
        show.print_json(rows)
        return
    show.print_table(("chain", "CAIP-2", "symbol", "profile", "path", "address kind"), _flat(rows))


def _flat(rows: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    """A line per profile; chains of one family with the same profiles need not repeat them."""
    previous = None
    for row in rows:
        head = (row["name"], row["caip2"], row["symbol"])
        if row["profiles"] == previous:
            yield *head, "as above", "", ""
            continue
        previous = row["profiles"]
        for profile in row["profiles"]:
            yield *head, profile["name"], profile["path"], profile["kind"]
            head = ("", "", "")


@app.command()
def demo(
    figures: Annotated[
        Path | None, typer.Option(help="Check against this file instead of the figures that ship.")
    ] = None,
) -> None:
    """Derive and sign, and check each line against a published figure.

    Words become addresses and signed transactions of three families; exit code 1 where a line differs.
    """
    from walletcore.demo import load, play

    wrong = 0
    for line in play(load(figures)):
        typer.echo(str(line))
        wrong += line.right is False
    typer.echo(f"{wrong} lines differ from their figures" if wrong else "every line equals its figure")
    raise typer.Exit(REFUSED if wrong else DONE)
