"""The memory of a server: the store that the configuration names, and where work on it is done.

A commit waits for the disk, and threads that work at the same time wait for each other. So all brief work on a file is
done in the event loop's thread: what has come while a commit was under way is done in the next one, and is told when it
is on the disk. PostgreSQL commits many transactions at once by itself.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from functools import partial
from types import TracebackType
from typing import Any, Protocol, TypeVar, cast

from walletcore.errors import SignerUnavailable, SigningRefused
from walletcore.server.crew import Crew, settle
from walletcore.server.toml import placed
from walletcore.signers import store as stores
from walletcore.signers.sql_store import SqlStore, Transaction
from walletcore.signers.sqlite import Open, SqliteStore, told
from walletcore.signers.store import Charge, Entry, Store

__all__ = ["Apart", "Memory", "Together", "open_memory"]

T = TypeVar("T")
Undone = Callable[[Exception, bool], Exception]
"""Told why there is no commit, and whether the work for it had begun, it gives the error of whoever asked for it."""

_MOST = 64  # pieces of work in one commit
_TURN = 0.002  # seconds that it may take before others have their turn; a piece of work is not divided
_PATIENCE = 60.0  # seconds: rounds end in a few, but a loop that ends comes to nothing any more


class Memory(Protocol):
    """A store, and where brief work on it is done."""

    @property
    def store(self) -> Store:
        """For whoever is in a thread of its own: each call returns when it is on the disk."""

    def begin(self) -> None:
        """From now on its work is done in the event loop that runs, or beside it."""

    async def look(self, work: Callable[[], T]) -> T:
        """What the work returns or raises, which looks at the store and changes nothing."""

    async def run(self, work: Callable[[], T], undone: Undone) -> T:
        """What the work returns or raises, once all that it did to the store is on the disk.

        Where that cannot be, what ``undone`` makes of the store's error is raised.
        """

    async def end(self) -> None:
        """Give up the store, when what is under way there is done."""


def open_memory(uri: str, threads: int) -> Memory:
    """The memory behind a store's URI. Raises `ConfigError`."""
    with placed("server.store"):
        store = stores.open_store(uri)
        if not isinstance(store, SqliteStore):
            return Apart(store, threads)
        return Together(store, cast(SqliteStore, stores.open_store(uri)))


class Apart:
    """Work in a few threads, each call to the store a commit of its own."""

    def __init__(self, store: Store, threads: int) -> None:
        self.store, self._crew = store, Crew(threads)

    def begin(self) -> None:
        """See `Memory`."""

    async def look(self, work: Callable[[], T]) -> T:
        """See `Memory`."""
        return await self._crew.run(work)

    async def run(self, work: Callable[[], T], undone: Undone) -> T:
        """See `Memory`; nothing is ever undone."""
        return await self._crew.run(work)

    async def end(self) -> None:
        """See `Memory`."""
        await self._crew.run(self.store.close)


