"""What a signature will do, in words that serve every chain, so that one policy can read them all.

Assets are CAIP-19, accounts CAIP-10, chains CAIP-2; amounts are integers in the smallest unit. An effect states only
what the signed bytes commit to; whatever else they may do is `Opaque`. A None amount means all of it, or not known.
The chain is the subject's: signed bytes of Bitcoin and Solana do not say on which of their networks they are valid.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from walletcore.keys import PublicKey
    from walletcore.path import KeyOrigin

__all__ = ["Approve", "Authority", "Call", "Effect", "Fee", "Opaque", "Statement", "Transfer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """An amount of an asset moves from source to destination (CAIP-10 accounts), with the destination's tag or memo.

    ``owners`` are the keys that alone guard the destination, where the subject knows them and has computed the
    destination from them, each with where it is said to come from; they are not compared. Whose keys these are, only
    who holds the tree can say: `Wallet.change_of`.
    """

    asset: str
    amount: int | None
    source: str
    destination: str
    tag: int | None = None
    owners: tuple[tuple[PublicKey, KeyOrigin | None], ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        tag = "" if self.tag is None else f" (tag {self.tag})"
        source = f" from {self.source}" if self.source else ""
        return f"transfer {_amount(self.amount)} of {self.asset}{source} to {self.destination}{tag}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """At most this much of an asset is paid for the transaction; ``payer`` is the CAIP-10 account where it is known."""

    asset: str
    at_most: int | None
    payer: str = ""

    def __str__(self) -> str:
        return f"pay at most {_amount(self.at_most)} of {self.asset} as fee{f' by {self.payer}' if self.payer else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve:
    """The spender may move up to this much of an asset later, out of the source.

    ``source`` is the CAIP-10 account on which the allowance is, as in `Transfer`; empty where it is not known.
    ``until`` is the Unix time at which the allowance ends, where what is signed ends it.
    """

    asset: str
    amount: int | None
    spender: str
    source: str = ""
    until: int | None = None

    def __str__(self) -> str:
        source = f" from {self.source}" if self.source else ""
        until = "" if self.until is None else f" until {_time(self.until)}"
        return f"allow {self.spender} to spend {_amount(self.amount)} of {self.asset}{source}{until}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Who controls an account changes."""

    account: str
    change: str

    def __str__(self) -> str:
        return f"change who controls {self.account}: {self.change}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A program or contract is called by name, with arguments that were understood."""

    target: str
    name: str
    arguments: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"call {self.target} {self.name}({', '.join(f'{key}={value}' for key, value in self.arguments)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A text is signed; nothing moves by itself. ``meaning`` tells what a text of a known form is for."""

    text: str
    meaning: str = ""

    def __str__(self) -> str:
        return f"state {self.text!r}{f' ({self.meaning})' if self.meaning else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opaque:
    """Bytes that were not understood, or an outcome that the signature leaves open; ``why`` says which."""

    why: str
    data: bytes = b""

    def __str__(self) -> str:
        return f"unknown: {self.why}{f' ({len(self.data)} bytes)' if self.data else ''}"


Effect = Transfer | Fee | Approve | Authority | Call | Statement | Opaque


def _time(seconds: int) -> str:
    from walletcore.coding import timestamps  # few effects have one

    return timestamps.in_words(seconds)


def _amount(amount: int | None) -> str:
    return "an unknown amount" if amount is None else str(amount)
