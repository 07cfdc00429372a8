"""A text as an address: of which chains, of what kind, and what a payer should know.

BIP-350, EIP-55; names and requests around it by CAIP-10, BIP-21, EIP-681 and Solana Pay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from walletcore.chains import chains as all_chains
from walletcore.chains.base import Address, Chain
from walletcore.chains.bitcoin import BitcoinChain
from walletcore.chains.bitcoin.uri import PaymentUri
from walletcore.chains.cosmos import CosmosChain
from walletcore.chains.evm import Evm
from walletcore.chains.solana import SolanaChain
from walletcore.chains.stellar import StellarChain
from walletcore.chains.theta import ThetaChain
from walletcore.chains.tron import TronChain
from walletcore.chains.vechain import VeChain
from walletcore.chains.xrpl import XrplChain
from walletcore.cli.inspection import evm, solana, stellar, xrpl
from walletcore.cli.inspection.bitcoin import ANYONES, code_of
from walletcore.cli.inspection.finding import Finding, Oddity, family, names_of
from walletcore.cli.inspection.requests import REQUEST, facts_of
from walletcore.coding import eip55
from walletcore.errors import AddressError

__all__ = ["addresses", "of_others", "refusals"]

_ONE_CASE = re.compile(r"0x([0-9a-f]{40}|[0-9A-F]{40})", re.ASCII)
_TESTNETS = 1  # SLIP-44
_TRON = 34  # characters
_CASHADDR = re.compile(r"[qpzr][02-9ac-hj-np-z]{41}|[QPZR][02-9AC-HJ-NP-Z]{41}", re.ASCII)  # of 20 bytes, no prefix
_ICAP = re.compile(r"XE[0-9]{2}[0-9A-Z]{16,31}", re.ASCII)
_REQUEST = re.compile(  # EIP-681, Solana Pay
    r"(?P<scheme>ethereum|solana):(?:pay-)?(?P<address>[0-9A-Za-z]+)(?P<asked>[@/?].*)?", re.IGNORECASE | re.ASCII
)
_FAMILIES = {"ethereum": "evm", "solana": "solana"}


def addresses(text: str, rows: Iterable[Chain]) -> Iterator[Finding]:
    """One finding for the chains on which the text stands for the same, by itself or in a longer name."""
    whole, rows = text, tuple(rows)
    text, rows, asked = _unwrapped(text, rows)
    found: dict[tuple[str, str, bytes], list[Address]] = {}
    for row in rows:
        try:
            each = _read(row, text)
        except AddressError:
            continue
        found.setdefault((_alike(row), each.kind, each.payload), []).append(each)
    for same in found.values():
        yield _finding(text, same, asked, whole)
    if not found and asked:
        yield from _unaddressed(whole, rows)


def _alike(row: Chain) -> str:
    """The family by whose rules the chain's addresses are written: Theta and VeChain have them as EVM chains do."""
    return "evm" if isinstance(row, (ThetaChain, VeChain)) or _is_hexadecimal(row) else family(row)


def _is_hexadecimal(row: Chain) -> bool:
    """Whether this is a Cosmos chain without bech32, whose accounts are written as those of EVM chains."""
    return isinstance(row, CosmosChain) and not row.hrp


def _unwrapped(text: str, rows: tuple[Chain, ...]) -> tuple[str, tuple[Chain, ...], str]:
    """An address out of its CAIP-10 name or a payment request, the chains that these allow, and what is asked for."""
    for row in rows:
        if text.startswith(f"{row.caip2}:"):
            return text[len(row.caip2) + 1 :], (row,), ""
    scheme, colon, rest = text.partition(":")
    meant = tuple(row for row in rows if colon and isinstance(row, BitcoinChain) and row.uri_scheme == scheme.lower())
    if meant:
        address, _, query = rest.partition("?")
        return address, meant, f"?{query}" if query else "nothing more"
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
            if is_icap or (error.reason in ("checksum", "network", "mixed-case") and _has_form(row, text)):
                found[row.name] = error
    return found


def of_others(text: str, rows: Iterable[Chain]) -> tuple[str, ...]:
    """The chains that have the address in a payment request whose scheme is of other ones."""
    address, meant, asked = _unwrapped(text, tuple(rows))
    others = [row for row in all_chains() if asked and row not in meant]
    return tuple([row.name for row in others if _is_address(row, address)])


def _is_address(row: Chain, text: str) -> bool:
    try:
        _read(row, text)
    except AddressError:
        return False
    return True


def _has_form(row: Chain, text: str) -> bool:
    """Whether a text that is none of the chain looks as if it were meant for one: CashAddr, bech32, or Tron's T."""
    if isinstance(row, CosmosChain) and row.hrp:
        return text.lower().partition("1")[0] in _cosmos_prefixes()
    if isinstance(row, TronChain):
        return text.startswith("T") and len(text) == _TRON
    prefix = row.prefixes.cashaddr if isinstance(row, BitcoinChain) else ""
    return not prefix or text.lower().startswith(f"{prefix}:") or _CASHADDR.fullmatch(text) is not None


