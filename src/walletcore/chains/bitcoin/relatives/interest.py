"""Komodo's interest: a coin may be worth more when it is spent than what was paid to it.

KomodoPlatform/komodo src/main.cpp, CheckTxInputs: an input of 10 coins or more whose transaction has a time as its lock
time counts with what has accrued since then, and what outputs do not claim is part of the fee. How much that is depends
on the height of its block and on the time when it is spent (src/komodo_interest.cpp): a twentieth at most, in a year.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.inputs import Input

__all__ = ["most_interest"]

_LEAST = 10 * 100_000_000
_PART = 20  # KOMODO_INTEREST: 5 %, since height 3,484,958 a five-hundredth of that
_TIMES = 500_000_000  # LOCKTIME_THRESHOLD: what is below is a height


def most_interest(inputs: Iterable[Input]) -> int:
    """The most that these may be worth beyond their values; where no previous transaction says otherwise, there is."""
    return sum([each.value // _PART for each in inputs if each.value and each.value >= _LEAST and _may_accrue(each)])


def _may_accrue(each: Input) -> bool:
    return not each.previous or each.dialect is None or each.dialect.previous_locktime(each.previous) >= _TIMES
