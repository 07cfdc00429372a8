"""Tokens of TRC-10 and TRX for each other: pairs that stand for themselves, and orders of a market.

java-tron, exchange_contract.proto, market_contract.proto. A token is its number as text, TRX is ``_``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from walletcore.chains.base import Address
from walletcore.chains.tron.contracts.contract import Contract
from walletcore.chains.tron.fields import Kind, account, natural, plain, token
from walletcore.coding import protobuf as pb
from walletcore.effects import Effect, Opaque

__all__ = [
    "ExchangeCreateContract",
    "ExchangeInjectContract",
    "ExchangeTransactionContract",
    "ExchangeWithdrawContract",
    "MarketCancelOrderContract",
    "MarketSellAssetContract",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeCreateContract(Contract):
    """A pair is made, and given both tokens."""

    owner_address: Address
    first_token_id: str
    first_token_balance: int
    second_token_id: str
    second_token_balance: int

    number: ClassVar[int] = 41
    fields: ClassVar[Mapping[str, Kind]] = {
        "owner_address": account(1),
        "first_token_id": token(2),
        "first_token_balance": natural(3),
        "second_token_id": token(4),
        "second_token_balance": natural(5),
    }

    def effects(self, known: Collection[str]) -> Iterator[Effect]:
        """Both payments into the pair."""
        del known
        yield self.paid(self.asset(self.first_token_id), self.first_token_balance)
        yield self.paid(self.asset(self.second_token_id), self.second_token_balance)
        yield self.called()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeInjectContract(Contract):
    """Who made a pair gives it so much of one token, and what belongs to it of the other, which no field bounds."""

    owner_address: Address
    exchange_id: int
    token_id: str
    quant: int

    number: ClassVar[int] = 42
    fields: ClassVar[Mapping[str, Kind]] = {
        "owner_address": account(1),
        "exchange_id": natural(2),
        "token_id": token(3),
        "quant": natural(4),
    }

    def effects(self, known: Collection[str]) -> Iterator[Effect]:
        """The payment of this token; that of the other is `Opaque`, as the network says how much it is."""
        del known
        yield self.paid(self.asset(self.token_id), self.quant)
        yield self.called()
        yield Opaque(why=f"pays the other token of exchange {self.exchange_id} as well, as much as its balance asks")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeWithdrawContract(Contract):
    """Who made a pair takes so much of one token, and what belongs to it of the other."""

    owner_address: Address
    exchange_id: int
    token_id: str
    quant: int

    number: ClassVar[int] = 43
    fields: ClassVar[Mapping[str, Kind]] = {
        "owner_address": account(1),
        "exchange_id": natural(2),
        "token_id": token(3),
        "quant": natural(4),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeTransactionContract(Contract):
    """So much of one token of a pair for at least ``expected`` of the other."""

    owner_address: Address
    exchange_id: int
    token_id: str
    quant: int
    expected: int

    number: ClassVar[int] = 44
    fields: ClassVar[Mapping[str, Kind]] = {
        "owner_address": account(1),
        "exchange_id": natural(2),
        "token_id": token(3),
        "quant": natural(4),
        "expected": natural(5),
    }

    def effects(self, known: Collection[str]) -> Iterator[Effect]:
        """The payment, and what is expected for it."""
        del known
        yield self.paid(self.asset(self.token_id), self.quant)
        yield self.called()


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketSellAssetContract(Contract):
    """An order: so much of a token is offered for at least so much of another."""

    owner_address: Address
    sell_token_id: str
    sell_token_quantity: int
    buy_token_id: str
    buy_token_quantity: int

    number: ClassVar[int] = 52
    fields: ClassVar[Mapping[str, Kind]] = {
        "owner_address": account(1),
        "sell_token_id": token(2),
        "sell_token_quantity": natural(3),
        "buy_token_id": token(4),
        "buy_token_quantity": natural(5),
    }

    def effects(self, known: Collection[str]) -> Iterator[Effect]:
        """What is offered leaves the account, and the order."""
        del known
        yield self.paid(self.asset(self.sell_token_id), self.sell_token_quantity)
        yield self.called()


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketCancelOrderContract(Contract):
    """What is left of an order comes back; its id is 32 bytes."""

    owner_address: Address
    order_id: bytes

    number: ClassVar[int] = 53
    fields: ClassVar[Mapping[str, Kind]] = {"owner_address": account(1), "order_id": plain(pb.data(2))}
