"""How the kit for signers calls a stranger: for so many seconds at most, and its awaitables in one event loop."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

from walletcore.errors import OutcomeUnknown
from walletcore.signers.aside import bounded

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Event, Future

__all__ = ["Late", "Loop", "Stopped", "cancelled", "within"]

T = TypeVar("T")
Outcome = tuple[Any, BaseException | None]


class Late(Exception):
    """A call that did not come back in time."""


class Stopped(Exception):
    """A call that raised what ends a task or a program. That is its cause."""


def within(seconds: float, call: Callable[[], T]) -> T:
    """What a call returns, and raises; `Late` when it takes longer than so many seconds. It runs in another thread."""
    try:
        outcome = bounded(lambda: _tried(call), seconds)
    except OutcomeUnknown:
        raise Late from None
    return _told(outcome)  # type: ignore[no-any-return]


def _tried(call: Callable[[], object]) -> Outcome:
    try:
        return call(), None
    except BaseException as error:
        return None, error


async def _awaited(given: Awaitable[object]) -> Outcome:
    try:
        return await given, None
    except BaseException as error:
        return None, error


def _told(outcome: Outcome) -> Any:
    value, error = outcome
    if error is None:
        return value
    if isinstance(error, Exception):
        raise error
    raise Stopped from error


class Loop:
    """Where a signer is awaited: the caller's event loop, or one of its own in a thread, left behind when it hangs."""

    def __init__(self, seconds: float, loop: AbstractEventLoop | None = None) -> None:
        self._seconds, self._loop = seconds, loop
        self._over: Event | None = None
        self._thread: threading.Thread | None = None

    def result(self, given: Awaitable[T]) -> T:
        """What awaiting gives, and raises; `Late` when it takes too long: it is cancelled then."""
        import asyncio

        future = asyncio.run_coroutine_threadsafe(_awaited(given), self._loop or self._begun())
        try:
            outcome = future.result(self._seconds)
        except TimeoutError:
            future.cancel()
            self._seconds = 0  # nothing that hangs is waited for twice
            raise Late from None
        return _told(outcome)  # type: ignore[no-any-return]

    def _begun(self) -> AbstractEventLoop:
        begun: SimpleQueue[tuple[AbstractEventLoop, Event]] = SimpleQueue()
        self._thread = threading.Thread(target=_run, args=(begun,), daemon=True)
        self._thread.start()
        self._loop, self._over = begun.get()
        return self._loop

    def close(self) -> None:
        """End the loop if it is of its own: what still runs in it is cancelled."""
        if self._thread and self._loop and self._over:
            self._loop.call_soon_threadsafe(self._over.set)
            self._thread.join(self._seconds)


def _run(begun: SimpleQueue[tuple[AbstractEventLoop, Event]]) -> None:
    import asyncio

    async def until_over() -> None:
        over = asyncio.Event()
        begun.put((asyncio.get_running_loop(), over))
        await over.wait()

    asyncio.run(until_over())


async def cancelled(ask: Callable[[], Awaitable[T]], steps: int, seconds: float) -> Future[T]:
    """A task that was cancelled after so many steps of its loop, and so many seconds, when it has come to its end."""
    import asyncio

    task = asyncio.ensure_future(ask())
    for _ in range(steps):
        await asyncio.sleep(0)
    await asyncio.sleep(seconds)
    task.cancel()
    await asyncio.wait([task])
    return task
