"""Much work in one commit: each piece is as if it were alone, and none is told before all of it is on the disk."""

import asyncio
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest

from support.disk import Disk
from walletcore.errors import ConfigError, LimitExceeded, OutcomeUnknown, SignerError, SignerUnavailable
from walletcore.server.memory import Apart, Together, open_memory
from walletcore.signers.sql_store import Transaction
from walletcore.signers.sqlite import SqliteStore
from walletcore.signers.store import Charge, verify_log

T = TypeVar("T")
Memories = tuple[Disk, Together]


def identity(number: int) -> bytes:
    return number.to_bytes(32)


@pytest.fixture
def memories(tmp_path: Path) -> Iterator[Memories]:
    writer, reader = Disk(tmp_path / "s.db"), SqliteStore(tmp_path / "s.db")
    writer.pause = 0.002
    memory = Together(writer, reader)
    yield writer, memory
    memory.store.close()


def lost(error: Exception, has_begun: bool) -> Exception:
    return OutcomeUnknown(f"lost: {error}") if has_begun else error


async def at_work(memory: Together | Apart, *works: Callable[[], T]) -> list[T | BaseException]:
    return await asyncio.gather(*(memory.run(work, lost) for work in works), return_exceptions=True)


def in_threads(memory: Together, work: Callable[[int], T], numbers: range) -> list[T]:
    """The work for each number, in sixteen threads, while the event loop of the memory runs."""

    async def main() -> list[T]:
        await memory.run(lambda: None, lost)  # from now on it has a loop
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(16) as pool:
            return await asyncio.gather(*(loop.run_in_executor(pool, work, number) for number in numbers))

    return asyncio.run(main())


def test_much_work_shares_a_few_commits_and_loses_nothing(memories: Memories) -> None:
    writer, memory = memories
    works = [lambda n=n: memory.keep(identity(n), bytes([n % 250 + 1]) * 64, [f"line {n}"]) for n in range(400)]
    kept = asyncio.run(at_work(memory, *works))
    assert kept == [bytes([n % 250 + 1]) * 64 for n in range(400)]
    assert writer.commits < 20
    assert [memory.kept(identity(n)) for n in range(400)] == kept
    assert [entry.text for entry in memory.log()] == [f"line {n}" for n in range(400)]
    verify_log(memory.log())


def test_what_other_threads_ask_shares_the_commits(memories: Memories) -> None:
    writer, memory = memories
    kept = in_threads(memory, lambda n: memory.keep(identity(n), bytes([n % 250 + 1]) * 64, [f"line {n}"]), range(400))
    assert kept == [bytes([n % 250 + 1]) * 64 for n in range(400)]
    assert writer.commits < 200
    assert sorted(int(entry.text[5:]) for entry in memory.log()) == list(range(400))
    verify_log(memory.log())


def test_every_method_of_a_store_is_there_for_other_threads_and_without_a_loop(memories: Memories) -> None:
    _, memory = memories

    def all_of_them(number: int) -> tuple[object, ...]:
        account, purpose = f"account {number}", identity(number)
        first = memory.reserve(account, purpose, first=7)
        memory.release(account, purpose)
        again = memory.reserve(account, identity(1000 + number), first=7)
        receipt = memory.admit(purpose, [Charge(window=account, amount=5, at_most=5, seconds=60)])
        memory.refund(receipt)
        memory.admit(identity(1000 + number), [Charge(window=account, amount=5, at_most=5, seconds=60)])
        return first, again, len(memory.append("a line")), memory.keep(purpose, b"x"), memory.kept(purpose)

    expected = (7, 7, 32, b"x", b"x")
    assert all_of_them(0) == expected
    assert in_threads(memory, all_of_them, range(1, 5)) == [expected] * 4
    assert all_of_them(5) == expected  # the loop has ended
    assert len(list(memory.log())) == 6


def test_what_is_refused_changes_nothing_of_the_others(memories: Memories) -> None:
    _, memory = memories
    charge = Charge(window="w", amount=1, at_most=10, seconds=3600)

    def admit(number: int) -> bool:
        try:
            memory.admit(identity(number), [charge], [f"admitted {number}"])
        except LimitExceeded:
            return False
        return True

    admitted = asyncio.run(at_work(memory, *[lambda n=n: admit(n) for n in range(100)]))
    admitted += in_threads(memory, admit, range(100, 200))
    assert sum(map(bool, admitted)) == 10
    told = {int(entry.text.split()[1]) for entry in memory.log()}
    assert told == {number for number, passed in enumerate(admitted) if passed}


def test_work_that_fails_keeps_what_it_was_told_is_done_and_harms_nobody(memories: Memories) -> None:
    """A refusal is written to the log before it is raised."""
    _, memory = memories

    def refused() -> None:
        memory.append("refused")
        raise LimitExceeded("no", window="w")

    found = asyncio.run(at_work(memory, refused, lambda: memory.keep(identity(2), b"y")))
    assert type(found[0]) is LimitExceeded
    assert found[1] == b"y"
    assert [entry.text for entry in memory.log()] == ["refused"]