class Together:
    """Work in the event loop, with one commit for all that waits. It is the store, too, for other threads.

    Only what may wait is done by another thread: to begin a transaction, and to commit it.
    """

    def __init__(self, store: SqliteStore, reader: SqliteStore) -> None:
        self._store, self._reader, self._steps = store, reader, _Steps()
        self._jobs: deque[_Job] = deque()
        self._disk, self._readers = Crew(1, stays=True), Crew(1)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._home = self._at_work = 0  # the loop's thread, and while it works, once more
        self._rounds: asyncio.Task[None] | None = None

    @property
    def store(self) -> Store:
        """Itself."""
        return self

    def begin(self) -> None:
        """See `Memory`."""
        self._loop, self._home = asyncio.get_running_loop(), threading.get_ident()

    async def look(self, work: Callable[[], T]) -> T:
        """See `Memory`. It is done here: nobody who writes is waited for, but where the file must be opened anew."""
        return work() if self._reader.is_at_hand else await self._readers.run(work)

    async def run(self, work: Callable[[], T], undone: Undone) -> T:
        """See `Memory`."""
        self.begin()
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._put(_Job(work, undone, partial(settle, future)))
        return await future

    async def end(self) -> None:
        """See `Memory`."""
        if self._rounds is not None:
            await asyncio.wait([self._rounds])
        await self._disk.run(self.close)

    def close(self) -> None:
        """Give up both connections."""
        try:
            self._store.close()
        finally:
            self._reader.close()

    # -- the store

    def admit(self, subject: bytes, charges: Sequence[Charge] = (), log: Sequence[str] = ()) -> bytes:
        """See `walletcore.signers.store.Store`."""
        return self._do(lambda store: store.admit(subject, charges, log))

    def refund(self, receipt: bytes, log: Sequence[str] = ()) -> None:
        """See `walletcore.signers.store.Store`."""
        self._do(lambda store: store.refund(receipt, log))

    def keep(self, request: bytes, signature: bytes, log: Sequence[str] = ()) -> bytes:
        """See `walletcore.signers.store.Store`."""
        return self._do(lambda store: store.keep(request, signature, log))

    def kept(self, request: bytes) -> bytes | None:
        """See `walletcore.signers.store.Store`."""
        return (self._steps if self._is_at_work() else self._reader).kept(request)

    def reserve(self, account: str, purpose: bytes, *, first: int = 0) -> int:
        """See `walletcore.signers.store.Store`."""
        return self._do(lambda store: store.reserve(account, purpose, first=first))

    def release(self, account: str, purpose: bytes) -> None:
        """See `walletcore.signers.store.Store`."""
        self._do(lambda store: store.release(account, purpose))

    def append(self, *texts: str) -> bytes:
        """See `walletcore.signers.store.Store`."""
        return self._do(lambda store: store.append(*texts))

    def log(self, after: int = 0) -> Iterator[Entry]:
        """See `walletcore.signers.store.Store`."""
        return self._reader.log(after)

    def _is_at_work(self) -> bool:
        return self._at_work == threading.get_ident()

    def _do(self, step: Callable[[SqlStore], T]) -> T:
        """What a step returns: at once within work that is being done, which is told later; else when it is done."""
        if self._is_at_work():
            return step(self._steps)
        if self._loop is None or self._loop.is_closed():
            return step(self._store)
        if self._home == threading.get_ident():
            raise SignerUnavailable("the event loop cannot wait for itself")
        return self._handed_over(self._loop, partial(step, self._steps))

    def _handed_over(self, loop: asyncio.AbstractEventLoop, step: Callable[[], T]) -> T:
        over, outcome = threading.Event(), list[Any]()

        def tell(value: object, error: BaseException | None) -> None:
            outcome.extend((value, error))
            over.set()

        loop.call_soon_threadsafe(self._put, _Job(step, lambda error, _: error, tell))
        if not over.wait(_PATIENCE):
            raise SignerUnavailable("the event loop does not come to it")
        value, error = outcome
        if error is not None:
            raise error.with_traceback(None)
        return cast(T, value)

    # -- rounds: begin, work, commit, tell

    def _put(self, job: _Job) -> None:
        self._jobs.append(job)
        if self._rounds is None or self._rounds.done():
            self._rounds = asyncio.get_running_loop().create_task(self._serve())

    async def _serve(self) -> None:
        while self._jobs:
            done: list[_Job] = []
            try:
                async with self._transaction():
                    await self._work(done)
            except Exception as error:
                for job in done or self._taken(done):
                    job.lose(error)
            for job in done:
                job.tell()

    def _taken(self, done: list[_Job]) -> list[_Job]:
        """All that waits: there is no transaction for it."""
        done.extend(self._jobs)
        self._jobs.clear()
        return done

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[None]:
        context = _Transaction(self._store.transaction())
        try:
            self._steps.open = await self._disk.run(context.begin)
            yield
        except Exception as error:
            self._steps.open = self._steps.broken = None
            await self._disk.run(partial(context.end, error))
            raise
        except BaseException as error:  # the loop is about to end, and waits for nobody
            self._steps.open = self._steps.broken = None
            context.end(error)
            raise
        self._steps.open = None
        await self._disk.run(partial(context.end, None))

    async def _work(self, done: list[_Job]) -> None:
        """What waits, and what comes meanwhile; now and then the loop sees to everybody else."""
        turn = time.perf_counter()
        while self._jobs and len(done) < _MOST:
            done.append(self._jobs.popleft())
            self._at_work = threading.get_ident()
            try:
                done[-1].do()
            finally:
                self._at_work = 0
            if self._steps.broken is not None:
                raise self._steps.broken
            if time.perf_counter() - turn > _TURN:
                await asyncio.sleep(0)
                turn = time.perf_counter()


