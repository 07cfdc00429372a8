"""The EVM family: Ethereum and the chains that run its virtual machine (EIP-55, EIP-155, EIP-191, EIP-712, RLP)."""

from __future__ import annotations

from walletcore.chains.evm.chain import Evm
from walletcore.chains.evm.rows import CHAINS
from walletcore.lazily import lazily

TYPE_CHECKING = False

if TYPE_CHECKING:
    from walletcore.chains.evm.access_list import AccessList as AccessList
    from walletcore.chains.evm.access_list import AccessListTransaction as AccessListTransaction
    from walletcore.chains.evm.authorization import Authorization as Authorization
    from walletcore.chains.evm.authorization import SignedAuthorization as SignedAuthorization
    from walletcore.chains.evm.blob import BlobTransaction as BlobTransaction
    from walletcore.chains.evm.blob import network_form as network_form
    from walletcore.chains.evm.cip64 import FeeCurrencyTransaction as FeeCurrencyTransaction
    from walletcore.chains.evm.common import GWEI as GWEI
    from walletcore.chains.evm.create import create2_address as create2_address
    from walletcore.chains.evm.create import create_address as create_address
    from walletcore.chains.evm.deposit import Deposit as Deposit
    from walletcore.chains.evm.gas import least_gas as least_gas
    from walletcore.chains.evm.legacy import LegacyTransaction as LegacyTransaction
    from walletcore.chains.evm.message import Message as Message
    from walletcore.chains.evm.set_code import SetCodeTransaction as SetCodeTransaction
    from walletcore.chains.evm.sidecar import Sidecar as Sidecar
    from walletcore.chains.evm.transaction import Transaction as Transaction
    from walletcore.chains.evm.typed_data import Domain as Domain
    from walletcore.chains.evm.typed_data import TypedData as TypedData
    from walletcore.chains.evm.zksync import ZksyncTransaction as ZksyncTransaction

__all__ = [
    "CHAINS",
    "GWEI",
    "AccessList",
    "AccessListTransaction",
    "Authorization",
    "BlobTransaction",
    "Deposit",
    "Domain",
    "Evm",
    "FeeCurrencyTransaction",
    "LegacyTransaction",
    "Message",
    "SetCodeTransaction",
    "Sidecar",
    "SignedAuthorization",
    "Transaction",
    "TypedData",
    "ZksyncTransaction",
    "create2_address",
    "create_address",
    "least_gas",
    "network_form",
]

_PLACES = {
    "AccessList": "access_list",
    "AccessListTransaction": "access_list",
    "Deposit": "deposit",
    "Domain": "typed_data",
    "FeeCurrencyTransaction": "cip64",
    "GWEI": "common",
    "LegacyTransaction": "legacy",
    "Authorization": "authorization",
    "SignedAuthorization": "authorization",
    "BlobTransaction": "blob",
    "network_form": "blob",
    "Sidecar": "sidecar",
    "SetCodeTransaction": "set_code",
    "Message": "message",
    "Transaction": "transaction",
    "TypedData": "typed_data",
    "ZksyncTransaction": "zksync",
    "create2_address": "create",
    "create_address": "create",
    "least_gas": "gas",
}

__getattr__ = lazily(__name__, _PLACES)
