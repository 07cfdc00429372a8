"""Votes, witnesses and proposals.

java-tron, witness_contract.proto, storage_contract.proto (UpdateBrokerageContract), proposal_contract.proto,
vote_asset_contract.proto, balance_contract.proto (WithdrawBalanceContract).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from walletcore.chains.base import Address
from walletcore.chains.tron.contracts.contract import Contract, told
from walletcore.chains.tron.fields import Kind, account, accounts, natural, plain, several
from walletcore.coding import protobuf as pb
from walletcore.effects import Call, Effect
from walletcore.errors import TransactionError

__all__ = [
    "Parameter",
    "ProposalApproveContract",
    "ProposalCreateContract",
    "ProposalDeleteContract",
    "UpdateBrokerageContract",
    "Vote",
    "VoteAssetContract",
    "VoteWitnessContract",
    "WithdrawBalanceContract",
    "WitnessCreateContract",
    "WitnessUpdateContract",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """So many votes for a witness."""

    vote_address: Address
    vote_count: int

    fields: ClassVar[Mapping[str, Kind]] = {"vote_address": account(1), "vote_count": natural(2)}


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteWitnessContract(Contract):
    """The owner's votes are these, and no other ones."""

    owner_address: Address
    votes: tuple[Vote, ...]
    support: bool = False

    number: ClassVar[int] = 4
    fields: ClassVar[Mapping[str, Kind]] = {
        "owner_address": account(1),
        "votes": several(2, Vote),
        "support": plain(pb.boolean(3)),
    }

    def effects(self, known: Collection[str]) -> Iterator[Effect]:
        """A call of each witness, with its votes: they are those of TRX that are frozen already."""
        del known
        for each in self.votes:
            count = ("vote_count", told(each.vote_count))
            yield Call(target=each.vote_address.account_id, name=self.type_name, arguments=(count,))
        if not self.votes:
            yield self.called()


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteAssetContract(Contract):
    """Votes for tokens, which no network has."""

    owner_address: Address
    vote_address: tuple[Address, ...]
    support: bool = False
    count: int = 0

    number: ClassVar[int] = 3
    is_disabled: ClassVar[bool] = True
    fields: ClassVar[Mapping[str, Kind]] = {
        "owner_address": account(1),
        "vote_address": accounts(2),
        "support": plain(pb.boolean(3)),
        "count": plain(pb.int32(5)),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawBalanceContract(Contract):
    """Rewards are paid out to the owner."""

    owner_address: Address

    number: ClassVar[int] = 13
    fields: ClassVar[Mapping[str, Kind]] = {"owner_address": account(1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessCreateContract(Contract):
    """The owner becomes a candidate, with a URL, in bytes."""

    owner_address: Address
    url: bytes

    number: ClassVar[int] = 5
    fields: ClassVar[Mapping[str, Kind]] = {"owner_address": account(1), "url": plain(pb.data(2))}


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessUpdateContract(Contract):
    """The witness has another URL."""

    owner_address: Address
    update_url: bytes

    number: ClassVar[int] = 8
    fields: ClassVar[Mapping[str, Kind]] = {"owner_address": account(1), "update_url": plain(pb.data(12))}


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateBrokerageContract(Contract):
    """The witness keeps so many percent of rewards."""

    owner_address: Address
    brokerage: int

    number: ClassVar[int] = 49
    fields: ClassVar[Mapping[str, Kind]] = {"owner_address": account(1), "brokerage": plain(pb.int32(2))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of the network by its number, and its new value."""

    key: int
    value: int

    fields: ClassVar[Mapping[str, Kind]] = {
        "key": plain(pb.optional(1, pb.int64)),
        "value": plain(pb.optional(2, pb.int64)),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalCreateContract(Contract):
    """A witness proposes other parameters of the network. Raises `TransactionError`."""

    owner_address: Address
    parameters: tuple[Parameter, ...]

    number: ClassVar[int] = 16
    fields: ClassVar[Mapping[str, Kind]] = {"owner_address": account(1), "parameters": several(2, Parameter)}

    def __post_init__(self) -> None:
        listed = self.parameters
        if type(listed) is not tuple or any(type(each) is not Parameter for each in listed):
            raise TransactionError("expected a tuple of parameters", reason="type")
        if any(type(number) is not int for each in listed for number in (each.key, each.value)):
            raise TransactionError("expected ints as key and value of a parameter", reason="type")
        if len({each.key for each in listed}) != len(listed):
            raise TransactionError("expected each parameter once", reason="duplicate")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalApproveContract(Contract):
    """A witness is for a proposal, or no longer."""

    owner_address: Address
    proposal_id: int
    is_add_approval: bool = False

    number: ClassVar[int] = 17
    fields: ClassVar[Mapping[str, Kind]] = {
        "owner_address": account(1),
        "proposal_id": natural(2),
        "is_add_approval": plain(pb.boolean(3)),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalDeleteContract(Contract):
    """Who made a proposal takes it back."""

    owner_address: Address
    proposal_id: int

    number: ClassVar[int] = 18
    fields: ClassVar[Mapping[str, Kind]] = {"owner_address": account(1), "proposal_id": natural(2)}
