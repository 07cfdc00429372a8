"""The memory of a server: the store that the configuration names; for a file, one commit for many requests at once.

A commit waits for the disk. Steps that come while one is under way share the next one, each in a savepoint of its own:
what one of them refuses changes nothing of the others (sqlite.org, "Savepoints"). PostgreSQL does that by itself.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from walletcore.errors import ConfigError, WalletcoreError
from walletcore.signers import store as stores
from walletcore.signers.sql_store import SqlStore, Transaction
from walletcore.signers.sqlite import SqliteStore
from walletcore.signers.store import Store

__all__ = ["Grouped", "open_store"]


def open_store(uri: str) -> Store:
    """The store behind a URI. Raises `ConfigError`."""
    try:
        store = stores.open_store(uri)
        if not isinstance(store, SqliteStore):
            return store
        reader = stores.open_store(uri)
        assert isinstance(reader, SqliteStore)
        return Grouped(store, reader)
    except WalletcoreError as error:
        raise ConfigError(f"server.store: {error}", reason=error.reason, hint=error.hint) from None


class _Group:
    """Steps that are committed together: the transaction, and what came of it once it is over."""

    def __init__(self, context: AbstractContextManager[Transaction]) -> None:
        self._context = context
        self.open = context.__enter__()
        self.over = threading.Event()
        self.error: Exception | None = None

    def end(self, failure: BaseException | None) -> None:
        """Commit, or give all of it up where a step has left it broken; nothing is raised here."""
        try:
            if failure is None:
                self._context.__exit__(None, None, None)
            else:
                self._context.__exit__(type(failure), failure, failure.__traceback__)
        except Exception as error:
            self.error = error
        finally:
            if failure is not None and self.error is None:
                self.error = WalletcoreError("the memory gave up what was to be committed")
            self.over.set()


class Grouped(SqlStore):
    """A store whose steps share commits; ``reader`` is another connection to the same, which waits for no commit."""

    def __init__(self, store: SqlStore, reader: SqlStore) -> None:
        super().__init__()
        self._store, self._reader = store, reader
        self._turn, self._count = threading.Lock(), threading.Lock()
        self._waiting = 0
        self._group: _Group | None = None

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """A step of the group that is open, or of a new one; whoever leaves last commits, the others wait for it."""
        with self._count:
            self._waiting += 1
        with self._turn:
            with self._count:
                self._waiting -= 1
            group = self._group = self._group or _Group(self._store.transaction())
            broken: BaseException | None = None
            try:
                yield from _step(group.open)
            except _Broken as error:
                broken = error
                raise error.why from None
            finally:
                if broken is not None or not self._waiting:
                    self._group = None
                    group.end(broken)
        group.over.wait()
        if group.error is not None:
            raise group.error.with_traceback(None)

    def reading(self) -> AbstractContextManager[Transaction]:
        """What was committed, seen through the other connection."""
        return self._reader.reading()

    def close(self) -> None:
        """Give up both connections."""
        self._store.close()
        self._reader.close()


class _Broken(Exception):
    """A step that could not be undone by itself."""

    def __init__(self, why: BaseException) -> None:
        super().__init__()
        self.why = why


def _step(open_: Transaction) -> Iterator[Transaction]:
    open_.run("SAVEPOINT step")
    try:
        yield open_
    except BaseException as failure:
        try:
            open_.run("ROLLBACK TO step")
            open_.run("RELEASE step")
        except Exception:
            raise _Broken(failure) from None
        raise
    try:
        open_.run("RELEASE step")
    except Exception as failure:
        raise _Broken(failure) from None
