"""A store in one SQLite file, for the processes of one machine (the standard library's `sqlite3`, SQLite's WAL mode).

Transactions of all threads and processes follow one another behind one lock file, checkpoints included: releases of
SQLite before 3.51.3 may damage a file where a checkpoint meets a commit ("WAL-reset bug"), and its own waiting is not
fair. A connection never lives through a fork (sqlite.org, "How To Corrupt An SQLite Database File", 2.6).
"""

from __future__ import annotations

import os
import sqlite3
import stat
import sys
import threading
import time
import weakref
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from io import FileIO
from types import TracebackType
from typing import Any, ClassVar, TypeVar
from urllib.parse import quote

from walletcore.errors import SignerError, SignerUnavailable
from walletcore.signers.sql_store import SCHEMA, SqlStore, check_version

if sys.platform != "win32":  # where SQLite's own locks must do
    import fcntl

__all__ = ["Open", "SqliteStore", "check_installed", "open_uri", "told"]

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_SETTINGS = ("synchronous = FULL", "fullfsync = ON", "trusted_schema = OFF", "cell_size_check = ON")
_LATER = {f"SQLITE_{name}" for name in ("BUSY", "LOCKED", "PROTOCOL", "FULL", "IOERR", "NOMEM", "CANTOPEN")}
_REASONS = {"SQLITE_CORRUPT": "checksum", "SQLITE_NOTADB": "version", "SQLITE_READONLY": "policy"}
_WORDS = {"bytes": "BLOB", "number": "INTEGER", "clustered": "WITHOUT ROWID"}
_PATIENCE_OF_A_FORK = 1.0  # seconds, for files that are being opened, and for calls that have waited for long
_WAIT, _LONGEST_WAIT = 0.0005, 0.008
_Answer = TypeVar("_Answer")


def open_uri(uri: str, *, create: bool = True) -> SqliteStore:
    """``sqlite:/absolute/path``, as it stands: without percent signs that mean something, and without options."""
    return SqliteStore(_path_of(uri), create=create)


def check_installed(uri: str) -> None:
    """Raise what `open_uri` does of a malformed URI; nothing is opened."""
    _checked_path(_path_of(uri))


def _path_of(uri: str) -> str:
    path = uri.removeprefix("sqlite:").removeprefix("//")
    if not path.startswith("/") or "?" in path:
        raise SignerError("expected sqlite:/ and an absolute path, without options", reason="prefix")
    return path


def _clock() -> int:
    return int(time.time())


