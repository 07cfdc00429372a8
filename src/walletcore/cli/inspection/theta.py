"""What is odd about a transaction of Theta: a fee that its nodes do not take, and where its coins go."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from walletcore.chains.base import Chain
from walletcore.chains.theta import Send, SmartContract
from walletcore.cli.inspection.finding import Oddity
from walletcore.effects import Effect

__all__ = ["oddities"]

# thetatoken/theta-protocol-ledger, ledger/types/const.go: since June 2021
_LEAST_FEE = 3 * 10**17  # wei of TFUEL; of coins sent half of it for each account, two at least
_LEAST_PRICE = 4 * 10**12


def oddities(
    row: Chain, subject: Any, effects: Sequence[Effect], raw: bytes, change: Collection[int]
) -> Iterator[Oddity]:
    """The oddities that only this family has."""
    del row, effects, raw, change
    if isinstance(subject, SmartContract):
        if subject.gas_price < _LEAST_PRICE:
            yield Oddity(code="low-fee", text=f"{subject.gas_price} wei for a unit of gas: nodes take {_LEAST_PRICE}")
        return
    accounts = len(subject.inputs) + len(subject.outputs) if isinstance(subject, Send) else 2
    least = _LEAST_FEE * accounts // 2
    if subject.fee < least:
        yield Oddity(code="low-fee", text=f"a fee of {subject.fee} wei of TFUEL: nodes take {least}")
    outputs = subject.outputs if isinstance(subject, Send) else ()
    if any(not any(out.account.payload) for out in outputs):
        yield Oddity(code="unspendable", text="the zero address: what is sent there is lost")
