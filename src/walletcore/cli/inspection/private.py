"""A text as a private key: WIF, a key pair of Solana's wallets, a seed of Stellar, a BIP-39 phrase; never shown."""

from __future__ import annotations

from collections.abc import Iterator

from walletcore.chains.base import Chain
from walletcore.chains.bitcoin import BitcoinChain
from walletcore.chains.solana import SolanaChain
from walletcore.chains.stellar import StellarChain
from walletcore.cli.inspection.finding import Finding, Oddity, names_of, of_network
from walletcore.cli.inspection.public import UNCOMPRESSED, addresses_of
from walletcore.cli.leaks import pair_of
from walletcore.coding import strkey
from walletcore.errors import DecodingError, KeystoreError, MnemonicError
from walletcore.keys import Curve, PrivateKey
from walletcore.keystore.wif import VERSIONS, Wif
from walletcore.mnemonic.bip39 import Mnemonic
from walletcore.secret import sealed

__all__ = ["SECRET", "pair", "phrase", "seed", "wif"]

SECRET = Oddity(code="secret", text="private: whoever has this text has every coin of the keys in it")
_WEAK_KEY = Oddity(code="weak", text="a key so small that others have found it")
_WEAK_PHRASE = Oddity(code="weak", text="hardly random, as few of its words are different: others have found it")
_SMALL = 24  # leading zero bytes of a key: the rest is searched in hours
_FEW_WORDS = 3


@sealed
def wif(text: str, rows: tuple[Chain, ...]) -> Iterator[Finding]:
    """A private key of Bitcoin or its relatives, of all the networks that write it so, and its addresses."""
    keys = {network: key for network in VERSIONS if (key := _of_network(text, network)) is not None}
    if not keys:
        return
    network, key = next(iter(keys.items()))
    chains = tuple(row for row in rows if isinstance(row, BitcoinChain) and _wif_network(row) in keys)
    yield Finding(
        what="private key (WIF)",
        chains=names_of(chains),
        facts=(
            ("network", ", ".join(keys)),
            ("public key is", "compressed" if key.compressed else "uncompressed"),
            ("public key", key.private_key.public_key.data.hex()),
        ),
        derived=tuple(addresses_of(key.private_key.public_key, key.compressed, chains)),
        odd=(SECRET, *of_network(chains[0].xpub_network if chains else network, chains), *_of_wif(key)),
    )


@sealed
def _of_network(text: str, network: str) -> Wif | None:
    try:
        return Wif.parse(text, network=network)
    except KeystoreError:
        return None


def _wif_network(row: BitcoinChain) -> str:
    """The network whose texts the keys of a chain have: its own, or Bitcoin's main or test one."""
    return row.name if row.name in VERSIONS else row.xpub_network


@sealed
def _of_wif(key: Wif) -> Iterator[Oddity]:
    if not key.compressed:
        yield UNCOMPRESSED
    if not any(key.private_key.secret.reveal()[:_SMALL]):
        yield _WEAK_KEY


@sealed
def pair(text: str, rows: tuple[Chain, ...]) -> Iterator[Finding]:
    """A private key with its public key behind it, in base58 or as a list of numbers (Solana's wallets and tools)."""
    key = pair_of(text)
    if key is None:
        return
    public = key.public_key
    chains = [row for row in rows if isinstance(row, SolanaChain)]
    address = chains[0].address(public).text if chains else ""
    yield Finding(
        what="private key (key pair)",
        chains=names_of(chains),
        facts=(("public key", public.data.hex()),),
        derived=(("", "", ", ".join(names_of(chains)), address),) if chains else (),
        odd=(SECRET,) if any(key.secret.reveal()[:_SMALL]) else (SECRET, _WEAK_KEY),
    )


@sealed
def seed(text: str, rows: tuple[Chain, ...]) -> Iterator[Finding]:
    """A seed of Stellar (SEP-0023), and its account on the networks that have it."""
    if strkey.kind_of(text) is not strkey.Strkey.SEED:
        return
    try:
        secret = strkey.decode_seed(text)
    except DecodingError:
        return
    public = PrivateKey(Curve.ED25519, secret).public_key
    chains = [row for row in rows if isinstance(row, StellarChain)]
    account = chains[0].address(public).text if chains else ""
    yield Finding(
        what="private key (seed)",
        chains=names_of(chains),
        facts=(("public key", public.data.hex()),),
        derived=(("", "", ", ".join(names_of(chains)), account),) if chains else (),
        odd=(SECRET,) if any(secret.reveal()[:_SMALL]) else (SECRET, _WEAK_KEY),
    )


@sealed
def phrase(text: str, rows: tuple[Chain, ...]) -> Iterator[Finding]:
    """A phrase, which is of no chain, or of all."""
    del rows
    odd = (SECRET, _WEAK_PHRASE) if len(set(text.split())) <= _FEW_WORDS else (SECRET,)
    try:
        known = Mnemonic.parse(text)
    except MnemonicError as error:
        if error.reason == "ambiguous":
            yield Finding(what="BIP-39 phrase", facts=(("language", "several are possible"),), odd=odd)
        return
    yield Finding(what="BIP-39 phrase", facts=(("words", str(len(known))), ("language", known.language)), odd=odd)