class SqliteStore(SqlStore):
    """The store in a file that nobody but its owner may access, made where it is missing unless ``create=False``.

    ``permissions="any"`` takes a file that others may access. ``timeout`` (seconds) bounds how long a call waits for
    others, threads and processes together. ``clock`` gives the time in whole seconds since 1970.
    """

    _all: ClassVar[weakref.WeakSet[SqliteStore]] = weakref.WeakSet()
    _opening: ClassVar[threading.Lock] = threading.Lock()
    _damaged: ClassVar[bool] = False  # this process was forked while a connection was in use

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        timeout: float = 5.0,
        permissions: str = "owner",
        create: bool = True,
        clock: Callable[[], int] = _clock,
    ) -> None:
        super().__init__()
        self._path = _checked_path(path)
        if type(timeout) not in (int, float) or not 0 < timeout <= 600:
            raise SignerError("expected a timeout above 0 and up to 600 seconds", reason="range")
        if permissions not in ("owner", "any"):
            raise SignerError("expected permissions='owner' or permissions='any'", reason="unknown")
        self._timeout, self._anyone, self._create, self._clock = float(timeout), permissions == "any", create, clock
        self._door = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._inode: tuple[int, int] | None = None
        self._lock_file: Any = None  # closes itself, as the connection does, when a store is dropped
        self._closed = False
        SqliteStore._all.add(self)
        with self.reading():
            pass

    def __repr__(self) -> str:
        return f"SqliteStore({self._path!r})"

    def transaction(self) -> AbstractContextManager[Open]:
        """BEGIN IMMEDIATE, and COMMIT or ROLLBACK."""
        return _Transaction(self)

    def reading(self) -> AbstractContextManager[Open]:
        """A statement sees what was committed before it; it waits for nobody but this store's own threads."""
        return _Reading(self)

    @property
    def is_at_hand(self) -> bool:
        """Whether a reading would begin at once: the file is open, and no thread is at it."""
        return self._connection is not None and not self._door.locked()

    def close(self) -> None:
        """Give up the connection; other calls are refused from now on."""
        self._enter(time.monotonic() + self._timeout)
        try:
            self._closed = True
            self._leave()
        finally:
            self._door.release()

    # -- who may enter

    def _enter(self, until: float) -> None:
        if not self._door.acquire(timeout=max(until - time.monotonic(), 0)):
            raise SignerUnavailable("other threads keep the store busy")

    def _end(self, error: BaseException | None) -> None:
        """A call is over. Raises SQLite's error as one of ours; the next call begins anew then."""
        try:
            if isinstance(error, sqlite3.Error):
                self._leave()
                raise told(error) from None
        finally:
            self._door.release()

    # -- the connection

    def _connected(self, until: float) -> Open:
        if self._closed:
            raise SignerError("the store is closed", reason="missing")
        if SqliteStore._damaged:
            hint = "start processes by spawn or forkserver"
            raise SignerError("the process was forked in the middle of a transaction", reason="policy", hint=hint)
        if self._connection is not None:
            if self._look() != self._inode:
                raise SignerError("another file stands in the place of the store's", reason="mismatch")
            return Open(self._connection, self._clock, until)
        try:
            return self._connect(until)
        except BaseException:
            self._leave()
            raise

    def _connect(self, until: float) -> Open:
        if not SqliteStore._opening.acquire(timeout=max(until - time.monotonic(), 0)):
            raise SignerUnavailable("other threads keep opening stores")
        try:  # closing a new file's descriptor would drop the locks of whoever has opened it
            if self._create:
                _make(self._path)
            self._inode = self._look()
            self._lock_file = FileIO(_descriptor(f"{self._path}-lock", os.O_CREAT), "r+")
            name = f"file:{quote(self._path)}?mode=rw"  # never made by SQLite, whose files others may read
            self._connection = sqlite3.connect(name, uri=True, timeout=0, isolation_level=None, check_same_thread=False)
            self._connection.text_factory = _text
        finally:
            SqliteStore._opening.release()
        open_ = Open(self._connection, self._clock, until)
        _take(self._lock_file, until)
        try:
            _set_up(open_, may_fill=self._create)
        finally:
            _free(self._lock_file)
        return open_

    def _look(self) -> tuple[int, int]:
        """Which file it is. Raises `SignerError` unless it is a regular one that only its owner may access."""
        try:
            status = os.lstat(self._path)
        except OSError as error:
            raise SignerError(f"the store cannot be found: {os.strerror(error.errno or 0)}", reason="missing") from None
        if not stat.S_ISREG(status.st_mode):
            raise SignerError("expected a regular file", reason="type")
        if status.st_mode & _OTHERS and not self._anyone and os.name == "posix":
            hint = "chmod 600 makes it private; permissions='any' takes it as it is"
            raise SignerError("expected a file that nobody but its owner may access", reason="policy", hint=hint)
        return status.st_dev, status.st_ino

    def _leave(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None
        if self._lock_file is not None:
            self._lock_file.close()
            self._lock_file = None

    # -- forks

    @classmethod
    def _before_fork(cls) -> None:
        """Close every connection, when the call that uses it is over: what is locked is known to the whole process."""
        _fork.entered, _fork.missed = [], []
        begin = time.monotonic()
        cls._enter_all(cls._stores(), begin)
        _fork.is_alone = cls._opening.acquire(timeout=_PATIENCE_OF_A_FORK)  # after the doors, as whoever connects
        cls._enter_all([store for store in cls._stores() if store._connection is not None], begin)  # opened meanwhile

    @classmethod
    def _stores(cls) -> list[SqliteStore]:
        """All of them, though another thread makes one at this moment: a set that grows is not read to its end."""
        while True:
            with suppress(RuntimeError):
                return list(cls._all)

    @classmethod
    def _enter_all(cls, stores: list[SqliteStore], begin: float) -> None:
        for store in stores:
            if store in _fork.entered or store in _fork.missed:
                continue
            until = begin + store._timeout + _PATIENCE_OF_A_FORK  # by then a call has given up waiting itself
            if store._door.acquire(timeout=max(until - time.monotonic(), 0)):
                _fork.entered.append(store)
                store._leave()
            else:
                _fork.missed.append(store)

    @classmethod
    def _after_fork(cls) -> None:
        for store in _fork.entered:
            store._door.release()
        if _fork.is_alone:
            cls._opening.release()
        _fork.entered, _fork.missed = [], []

    @classmethod
    def _in_child(cls) -> None:
        for store in _fork.missed:
            _keep_for_ever(store)
        cls._damaged = cls._damaged or bool(_fork.missed) or not _fork.is_alone
        cls._after_fork()


_fork = threading.local()  # what the thread that forks has found, for itself in the parent and in the child


def _keep_for_ever(store: SqliteStore) -> None:
    """Were it ever closed in this process, that would end the parent's transaction."""
    import ctypes

    ctypes.pythonapi.Py_IncRef(ctypes.py_object(store))


class Open:
    """An open transaction: one writer at a time, so no scope needs a lock."""

    __slots__ = ("_clock", "_connection", "_until", "last")

    def __init__(self, connection: sqlite3.Connection, clock: Callable[[], int], until: float) -> None:
        self._connection, self._clock, self._until = connection, clock, until
        self.last: tuple[int, int, bytes] | None = None

    def run(self, statement: str, **values: object) -> list[Any]:
        """See `walletcore.signers.sql_store.Transaction`."""
        return _patiently(self._until, self._connection.execute, statement, values).fetchall()

    def change(self, statement: str, **values: object) -> int:
        """See `walletcore.signers.sql_store.Transaction`."""
        return _patiently(self._until, self._connection.execute, statement, values).rowcount

    def lock(self, kind: int, *names: str | bytes) -> None:
        """Nothing: the whole store is locked."""

    def now(self) -> int:
        """The clock."""
        return self._clock()

    @property
    def changes(self) -> int:
        """How many rows the connection has changed so far."""
        return self._connection.total_changes


class _Reading:
    """A call that is behind the store's door; whatever it waits for, it waits until the same moment."""

    __slots__ = ("_store", "_until")

    def __init__(self, store: SqliteStore) -> None:
        self._store, self._until = store, time.monotonic() + store._timeout

    def __enter__(self) -> Open:
        self._store._enter(self._until)
        try:
            return self._begin(self._store._connected(self._until))
        except BaseException as error:
            self._store._end(error)
            raise

    def _begin(self, open_: Open) -> Open:
        return open_

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None) -> None:
        self._store._end(error)


