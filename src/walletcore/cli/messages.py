"""Commands on messages: ``message sign``, ``message verify`` (BIP-137, BIP-322; EIP-191, EIP-712; Solana's; SEP-53)."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from walletcore.cli import show
from walletcore.cli.asking import Secrets, can_agree, check_streams, nobody_to_ask, read_text
from walletcore.cli.base import (
    Account,
    AsJson,
    ChainName,
    Change,
    FromFd,
    FromStdin,
    Index,
    Kind,
    Language,
    Passphrase,
    ProfileName,
    app,
)
from walletcore.cli.ending import UNVERIFIED
from walletcore.cli.names import find_chain, find_profile
from walletcore.cli.sign import Yes, confirm
from walletcore.cli.wallets import opened
from walletcore.errors import DecodingError, InvalidSignature

__all__ = []

Text = Annotated[str, typer.Argument(help="The message. Left out: --file has it.")]
File = Annotated[str, typer.Option(help="A file with the message in UTF-8, every byte of it; - is standard input.")]
Typed = Annotated[bool, typer.Option("--typed", help="EVM: the message is the JSON of typed data (EIP-712).")]
Format = Annotated[
    str,
    typer.Option(
        "--format",
        help="Bitcoin: bip137, or bip322 for every kind of address. Left out: bip137 where it has the kind of address.",
        autocompletion=lambda: ["bip137", "bip322"],
    ),
]

message = typer.Typer(help="Sign and verify messages.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(message, name="message")


@message.command("sign")
def sign_message(
    chain: ChainName,
    text: Text = "",
    file: File = "",
    typed: Typed = False,
    account: Account = None,
    change: Change = 0,
    index: Index = 0,
    profile: ProfileName = "",
    kind: Kind = "",
    form: Format = "",
    yes: Yes = False,
    language: Language = "",
    passphrase: Passphrase = False,
    stdin: FromStdin = False,
    fd: FromFd = None,
    as_json: AsJson = False,
) -> None:
    """Show a message, ask, and print its signature by one of a phrase's addresses."""
    if file == "-" and stdin:
        raise typer.BadParameter("standard input has the message: give the secrets at the prompt or by --fd")
    if not yes and (stdin or not can_agree()):
        raise nobody_to_ask()
    from walletcore.cli.wording import message_of, signature_text
    from walletcore.signing import sign

    row, content = find_chain(chain), _content(text, file)
    _check_format(form)
    find_profile(row, profile, kind).fill(account=account or 0, change=change, index=index)
    where = {"account": account, "change": change, "index": index, "profile": profile, "kind": kind}
    with opened(Secrets(stdin=stdin, fd=fd), language=language, salted=passphrase) as wallet:
        signer = wallet.signer(row, **{name: value for name, value in where.items() if value})  # type: ignore[arg-type]
        subject, address = message_of(row, content, typed=typed, key=signer.public_key, kind=kind, form=form)
        confirm(subject, row, yes=yes)
        signature = signature_text(sign(subject, signer))
    if as_json:
        show.print_json({"chain": row.name, "address": address, "signature": signature})
        return
    show.facts([("address", address)], err=True)
    typer.echo(signature)


@message.command("verify")
def verify_message(
    chain: ChainName,
    address: Annotated[str, typer.Argument(help="The address that is said to have signed.")],
    signature: Annotated[
        str,
        typer.Argument(
            help="Base64 (Bitcoin; BIP-322 with smp, ful or pof; Stellar), hex (EVM) or base58 (Solana); a file that "
            "has it; - is standard input."
        ),
    ],
    text: Text = "",
    file: File = "",
    typed: Typed = False,
    form: Format = "",
    as_json: AsJson = False,
) -> None:
    """Check that an address signed a message.

    Exit code 3 where it did not.
    """
    from walletcore.cli.wording import check

    check_streams((signature, file))
    row, content, why = find_chain(chain), _content(text, file), ""
    proven: tuple[str, ...] = ()
    _check_format(form)
    signer = row.parse_address(address)
    try:
        proven = check(signer, _signature(signature), content, typed=typed, form=form)
    except InvalidSignature as error:
        why = str(error)
    if as_json:
        show.print_json({"verified": not why, "why": why, "controls": list(proven)})
    else:
        show.title(f"NOT VERIFIED: {why}" if why else f"verified: signed by {signer}")
        show.facts([("controls", each) for each in proven])
    raise typer.Exit(UNVERIFIED if why else 0)


def _signature(source: str) -> str:
    """The text of a signature, also where an argument has no room for it: a proof of funds has megabytes."""
    is_file = source == "-" or (os.path.exists(source) and not os.path.isdir(source))
    return read_text(source, "the signature").strip() if is_file else source


def _check_format(form: str) -> None:
    from walletcore.cli.wording import FORMATS

    if form not in ("", *FORMATS):
        raise DecodingError(f"expected one of {', '.join(FORMATS)} as format, got {form[:20]}", reason="unknown")


def _content(text: str, file: str) -> str:
    if bool(text) == bool(file):
        raise DecodingError("expected a message, or --file with one", reason="missing" if not text else "ambiguous")
    if any("\ud800" <= char <= "\udfff" for char in text):  # how Python hands on bytes that are no text here
        raise DecodingError("the message is no text in the encoding of this terminal", reason="character")
    return read_text(file, "the message") if file else text
