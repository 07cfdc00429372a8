"""Work that nobody can stop: it is bounded, it never holds up an event loop, and it never keeps a process."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest

from support.endings import ends_slowly, there
from walletcore.errors import OutcomeUnknown, SignerUnavailable
from walletcore.signers import loop
from walletcore.signers.aside import _ended, aside, begun, bounded


def test_what_has_no_time_limit_of_its_own_is_given_one() -> None:
    gate = threading.Event()
    assert bounded(lambda: 7, 5) == 7
    with pytest.raises(ValueError, match="as it was"):
        bounded(lambda: [][0] if gate.is_set() else int("as it was"), 5)
    start = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        bounded(lambda: gate.wait(30), 0.05)
    assert time.monotonic() - start < 2
    gate.set()


@pytest.mark.parametrize("error", [ValueError("as it was"), StopIteration(), KeyboardInterrupt(), SystemExit(3)])
def test_what_fails_aside_fails_as_it_did(error: BaseException) -> None:
    def fails() -> None:
        raise error

    with pytest.raises(type(error)) as failed:
        bounded(fails, 5)
    assert failed.value is error


def test_H10_a_thread_that_is_not_to_be_had_leaves_no_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    asks: list[Callable[[], object]] = [lambda: bounded(list, 5), lambda: asyncio.run(aside(list)), loop.shared]
    monkeypatch.setattr(loop, "_loops", {})  # as in a process that has not asked yet
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", exhausted)
        for ask in asks:
            with pytest.raises(SignerUnavailable):
                ask()
    assert asyncio.run_coroutine_threadsafe(asyncio.sleep(0, 7), loop.shared()).result(20) == 7


def test_the_event_loop_goes_on_beside() -> None:
    gate = threading.Event()

    async def both() -> list[int]:
        async def opens() -> int:
            gate.set()
            return 7

        return list(await asyncio.gather(aside(lambda: gate.wait(30)), opens()))

    assert asyncio.run(both()) == [True, 7]


def test_H10_what_never_returns_can_be_cancelled_and_does_not_keep_the_process() -> None:
    program = """
import asyncio, threading
from walletcore.signers.aside import aside

async def main():
    try:
        async with asyncio.timeout(0.05):
            await aside(threading.Event().wait)
    except TimeoutError:
        print("cancelled")

asyncio.run(main())
"""
    start = time.monotonic()
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True)
    assert ended.stdout.strip() == "cancelled"
    assert time.monotonic() - start < 10


def test_what_comes_back_after_its_loop_has_ended_disturbs_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    gate, back = threading.Event(), threading.Event()

    def late() -> None:
        gate.wait(30)
        back.set()

    async def leaves() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await aside(late)

    before = set(threading.enumerate())
    asyncio.run(leaves())
    started = set(threading.enumerate()) - before
    gate.set()
    for thread in started:
        thread.join(10)
    assert started
    assert back.is_set()
    assert capfd.readouterr().err == ""


# -- forks


def forked(threads: set[int]) -> set[int]:
    """Those of these threads that are there when a child process is forked, which ends at once."""
    child = os.fork()
    if not child:
        os._exit(0)
    found = there(threads)
    os.waitpid(child, 0)
    return found


@pytest.mark.parametrize("aside_of", [lambda work: bounded(work, 30), lambda work: asyncio.run(aside(work))])
def test_a_fork_waits_for_threads_that_are_ending(aside_of: Callable[[Callable[[], int]], int]) -> None:
    """They hold locks of libraries meanwhile: OpenSSL's, for which a child would wait for ever."""
    ending = aside_of(lambda: ends_slowly(0.2))
    assert forked({ending}) == set()


def test_a_fork_does_not_wait_for_ever_nor_twice_for_a_thread_that_does_not_end() -> None:
    numbers, begins = set[int](), set(_ended)
    begun(lambda: numbers.add(ends_slowly(20)))
    while set(_ended) <= begins:  # since Python 3.13, bounded() would come back when the thread is gone
        time.sleep(0.001)
    (ending,) = numbers
    assert forked({ending}) == {ending}
    assert ending not in _ended


def test_a_fork_does_not_wait_for_threads_that_are_at_work() -> None:
    gate, numbers = threading.Event(), set[int]()

    def works() -> None:
        numbers.add(threading.get_native_id())
        gate.wait(30)

    with pytest.raises(OutcomeUnknown):
        bounded(works, 0.5)
    assert numbers
    assert not numbers & set(_ended)
    assert forked(numbers) == numbers
    gate.set()
