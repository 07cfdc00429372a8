"""Stores for tests: a place that keeps one, a clock that tests set, processes that are killed at any moment."""

import hashlib
import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.postgres import Cluster
from walletcore.errors import LimitExceeded
from walletcore.signers.postgres import PostgresStore
from walletcore.signers.sql_store import SqlStore
from walletcore.signers.sqlite import SqliteStore
from walletcore.signers.store import Charge

__all__ = ["Clock", "Place", "Sum", "admitting", "killed_now_and_then", "name", "reserving"]

ACCOUNT = "eip155:1:0xab16a96D359eC26a11e2C2b3d8f8B8942d5Bfcdb"
COIN = 10**18


def name(*parts: object) -> bytes:
    """32 bytes for a subject, a purpose, a request."""
    return hashlib.sha256(repr(parts).encode()).digest()


@dataclass
class Clock:
    """A clock that stands still until a test moves it."""

    now: int = 1_800_000_000

    def __call__(self) -> int:
        return self.now


@dataclass
class Place:
    """Where a store is, of either kind: each `open` is another store object on the same rows."""

    uri: str
    server: Cluster | None = None
    opened: list[SqlStore] = field(default_factory=list)

    def open(self, **options: Any) -> SqlStore:
        store: SqlStore
        if self.server:
            store = PostgresStore(self.uri, **options)
        else:
            store = SqliteStore(self.uri.removeprefix("sqlite:"), **options)
        self.opened.append(store)
        return store

    def rows(self, statement: str) -> list[tuple[str, ...]]:
        """What the database itself says, each value as a text (bytes in hex)."""
        if self.server:
            database = self.uri.rpartition("/")[0] and self.uri.split("/")[3].partition("?")[0]
            text = self.server.run(f"SET bytea_output = hex; {statement}", database)
            return [tuple(cell.removeprefix("\\x") for cell in line.split("|")) for line in text.splitlines()]
        with closing(sqlite3.connect(self.uri.removeprefix("sqlite:"), isolation_level=None)) as connection:
            found = connection.execute(statement).fetchall()
        return [tuple(cell.hex() if isinstance(cell, bytes) else str(cell) for cell in row) for row in found]

    def close(self) -> None:
        for store in self.opened:
            store.close()


@dataclass
class Sum:
    """What a store must answer, in the plainest words: all charges in a list, summed again for each question."""

    time: int = 0  # the last one that was charged or logged at
    longest: dict[str, int] = field(default_factory=dict)
    count: dict[str, int] = field(default_factory=dict)  # charges that a window has ever had
    charges: list[tuple[str, int, bytes, int]] = field(default_factory=list)  # window, time, subject, amount
    owners: dict[bytes, object] = field(default_factory=dict)  # subject -> the one receipt that takes its charges back

    def admit(self, now: int, subject: bytes, charges: list[Charge], receipt: object) -> str:
        """The window that has no room, or nothing."""
        before = (self.time, dict(self.longest), dict(self.count), list(self.charges))
        is_known = any(charge[2] == subject for charge in self.charges)
        for window in sorted({charge.window for charge in charges}):
            if not self._charge(now, subject, [charge for charge in charges if charge.window == window]):
                self.time, self.longest, self.count, self.charges = before
                return window
        self.owners[subject] = None if is_known else receipt
        return ""

    def _charge(self, now: int, subject: bytes, charges: list[Charge]) -> bool:
        window, amount = charges[0].window, sum(charge.amount for charge in charges)
        now = max(now, self.time)
        longest = max(self.longest.get(window, 0), *(charge.seconds for charge in charges))
        mine = [(time, each) for other, time, each, _ in self.charges if other == window]
        if any(each == subject and time >= now - longest for time, each in mine):
            return True
        for charge in charges:
            used = sum(a for w, time, _, a in self.charges if w == window and time >= now - charge.seconds)
            if used + amount > charge.at_most:
                return False
        self.time, self.longest[window] = now, longest
        self.count[window] = self.count.get(window, 0) + 1
        self.charges = [each for each in self.charges if (each[0], each[2]) != (window, subject)]
        self.charges.append((window, now, subject, amount))
        if self.count[window] % 16 == 0:
            self.charges = [each for each in self.charges if each[0] != window or each[1] >= now - longest]
        return True

    def used(self, now: int, window: str, seconds: int) -> int:
        since = max(now, self.time) - seconds
        return sum(amount for name, time, _, amount in self.charges if name == window and time >= since)

    def append(self, now: int) -> None:
        self.time = max(self.time, now)

    def refund(self, subject: bytes, receipt: object) -> None:
        if self.owners.get(subject) == receipt:
            self.charges = [charge for charge in self.charges if charge[2] != subject]


_MOST_KILLS = 300  # later ones would only keep a slow machine at starting processes
Work = Callable[[SqlStore, int, int], int]


def reserving(store: SqlStore, worker: int, step: int) -> int:
    """One number for a purpose of this worker alone."""
    return store.reserve(ACCOUNT, name(worker, step))


def admitting(share: int) -> Work:
    """One charge of a subject that two workers have in common; each window has room for so many."""

    def admit(store: SqlStore, worker: int, step: int) -> int:
        charge = Charge(window="coins", amount=COIN, at_most=share * COIN, seconds=10**6)
        try:
            store.admit(name(worker // 2, step), [charge], [f"{worker} {step}"])
        except LimitExceeded:
            return 0
        return 1

    return admit


def killed_now_and_then(
    place: Place, home: Path, work: Work, *, workers: int, steps: int, pause: float, chance: random.Random
) -> tuple[int, list[list[int]]]:
    """Do each step of each worker once, in processes that die; how often they died, and what each step answered.

    A process writes an answer down when it has it. Who comes after it begins with the first step that has none.
    """
    papers = [home / f"answers{worker}" for worker in range(workers)]
    alive = {_started(place, papers[worker], work, worker, steps): worker for worker in range(workers)}
    kills, next_kill, until = 0, time.monotonic() + pause, time.monotonic() + 3600
    while alive:
        assert time.monotonic() < until, "the workers do not come to an end"
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid in alive:
            worker = alive.pop(pid)
            assert status in (0, signal.SIGKILL), f"worker {worker} ended with {status}"
            if status:
                alive[_started(place, papers[worker], work, worker, steps)] = worker
        elif kills < _MOST_KILLS and time.monotonic() >= next_kill:
            os.kill(chance.choice(sorted(alive)), signal.SIGKILL)
            kills, next_kill = kills + 1, time.monotonic() + chance.uniform(0, 2 * pause)
        else:
            time.sleep(0.001)
    return kills, [_answers(paper) for paper in papers]


def _started(place: Place, paper: Path, work: Work, worker: int, steps: int) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        _work(place, paper, work, worker, steps)
        code = 0
    except BaseException as error:
        os.write(2, f"worker {worker}: {error!r}\n".encode())
    finally:
        os._exit(code)


def _work(place: Place, paper: Path, work: Work, worker: int, steps: int) -> None:
    store = Place(place.uri, place.server).open(timeout=60)
    with paper.open("ab", buffering=0) as answers:
        for step in range(len(_answers(paper)), steps):
            answers.write(work(store, worker, step).to_bytes(8, "big"))
    store.close()


def _answers(paper: Path) -> list[int]:
    data = paper.read_bytes() if paper.exists() else b""
    return [int.from_bytes(data[place : place + 8], "big") for place in range(0, len(data), 8)]