class _Transaction(_Reading):
    """No other connection writes or checkpoints meanwhile."""

    __slots__ = ("_open",)
    _open: Open

    def _begin(self, open_: Open) -> Open:
        self._open = open_
        _take(self._store._lock_file, self._until)
        try:
            open_.run("BEGIN IMMEDIATE")
        except BaseException:
            _free(self._store._lock_file)
            raise
        return open_

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None) -> None:
        try:
            self._finish(is_good=error is None)
        except BaseException as failure:
            self._store._end(failure)
            raise
        self._store._end(error)

    def _finish(self, *, is_good: bool) -> None:
        try:
            if is_good:
                self._open.run("COMMIT")
        finally:
            try:
                if self._open._connection.in_transaction:
                    self._open.run("ROLLBACK")
            finally:
                _free(self._store._lock_file)


def _patiently(until: float, call: Callable[..., _Answer], *arguments: object) -> _Answer:
    """What a call returns that others may keep waiting."""
    wait = _WAIT
    while True:
        try:
            return call(*arguments)
        except (BlockingIOError, sqlite3.OperationalError) as error:
            left = until - time.monotonic()
            if left <= 0 or not _is_busy(error):
                raise
        time.sleep(min(wait, left))
        wait = min(2 * wait, _LONGEST_WAIT)


def _is_busy(error: BlockingIOError | sqlite3.OperationalError) -> bool:
    return isinstance(error, BlockingIOError) or getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY")


def _checked_path(path: str | os.PathLike[str]) -> str:
    text = os.fspath(path) if isinstance(path, str | os.PathLike) else path
    if type(text) is not str or not text or "\0" in text:
        raise SignerError("expected a path as a text", reason="type")
    return os.path.abspath(text)


def _text(data: bytes) -> str:
    """A text, though it may be none: of the log it is one that was changed, and that is to be told with its line."""
    return data.decode(errors="surrogateescape")


def _make(path: str) -> None:
    """Make an empty file where none is, private from its first moment on, and its name durable."""
    with suppress(FileExistsError):
        os.close(_descriptor(path, os.O_CREAT | os.O_EXCL))
        _sync(os.path.dirname(path))


def _descriptor(path: str, flags: int) -> int:
    flags |= os.O_RDWR | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        return os.open(path, flags, 0o600)
    except FileExistsError:
        raise
    except OSError as error:
        raise SignerUnavailable(f"the store cannot be opened: {os.strerror(error.errno or 0)}") from None


def _sync(folder: str) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _take(lock_file: FileIO, until: float) -> None:
    if sys.platform != "win32":
        try:
            _patiently(until, fcntl.flock, lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SignerUnavailable("another process keeps the store locked") from None


def _free(lock_file: FileIO) -> None:
    if sys.platform != "win32":
        fcntl.flock(lock_file, fcntl.LOCK_UN)


def _set_up(open_: Open, *, may_fill: bool) -> None:
    for setting in _SETTINGS:
        open_.run(f"PRAGMA {setting}")
    ((mode,),) = open_.run("PRAGMA journal_mode = WAL")
    if mode != "wal":
        raise SignerError("expected a file system on which SQLite can keep a write-ahead log", reason="mismatch")
    tables = {name for (name,) in open_.run("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables and may_fill:
        _fill(open_)
    elif "walletcore_schema" not in tables:
        raise SignerError("expected a store, got another database or an empty file", reason="missing")
    check_version(open_)


def _fill(open_: Open) -> None:
    open_.run("BEGIN IMMEDIATE")
    for statement in SCHEMA:
        open_.run(statement.format(**_WORDS))
    open_.run("COMMIT")


def told(error: sqlite3.Error) -> SignerError:
    """SQLite's error as one of ours; "SQLITE_IOERR_WRITE" is a kind of "SQLITE_IOERR"."""
    name = getattr(error, "sqlite_errorname", "") or type(error).__name__
    kind = "_".join(name.split("_")[:2])
    if kind in _LATER:
        return SignerUnavailable(f"the store cannot be used now: {name}")
    return SignerError(f"the store cannot be used: {name}", reason=_REASONS.get(kind, "mismatch"))


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=SqliteStore._before_fork,
        after_in_parent=SqliteStore._after_fork,
        after_in_child=SqliteStore._in_child,
    )
