"""What is odd about a transaction of VeChain: its fee, and where its clauses go (Yellow Paper, EIP-1352)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from walletcore.chains.base import Chain
from walletcore.cli.inspection import evm
from walletcore.cli.inspection.finding import Oddity
from walletcore.effects import Effect, Transfer

__all__ = ["oddities"]


def oddities(
    row: Chain, subject: Any, effects: Sequence[Effect], raw: bytes, change: Collection[int]
) -> Iterator[Oddity]:
    """The oddities that only this family has."""
    del row, raw, change
    if subject.gas < subject.intrinsic_gas:
        yield Oddity(
            code="low-fee", text=f"{subject.gas} units of gas: nodes take it with {subject.intrinsic_gas} or more"
        )
    if not subject.clauses:
        yield Oddity(code="no-clause", text="it has no clause: nothing is done, and a fee is paid")
    if not subject.expiration:
        yield Oddity(code="expired", text="its expiration is 0: no block after its reference takes it")
    for clause in subject.clauses:
        if clause.to is not None:
            yield from evm.of_account(clause.to.payload)
        elif not clause.data:
            yield Oddity(code="no-code", text="a contract without code: what is sent to it is lost")
    for effect in effects:
        if isinstance(effect, Transfer) and effect.destination.rpartition(":")[2] == effect.asset.rpartition(":")[2]:
            text = "tokens sent to their own contract: most cannot be taken out again"
            yield Oddity(code="unspendable", text=text)
