"""A family of chains of another package: one row, which speaks as EVM chains do."""

from dataclasses import replace

from walletcore.chains import chain
from walletcore.chains.evm import Evm

CHAINS = (replace(chain("sepolia", Evm), name="toynet", symbol="TOY", chain_id=987_654_321),)
