"""Coins and tokens that move: TRX and TRC-10.

java-tron, balance_contract.proto, asset_issue_contract.proto.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from walletcore.chains.base import Address
from walletcore.chains.tron.contracts.contract import Contract
from walletcore.chains.tron.fields import Kind, account, natural, token
from walletcore.effects import Effect

__all__ = ["ParticipateAssetIssueContract", "TransferAssetContract", "TransferContract"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferContract(Contract):
    """TRX, in sun, for an account, which is made where there is none."""

    owner_address: Address
    to_address: Address
    amount: int

    number: ClassVar[int] = 1
    fields: ClassVar[Mapping[str, Kind]] = {
        "owner_address": account(1),
        "to_address": account(2),
        "amount": natural(3),
    }

    def effects(self, known: Collection[str]) -> Iterator[Effect]:
        """A transfer."""
        del known
        yield self.paid(self.owner_address.chain.asset, self.amount, self.to_address.account_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferAssetContract(Contract):
    """Tokens of TRC-10 for an account; ``asset_name`` is the token's number as text."""

    owner_address: Address
    to_address: Address
    asset_name: str
    amount: int

    number: ClassVar[int] = 2
    fields: ClassVar[Mapping[str, Kind]] = {
        "asset_name": token(1),
        "owner_address": account(2),
        "to_address": account(3),
        "amount": natural(4),
    }

    def effects(self, known: Collection[str]) -> Iterator[Effect]:
        """A transfer."""
        del known
        yield self.paid(self.asset(self.asset_name), self.amount, self.to_address.account_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipateAssetIssueContract(Contract):
    """TRX for the issuer of a token of TRC-10, ``to_address``, who sells it at the price of its issue."""

    owner_address: Address
    to_address: Address
    asset_name: str
    amount: int

    number: ClassVar[int] = 9
    fields: ClassVar[Mapping[str, Kind]] = {
        "owner_address": account(1),
        "to_address": account(2),
        "asset_name": token(3),
        "amount": natural(4),
    }

    @property
    def target(self) -> str:
        """The issuer."""
        return self.to_address.account_id

    def effects(self, known: Collection[str]) -> Iterator[Effect]:
        """The payment, and what it is for."""
        del known
        yield self.paid(self.owner_address.chain.asset, self.amount, self.to_address.account_id)
        yield self.called()
