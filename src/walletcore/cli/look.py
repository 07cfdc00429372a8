"""Commands to look into things: ``inspect`` any text, ``path`` a derivation path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from walletcore.cli import show
from walletcore.cli.asking import given_text
from walletcore.cli.base import AsJson, ChainOption, Erc20, TextFile, TextFromFd, TextFromStdin, app
from walletcore.cli.descriptors import DescriptorOption, TokenOption
from walletcore.cli.names import contracts, find_chain
from walletcore.errors import DecodingError

if TYPE_CHECKING:
    from walletcore.chains.base import Chain
    from walletcore.cli.inspection.clear_signing import ScreenOf
    from walletcore.cli.inspection.finding import Finding
    from walletcore.wallet import Wallet

__all__ = ["account_of", "tell"]


_OWN = ("BTC", "tBTC")


@app.command()
def inspect(
    text: Annotated[str | None, typer.Argument(help="What to look into. Left out: asked for without echo.")] = None,
    chain: ChainOption = "",
    file: TextFile = "",
    stdin: TextFromStdin = False,
    fd: TextFromFd = None,
    erc20: Erc20 = None,
    xpub: Annotated[
        str, typer.Option(help="Bitcoin: an account's extended public key, whose change a transaction is searched for.")
    ] = "",
    descriptor: DescriptorOption = None,
    token: TokenOption = None,
    as_json: AsJson = False,
) -> None:
    """Say what a text is, what it would do, and what is odd about it.

    Addresses, extended keys, private keys, phrases, transactions and messages of every chain are known.
    Private keys and phrases are taken from a prompt, standard input or a file descriptor, and described only.
    """
    from walletcore.chains import chains
    from walletcore.cli.inspection.recognition import recognise

    if text:
        _refuse_secret(text)
    content = given_text("text", text, file=file, stdin=stdin, fd=fd)
    rows: Sequence[Chain] = (find_chain(chain),) if chain else chains()
    rows, wallet = account_of(xpub, rows) if xpub else (rows, None)
    change_of = None if wallet is None else wallet.change_of
    screen_of = _screens(descriptor, token or []) if descriptor else None
    erc20s = contracts(erc20 or [], rows)
    found = recognise(content, rows, erc20=erc20s, change_of=change_of, screen_of=screen_of)
    if wallet is not None and not any(finding.effects for finding in found):
        raise typer.BadParameter("--xpub is for a transaction of Bitcoin")
    tell(found, as_json=as_json)


def _screens(files: Sequence[str], texts: Sequence[str]) -> ScreenOf:
    from walletcore.cli.descriptors import descriptors, tokens
    from walletcore.cli.inspection.clear_signing import screens_by

    return screens_by(descriptors(files), tokens(texts))


def tell(found: Sequence[Finding], *, as_json: bool = False, err: bool = False) -> None:
    """Print what was found."""
    if as_json:
        show.print_json([finding.as_json() for finding in found])
        return
    for place, finding in enumerate(found):
        if place:
            typer.echo(err=err)
        _print(finding, err)


def account_of(xpub: str, rows: Sequence[Chain]) -> tuple[Sequence[Chain], Wallet]:
    """The chains of Bitcoin that an account's key is for, and its wallet. Raises `DerivationError`."""
    from walletcore.chains.bitcoin import BitcoinChain
    from walletcore.cli.inspection.finding import is_on
    from walletcore.hd.bip32 import ExtendedPublicKey
    from walletcore.wallet import Wallet

    wallet, network = Wallet.from_xpub(xpub), ExtendedPublicKey.parse(xpub).network
    meant = tuple(row for row in rows if isinstance(row, BitcoinChain) and is_on(row, network))
    if len(rows) > 1:  # relatives write the same letters: who means one of them names it
        meant = tuple(row for row in meant if row.symbol in _OWN)
    if not meant:
        raise typer.BadParameter(f"--xpub is of {network}: not of the chain that is named")
    return meant, wallet


def _refuse_secret(text: str) -> None:
    from walletcore.cli.leaks import LEAKED, looks_secret

    if looks_secret(text):
        raise DecodingError("this looks like a private key or a phrase, which is never an argument", hint=LEAKED)


def _print(finding: Finding, err: bool) -> None:
    show.title(f"{finding.what} of {show.listed(finding.chains)}" if finding.chains else finding.what, err=err)
    show.facts(finding.facts, err=err)
    if finding.derived:
        titles = ("profile", "path", "chains", "first address")
        rows = [
            (name, path, show.listed(tuple(chains.split(", "))), text) for name, path, chains, text in finding.derived
        ]
        show.section("as an account" if any(path for _, path, _, _ in rows) else "addresses", titles, rows, err=err)
    if finding.row is not None:
        _print_effects(finding, finding.row, err)
    show.remarks([each.text for each in finding.odd], err=err)


def _print_effects(finding: Finding, row: Chain, err: bool) -> None:
    if finding.inputs:
        from walletcore.cli.inspection.psbt import TITLES

        show.section("what it spends", TITLES, [each.row(row) for each in finding.inputs], err=err)
    if finding.effects:
        from walletcore.cli.inspection import effects

        show.section(
            "what it does", effects.TITLES, list(effects.rows_of(finding.effects, row, finding.change)), err=err
        )
    if finding.screens:
        from walletcore.cli.inspection import clear_signing

        for screen in finding.screens:
            rows = list(clear_signing.rows_of(screen)) or [("", "no values", "")]
            show.section(clear_signing.heading(screen), clear_signing.TITLES, rows, err=err)


@app.command()
def path(
    path: Annotated[str, typer.Argument(help="A derivation path, such as m/84'/0'/0'/0/5.")],
    as_json: AsJson = False,
) -> None:
    """Explain a derivation path and list every profile that uses it."""
    from walletcore.cli.inspection.paths import levels, uses
    from walletcore.path import Path

    parsed = Path.parse(path)
    steps, used = levels(parsed), uses(parsed)
    if as_json:
        found: dict[str, Any] = {"path": str(parsed), "levels": steps, "profiles": used}
        show.print_json(found)
        return
    if steps:
        explained = [(s["step"], "yes" if s["hardened"] else "no", s["level"], s["meaning"]) for s in steps]
        show.section(str(parsed), ("step", "hardened", "level", "meaning"), explained)
    else:
        typer.echo("m: the master key itself")
    titles = ("profile", "chains", "numbers", "kind", "wallets")
    rows = [
        (u["profile"], show.listed(tuple(u["chains"])), _numbers(u), u["kind"], ", ".join(u["wallets"])) for u in used
    ]
    if rows:
        show.section("used by", titles, rows)
    else:
        typer.echo("used by no profile of a chain that is known here")


def _numbers(use: dict[str, Any]) -> str:
    known = ", ".join(f"{name} {number}" for name, number in use["numbers"].items())
    part = "" if use["whole"] else f"the beginning of {use['template']}"
    return ", ".join(text for text in (known, part) if text)
