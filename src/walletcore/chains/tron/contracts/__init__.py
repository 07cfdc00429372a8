"""Contracts: what a transaction of Tron can do, one class for each type of the protocol.

The table is java-tron's ContractType (protocol/src/main/protos/core/Tron.proto). A module is read when a contract of
its is first made or met.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from walletcore.errors import Unsupported
from walletcore.lazily import lazily

if TYPE_CHECKING:
    from walletcore.chains.tron.contracts.accounts import AccountCreateContract as AccountCreateContract
    from walletcore.chains.tron.contracts.accounts import (
        AccountPermissionUpdateContract as AccountPermissionUpdateContract,
    )
    from walletcore.chains.tron.contracts.accounts import AccountType as AccountType
    from walletcore.chains.tron.contracts.accounts import AccountUpdateContract as AccountUpdateContract
    from walletcore.chains.tron.contracts.accounts import Key as Key
    from walletcore.chains.tron.contracts.accounts import Permission as Permission
    from walletcore.chains.tron.contracts.accounts import PermissionType as PermissionType
    from walletcore.chains.tron.contracts.accounts import SetAccountIdContract as SetAccountIdContract
    from walletcore.chains.tron.contracts.assets import AssetIssueContract as AssetIssueContract
    from walletcore.chains.tron.contracts.assets import FrozenSupply as FrozenSupply
    from walletcore.chains.tron.contracts.assets import UnfreezeAssetContract as UnfreezeAssetContract
    from walletcore.chains.tron.contracts.assets import UpdateAssetContract as UpdateAssetContract
    from walletcore.chains.tron.contracts.contract import Contract as Contract
    from walletcore.chains.tron.contracts.contract import ResourceCode as ResourceCode
    from walletcore.chains.tron.contracts.exchanges import ExchangeCreateContract as ExchangeCreateContract
    from walletcore.chains.tron.contracts.exchanges import ExchangeInjectContract as ExchangeInjectContract
    from walletcore.chains.tron.contracts.exchanges import ExchangeTransactionContract as ExchangeTransactionContract
    from walletcore.chains.tron.contracts.exchanges import ExchangeWithdrawContract as ExchangeWithdrawContract
    from walletcore.chains.tron.contracts.exchanges import MarketCancelOrderContract as MarketCancelOrderContract
    from walletcore.chains.tron.contracts.exchanges import MarketSellAssetContract as MarketSellAssetContract
    from walletcore.chains.tron.contracts.governance import Parameter as Parameter
    from walletcore.chains.tron.contracts.governance import ProposalApproveContract as ProposalApproveContract
    from walletcore.chains.tron.contracts.governance import ProposalCreateContract as ProposalCreateContract
    from walletcore.chains.tron.contracts.governance import ProposalDeleteContract as ProposalDeleteContract
    from walletcore.chains.tron.contracts.governance import UpdateBrokerageContract as UpdateBrokerageContract
    from walletcore.chains.tron.contracts.governance import Vote as Vote
    from walletcore.chains.tron.contracts.governance import VoteAssetContract as VoteAssetContract
    from walletcore.chains.tron.contracts.governance import VoteWitnessContract as VoteWitnessContract
    from walletcore.chains.tron.contracts.governance import WithdrawBalanceContract as WithdrawBalanceContract
    from walletcore.chains.tron.contracts.governance import WitnessCreateContract as WitnessCreateContract
    from walletcore.chains.tron.contracts.governance import WitnessUpdateContract as WitnessUpdateContract
    from walletcore.chains.tron.contracts.resources import CancelAllUnfreezeV2Contract as CancelAllUnfreezeV2Contract
    from walletcore.chains.tron.contracts.resources import DelegateResourceContract as DelegateResourceContract
    from walletcore.chains.tron.contracts.resources import FreezeBalanceContract as FreezeBalanceContract
    from walletcore.chains.tron.contracts.resources import FreezeBalanceV2Contract as FreezeBalanceV2Contract
    from walletcore.chains.tron.contracts.resources import UnDelegateResourceContract as UnDelegateResourceContract
    from walletcore.chains.tron.contracts.resources import UnfreezeBalanceContract as UnfreezeBalanceContract
    from walletcore.chains.tron.contracts.resources import UnfreezeBalanceV2Contract as UnfreezeBalanceV2Contract
    from walletcore.chains.tron.contracts.resources import (
        WithdrawExpireUnfreezeContract as WithdrawExpireUnfreezeContract,
    )
    from walletcore.chains.tron.contracts.smart import Abi as Abi
    from walletcore.chains.tron.contracts.smart import ClearABIContract as ClearABIContract
    from walletcore.chains.tron.contracts.smart import CreateSmartContract as CreateSmartContract
    from walletcore.chains.tron.contracts.smart import Entry as Entry
    from walletcore.chains.tron.contracts.smart import EntryType as EntryType
    from walletcore.chains.tron.contracts.smart import Param as Param
    from walletcore.chains.tron.contracts.smart import SmartContract as SmartContract
    from walletcore.chains.tron.contracts.smart import StateMutability as StateMutability
    from walletcore.chains.tron.contracts.smart import TriggerSmartContract as TriggerSmartContract
    from walletcore.chains.tron.contracts.smart import UpdateEnergyLimitContract as UpdateEnergyLimitContract
    from walletcore.chains.tron.contracts.smart import UpdateSettingContract as UpdateSettingContract
    from walletcore.chains.tron.contracts.transfers import (
        ParticipateAssetIssueContract as ParticipateAssetIssueContract,
    )
    from walletcore.chains.tron.contracts.transfers import TransferAssetContract as TransferAssetContract
    from walletcore.chains.tron.contracts.transfers import TransferContract as TransferContract

__all__ = ["NAMES", "PLACES", "contract_of"]

_ROWS = (
    (0, "accounts", "AccountCreateContract"),
    (1, "transfers", "TransferContract"),
    (2, "transfers", "TransferAssetContract"),
    (3, "governance", "VoteAssetContract"),
    (4, "governance", "VoteWitnessContract"),
    (5, "governance", "WitnessCreateContract"),
    (6, "assets", "AssetIssueContract"),
    (8, "governance", "WitnessUpdateContract"),
    (9, "transfers", "ParticipateAssetIssueContract"),
    (10, "accounts", "AccountUpdateContract"),
    (11, "resources", "FreezeBalanceContract"),
    (12, "resources", "UnfreezeBalanceContract"),
    (13, "governance", "WithdrawBalanceContract"),
    (14, "assets", "UnfreezeAssetContract"),
    (15, "assets", "UpdateAssetContract"),
    (16, "governance", "ProposalCreateContract"),
    (17, "governance", "ProposalApproveContract"),
    (18, "governance", "ProposalDeleteContract"),
    (19, "accounts", "SetAccountIdContract"),
    (30, "smart", "CreateSmartContract"),
    (31, "smart", "TriggerSmartContract"),
    (33, "smart", "UpdateSettingContract"),
    (41, "exchanges", "ExchangeCreateContract"),
    (42, "exchanges", "ExchangeInjectContract"),
    (43, "exchanges", "ExchangeWithdrawContract"),
    (44, "exchanges", "ExchangeTransactionContract"),
    (45, "smart", "UpdateEnergyLimitContract"),
    (46, "accounts", "AccountPermissionUpdateContract"),
    (48, "smart", "ClearABIContract"),
    (49, "governance", "UpdateBrokerageContract"),
    (52, "exchanges", "MarketSellAssetContract"),
    (53, "exchanges", "MarketCancelOrderContract"),
    (54, "resources", "FreezeBalanceV2Contract"),
    (55, "resources", "UnfreezeBalanceV2Contract"),
    (56, "resources", "WithdrawExpireUnfreezeContract"),
    (57, "resources", "DelegateResourceContract"),
    (58, "resources", "UnDelegateResourceContract"),
    (59, "resources", "CancelAllUnfreezeV2Contract"),
)
_UNMODELLED = {7: "", 20: "CustomContract", 32: "GetContract", 51: "ShieldedTransferContract"}
NAMES = {number: name for number, _, name in _ROWS}
"""The names in the protocol, by number."""
_PARTS = {
    "Abi": "smart",
    "AccountType": "accounts",
    "Contract": "contract",
    "Entry": "smart",
    "EntryType": "smart",
    "FrozenSupply": "assets",
    "Key": "accounts",
    "Parameter": "governance",
    "Param": "smart",
    "Permission": "accounts",
    "PermissionType": "accounts",
    "ResourceCode": "contract",
    "SmartContract": "smart",
    "StateMutability": "smart",
    "Vote": "governance",
}
PLACES = {name: module for _, module, name in _ROWS} | _PARTS
"""In which module each name is."""

__getattr__ = lazily(__name__, PLACES)


def contract_of(number: int) -> type[Contract]:
    """The class for a ContractType. Raises `Unsupported`."""
    name = NAMES.get(number)
    if name is None:
        known = _UNMODELLED.get(number) or f"type {number}"
        raise Unsupported(f"no contract of {known} can be read", reason="unknown")
    found: type[Contract] = getattr(importlib.import_module(f"{__name__}.{PLACES[name]}"), name)
    return found
