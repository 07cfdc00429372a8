"""Work that processes share and that comes back in its order, whatever becomes of them."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from typing import TypeVar

from walletcore.errors import BulkError, DerivationError

__all__ = ["cores", "how_many", "in_order"]

Task = TypeVar("Task")
Result = TypeVar("Result")

_AHEAD = 3  # tasks of each worker that are handed out before the first result is taken: what bounds memory
_MOST_WORKERS = 1_024


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_order(function: Callable[[Task], Result], tasks: Iterable[Task], workers: int | None = None) -> Iterator[Result]:
    """What ``function`` gives for each task, in their order; by as many processes as there are ``workers``.

    Left out, these are as many as `cores`; with one the work is done here. They are new interpreters ("spawn"), since a
    fork would copy locks that other threads hold, so that function, tasks and results are pickled, and a script keeps
    what it runs under ``if __name__ == "__main__":``. They end with this process, and when no more is asked for.

    Raises what the function raises, `BulkError` where a worker ends before its work, `DerivationError` for a number of
    workers that is none.
    """
    number = how_many(workers)
    return map(function, tasks) if number == 1 else _shared(function, iter(tasks), number)


def how_many(workers: int | None) -> int:
    """The number of workers, `cores` where it is left out. Raises `DerivationError` for one that is none."""
    if workers is None:
        return cores()
    if type(workers) is not int or not 1 <= workers <= _MOST_WORKERS:
        raise DerivationError(f"expected workers as an int from 1 to {_MOST_WORKERS}", reason="range")
    return workers


def _shared(function: Callable[[Task], Result], tasks: Iterator[Task], workers: int) -> Iterator[Result]:
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin)
    waiting: deque[Future[Result]] = deque()
    try:
        for task in tasks:
            waiting.append(pool.submit(function, task))
            if len(waiting) >= _AHEAD * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool:
        hint = 'it was killed, or a script does not keep what it runs under `if __name__ == "__main__":`'
        raise BulkError("a worker ended before its work was done", reason="missing", hint=hint) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """A worker leaves interrupts to the process that started it, and ends when that has ended, even killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
