"""The EVM family: Ethereum and the chains that run its virtual machine (EIP-55, EIP-155, EIP-191, EIP-712, RLP)."""

from __future__ import annotations

from walletcore.chains.evm.access_list import AccessList, AccessListTransaction
from walletcore.chains.evm.chain import CHAINS, Evm
from walletcore.chains.evm.common import GWEI
from walletcore.chains.evm.create import create2_address, create_address
from walletcore.chains.evm.legacy import LegacyTransaction
from walletcore.chains.evm.message import Message
from walletcore.chains.evm.transaction import Transaction
from walletcore.chains.evm.typed_data import Domain, TypedData

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
    "create2_address",
    "create_address",
]
