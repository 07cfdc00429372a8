"""Building transactions: weights, coins chosen, their order, fees raised later. Signing is left to holders of keys."""

from walletcore.chains.bitcoin.building.builder import LONG_TERM_FEE_RATE, build
from walletcore.chains.bitcoin.building.bumping import bump_fee, child

__all__ = ["LONG_TERM_FEE_RATE", "build", "bump_fee", "child"]
