"""Coins that accounts make (osmosis-labs/osmosis proto/osmosis/tokenfactory/v1beta1/tx.proto)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from walletcore.chains.cosmos.messages.common import Coin, called
from walletcore.chains.cosmos.messages.fields import account, part, text
from walletcore.chains.cosmos.messages.shape import Described, described
from walletcore.effects import Authority, Effect, Fee, Transfer

if TYPE_CHECKING:
    from walletcore.chains.cosmos.chain import CosmosChain

__all__ = ["MsgBurn", "MsgChangeAdmin", "MsgCreateDenom", "MsgMint"]

_PACKAGE = "/osmosis.tokenfactory.v1beta1"


@described(f"{_PACKAGE}.MsgCreateDenom", amino="osmosis/tokenfactory/create-denom", signers=("sender",))
class MsgCreateDenom(Described):
    """A coin of the sender's own, ``factory/<sender>/<subdenom>``; the chain takes a fee for it."""

    sender: str = account(1)
    subdenom: str = text(2)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Call`, and the fee of the chain, which no message tells."""
        fee = Fee(asset=chain.fee_asset, at_most=None, payer=chain.account_id(self.sender))
        return called(chain, self.sender, "MsgCreateDenom", subdenom=self.subdenom), fee


@described(f"{_PACKAGE}.MsgMint", amino="osmosis/tokenfactory/mint", signers=("sender",))
class MsgMint(Described):
    """Coins are made."""

    sender: str = account(1)
    amount: Coin = part(2, Coin)
    mint_to_address: str = account(3, default="", name="mintToAddress")

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Transfer` without a source."""
        to = chain.account_id(self.mint_to_address or self.sender)
        asset = chain.token(self.amount.denom)
        return (Transfer(asset=asset, amount=self.amount.amount, source="", destination=to),)


@described(f"{_PACKAGE}.MsgBurn", amino="osmosis/tokenfactory/burn", signers=("sender",))
class MsgBurn(Described):
    """Coins are taken away, of the sender or, where the chain allows it, of another account."""

    sender: str = account(1)
    amount: Coin = part(2, Coin)
    burn_from_address: str = account(3, default="", name="burnFromAddress")

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Transfer` without a destination."""
        whence = chain.account_id(self.burn_from_address or self.sender)
        asset = chain.token(self.amount.denom)
        return (Transfer(asset=asset, amount=self.amount.amount, source=whence, destination=""),)


@described(f"{_PACKAGE}.MsgChangeAdmin", amino="osmosis/tokenfactory/change-admin", signers=("sender",))
class MsgChangeAdmin(Described):
    """Another account makes the coin from now on; nobody, where it is empty."""

    sender: str = account(1)
    denom: str = text(2)
    new_admin: str = account(3, default="", name="newAdmin")

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """An `Authority`."""
        by = chain.account_id(self.new_admin) if self.new_admin else "nobody"
        return (Authority(account=chain.account_id(self.sender), change=f"{self.denom} is made by {by}"),)
