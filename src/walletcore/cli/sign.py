"""Commands that sign transactions and check signatures: ``sign``, ``verify``."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from walletcore.cli import qr as qr_code
from walletcore.cli import show
from walletcore.cli.asking import (
    Secrets,
    agreed,
    can_agree,
    check_streams,
    given_text,
    nobody_to_ask,
    read_bytes,
    text_of,
)
from walletcore.cli.base import (
    AsJson,
    AsQr,
    ChainOption,
    Erc20,
    FromFd,
    FromStdin,
    Language,
    Passphrase,
    TextFile,
    TextFromFd,
    TextFromStdin,
    app,
)
from walletcore.cli.ending import UNVERIFIED
from walletcore.cli.files import Previous, is_psbt, read_previous
from walletcore.cli.names import contracts, find_chain
from walletcore.cli.wallets import opened
from walletcore.errors import DecodingError, MissingSignature

if TYPE_CHECKING:
    from walletcore.chains.base import Chain
    from walletcore.cli.inspection.verification import Verdict
    from walletcore.signing import Signable, Signer

__all__ = ["QUESTION", "HighFee", "Yes", "confirm"]

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask whether to sign: for machines that read the effects.")]
HighFee = Annotated[bool, typer.Option("--high-fee", help="Sign what pays an absurd fee, too.")]
QUESTION = "Sign it?"


@app.command()
def sign(
    file: Annotated[str, typer.Argument(help="JSON of an unsigned transaction; - is standard input.")],
    yes: Yes = False,
    erc20: Erc20 = None,
    high_fee: HighFee = False,
    language: Language = "",
    passphrase: Passphrase = False,
    stdin: FromStdin = False,
    fd: FromFd = None,
    qr: AsQr = False,
    as_json: AsJson = False,
) -> None:
    """Show what a transaction does, ask, and print it signed.

    What is printed is hex, ready for a node; a phrase's keys sign.
    The schema of the JSON is in the documentation, `docs/command-line.md`.
    """
    if file == "-" and stdin:
        raise typer.BadParameter("standard input has the transaction: give the secrets at the prompt or by --fd")
    from walletcore.cli.drafts import parse

    content = _json(file)
    if not yes and (stdin or not can_agree()):
        raise nobody_to_ask()
    draft = parse(content)
    with opened(Secrets(stdin=stdin, fd=fd), language=language, salted=passphrase) as wallet:
        subject, signers = draft.build(wallet)
        change = wallet.change_of(subject)
        confirm(subject, draft.row, yes=yes, change=change, erc20=erc20 or [], high_fee=high_fee)
        signed = _signed(subject, *signers)
    if as_json:
        identity = {"id": signed.id} if hasattr(signed, "id") else {}
        show.print_json({"chain": draft.row.name, **identity, "raw": signed.raw.hex()})
        return
    typer.echo(signed.raw.hex())
    if qr:
        qr_code.draw(signed.raw.hex())


def _json(file: str) -> str:
    """The text of the file; a PSBT is one for another command. Raises `DecodingError`."""
    raw = read_bytes(file, "the transaction")
    if is_psbt(raw):
        hint = "`walletcore psbt sign` signs it"
        raise DecodingError("expected the JSON of a transaction, got a PSBT", reason="type", hint=hint)
    return text_of(raw, "the transaction")


def _signed(subject: Signable[Any], *signers: Signer) -> Any:
    """The subject, signed by all. Raises `MissingSignature`, of Bitcoin with the commands that take what there is."""
    from walletcore.chains.bitcoin import BitcoinChain
    from walletcore.signing import sign as sign_subject

    try:
        return sign_subject(subject, *signers)
    except MissingSignature as error:
        if not isinstance(subject.chain, BitcoinChain):
            raise
        hint = (
            "other holders of keys sign the same PSBT: `walletcore psbt create` makes one, `walletcore psbt sign` signs"
        )
        raise MissingSignature(str(error), reason=error.reason, hint=hint) from None


def confirm(
    subject: Signable[Any],
    row: Chain,
    *,
    yes: bool,
    change: Collection[int] = (),
    erc20: Sequence[str] = (),
    high_fee: bool = False,
) -> None:
    """Show what a signature will do, on standard error, and ask unless that is done. Raises `SigningRefused`.

    ``change`` are the places of the effects that the wallet has proven to be its change. A fee that nobody means is
    refused before anybody is asked, unless ``high_fee`` says that it is meant.
    """
    from walletcore.cli.fees import check_fee
    from walletcore.cli.inspection.effects import TITLES, rows_of
    from walletcore.cli.inspection.messages import facts, is_message
    from walletcore.cli.inspection.oddities import oddities
    from walletcore.cli.inspection.transactions import effects_of

    if is_message(subject):
        show.facts(list(facts(subject)), err=True)
    effects = effects_of(subject, row, contracts(erc20, [row]))
    show.section(f"on {row.name} ({row.caip2})", TITLES, list(rows_of(effects, row, change)), err=True)
    show.remarks([each.text for each in oddities([row], subject, effects, change=change)], err=True)
    if not high_fee:
        check_fee(subject, effects, row)
    if not yes:
        agreed(QUESTION)


@app.command()
def verify(
    text: Annotated[
        str | None, typer.Argument(help="A signed transaction in hex, base64 or (Solana) base58. Left out: asked for.")
    ] = None,
    chain: ChainOption = "",
    by: Annotated[str, typer.Option(help="An address that must be among the signers.")] = "",
    previous: Previous = None,
    file: TextFile = "",
    stdin: TextFromStdin = False,
    fd: TextFromFd = None,
    as_json: AsJson = False,
) -> None:
    """Check the signatures of a transaction and say who made them.

    Of Bitcoin, also what the fee is and what the signatures leave open. Exit code 3 where one is not good.
    """
    from walletcore.chains import chains
    from walletcore.cli.inspection.verification import verdict

    check_streams(("-" if stdin else file, *(previous or ())))
    content = given_text("transaction", text, file=file, stdin=stdin, fd=fd)
    rows = (find_chain(chain),) if chain else chains()
    found = verdict(content, rows, previous=read_previous(previous), by=by)
    if as_json:
        show.print_json(found.as_json())
    else:
        _print_verdict(found)
    raise typer.Exit(0 if found.verified else UNVERIFIED)


def _print_verdict(found: Verdict) -> None:
    show.title("verified" if found.verified else "NOT VERIFIED")
    if found.why:
        typer.echo(f"  {show.plain(found.why)}")
    facts = [("chains", show.listed(found.chains)), *(("signed by", signer) for signer in found.signers)]
    if found.fee is not None:
        row = find_chain(found.chains[0])
        facts.append(("fee", show.amount(found.fee, row.decimals, row.symbol)))
    show.facts(facts)
    show.remarks([each.text for each in found.odd])
