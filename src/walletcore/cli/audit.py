"""The commands ``audit head`` and ``audit verify``: the log of a store, held against heads that were kept elsewhere."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Annotated

import typer

from walletcore.cli import show
from walletcore.cli.base import AsJson, app
from walletcore.cli.ending import UNVERIFIED
from walletcore.errors import AuditError, DecodingError

if TYPE_CHECKING:
    from walletcore.signers.store import Entry, Store

__all__ = []

_HEAD = re.compile(r"(?:([1-9][0-9]{0,18}):)?([0-9A-Fa-f]{64})", re.ASCII)
_UNPROVEN = "its lines agree with each other; that none was cut or made anew only a head kept elsewhere shows (--head)"

audit = typer.Typer(help="Check the log of a store.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(audit, name="audit")

StoreName = Annotated[
    str, typer.Argument(metavar="STORE", help="A path, or sqlite:/path, or postgresql://user@host/db.")
]


@audit.command("head")
def print_head(store: StoreName, as_json: AsJson = False) -> None:
    """Print the number and the hash of the last line, to be kept where nobody who writes to the store can write.

    All lines are checked first.
    """
    last = _last(_opened(store))
    if as_json:
        show.print_json({"lines": last.number if last else 0, "head": last.head.hex() if last else ""})
    elif last is not None:
        typer.echo(f"{last.number}:{last.head.hex()}")


@audit.command("verify")
def verify_audit(
    store: StoreName,
    head: Annotated[
        list[str] | None, typer.Option(help="What `audit head` printed, or its 64 hex digits; as often as needed.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find the first line that was changed, removed, inserted, moved or cut off.

    Who can write to the store can cut its last lines, or make all hashes anew: only a head that was kept elsewhere
    shows that, and without one nothing is verified.
    """
    heads = [_parsed(text) for text in head or []]
    last, line, why = None, 0, ""
    try:
        last = _last(_opened(store), *heads)
        why = "" if heads else _UNPROVEN
    except AuditError as error:
        line, why = error.number, str(error)
    lines = last.number if last else 0
    if as_json:
        show.print_json({"verified": not why, "lines": lines, "why": why, "line": line})
    else:
        show.title(f"NOT VERIFIED: {why}" if why else f"verified: {lines} lines")
    raise typer.Exit(UNVERIFIED if why else 0)


def _opened(text: str) -> Store:
    from walletcore.signers.store import open_store

    return open_store(text if ":" in text else f"sqlite:{os.path.abspath(text)}", create=False)


def _last(store: Store, *heads: tuple[int, bytes]) -> Entry | None:
    from walletcore.signers.store import verify_log

    try:
        return verify_log(store.log(), *heads)
    finally:
        store.close()


def _parsed(text: str) -> tuple[int, bytes]:
    found = _HEAD.fullmatch(text)
    if found is None:
        raise DecodingError("expected a head as NUMBER:HEX or 64 hex digits", reason="character")
    return int(found[1] or 0), bytes.fromhex(found[2])
