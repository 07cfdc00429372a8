"""A file of addresses, made in parts by several processes: what is done before a kill or a full disk stays done.

Parts stand in a folder beside the file, ``addresses.csv.parts``, each under its own name only when it is whole and on
the disk; the file has its name only when it holds all of them. Who calls again goes on where the last call ended.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO

from walletcore.bulk.account import Account, distinct, indices_of
from walletcore.bulk.formats import FORMATS, Rows, format_of
from walletcore.bulk.parallel import PARALLEL_FROM, Progress, unheard
from walletcore.bulk.pool import how_many, in_order
from walletcore.chains.base import Chain
from walletcore.errors import BulkError
from walletcore.hd.bip32 import ExtendedPublicKey

__all__ = ["export"]

_PART = 16_384  # rows of a part, a fifth of a second: what a kill costs each worker
_JOB, _WHOLE, _UNFINISHED = "job.json", "whole", ".tmp"


@dataclass(frozen=True, slots=True)
class _Part:
    """Some rows, and the file which they are for."""

    path: Path
    change: int
    indices: range


def export(
    xpub: ExtendedPublicKey,
    chain: str | Chain,
    start: int,
    count: int,
    path: str | bytes | PathLike[Any],
    *,
    kind: str = "",
    changes: Sequence[int] = (0,),
    workers: int | None = None,
    progress: Progress | None = None,
    overwrite: bool = False,
) -> None:
    """Write the addresses of ``count`` indices from ``start`` on, at each of the ``changes``, to a new file.

    The end of its name says what it is: ``.csv``, ``.jsonl`` or ``.parquet`` (extra: arrow). Rows have the columns
    account, change, index and address, and stand in the order of ``changes``, and then of indices. ``workers`` and
    ``progress`` are as in `derive_parallel`; ``progress`` counts rows. After a kill, a full disk or an interrupt the
    same call goes on. The disk needs room for twice the file.

    Raises what `derive` raises; `Unsupported` for another end of the name; `BulkError` where the file is there already
    and is not to be overwritten, where parts of something else are in its place, where nothing can be written, or where
    a worker ends before its work.
    """
    account, end, number = Account.of(xpub, chain, kind=kind), format_of(os.fsdecode(path)), how_many(workers)
    goal, folder = Path(os.fsdecode(path)), Path(os.fsdecode(path) + ".parts")
    parts = _parts(folder, [(change, indices_of(start, count, change)) for change in distinct(changes)])
    with _told(goal, folder):
        _refuse_existing(goal, overwrite)
        _begin(folder, _description(account, end, start, count, changes))
        _fill(account, end, parts, number, progress or unheard)
        _write(folder / _WHOLE, partial(FORMATS[end].join, [part.path for part in parts]))
        _refuse_existing(goal, overwrite)
        os.replace(folder / _WHOLE, goal)
        _sync(goal.parent)
        _remove(folder)


def _parts(folder: Path, ranges: Sequence[tuple[int, range]]) -> list[_Part]:
    cut = [(change, all_[i : i + _PART]) for change, all_ in ranges for i in range(0, len(all_), _PART)]
    return [_Part(folder / f"{number:06}", change, indices) for number, (change, indices) in enumerate(cut)]


# -- what stays between calls


def _description(account: Account, end: str, start: int, count: int, changes: Sequence[int]) -> bytes:
    """What the parts are of; the key as its hash, as nobody needs it here."""
    key = hashlib.sha256(str(account.xpub).encode()).hexdigest()
    job = {"xpub": key, "chain": account.chain.name, "kind": account.kind, "start": start, "count": count}
    return json.dumps({**job, "changes": list(changes), "format": end, "part": _PART}).encode()


def _begin(folder: Path, description: bytes) -> None:
    """Make the folder, or see that what is in it are parts of the same job."""
    folder.mkdir(exist_ok=True)
    job = folder / _JOB
    if not job.exists() and not [each for each in folder.iterdir() if not each.name.endswith(_UNFINISHED)]:
        _write(job, lambda stream: _put(stream, description))
    if not job.is_file() or job.read_bytes() != description:
        hint = f"remove {folder.name}, or take another name"
        raise BulkError(f"{folder.name} has parts of something else", reason="mismatch", hint=hint)


def _fill(account: Account, end: str, parts: Sequence[_Part], workers: int, progress: Progress) -> None:
    """Write the parts that are not there yet."""
    total = sum(len(part.indices) for part in parts)
    todo = [part for part in parts if not part.path.exists()]
    left = sum(len(part.indices) for part in todo)
    progress(total - left, total)
    for rows in in_order(partial(_write_part, account, end), todo, 1 if left < PARALLEL_FROM else workers):
        left -= rows
        progress(total - left, total)


def _write_part(account: Account, end: str, part: _Part) -> int:
    """In a worker: derive the rows of a part, and write it."""
    pairs = zip(part.indices, account.addresses(part.indices, change=part.change), strict=True)
    found = [(index, text) for index, text in pairs if text is not None]
    indices, texts = [index for index, _ in found], [text for _, text in found]
    rows = Rows(account=account.number, change=part.change, indices=indices, texts=texts)
    _write(part.path, partial(FORMATS[end].write, rows))
    return len(part.indices)


# -- files that are whole or not there


def _write(path: Path, fill: Callable[[BinaryIO], None]) -> None:
    """Under its own name the file is there only when all of it is on the disk."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}{_UNFINISHED}")
    try:
        with open(unfinished, "wb") as stream:
            fill(stream)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(unfinished, path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise


def _put(stream: BinaryIO, data: bytes) -> None:
    stream.write(data)


def _sync(folder: Path) -> None:
    """Make the new name last, where folders can be opened for that (not on Windows)."""
    if os.name != "nt":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _remove(folder: Path) -> None:
    """Remove what was written here, and the folder where nothing else is in it."""
    for each in folder.iterdir():
        if each.name == _JOB or each.name.isdecimal() or each.name.endswith(_UNFINISHED):
            each.unlink()
    with suppress(OSError):
        folder.rmdir()


def _refuse_existing(goal: Path, overwrite: bool) -> None:
    if goal.is_dir() or (os.path.lexists(goal) and not overwrite):
        raise BulkError(f"{goal.name} is there already", reason="policy", hint="take another name, or overwrite it")


@contextmanager
def _told(goal: Path, folder: Path) -> Iterator[None]:
    """What goes wrong with files is told as one error of ours, and that nothing is lost."""
    hint = f"what is done is kept in {folder.name}: the same call goes on from there"
    try:
        yield
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise BulkError(f"cannot write {goal.name}: {why}", reason="missing", hint=hint) from error
    except BulkError as error:
        error.hint = hint if error.reason == "missing" else error.hint  # a worker ended
        raise
