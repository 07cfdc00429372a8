"""Accounts whose coins are locked for a time (cosmos/vesting/v1beta1/tx.proto, vesting.proto)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from walletcore.chains.cosmos.messages.common import Coin, called, moved
from walletcore.chains.cosmos.messages.fields import account, boolean, coins, i64, parts
from walletcore.chains.cosmos.messages.shape import Described, described
from walletcore.coding import timestamps

if TYPE_CHECKING:
    from walletcore.chains.cosmos.chain import CosmosChain
    from walletcore.effects import Effect

__all__ = ["MsgCreatePeriodicVestingAccount", "MsgCreatePermanentLockedAccount", "MsgCreateVestingAccount", "Period"]

_PACKAGE = "/cosmos.vesting.v1beta1"


@described(f"{_PACKAGE}.MsgCreateVestingAccount", amino="cosmos-sdk/MsgCreateVestingAccount", signers=("from_address",))
class MsgCreateVestingAccount(Described):
    """A new account gets coins that it may spend little by little until a Unix time, or not before it (delayed)."""

    from_address: str = account(1)
    to_address: str = account(2)
    amount: tuple[Coin, ...] = coins(3)
    end_time: int = i64(4)
    delayed: bool = boolean(5, default=False)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Transfer` of each coin, and a `Call` that tells until when they are locked."""
        told = {"until": timestamps.in_words(self.end_time), "delayed": str(self.delayed)}
        sent = moved(chain, self.amount, self.from_address, self.to_address)
        return *sent, called(chain, self.to_address, "MsgCreateVestingAccount", **told)


@described(
    f"{_PACKAGE}.MsgCreatePermanentLockedAccount",
    amino="cosmos-sdk/MsgCreatePermLockedAccount",
    signers=("from_address",),
)
class MsgCreatePermanentLockedAccount(Described):
    """A new account gets coins that it may stake, and never spend."""

    from_address: str = account(1)
    to_address: str = account(2)
    amount: tuple[Coin, ...] = coins(3)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Transfer` of each coin, and a `Call`."""
        sent = moved(chain, self.amount, self.from_address, self.to_address)
        return *sent, called(chain, self.to_address, "MsgCreatePermanentLockedAccount")


@described()
class Period(Described):
    """Coins that are free so many seconds after those before them."""

    length: int = i64(1)
    amount: tuple[Coin, ...] = coins(2)


@described(
    f"{_PACKAGE}.MsgCreatePeriodicVestingAccount",
    amino="cosmos-sdk/MsgCreatePeriodVestAccount",
    signers=("from_address",),
)
class MsgCreatePeriodicVestingAccount(Described):
    """A new account gets coins that become free in steps, from a Unix time on."""

    from_address: str = account(1)
    to_address: str = account(2)
    start_time: int = i64(3)
    vesting_periods: tuple[Period, ...] = parts(4, Period, keep=True)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Transfer` of the coins of each period, and a `Call` that tells from when they become free."""
        coins = [coin for period in self.vesting_periods for coin in period.amount]
        told = {"from": timestamps.in_words(self.start_time), "periods": len(self.vesting_periods)}
        sent = moved(chain, coins, self.from_address, self.to_address)
        return *sent, called(chain, self.to_address, "MsgCreatePeriodicVestingAccount", **told)
