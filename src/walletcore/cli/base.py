"""What the commands share: the application they belong to, their common options, and the exit codes."""

from __future__ import annotations

from typing import Annotated, Final

import typer

__all__ = [
    "DONE",
    "INTERRUPTED",
    "REFUSED",
    "UNVERIFIED",
    "USAGE",
    "Account",
    "AsJson",
    "AsQr",
    "ChainName",
    "FromFd",
    "FromStdin",
    "Kind",
    "Language",
    "Passphrase",
    "ProfileName",
    "app",
]

DONE: Final = 0
REFUSED: Final = 1  # one line on standard error says why
USAGE: Final = 2  # the words of the command line are wrong
UNVERIFIED: Final = 3  # a signature is bad, or another's, or cannot be checked with what is known
INTERRUPTED: Final = 130  # 128 and SIGINT, as shells count

app = typer.Typer(
    name="walletcore",
    help="HD wallets: words become keys, addresses and signatures.",
    epilog="Exit codes: 0 done, 1 refused, 2 wrong usage, 3 not verified, 130 interrupted.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # help in plain text is there three times as fast, and on every terminal
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _chain_names(incomplete: str) -> list[str]:
    """What a shell offers where a chain is expected."""
    from walletcore.chains import chains

    return [row.name for row in chains() if row.name.startswith(incomplete)]


ChainName = Annotated[
    str,
    typer.Argument(help="A name or CAIP-2 name; `walletcore chains` lists them.", autocompletion=_chain_names),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]
FromStdin = Annotated[bool, typer.Option("--stdin", help="Read secrets from standard input, a line each.")]
FromFd = Annotated[
    int | None,
    typer.Option("--fd", min=0, max=2**31 - 1, help="Read secrets from this file descriptor, a line each."),
]
Language = Annotated[str, typer.Option(help="The word list, such as english or japanese; found out when left out.")]
Passphrase = Annotated[bool, typer.Option("--passphrase", help="Ask for a BIP-39 passphrase, too.")]
Account = Annotated[int | None, typer.Option(help="Account number of the path template.")]
ProfileName = Annotated[str, typer.Option(help="A derivation profile of the chain.")]
Kind = Annotated[str, typer.Option(help="A kind of address, such as p2tr; it chooses the profile.")]
AsQr = Annotated[bool, typer.Option("--qr", help="Draw a QR code as well.")]
