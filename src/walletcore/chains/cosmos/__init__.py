"""Chains of the Cosmos SDK: rows, addresses."""

from __future__ import annotations

from walletcore.chains.cosmos.chain import CosmosChain
from walletcore.chains.cosmos.rows import CHAINS

__all__ = ["CHAINS", "CosmosChain"]