class _Transaction:
    """A transaction that is begun by one thread, and perhaps given up by another before that."""

    def __init__(self, context: AbstractContextManager[Open]) -> None:
        self._context, self._changing = context, threading.Lock()
        self._is_open = self._is_over = False

    def begin(self) -> Open:
        open_ = self._context.__enter__()
        with self._changing:
            self._is_open = not self._is_over
            if self._is_over:
                self._context.__exit__(SignerUnavailable, SignerUnavailable("nobody waits for it"), None)
        return open_

    def end(self, error: BaseException | None) -> None:
        """Commit, or give it up for an error; one that has not begun is given up when it has."""
        with self._changing:
            was_open, self._is_open, self._is_over = self._is_open, False, True
        if was_open:
            self._context.__exit__(type(error) if error else None, error, error.__traceback__ if error else None)


class _Job:
    """A piece of work: what came of it, and who is told."""

    __slots__ = ("_error", "_has_begun", "_tell", "_undone", "_value", "_work")

    def __init__(
        self, work: Callable[[], Any], undone: Undone, tell: Callable[[Any, BaseException | None], None]
    ) -> None:
        self._work, self._undone, self._tell = work, undone, tell
        self._has_begun = False
        self._value: object = None
        self._error: BaseException | None = None

    def do(self) -> None:
        self._has_begun = True
        try:
            self._value = self._work()
        except BaseException as error:
            self._error = error

    def lose(self, error: Exception) -> None:
        """There is no commit. A refusal may have counted what is lost with it; other errors stay what they are."""
        is_refused = isinstance(self._error, SigningRefused)
        error = self._undone(error, self._has_begun and not is_refused)
        self._error = error if is_refused else self._error or error

    def tell(self) -> None:
        self._tell(self._value, self._error)


class _Steps(SqlStore):
    """The store's methods within the transaction that is open: each changes all that it says, or nothing.

    They look before they write. Where one fails all the same when it has written, the whole transaction is given up: to
    take back each by itself (sqlite.org, "Savepoints") would take as long as what they do.
    """

    def __init__(self) -> None:
        super().__init__()
        self.open: Open | None = None
        self.broken: Exception | None = None

    def transaction(self) -> AbstractContextManager[Transaction]:
        return _Step(self)

    def reading(self) -> AbstractContextManager[Transaction]:
        return nullcontext(self.opened())

    def close(self) -> None:
        pass

    def opened(self) -> Open:
        """The transaction. Raises `SignerUnavailable`."""
        if self.open is None or self.broken is not None:
            raise SignerUnavailable("the transaction is over")
        return self.open


class _Step:
    """One of them."""

    __slots__ = ("_changes", "_open", "_steps")

    def __init__(self, steps: _Steps) -> None:
        self._steps, self._open = steps, steps.opened()

    def __enter__(self) -> Open:
        self._changes = self._open.changes
        return self._open

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None) -> None:
        if isinstance(error, sqlite3.Error):
            self._steps.broken = error
            raise told(error) from None
        if error is not None and self._open.changes != self._changes:
            self._steps.broken = SignerUnavailable(f"a step ended in {type(error).__name__}")
