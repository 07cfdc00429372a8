"""A text as a key: extended keys (BIP-32, SLIP-132), and what `private`, `encrypted` and `public` know.

Secrets are described, never shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from walletcore.chains.base import Chain, Profile
from walletcore.cli.inspection import private
from walletcore.cli.inspection.encrypted import bip38
from walletcore.cli.inspection.finding import Finding, Oddity, is_on, names_of, of_network
from walletcore.cli.inspection.public import public
from walletcore.errors import DerivationError
from walletcore.hd.bip32 import VERSIONS, ExtendedPrivateKey, ExtendedPublicKey
from walletcore.hd.slip132 import BITCOIN_NETWORKS
from walletcore.path import HARDENED, Path
from walletcore.secret import sealed

__all__ = ["keys"]

_NO_PARENT = bytes(4)
Key = TypeVar("Key", ExtendedPublicKey, ExtendedPrivateKey)


@sealed
def keys(text: str, rows: Iterable[Chain]) -> list[Finding]:
    """The findings for a text that is a key of some kind; at most one, but for a phrase of several languages."""
    listed = tuple(rows)
    readers = (_extended_public, _extended_private, private.wif, private.pair, private.phrase, public, bip38)
    return [finding for read in readers for finding in read(text, listed)]


@sealed
def _on_its_network(parse: Callable[..., Key], text: str) -> Key | None:
    """The extended key that a text is, if need be of another coin than Bitcoin: the first network that has its form."""
    try:
        return parse(text)
    except DerivationError as error:
        others = [row.network for row in VERSIONS if row.network not in BITCOIN_NETWORKS]
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
    yield Finding(
        what="extended public key",
        chains=tuple(dict.fromkeys(names_of(row for row, _ in _uses(key, rows)))),
        facts=_facts(key),
        derived=tuple(_derived(key, rows)),
        odd=(*of_network(key.network, rows), *_oddities(key)),
    )


def _extended_private(text: str, rows: tuple[Chain, ...]) -> Iterator[Finding]:
    key = _on_its_network(ExtendedPrivateKey.parse, text)
    if key is None:
        return
    opened = key.public
    yield Finding(
        what="extended private key",
        chains=tuple(dict.fromkeys(names_of(row for row, _ in _uses(opened, rows)))),
        facts=_facts(opened),
        derived=tuple(_derived(opened, rows)),
        odd=(private.SECRET, *of_network(opened.network, rows), *_oddities(opened)),
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


def _uses(key: ExtendedPublicKey, rows: Iterable[Chain]) -> Iterator[tuple[Chain, Profile]]:
    """The chains and profiles whose accounts stand at this key's depth, on its network, for its kind of script."""
    if key.child_number < HARDENED:
        return
    for row in rows:
        if not is_on(row, key.network):
            continue
        for profile in row.profiles:
            account = profile.path.rpartition("'/")[0]  # down to the last hardened step
            if profile.derivation == "bip32" and account.count("/") == key.depth and key.kind in ("", profile.kind):
                yield row, profile


def _derived(key: ExtendedPublicKey, rows: Iterable[Chain]) -> Iterator[tuple[str, str, str, str]]:
    """The first address of each profile that the key may be the account of, chains with the same one together."""
    names: dict[tuple[str, str], dict[str, None]] = {}
    chains: dict[tuple[str, str], dict[str, None]] = {}
    for row, profile in _uses(key, rows):
        if "{account}" not in profile.path and key.child_number != HARDENED:
            continue
        path = profile.fill(account=key.child_number - HARDENED)
        derived = key.derive(Path(path.steps[key.depth :])).public_key
        place = str(path), row.address(derived, kind=profile.kind).text
        names.setdefault(place, {})[profile.name] = None
        chains.setdefault(place, {})[row.name] = None
    for place, found in names.items():
        yield ", ".join(found), place[0], ", ".join(chains[place]), place[1]
