"""Stellar: accounts, transactions of all operations, fee bumps; every network is a row.

One file an idea: `chain` (networks, addresses), `values` and `operations` (what transactions are made of), `wire`
(their XDR), `transaction` and `fee_bump`, `signatures` and `envelopes` (who signs, and what came), `outcome` (effects).
"""

from __future__ import annotations

from walletcore.chains.stellar.chain import CHAINS, StellarChain
from walletcore.lazily import lazily

TYPE_CHECKING = False

if TYPE_CHECKING:
    from walletcore.chains.stellar.auth_entry import Authorization as Authorization
    from walletcore.chains.stellar.auth_entry import account_signature as account_signature
    from walletcore.chains.stellar.authorization import AuthorizationEntry as AuthorizationEntry
    from walletcore.chains.stellar.authorization import Credentials as Credentials
    from walletcore.chains.stellar.authorization import Delegate as Delegate
    from walletcore.chains.stellar.authorization import Invocation as Invocation
    from walletcore.chains.stellar.challenge import Challenge as Challenge
    from walletcore.chains.stellar.contract_challenge import ContractChallenge as ContractChallenge
    from walletcore.chains.stellar.contract_values import Instance as Instance
    from walletcore.chains.stellar.contract_values import SCError as SCError
    from walletcore.chains.stellar.contract_values import SCVal as SCVal
    from walletcore.chains.stellar.contract_values import scval as scval
    from walletcore.chains.stellar.contracts import CreateContract as CreateContract
    from walletcore.chains.stellar.contracts import InvokeContract as InvokeContract
    from walletcore.chains.stellar.contracts import Salted as Salted
    from walletcore.chains.stellar.contracts import UploadWasm as UploadWasm
    from walletcore.chains.stellar.contracts import contract_id as contract_id
    from walletcore.chains.stellar.executables import Executable as Executable
    from walletcore.chains.stellar.executables import ExternalExecutable as ExternalExecutable
    from walletcore.chains.stellar.fee_bump import FeeBumpTransaction as FeeBumpTransaction
    from walletcore.chains.stellar.message import Message as Message
    from walletcore.chains.stellar.operations import AccountMerge as AccountMerge
    from walletcore.chains.stellar.operations import AllowTrust as AllowTrust
    from walletcore.chains.stellar.operations import BeginSponsoringFutureReserves as BeginSponsoringFutureReserves
    from walletcore.chains.stellar.operations import BumpSequence as BumpSequence
    from walletcore.chains.stellar.operations import ChangeTrust as ChangeTrust
    from walletcore.chains.stellar.operations import ClaimClaimableBalance as ClaimClaimableBalance
    from walletcore.chains.stellar.operations import Clawback as Clawback
    from walletcore.chains.stellar.operations import ClawbackClaimableBalance as ClawbackClaimableBalance
    from walletcore.chains.stellar.operations import CreateAccount as CreateAccount
    from walletcore.chains.stellar.operations import CreateClaimableBalance as CreateClaimableBalance
    from walletcore.chains.stellar.operations import CreatePassiveSellOffer as CreatePassiveSellOffer
    from walletcore.chains.stellar.operations import EndSponsoringFutureReserves as EndSponsoringFutureReserves
    from walletcore.chains.stellar.operations import Inflation as Inflation
    from walletcore.chains.stellar.operations import LiquidityPoolDeposit as LiquidityPoolDeposit
    from walletcore.chains.stellar.operations import LiquidityPoolWithdraw as LiquidityPoolWithdraw
    from walletcore.chains.stellar.operations import ManageBuyOffer as ManageBuyOffer
    from walletcore.chains.stellar.operations import ManageData as ManageData
    from walletcore.chains.stellar.operations import ManageSellOffer as ManageSellOffer
    from walletcore.chains.stellar.operations import Operation as Operation
    from walletcore.chains.stellar.operations import PathPaymentStrictReceive as PathPaymentStrictReceive
    from walletcore.chains.stellar.operations import PathPaymentStrictSend as PathPaymentStrictSend
    from walletcore.chains.stellar.operations import Payment as Payment
    from walletcore.chains.stellar.operations import RevokeSponsorship as RevokeSponsorship
    from walletcore.chains.stellar.operations import SetOptions as SetOptions
    from walletcore.chains.stellar.operations import SetTrustLineFlags as SetTrustLineFlags
    from walletcore.chains.stellar.scaddress import SCAddress as SCAddress
    from walletcore.chains.stellar.soroban import ContractCode as ContractCode
    from walletcore.chains.stellar.soroban import ContractData as ContractData
    from walletcore.chains.stellar.soroban import ExtendFootprintTtl as ExtendFootprintTtl
    from walletcore.chains.stellar.soroban import InvokeHostFunction as InvokeHostFunction
    from walletcore.chains.stellar.soroban import RestoreFootprint as RestoreFootprint
    from walletcore.chains.stellar.soroban import SorobanData as SorobanData
    from walletcore.chains.stellar.transaction import Transaction as Transaction
    from walletcore.chains.stellar.uri import PaymentRequest as PaymentRequest
    from walletcore.chains.stellar.uri import TransactionRequest as TransactionRequest
    from walletcore.chains.stellar.values import AccountKey as AccountKey
    from walletcore.chains.stellar.values import AccountSigner as AccountSigner
    from walletcore.chains.stellar.values import And as And
    from walletcore.chains.stellar.values import BalanceKey as BalanceKey
    from walletcore.chains.stellar.values import BeforeTime as BeforeTime
    from walletcore.chains.stellar.values import Claimant as Claimant
    from walletcore.chains.stellar.values import DataKey as DataKey
    from walletcore.chains.stellar.values import DecoratedSignature as DecoratedSignature
    from walletcore.chains.stellar.values import IssuedAsset as IssuedAsset
    from walletcore.chains.stellar.values import LedgerBounds as LedgerBounds
    from walletcore.chains.stellar.values import MemoHash as MemoHash
    from walletcore.chains.stellar.values import MemoId as MemoId
    from walletcore.chains.stellar.values import MemoReturn as MemoReturn
    from walletcore.chains.stellar.values import MemoText as MemoText
    from walletcore.chains.stellar.values import NativeAsset as NativeAsset
    from walletcore.chains.stellar.values import Not as Not
    from walletcore.chains.stellar.values import OfferKey as OfferKey
    from walletcore.chains.stellar.values import Or as Or
    from walletcore.chains.stellar.values import PoolKey as PoolKey
    from walletcore.chains.stellar.values import PoolParameters as PoolParameters
    from walletcore.chains.stellar.values import PoolShare as PoolShare
    from walletcore.chains.stellar.values import Preconditions as Preconditions
    from walletcore.chains.stellar.values import Price as Price
    from walletcore.chains.stellar.values import Signer as Signer
    from walletcore.chains.stellar.values import SignerKey as SignerKey
    from walletcore.chains.stellar.values import TimeBounds as TimeBounds
    from walletcore.chains.stellar.values import TrustLineKey as TrustLineKey
    from walletcore.chains.stellar.values import Unconditional as Unconditional
    from walletcore.chains.stellar.values import Within as Within

