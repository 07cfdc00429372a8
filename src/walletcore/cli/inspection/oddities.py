"""What is odd about a transaction: things that are allowed, and that a careful person still wants to be told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from walletcore.chains.base import Chain
from walletcore.cli.inspection.finding import Oddity, family
from walletcore.cli.show import amount
from walletcore.effects import Approve, Authority, Effect, Fee, Opaque, Transfer
from walletcore.signing import Signable

__all__ = ["oddities"]

_UNLIMITED = 1 << 255
_HIGH_SHARE = 10  # a fee above a tenth of what moves
_HIGH_GAS_PRICE = 10**12  # wei per unit of gas: a thousand gwei, far above what any busy day has asked


def oddities(rows: Sequence[Chain], subject: Signable[Any], *, is_message: bool = False) -> Iterator[Oddity]:
    """The oddities of a transaction, or a message, that is valid on these chains of one family; told for the first."""
    effects = subject.effects()
    yield from _of_network(rows)
    if not is_message:
        yield from _of_fee(rows[0], subject, effects)
    for effect in effects:
        yield from _of_effect(effect)
    yield from _mixed(subject)


def _of_network(rows: Sequence[Chain]) -> Iterator[Oddity]:
    if rows[0].name == rows[0].caip2:
        yield Oddity(code="unknown-network", text=f"no chain with the name {rows[0].caip2} is known here")
    if len(rows) > 1 and family(rows[0]) == "evm":
        text = "no chain id is signed: whoever sees it can send it on every EVM chain"
        yield Oddity(code="replayable", text=text)
    elif len(rows) > 1:
        text = f"nothing in the bytes says for which of {len(rows)} networks it is; told as of {rows[0].name}"
        yield Oddity(code="network-open", text=text)


def _of_fee(row: Chain, subject: Signable[Any], effects: Sequence[Effect]) -> Iterator[Oddity]:
    fee = next((effect for effect in effects if isinstance(effect, Fee)), None)
    if fee is None or fee.at_most is None:
        yield Oddity(code="fee-unknown", text="the signatures do not say how much the fee is")
        return
    moved = sum(each.amount or 0 for each in effects if isinstance(each, Transfer) and each.asset == fee.asset)
    if 0 < moved < fee.at_most * _HIGH_SHARE:
        share = fee.at_most * 100 // moved
        shown = amount(fee.at_most, row.decimals, row.symbol)
        yield Oddity(code="high-fee", text=f"the fee may be {shown}, {share} % of what is transferred")
    price = getattr(subject, "max_price", 0)
    if price > _HIGH_GAS_PRICE:
        yield Oddity(code="high-fee", text=f"{price // 10**9} gwei for a unit of gas")


def _of_effect(effect: Effect) -> Iterator[Oddity]:
    match effect:
        case Opaque() if not effect.why.startswith("the fee"):  # that is said already
            yield Oddity(code="opaque", text=f"not understood: {effect.why}")
        case Approve() if effect.amount is None or effect.amount >= _UNLIMITED:
            yield Oddity(code="unlimited", text=f"{effect.spender} may spend all of it, now and later")
        case Authority():
            yield Oddity(code="control", text=f"control of {effect.account} changes: {effect.change}")
        case Transfer() if effect.source and effect.source == effect.destination:
            yield Oddity(code="to-itself", text="a transfer to the account that it comes from")


def _mixed(subject: Signable[Any]) -> Iterator[Oddity]:
    """Bitcoin: inputs of several kinds, or known and unknown ones, show together who owns them."""
    kinds = [getattr(each, "kind", "") for each in getattr(subject, "inputs", ())]
    if len(set(kinds)) > 1:
        named = ", ".join(sorted({kind or "unknown" for kind in kinds}))
        yield Oddity(code="mixed", text=f"inputs of several kinds are spent together: {named}")
