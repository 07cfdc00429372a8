"""The command ``discover``: which wallet made this phrase, or this extended key (`walletcore.discovery`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Annotated, Any

import typer

from walletcore.cli import show
from walletcore.cli.asking import Secrets
from walletcore.cli.base import AsJson, FromFd, FromStdin, Language, Passphrase, app
from walletcore.cli.ending import DONE, REFUSED, fail
from walletcore.cli.names import chain_names, find_chain
from walletcore.cli.progress import bar
from walletcore.errors import DerivationError
from walletcore.secret import sealed

if TYPE_CHECKING:
    from walletcore.discovery import Bounds, Candidate, Findings, LeftOut, Progress

__all__ = []

_MOST = 2**31
_ONE_CASE = re.compile(r"0x([0-9a-f]{40}|[0-9A-F]{40})", re.ASCII)
_TITLES = ("chains", "profile", "path", "kind", "address", "wallets")


@app.command()
def discover(
    address: Annotated[
        str | None, typer.Option(help="An address of any chain. Left out: the first address of every profile.")
    ] = None,
    xpub: Annotated[
        str | None, typer.Option(help="An extended public key instead of a phrase: no secret needed.")
    ] = None,
    chain: Annotated[
        list[str] | None,
        typer.Option(help="A chain to search; as often as needed. Left out: all.", autocompletion=chain_names),
    ] = None,
    accounts: Annotated[int, typer.Option(min=1, max=_MOST, metavar="N", help="How many accounts to search.")] = 10,
    changes: Annotated[int, typer.Option(min=1, max=_MOST, metavar="N", help="1: receiving only; 2: change, too.")] = 2,
    indices: Annotated[int, typer.Option(min=1, max=_MOST, metavar="N", help="How many addresses of each.")] = 100,
    language: Language = "",
    passphrase: Passphrase = False,
    stdin: FromStdin = False,
    fd: FromFd = None,
    as_json: AsJson = False,
) -> None:
    """Find out which wallets lead from a phrase to an address.

    The phrase, or an extended private key, is asked for without echo, unless --stdin or --fd has it. Every profile of
    every chain is searched, the first accounts and addresses first; exit code 1 where none has the address.
    """
    from walletcore.discovery import Bounds

    if not all(given is None or given.strip() for given in (address, xpub)):  # a variable that a script did not set
        raise typer.BadParameter("--address and --xpub are left out, or have a text")
    if xpub is not None and (stdin or passphrase or language or fd is not None):
        raise typer.BadParameter("--xpub needs no secret: leave out --stdin, --fd, --passphrase and --language")
    bounds = Bounds(accounts=accounts, changes=changes, indices=indices)
    names = [find_chain(name).name for name in chain or ()]  # say what is wrong before a secret is typed
    wanted = None if address is None else _written(address.strip(), names)
    search = {"address": wanted, "chains": names, "bounds": bounds}
    secrets = Secrets(stdin=stdin, fd=fd)
    found = _of_secret(secrets, language, passphrase, search) if xpub is None else _of_key(xpub.strip(), search)
    raise typer.Exit(_told(found, bounds, wanted, as_json))


def _written(address: str, names: Sequence[str]) -> str:
    """The address as its chain writes it: on EVM chains one in one case has no checksum, but a key will prove it.

    Where more than one chain is searched, as most of them write it.
    """
    from walletcore.chains import chain
    from walletcore.chains.evm import Evm

    row = chain(names[0]) if len(names) == 1 else chain("ethereum")
    if not (isinstance(row, Evm) and _ONE_CASE.fullmatch(address)):
        return address
    return row.parse_address(address, allow_unchecked=True).text


def _of_key(xpub: str, search: dict[str, Any]) -> Findings:
    from walletcore.discovery import candidates_of
    from walletcore.hd.bip32 import ExtendedPublicKey

    key = ExtendedPublicKey.parse(xpub)
    with _bar(search) as progress:
        return candidates_of(key, progress=progress, **search)


@sealed
def _of_secret(secrets: Secrets, language: str, salted: bool, search: dict[str, Any]) -> Findings:
    """The candidates of what is asked for: one word alone is an extended private key, all else a phrase."""
    from walletcore.discovery import candidates_of, candidates_of_phrase

    text = secrets.ask("mnemonic")
    if len(text.split()) == 1:
        from walletcore.hd.bip32 import ExtendedPrivateKey

        if salted or language:
            raise DerivationError("an extended key has neither a passphrase nor a language", reason="mismatch")
        key = ExtendedPrivateKey.parse(text.strip())
        with _bar(search) as progress:
            return candidates_of(key, progress=progress, **search)
    passphrase = secrets.ask("passphrase") if salted else ""
    with _bar(search) as progress:
        return candidates_of_phrase(text, passphrase, language=language or None, progress=progress, **search)


def _bar(search: dict[str, Any]) -> AbstractContextManager[Progress | None]:
    """A progress bar where there is something to search."""
    return nullcontext() if search["address"] is None else bar("searching")


# -- what was found


def _told(found: Findings, bounds: Bounds, address: str | None, as_json: bool) -> int:
    """Print what was found, and what was not looked into; the exit code comes back."""
    if as_json:
        show.print_json(_values(found))
    else:
        _show(found)
    if found.candidates:
        return DONE
    if address is None:
        return fail("no profile begins at this key", reason="mismatch", as_json=as_json, code=REFUSED)
    within = f"{bounds.accounts} accounts and {bounds.indices} addresses of each"
    hint = "a passphrase (--passphrase) makes other addresses; --accounts and --indices search further"
    problem = f"no known profile has this address within {within} ({found.keys} keys tried)"
    return fail(problem, hint, reason="unknown", as_json=as_json, code=REFUSED)


def _show(found: Findings) -> None:
    if found.candidates:
        rows = _rows(found.candidates)
        kept = [place for place in range(len(_TITLES)) if any(row[place] for row in rows)]  # not all chains have kinds
        titles, *table = [tuple(row[place] for place in kept) for row in (_TITLES, *rows)]
        show.print_table(titles, table)
    for text in _unsearched(found.left_out):
        typer.echo(f"not searched: {show.plain(text)}", err=True)


def _values(found: Findings) -> dict[str, Any]:
    return {
        "candidates": [
            {
                "chain": each.chain.name,
                "profile": each.profile.name,
                "path": str(each.path),
                "kind": each.kind,
                "address": each.address.text,
                "wallets": list(each.wallets),
                "source": each.source,
            }
            for each in found
        ],
        "left_out": [
            {"chain": each.chain, "profile": each.profile, "reason": each.reason, "why": each.why}
            for each in found.left_out
        ],
        "keys": found.keys,
        "languages": list(found.languages),
    }


def _rows(candidates: Sequence[Candidate]) -> list[tuple[str, ...]]:
    """One row for all chains on which a profile leads to the same address."""
    chains: dict[tuple[str, ...], list[str]] = {}
    for each in candidates:
        place = each.profile.name, str(each.path), each.kind, each.address.text, ", ".join(each.wallets)
        chains.setdefault(place, []).append(each.chain.name)
    return [(show.listed(names), *place) for place, names in chains.items()]


def _unsearched(left_out: Sequence[LeftOut]) -> list[str]:
    """What somebody might miss: families and trees that are lacking, and hardened steps; not other accounts' places."""
    told = [each for each in left_out if each.reason not in ("mismatch", "network")]
    reasons: dict[str, list[str]] = {}
    for each in told:
        reasons.setdefault(each.why, []).append(f"{each.chain} {each.profile}".strip())
    return [f"{show.listed(tuple(names))}: {why}" for why, names in reasons.items()]
