"""Building: coins, payments and a fee rate become a PSBT, which nobody has signed.

BIP-69 (order), BIP-125 (replaceable by default); Bitcoin Core, src/wallet/spend.cpp (CreateTransactionInternal,
DiscourageFeeSniping).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from walletcore.chains.base import Address
from walletcore.chains.bitcoin.building.drafts import (
    EVERYTHING,
    Draft,
    Line,
    Price,
    as_output,
    check_flags,
    drafted,
    items,
)
from walletcore.chains.bitcoin.chain import BitcoinChain
from walletcore.chains.bitcoin.inputs import Input
from walletcore.chains.bitcoin.psbt import SAFE, Psbt, Safety
from walletcore.chains.bitcoin.transaction import Transaction
from walletcore.chains.bitcoin.tx import TxOut
from walletcore.errors import TransactionError

__all__ = ["LONG_TERM_FEE_RATE", "build"]

LONG_TERM_FEE_RATE = 10_000
"""What a coin will cost to spend some day, in satoshi per 1,000 virtual bytes (Core's DEFAULT_CONSOLIDATE_FEERATE)."""
_REPLACEABLE, _NOT_REPLACEABLE, _FINAL = 0xFFFF_FFFD, 0xFFFF_FFFE, 0xFFFF_FFFF  # BIP-125, "Summary"
_MAX_HEIGHT = 499_999_999  # below LOCKTIME_THRESHOLD: from there on a lock time is a time


def build(
    chain: BitcoinChain,
    *,
    inputs: Sequence[Input],
    payments: Sequence[TxOut] = (),
    change: TxOut | Address,
    fee_rate: int,
    selection: str = "branch-and-bound",
    ordering: str = "bip69",
    replaceable: bool = True,
    locktime: int = 0,
    tip: int | None = None,
    long_term_fee_rate: int = LONG_TERM_FEE_RATE,
    low_r: bool = False,
    allow_low_fee_rate: bool = False,
    allow_burn: bool = False,
    safety: Safety = SAFE,
) -> Psbt:
    """The PSBT of a transaction that spends some of the inputs and pays all payments.

    ``fee_rate`` is in satoshi per 1,000 virtual bytes. ``selection`` is a name of `SELECTIONS`, or "all": then every
    input is spent, and without payments everything goes to the change. ``ordering`` is a name of `ORDERINGS`.
    ``change`` is an address, or an output that `walletcore.chains.bitcoin.locks.change` made, whose value does not
    matter: it gets what is left, unless that is dust or less than its spending will cost at ``long_term_fee_rate``;
    then the fee takes it.

    The fee is what the rate says of the weight (`judged_weight`) with signatures of 71 bytes (``low_r``: 70, where all
    who sign take a low r), rounded up; it is exceeded only by change that is not made. ``tip``, the height of the last
    block, is the lock time then, against fee sniping. Without ``replaceable``, sequences of the default become 2^32-2.
    ``allow_low_fee_rate`` takes a rate below `Relay.min_fee_rate`, which nodes do not pass on; ``allow_burn`` payments
    that nobody can ever spend, such as an OP_RETURN output that is worth something.
    Raises `TransactionError`: "range" where the funds do not suffice, "policy" for dust and what is smaller than nodes
    pass on (`Relay.min_size`), "network" for an address of another network and for a chain without PSBTs, "too-large"
    for what no node passes on; and `SigningRefused` for a fee beyond the limits of ``safety``, which the PSBT keeps.
    """
    flags = _flags(replaceable, low_r=low_r, allow_low_fee_rate=allow_low_fee_rate, allow_burn=allow_burn)
    everything = selection == EVERYTHING
    offered = tuple(each if replaceable else _not_replaceable(each) for each in items(inputs, Input, "inputs"))
    draft = Draft(
        chain=chain,
        required=offered if everything else (),
        pool=() if everything else offered,
        payments=_payments(payments, everything),
        change=as_output(change),
        price=Price((Line(rate=fee_rate),)),
        long_term_fee_rate=long_term_fee_rate,
        selection="largest-first" if everything else selection,
        ordering=ordering,
        safety=safety,
        locktime=_locktime(locktime, tip),
        **flags,
    )
    transaction = drafted(draft)
    _check_locktime(transaction)
    return Psbt.from_transaction(transaction, safety=safety)


def _payments(given: Sequence[TxOut], everything: bool) -> tuple[TxOut, ...]:
    payments = items(given, TxOut, "payments")
    if not payments and not everything:
        raise TransactionError("expected payments, or selection='all'", reason="missing")
    return payments


def _flags(replaceable: bool, **flags: bool) -> dict[str, bool]:
    check_flags(replaceable=replaceable, **flags)
    return flags


def _check_locktime(transaction: Transaction) -> None:
    if transaction.locktime and all(each.sequence == _FINAL for each in transaction.inputs):
        raise TransactionError("no input has a sequence with which a lock time takes effect", reason="mismatch")


def _not_replaceable(each: Input) -> Input:
    if each.sequence == _REPLACEABLE:
        return replace(each, sequence=_NOT_REPLACEABLE)
    if each.sequence < _REPLACEABLE:
        raise TransactionError(f"input {each.txid}:{each.vout}: its sequence lets it be replaced", reason="mismatch")
    return each


def _locktime(locktime: int, tip: int | None) -> int:
    if tip is None:
        return locktime
    if type(tip) is not int or not 0 <= tip <= _MAX_HEIGHT:
        raise TransactionError(f"expected a height from 0 to {_MAX_HEIGHT} as tip", reason="range")
    if locktime:
        raise TransactionError("expected a lock time or a tip, got both", reason="ambiguous")
    return tip
