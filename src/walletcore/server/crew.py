"""A few threads for work that waits: signers, guards and their memory. None of them keeps the process from ending.

Those of `concurrent.futures` are joined at exit, and one that hangs in a device would keep the server for ever.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from walletcore.errors import SignerUnavailable
from walletcore.signers.aside import begun

__all__ = ["Crew", "settle"]

T = TypeVar("T")
_IDLE = 30.0  # seconds
_Job = tuple[list[Callable[[], Any]], "asyncio.Future[Any]"]  # the work, or nothing once nobody waits for it


class Crew:
    """At most so many threads, made when they are needed, which end when they are idle. Used from one event loop.

    A crew that ``stays`` makes one at once, which does not end: it is there when the system gives no more.
    """

    def __init__(self, size: int, *, stays: bool = False) -> None:
        self._size, self._made, self._busy = size, 0, 0
        self._jobs: SimpleQueue[_Job] = SimpleQueue()
        self._changing = threading.Lock()
        self._idle = None if stays else _IDLE
        if stays:
            begun(self._serve)
            self._made = 1

    async def run(self, work: Callable[[], T]) -> T:
        """What the work returns, or raises, once a thread has done it. Raises `SignerUnavailable`: nothing was done."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._busy += 1
        job = [work]
        del work
        try:
            with self._changing:
                self._grow()
                self._jobs.put((job, future))
            return await future
        finally:
            self._busy -= 1
            job.clear()  # what nobody waits for is not begun, and holds nothing until a thread comes to it

    def _grow(self) -> None:
        """One thread more where all are busy. Raises `SignerUnavailable` where there is none at all."""
        if self._made >= min(self._busy, self._size):
            return
        try:
            begun(self._serve)
        except SignerUnavailable:
            if not self._made:
                raise
        else:
            self._made += 1

    def _serve(self) -> None:
        while True:
            try:
                job, future = self._jobs.get(timeout=self._idle)
                work = job.pop()
            except IndexError:
                continue
            except Empty:
                if self._is_over():
                    return
                continue
            value, error = None, None
            try:
                value = work()
            except BaseException as failure:
                error = failure
            with suppress(RuntimeError):  # the loop has ended
                future.get_loop().call_soon_threadsafe(settle, future, value, error)
            del work, job, future, value, error  # the next job may be long in coming

    def _is_over(self) -> bool:
        """Whether a thread that has had nothing to do for a while ends; nobody puts something in just now."""
        with self._changing:
            is_over = self._jobs.empty()  # asked once: other threads take jobs without the lock
            self._made -= is_over
            return is_over


def settle(future: asyncio.Future[Any], value: object, error: BaseException | None) -> None:
    """Tell a future of the loop that runs what came of it."""
    if future.done():  # nobody waits any more
        return
    if error is None:
        future.set_result(value)
    elif isinstance(error, StopIteration):  # which no future can hold
        future.set_exception(RuntimeError("stopped without an answer"))
    else:
        future.set_exception(error)
