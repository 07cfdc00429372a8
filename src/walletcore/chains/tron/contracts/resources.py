"""Frozen TRX: for bandwidth, energy and votes, lent to others, and free again.

java-tron, balance_contract.proto and the actuators; Tron documentation, "Staking on TRON Network" (Stake 2.0). Amounts
are sun. Frozen TRX stay the owner's, but leave what can be paid, and take 14 days to come back: they are told as a
`Transfer`, as stake is on every chain, to whoever they serve. What comes back is a `Call`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from walletcore.chains.base import Address
from walletcore.chains.tron.contracts.contract import Contract, ResourceCode
from walletcore.chains.tron.fields import Kind, account, choice, maybe_account, natural, plain
from walletcore.coding import protobuf as pb
from walletcore.effects import Effect

__all__ = [
    "CancelAllUnfreezeV2Contract",
    "DelegateResourceContract",
    "FreezeBalanceContract",
    "FreezeBalanceV2Contract",
    "UnDelegateResourceContract",
    "UnfreezeBalanceContract",
    "UnfreezeBalanceV2Contract",
    "WithdrawExpireUnfreezeContract",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeBalanceV2Contract(Contract):
    """TRX are frozen, for what ``resource`` says."""

    owner_address: Address
    frozen_balance: int
    resource: ResourceCode = ResourceCode.BANDWIDTH

    number: ClassVar[int] = 54
    fields: ClassVar[Mapping[str, Kind]] = {
        "owner_address": account(1),
        "frozen_balance": natural(2),
        "resource": choice(3, ResourceCode),
    }

    def effects(self, known: Collection[str]) -> Iterator[Effect]:
        """A transfer to the owner's own stake, and the call."""
        del known
        yield self.paid(self.owner_address.chain.asset, self.frozen_balance, self.target)
        yield self.called()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfreezeBalanceV2Contract(Contract):
    """Frozen TRX become free, when the time of waiting is over."""

    owner_address: Address
    unfreeze_balance: int
    resource: ResourceCode = ResourceCode.BANDWIDTH

    number: ClassVar[int] = 55
    fields: ClassVar[Mapping[str, Kind]] = {
        "owner_address": account(1),
        "unfreeze_balance": natural(2),
        "resource": choice(3, ResourceCode),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawExpireUnfreezeContract(Contract):
    """What has waited long enough is paid out to the owner."""

    owner_address: Address

    number: ClassVar[int] = 56
    fields: ClassVar[Mapping[str, Kind]] = {"owner_address": account(1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelAllUnfreezeV2Contract(Contract):
    """What still waits is frozen again, and the rest paid out to the owner."""

    owner_address: Address

    number: ClassVar[int] = 59
    fields: ClassVar[Mapping[str, Kind]] = {"owner_address": account(1)}

    def effects(self, known: Collection[str]) -> Iterator[Effect]:
        """A transfer of who knows how much, and the call: what would have come back does not."""
        del known
        yield self.paid(self.owner_address.chain.asset, None, self.target)
        yield self.called()


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegateResourceContract(Contract):
    """The receiver has what so many frozen TRX give; ``lock`` holds it there for ``lock_period`` blocks."""

    owner_address: Address
    resource: ResourceCode = ResourceCode.BANDWIDTH
    balance: int
    receiver_address: Address
    lock: bool = False
    lock_period: int = 0

    number: ClassVar[int] = 57
    fields: ClassVar[Mapping[str, Kind]] = {
        "owner_address": account(1),
        "resource": choice(2, ResourceCode),
        "balance": natural(3),
        "receiver_address": account(4),
        "lock": plain(pb.boolean(5)),
        "lock_period": natural(6),
    }

    @property
    def target(self) -> str:
        """Who receives it."""
        return self.receiver_address.account_id

    def effects(self, known: Collection[str]) -> Iterator[Effect]:
        """A transfer, and the call: the ledger gives the receiver the use of so many frozen TRX, which stay frozen.

        The owner cannot unfreeze them until it has taken them back.
        """
        del known
        yield self.paid(self.owner_address.chain.asset, self.balance, self.target)
        yield self.called()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnDelegateResourceContract(Contract):
    """What the receiver had is the owner's again."""

    owner_address: Address
    resource: ResourceCode = ResourceCode.BANDWIDTH
    balance: int
    receiver_address: Address

    number: ClassVar[int] = 58
    fields: ClassVar[Mapping[str, Kind]] = {
        "owner_address": account(1),
        "resource": choice(2, ResourceCode),
        "balance": natural(3),
        "receiver_address": account(4),
    }

    @property
    def target(self) -> str:
        """Who had received it."""
        return self.receiver_address.account_id


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeBalanceContract(Contract):
    """As `FreezeBalanceV2Contract`, in the way of before 2023: for days, and for a receiver where one is named."""

    owner_address: Address
    frozen_balance: int
    frozen_duration: int
    resource: ResourceCode = ResourceCode.BANDWIDTH
    receiver_address: Address | None = None

    number: ClassVar[int] = 11
    fields: ClassVar[Mapping[str, Kind]] = {
        "owner_address": account(1),
        "frozen_balance": natural(2),
        "frozen_duration": natural(3),
        "resource": choice(10, ResourceCode),
        "receiver_address": maybe_account(15),
    }

    @property
    def target(self) -> str:
        """Who receives it, or the owner."""
        return (self.receiver_address or self.owner_address).account_id

    def effects(self, known: Collection[str]) -> Iterator[Effect]:
        """A transfer to whom it serves, and the call."""
        del known
        yield self.paid(self.owner_address.chain.asset, self.frozen_balance, self.target)
        yield self.called()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfreezeBalanceContract(Contract):
    """What was frozen in the way of before 2023 is paid out to the owner."""

    owner_address: Address
    resource: ResourceCode = ResourceCode.BANDWIDTH
    receiver_address: Address | None = None

    number: ClassVar[int] = 12
    fields: ClassVar[Mapping[str, Kind]] = {
        "owner_address": account(1),
        "resource": choice(10, ResourceCode),
        "receiver_address": maybe_account(15),
    }

    @property
    def target(self) -> str:
        """Who had received it, or the owner."""
        return (self.receiver_address or self.owner_address).account_id
