"""What is odd about an EVM transaction: where it goes, and whether its fee can pay for it (EIP-1352, Yellow Paper)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from walletcore.chains.base import Chain
from walletcore.chains.evm import least_gas
from walletcore.chains.evm.common import AnyTransaction
from walletcore.cli.inspection.finding import Oddity
from walletcore.effects import Effect, Transfer

__all__ = ["oddities", "of_account"]

_HIGH_GAS_PRICE = 10**12  # wei per unit of gas: a thousand gwei, far above what any busy day has asked
_MAX_PRECOMPILE = 0xFFFF  # EIP-1352: reserved for precompiled contracts and system use
_TOKEN = re.compile(r"[^/]+/erc(?:20|721|1155):([^/]+)(?:/[0-9]+)?")  # CAIP-19


def oddities(
    row: Chain, subject: Any, effects: Sequence[Effect], raw: bytes, change: Collection[int]
) -> Iterator[Oddity]:
    """The oddities that only this family has."""
    del row, raw, change
    if isinstance(subject, AnyTransaction):
        yield from _of_gas(subject)
    if subject.to is not None:
        yield from of_account(subject.to.payload)
    elif not subject.data:  # go-ethereum drafts no such transaction (internal/ethapi/transaction_args.go)
        yield Oddity(code="no-code", text="a contract without code: what is sent to it is lost")
    for effect in effects:
        if isinstance(effect, Transfer) and (token := _TOKEN.fullmatch(effect.asset)):
            yield from _of_token(effect, token[1])


def _of_gas(subject: AnyTransaction) -> Iterator[Oddity]:
    """What is odd about the gas and its price; a deposit, which another chain has made, has none of its own."""
    if subject.max_price > _HIGH_GAS_PRICE:
        yield Oddity(code="high-fee", text=f"{subject.max_price // 10**9} gwei for a unit of gas")
    if not subject.max_price:
        yield Oddity(code="low-fee", text="no fee is offered")
    if subject.gas < least_gas(subject):
        text = f"{subject.gas} units of gas: nodes of Ethereum take it with {least_gas(subject)} or more"
        yield Oddity(code="low-fee", text=text)


def of_account(payload: bytes) -> Iterator[Oddity]:
    """What is odd about 20 bytes as the destination of coins."""
    number = int.from_bytes(payload)
    if number == 0:
        yield Oddity(code="unspendable", text="the zero address: what is sent there is lost")
    elif number <= _MAX_PRECOMPILE:
        yield Oddity(code="reserved", text="an address reserved for precompiled contracts (EIP-1352)")


def _of_token(effect: Transfer, contract: str) -> Iterator[Oddity]:
    destination = effect.destination.rpartition(":")[2]
    if destination == contract:
        yield Oddity(code="unspendable", text="tokens sent to their own contract: most cannot be taken out again")
    yield from of_account(bytes.fromhex(destination.removeprefix("0x")))
