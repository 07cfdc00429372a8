"""A wallet whose transactions are replaced: its coins, its change, what it sent first and what comes instead."""

from typing import Any

from support.bitcoin import BITCOIN, key
from walletcore.chains.bitcoin import Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.building import build, bump_fee
from walletcore.chains.bitcoin.locks import change
from walletcore.wallet import Wallet

__all__ = ["MINE", "TO", "WALLET", "bumped", "coin", "fee_of", "original", "own"]

WALLET = Wallet.from_seed(bytes(range(64)))
MINE = WALLET.public_key(BITCOIN)
TO = BITCOIN.address(key(2).public_key)


def coin(number: int, value: int, **options: Any) -> Input:
    parts = {"key": MINE, "origin": WALLET.origin(BITCOIN), **options}
    return Input(txid=f"{number + 1:064x}", vout=0, value=value, **parts)


def own(value: int = 0, index: int = 0) -> TxOut:
    key, origin = WALLET.public_key(BITCOIN, change=1, index=index), WALLET.origin(BITCOIN, change=1, index=index)
    return change(key, value=value, origin=origin)


def original(*values: int, paid: int = 100_000, rate: int = 2_000, **options: Any) -> Transaction:
    inputs = [coin(number, value, **options) for number, value in enumerate(values)]
    return build(
        BITCOIN,
        inputs=inputs,
        payments=[pay(TO, paid)],
        change=own(),
        fee_rate=rate,
        selection="all",
        allow_low_fee_rate=True,
    ).transaction


def bumped(old: Transaction, **options: Any) -> Transaction:
    return bump_fee(old, **{"fee_rate": 10_000, "change_of": WALLET.change_of, **options}).transaction


def fee_of(tx: Transaction) -> int:
    return tx.claimed_fee or 0
