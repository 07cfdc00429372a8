"""Many steps in one commit: each is as if it were alone, and none is told before all of it is on the disk."""

import itertools
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from walletcore.errors import ConfigError, LimitExceeded, SignerUnavailable
from walletcore.server.memory import Grouped, open_store
from walletcore.signers.sqlite import SqliteStore
from walletcore.signers.store import Charge, verify_log

Stores = tuple["Counting", Grouped]


def identity(number: int) -> bytes:
    return number.to_bytes(32)


class Counting(SqliteStore):
    """Counts its commits, and fails at those that it is told to."""

    commits = 0
    fails = False

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        with super().transaction() as open_:
            yield open_
            time.sleep(0.002)  # a disk
            if self.fails:
                raise SignerUnavailable("the disk is full")
        self.commits += 1


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    writer, reader = Counting(tmp_path / "s.db"), SqliteStore(tmp_path / "s.db")
    grouped = Grouped(writer, reader)
    yield writer, grouped
    grouped.close()


def test_many_steps_share_a_few_commits_and_lose_nothing(stores: Stores) -> None:
    writer, grouped = stores
    with ThreadPoolExecutor(16) as pool:
        kept = list(pool.map(lambda n: grouped.keep(identity(n), bytes([n % 250 + 1]) * 64, [f"line {n}"]), range(400)))
    assert kept == [bytes([n % 250 + 1]) * 64 for n in range(400)]
    assert writer.commits < 200
    assert [grouped.kept(identity(n)) for n in range(400)] == kept
    assert sorted(int(entry.text[5:]) for entry in grouped.log()) == list(range(400))
    verify_log(grouped.log())


def test_a_step_that_is_refused_changes_nothing_of_the_others(stores: Stores) -> None:
    _, grouped = stores
    charge = Charge(window="w", amount=1, at_most=10, seconds=3600)

    def admit(number: int) -> bool:
        try:
            grouped.admit(identity(number), [charge], [f"admitted {number}"])
        except LimitExceeded:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        admitted = list(pool.map(admit, range(200)))
    assert sum(admitted) == 10
    told = {int(entry.text.split()[1]) for entry in grouped.log()}
    assert told == {number for number, passed in enumerate(admitted) if passed}


def test_a_step_that_fails_after_it_has_written_takes_that_back_alone(stores: Stores) -> None:
    _, grouped = stores
    inside, go = threading.Event(), threading.Event()

    def first() -> None:
        with grouped.transaction() as open_:
            open_.run("INSERT INTO walletcore_signatures (request, signature) VALUES (:r, :s)", r=identity(1), s=b"x")
            inside.set()
            go.wait(10)
            raise ZeroDivisionError

    with ThreadPoolExecutor(2) as pool:
        failing = pool.submit(first)
        inside.wait(10)
        keeping = pool.submit(grouped.keep, identity(2), b"y" * 64)
        while not grouped._waiting:  # so that both are of one commit
            time.sleep(0.001)
        go.set()
        with pytest.raises(ZeroDivisionError):
            failing.result()
        assert keeping.result() == b"y" * 64
    assert [grouped.kept(identity(n)) for n in (1, 2)] == [None, b"y" * 64]


def test_the_first_signature_wins_within_a_commit_as_well(stores: Stores) -> None:
    _, grouped = stores
    numbers = itertools.count(1)
    with ThreadPoolExecutor(16) as pool:
        kept = list(pool.map(lambda _: grouped.keep(identity(0), bytes([next(numbers)]) * 64), range(64)))
    assert len(set(kept)) == 1


def test_a_commit_that_fails_is_told_to_everybody_and_leaves_nothing(stores: Stores) -> None:
    writer, grouped = stores
    grouped.keep(identity(0), b"x" * 64)
    writer.fails = True
    failed = []

    def keep(number: int) -> None:
        try:
            grouped.keep(identity(number), b"y" * 64)
        except SignerUnavailable:
            failed.append(number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(keep, range(1, 40)))
    writer.fails = False
    assert sorted(failed) == list(range(1, 40))
    assert [grouped.kept(identity(n)) for n in range(1, 40)] == [None] * 39
    assert grouped.keep(identity(1), b"z" * 64) == b"z" * 64


def test_nothing_is_told_before_it_is_on_the_disk(tmp_path: Path) -> None:
    """Another connection sees it when `keep` returns."""
    grouped, other = open_store(f"sqlite:{tmp_path}/s.db"), open_store(f"sqlite:{tmp_path}/s.db")
    wrong = []

    def keep(number: int) -> None:
        grouped.keep(identity(number), b"x" * 64)
        if other.kept(identity(number)) is None:
            wrong.append(number)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(keep, range(200)))
    assert not wrong
    grouped.close()
    other.close()


def test_reading_waits_for_no_commit(stores: Stores) -> None:
    writer, grouped = stores
    grouped.keep(identity(0), b"x" * 64)
    inside, go = threading.Event(), threading.Event()

    def hold() -> None:
        with writer.transaction():
            inside.set()
            go.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    inside.wait(10)
    start = time.monotonic()
    assert grouped.kept(identity(0)) == b"x" * 64
    assert time.monotonic() - start < 1
    go.set()
    holder.join()


def test_a_step_that_cannot_be_undone_gives_up_the_whole_commit(stores: Stores) -> None:
    _, grouped = stores

    def broken() -> None:
        with grouped.transaction() as open_:
            open_.run("INSERT INTO walletcore_signatures (request, signature) VALUES (:r, :s)", r=identity(5), s=b"x")
            open_.run("RELEASE step")  # nobody can go back now
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert grouped.kept(identity(5)) is None
    assert grouped.keep(identity(5), b"y" * 64) == b"y" * 64


@pytest.mark.parametrize("uri", ["", "sqlite:relative", "mysql://x", "sqlite:/proc/nothing/here"])
def test_a_store_that_cannot_be_opened_is_told_by_its_place(uri: str) -> None:
    with pytest.raises(ConfigError, match=r"server\.store"):
        open_store(uri)
