"""What a transaction does, as effects: its messages in their order, the memo, and the fee."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from walletcore.chains.cosmos.messages.common import pool
from walletcore.coding.protobuf import AnyMessage
from walletcore.coding.visible import is_visible
from walletcore.effects import Effect, Fee, Opaque, Statement, Transfer

if TYPE_CHECKING:
    from walletcore.chains.cosmos.chain import CosmosChain
    from walletcore.chains.cosmos.transaction import Transaction

__all__ = ["effects_of", "message_effects"]

_DEPOSITS = {"thor": "thorchain", "sthor": "thorchain"}
"""Prefix of a chain's accounts -> the module to which coins are sent as a deposit (thornode, MsgSend's handler)."""


def effects_of(transaction: Transaction) -> tuple[Effect, ...]:
    """See `Transaction.effects`."""
    chain = transaction.chain
    done = [effect for each in transaction.messages for effect in message_effects(chain, each)]
    return (*done, *_memo(transaction, done), *_fees(transaction))


def message_effects(chain: CosmosChain, message: Any) -> tuple[Effect, ...]:
    """What one message does; `Opaque` where no table describes it."""
    if type(message) is AnyMessage:
        return (Opaque(why=f"a message of the type {message.type_url[:100]!r}", data=message.value),)
    return message.effects(chain)  # type: ignore[no-any-return]


def _memo(transaction: Transaction, done: Sequence[Effect]) -> tuple[Effect, ...]:
    """THORChain takes coins that are sent to its module for a deposit, whose memo is the transaction's."""
    chain, memo = transaction.chain, transaction.memo
    module = chain.account_id(pool(chain, _DEPOSITS[chain.hrp])) if chain.hrp in _DEPOSITS else ""
    if module and any(isinstance(each, Transfer) and each.destination == module for each in done):
        return (Opaque(why="a memo that THORChain acts on, as coins go to its module", data=memo.encode()),)
    if not memo:
        return ()
    if is_visible(memo):
        return (Statement(text=memo, meaning="memo"),)
    return (Opaque(why="a memo with characters that cannot be seen", data=memo.encode()),)


def _fees(transaction: Transaction) -> tuple[Effect, ...]:
    """All that is offered is paid, whatever gas is used: by the granter, the payer, or the first signer."""
    chain, fee = transaction.chain, transaction.fee
    payload = transaction.signers[0].payload(chain)
    first = "" if payload is None else chain.account(payload).text
    payer = fee.granter or fee.payer or first
    account = chain.account_id(payer) if payer else ""
    paid = [Fee(asset=chain.token(coin.denom), at_most=coin.amount, payer=account) for coin in fee.amount]
    if chain.hrp in _DEPOSITS:  # what the network takes for each message, and no byte names (thornode, NativeTxFee)
        return (*paid, Fee(asset=chain.fee_asset, at_most=None, payer=account))
    return tuple(paid) or (Fee(asset=chain.fee_asset, at_most=0, payer=account),)
