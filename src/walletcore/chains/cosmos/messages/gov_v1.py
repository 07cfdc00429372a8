"""Proposals that are messages, and votes on them (cosmos/gov/v1/tx.proto, gov.proto)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from walletcore.chains.cosmos.messages.common import Coin, called, pool
from walletcore.chains.cosmos.messages.fields import account, boolean, coins, concretes, enum, parts, text, u64
from walletcore.chains.cosmos.messages.gov import VoteOption, deposited, voted
from walletcore.chains.cosmos.messages.shape import Described, described
from walletcore.effects import Opaque

if TYPE_CHECKING:
    from walletcore.chains.cosmos.chain import CosmosChain
    from walletcore.effects import Effect

__all__ = [
    "MsgCancelProposal",
    "MsgDeposit",
    "MsgSubmitProposal",
    "MsgVote",
    "MsgVoteWeighted",
    "WeightedVoteOption",
]

_PACKAGE = "/cosmos.gov.v1"


@described(f"{_PACKAGE}.MsgSubmitProposal", amino="cosmos-sdk/v1/MsgSubmitProposal", signers=("proposer",))
class MsgSubmitProposal(Described):
    """Messages that the chain itself sends if the proposal passes, with a deposit."""

    messages: tuple[Any, ...] = concretes(1)
    initial_deposit: tuple[Coin, ...] = coins(2)
    proposer: str = account(3)
    metadata: str = text(4, default="")
    title: str = text(5, default="")
    summary: str = text(6, default="")
    expedited: bool = boolean(7, default=False)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Transfer` of the deposit, and a `Call`; what the messages do is up to the votes, and not told."""
        kinds = ", ".join(
            each.shape.type_url if isinstance(each, Described) else each.type_url for each in self.messages
        )
        proposed = called(
            chain,
            pool(chain, "gov"),
            "MsgSubmitProposal",
            proposer=self.proposer,
            title=self.title,
            messages=kinds,
        )
        return (*deposited(chain, self.initial_deposit, self.proposer), proposed)


@described(f"{_PACKAGE}.MsgVote", amino="cosmos-sdk/v1/MsgVote", signers=("voter",))
class MsgVote(Described):
    """One option for a proposal."""

    proposal_id: int = u64(1, keep=True)
    voter: str = account(2)
    option: VoteOption = enum(3, VoteOption)
    metadata: str = text(4, default="")

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Call` of the module."""
        return voted(chain, self.voter, self.proposal_id, self.option.name)


@described()
class WeightedVoteOption(Described):
    """An option, and its weight as the decimal text that it is here ("0.5")."""

    option: VoteOption = enum(1, VoteOption)
    weight: str = text(2)


@described(f"{_PACKAGE}.MsgVoteWeighted", amino="cosmos-sdk/v1/MsgVoteWeighted", signers=("voter",))
class MsgVoteWeighted(Described):
    """Several options for a proposal, each with its weight."""

    proposal_id: int = u64(1, keep=True)
    voter: str = account(2)
    options: tuple[WeightedVoteOption, ...] = parts(3, WeightedVoteOption)
    metadata: str = text(4, default="")

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Call` of the module."""
        told = ", ".join(f"{each.option.name} {each.weight}" for each in self.options)
        return voted(chain, self.voter, self.proposal_id, told)


@described(f"{_PACKAGE}.MsgDeposit", amino="cosmos-sdk/v1/MsgDeposit", signers=("depositor",))
class MsgDeposit(Described):
    """Coins for a proposal's deposit."""

    proposal_id: int = u64(1, keep=True)
    depositor: str = account(2)
    amount: tuple[Coin, ...] = coins(3)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Transfer` of each coin to the module's account."""
        return deposited(chain, self.amount, self.depositor)


@described(f"{_PACKAGE}.MsgCancelProposal", amino="cosmos-sdk/v1/MsgCancelProposal", signers=("proposer",))
class MsgCancelProposal(Described):
    """A proposal is withdrawn by who made it; a part of the deposits is burned."""

    proposal_id: int = u64(1, keep=True)
    proposer: str = account(2)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Call` of the module, and an `Opaque`: how much of the deposits is lost is the chain's to say."""
        module = pool(chain, "gov")
        told = called(chain, module, "MsgCancelProposal", proposal_id=self.proposal_id, proposer=self.proposer)
        return told, Opaque(why="a part of the proposal's deposits may be burned")
