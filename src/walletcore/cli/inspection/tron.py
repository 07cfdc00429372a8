"""What is odd about a transaction of Tron: code without a limit, and what is sent to where nobody can take it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from walletcore.chains.base import Chain
from walletcore.chains.tron import TransferAssetContract, TransferContract
from walletcore.cli.inspection.evm import of_account
from walletcore.cli.inspection.finding import Oddity
from walletcore.effects import Effect, Transfer

__all__ = ["oddities"]

_HIGHEST = 15_000_000_000  # sun: java-tron, ProposalType MAX_FEE_LIMIT as the main network has it


def oddities(
    row: Chain, subject: Any, effects: Sequence[Effect], raw: bytes, change: Collection[int]
) -> Iterator[Oddity]:
    """The oddities that only this family has."""
    del row, raw, change
    contract = subject.contract
    if contract.runs_code and not subject.fee_limit:
        text = "no fee limit: its code runs on energy that the account has already, or not at all"
        yield Oddity(code="low-fee", text=text)
    if subject.fee_limit > _HIGHEST:
        yield Oddity(code="high-fee", text=f"a fee limit of {subject.fee_limit} sun: nodes take {_HIGHEST} at most")
    if not subject.expiration:
        yield Oddity(code="expired", text="its expiration is 0: no block takes it")
    if subject.permission_id:
        text = f"signed by permission {subject.permission_id} of the account, whose keys may be others"
        yield Oddity(code="permission", text=text)
    if isinstance(contract, (TransferContract, TransferAssetContract)):
        yield from of_account(contract.to_address.payload)
    for effect in effects:
        if isinstance(effect, Transfer) and effect.destination.rpartition(":")[2] == effect.asset.rpartition(":")[2]:
            text = "tokens sent to their own contract: most cannot be taken out again"
            yield Oddity(code="unspendable", text=text)
