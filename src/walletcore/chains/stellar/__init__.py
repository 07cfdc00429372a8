"""Stellar: accounts, transactions of all operations, fee bumps; every network is a row.

One file an idea: `chain` (networks, addresses), `values` and `operations` (what transactions are made of), `wire`
(their XDR), `transaction` and `fee_bump`, `signatures` and `envelopes` (who signs, and what came), `outcome` (effects).
"""

from __future__ import annotations

from walletcore.chains.stellar.chain import CHAINS, StellarChain
from walletcore.lazily import lazily

TYPE_CHECKING = False

if TYPE_CHECKING:
    from walletcore.chains.stellar.fee_bump import FeeBumpTransaction as FeeBumpTransaction
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
    from walletcore.chains.stellar.transaction import Transaction as Transaction
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
    "BalanceKey",
    "BeforeTime",
    "BeginSponsoringFutureReserves",
    "BumpSequence",
    "ChangeTrust",
    "ClaimClaimableBalance",
    "Claimant",
    "Clawback",
    "ClawbackClaimableBalance",
    "CreateAccount",
    "CreateClaimableBalance",
    "CreatePassiveSellOffer",
    "DataKey",
    "DecoratedSignature",
    "EndSponsoringFutureReserves",
    "FeeBumpTransaction",
    "Inflation",
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
    "NativeAsset",
    "Not",
    "OfferKey",
    "Operation",
    "Or",
    "PathPaymentStrictReceive",
    "PathPaymentStrictSend",
    "Payment",
    "PoolKey",
    "PoolParameters",
    "PoolShare",
    "Preconditions",
    "Price",
    "RevokeSponsorship",
    "SetOptions",
    "SetTrustLineFlags",
    "Signer",
    "SignerKey",
    "StellarChain",
    "TimeBounds",
    "Transaction",
    "TrustLineKey",
    "Unconditional",
    "Within",
]

_PLACES = {
    "AccountKey": "values",
    "AccountMerge": "operations",
    "AccountSigner": "values",
    "AllowTrust": "operations",
    "And": "values",
    "BalanceKey": "values",
    "BeforeTime": "values",
    "BeginSponsoringFutureReserves": "operations",
    "BumpSequence": "operations",
    "ChangeTrust": "operations",
    "ClaimClaimableBalance": "operations",
    "Claimant": "values",
    "Clawback": "operations",
    "ClawbackClaimableBalance": "operations",
    "CreateAccount": "operations",
    "CreateClaimableBalance": "operations",
    "CreatePassiveSellOffer": "operations",
    "DataKey": "values",
    "DecoratedSignature": "values",
    "EndSponsoringFutureReserves": "operations",
    "FeeBumpTransaction": "fee_bump",
    "Inflation": "operations",
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
    "NativeAsset": "values",
    "Not": "values",
    "OfferKey": "values",
    "Operation": "operations",
    "Or": "values",
    "PathPaymentStrictReceive": "operations",
    "PathPaymentStrictSend": "operations",
    "Payment": "operations",
    "PoolKey": "values",
    "PoolParameters": "values",
    "PoolShare": "values",
    "Preconditions": "values",
    "Price": "values",
    "RevokeSponsorship": "operations",
    "SetOptions": "operations",
    "SetTrustLineFlags": "operations",
    "Signer": "values",
    "SignerKey": "values",
    "TimeBounds": "values",
    "Transaction": "transaction",
    "TrustLineKey": "values",
    "Unconditional": "values",
    "Within": "values",
}

__getattr__ = lazily(__name__, _PLACES)
