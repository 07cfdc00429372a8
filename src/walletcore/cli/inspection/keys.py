"""A text as a key: extended keys (BIP-32, SLIP-132), and what `private`, `encrypted` and `public` know.

Secrets are described, never shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from walletcore.chains.base import Chain
from walletcore.cli.inspection import private
from walletcore.cli.inspection.encrypted import bip38
from walletcore.cli.inspection.finding import Finding, Oddity, names_of, of_network
from walletcore.cli.inspection.public import public
from walletcore.discovery import Findings, candidates_of
from walletcore.errors import DerivationError
from walletcore.hd.bip32 import VERSIONS, ExtendedPrivateKey, ExtendedPublicKey
from walletcore.hd.slip132 import BITCOIN_NETWORKS, PLAIN_NETWORKS
from walletcore.path import HARDENED
from walletcore.secret import sealed

__all__ = ["keys"]

_NO_PARENT = bytes(4)
Key = TypeVar("Key", ExtendedPublicKey, ExtendedPrivateKey)


@sealed
def keys(text: str, rows: Iterable[Chain]) -> list[Finding]:
    """The findings for a text that is a key of some kind; at most one, but for a phrase of several languages."""
    listed = tuple(rows)
    own = (_extended_public, _extended_private)
    readers = (*own, private.wif, private.pair, private.seed, private.phrase, public, bip38)
    return [finding for read in readers for finding in read(text, listed)]


@sealed
def _on_its_network(parse: Callable[..., Key], text: str) -> Key | None:
    """The extended key that a text is, if need be of another coin than Bitcoin: the first network that has its form."""
    try:
        return parse(text)
    except DerivationError as error:
        others = [row.network for row in VERSIONS if row.network not in PLAIN_NETWORKS]
        networks = dict.fromkeys(others if error.reason == "network" else ())
    for network in networks:
        try:
            return parse(text, network=network)
        except DerivationError:
            continue
    return None


def _extended_public(text: str, rows: tuple[Chain, ...]) -> Iterator[Finding]:
    key = _on_its_network(ExtendedPublicKey.parse, text)
    if key is None:
        return
    found = candidates_of(key, chains=rows)
    yield Finding(
        what="extended public key",
        chains=tuple(dict.fromkeys(names_of(each.chain for each in found))),
        facts=(*_facts(key), *_as_bitcoin(key)),
        derived=tuple(_derived(found)),
        odd=(*_of_network(key.network, rows), *_oddities(key)),
    )


def _extended_private(text: str, rows: tuple[Chain, ...]) -> Iterator[Finding]:
    key = _on_its_network(ExtendedPrivateKey.parse, text)
    if key is None:
        return
    opened, found = key.public, candidates_of(key, chains=rows)
    yield Finding(
        what="extended private key",
        chains=tuple(dict.fromkeys(names_of(each.chain for each in found))),
        facts=_facts(opened),
        derived=tuple(_derived(found)),
        odd=(private.SECRET, *_of_network(opened.network, rows), *_oddities(opened)),
    )


def _facts(key: ExtendedPublicKey) -> tuple[tuple[str, str], ...]:
    number = key.child_number
    place = f"{number - HARDENED}'" if number >= HARDENED else str(number)
    facts = (
        ("network", key.network),
        ("kind of script", key.kind),
        ("depth", f"{key.depth}, {_level(key)}"),
        ("child number", place if key.depth else ""),
        ("fingerprint", key.fingerprint.hex()),
        ("parent fingerprint", key.parent_fingerprint.hex() if key.depth else ""),
        ("public key", key.public_key.data.hex()),
    )
    return tuple((name, value) for name, value in facts if value)


def _of_network(network: str, rows: tuple[Chain, ...]) -> Iterator[Oddity]:
    """Rows of relatives, too, read Bitcoin's letters: a text with those of a coin is of no chain, whatever it says."""
    if network in PLAIN_NETWORKS:
        yield from of_network(network, rows)
    else:
        text = f"written for {network} (SLIP-132), which no chain here reads: they read the same key as xpub or tpub"
        yield Oddity(code="other-network", text=text)


def _as_bitcoin(key: ExtendedPublicKey) -> Iterator[tuple[str, str]]:
    """The same key in the letters that all chains here read, where it has those of another coin."""
    if key.network not in PLAIN_NETWORKS:
        main, test = BITCOIN_NETWORKS
        yield "the same key", str(replace(key, network=test if key.network.endswith("-testnet") else main, kind=""))


def _level(key: ExtendedPublicKey) -> str:
    """BIP-44, "Path levels"."""
    names = ("the master key", "a purpose", "a coin type", "an account", "receiving or change addresses", "one address")
    return f"in BIP-44's order {names[key.depth]}" if key.depth < len(names) else "below BIP-44's levels"


def _oddities(key: ExtendedPublicKey) -> Iterator[Oddity]:
    if key.depth and key.parent_fingerprint == _NO_PARENT:
        yield Oddity(code="no-parent", text="below the root, but without its parent's fingerprint")
    if key.depth and key.child_number < HARDENED:
        text = "not hardened: with the parent's public key, this private key gives the parent's away"
        yield Oddity(code="not-hardened", text=text)
    if key.depth == 0:
        yield Oddity(code="master", text="a master key: wallets hand out keys of accounts, at depth 3")


def _derived(found: Findings) -> Iterator[tuple[str, str, str, str]]:
    """The first address of each profile that has its account here, chains with the same one together."""
    names: dict[tuple[str, str], dict[str, None]] = {}
    chains: dict[tuple[str, str], dict[str, None]] = {}
    for each in found:
        place = str(each.path), each.address.text
        names.setdefault(place, {})[each.profile.name] = None
        chains.setdefault(place, {})[each.chain.name] = None
    for place, profiles in names.items():
        yield ", ".join(profiles), place[0], ", ".join(chains[place]), place[1]
