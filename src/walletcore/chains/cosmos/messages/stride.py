"""Liquid stake of Stride (Stride-Labs/stride proto/stride/stakeibc/tx.proto)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from walletcore.chains.cosmos.messages.common import called
from walletcore.chains.cosmos.messages.fields import account, text, whole
from walletcore.chains.cosmos.messages.shape import Described, described
from walletcore.effects import Effect

if TYPE_CHECKING:
    from walletcore.chains.cosmos.chain import CosmosChain

__all__ = ["MsgLiquidStake", "MsgRedeemStake"]

_PACKAGE = "/stride.stakeibc"


@described(f"{_PACKAGE}.MsgLiquidStake", amino="stakeibc/MsgLiquidStake", signers=("creator",))
class MsgLiquidStake(Described):
    """A coin of another chain, ``host_denom`` there, becomes a token for its stake."""

    creator: str = account(1)
    amount: int = whole(2)
    host_denom: str = text(3)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Call`: which coin of this chain it is, the bytes do not say."""
        return (called(chain, self.creator, "MsgLiquidStake", amount=self.amount, host_denom=self.host_denom),)


@described(f"{_PACKAGE}.MsgRedeemStake", amino="stakeibc/MsgRedeemStake", signers=("creator",))
class MsgRedeemStake(Described):
    """Tokens for stake are given back; the coin goes to ``receiver``, an account of ``host_zone``, a chain id."""

    creator: str = account(1)
    amount: int = whole(2)
    host_zone: str = text(3)
    receiver: str = text(4)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Call`: which coin of this chain it is, the bytes do not say."""
        told = {"amount": self.amount, "host_zone": self.host_zone, "receiver": self.receiver}
        return (called(chain, self.creator, "MsgRedeemStake", **told),)
