"""Theta: Ethereum's accounts, and a ledger with transactions of its own (thetatoken/theta-protocol-ledger)."""

from __future__ import annotations

from walletcore.chains.theta.chain import CHAINS, ThetaChain
from walletcore.lazily import lazily

TYPE_CHECKING = False

if TYPE_CHECKING:
    from walletcore.chains.theta.stake import PURPOSES as PURPOSES
    from walletcore.chains.theta.stake import DepositStake as DepositStake
    from walletcore.chains.theta.stake import DepositStakeV2 as DepositStakeV2
    from walletcore.chains.theta.stake import StakeRewardDistribution as StakeRewardDistribution
    from walletcore.chains.theta.stake import WithdrawStake as WithdrawStake
    from walletcore.chains.theta.transaction import Coins as Coins
    from walletcore.chains.theta.transaction import Input as Input
    from walletcore.chains.theta.transaction import Output as Output
    from walletcore.chains.theta.transaction import Send as Send
    from walletcore.chains.theta.transaction import SmartContract as SmartContract

__all__ = [
    "CHAINS",
    "PURPOSES",
    "Coins",
    "DepositStake",
    "DepositStakeV2",
    "Input",
    "Output",
    "Send",
    "SmartContract",
    "StakeRewardDistribution",
    "ThetaChain",
    "WithdrawStake",
]

_PLACES = {
    "Coins": "transaction",
    "DepositStake": "stake",
    "DepositStakeV2": "stake",
    "Input": "transaction",
    "Output": "transaction",
    "PURPOSES": "stake",
    "Send": "transaction",
    "SmartContract": "transaction",
    "StakeRewardDistribution": "stake",
    "WithdrawStake": "stake",
}

__getattr__ = lazily(__name__, _PLACES)
