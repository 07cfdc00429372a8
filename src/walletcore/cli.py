"""The command line: thin; it reads words, calls, and prints.

Secrets come from a prompt, from standard input or from a file descriptor, never from an argument. Exit codes: 0 done,
1 refused (one line on standard error says why), 2 wrong usage.
"""

from __future__ import annotations

import getpass
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from walletcore.errors import MnemonicError, WalletcoreError
from walletcore.wallet import Wallet, Where

__all__ = ["app", "run"]

app = typer.Typer(
    name="walletcore",
    help="HD wallets: words become keys, addresses and signatures.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_MAX_LINE = 4096

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]
FromStdin = Annotated[bool, typer.Option("--stdin", help="Read secrets from standard input, a line each.")]
FromFd = Annotated[int | None, typer.Option("--fd", help="Read secrets from this file descriptor, a line each.")]
Language = Annotated[str, typer.Option(help="The word list, such as english or japanese; found out when left out.")]


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; failures are one clear line and a hint, never a traceback."""
    try:
        code = app(args=arguments, standalone_mode=False)
    except WalletcoreError as error:
        return _fail(str(error), error.hint)
    except (typer.Abort, KeyboardInterrupt):
        return _fail("interrupted")
    except typer.Exit as leave:
        return leave.exit_code
    except Exception as error:
        return _usage(error)
    return code if isinstance(code, int) else 0


def _fail(problem: str, hint: str = "") -> int:
    typer.echo(f"error: {problem}", err=True)
    if hint:
        typer.echo(f"hint: {hint}", err=True)
    return 1


def _usage(error: Exception) -> int:
    """The command line parser's own errors show themselves and carry their exit code; anything else is ours to mend."""
    show = getattr(error, "show", None)
    if show is None:
        raise error
    show()
    return int(getattr(error, "exit_code", 2))


class _Secrets:
    """Where the secrets of one command come from."""

    def __init__(self, *, stdin: bool, fd: int | None) -> None:
        self._lines = None if not stdin and fd is None else _lines(0 if fd is None else fd)

    def ask(self, name: str) -> str:
        """One secret: the next line, or what the person types without seeing it. Raises `MnemonicError`."""
        if self._lines is None:
            return getpass.getpass(f"{name}: ")
        line = next(self._lines, None)
        if line is None:
            raise MnemonicError(f"expected the {name} on a line of its own, got no more lines", reason="missing")
        return line


def _lines(descriptor: int) -> Iterator[str]:
    try:
        with os.fdopen(descriptor, "rb", closefd=False) as stream:
            while line := stream.readline(_MAX_LINE):
                yield line.decode().removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise MnemonicError(f"cannot read the secrets: {type(error).__name__}", reason="missing") from None


@app.command()
def new(
    words: Annotated[int, typer.Option(help="12, 15, 18, 21 or 24 words.")] = 24,
    language: Language = "english",
) -> None:
    """Make a new BIP-39 phrase from the system's randomness and print it, once."""
    from walletcore.mnemonic.bip39 import Mnemonic

    phrase = Mnemonic.generate(words, language=language)
    typer.echo("Write these words down, offline; whoever has them has the money.", err=True)
    typer.echo(phrase.reveal())


@app.command()
def address(
    chain: Annotated[str, typer.Argument(help="A name or CAIP-2 name; `walletcore chains` lists them.")],
    account: Annotated[int | None, typer.Option(help="Account number of the path template.")] = None,
    change: Annotated[int, typer.Option(help="0 for receiving, 1 for change.")] = 0,
    index: Annotated[int, typer.Option(help="The first address index.")] = 0,
    count: Annotated[int, typer.Option(min=1, max=100_000, help="How many addresses from there on.")] = 1,
    profile: Annotated[str, typer.Option(help="A derivation profile of the chain.")] = "",
    kind: Annotated[str, typer.Option(help="A kind of address, such as p2tr; it chooses the profile.")] = "",
    xpub: Annotated[
        str, typer.Option(help="An account's extended public key instead of a phrase: no secret needed.")
    ] = "",
    language: Language = "",
    passphrase: Annotated[bool, typer.Option("--passphrase", help="Ask for a BIP-39 passphrase, too.")] = False,
    stdin: FromStdin = False,
    fd: FromFd = None,
    qr: Annotated[bool, typer.Option("--qr", help="Draw each address as a QR code.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print addresses of a phrase (asked for without echo) or of an extended public key."""
    where: Where = {"change": change, "profile": profile, "kind": kind}
    if account is not None:
        where["account"] = account
    with _wallet(xpub, _Secrets(stdin=stdin, fd=fd), passphrase, language) as wallet:
        rows = _addresses(wallet, chain, where, range(index, index + count))
        if as_json:
            typer.echo(json.dumps(list(rows), indent=2))
            return
        for row in rows:
            typer.echo(f"{row['path']}\t{row['address']}" if row["path"] else row["address"])
            if qr:
                _draw_qr(row["address"])


def _wallet(xpub: str, secrets: _Secrets, passphrase: bool, language: str) -> Wallet:
    if xpub:
        return Wallet.from_xpub(xpub)
    phrase = secrets.ask("mnemonic")
    return Wallet.from_mnemonic(phrase, secrets.ask("passphrase") if passphrase else "", language=language or None)


def _addresses(wallet: Wallet, chain: str, where: Where, indexes: range) -> Iterator[dict[str, str]]:
    for index in indexes:
        here: Where = {**where, "index": index}
        found = wallet.address(chain, **here)
        path = "" if wallet.is_watch_only else str(wallet.origin(chain, **here).path)
        yield {"chain": found.chain.name, "kind": found.kind, "path": path, "address": found.text}


def _draw_qr(text: str) -> None:
    import segno

    segno.make(text, micro=False).terminal(compact=True)


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
            "profiles": [{"name": p.name, "path": p.path, "kind": p.kind, "source": p.source} for p in row.profiles],
        }
        for row in all_chains()
    ]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    _print_table(("chain", "CAIP-2", "symbol", "profile", "path", "address kind"), _flat(rows))


def _flat(rows: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        head = (row["name"], row["caip2"], row["symbol"])
        for profile in row["profiles"]:
            yield *head, profile["name"], profile["path"], profile["kind"]
            head = ("", "", "")


def _print_table(titles: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*titles, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    Console(soft_wrap=True, width=None if sys.stdout.isatty() else 160).print(table)


@app.command()
def demo(
    figures: Annotated[
        Path | None, typer.Option(help="Check against this file instead of the figures that ship.")
    ] = None,
) -> None:
    """Words to addresses to signed transactions for three families, each line checked against a published figure."""
    from walletcore.demo import load, play

    wrong = 0
    for line in play(load(figures)):
        typer.echo(str(line))
        wrong += line.right is False
    typer.echo(f"{wrong} lines differ from their figures" if wrong else "every line equals its figure")
    raise typer.Exit(1 if wrong else 0)