__all__ = [
    "CHAINS",
    "AccountKey",
    "AccountMerge",
    "AccountSigner",
    "AllowTrust",
    "And",
    "Authorization",
    "AuthorizationEntry",
    "BalanceKey",
    "BeforeTime",
    "BeginSponsoringFutureReserves",
    "BumpSequence",
    "Challenge",
    "ChangeTrust",
    "ClaimClaimableBalance",
    "Claimant",
    "Clawback",
    "ClawbackClaimableBalance",
    "ContractChallenge",
    "ContractCode",
    "ContractData",
    "CreateAccount",
    "CreateClaimableBalance",
    "CreateContract",
    "CreatePassiveSellOffer",
    "Credentials",
    "DataKey",
    "DecoratedSignature",
    "Delegate",
    "EndSponsoringFutureReserves",
    "Executable",
    "ExtendFootprintTtl",
    "ExternalExecutable",
    "FeeBumpTransaction",
    "Inflation",
    "Instance",
    "Invocation",
    "InvokeContract",
    "InvokeHostFunction",
    "IssuedAsset",
    "LedgerBounds",
    "LiquidityPoolDeposit",
    "LiquidityPoolWithdraw",
    "ManageBuyOffer",
    "ManageData",
    "ManageSellOffer",
    "MemoHash",
    "MemoId",
    "MemoReturn",
    "MemoText",
    "Message",
    "NativeAsset",
    "Not",
    "OfferKey",
    "Operation",
    "Or",
    "PathPaymentStrictReceive",
    "PathPaymentStrictSend",
    "Payment",
    "PaymentRequest",
    "PoolKey",
    "PoolParameters",
    "PoolShare",
    "Preconditions",
    "Price",
    "RestoreFootprint",
    "RevokeSponsorship",
    "SCAddress",
    "SCError",
    "SCVal",
    "Salted",
    "SetOptions",
    "SetTrustLineFlags",
    "Signer",
    "SignerKey",
    "SorobanData",
    "StellarChain",
    "TimeBounds",
    "Transaction",
    "TransactionRequest",
    "TrustLineKey",
    "Unconditional",
    "UploadWasm",
    "Within",
    "account_signature",
    "contract_id",
    "scval",
]

