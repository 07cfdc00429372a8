"""What messages of several modules have: coins, and the effects of moving them.

cosmos/base/v1beta1/coin.proto.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from walletcore.chains.cosmos.messages.fields import denom, whole
from walletcore.chains.cosmos.messages.shape import Described, described
from walletcore.effects import Call, Effect, Transfer
from walletcore.hashes import sha256

if TYPE_CHECKING:
    from collections.abc import Sequence

    from walletcore.chains.cosmos.chain import CosmosChain

__all__ = ["Coin", "called", "moved", "pool"]


@described()
class Coin(Described):
    """An amount of a coin, in the unit that the chain counts in."""

    denom: str = denom(1)
    amount: int = whole(2)

    def __str__(self) -> str:
        return f"{self.amount}{self.denom}"


def moved(chain: CosmosChain, amount: Sequence[Coin], source: str, destination: str) -> tuple[Effect, ...]:
    """A `Transfer` of each coin; source and destination are addresses, or empty where they are not known."""
    whence, whither = (chain.account_id(each) if each else "" for each in (source, destination))
    return tuple(
        [
            Transfer(asset=chain.token(coin.denom), amount=coin.amount, source=whence, destination=whither)
            for coin in amount
        ]
    )


def called(chain: CosmosChain, target: str, name: str, **arguments: object) -> Call:
    """A `Call` of what an address names, with its arguments as text; those that are empty are left out."""
    told = tuple([(key, str(value)) for key, value in arguments.items() if value not in ("", None, ())])
    return Call(target=chain.account_id(target) if target else "", name=name, arguments=told)


def pool(chain: CosmosChain, module: str) -> str:
    """The address of a module's own account: the first 20 bytes of the SHA-256 of its name (x/auth/types)."""
    return chain.account(sha256(module.encode())[:20]).text
