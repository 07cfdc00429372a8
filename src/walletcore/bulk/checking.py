"""Whether a file has the addresses of an account: each is derived again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from os import PathLike
from typing import Any

from walletcore.bulk.account import Account, distinct, indices_of
from walletcore.bulk.parallel import Progress, unheard
from walletcore.bulk.pool import in_order
from walletcore.bulk.reading import Chunk, Row, chunks, rows_of
from walletcore.chains.base import Chain
from walletcore.errors import BulkError, DerivationError
from walletcore.hd.bip32 import ExtendedPublicKey
from walletcore.path import HARDENED

__all__ = ["check"]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What rows are held against; ``whole`` is the start and the count of a file that must have exactly those rows."""

    account: Account
    changes: tuple[int, ...]
    whole: tuple[int, int] | None


def check(
    xpub: ExtendedPublicKey,
    chain: str | Chain,
    path: str | bytes | PathLike[Any],
    *,
    kind: str = "",
    changes: Sequence[int] = (0,),
    start: int = 0,
    count: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> int:
    """Derive every address of a file again, and return how many rows it has; the first wrong one is a `BulkError`.

    The file is one that `export` writes, or any in these formats with the columns index and address, in any order of
    rows. One without a column change has addresses of the one change that ``changes`` names; one with it may have no
    others. With a ``count`` the file must have exactly the rows that `export` writes for it, in their order: none is
    lost, none doubled. ``workers`` are as in `derive_parallel`; ``progress`` counts bytes, and rows of Parquet.

    Raises `BulkError`, whose ``row`` is counted from 1, headers aside; and what `export` raises.
    """
    asked = _asked(Account.of(xpub, chain, kind=kind), distinct(changes), start, count)
    rows, told = 0, progress or unheard
    for chunk_rows, done, total in in_order(partial(_checked, asked), chunks(path), workers):
        rows += chunk_rows
        told(done, total)
    if asked.whole is not None and rows != asked.whole[1] * len(asked.changes):
        raise BulkError(f"row {rows + 1} is missing: the file ends early", row=rows + 1, reason="truncated")
    if not rows and count is None:
        raise BulkError("the file has no rows", reason="missing")
    return rows


def _asked(account: Account, changes: tuple[int, ...], start: int, count: int | None) -> _Asked:
    for change in changes:
        indices_of(start, count or 0, change)
    return _Asked(account, changes, None if count is None else (start, count))


def _checked(asked: _Asked, chunk: Chunk | BulkError) -> tuple[int, int, int]:
    """In a worker: how many rows a chunk has, all of them right, and how far it reaches in the file."""
    if isinstance(chunk, BulkError):
        raise chunk
    rows, failure = rows_of(chunk)
    places: list[tuple[int, int]] = []
    for number, row in enumerate(rows, chunk.first):
        try:
            places.append(_place(asked, number, row))
        except DerivationError as error:
            failure = BulkError(f"row {number}: {error}", row=number, reason=error.reason)
            break
    _compare(asked.account, chunk.first, places, [row[3] for row in rows])
    if failure is not None:
        raise failure
    return len(rows), chunk.done, chunk.total


def _place(asked: _Asked, number: int, row: Row) -> tuple[int, int]:
    """The change and the index that a row is for. Raises `DerivationError` for one that it may not be for."""
    account, change, index, _ = row
    if account not in (None, asked.account.number):
        raise DerivationError(f"expected account {asked.account.number}, got {account}", reason="mismatch")
    if change is None and len(asked.changes) > 1:
        raise DerivationError("expected a column that says of which change it is", reason="missing")
    place = asked.changes[0] if change is None else change, index
    if place[0] not in asked.changes:
        raise DerivationError(f"expected a change among {asked.changes}, got {change}", reason="mismatch")
    if not 0 <= index < HARDENED:
        raise DerivationError("expected an index from 0 to 2^31-1", reason="range")
    if asked.whole is not None:
        _check_order(asked, number, place)
    return place


def _check_order(asked: _Asked, number: int, place: tuple[int, int]) -> None:
    """That nothing is lost and nothing doubled before a row of a file that must be whole."""
    start, count = asked.whole or (0, 0)
    if number > count * len(asked.changes):
        raise DerivationError("expected the end of the file", reason="trailing")
    turn, step = divmod(number - 1, count)
    wanted = asked.changes[turn], start + step
    if place != wanted:
        told = f"expected change {wanted[0]} and index {wanted[1]}, got {place[0]} and {place[1]}"
        raise DerivationError(told, reason="mismatch")


def _compare(account: Account, first: int, places: Sequence[tuple[int, int]], texts: Sequence[str]) -> None:
    derived = account.at([change for change, _ in places], [index for _, index in places])
    for number, (place, ours, theirs) in enumerate(zip(places, derived, texts, strict=False), first):
        if ours != theirs:
            told = (
                f"row {number}: expected {ours or 'none'} at change {place[0]} and index {place[1]}, got {theirs[:100]}"
            )
            raise BulkError(told, row=number, reason="mismatch")
