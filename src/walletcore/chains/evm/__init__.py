"""The EVM family: Ethereum and the chains that run its virtual machine (EIP-55, EIP-155, EIP-191, EIP-712, RLP)."""

from __future__ import annotations

from walletcore.chains.evm.chain import CHAINS, Evm
from walletcore.lazily import lazily

TYPE_CHECKING = False

if TYPE_CHECKING:
    from walletcore.chains.evm.access_list import AccessList as AccessList
    from walletcore.chains.evm.access_list import AccessListTransaction as AccessListTransaction
    from walletcore.chains.evm.common import GWEI as GWEI
    from walletcore.chains.evm.create import create2_address as create2_address
    from walletcore.chains.evm.create import create_address as create_address
    from walletcore.chains.evm.gas import least_gas as least_gas
    from walletcore.chains.evm.legacy import LegacyTransaction as LegacyTransaction
    from walletcore.chains.evm.message import Message as Message
    from walletcore.chains.evm.transaction import Transaction as Transaction
    from walletcore.chains.evm.typed_data import Domain as Domain
    from walletcore.chains.evm.typed_data import TypedData as TypedData
    from walletcore.chains.evm.user_operation import UserOperation as UserOperation

__all__ = [
    "CHAINS",
    "GWEI",
    "AccessList",
    "AccessListTransaction",
    "Domain",
    "Evm",
    "LegacyTransaction",
    "Message",
    "Transaction",
    "TypedData",
    "UserOperation",
    "create2_address",
    "create_address",
    "least_gas",
]

_PLACES = {
    "AccessList": "access_list",
    "AccessListTransaction": "access_list",
    "Domain": "typed_data",
    "GWEI": "common",
    "LegacyTransaction": "legacy",
    "Message": "message",
    "Transaction": "transaction",
    "TypedData": "typed_data",
    "UserOperation": "user_operation",
    "create2_address": "create",
    "create_address": "create",
    "least_gas": "gas",
}

__getattr__ = lazily(__name__, _PLACES)
