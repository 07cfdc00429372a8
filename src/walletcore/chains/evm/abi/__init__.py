"""The contract ABI: calldata, results, logs and errors, written and read strictly (Contract ABI Specification)."""

from __future__ import annotations

from walletcore.chains.evm.abi.coding import decode, encode
from walletcore.chains.evm.abi.entries import Constructor, CustomError, Event, Function, Hashed
from walletcore.chains.evm.abi.signatures import Parameter

__all__ = ["Constructor", "CustomError", "Event", "Function", "Hashed", "Parameter", "decode", "encode"]
