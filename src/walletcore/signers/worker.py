"""One thread for a library that only one thread at a time may use, that may hang, and that does not survive a fork.

Callers wait until their deadline and learn what is true: a job that had not begun, or had not come to the step that
cannot be taken back, never takes it once its caller has gone.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar, Self, TypeVar

from walletcore.errors import OutcomeUnknown, SignerError, SignerUnavailable
from walletcore.signers.aside import begun

__all__ = ["Abandoned", "Worker"]

T = TypeVar("T")
_PATIENCE_OF_A_FORK = 1.0  # seconds that a fork waits for the jobs that are under way


class Abandoned(SignerUnavailable):
    """The caller has gone: the step that cannot be taken back is not taken, and nothing has failed."""


class _Job:
    __slots__ = ("_mutex", "abandoned", "committed", "done", "error", "function", "over", "result")

    def __init__(self, function: Callable[[Callable[[], None]], Any], mutex: threading.Lock) -> None:
        self._mutex, self.function = mutex, function
        self.abandoned = self.committed = self.over = False
        self.result: Any = None
        self.error: BaseException | None = None
        self.done = threading.Lock()
        self.done.acquire()

    def commit(self) -> None:
        """The step that cannot be taken back comes next: it is not taken for a caller who has gone."""
        with self._mutex:
            if self.abandoned:
                raise Abandoned("nobody waits for the answer any more")
            self.committed = True

    def run(self) -> None:
        try:
            self.result = self.function(self.commit)
        except BaseException as error:
            self.error = error.with_traceback(None)  # its frames' objects may be the library's: nobody shall print them
            self.error.__cause__ = self.error.__context__ = None
        with self._mutex:
            self.over = True
        self.done.release()


class Worker:
    """The thread for one library, by its name; a process that was forked has other ones. A fork waits for its jobs."""

    _all: ClassVar[dict[str, Worker]] = {}
    _known: ClassVar[dict[str, Worker]] = {}  # of a process that this one was forked from: what they remember
    _stuck: ClassVar[set[str]] = set()  # and in use while it was
    _lock: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, name: str) -> None:
        self.name, self.is_inherited = name, name in Worker._known
        self._mutex = threading.Lock()
        self._awake = threading.Condition(self._mutex)
        self._waiting: deque[_Job] = deque()
        self._at_work = threading.Lock()
        self._thread: threading.Thread | None = None

    @classmethod
    def of(cls, name: str) -> Self:
        """The worker of this name in this process. Raises `SignerError` in a child that cannot have one."""
        with Worker._lock:
            if name in Worker._stuck:
                hint = "start processes by spawn or forkserver"
                raise SignerError("the process was forked while the library was at work", reason="policy", hint=hint)
            found = Worker._all.get(name)
            if not isinstance(found, cls):
                found = Worker._all[name] = cls(name)
            return found

    def run(self, function: Callable[[Callable[[], None]], T], seconds: float) -> T:
        """What the function returns, which calls its argument before the step that cannot be taken back.

        Raises what it raises; after so many seconds `SignerUnavailable`, or `OutcomeUnknown` if that step has begun.
        """
        job = _Job(function, self._mutex)
        with self._mutex:
            self._start()
            self._waiting.append(job)
            self._awake.notify()
        try:
            job.done.acquire(timeout=seconds)
        finally:
            self._abandon(job)
        if not job.over:
            raise _late(job)
        if job.error is not None:
            raise job.error
        result: T = job.result
        return result

    def _start(self) -> None:
        if self._thread is None:
            self._thread = begun(self._work, f"walletcore {self.name}")

    def _abandon(self, job: _Job) -> None:
        with self._mutex:
            job.abandoned = not job.over
            if job.abandoned and job in self._waiting:
                self._waiting.remove(job)

    def _work(self) -> None:
        while True:
            with self._mutex:
                while not self._waiting:
                    self._awake.wait()
            with self._at_work:  # a fork holds it
                with self._mutex:
                    job = self._waiting.popleft() if self._waiting else None
                if job is not None:
                    job.run()
            del job


def _late(job: _Job) -> Exception:
    if job.committed:
        hint = "ask for the very same again"
        return OutcomeUnknown("the library did not come back in time: it may have signed", hint=hint)
    return SignerUnavailable("the library did not come back in time, and does not sign any more")


_held: list[Worker] = []


def _before_fork() -> None:
    """Let what is under way end, so that the child finds neither a lock nor the library in somebody's hands."""
    Worker._lock.acquire()
    until = time.monotonic() + _PATIENCE_OF_A_FORK
    _held.extend(w for w in Worker._all.values() if w._at_work.acquire(timeout=max(0.0, until - time.monotonic())))


def _after_fork_in_parent() -> None:
    while _held:
        _held.pop()._at_work.release()
    Worker._lock.release()


def _after_fork_in_child() -> None:
    Worker._known = {**Worker._known, **Worker._all}
    Worker._stuck |= {name for name, worker in Worker._all.items() if worker not in _held}
    Worker._all, Worker._lock = {}, threading.Lock()
    _held.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
