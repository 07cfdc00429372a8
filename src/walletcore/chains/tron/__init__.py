"""Tron: transactions of one contract that several keys may sign, messages (TIP-191), typed data (TIP-712)."""

from __future__ import annotations

from walletcore.chains.tron.chain import CHAINS, Charges, TronChain
from walletcore.lazily import lazily

TYPE_CHECKING = False

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
    from walletcore.chains.tron.message import Message as Message
    from walletcore.chains.tron.node import from_node as from_node
    from walletcore.chains.tron.node import to_node as to_node
    from walletcore.chains.tron.transaction import Transaction as Transaction
    from walletcore.chains.tron.transaction import block_reference as block_reference
    from walletcore.chains.tron.transaction import merge as merge
    from walletcore.chains.tron.trc20 import approve as approve
    from walletcore.chains.tron.trc20 import transfer as transfer
    from walletcore.chains.tron.trc20 import transfer_from as transfer_from
    from walletcore.chains.tron.typed_data import TypedData as TypedData

__all__ = [
    "CHAINS",
    "Abi",
    "AccountCreateContract",
    "AccountPermissionUpdateContract",
    "AccountType",
    "AccountUpdateContract",
    "AssetIssueContract",
    "CancelAllUnfreezeV2Contract",
    "Charges",
    "ClearABIContract",
    "CreateSmartContract",
    "DelegateResourceContract",
    "Entry",
    "EntryType",
    "ExchangeCreateContract",
    "ExchangeInjectContract",
    "ExchangeTransactionContract",
    "ExchangeWithdrawContract",
    "FreezeBalanceContract",
    "FreezeBalanceV2Contract",
    "FrozenSupply",
    "Key",
    "MarketCancelOrderContract",
    "MarketSellAssetContract",
    "Message",
    "Param",
    "Parameter",
    "ParticipateAssetIssueContract",
    "Permission",
    "PermissionType",
    "ProposalApproveContract",
    "ProposalCreateContract",
    "ProposalDeleteContract",
    "ResourceCode",
    "SetAccountIdContract",
    "SmartContract",
    "StateMutability",
    "Transaction",
    "TransferAssetContract",
    "TransferContract",
    "TriggerSmartContract",
    "TronChain",
    "TypedData",
    "UnDelegateResourceContract",
    "UnfreezeAssetContract",
    "UnfreezeBalanceContract",
    "UnfreezeBalanceV2Contract",
    "UpdateAssetContract",
    "UpdateBrokerageContract",
    "UpdateEnergyLimitContract",
    "UpdateSettingContract",
    "Vote",
    "VoteAssetContract",
    "VoteWitnessContract",
    "WithdrawBalanceContract",
    "WithdrawExpireUnfreezeContract",
    "WitnessCreateContract",
    "WitnessUpdateContract",
    "approve",
    "block_reference",
    "from_node",
    "merge",
    "to_node",
    "transfer",
    "transfer_from",
]

_PLACES = {
    "Abi": "contracts.smart",
    "AccountCreateContract": "contracts.accounts",
    "AccountPermissionUpdateContract": "contracts.accounts",
    "AccountType": "contracts.accounts",
    "AccountUpdateContract": "contracts.accounts",
    "AssetIssueContract": "contracts.assets",
    "CancelAllUnfreezeV2Contract": "contracts.resources",
    "ClearABIContract": "contracts.smart",
    "CreateSmartContract": "contracts.smart",
    "DelegateResourceContract": "contracts.resources",
    "Entry": "contracts.smart",
    "EntryType": "contracts.smart",
    "ExchangeCreateContract": "contracts.exchanges",
    "ExchangeInjectContract": "contracts.exchanges",
    "ExchangeTransactionContract": "contracts.exchanges",
    "ExchangeWithdrawContract": "contracts.exchanges",
    "FreezeBalanceContract": "contracts.resources",
    "FreezeBalanceV2Contract": "contracts.resources",
    "FrozenSupply": "contracts.assets",
    "Key": "contracts.accounts",
    "MarketCancelOrderContract": "contracts.exchanges",
    "MarketSellAssetContract": "contracts.exchanges",
    "Message": "message",
    "Param": "contracts.smart",
    "Parameter": "contracts.governance",
    "ParticipateAssetIssueContract": "contracts.transfers",
    "Permission": "contracts.accounts",
    "PermissionType": "contracts.accounts",
    "ProposalApproveContract": "contracts.governance",
    "ProposalCreateContract": "contracts.governance",
    "ProposalDeleteContract": "contracts.governance",
    "ResourceCode": "contracts.contract",
    "SetAccountIdContract": "contracts.accounts",
    "SmartContract": "contracts.smart",
    "StateMutability": "contracts.smart",
    "Transaction": "transaction",
    "TransferAssetContract": "contracts.transfers",
    "TransferContract": "contracts.transfers",
    "TriggerSmartContract": "contracts.smart",
    "TypedData": "typed_data",
    "UnDelegateResourceContract": "contracts.resources",
    "UnfreezeAssetContract": "contracts.assets",
    "UnfreezeBalanceContract": "contracts.resources",
    "UnfreezeBalanceV2Contract": "contracts.resources",
    "UpdateAssetContract": "contracts.assets",
    "UpdateBrokerageContract": "contracts.governance",
    "UpdateEnergyLimitContract": "contracts.smart",
    "UpdateSettingContract": "contracts.smart",
    "Vote": "contracts.governance",
    "VoteAssetContract": "contracts.governance",
    "VoteWitnessContract": "contracts.governance",
    "WithdrawBalanceContract": "contracts.governance",
    "WithdrawExpireUnfreezeContract": "contracts.resources",
    "WitnessCreateContract": "contracts.governance",
    "WitnessUpdateContract": "contracts.governance",
    "approve": "trc20",
    "block_reference": "transaction",
    "from_node": "node",
    "merge": "transaction",
    "to_node": "node",
    "transfer": "trc20",
    "transfer_from": "trc20",
}

__getattr__ = lazily(__name__, _PLACES)
