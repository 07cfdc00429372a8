"""Liquid stake of Stride (Stride-Labs/stride proto/stride/stakeibc/tx.proto)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from walletcore.chains.cosmos.messages.common import called
from walletcore.chains.cosmos.messages.fields import account, text, whole
from walletcore.chains.cosmos.messages.shape import Described, described
from walletcore.effects import Effect, Opaque

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
        """A `Call`, and `Opaque`: which coin of this chain is given, the bytes do not say."""
        told = called(chain, self.creator, "MsgLiquidStake", amount=self.amount, host_denom=self.host_denom)
        return told, Opaque(why=f"{self.amount} of the coin that stands for {self.host_denom} are staked")


@described(f"{_PACKAGE}.MsgRedeemStake", amino="stakeibc/MsgRedeemStake", signers=("creator",))
class MsgRedeemStake(Described):
    """Tokens for stake are given back; the coin goes to ``receiver``, an account of ``host_zone``, a chain id."""

    creator: str = account(1)
    amount: int = whole(2)
    host_zone: str = text(3)
    receiver: str = text(4)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Call`, and `Opaque`: which coin is given for what another account receives, the bytes do not say."""
        told = {"amount": self.amount, "host_zone": self.host_zone, "receiver": self.receiver}
        why = f"{self.amount} of the token for stake on {self.host_zone} are given; {self.receiver} gets the coins"
        return called(chain, self.creator, "MsgRedeemStake", **told), Opaque(why=why)
