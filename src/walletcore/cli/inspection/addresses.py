"""A text as an address: of which chains, of what kind, and what a payer should know (BIP-350, EIP-55, Solana)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from walletcore.chains.base import Address, Chain
from walletcore.chains.bitcoin import BitcoinChain
from walletcore.chains.evm import Evm
from walletcore.chains.solana import SolanaChain
from walletcore.cli.inspection.finding import Finding, Oddity, family, names_of
from walletcore.errors import AddressError, InvalidKey
from walletcore.keys import Curve, PublicKey

__all__ = ["addresses", "refusals"]

_ONE_CASE = re.compile(r"0x([0-9a-f]{40}|[0-9A-F]{40})", re.ASCII)
_TESTNETS = 1  # SLIP-44
_MAX_PRECOMPILE = 0xFFFF  # EIP-1352: reserved for precompiled contracts and system use


def addresses(text: str, rows: Iterable[Chain]) -> Iterator[Finding]:
    """One finding for the chains on which the text is one and the same address."""
    found: dict[tuple[str, str, bytes, str], list[Address]] = {}
    for row in rows:
        try:
            each = _read(row, text)
        except AddressError:
            continue
        found.setdefault((family(row), each.kind, each.payload, each.text), []).append(each)
    for same in found.values():
        yield _finding(text, same)


def refusals(text: str, rows: Iterable[Chain]) -> dict[str, AddressError]:
    """Why the text is no address, by chain, for those chains whose form it has and which still refuse it."""
    found = {}
    for row in rows:
        try:
            _read(row, text)
        except AddressError as error:
            if error.reason in ("checksum", "network", "mixed-case"):
                found[row.name] = error
    return found


def _read(row: Chain, text: str) -> Address:
    if isinstance(row, Evm):
        return row.parse_address(text, allow_unchecked=True)
    return row.parse_address(text)


def _finding(text: str, same: list[Address]) -> Finding:
    first = same[0]
    facts = [("family", family(first.chain)), ("kind", first.kind), ("payload", first.payload.hex())]
    if first.text != text:
        facts.append(("written as", first.text))
    facts.append(("account", first.account_id))
    return Finding(
        what="address",
        chains=names_of(each.chain for each in same),
        facts=tuple((name, value) for name, value in facts if value),
        row=first.chain,
        odd=tuple(_oddities(text, first)),
    )


def _oddities(text: str, address: Address) -> Iterator[Oddity]:
    row = address.chain
    if row.slip44 == _TESTNETS:
        yield Oddity(code="test-network", text="an address of test networks, whose coins are worth nothing")
    if isinstance(row, BitcoinChain):
        yield from _of_bitcoin(row, address)
    if isinstance(row, Evm):
        yield from _of_evm(text, address)
    if isinstance(row, SolanaChain) and not _is_key(address.payload):
        yield Oddity(code="no-key", text="no public key: an account of a program, which nobody signs for")


def _of_bitcoin(row: BitcoinChain, address: Address) -> Iterator[Oddity]:
    if address.kind == "witness_unknown":
        yield Oddity(
            code="anyone-can-spend", text="a witness version kept for later: anyone can spend what is sent there"
        )
        return
    try:
        row.parse_address(address.text, require_spendable=True)
    except AddressError as error:
        yield Oddity(code="unspendable", text=str(error))


def _of_evm(text: str, address: Address) -> Iterator[Oddity]:
    if _ONE_CASE.fullmatch(text) and address.text != text:
        yield Oddity(code="unchecked", text="no checksum, as all letters are of one case: a typo would not be noticed")
    number = int.from_bytes(address.payload)
    if number == 0:
        yield Oddity(code="unspendable", text="the zero address: what is sent there is lost")
    elif number <= _MAX_PRECOMPILE:
        yield Oddity(code="reserved", text="an address reserved for precompiled contracts (EIP-1352)")


def _is_key(payload: bytes) -> bool:
    try:
        PublicKey(Curve.ED25519, payload)
    except InvalidKey:
        return False
    return True
