"""Proposals and votes, of the SDK's first governance module (cosmos/gov/v1beta1/tx.proto, gov.proto)."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from walletcore.chains.cosmos.messages.common import Coin, called, moved, pool
from walletcore.chains.cosmos.messages.fields import (
    account,
    coins,
    concrete,
    decimal,
    enum,
    parts,
    text,
    u64,
)
from walletcore.chains.cosmos.messages.shape import Described, described

if TYPE_CHECKING:
    from walletcore.chains.cosmos.chain import CosmosChain
    from walletcore.effects import Effect

__all__ = [
    "MsgDeposit",
    "MsgSubmitProposal",
    "MsgVote",
    "MsgVoteWeighted",
    "TextProposal",
    "VoteOption",
    "WeightedVoteOption",
    "deposited",
    "voted",
]

_PACKAGE = "/cosmos.gov.v1beta1"


class VoteOption(IntEnum):
    """What a vote says."""

    UNSPECIFIED = 0
    YES = 1
    ABSTAIN = 2
    NO = 3
    NO_WITH_VETO = 4


def deposited(chain: CosmosChain, amount: tuple[Coin, ...], depositor: str) -> tuple[Effect, ...]:
    """A deposit is a `Transfer` of each coin to the module's account, which may burn it."""
    return moved(chain, amount, depositor, pool(chain, "gov"))


def voted(chain: CosmosChain, voter: str, proposal_id: int, option: str) -> tuple[Effect, ...]:
    """A vote is a `Call` of the module."""
    return (called(chain, pool(chain, "gov"), "MsgVote", proposal_id=proposal_id, voter=voter, option=option),)


@described(f"{_PACKAGE}.TextProposal", amino="cosmos-sdk/TextProposal")
class TextProposal(Described):
    """What a proposal says; nothing is done where it passes."""

    title: str = text(1)
    description: str = text(2)


@described(f"{_PACKAGE}.MsgSubmitProposal", amino="cosmos-sdk/MsgSubmitProposal", signers=("proposer",))
class MsgSubmitProposal(Described):
    """A proposal, with a deposit: an `AnyMessage` for contents that no table has."""

    content: Any = concrete(1)
    initial_deposit: tuple[Coin, ...] = coins(2)
    proposer: str = account(3)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Transfer` of the deposit, and a `Call` that names the proposal."""
        content = self.content
        kind = content.shape.type_url if isinstance(content, Described) else content.type_url
        proposed = called(
            chain,
            pool(chain, "gov"),
            "MsgSubmitProposal",
            proposer=self.proposer,
            content=kind,
            title=getattr(content, "title", ""),
        )
        return (*deposited(chain, self.initial_deposit, self.proposer), proposed)


@described(f"{_PACKAGE}.MsgVote", amino="cosmos-sdk/MsgVote", signers=("voter",))
class MsgVote(Described):
    """One option for a proposal."""

    proposal_id: int = u64(1, keep=True)
    voter: str = account(2)
    option: VoteOption = enum(3, VoteOption)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Call` of the module."""
        return voted(chain, self.voter, self.proposal_id, self.option.name)


@described()
class WeightedVoteOption(Described):
    """An option, and its weight in 10^-18."""

    option: VoteOption = enum(1, VoteOption)
    weight: int = decimal(2)


@described(f"{_PACKAGE}.MsgVoteWeighted", amino="cosmos-sdk/MsgVoteWeighted", signers=("voter",))
class MsgVoteWeighted(Described):
    """Several options for a proposal, each with its weight."""

    proposal_id: int = u64(1, keep=True)
    voter: str = account(2)
    options: tuple[WeightedVoteOption, ...] = parts(3, WeightedVoteOption, keep=True)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Call` of the module."""
        told = ", ".join(f"{each.option.name} {each.weight}e-18" for each in self.options)
        return voted(chain, self.voter, self.proposal_id, told)


@described(f"{_PACKAGE}.MsgDeposit", amino="cosmos-sdk/MsgDeposit", signers=("depositor",))
class MsgDeposit(Described):
    """Coins for a proposal's deposit."""

    proposal_id: int = u64(1, keep=True)
    depositor: str = account(2)
    amount: tuple[Coin, ...] = coins(3)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Transfer` of each coin to the module's account."""
        return deposited(chain, self.amount, self.depositor)
