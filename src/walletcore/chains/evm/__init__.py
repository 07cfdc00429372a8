"""The EVM family: Ethereum and the chains that run its virtual machine (EIP-55, EIP-155, EIP-1559, RLP)."""

from __future__ import annotations

from walletcore.chains.evm.chain import CHAINS, Evm
from walletcore.chains.evm.transaction import GWEI, AccessList, Transaction

__all__ = ["CHAINS", "GWEI", "AccessList", "Evm", "Transaction"]
