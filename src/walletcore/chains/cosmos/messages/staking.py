"""Stake: validators, and coins that are bonded to them (cosmos/staking/v1beta1/tx.proto, staking.proto)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from walletcore.chains.cosmos.messages.common import Coin, called, moved
from walletcore.chains.cosmos.messages.crypto import Ed25519Key
from walletcore.chains.cosmos.messages.fields import (
    account,
    concrete,
    decimal,
    i64,
    missing_or,
    part,
    text,
    validator,
    whole,
)
from walletcore.chains.cosmos.messages.shape import Described, described
from walletcore.effects import Authority

if TYPE_CHECKING:
    from walletcore.chains.cosmos.chain import CosmosChain
    from walletcore.effects import Effect

__all__ = [
    "CommissionRates",
    "Description",
    "MsgBeginRedelegate",
    "MsgCancelUnbondingDelegation",
    "MsgCreateValidator",
    "MsgDelegate",
    "MsgEditValidator",
    "MsgUndelegate",
]

_PACKAGE = "/cosmos.staking.v1beta1"


@described()
class Description(Described):
    """What a validator says of itself; "[do-not-modify]" leaves a text of `MsgEditValidator` as it was."""

    moniker: str = text(1, default="")
    identity: str = text(2, default="")
    website: str = text(3, default="")
    security_contact: str = text(4, default="")
    details: str = text(5, default="")


@described()
class CommissionRates(Described):
    """What a validator keeps of rewards, at most, and by how much it may change a day: all in 10^-18."""

    rate: int = decimal(1)
    max_rate: int = decimal(2)
    max_change_rate: int = decimal(3)


@described(f"{_PACKAGE}.MsgCreateValidator", amino="cosmos-sdk/MsgCreateValidator", signers=("validator_address",))
class MsgCreateValidator(Described):
    """A validator is made, with stake of its own; its account and its operator's address are the same bytes."""

    description: Description = part(1, Description)
    commission: CommissionRates = part(2, CommissionRates)
    min_self_delegation: int = whole(3)
    delegator_address: str = account(4, default="")
    validator_address: str = validator(5)
    pubkey: Ed25519Key = concrete(6)
    value: Coin = part(7, Coin)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Transfer` of the stake to the validator, and an `Authority`: whose key signs blocks for it."""
        source = chain.account(chain.parse_validator(self.validator_address).payload).text
        key = self.pubkey.key.hex() if type(self.pubkey) is Ed25519Key else "of another kind"
        change = f"a validator is made, whose blocks are signed by the key {key}"
        return (
            *moved(chain, (self.value,), source, self.validator_address),
            Authority(account=chain.account_id(self.validator_address), change=change),
        )


@described(f"{_PACKAGE}.MsgEditValidator", amino="cosmos-sdk/MsgEditValidator", signers=("validator_address",))
class MsgEditValidator(Described):
    """A validator says something else of itself; None leaves a number as it was."""

    description: Description = part(1, Description)
    validator_address: str = validator(2)
    commission_rate: int | None = missing_or(decimal(3), default=None)
    min_self_delegation: int | None = missing_or(whole(4), default=None)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Call` of the validator."""
        rate, least = self.commission_rate, self.min_self_delegation
        told = {"moniker": self.description.moniker, "commission_rate": rate, "min_self_delegation": least}
        return (called(chain, self.validator_address, "MsgEditValidator", **told),)


@described(f"{_PACKAGE}.MsgDelegate", amino="cosmos-sdk/MsgDelegate", signers=("delegator_address",))
class MsgDelegate(Described):
    """Coins are bonded to a validator, and stay the delegator's."""

    delegator_address: str = account(1)
    validator_address: str = validator(2)
    amount: Coin = part(3, Coin)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Transfer` to the validator: the coins can be lost there (slashing), and take time to come back."""
        return moved(chain, (self.amount,), self.delegator_address, self.validator_address)


@described(f"{_PACKAGE}.MsgBeginRedelegate", amino="cosmos-sdk/MsgBeginRedelegate", signers=("delegator_address",))
class MsgBeginRedelegate(Described):
    """Bonded coins move from one validator to another."""

    delegator_address: str = account(1)
    validator_src_address: str = validator(2)
    validator_dst_address: str = validator(3)
    amount: Coin = part(4, Coin)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Call` of the validator to which they go: what is bonded is no coin that could be paid."""
        source = chain.account_id(self.validator_src_address)
        told = {"delegator": self.delegator_address, "from": source, "amount": self.amount}
        return (called(chain, self.validator_dst_address, "MsgBeginRedelegate", **told),)


@described(f"{_PACKAGE}.MsgUndelegate", amino="cosmos-sdk/MsgUndelegate", signers=("delegator_address",))
class MsgUndelegate(Described):
    """Bonded coins come back to the delegator, after the time of unbonding."""

    delegator_address: str = account(1)
    validator_address: str = validator(2)
    amount: Coin = part(3, Coin)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Call` of the validator."""
        told = {"delegator": self.delegator_address, "amount": self.amount}
        return (called(chain, self.validator_address, "MsgUndelegate", **told),)


@described(
    f"{_PACKAGE}.MsgCancelUnbondingDelegation",
    amino="cosmos-sdk/MsgCancelUnbondingDelegation",
    signers=("delegator_address",),
)
class MsgCancelUnbondingDelegation(Described):
    """Coins that are on their way back, since a block of this height, are bonded again."""

    delegator_address: str = account(1)
    validator_address: str = validator(2)
    amount: Coin = part(3, Coin)
    creation_height: int = i64(4)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Transfer` to the validator: what would have come back does not."""
        return moved(chain, (self.amount,), self.delegator_address, self.validator_address)
