"""Coins that change hands (cosmos/bank/v1beta1/tx.proto, bank.proto)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from walletcore.chains.cosmos.messages.common import Coin, moved
from walletcore.chains.cosmos.messages.fields import account, coins, parts
from walletcore.chains.cosmos.messages.shape import Described, described

if TYPE_CHECKING:
    from walletcore.chains.cosmos.chain import CosmosChain
    from walletcore.effects import Effect

__all__ = ["Input", "MsgMultiSend", "MsgSend", "Output"]


@described("/cosmos.bank.v1beta1.MsgSend", amino="cosmos-sdk/MsgSend", signers=("from_address",))
class MsgSend(Described):
    """Coins go from one account to another."""

    from_address: str = account(1)
    to_address: str = account(2)
    amount: tuple[Coin, ...] = coins(3)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Transfer` of each coin."""
        return moved(chain, self.amount, self.from_address, self.to_address)


@described()
class Input(Described):
    """Who gives coins."""

    address: str = account(1)
    coins: tuple[Coin, ...] = coins(2)


@described()
class Output(Described):
    """Who is given coins."""

    address: str = account(1)
    coins: tuple[Coin, ...] = coins(2)


@described("/cosmos.bank.v1beta1.MsgMultiSend", amino="cosmos-sdk/MsgMultiSend", signers=("inputs.address",))
class MsgMultiSend(Described):
    """Coins go to many accounts at once; chains take one input only since Cosmos SDK 0.47."""

    inputs: tuple[Input, ...] = parts(1, Input, keep=True)
    outputs: tuple[Output, ...] = parts(2, Output, keep=True)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Transfer` for each output, without a source where several accounts give; none without outputs."""
        source = self.inputs[0].address if len(self.inputs) == 1 else ""
        return tuple([effect for each in self.outputs for effect in moved(chain, each.coins, source, each.address)])
