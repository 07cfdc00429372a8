"""What the commands share: the application they belong to, and their common options."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from walletcore.cli.names import chain_names, kind_names, language_names, profile_names

__all__ = [
    "Account",
    "AsJson",
    "AsQr",
    "ChainName",
    "ChainOption",
    "Change",
    "FromFd",
    "FromStdin",
    "Index",
    "Kind",
    "Language",
    "Passphrase",
    "ProfileName",
    "TextFile",
    "TextFromFd",
    "TextFromStdin",
    "app",
]

_MAX_FD = 2**31 - 1

app = typer.Typer(
    name="walletcore",
    help="HD wallets: words become keys, addresses and signatures.",
    epilog="Exit codes: 0 done, 1 refused, 2 wrong usage, 3 not verified, 130 interrupted.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # help in plain text is there three times as fast, and on every terminal
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"walletcore {sys.modules['walletcore'].__version__}")
        raise typer.Exit


@app.callback()
def _application(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """HD wallets: words become keys, addresses and signatures."""


ChainName = Annotated[
    str,
    typer.Argument(help="A name or CAIP-2 name; `walletcore chains` lists them.", autocompletion=chain_names),
]
ChainOption = Annotated[
    str, typer.Option(help="The chain that it is of; found out when left out.", autocompletion=chain_names)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for machines; errors, too.")]
FromStdin = Annotated[bool, typer.Option("--stdin", help="Read secrets from standard input, a line each.")]
FromFd = Annotated[
    int | None,
    typer.Option("--fd", min=0, max=_MAX_FD, metavar="N", help="Read secrets from this file descriptor, a line each."),
]
TextFile = Annotated[str, typer.Option("--file", help="A file that has it, as text or as bytes.")]
TextFromStdin = Annotated[bool, typer.Option("--stdin", help="Read it from standard input.")]
TextFromFd = Annotated[
    int | None, typer.Option("--fd", min=0, max=_MAX_FD, metavar="N", help="Read it from this file descriptor.")
]
Language = Annotated[
    str,
    typer.Option(
        help="The word list, such as english or japanese; found out when left out.", autocompletion=language_names
    ),
]
Passphrase = Annotated[bool, typer.Option("--passphrase", help="Ask for a BIP-39 passphrase, too.")]
Account = Annotated[int | None, typer.Option(metavar="N", help="Account number of the path template.")]
Change = Annotated[int, typer.Option(metavar="N", help="0 for receiving, 1 for change.")]
Index = Annotated[int, typer.Option(metavar="N", help="The address index.")]
ProfileName = Annotated[str, typer.Option(help="A derivation profile of the chain.", autocompletion=profile_names)]
Kind = Annotated[
    str,
    typer.Option(help="A kind of address, such as p2tr; it chooses the profile.", autocompletion=kind_names),
]
AsQr = Annotated[bool, typer.Option("--qr", help="Draw a QR code as well.")]
