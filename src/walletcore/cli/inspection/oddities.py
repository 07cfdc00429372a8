"""What is odd about a transaction: things that are allowed, and that a careful person still wants to be told."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from importlib import import_module
from typing import Any

from walletcore.chains import FAMILIES
from walletcore.chains.base import Chain
from walletcore.cli.inspection import messages
from walletcore.cli.inspection.finding import UNLIMITED, Oddity, family, number_of
from walletcore.cli.show import amount
from walletcore.effects import Approve, Authority, Effect, Fee, Opaque, Transfer
from walletcore.signing import Signable

__all__ = ["oddities"]

_HIGH_SHARE = 10  # a fee above a tenth of what moves
_FAR_TOO_HIGH = 10  # times what moves: beyond it the number says no more


def oddities(
    rows: Sequence[Chain],
    subject: Signable[Any],
    effects: Sequence[Effect],
    *,
    raw: bytes = b"",
    change: Collection[int] = (),
) -> Iterator[Oddity]:
    """The oddities of a transaction, or a message, that is valid on these chains of one family; told for the first.

    ``effects`` are its own, as they are shown; ``raw`` are the bytes of a signed one; ``change`` are the places of the
    effects that are proven to be change.
    """
    is_message = messages.is_message(subject)
    yield from _of_name(rows[0])
    if not is_message:
        yield from _of_network(rows)
        yield from _of_fee(rows[0], effects)
    for place, effect in enumerate(effects):
        number = number_of(effects, place)
        yield from _of_effect(effect) if number is None else _of_number(effect, number)
    name = family(rows[0])
    if is_message:  # good on every network by its nature, and without a fee
        yield from messages.oddities(subject)
    elif name in FAMILIES:
        yield from import_module(f"walletcore.cli.inspection.{name}").oddities(rows[0], subject, effects, raw, change)


def _of_name(row: Chain) -> Iterator[Oddity]:
    if row.name == row.caip2:
        yield Oddity(code="unknown-network", text=f"no chain with the name {row.caip2} is known here")


def _of_network(rows: Sequence[Chain]) -> Iterator[Oddity]:
    if len(rows) > 1 and family(rows[0]) == "evm":
        text = "no chain id is signed: whoever sees it can send it on every EVM chain"
        yield Oddity(code="replayable", text=text)
    elif len(rows) > 1:
        text = f"nothing in the bytes says for which of {len(rows)} networks it is; told as of {rows[0].name}"
        yield Oddity(code="network-open", text=text)


def _of_fee(row: Chain, effects: Sequence[Effect]) -> Iterator[Oddity]:
    fees = [effect for effect in effects if isinstance(effect, Fee)]
    if not fees or any(each.at_most is None for each in fees):
        yield Oddity(code="fee-unknown", text="the signatures do not say how much the fee is")
    fee = sum(each.at_most or 0 for each in fees if each.asset == row.asset)  # Theta's and VeChain's are not
    moved = sum(each.amount or 0 for each in effects if isinstance(each, Transfer) and each.asset == row.asset)
    if 0 < moved < fee * _HIGH_SHARE:
        shown = amount(fee, row.decimals, row.symbol)
        share = f"{fee * 100 // moved} % of" if fee < moved * _FAR_TOO_HIGH else "far more than"
        yield Oddity(code="high-fee", text=f"the fee may be {shown}, {share} what is transferred")


def _of_number(effect: Effect, number: int) -> Iterator[Oddity]:
    if isinstance(effect, Approve) and number >= UNLIMITED:
        text = f"{effect.spender} may spend all of it, now and later, if it is of ERC-20"
        yield Oddity(code="unlimited", text=text)
    text = "the number is an amount (ERC-20) or the id of one token (ERC-721): --erc20 names contracts that you know"
    yield Oddity(code="kind-open", text=text)


def _of_effect(effect: Effect) -> Iterator[Oddity]:
    match effect:
        case Opaque() if not effect.why.startswith("the fee"):  # that is said already
            yield Oddity(code="opaque", text=f"not understood: {effect.why}")
        case Approve() if effect.amount is None or effect.amount >= UNLIMITED:
            yield Oddity(code="unlimited", text=f"{effect.spender} may spend all of it, now and later")
        case Authority():
            yield Oddity(code="control", text=f"control of {effect.account} changes: {effect.change}")
        case Transfer() if effect.source and effect.source == effect.destination:
            yield Oddity(code="to-itself", text="a transfer to the account that it comes from")
