"""Coins that go to an account of another chain (ICS-20; ibc/applications/transfer/v1/tx.proto)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from walletcore.chains.cosmos.messages.common import Coin
from walletcore.chains.cosmos.messages.fields import account, missing_or, part, text, u64
from walletcore.chains.cosmos.messages.forms import parsed_json
from walletcore.chains.cosmos.messages.shape import Described, described
from walletcore.coding.uris import escaped
from walletcore.coding.visible import is_visible
from walletcore.effects import Effect, Opaque, Statement, Transfer
from walletcore.errors import DecodingError

if TYPE_CHECKING:
    from walletcore.chains.cosmos.chain import CosmosChain

__all__ = ["Height", "MsgTransfer", "place_of"]


@described()
class Height(Described):
    """A height of the other chain, after so many times that it was begun anew."""

    revision_number: int = u64(1, default=0)
    revision_height: int = u64(2, default=0)


@described("/ibc.applications.transfer.v1.MsgTransfer", amino="cosmos-sdk/MsgTransfer", signers=("sender",))
class MsgTransfer(Described):
    """Coins go through a channel; they come back if nobody has taken them on the other side by the timeout.

    ``timeout_timestamp`` are nanoseconds since 1970, 0 for none; a height may be None, which is another spelling of 0.
    ``receiver`` is an account of the chain at the other end of the channel, which no byte names. The other chain may
    act on the ``memo``.
    """

    source_port: str = text(1, default="transfer")
    source_channel: str = text(2)
    token: Coin = part(3, Coin)
    sender: str = account(4)
    receiver: str = text(5)
    timeout_height: Height | None = missing_or(part(6, Height), default=Height(), empty={})
    timeout_timestamp: int = u64(7, default=0)
    memo: str = text(8, default="")
    encoding: str = text(9, default="")

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Transfer` to `place_of` the receiver; `Opaque` for a memo that programs on the way may act on."""
        where = place_of(chain, self.source_port, self.source_channel, self.receiver)
        moved = Transfer(
            asset=chain.token(self.token.denom),
            amount=self.token.amount,
            source=chain.account_id(self.sender),
            destination=where,
        )
        return moved, *_told(self.memo)


def place_of(chain: CosmosChain, port: str, channel: str, receiver: str) -> str:
    """The name of an account behind a channel of a chain: ``<CAIP-2 name>:<port>.<channel>.<receiver>``.

    It is no account of any chain by its CAIP-10 name, since the bytes do not say which chain is there. Other characters
    than letters, digits and the hyphen are escaped.
    """
    parts = [escaped(each, plain="-") for each in (port, channel, receiver)]
    return f"{chain.caip2}:{'.'.join(parts)}"


def _told(memo: str) -> tuple[Effect, ...]:
    """What a memo is: an object of JSON is for packet forwarding, hooks of contracts and the like."""
    if not memo:
        return ()
    try:
        acts = isinstance(parsed_json(memo.encode()), dict)
    except DecodingError:
        acts = memo.lstrip().startswith("{")
    if acts:
        return (
            Opaque(why="a memo that chains on the way may act on: they forward, or call contracts", data=memo.encode()),
        )
    if not is_visible(memo):
        return (Opaque(why="a memo with characters that cannot be seen", data=memo.encode()),)
    return (Statement(text=memo, meaning="memo for the receiver"),)
