"""The command ``bulk``: addresses by the million to a file, and a file of them held against its account."""

from __future__ import annotations

from itertools import chain as chained
from itertools import islice
from typing import TYPE_CHECKING, Annotated, TypedDict

import typer

from walletcore.cli import show
from walletcore.cli.base import AsJson, Kind, app
from walletcore.cli.ending import DONE, UNVERIFIED, fail
from walletcore.cli.names import chain_names, find_chain
from walletcore.cli.progress import bar
from walletcore.errors import BulkError

if TYPE_CHECKING:
    from walletcore.chains.base import Chain
    from walletcore.hd.bip32 import ExtendedPublicKey

__all__ = []

_MOST = 2**31
_LINES = 1_000  # printed at once


class _Asked(TypedDict):
    """What writing, printing and checking are all told."""

    xpub: ExtendedPublicKey
    chain: Chain
    kind: str
    start: int
    workers: int | None


@app.command()
def bulk(
    xpub: Annotated[str, typer.Option(help="The account's extended public key: no secret needed.")],
    chain: Annotated[str, typer.Option(help="The chain whose addresses they are.", autocompletion=chain_names)],
    count: Annotated[int | None, typer.Option(min=0, max=_MOST, metavar="N", help="How many of each change.")] = None,
    start: Annotated[int, typer.Option(min=0, max=_MOST, metavar="N", help="The first address index.")] = 0,
    change: Annotated[
        list[int] | None,
        typer.Option(min=0, max=_MOST, metavar="N", help="0, receiving, when left out; 1, change. As often as needed."),
    ] = None,
    kind: Kind = "",
    out: Annotated[
        str, typer.Option("--out", metavar="FILE", help="A file that ends in .csv, .jsonl or .parquet.")
    ] = "",
    check: Annotated[str, typer.Option("--check", metavar="FILE", help="Hold the rows of this file against it.")] = "",
    workers: Annotated[
        int | None, typer.Option(min=1, max=1024, metavar="N", help="Processes; as many as processors when left out.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file of --out, if there is one.")] = False,
    as_json: AsJson = False,
) -> None:
    """Derive addresses by the million from a public key, into a file.

    After a kill or a full disk the same command goes on where it ended. Without --out the rows go to standard output.
    --check derives those of a file again and names the first wrong one; with --count none may be lost or doubled, too.
    Exit code 3 where one is wrong.
    """
    from walletcore.hd.bip32 import ExtendedPublicKey

    if bool(check) and bool(out):
        raise typer.BadParameter("--out writes a file and --check reads one: leave out one of them")
    if count is None and not check:
        raise typer.BadParameter("--count is needed: how many addresses")
    if overwrite and not out:
        raise typer.BadParameter("--overwrite is for the file of --out")
    key = ExtendedPublicKey.parse(xpub.strip())
    asked: _Asked = {"xpub": key, "chain": find_chain(chain), "kind": kind, "start": start, "workers": workers}
    changes = tuple(change or (0,))
    if check:
        raise typer.Exit(_check(asked, changes, count, check, as_json))
    if out:
        _write(asked, changes, count or 0, out, overwrite, as_json)
    else:
        _print(asked, changes, count or 0, as_json)


def _check(asked: _Asked, changes: tuple[int, ...], count: int | None, path: str, as_json: bool) -> int:
    from walletcore.bulk import check

    try:
        with bar("checking") as progress:
            rows = check(**asked, path=path, changes=changes, count=count, progress=progress)
    except BulkError as error:
        if not error.row:
            raise
        return fail(str(error), error.hint, reason=error.reason, as_json=as_json, code=UNVERIFIED)
    if as_json:
        show.print_json({"rows": rows})
    else:
        typer.echo(f"{rows:,} rows are those of this account")
    return DONE


def _write(asked: _Asked, changes: tuple[int, ...], count: int, path: str, overwrite: bool, as_json: bool) -> None:
    from walletcore.bulk import export

    with bar("deriving") as progress:
        export(**asked, path=path, changes=changes, count=count, progress=progress, overwrite=overwrite)
    if as_json:
        show.print_json({"rows": count * len(changes), "file": path})
    else:
        typer.echo(f"{count * len(changes):,} addresses are in {show.plain(path)}", err=True)


def _print(asked: _Asked, changes: tuple[int, ...], count: int, as_json: bool) -> None:
    from walletcore.bulk import Account, derive_parallel
    from walletcore.bulk.account import distinct
    from walletcore.bulk.formats import COLUMNS

    number = Account.of(asked["xpub"], asked["chain"], kind=asked["kind"]).number
    found = [(change, derive_parallel(**asked, count=count, change=change)) for change in distinct(changes)]
    rows = ((number, change, index, address) for change, pairs in found for index, address in pairs)
    if as_json:
        lines = (show.line_of_json(dict(zip(COLUMNS, row, strict=True))) for row in rows)
    else:
        lines = (",".join(map(str, row)) for row in chained([COLUMNS], rows))
    while block := list(islice(lines, _LINES)):
        typer.echo("\n".join(block))