def test_a_case_that_is_refused_by_its_second_window_has_changed_nothing(memories: Memories) -> None:
    """The first one had room. What was done before it in the same commit, and after it, stands."""
    writer, memory = memories
    full = Charge(window="full", amount=1, at_most=1, seconds=60)
    memory.admit(identity(0), [full])

    def refused() -> None:
        memory.admit(identity(1), [Charge(window="room", amount=5, at_most=5, seconds=60), full], ["admitted"])

    works: list[Callable[[], object]] = [lambda: memory.keep(identity(2), b"a"), refused]
    works.append(lambda: memory.admit(identity(3), [Charge(window="room", amount=5, at_most=5, seconds=60)]))
    commits = writer.commits
    found = asyncio.run(at_work(memory, *works))
    assert [type(each) for each in found] == [bytes, LimitExceeded, bytes]
    assert writer.commits == commits + 1
    assert memory.kept(identity(2)) == b"a"
    assert not list(memory.log())


def test_the_first_signature_wins_within_a_commit_as_well(memories: Memories) -> None:
    _, memory = memories
    numbers = itertools.count(1)
    kept = asyncio.run(at_work(memory, *[lambda: memory.keep(identity(0), bytes([next(numbers)])) for _ in range(64)]))
    assert kept == [b"\1"] * 64


def test_work_sees_what_others_of_its_commit_have_done_and_nobody_else_does(memories: Memories) -> None:
    writer, memory = memories
    other = SqliteStore(writer._path)
    seen: list[object] = []

    def look() -> None:
        seen.extend((memory.kept(identity(1)), other.kept(identity(1))))

    asyncio.run(at_work(memory, lambda: memory.keep(identity(1), b"x"), look))
    assert seen == [b"x", None]
    other.close()


def test_a_commit_that_fails_is_told_to_everybody_and_leaves_nothing(memories: Memories) -> None:
    writer, memory = memories
    memory.keep(identity(0), b"x")

    def refused() -> None:
        raise SignerError("of its own")

    works = [lambda n=n: memory.keep(identity(n), b"y") for n in range(1, 40)]
    writer.is_full = True
    found = asyncio.run(at_work(memory, *works, refused))
    assert [str(each) for each in found] == ["lost: the disk is full"] * 39 + ["of its own"]
    assert {type(each) for each in found[:-1]} == {OutcomeUnknown}

    async def asked_by_a_thread() -> bytes:
        await asyncio.gather(memory.run(lambda: None, lost), return_exceptions=True)
        return await asyncio.to_thread(memory.keep, identity(1), b"y")

    with pytest.raises(SignerUnavailable):
        asyncio.run(asked_by_a_thread())
    writer.is_full = False
    assert [memory.kept(identity(n)) for n in range(1, 40)] == [None] * 39
    assert asyncio.run(at_work(memory, lambda: memory.keep(identity(1), b"z"))) == [b"z"]


def test_where_no_transaction_begins_nothing_is_done(memories: Memories, monkeypatch: pytest.MonkeyPatch) -> None:
    writer, memory = memories
    done: list[int] = []

    def locked() -> Any:
        raise SignerUnavailable("another process keeps the store locked")

    monkeypatch.setattr(writer, "transaction", locked)
    found = asyncio.run(at_work(memory, *[lambda n=n: done.append(n) for n in range(3)]))
    assert {type(each) for each in found} == {SignerUnavailable}
    assert not done


def test_nothing_is_told_before_it_is_on_the_disk(tmp_path: Path) -> None:
    """Another connection sees it when the work is told, and when `keep` returns."""
    memory, other = open_memory(f"sqlite:{tmp_path}/s.db", 1), SqliteStore(tmp_path / "s.db")
    assert isinstance(memory, Together)
    wrong = []

    def keep(number: int) -> None:
        memory.store.keep(identity(number), b"x")
        if other.kept(identity(number)) is None:
            wrong.append(number)

    async def told(number: int) -> None:
        await memory.run(lambda: memory.store.keep(identity(number), b"x"), lost)
        if other.kept(identity(number)) is None:
            wrong.append(number)

    async def main() -> None:
        await asyncio.gather(*(told(number) for number in range(1000, 1200)))

    in_threads(memory, keep, range(200))
    asyncio.run(main())
    assert not wrong
    memory.store.close()
    other.close()


def test_a_file_that_others_lock_keeps_no_other_request_from_its_answer(memories: Memories) -> None:
    """Only a thread waits; the event loop goes on, and what was committed can be read."""
    writer, memory = memories
    memory.keep(identity(0), b"x")
    holder = SqliteStore(writer._path)
    turns = 0

    async def main() -> bytes:
        nonlocal turns
        with holder.transaction():
            task = asyncio.create_task(memory.run(lambda: memory.keep(identity(1), b"y"), lost))
            end = time.monotonic() + 0.3
            while time.monotonic() < end:
                await asyncio.sleep(0.001)
                assert memory.kept(identity(0)) == b"x"
                turns += 1
            assert not task.done()
        return await task

    assert asyncio.run(main()) == b"y"
    assert turns > 20
    holder.close()


