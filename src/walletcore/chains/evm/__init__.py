"""The EVM family: Ethereum and the chains that run its virtual machine (EIP-55, EIP-155, EIP-191, EIP-712, RLP)."""

from __future__ import annotations

from walletcore.chains.evm.chain import CHAINS, Evm
from walletcore.chains.evm.message import Message
from walletcore.chains.evm.transaction import GWEI, AccessList, Transaction
from walletcore.chains.evm.typed_data import Domain, TypedData

__all__ = ["CHAINS", "GWEI", "AccessList", "Domain", "Evm", "Message", "Transaction", "TypedData"]
