"""The XRP Ledger: addresses and tags, the canonical codec, transactions of every type by one key or several.

One file an idea: `chain` (networks, addresses), `accounts`, `amounts`, `numbers` and `values` (parts of fields),
`definitions` (the published tables), `codec` (bytes), `parties` (who signs), `transaction` and `decode`, `claims` (of
payment channels); `kinds` (classes by type), `typed` and `parts` (what they share); `effects`, `moves` and `reading`.
"""

from __future__ import annotations

from walletcore.chains.xrpl.chain import CHAINS, XrplChain
from walletcore.lazily import lazily

TYPE_CHECKING = False

if TYPE_CHECKING:
    from walletcore.chains.xrpl.amounts import IssuedAmount as IssuedAmount
    from walletcore.chains.xrpl.amounts import MptAmount as MptAmount
    from walletcore.chains.xrpl.claims import Claim as Claim
    from walletcore.chains.xrpl.kinds.accounts import AccountDelete as AccountDelete
    from walletcore.chains.xrpl.kinds.accounts import AccountSet as AccountSet
    from walletcore.chains.xrpl.kinds.accounts import CredentialAccept as CredentialAccept
    from walletcore.chains.xrpl.kinds.accounts import CredentialCreate as CredentialCreate
    from walletcore.chains.xrpl.kinds.accounts import CredentialDelete as CredentialDelete
    from walletcore.chains.xrpl.kinds.accounts import DelegateSet as DelegateSet
    from walletcore.chains.xrpl.kinds.accounts import DepositPreauth as DepositPreauth
    from walletcore.chains.xrpl.kinds.accounts import DIDDelete as DIDDelete
    from walletcore.chains.xrpl.kinds.accounts import DIDSet as DIDSet
    from walletcore.chains.xrpl.kinds.accounts import SetRegularKey as SetRegularKey
    from walletcore.chains.xrpl.kinds.accounts import SignerListSet as SignerListSet
    from walletcore.chains.xrpl.kinds.accounts import TicketCreate as TicketCreate
    from walletcore.chains.xrpl.kinds.batch import Batch as Batch
    from walletcore.chains.xrpl.kinds.payments import CheckCancel as CheckCancel
    from walletcore.chains.xrpl.kinds.payments import CheckCash as CheckCash
    from walletcore.chains.xrpl.kinds.payments import CheckCreate as CheckCreate
    from walletcore.chains.xrpl.kinds.payments import EscrowCancel as EscrowCancel
    from walletcore.chains.xrpl.kinds.payments import EscrowCreate as EscrowCreate
    from walletcore.chains.xrpl.kinds.payments import EscrowFinish as EscrowFinish
    from walletcore.chains.xrpl.kinds.payments import Payment as Payment
    from walletcore.chains.xrpl.kinds.payments import PaymentChannelClaim as PaymentChannelClaim
    from walletcore.chains.xrpl.kinds.payments import PaymentChannelCreate as PaymentChannelCreate
    from walletcore.chains.xrpl.kinds.payments import PaymentChannelFund as PaymentChannelFund
    from walletcore.chains.xrpl.kinds.tokens import Clawback as Clawback
    from walletcore.chains.xrpl.kinds.tokens import MPTokenAuthorize as MPTokenAuthorize
    from walletcore.chains.xrpl.kinds.tokens import MPTokenIssuanceCreate as MPTokenIssuanceCreate
    from walletcore.chains.xrpl.kinds.tokens import MPTokenIssuanceDestroy as MPTokenIssuanceDestroy
    from walletcore.chains.xrpl.kinds.tokens import MPTokenIssuanceSet as MPTokenIssuanceSet
    from walletcore.chains.xrpl.kinds.tokens import NFTokenAcceptOffer as NFTokenAcceptOffer
    from walletcore.chains.xrpl.kinds.tokens import NFTokenBurn as NFTokenBurn
    from walletcore.chains.xrpl.kinds.tokens import NFTokenCancelOffer as NFTokenCancelOffer
    from walletcore.chains.xrpl.kinds.tokens import NFTokenCreateOffer as NFTokenCreateOffer
    from walletcore.chains.xrpl.kinds.tokens import NFTokenMint as NFTokenMint
    from walletcore.chains.xrpl.kinds.tokens import NFTokenModify as NFTokenModify
    from walletcore.chains.xrpl.kinds.tokens import TrustSet as TrustSet
    from walletcore.chains.xrpl.kinds.trading import AMMBid as AMMBid
    from walletcore.chains.xrpl.kinds.trading import AMMClawback as AMMClawback
    from walletcore.chains.xrpl.kinds.trading import AMMCreate as AMMCreate
    from walletcore.chains.xrpl.kinds.trading import AMMDelete as AMMDelete
    from walletcore.chains.xrpl.kinds.trading import AMMDeposit as AMMDeposit
    from walletcore.chains.xrpl.kinds.trading import AMMVote as AMMVote
    from walletcore.chains.xrpl.kinds.trading import AMMWithdraw as AMMWithdraw
    from walletcore.chains.xrpl.kinds.trading import OfferCancel as OfferCancel
    from walletcore.chains.xrpl.kinds.trading import OfferCreate as OfferCreate
    from walletcore.chains.xrpl.parties import Cosigner as Cosigner
    from walletcore.chains.xrpl.parties import Party as Party
    from walletcore.chains.xrpl.parts import Asset as Asset
    from walletcore.chains.xrpl.parts import AuthAccount as AuthAccount
    from walletcore.chains.xrpl.parts import Credential as Credential
    from walletcore.chains.xrpl.parts import Memo as Memo
    from walletcore.chains.xrpl.parts import PathStep as PathStep
    from walletcore.chains.xrpl.parts import Permission as Permission
    from walletcore.chains.xrpl.parts import SignerEntry as SignerEntry
    from walletcore.chains.xrpl.reading import EPOCH as EPOCH
    from walletcore.chains.xrpl.reading import UNITS as UNITS
    from walletcore.chains.xrpl.transaction import AnyTransaction as AnyTransaction
    from walletcore.chains.xrpl.transaction import Transaction as Transaction
    from walletcore.chains.xrpl.typed import PERILS as PERILS
    from walletcore.chains.xrpl.typed import Typed as Typed
    from walletcore.chains.xrpl.typed import from_json as from_json

