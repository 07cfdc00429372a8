"""Invariants that anybody may have checked (cosmos/crisis/v1beta1/tx.proto)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from walletcore.chains.cosmos.messages.common import called, pool
from walletcore.chains.cosmos.messages.fields import account, text
from walletcore.chains.cosmos.messages.shape import Described, described
from walletcore.effects import Transfer

if TYPE_CHECKING:
    from walletcore.chains.cosmos.chain import CosmosChain
    from walletcore.effects import Effect

__all__ = ["MsgVerifyInvariant"]


@described("/cosmos.crisis.v1beta1.MsgVerifyInvariant", amino="cosmos-sdk/MsgVerifyInvariant", signers=("sender",))
class MsgVerifyInvariant(Described):
    """A promise of a module is checked on the chain, for a fee that the chain sets."""

    sender: str = account(1)
    invariant_module_name: str = text(2)
    invariant_route: str = text(3)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Call`, and a `Transfer` to the community pool: the fee of the chain, which no message tells."""
        told = {"module": self.invariant_module_name, "route": self.invariant_route}
        destination = pool(chain, "distribution")
        paid = Transfer(
            asset=chain.asset,
            amount=None,
            source=chain.account_id(self.sender),
            destination=chain.account_id(destination),
        )
        return called(chain, destination, "MsgVerifyInvariant", **told), paid
