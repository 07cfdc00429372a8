"""Smart contracts: called, made, and set by who made them.

java-tron, smart_contract.proto; Tron documentation, "TriggerSmartContract", "CreateSmartContract".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import ClassVar, cast

from walletcore.chains import tokens
from walletcore.chains.base import Address
from walletcore.chains.tron.chain import PREFIX, TronChain
from walletcore.chains.tron.contracts.contract import Contract
from walletcore.chains.tron.fields import (
    Kind,
    account,
    choice,
    inner,
    maybe_account,
    maybe_inner,
    natural,
    plain,
    several,
)
from walletcore.coding import protobuf as pb
from walletcore.effects import Effect, Opaque

__all__ = [
    "Abi",
    "ClearABIContract",
    "CreateSmartContract",
    "Entry",
    "EntryType",
    "Param",
    "SmartContract",
    "StateMutability",
    "TriggerSmartContract",
    "UpdateEnergyLimitContract",
    "UpdateSettingContract",
]


# Some wallets leave the 0x41 where it is (trustwallet/wallet-core, Tron): contracts that take it cut it off.
_PADDINGS = (tokens.PADDING, tokens.PADDING[1:] + PREFIX)


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerSmartContract(Contract):
    """A smart contract is called with data, with TRX (in sun) and tokens of TRC-10, by their number, where it is so."""

    owner_address: Address
    contract_address: Address
    call_value: int = 0
    data: bytes = field(default=b"", repr=False)
    call_token_value: int = 0
    token_id: int = 0

    number: ClassVar[int] = 31
    runs_code: ClassVar[bool] = True
    fields: ClassVar[Mapping[str, Kind]] = {
        "owner_address": account(1),
        "contract_address": account(2),
        "call_value": natural(3),
        "data": plain(pb.data(4)),
        "call_token_value": natural(5),
        "token_id": natural(6),
    }

    def effects(self, known: Collection[str]) -> Iterator[Effect]:
        """What moves with the call, and what the data ask for: a token's call, or `Opaque`."""
        to, caller = self.contract_address, self.owner_address.account_id
        chain = cast(TronChain, to.chain)
        if self.call_value or not (self.data or self.call_token_value):
            yield self.paid(chain.asset, self.call_value, to.account_id)
        if self.call_token_value:
            yield self.paid(chain.trc10(str(self.token_id)), self.call_token_value, to.account_id)
        if self.data:
            told = tokens.told(to, caller, self.data, chain.token(to.text), to.text in known, _PADDINGS)
            yield from told or (Opaque(why=f"calls {to.account_id}", data=self.data),)


class EntryType(IntEnum):
    """What an entry of an ABI is."""

    UnknownEntryType = 0
    Constructor = 1
    Function = 2
    Event = 3
    Fallback = 4
    Receive = 5
    Error = 6