_PLACES = {
    "AccountKey": "values",
    "AccountMerge": "operations",
    "AccountSigner": "values",
    "AllowTrust": "operations",
    "And": "values",
    "Authorization": "auth_entry",
    "AuthorizationEntry": "authorization",
    "BalanceKey": "values",
    "BeforeTime": "values",
    "BeginSponsoringFutureReserves": "operations",
    "BumpSequence": "operations",
    "Challenge": "challenge",
    "ChangeTrust": "operations",
    "ClaimClaimableBalance": "operations",
    "Claimant": "values",
    "Clawback": "operations",
    "ClawbackClaimableBalance": "operations",
    "ContractChallenge": "contract_challenge",
    "ContractCode": "soroban",
    "ContractData": "soroban",
    "CreateAccount": "operations",
    "CreateClaimableBalance": "operations",
    "CreateContract": "contracts",
    "CreatePassiveSellOffer": "operations",
    "Credentials": "authorization",
    "DataKey": "values",
    "DecoratedSignature": "values",
    "Delegate": "authorization",
    "EndSponsoringFutureReserves": "operations",
    "Executable": "executables",
    "ExtendFootprintTtl": "soroban",
    "ExternalExecutable": "executables",
    "FeeBumpTransaction": "fee_bump",
    "Inflation": "operations",
    "Instance": "contract_values",
    "Invocation": "authorization",
    "InvokeContract": "contracts",
    "InvokeHostFunction": "soroban",
    "IssuedAsset": "values",
    "LedgerBounds": "values",
    "LiquidityPoolDeposit": "operations",
    "LiquidityPoolWithdraw": "operations",
    "ManageBuyOffer": "operations",
    "ManageData": "operations",
    "ManageSellOffer": "operations",
    "MemoHash": "values",
    "MemoId": "values",
    "MemoReturn": "values",
    "MemoText": "values",
    "Message": "message",
    "NativeAsset": "values",
    "Not": "values",
    "OfferKey": "values",
    "Operation": "operations",
    "Or": "values",
    "PathPaymentStrictReceive": "operations",
    "PathPaymentStrictSend": "operations",
    "Payment": "operations",
    "PaymentRequest": "uri",
    "PoolKey": "values",
    "PoolParameters": "values",
    "PoolShare": "values",
    "Preconditions": "values",
    "Price": "values",
    "RestoreFootprint": "soroban",
    "RevokeSponsorship": "operations",
    "SCAddress": "scaddress",
    "SCError": "contract_values",
    "SCVal": "contract_values",
    "Salted": "contracts",
    "SetOptions": "operations",
    "SetTrustLineFlags": "operations",
    "Signer": "values",
    "SignerKey": "values",
    "SorobanData": "soroban",
    "TimeBounds": "values",
    "Transaction": "transaction",
    "TransactionRequest": "uri",
    "TrustLineKey": "values",
    "Unconditional": "values",
    "UploadWasm": "contracts",
    "Within": "values",
    "account_signature": "auth_entry",
    "contract_id": "contracts",
    "scval": "contract_values",
}

__getattr__ = lazily(__name__, _PLACES)
