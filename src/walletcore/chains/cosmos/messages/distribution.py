"""Rewards of stake, and the community pool (cosmos/distribution/v1beta1/tx.proto)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from walletcore.chains.cosmos.messages.common import Coin, called, moved, pool
from walletcore.chains.cosmos.messages.fields import account, coins, validator
from walletcore.chains.cosmos.messages.shape import Described, described
from walletcore.effects import Authority

if TYPE_CHECKING:
    from walletcore.chains.cosmos.chain import CosmosChain
    from walletcore.effects import Effect

__all__ = [
    "MsgCommunityPoolSpend",
    "MsgDepositValidatorRewardsPool",
    "MsgFundCommunityPool",
    "MsgSetWithdrawAddress",
    "MsgWithdrawDelegatorReward",
    "MsgWithdrawValidatorCommission",
]

_PACKAGE = "/cosmos.distribution.v1beta1"


@described(
    f"{_PACKAGE}.MsgSetWithdrawAddress", amino="cosmos-sdk/MsgModifyWithdrawAddress", signers=("delegator_address",)
)
class MsgSetWithdrawAddress(Described):
    """Rewards of a delegator are paid to another account from now on."""

    delegator_address: str = account(1)
    withdraw_address: str = account(2)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """An `Authority`: whoever is named gets all rewards that are withdrawn later."""
        change = f"its rewards are paid to {chain.account_id(self.withdraw_address)}"
        return (Authority(account=chain.account_id(self.delegator_address), change=change),)


@described(
    f"{_PACKAGE}.MsgWithdrawDelegatorReward",
    amino="cosmos-sdk/MsgWithdrawDelegationReward",
    signers=("delegator_address",),
)
class MsgWithdrawDelegatorReward(Described):
    """What stake with a validator has earned is paid out, to the account that was set for it."""

    delegator_address: str = account(1)
    validator_address: str = validator(2)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Call` of the validator."""
        return (called(chain, self.validator_address, "MsgWithdrawDelegatorReward", delegator=self.delegator_address),)


@described(
    f"{_PACKAGE}.MsgWithdrawValidatorCommission",
    amino="cosmos-sdk/MsgWithdrawValCommission",
    signers=("validator_address",),
)
class MsgWithdrawValidatorCommission(Described):
    """A validator's commission is paid out."""

    validator_address: str = validator(1)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Call` of the validator."""
        return (called(chain, self.validator_address, "MsgWithdrawValidatorCommission"),)


@described(f"{_PACKAGE}.MsgFundCommunityPool", amino="cosmos-sdk/MsgFundCommunityPool", signers=("depositor",))
class MsgFundCommunityPool(Described):
    """Coins are given to the community pool."""

    amount: tuple[Coin, ...] = coins(1)
    depositor: str = account(2)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Transfer` of each coin to the module's account."""
        return moved(chain, self.amount, self.depositor, pool(chain, "distribution"))


@described(f"{_PACKAGE}.MsgCommunityPoolSpend", amino="cosmos-sdk/distr/MsgCommunityPoolSpend", signers=("authority",))
class MsgCommunityPoolSpend(Described):
    """Coins of the community pool go to an account, as a proposal wants it."""

    authority: str = account(1)
    recipient: str = account(2)
    amount: tuple[Coin, ...] = coins(3)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Transfer` of each coin out of the module's account."""
        return moved(chain, self.amount, pool(chain, "distribution"), self.recipient)


@described(
    f"{_PACKAGE}.MsgDepositValidatorRewardsPool",
    amino="cosmos-sdk/distr/MsgDepositValRewards",
    signers=("depositor",),
)
class MsgDepositValidatorRewardsPool(Described):
    """Coins are given to those who have stake with a validator."""

    depositor: str = account(1)
    validator_address: str = validator(2)
    amount: tuple[Coin, ...] = coins(3)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Transfer` of each coin to the validator."""
        return moved(chain, self.amount, self.depositor, self.validator_address)
