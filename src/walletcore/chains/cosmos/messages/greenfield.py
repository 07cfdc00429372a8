"""Coins that leave BNB Greenfield for BNB Smart Chain (bnb-chain/greenfield proto/greenfield/bridge/tx.proto)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from walletcore.chains.cosmos.messages.common import Coin
from walletcore.chains.cosmos.messages.fields import account, missing_or, part, text
from walletcore.chains.cosmos.messages.shape import Described, described
from walletcore.coding.uris import escaped
from walletcore.effects import Effect, Fee, Opaque, Transfer

if TYPE_CHECKING:
    from walletcore.chains.cosmos.chain import CosmosChain

__all__ = ["MsgTransferOut"]


@described("/greenfield.bridge.MsgTransferOut", amino="greenfield.bridge.MsgTransferOut", signers=("from_address",))
class MsgTransferOut(Described):
    """A coin goes to an account of BNB Smart Chain."""

    from_address: str = account(1, name="from")
    to: str = text(2)
    amount: Coin | None = missing_or(part(3, Coin), default=None)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Transfer` to the account behind the bridge, ``<CAIP-2 name>:bridge.<account>``, and what relayers take.

        Their fee is a parameter of the network, which no message tells (greenfield, x/bridge, BridgeTransferOut).
        """
        relayed = Fee(asset=chain.fee_asset, at_most=None, payer=chain.account_id(self.from_address))
        if self.amount is None:
            return (Opaque(why="a transfer out of no amount"), relayed)
        asset, amount = chain.token(self.amount.denom), self.amount.amount
        source, destination = chain.account_id(self.from_address), f"{chain.caip2}:bridge.{escaped(self.to, plain='-')}"
        return (Transfer(asset=asset, amount=amount, source=source, destination=destination), relayed)
