"""What is odd about a transaction or account of Stellar: fees, times, memos, and accounts that nobody has a key of.

Stellar documentation, "Fees", "Operations and Transactions" and "Pooled Accounts"; CAP-21.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from walletcore.chains.base import Address, Chain
from walletcore.chains.stellar import FeeBumpTransaction, Preconditions, StellarChain, TimeBounds
from walletcore.cli.inspection.finding import Oddity
from walletcore.effects import Effect, Transfer
from walletcore.errors import InvalidKey
from walletcore.keys import Curve, PublicKey

__all__ = ["oddities", "of_account"]

_BASE_FEE = 100  # stroops for an operation; of a fee bump, it is one more


def oddities(
    row: Chain, subject: Any, effects: Sequence[Effect], raw: bytes, change: Collection[int]
) -> Iterator[Oddity]:
    """The oddities that only this family has."""
    del raw, change
    assert isinstance(row, StellarChain)
    is_bump = isinstance(subject, FeeBumpTransaction)
    inner = subject.inner if is_bump else subject
    least = _BASE_FEE * (len(inner.operations) + is_bump)
    if subject.fee < least:
        yield Oddity(code="low-fee", text=f"a fee of {subject.fee} stroops: nodes take {least} or more")
    yield from _of_times(inner.conditions)
    for effect in effects:
        if not isinstance(effect, Transfer):
            continue
        name = effect.destination.rpartition(":")[2]
        if effect.tag is not None and inner.memo_id not in (None, effect.tag):
            text = f"{name} is told two numbers, {effect.tag} by its address and {inner.memo_id} by the memo"
            yield Oddity(code="two-tags", text=text)
        if name.startswith("G"):
            for found in of_account(row.parse_address(name)):
                yield Oddity(code=found.code, text=f"{name}: {found.text}")


def _of_times(conditions: Any) -> Iterator[Oddity]:
    times = conditions.time_bounds if isinstance(conditions, Preconditions) else conditions
    if not isinstance(times, TimeBounds) or not times.max_time:
        text = "it has no end: whoever has it can send it until its sequence number is used"
        yield Oddity(code="no-end", text=text)
    elif times.max_time < times.min_time:
        yield Oddity(code="expired", text="it ends before it begins: no ledger takes it")
    if isinstance(conditions, Preconditions) and conditions.min_sequence is not None:
        text = "the account's sequence number may be any from its minimum on: it waits for no other transaction"
        yield Oddity(code="sequence-open", text=text)


def of_account(address: Address) -> Iterator[Oddity]:
    """What is odd about an account as the destination of a payment."""
    if address.kind == "contract":
        return
    try:
        PublicKey(Curve.ED25519, address.payload[:32])
    except InvalidKey:
        yield Oddity(code="no-key", text="no public key: nobody signs for it but by other signers")
