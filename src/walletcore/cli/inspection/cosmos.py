"""What is odd about a transaction of a Cosmos chain: signatures that cannot be verified, coins sent to modules."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from walletcore.chains.base import Chain
from walletcore.chains.cosmos.messages.common import pool
from walletcore.cli.inspection.finding import Oddity
from walletcore.effects import Effect, Transfer

__all__ = ["oddities"]

# x/auth: accounts of modules to which bank transfers are refused, or from which nobody takes them out
_MODULES = ("bonded_tokens_pool", "not_bonded_tokens_pool", "fee_collector", "mint", "gov", "transfer")


def oddities(
    row: Chain, subject: Any, effects: Sequence[Effect], raw: bytes, change: Collection[int]
) -> Iterator[Oddity]:
    """The oddities that only this family has."""
    del raw, change
    if any(signer.account_number is None for signer in subject.signers):
        text = "the numbers of accounts are signed and not sent: whether the signatures are right, the bytes do not say"
        yield Oddity(code="unverified", text=text)
    modules = {row.account_id(pool(subject.chain, name)): name for name in _MODULES}
    for effect in effects:
        if isinstance(effect, Transfer) and effect.destination in modules:
            text = f"coins sent to the module {modules[effect.destination]}: they are refused, or lost"
            yield Oddity(code="unspendable", text=text)
        if isinstance(effect, Transfer) and effect.amount == 0:
            yield Oddity(code="nothing-moves", text="a transfer of nothing")
