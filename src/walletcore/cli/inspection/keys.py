"""A text as a key: extended keys (BIP-32, SLIP-132), WIF, BIP-39 phrases. What is secret is described, never shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from walletcore.chains.base import Chain, Profile
from walletcore.chains.bitcoin import BitcoinChain
from walletcore.cli.inspection.finding import Finding, Oddity, names_of
from walletcore.errors import DerivationError, KeystoreError, MnemonicError
from walletcore.hd.bip32 import ExtendedPrivateKey, ExtendedPublicKey
from walletcore.keystore.wif import VERSIONS, Wif
from walletcore.mnemonic.bip39 import Mnemonic
from walletcore.path import HARDENED, Path
from walletcore.secret import sealed

__all__ = ["keys"]

_TESTNETS = 1  # SLIP-44
_NO_PARENT = bytes(4)
_SECRET = Oddity(code="secret", text="private: whoever has this text has every coin of the keys in it")


@sealed
def keys(text: str, rows: Iterable[Chain]) -> list[Finding]:
    """The findings for a text that is a key of some kind; at most one, but for a phrase of several languages."""
    listed = tuple(rows)
    readers = (_extended_public, _extended_private, _wif, _phrase)
    return [finding for read in readers for finding in read(text, listed)]


def _extended_public(text: str, rows: tuple[Chain, ...]) -> Iterator[Finding]:
    try:
        key = ExtendedPublicKey.parse(text)
    except DerivationError:
        return
    yield Finding(
        what="extended public key",
        chains=tuple(dict.fromkeys(names_of(row for row, _ in _uses(key, rows)))),
        facts=_facts(key),
        derived=tuple(_derived(key, rows)),
        odd=tuple(_oddities(key)),
    )


def _extended_private(text: str, rows: tuple[Chain, ...]) -> Iterator[Finding]:
    try:
        key = ExtendedPrivateKey.parse(text)
    except DerivationError:
        return
    public = key.public
    yield Finding(
        what="extended private key",
        chains=tuple(dict.fromkeys(names_of(row for row, _ in _uses(public, rows)))),
        facts=_facts(public),
        derived=tuple(_derived(public, rows)),
        odd=(_SECRET, *_oddities(public)),
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
    if key.network == "testnet":
        yield Oddity(code="test-network", text="for test networks, whose coins are worth nothing")
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
        if (row.slip44 == _TESTNETS) != (key.network == "testnet"):
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
        public = key.derive(Path(path.steps[key.depth :])).public_key
        place = str(path), row.address(public, kind=profile.kind).text
        names.setdefault(place, {})[profile.name] = None
        chains.setdefault(place, {})[row.name] = None
    for place, found in names.items():
        yield ", ".join(found), place[0], ", ".join(chains[place]), place[1]


def _wif(text: str, rows: tuple[Chain, ...]) -> Iterator[Finding]:
    for network in VERSIONS:
        try:
            wif = Wif.parse(text, network=network)
        except KeystoreError:
            continue
        public = wif.private_key.public_key
        chains = [row for row in rows if isinstance(row, BitcoinChain) and _is_on(row, network)]
        form = "compressed" if wif.compressed else "uncompressed: its only addresses are p2pkh of the 65-byte form"
        derived: dict[tuple[str, str], list[str]] = {}
        for row in chains if wif.compressed else ():
            for kind in ("p2wpkh", "p2tr", "p2sh-p2wpkh", "p2pkh"):
                derived.setdefault((kind, row.address(public, kind=kind).text), []).append(row.name)
        yield Finding(
            what="private key (WIF)",
            chains=names_of(chains),
            facts=(("network", network), ("public key is", form), ("public key", public.data.hex())),
            derived=tuple((kind, "", ", ".join(names), address) for (kind, address), names in derived.items()),
            odd=(_SECRET,),
        )


def _is_on(row: Chain, network: str) -> bool:
    return (row.slip44 == _TESTNETS) == (network == "testnet")


def _phrase(text: str, rows: tuple[Chain, ...]) -> Iterator[Finding]:
    try:
        phrase = Mnemonic.parse(text)
    except MnemonicError as error:
        if error.reason != "ambiguous":
            return
        yield Finding(what="BIP-39 phrase", facts=(("language", "several are possible"),), odd=(_SECRET,))
        return
    facts = (("words", str(len(phrase))), ("language", phrase.language))
    yield Finding(what="BIP-39 phrase", facts=facts, odd=(_SECRET,))
