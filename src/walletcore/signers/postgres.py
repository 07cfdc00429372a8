"""A store in a PostgreSQL database, for processes of many machines (SQLAlchemy Core over psycopg: extra `postgres`).

Scopes are transaction-level advisory locks (PostgreSQL, "Explicit Locking", 13.3.5): unrelated accounts and windows do
not wait for each other. Each statement sees what was committed before it (READ COMMITTED), hence before its lock.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from walletcore.errors import SignerError, SignerUnavailable, needs
from walletcore.secret import Secret, sealed
from walletcore.signers.sql_store import SCHEMA, SqlStore, check_version

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

__all__ = ["PostgresStore", "check_installed", "open_uri"]

_LATER = {"08", "53", "55", "57", "58"}  # classes of SQLSTATE: connection, resources, locks, an operator, the system
_AGAIN = {"40001", "40P01"}  # serialization_failure, deadlock_detected
_REASONS = {"XX": "checksum", "25": "policy", "42": "policy", "28": "policy"}
_SCHEMA_LOCK = 4  # a kind of scope beside those of the steps
_CLOCK = "SELECT floor(extract(epoch FROM clock_timestamp()))::bigint"


def open_uri(uri: str, *, create: bool = True) -> PostgresStore:
    """``postgresql://user@host:5432/database?sslmode=verify-full``: what is left out, libpq knows or finds out."""
    return PostgresStore(uri, create=create)


def check_installed(uri: str) -> None:
    """Raise what `open_uri` does of a malformed URI or without its extra; nothing is opened."""
    _checked(uri)


class PostgresStore(SqlStore):
    """The store in the first schema of a database's search path, whose tables are made unless ``create=False``.

    A password is never in the URL: it is given here, or is where libpq looks for it (a password file, PGPASSWORD).
    ``timeout`` (seconds) bounds each wait: to connect, for a lock, for a statement. Time is the server's, unless
    ``clock`` gives it. The server must flush what is committed (``fsync``).
    """

    @sealed
    def __init__(
        self,
        url: str,
        *,
        password: Secret | None = None,
        timeout: float = 5.0,
        create: bool = True,
        clock: Callable[[], int] | None = None,
    ) -> None:
        super().__init__()
        if type(timeout) not in (int, float) or not 0 < timeout <= 600:
            raise SignerError("expected a timeout above 0 and up to 600 seconds", reason="range")
        if password is not None and type(password) is not Secret:
            raise SignerError("expected the password as a Secret", reason="type")
        self._url, self._timeout, self._password, self._clock = _checked(url), float(timeout), password, clock
        self._engines: dict[int, Engine] = {}
        self._closed = False
        with _told():
            self._set_up(create)

    def __repr__(self) -> str:
        return "PostgresStore()"

    @contextmanager
    def transaction(self) -> Iterator[_Open]:
        """BEGIN, and COMMIT or ROLLBACK."""
        with _told(), self._engine().begin() as connection:
            yield _Open(connection, self._clock)

    def reading(self) -> Any:
        """A statement is a transaction."""
        return self.transaction()

    def close(self) -> None:
        """Give up the connections of this process; other calls are refused from now on."""
        self._closed = True
        engine = self._engines.get(os.getpid())
        if engine is not None:
            engine.dispose()

    def _engine(self) -> Engine:
        """This process's own: the connections of one that it was forked from are left alone, and never closed here."""
        if self._closed:
            raise SignerError("the store is closed", reason="missing")
        process = os.getpid()
        return self._engines.get(process) or self._engines.setdefault(process, self._made())

    def _made(self) -> Engine:
        from sqlalchemy import create_engine, event

        engine = create_engine(
            self._url,
            connect_args=self._arguments(),
            isolation_level="READ COMMITTED",
            hide_parameters=True,
            pool_pre_ping=True,
            pool_timeout=self._timeout,
        )
        event.listen(engine, "do_connect", self._log_in)
        return engine

    @sealed
    def _log_in(self, _dialect: object, _record: object, _arguments: object, named: dict[str, object]) -> None:
        """The password at the moment it is needed; the connection is then made as it would be."""
        if self._password is not None:
            named["password"] = self._password.reveal().decode()

    def _arguments(self) -> dict[str, object]:
        """Every wait has an end; what is committed is flushed, whatever the database's default is."""
        milliseconds = round(self._timeout * 1000)
        settings = {"lock_timeout": milliseconds, "statement_timeout": 2 * milliseconds, "synchronous_commit": "on"}
        settings["idle_in_transaction_session_timeout"] = 4 * milliseconds
        return {
            "connect_timeout": max(2, round(self._timeout)),
            "tcp_user_timeout": milliseconds,
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            "application_name": "walletcore",
            "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
        }

    def _set_up(self, create: bool) -> None:
        with self._engine().begin() as connection:
            open_ = _Open(connection, self._clock)
            for name, expected in (("fsync", "on"), ("server_encoding", "UTF8")):
                ((value,),) = open_.run(f"SHOW {name}")
                if value != expected:
                    raise SignerError(f"expected a server with {name} {expected}, got {value}", reason="policy")
            if create and not _is_there(open_):
                open_.lock(_SCHEMA_LOCK, "")
                for statement in () if _is_there(open_) else SCHEMA:
                    open_.run(statement.format(bytes="BYTEA", number="BIGINT", clustered=""))
            if not _is_there(open_):
                raise SignerError("expected a store, got a database without one", reason="missing")
            check_version(open_)


