"""Work that nobody can stop, such as a stranger's callback: in a thread of its own, left behind when it hangs.

The threads are daemons: those of asyncio and of `concurrent.futures` keep a process from ending until they come back.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from walletcore.errors import OutcomeUnknown, SignerUnavailable

__all__ = ["aside", "begun", "bounded", "late"]

T = TypeVar("T")


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
    thread = threading.Thread(target=work, name=name, daemon=True)
    try:
        thread.start()
    except RuntimeError:
        raise SignerUnavailable("there is no thread to be had") from None
    return thread


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
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(over.set)

    begun(work)
    await over.wait()
    return outcome.told()  # type: ignore[return-value]


def late() -> OutcomeUnknown:
    """What is known of work that did not end in time."""
    return OutcomeUnknown("the signer did not answer in time: it may have signed", hint="ask for the very same again")
