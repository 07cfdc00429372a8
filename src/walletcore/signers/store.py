"""What guards must remember across processes: what was spent, signed, reserved, and a log that shows its gaps.

A `Store` survives a crash at any moment. Every method is one transaction: when it returns, what it says is on disk;
when it raises, nothing has changed. Time is the store's: the larger of the clock and the last time that it has seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

__all__ = ["Charge", "Entry", "Store"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """An amount that counts against a window: at most so much within so many seconds, under the window's name."""

    window: str
    amount: int
    at_most: int
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the audit log: its place from 1 on, its time, its text, and SHA-256 over it and the one before."""

    number: int
    time: int
    text: str
    head: bytes


class Store(Protocol):
    """The memory of guards. Threads and processes may share one; a process that was forked may go on with it."""

    def admit(self, subject: bytes, charges: Sequence[Charge] = (), log: Sequence[str] = ()) -> None:
        """Charge all of it to its windows and log it, or raise `SigningRefused` with the window and change nothing.

        A subject (32 bytes) that was charged before is not charged again.
        """

    def refund(self, subject: bytes, log: Sequence[str] = ()) -> None:
        """Take the charges of a subject back, of which nothing was signed.

        Only where it was admitted once: a second `admit`, by whomever, may have led to a signature.
        """

    def keep(self, request: bytes, signature: bytes, log: Sequence[str] = ()) -> bytes:
        """The signature for a request's id that is kept from now on: the first one wins, others are dropped."""

    def kept(self, request: bytes) -> bytes | None:
        """The signature that is kept for a request's id."""

    def reserve(self, account: str, purpose: bytes, *, first: int = 0) -> int:
        """The number (nonce, sequence) of an account for this purpose, the lowest free one from ``first`` on.

        The same purpose always gets the same number: who crashed after it was reserved asks again.
        """

    def release(self, account: str, purpose: bytes) -> None:
        """Give a number back that was certainly not used, so that the next purpose gets it."""

    def append(self, *texts: str) -> bytes:
        """Log these texts; the head after the last of them."""

    def log(self, after: int = 0) -> Iterator[Entry]:
        """The entries after this number, in order."""

    def close(self) -> None:
        """Give up the connections."""
