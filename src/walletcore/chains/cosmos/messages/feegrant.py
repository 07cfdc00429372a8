"""Fees that one account pays for another (cosmos/feegrant/v1beta1/tx.proto, feegrant.proto)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from walletcore.chains.cosmos.messages.common import Coin, called
from walletcore.chains.cosmos.messages.fields import account, coins, concrete, missing_or, part, texts
from walletcore.chains.cosmos.messages.shape import Described, described
from walletcore.chains.cosmos.messages.times import Duration, Timestamp
from walletcore.effects import Approve, Authority, Effect, Opaque

if TYPE_CHECKING:
    from walletcore.chains.cosmos.chain import CosmosChain

__all__ = [
    "AllowedMsgAllowance",
    "BasicAllowance",
    "MsgGrantAllowance",
    "MsgPruneAllowances",
    "MsgRevokeAllowance",
    "PeriodicAllowance",
]

_PACKAGE = "/cosmos.feegrant.v1beta1"
_MAX_NESTED = 8


@described(f"{_PACKAGE}.BasicAllowance", amino="cosmos-sdk/BasicAllowance")
class BasicAllowance(Described):
    """Fees up to a limit, none where it is empty, until a moment."""

    spend_limit: tuple[Coin, ...] = coins(1, default=())
    expiration: Timestamp | None = missing_or(part(2, Timestamp), default=None)


@described(f"{_PACKAGE}.PeriodicAllowance", amino="cosmos-sdk/PeriodicAllowance")
class PeriodicAllowance(Described):
    """Fees up to a limit in each period, and within ``basic`` in all."""

    basic: BasicAllowance = part(1, BasicAllowance)
    period: Duration = part(2, Duration)
    period_spend_limit: tuple[Coin, ...] = coins(3)
    period_can_spend: tuple[Coin, ...] = coins(4, default=())
    period_reset: Timestamp = part(5, Timestamp)


@described(f"{_PACKAGE}.AllowedMsgAllowance", amino="cosmos-sdk/AllowedMsgAllowance")
class AllowedMsgAllowance(Described):
    """An allowance for transactions that hold messages of these types only."""

    allowance: Any = concrete(1)
    allowed_messages: tuple[str, ...] = texts(2)


@described(f"{_PACKAGE}.MsgGrantAllowance", amino="cosmos-sdk/MsgGrantAllowance", signers=("granter",))
class MsgGrantAllowance(Described):
    """The granter pays fees of the grantee's transactions."""

    granter: str = account(1)
    grantee: str = account(2)
    allowance: Any = concrete(3)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """An `Approve` of each coin of the limit in all, or of an unknown amount; `Opaque`, too, where no table has it.

        A limit of a period bounds nothing in all: it can be had again and again.
        """
        source, spender = chain.account_id(self.granter), chain.account_id(self.grantee)
        inner = self.allowance
        for _ in range(_MAX_NESTED):
            if not isinstance(inner, AllowedMsgAllowance):
                break
            inner = inner.allowance
        basic = inner.basic if isinstance(inner, PeriodicAllowance) else inner
        if not isinstance(basic, BasicAllowance):
            unknown = Approve(asset=chain.fee_asset, amount=None, spender=spender, source=source)
            return unknown, Opaque(why="an allowance for fees that is not known", data=getattr(inner, "value", b""))
        until = None if basic.expiration is None else basic.expiration.seconds
        if not basic.spend_limit:
            open_ended = Approve(asset=chain.fee_asset, amount=None, spender=spender, source=source, until=until)
            return open_ended, Opaque(why="fees in any coin, without a limit")
        return tuple(
            [
                Approve(asset=chain.token(c.denom), amount=c.amount, spender=spender, source=source, until=until)
                for c in basic.spend_limit
            ]
        )


@described(f"{_PACKAGE}.MsgRevokeAllowance", amino="cosmos-sdk/MsgRevokeAllowance", signers=("granter",))
class MsgRevokeAllowance(Described):
    """The granter pays no fees of the grantee's any more."""

    granter: str = account(1)
    grantee: str = account(2)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """An `Authority`."""
        change = f"it pays no fees of {chain.account_id(self.grantee)} any more"
        return (Authority(account=chain.account_id(self.granter), change=change),)


@described(f"{_PACKAGE}.MsgPruneAllowances", amino="cosmos-sdk/MsgPruneAllowances", signers=("pruner",))
class MsgPruneAllowances(Described):
    """Allowances of anybody that are over are taken away."""

    pruner: str = account(1)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Call`."""
        return (called(chain, self.pruner, "MsgPruneAllowances"),)