def _cosmos_prefixes() -> set[str]:
    rows = [row for row in all_chains() if isinstance(row, CosmosChain) and row.hrp]
    return {hrp for row in rows for hrp in (row.hrp, row.validator_hrp)}


def _read(row: Chain, text: str) -> Address:
    if isinstance(row, (Evm, ThetaChain, TronChain, VeChain)):
        return row.parse_address(text, allow_unchecked=True)
    if isinstance(row, CosmosChain) and not row.hrp:
        return row.account(eip55.parse(text, allow_unchecked=True))
    if isinstance(row, CosmosChain) and row.validator_hrp and text.startswith(f"{row.validator_hrp}1"):
        return row.parse_validator(text)
    return row.parse_address(text)


def _forms(text: str, same: list[Address]) -> Iterator[str]:
    """The other texts of what these addresses stand for, each with its chains where not all write it so."""
    written: dict[str, list[str]] = {}
    for each in same:
        written.setdefault(each.text, []).append(each.chain.name)
    for form, names in written.items():
        if form != text:
            yield form if len(written) == 1 else f"{form} ({', '.join(names)})"


def _finding(text: str, same: list[Address], asked: str, whole: str) -> Finding:
    first = next((each for each in same if not _is_of_test(each)), same[0])
    wishes, odd = _wishes(first.chain, asked, whole)
    families = dict.fromkeys(family(each.chain) for each in same)
    facts = [("family", ", ".join(families)), ("kind", first.kind), ("payload", first.payload.hex())]
    facts += [("tag", "" if first.tag is None else str(first.tag))]
    facts += [("written as", form) for form in _forms(text, same)]
    facts += [("account", first.account_id), *wishes]
    return Finding(
        what="address",
        chains=names_of(each.chain for each in same),
        facts=tuple((name, value) for name, value in facts if value),
        row=first.chain,
        odd=(*_oddities(text, first), *odd),
    )


def _wishes(row: Chain, asked: str, whole: str) -> tuple[list[tuple[str, str]], list[Oddity]]:
    """What a payment request asks for: of Bitcoin's family read, of others as it stands there."""
    if not asked:
        return [], []
    if not isinstance(row, BitcoinChain):
        text = "a payment request: what it asks for is shown as it is, and not checked"
        return [("asked for", asked)], [Oddity(code="request", text=text)]
    try:
        return list(facts_of(PaymentUri.parse(row, whole))), [REQUEST]
    except AddressError as error:
        return [("asked for", asked)], [Oddity(code="request", text=f"a payment request that wallets refuse: {error}")]


def _unaddressed(whole: str, rows: tuple[Chain, ...]) -> Iterator[Finding]:
    """A payment request whose parameters alone say whom to pay (BIP-321), which all networks of its scheme read."""
    bitcoin = [row for row in rows if isinstance(row, BitcoinChain)]
    try:
        facts = tuple(facts_of(PaymentUri.parse(bitcoin[0], whole))) if bitcoin else ()
    except AddressError:
        return
    if facts:
        yield Finding(what="payment request", chains=names_of(bitcoin), facts=facts, odd=(REQUEST,))


def _is_of_test(address: Address) -> bool:
    row = address.chain
    return row.slip44 == _TESTNETS or (isinstance(row, XrplChain) and row.is_test and bool(address.kind))


def _oddities(text: str, address: Address) -> Iterator[Oddity]:
    row = address.chain
    if _is_of_test(address):
        yield Oddity(code="test-network", text="an address of test networks, whose coins are worth nothing")
    if isinstance(row, BitcoinChain):
        yield from _of_bitcoin(row, address)
    if isinstance(row, (Evm, ThetaChain, VeChain)) or _is_hexadecimal(row):
        yield from _of_evm(text, address)
    if isinstance(row, SolanaChain):
        yield from solana.of_account(address.payload)
    if isinstance(row, TronChain):
        if text != address.text:
            yield Oddity(code="unchecked", text="hex digits carry no checksum: a typo would not be noticed")
        yield from evm.of_account(address.payload)
    if isinstance(row, StellarChain):
        yield from stellar.of_account(address)
    if isinstance(row, XrplChain):
        yield from xrpl.of_account(address.account_id.rpartition(":")[2])


def _of_bitcoin(row: BitcoinChain, address: Address) -> Iterator[Oddity]:
    if address.kind in ANYONES:
        yield Oddity(code="anyone-can-spend", text=ANYONES[address.kind])
        return
    try:
        row.parse_address(address.text, require_spendable=True)
    except AddressError as error:
        yield Oddity(code=code_of(row, address.kind, "unspendable"), text=str(error))


def _of_evm(text: str, address: Address) -> Iterator[Oddity]:
    if _ONE_CASE.fullmatch(text) and address.text != text:
        yield Oddity(code="unchecked", text="no checksum, as all letters are of one case: a typo would not be noticed")
    yield from evm.of_account(address.payload)
