"""A text as an address: of which chains, of what kind, and what a payer should know.

BIP-350, EIP-55; names and requests around it by CAIP-10, BIP-21, EIP-681 and Solana Pay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from walletcore.chains.base import Address, Chain
from walletcore.chains.bitcoin import BitcoinChain
from walletcore.chains.evm import Evm
from walletcore.chains.solana import SolanaChain
from walletcore.cli.inspection import evm, solana
from walletcore.cli.inspection.finding import Finding, Oddity, family, names_of
from walletcore.errors import AddressError

__all__ = ["addresses", "refusals"]

_ONE_CASE = re.compile(r"0x([0-9a-f]{40}|[0-9A-F]{40})", re.ASCII)
_TESTNETS = 1  # SLIP-44
_ICAP = re.compile(r"XE[0-9]{2}[0-9A-Z]{16,31}", re.ASCII)
_REQUEST = re.compile(  # BIP-21, EIP-681, Solana Pay
    r"(?P<scheme>bitcoin|ethereum|solana):(?:pay-)?(?P<address>[0-9A-Za-z]+)(?P<asked>[@/?].*)?",
    re.IGNORECASE | re.ASCII,
)
_FAMILIES = {"bitcoin": "bitcoin", "ethereum": "evm", "solana": "solana"}


def addresses(text: str, rows: Iterable[Chain]) -> Iterator[Finding]:
    """One finding for the chains on which the text stands for the same, by itself or in a longer name."""
    text, rows, asked = _unwrapped(text, tuple(rows))
    found: dict[tuple[str, str, bytes], list[Address]] = {}
    for row in rows:
        try:
            each = _read(row, text)
        except AddressError:
            continue
        found.setdefault((family(row), each.kind, each.payload), []).append(each)
    for same in found.values():
        yield _finding(text, same, asked)


def _unwrapped(text: str, rows: tuple[Chain, ...]) -> tuple[str, tuple[Chain, ...], str]:
    """An address out of its CAIP-10 name or a payment request, the chains that these allow, and what is asked for."""
    for row in rows:
        if text.startswith(f"{row.caip2}:"):
            return text[len(row.caip2) + 1 :], (row,), ""
    request = _REQUEST.fullmatch(text)
    if request is None:
        return text, rows, ""
    wanted = _FAMILIES[request["scheme"].lower()]
    return request["address"], tuple(row for row in rows if family(row) == wanted), request["asked"] or "nothing more"


def refusals(text: str, rows: Iterable[Chain]) -> dict[str, AddressError]:
    """Why the text is no address, by chain, for those chains whose form it has and which still refuse it."""
    text, rows, _ = _unwrapped(text, tuple(rows))
    found = {}
    for row in rows:
        try:
            _read(row, text)
        except AddressError as error:
            is_icap = isinstance(row, Evm) and _ICAP.fullmatch(text)
            if is_icap or error.reason in ("checksum", "network", "mixed-case"):
                found[row.name] = error
    return found


def _read(row: Chain, text: str) -> Address:
    if isinstance(row, Evm):
        return row.parse_address(text, allow_unchecked=True)
    return row.parse_address(text)


def _forms(text: str, same: list[Address]) -> Iterator[str]:
    """The other texts of what these addresses stand for, each with its chains where not all write it so."""
    written: dict[str, list[str]] = {}
    for each in same:
        written.setdefault(each.text, []).append(each.chain.name)
    for form, names in written.items():
        if form != text:
            yield form if len(written) == 1 else f"{form} ({', '.join(names)})"


def _finding(text: str, same: list[Address], asked: str) -> Finding:
    first = same[0]
    facts = [("family", family(first.chain)), ("kind", first.kind), ("payload", first.payload.hex())]
    facts += [("written as", form) for form in _forms(text, same)]
    facts += [("account", first.account_id), ("asked for", asked)]
    return Finding(
        what="address",
        chains=names_of(each.chain for each in same),
        facts=tuple((name, value) for name, value in facts if value),
        row=first.chain,
        odd=(*_oddities(text, first), *_of_request(asked)),
    )


def _oddities(text: str, address: Address) -> Iterator[Oddity]:
    row = address.chain
    if row.slip44 == _TESTNETS:
        yield Oddity(code="test-network", text="an address of test networks, whose coins are worth nothing")
    if isinstance(row, BitcoinChain):
        yield from _of_bitcoin(row, address)
    if isinstance(row, Evm):
        yield from _of_evm(text, address)
    if isinstance(row, SolanaChain):
        yield from solana.of_account(address.payload)


def _of_request(asked: str) -> Iterator[Oddity]:
    if asked:
        text = "a payment request: what it asks for is shown as it is, and not checked"
        yield Oddity(code="request", text=text)


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
    yield from evm.of_account(address.payload)
