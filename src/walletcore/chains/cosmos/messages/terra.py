"""Contracts of Terra Classic, as they were called before CosmWasm 1.0.

terra-money/classic-core proto/terra/wasm/v1beta1/tx.proto.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from walletcore.chains.cosmos.messages.common import Coin, moved
from walletcore.chains.cosmos.messages.fields import account, coins
from walletcore.chains.cosmos.messages.forms import inline_json
from walletcore.chains.cosmos.messages.shape import Described, described
from walletcore.chains.cosmos.messages.wasm_calls import executed

if TYPE_CHECKING:
    from walletcore.chains.cosmos.chain import CosmosChain
    from walletcore.effects import Effect

__all__ = ["MsgExecuteContract"]


@described("/terra.wasm.v1beta1.MsgExecuteContract", amino="wasm/MsgExecuteContract", signers=("sender",))
class MsgExecuteContract(Described):
    """JSON for a contract, with coins.

    Its name in amino JSON is that of CosmWasm's message, which is the one that is read.
    """

    sender: str = account(1)
    contract: str = account(2)
    execute_msg: bytes = inline_json(3)
    coins: tuple[Coin, ...] = coins(5, default=())

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """As those of CosmWasm's message."""
        paid = moved(chain, self.coins, self.sender, self.contract)
        return *paid, *executed(chain, self.sender, self.contract, self.execute_msg)
