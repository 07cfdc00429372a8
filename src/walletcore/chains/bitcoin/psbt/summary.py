"""A PSBT in the numbers that people decide by: who is paid, what returns, what it costs, what nobody could prove."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from walletcore.chains.bitcoin.psbt.safety import vsize_when_signed
from walletcore.effects import Effect, Fee, Opaque, Transfer
from walletcore.errors import TransactionError

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.psbt import Psbt

__all__ = ["ChangeOf", "Summary", "summary_of"]

ChangeOf = Callable[[Any], Collection[int]]
"""Which places of ``effects()`` return to a wallet that has derived the keys again: `Wallet.change_of`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """``outflows``: effects that pay somebody else; ``change``: transfers that provably return.

    ``fee`` in satoshi and ``fee_rate`` in satoshi per 1,000 virtual bytes are None where they could be a lie. The rate
    is that of the size which final inputs have, and which the others will have: in the way that is signed by most, and
    by the internal key of a taproot output, or its first leaf that is ready, where nobody has signed yet. Inputs whose
    keys are not known count as if they handed over nothing, so that it is not too low.
    ``unproven`` says in words what could not be proven: change that is only claimed, amounts, what may be replaced.
    A message (`Psbt.message`) pays nothing: what it states are its ``outflows``, and it has no fee.
    """

    outflows: tuple[Effect, ...]
    change: tuple[Transfer, ...]
    fee: int | None
    fee_rate: int | None
    unproven: tuple[str, ...]


def summary_of(psbt: Psbt, change_of: ChangeOf | None) -> Summary:
    """The summary of a PSBT. No path is believed: only ``change_of`` tells change, by deriving its keys again."""
    transaction, effects = psbt.transaction, psbt.effects()
    proven = frozenset(change_of(transaction)) if change_of is not None else frozenset()
    paid = list(enumerate(effects if psbt.message else effects[:-1]))
    change = tuple(each for place, each in paid if place in proven and isinstance(each, Transfer))
    last = effects[-1]
    fee = last.at_most if isinstance(last, Fee) else None
    claimed = [
        f"output {place}: said to return to the signer, which no key of the wallet proves"
        for place, each in paid
        if place not in proven and isinstance(each, Transfer) and each.owners
    ]
    return Summary(
        outflows=tuple(each for place, each in paid if place not in proven),
        change=change,
        fee=fee,
        fee_rate=None if fee is None else _rate(psbt, fee),
        unproven=(*claimed, *(each.why for each in effects if isinstance(each, Opaque))),
    )


def _rate(psbt: Psbt, fee: int) -> int:
    return -(-1000 * fee // _vsize(psbt))


def _vsize(psbt: Psbt) -> int:
    """Virtual bytes as far as they are known; inputs that are others' to sign count as if they handed over nothing."""
    transaction = psbt.transaction
    try:
        maps = psbt.finalized().inputs
    except TransactionError:  # a signature of another hash type than is asked for, which whoever finalizes is told
        maps = psbt.inputs
    return vsize_when_signed(transaction, maps, psbt.unsigned_tx, len(psbt._unsigned_bytes))
