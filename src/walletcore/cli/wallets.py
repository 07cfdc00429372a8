"""Commands on a wallet: ``new``, ``address``, ``xpub`` (BIP-39; BIP-44 and its relatives; SLIP-132)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from walletcore.cli import qr as qr_code
from walletcore.cli import show
from walletcore.cli.asking import Secrets
from walletcore.cli.base import (
    Account,
    AsJson,
    AsQr,
    ChainName,
    Change,
    FromFd,
    FromStdin,
    Kind,
    Language,
    Passphrase,
    ProfileName,
    app,
)
from walletcore.cli.names import find_chain, find_profile
from walletcore.errors import DerivationError, Unsupported
from walletcore.secret import sealed

if TYPE_CHECKING:
    from walletcore.chains.base import Chain
    from walletcore.hd.bip32 import ExtendedPublicKey
    from walletcore.wallet import Wallet, Where

__all__ = ["opened"]


@app.command()
def new(
    words: Annotated[int, typer.Option(metavar="N", help="12, 15, 18, 21 or 24 words.")] = 24,
    language: Language = "english",
) -> None:
    """Make a new BIP-39 phrase and print it, once.

    It comes from the system's randomness.
    """
    from walletcore.mnemonic.bip39 import Mnemonic

    phrase = Mnemonic.generate(words, language=language)
    _check_can_show(language, phrase.reveal())
    typer.echo("Write these words down, offline; whoever has them has the money.", err=True)
    typer.echo(phrase.reveal())


def _check_can_show(language: str, words: str) -> None:
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    try:
        words.encode(encoding)
    except UnicodeEncodeError:
        hint = "set a UTF-8 locale, or choose another language"
        raise Unsupported(f"this terminal ({encoding}) cannot show words in {language}", hint=hint) from None


@app.command()
def address(
    chain: ChainName,
    account: Account = None,
    change: Change = 0,
    index: Annotated[int, typer.Option(metavar="N", help="The first address index.")] = 0,
    count: Annotated[int, typer.Option(min=1, max=100_000, metavar="N", help="How many addresses from there on.")] = 1,
    profile: ProfileName = "",
    kind: Kind = "",
    xpub: Annotated[
        str, typer.Option(help="An account's extended public key instead of a phrase: no secret needed.")
    ] = "",
    language: Language = "",
    passphrase: Passphrase = False,
    stdin: FromStdin = False,
    fd: FromFd = None,
    qr: AsQr = False,
    as_json: AsJson = False,
) -> None:
    """Print addresses of a phrase or of an extended public key.

    The phrase is asked for without echo, unless --stdin or --fd has it.
    """
    row = find_chain(chain)
    where: Where = {"change": change, "profile": profile, "kind": kind}
    if account is not None:
        where["account"] = account
    if xpub and (stdin or passphrase or language or fd is not None):
        raise typer.BadParameter("--xpub needs no secret: leave out --stdin, --fd, --passphrase and --language")
    if not xpub:  # say what is wrong before a secret is typed
        row.path(account=account or 0, change=change, index=index + count - 1, profile=_named(row, profile, kind))
    with _wallet(xpub, Secrets(stdin=stdin, fd=fd), passphrase, language) as wallet:
        rows = _addresses(wallet, row, where, range(index, index + count))
        if as_json:
            show.print_json(list(rows))
            return
        for found in rows:
            typer.echo(f"{found['path']}\t{found['address']}" if found["path"] else found["address"])
            if qr:
                qr_code.draw(found["address"])


@app.command()
def xpub(
    chain: ChainName,
    account: Account = None,
    profile: ProfileName = "",
    kind: Kind = "",
    slip132: Annotated[bool, typer.Option("--slip132", help="Write ypub, zpub ... for the kind of address.")] = False,
    language: Language = "",
    passphrase: Passphrase = False,
    stdin: FromStdin = False,
    fd: FromFd = None,
    qr: AsQr = False,
    as_json: AsJson = False,
) -> None:
    """Print an account's extended public key, for watching only.

    All of its addresses, and no signature, come from it.
    """
    row = find_chain(chain)
    chosen = find_profile(row, profile, kind)
    where: Where = {"account": account or 0, "profile": profile, "kind": kind}
    chosen.fill(account=account or 0)
    with opened(Secrets(stdin=stdin, fd=fd), language=language, salted=passphrase) as wallet:
        node, origin = wallet.xpub(row, **where), wallet.origin(row, **where)
    text = _spelled(node, chosen.kind) if slip132 else str(node)
    path = "/".join(str(origin.path).split("/")[: node.depth + 1])
    if as_json:
        found = {"chain": row.name, "profile": chosen.name, "path": path, "master": origin.fingerprint.hex()}
        show.print_json({**found, "xpub": text})
        return
    typer.echo(f"{path}\t{text}")
    if qr:
        qr_code.draw(text)


def _spelled(node: ExtendedPublicKey, kind: str) -> str:
    try:
        return node.text(kind=kind)
    except DerivationError:
        raise Unsupported(f"SLIP-132 has no prefix for {kind}", reason="unknown") from None


@sealed
def opened(secrets: Secrets, *, language: str = "", salted: bool = False) -> Wallet:
    """The wallet of the phrase, and if it is salted the passphrase, that are asked for.

    Raises `MnemonicError`, `DecodingError`.
    """
    from walletcore.wallet import Wallet

    phrase = secrets.ask("mnemonic")
    return Wallet.from_mnemonic(phrase, secrets.ask("passphrase") if salted else "", language=language or None)


def _named(row: Chain, profile: str, kind: str) -> str:
    """The name of the profile that is meant. Raises `Unsupported`."""
    return find_profile(row, profile, kind).name


def _wallet(xpub: str, secrets: Secrets, passphrase: bool, language: str) -> Wallet:
    from walletcore.wallet import Wallet

    if xpub:
        return Wallet.from_xpub(xpub)
    return opened(secrets, language=language, salted=passphrase)


def _addresses(wallet: Wallet, chain: Chain, where: Where, indexes: range) -> Iterator[dict[str, str]]:
    for index in indexes:
        here: Where = {**where, "index": index}
        found = wallet.address(chain, **here)
        path = "" if wallet.is_watch_only else str(wallet.origin(chain, **here).path)
        yield {"chain": found.chain.name, "kind": found.kind, "path": path, "address": found.text}
