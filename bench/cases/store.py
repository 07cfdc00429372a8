"""What a guard's memory costs: each of its calls in processor time, and how many commits a second."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from bench.harness import Case, Target, Workload, span
from walletcore.signers.sqlite import SqliteStore
from walletcore.signers.store import Charge

FOLDER = tempfile.TemporaryDirectory(prefix="bench-store-")
NUMBERS = count()
COINS = [Charge(window=f"window {place}", amount=10**18, at_most=10**40, seconds=86_400) for place in range(2)]


def fresh() -> bytes:
    """A subject that nobody has met."""
    return hashlib.sha256(str(next(NUMBERS)).encode()).digest()


def opened(name: str, filled: int = 0) -> SqliteStore:
    """A store with so many charges in its windows."""
    store = SqliteStore(Path(FOLDER.name) / name)
    with store.reading() as open_:
        open_.run("PRAGMA synchronous = OFF")
    for _ in range(filled):
        store.admit(fresh(), COINS)
    return store


class Processor(Case):
    """Seconds of processor time outside of the kernel, which is where a commit's flush is."""

    def timed(self, count: int) -> float:
        state, begin = self.prepare(count), os.times().user
        self.run(state, count)
        return max(os.times().user - begin, 1e-6) / count


def repeated(function: Callable[[SqliteStore], object]) -> Callable[[SqliteStore, int], None]:
    """The work so many times, a commit each."""

    def run(store: SqliteStore, count: int) -> None:
        for _ in range(max(count, 1)):
            function(store)

    return run


def admit(store: SqliteStore) -> None:
    """Two windows and a line of the log."""
    store.admit(fresh(), COINS, ["a line of the log"])


def admit_one(store: SqliteStore) -> None:
    """What a limit and an audit make of a transfer."""
    store.admit(fresh(), COINS[:1], ["a line of the log" * 20])


def keep(store: SqliteStore) -> None:
    """A signature and its line."""
    store.keep(fresh(), bytes(65), ["a line of the log" * 20])


def kept(store: SqliteStore) -> None:
    """A request that nobody has signed."""
    store.kept(fresh())


def reserve(store: SqliteStore) -> int:
    """A number for a new purpose."""
    return store.reserve("eip155:1:0x9858EfFD232B4033E47d90003D41EC34EcaEda94", fresh())


def processor() -> list[Case]:
    """The same for an empty store and a day of ten thousand charges."""
    empty, full = opened("empty"), opened("full", 10_000)
    return [
        Processor(name="admit", prepare=lambda count: empty, run=repeated(admit)),
        Processor(name="admit, 10,000 charges before", prepare=lambda count: full, run=repeated(admit)),
        Processor(name="admit, one window", prepare=lambda count: full, run=repeated(admit_one)),
        Processor(name="keep", prepare=lambda count: full, run=repeated(keep)),
        Processor(name="kept", prepare=lambda count: full, run=repeated(kept)),
        Processor(name="reserve", prepare=lambda count: empty, run=repeated(reserve)),
        span(1),
    ]


class Flush(Case):
    """What a commit cannot do without: a page written behind the last one, and flushed."""

    def timed(self, count: int) -> float:
        with (Path(FOLDER.name) / "flushed").open("ab", buffering=0) as file:
            begin = time.perf_counter()
            for _ in range(count):
                file.write(bytes(4096))
                os.fdatasync(file.fileno())
            return (time.perf_counter() - begin) / count


def commits() -> list[Case]:
    """Commits one after the other, with their flush; their time is the disk's, hence the bare flush beside them."""
    store = SqliteStore(Path(FOLDER.name) / "flushing")
    return [
        Flush(name="4 KiB and fdatasync", run=lambda state, count: None),
        Case(name="admit", prepare=lambda count: store, run=repeated(admit)),
        Case(name="reserve", prepare=lambda count: store, run=repeated(reserve)),
    ]


WORKLOADS = [
    Workload(
        name="store in SQLite, processor time without flushes",
        reference="1 ms",
        cases=processor,
        targets=(
            Target(case="admit", reference="1 ms", ratio=0.15),
            Target(case="admit, 10,000 charges before", reference="1 ms", ratio=0.15),
            Target(case="admit, one window", reference="1 ms", ratio=0.1),
            Target(case="keep", reference="1 ms", ratio=0.07),
            Target(case="kept", reference="1 ms", ratio=0.02),
            Target(case="reserve", reference="1 ms", ratio=0.1),
        ),
    ),
    Workload(name="store in SQLite, a commit each", reference="4 KiB and fdatasync", cases=commits),
]