def test_a_reader_that_must_open_the_file_anew_waits_for_a_commit_and_not_in_the_loop(tmp_path: Path) -> None:
    """The lock that it needs is this memory's own, which gives it up once the loop goes on."""
    reader = SqliteStore(tmp_path / "s.db")
    memory = Together(SqliteStore(tmp_path / "s.db"), reader)

    def keep(number: int) -> None:
        time.sleep(0.003)  # longer than a turn
        memory.keep(identity(number), b"signed")

    async def main() -> None:
        written = asyncio.gather(*(memory.run(partial(keep, number), lost) for number in range(1, 50)))
        while memory._steps.open is None:
            await asyncio.sleep(0)
        with pytest.raises(SignerError), reader.reading() as open_:
            open_.run("no statement")  # after an error of SQLite's the file is closed
        start = time.monotonic()
        looks = [memory.look(partial(memory.kept, identity(0))) for _ in range(3)]
        assert await asyncio.gather(*looks) == [None] * 3
        assert time.monotonic() - start < 2
        await written
        await memory.end()

    asyncio.run(main())


def _is_broken_by_itself(_: Transaction) -> None:
    raise ZeroDivisionError


def _is_broken_by_the_database(open_: Transaction) -> None:
    open_.run("no statement")


@pytest.mark.parametrize(
    ("fails", "told"), [(_is_broken_by_itself, ZeroDivisionError), (_is_broken_by_the_database, SignerError)]
)
def test_a_step_that_fails_after_it_has_written_gives_up_the_whole_commit(
    memories: Memories, fails: Callable[[Transaction], None], told: type[Exception]
) -> None:
    """Steps look before they write, so it does not come to that; what waits is done in the next commit."""
    _, memory = memories

    def broken() -> None:
        with memory._steps.transaction() as open_:
            open_.run("INSERT INTO walletcore_signatures (request, signature) VALUES (:r, :s)", r=identity(5), s=b"x")
            fails(open_)

    def keep(number: int) -> bytes:
        return memory.keep(identity(number), b"x")

    found = asyncio.run(at_work(memory, partial(keep, 4), broken, partial(keep, 6)))
    assert [type(each) for each in found] == [OutcomeUnknown, told, bytes]
    assert [memory.kept(identity(n)) for n in (4, 5, 6)] == [None, None, b"x"]
    assert memory.keep(identity(5), b"y") == b"y"


def test_X20_time_does_not_go_back_within_a_commit(tmp_path: Path) -> None:
    """A charge that is not logged counts for the lines after it, too."""
    now = iter((100, 200))  # and 50 from then on
    writer = SqliteStore(tmp_path / "s.db", clock=lambda: next(now, 50))
    memory = Together(writer, SqliteStore(tmp_path / "s.db"))
    works: list[Callable[[], object]] = [lambda: memory.append("one")]
    works.append(lambda: memory.admit(identity(1), [Charge(window="w", amount=1, at_most=9, seconds=60)]))
    works.append(lambda: memory.append("two"))
    asyncio.run(at_work(memory, *works))
    assert [(entry.text, entry.time) for entry in memory.log()] == [("one", 100), ("two", 200)]
    memory.close()


def test_the_event_loop_does_not_wait_for_itself(memories: Memories) -> None:
    _, memory = memories

    async def main() -> None:
        await memory.run(lambda: None, lost)
        with pytest.raises(SignerUnavailable):
            memory.append("a line")

    asyncio.run(main())
    assert not list(memory.log())


def test_work_that_takes_long_keeps_the_loop_from_nobody(memories: Memories) -> None:
    """Each of these pieces takes longer than a turn."""
    _, memory = memories
    order: list[str] = []

    def work() -> None:
        order.append("work")
        end = time.perf_counter() + 0.003
        while time.perf_counter() < end:
            pass

    async def other() -> None:
        while order.count("work") < 8:
            order.append("other")
            await asyncio.sleep(0)

    async def main() -> None:
        await asyncio.gather(other(), *(memory.run(work, lost) for _ in range(8)))

    asyncio.run(main())
    at = [place for place, name in enumerate(order) if name == "work"]
    assert len(at) == 8
    assert all(after - before > 1 for before, after in itertools.pairwise(at))


def test_a_store_without_a_file_works_in_threads_of_its_own(tmp_path: Path) -> None:
    memory = Apart(SqliteStore(tmp_path / "s.db"), 3)
    names: list[str] = []

    def work() -> bytes:
        names.append(threading.current_thread().name)
        return memory.store.keep(identity(len(names)), b"x")

    assert asyncio.run(at_work(memory, *[work] * 5)) == [b"x"] * 5
    assert threading.current_thread().name not in names
    memory.store.close()


@pytest.mark.parametrize("uri", ["", "sqlite:relative", "mysql://x", "sqlite:/proc/nothing/here"])
def test_a_store_that_cannot_be_opened_is_told_by_its_place(uri: str) -> None:
    with pytest.raises(ConfigError, match=r"server\.store"):
        open_memory(uri, 1)