__all__ = [
    "CHAINS",
    "EPOCH",
    "PERILS",
    "UNITS",
    "AMMBid",
    "AMMClawback",
    "AMMCreate",
    "AMMDelete",
    "AMMDeposit",
    "AMMVote",
    "AMMWithdraw",
    "AccountDelete",
    "AccountSet",
    "AnyTransaction",
    "Asset",
    "AuthAccount",
    "Batch",
    "CheckCancel",
    "CheckCash",
    "CheckCreate",
    "Claim",
    "Clawback",
    "Cosigner",
    "Credential",
    "CredentialAccept",
    "CredentialCreate",
    "CredentialDelete",
    "DIDDelete",
    "DIDSet",
    "DelegateSet",
    "DepositPreauth",
    "EscrowCancel",
    "EscrowCreate",
    "EscrowFinish",
    "IssuedAmount",
    "MPTokenAuthorize",
    "MPTokenIssuanceCreate",
    "MPTokenIssuanceDestroy",
    "MPTokenIssuanceSet",
    "Memo",
    "MptAmount",
    "NFTokenAcceptOffer",
    "NFTokenBurn",
    "NFTokenCancelOffer",
    "NFTokenCreateOffer",
    "NFTokenMint",
    "NFTokenModify",
    "OfferCancel",
    "OfferCreate",
    "Party",
    "PathStep",
    "Payment",
    "PaymentChannelClaim",
    "PaymentChannelCreate",
    "PaymentChannelFund",
    "Permission",
    "SetRegularKey",
    "SignerEntry",
    "SignerListSet",
    "TicketCreate",
    "Transaction",
    "TrustSet",
    "Typed",
    "XrplChain",
    "from_json",
]

_PLACES = {
    "AMMBid": "kinds.trading",
    "AMMClawback": "kinds.trading",
    "AMMCreate": "kinds.trading",
    "AMMDelete": "kinds.trading",
    "AMMDeposit": "kinds.trading",
    "AMMVote": "kinds.trading",
    "AMMWithdraw": "kinds.trading",
    "AccountDelete": "kinds.accounts",
    "AccountSet": "kinds.accounts",
    "AnyTransaction": "transaction",
    "Asset": "parts",
    "AuthAccount": "parts",
    "Batch": "kinds.batch",
    "CheckCancel": "kinds.payments",
    "CheckCash": "kinds.payments",
    "CheckCreate": "kinds.payments",
    "Claim": "claims",
    "Clawback": "kinds.tokens",
    "Cosigner": "parties",
    "Credential": "parts",
    "CredentialAccept": "kinds.accounts",
    "CredentialCreate": "kinds.accounts",
    "CredentialDelete": "kinds.accounts",
    "DIDDelete": "kinds.accounts",
    "DIDSet": "kinds.accounts",
    "DelegateSet": "kinds.accounts",
    "DepositPreauth": "kinds.accounts",
    "EPOCH": "reading",
    "EscrowCancel": "kinds.payments",
    "EscrowCreate": "kinds.payments",
    "EscrowFinish": "kinds.payments",
    "IssuedAmount": "amounts",
    "MPTokenAuthorize": "kinds.tokens",
    "MPTokenIssuanceCreate": "kinds.tokens",
    "MPTokenIssuanceDestroy": "kinds.tokens",
    "MPTokenIssuanceSet": "kinds.tokens",
    "Memo": "parts",
    "MptAmount": "amounts",
    "NFTokenAcceptOffer": "kinds.tokens",
    "NFTokenBurn": "kinds.tokens",
    "NFTokenCancelOffer": "kinds.tokens",
    "NFTokenCreateOffer": "kinds.tokens",
    "NFTokenMint": "kinds.tokens",
    "NFTokenModify": "kinds.tokens",
    "OfferCancel": "kinds.trading",
    "OfferCreate": "kinds.trading",
    "PERILS": "typed",
    "Party": "parties",
    "PathStep": "parts",
    "Payment": "kinds.payments",
    "PaymentChannelClaim": "kinds.payments",
    "PaymentChannelCreate": "kinds.payments",
    "PaymentChannelFund": "kinds.payments",
    "Permission": "parts",
    "SetRegularKey": "kinds.accounts",
    "SignerEntry": "parts",
    "SignerListSet": "kinds.accounts",
    "TicketCreate": "kinds.accounts",
    "Transaction": "transaction",
    "TrustSet": "kinds.tokens",
    "Typed": "typed",
    "UNITS": "reading",
    "from_json": "typed",
}

__getattr__ = lazily(__name__, _PLACES)
