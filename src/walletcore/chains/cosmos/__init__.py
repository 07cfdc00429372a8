"""Chains of the Cosmos SDK: addresses, transactions of many messages in several sign modes, multisig accounts.

One file an idea: `chain`, `rows` and `profiles`; `transaction`, `tx` (its parts in protobuf), `amino` (as JSON),
`multisig`, `decode`, `outcome`, `checks`; `adr36`; `messages`, a module for each of the SDK's or of a chain.
"""

from __future__ import annotations

from walletcore.chains.cosmos.chain import CosmosChain
from walletcore.chains.cosmos.rows import CHAINS
from walletcore.lazily import lazily

TYPE_CHECKING = False

if TYPE_CHECKING:
    from walletcore.chains.cosmos.adr36 import Message as Message
    from walletcore.chains.cosmos.decode import verify as verify
    from walletcore.chains.cosmos.messages.authz import GenericAuthorization as GenericAuthorization
    from walletcore.chains.cosmos.messages.authz import Grant as Grant
    from walletcore.chains.cosmos.messages.authz import MsgExec as MsgExec
    from walletcore.chains.cosmos.messages.authz import MsgGrant as MsgGrant
    from walletcore.chains.cosmos.messages.authz import MsgRevoke as MsgRevoke
    from walletcore.chains.cosmos.messages.authz import SendAuthorization as SendAuthorization
    from walletcore.chains.cosmos.messages.authz import StakeAuthorization as StakeAuthorization
    from walletcore.chains.cosmos.messages.bank import MsgMultiSend as MsgMultiSend
    from walletcore.chains.cosmos.messages.bank import MsgSend as MsgSend
    from walletcore.chains.cosmos.messages.common import Coin as Coin
    from walletcore.chains.cosmos.messages.feegrant import BasicAllowance as BasicAllowance
    from walletcore.chains.cosmos.messages.feegrant import MsgGrantAllowance as MsgGrantAllowance
    from walletcore.chains.cosmos.messages.feegrant import MsgRevokeAllowance as MsgRevokeAllowance
    from walletcore.chains.cosmos.messages.feegrant import PeriodicAllowance as PeriodicAllowance
    from walletcore.chains.cosmos.messages.ibc import MsgTransfer as MsgTransfer
    from walletcore.chains.cosmos.messages.staking import MsgBeginRedelegate as MsgBeginRedelegate
    from walletcore.chains.cosmos.messages.staking import MsgDelegate as MsgDelegate
    from walletcore.chains.cosmos.messages.staking import MsgUndelegate as MsgUndelegate
    from walletcore.chains.cosmos.messages.times import Timestamp as Timestamp
    from walletcore.chains.cosmos.messages.wasm import MsgExecuteContract as MsgExecuteContract
    from walletcore.chains.cosmos.multisig import Multisig as Multisig
    from walletcore.chains.cosmos.transaction import Signer as Signer
    from walletcore.chains.cosmos.transaction import Transaction as Transaction
    from walletcore.chains.cosmos.tx import Fee as Fee
    from walletcore.chains.cosmos.tx import SignMode as SignMode
    from walletcore.coding.protobuf import AnyMessage as AnyMessage

__all__ = [
    "CHAINS",
    "AnyMessage",
    "BasicAllowance",
    "Coin",
    "CosmosChain",
    "Fee",
    "GenericAuthorization",
    "Grant",
    "Message",
    "MsgBeginRedelegate",
    "MsgDelegate",
    "MsgExec",
    "MsgExecuteContract",
    "MsgGrant",
    "MsgGrantAllowance",
    "MsgMultiSend",
    "MsgRevoke",
    "MsgRevokeAllowance",
    "MsgSend",
    "MsgTransfer",
    "MsgUndelegate",
    "Multisig",
    "PeriodicAllowance",
    "SendAuthorization",
    "SignMode",
    "Signer",
    "StakeAuthorization",
    "Timestamp",
    "Transaction",
    "verify",
]

_PLACES = {
    "AnyMessage": "tx",
    "BasicAllowance": "messages.feegrant",
    "Coin": "messages.common",
    "Fee": "tx",
    "GenericAuthorization": "messages.authz",
    "Grant": "messages.authz",
    "Message": "adr36",
    "MsgBeginRedelegate": "messages.staking",
    "MsgDelegate": "messages.staking",
    "MsgExec": "messages.authz",
    "MsgExecuteContract": "messages.wasm",
    "MsgGrant": "messages.authz",
    "MsgGrantAllowance": "messages.feegrant",
    "MsgMultiSend": "messages.bank",
    "MsgRevoke": "messages.authz",
    "MsgRevokeAllowance": "messages.feegrant",
    "MsgSend": "messages.bank",
    "MsgTransfer": "messages.ibc",
    "MsgUndelegate": "messages.staking",
    "Multisig": "multisig",
    "PeriodicAllowance": "messages.feegrant",
    "SendAuthorization": "messages.authz",
    "SignMode": "tx",
    "Signer": "transaction",
    "StakeAuthorization": "messages.authz",
    "Timestamp": "messages.times",
    "Transaction": "transaction",
    "verify": "decode",
}

__getattr__ = lazily(__name__, _PLACES)
