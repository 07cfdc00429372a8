"""Validators that come back after a fault (cosmos/slashing/v1beta1/tx.proto)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from walletcore.chains.cosmos.messages.common import called
from walletcore.chains.cosmos.messages.fields import validator
from walletcore.chains.cosmos.messages.shape import Described, described

if TYPE_CHECKING:
    from walletcore.chains.cosmos.chain import CosmosChain
    from walletcore.effects import Effect

__all__ = ["MsgUnjail"]


@described("/cosmos.slashing.v1beta1.MsgUnjail", amino="cosmos-sdk/MsgUnjail", signers=("validator_addr",))
class MsgUnjail(Described):
    """A validator that was jailed takes part again."""

    validator_addr: str = validator(1, keep=True, name="address")

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Call` of the validator."""
        return (called(chain, self.validator_addr, "MsgUnjail"),)