class StateMutability(IntEnum):
    """What a function may do to state, and take."""

    UnknownMutabilityType = 0
    Pure = 1
    View = 2
    Nonpayable = 3
    Payable = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """A parameter of an entry."""

    indexed: bool = False
    name: str = ""
    type: str = ""

    fields: ClassVar[Mapping[str, Kind]] = {
        "indexed": plain(pb.boolean(1)),
        "name": plain(pb.string(2)),
        "type": plain(pb.string(3)),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A function, event or error of an ABI."""

    anonymous: bool = False
    constant: bool = False
    name: str = ""
    inputs: tuple[Param, ...] = ()
    outputs: tuple[Param, ...] = ()
    type: EntryType = EntryType.UnknownEntryType
    payable: bool = False
    state_mutability: StateMutability = StateMutability.UnknownMutabilityType

    fields: ClassVar[Mapping[str, Kind]] = {
        "anonymous": plain(pb.boolean(1)),
        "constant": plain(pb.boolean(2)),
        "name": plain(pb.string(3)),
        "inputs": several(4, Param),
        "outputs": several(5, Param),
        "type": choice(6, EntryType),
        "payable": plain(pb.boolean(7)),
        "state_mutability": choice(8, StateMutability),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Abi:
    """What the network keeps beside the code, to tell what can be called."""

    entrys: tuple[Entry, ...] = ()

    fields: ClassVar[Mapping[str, Kind]] = {"entrys": several(1, Entry)}


@dataclass(frozen=True, slots=True, kw_only=True)
class SmartContract:
    """A contract that is made: its code with the constructor's arguments, and who pays for energy to what part."""

    origin_address: Address
    contract_address: Address | None = None
    abi: Abi | None = None
    bytecode: bytes = field(default=b"", repr=False)
    call_value: int = 0
    consume_user_resource_percent: int = 0
    name: str = ""
    origin_energy_limit: int = 0
    code_hash: bytes = b""
    trx_hash: bytes = b""
    version: int = 0

    fields: ClassVar[Mapping[str, Kind]] = {
        "origin_address": account(1),
        "contract_address": maybe_account(2),
        "abi": maybe_inner(3, Abi),
        "bytecode": plain(pb.data(4)),
        "call_value": natural(5),
        "consume_user_resource_percent": natural(6),
        "name": plain(pb.string(7)),
        "origin_energy_limit": natural(8),
        "code_hash": plain(pb.data(9)),
        "trx_hash": plain(pb.data(10)),
        "version": plain(pb.int32(11)),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateSmartContract(Contract):
    """A smart contract is made, with TRX (``new_contract.call_value``) and tokens of TRC-10 where it is so."""

    owner_address: Address
    new_contract: SmartContract
    call_token_value: int = 0
    token_id: int = 0

    number: ClassVar[int] = 30
    runs_code: ClassVar[bool] = True
    fields: ClassVar[Mapping[str, Kind]] = {
        "owner_address": account(1),
        "new_contract": inner(2, SmartContract),
        "call_token_value": natural(3),
        "token_id": natural(4),
    }

    def effects(self, known: Collection[str]) -> Iterator[Effect]:
        """What the new contract is given, and its code, which nobody has read."""
        del known
        chain, made = cast(TronChain, self.owner_address.chain), self.new_contract
        if made.call_value:
            yield self.paid(chain.asset, made.call_value)
        if self.call_token_value:
            yield self.paid(chain.trc10(str(self.token_id)), self.call_token_value)
        why = "creates a contract" if made.bytecode else "creates a contract without code"
        yield Opaque(why=why, data=made.bytecode)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateSettingContract(Contract):
    """Callers of the contract pay so many percent of its energy; who made it pays the rest."""

    owner_address: Address
    contract_address: Address
    consume_user_resource_percent: int

    number: ClassVar[int] = 33
    fields: ClassVar[Mapping[str, Kind]] = {
        "owner_address": account(1),
        "contract_address": account(2),
        "consume_user_resource_percent": natural(3),
    }

    @property
    def target(self) -> str:
        """The smart contract."""
        return self.contract_address.account_id


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateEnergyLimitContract(Contract):
    """Who made the contract pays at most so much energy for a call of it."""

    owner_address: Address
    contract_address: Address
    origin_energy_limit: int

    number: ClassVar[int] = 45
    fields: ClassVar[Mapping[str, Kind]] = {
        "owner_address": account(1),
        "contract_address": account(2),
        "origin_energy_limit": natural(3),
    }

    @property
    def target(self) -> str:
        """The smart contract."""
        return self.contract_address.account_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearABIContract(Contract):
    """The network forgets the contract's ABI."""

    owner_address: Address
    contract_address: Address

    number: ClassVar[int] = 48
    fields: ClassVar[Mapping[str, Kind]] = {"owner_address": account(1), "contract_address": account(2)}

    @property
    def target(self) -> str:
        """The smart contract."""
        return self.contract_address.account_id