def _is_there(open_: _Open) -> bool:
    """From the table itself: a function such as to_regclass may answer from before the lock."""
    statement = """SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relname = 'walletcore_schema' AND n.nspname = current_schema()"""
    return bool(open_.run(statement))


class _Open:
    """An open transaction."""

    __slots__ = ("_clock", "_connection", "last")

    def __init__(self, connection: Connection, clock: Callable[[], int] | None) -> None:
        self._connection, self._clock = connection, clock
        self.last: tuple[int, int, bytes] | None = None

    def run(self, statement: str, **values: object) -> list[Any]:
        result = self._connection.exec_driver_sql(_written(statement), values)
        return [tuple(row) for row in result] if result.returns_rows else []

    def change(self, statement: str, **values: object) -> int:
        return self._connection.exec_driver_sql(_written(statement), values).rowcount

    def lock(self, kind: int, *names: str | bytes) -> None:
        """In the order of their keys; two scopes of one key wait for each other without need, and do no harm."""
        for key in sorted({_key(kind, name) for name in names}):
            self.run("SELECT pg_advisory_xact_lock(:key)", key=key)

    def now(self) -> int:
        return self._clock() if self._clock else int(self.run(_CLOCK)[0][0])


@functools.cache
def _written(statement: str) -> str:
    """``:name`` as psycopg writes it; the steps' statements need no other translation, and theirs costs time."""
    return re.sub(r"(?<!:):(\w+)", r"%(\1)s", statement)


def _key(kind: int, name: str | bytes) -> int:
    data = name.encode() if isinstance(name, str) else name
    return int.from_bytes(hashlib.sha256(b"walletcore/%d/" % kind + data).digest()[:8], "big", signed=True)


def _checked(url: str) -> URL:
    """The URL without a password. Raises `SignerError`, which does not repeat it."""
    with needs("postgres"):
        import psycopg  # noqa: F401
        from sqlalchemy.engine import make_url
        from sqlalchemy.exc import ArgumentError
    try:
        parsed = make_url(url) if type(url) is str else None
    except (ArgumentError, ValueError):
        parsed = None
    if parsed is None or parsed.drivername != "postgresql":
        raise SignerError("expected postgresql://user@host/database", reason="prefix")
    if parsed.password is not None or "password" in parsed.query:
        hint = "give password=, or keep it where libpq looks for it; treat the one in the URL as seen by others"
        raise SignerError("expected a URL without a password", reason="policy", hint=hint)
    if "options" in parsed.query:
        raise SignerError("expected a URL without options, which are the store's own", reason="policy")
    return parsed.set(drivername="postgresql+psycopg")


@contextmanager
def _told() -> Iterator[None]:
    """The errors of the database as ours, without their statements and values."""
    from sqlalchemy import exc

    try:
        yield
    except exc.TimeoutError:
        raise SignerUnavailable("other threads keep the store's connections busy") from None
    except exc.DBAPIError as error:
        raise _ours(error) from None
    except exc.SQLAlchemyError as error:
        raise SignerError(f"the store cannot be used: {type(error).__name__}", reason="mismatch") from None


def _ours(error: Any) -> SignerError:
    state = getattr(error.orig, "sqlstate", None) or ""
    name = f"{type(error.orig).__name__} {state}".strip()
    if error.connection_invalidated or state[:2] in _LATER or state in _AGAIN or (not state and _is_operational(error)):
        return SignerUnavailable(f"the store cannot be used now: {name}")
    return SignerError(f"the store cannot be used: {name}", reason=_REASONS.get(state[:2], "mismatch"))


def _is_operational(error: Any) -> bool:
    from sqlalchemy.exc import OperationalError

    return isinstance(error, OperationalError)
