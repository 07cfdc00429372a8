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
    from walletcore.chains.cosmos.messages.bank import MsgMultiSend as MsgMultiSend
    from walletcore.chains.cosmos.messages.bank import MsgSend as MsgSend
    from walletcore.chains.cosmos.messages.common import Coin as Coin
    from walletcore.chains.cosmos.messages.staking import MsgBeginRedelegate as MsgBeginRedelegate
    from walletcore.chains.cosmos.messages.staking import MsgDelegate as MsgDelegate
    from walletcore.chains.cosmos.messages.staking import MsgUndelegate as MsgUndelegate
    from walletcore.chains.cosmos.messages.times import Timestamp as Timestamp
    from walletcore.chains.cosmos.multisig import Multisig as Multisig
    from walletcore.chains.cosmos.transaction import Signer as Signer
    from walletcore.chains.cosmos.transaction import Transaction as Transaction
    from walletcore.chains.cosmos.tx import Fee as Fee
    from walletcore.chains.cosmos.tx import SignMode as SignMode
    from walletcore.coding.protobuf import AnyMessage as AnyMessage

__all__ = [
    "CHAINS",
    "AnyMessage",
    "Coin",
    "CosmosChain",
    "Fee",
    "Message",
    "MsgBeginRedelegate",
    "MsgDelegate",
    "MsgMultiSend",
    "MsgSend",
    "MsgUndelegate",
    "Multisig",
    "SignMode",
    "Signer",
    "Timestamp",
    "Transaction",
    "verify",
]

_PLACES = {
    "AnyMessage": "tx",
    "Coin": "messages.common",
    "Fee": "tx",
    "Message": "adr36",
    "MsgBeginRedelegate": "messages.staking",
    "MsgDelegate": "messages.staking",
    "MsgMultiSend": "messages.bank",
    "MsgSend": "messages.bank",
    "MsgUndelegate": "messages.staking",
    "Multisig": "multisig",
    "SignMode": "tx",
    "Signer": "transaction",
    "Timestamp": "messages.times",
    "Transaction": "transaction",
    "verify": "decode",
}

__getattr__ = lazily(__name__, _PLACES)
