"""Work that nobody can stop, such as a stranger's callback: in a thread of its own, left behind when it hangs.

The threads are daemons: those of asyncio and of `concurrent.futures` keep a process from ending until they come back.
A fork waits for those that are just ending.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from walletcore.errors import OutcomeUnknown, SignerUnavailable

__all__ = ["aside", "begun", "bounded", "late"]

T = TypeVar("T")
_PATIENCE_OF_A_FORK = 1.0  # seconds that a fork waits for threads that are ending
_ended: deque[int] = deque(maxlen=128)  # the system's numbers of threads that have done their work


class _Outcome:
    """What came of a function: its value or its error, of whatever kind, once it is over."""

    def __init__(self, function: Callable[[], object]) -> None:
        self._function = function
        self._value: object = None
        self._error: BaseException | None = None

    def find(self) -> None:
        try:
            self._value = self._function()
        except BaseException as error:
            self._error = error

    def told(self) -> object:
        if self._error is not None:
            raise self._error
        return self._value


def begun(work: Callable[[], object], name: str | None = None) -> threading.Thread:
    """A thread that has begun to work. Raises `SignerUnavailable` where the system gives none: nothing was done."""
    thread = threading.Thread(target=_to_its_end, args=(work,), name=name, daemon=True)
    try:
        thread.start()
    except RuntimeError:
        raise SignerUnavailable("there is no thread to be had") from None
    return thread


def _to_its_end(work: Callable[[], object]) -> None:
    try:
        work()
    finally:
        _say_ended()


def _say_ended() -> None:
    """This thread has done its work. Said before anybody is told who may fork then, and may be said twice."""
    _ended.append(threading.get_native_id())


def bounded(function: Callable[[], T], seconds: float) -> T:
    """What a function returns, and raises; `OutcomeUnknown` when it takes longer than so many seconds."""
    outcome = _Outcome(function)
    thread = begun(outcome.find)
    thread.join(max(0.0, seconds))
    if thread.is_alive():
        raise late()
    return outcome.told()  # type: ignore[return-value]


async def aside(function: Callable[[], T]) -> T:
    """What a function returns, and raises, that would hold up the event loop; whoever awaits it may be cancelled."""
    import asyncio

    loop, over, outcome = asyncio.get_running_loop(), asyncio.Event(), _Outcome(function)

    def work() -> None:
        outcome.find()
        _say_ended()
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(over.set)

    begun(work)
    await over.wait()
    return outcome.told()  # type: ignore[return-value]


def late() -> OutcomeUnknown:
    """What is known of work that did not end in time."""
    return OutcomeUnknown("the signer did not answer in time: it may have signed", hint="ask for the very same again")


def _before_fork() -> None:
    """Let threads that have done their work be gone: `join` comes back (before Python 3.13) while they still end.

    OpenSSL frees then what it keeps for a thread, behind a lock that each new thread takes. A child that was forked
    meanwhile would find it locked for ever. Where no /proc tells which threads there are, nothing is waited for.
    """
    until = time.monotonic() + _PATIENCE_OF_A_FORK
    for thread in tuple(_ended):
        while os.path.exists(f"/proc/self/task/{thread}") and time.monotonic() < until:
            time.sleep(0.0001)
        with suppress(ValueError):  # another fork was faster
            _ended.remove(thread)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork)
