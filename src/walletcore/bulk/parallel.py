"""The addresses of one account by several processes, in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from walletcore.bulk.account import Account, indices_of
from walletcore.bulk.pool import how_many, in_order
from walletcore.chains.base import Chain
from walletcore.hd.bip32 import ExtendedPublicKey

__all__ = ["PARALLEL_FROM", "Progress", "derive_parallel", "unheard"]

Progress = Callable[[int, int], object]
"""What is called now and then, with how many of how many are done."""

PARALLEL_FROM = 40_000
"""Addresses from which on processes are started: before, to start them costs what they save."""

_TASK = 8_192  # addresses at a time: a tenth of a second


def derive_parallel(
    xpub: ExtendedPublicKey,
    chain: str | Chain,
    start: int,
    count: int,
    *,
    kind: str = "",
    change: int = 0,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Iterator[tuple[int, str]]:
    """The same pairs as `walletcore.bulk.derive` gives, in their order, by as many processes as there are ``workers``.

    Left out, these are as many as processors may be used. Few addresses are derived here: see `PARALLEL_FROM`.
    ``progress`` is called with how many indices are done, and ``count``. Memory does not grow with ``count``.

    Raises what `derive` raises; while pairs are taken, `BulkError` where a worker ends before its work. A script has
    what it runs under ``if __name__ == "__main__":``, since workers are new interpreters.
    """
    account, indices, number = Account.of(xpub, chain, kind=kind), indices_of(start, count, change), how_many(workers)
    blocks = (indices[place : place + _TASK] for place in range(0, count, _TASK))
    texts = in_order(partial(_texts, account, change), blocks, 1 if count < PARALLEL_FROM else number)
    return _pairs(indices, texts, progress or unheard)


def _texts(account: Account, change: int, indices: range) -> str:
    """Lines, which are sent ten times as fast as a list of texts; an empty one stands for no address."""
    return "\n".join([text or "" for text in account.addresses(indices, change=change)])


def _pairs(indices: range, blocks: Iterator[str], progress: Progress) -> Iterator[tuple[int, str]]:
    rest = iter(indices)
    for done, block in enumerate(blocks, 1):
        for text in block.split("\n"):
            index = next(rest)
            if text:
                yield index, text
        progress(min(done * _TASK, len(indices)), len(indices))


def unheard(done: int, count: int) -> None:
    """The progress of what nobody watches."""
