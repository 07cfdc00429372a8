"""What every store over SQL does inside of its transactions: one algorithm, whichever database keeps the rows.

A transaction holds locks by scope: a subject, then windows in one order, or an account; the log comes last. Rows of one
scope are changed by nobody else meanwhile. Amounts are decimal texts: a database's numbers end before wei do.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, Self

from walletcore.errors import LimitExceeded, SignerError
from walletcore.signers.store import (
    LARGEST,
    ORIGIN,
    Charge,
    Entry,
    chained,
    check_charges,
    check_id,
    check_name,
    check_number,
    check_signature,
    check_texts,
)

__all__ = ["SCHEMA", "VERSION", "SqlStore", "Transaction"]

VERSION = 1
SCHEMA = (
    # Each window: how often it was charged, the sum of it all, the last time it has seen, the longest span asked for.
    """CREATE TABLE walletcore_windows (
        name TEXT PRIMARY KEY, place BIGINT NOT NULL, upto TEXT NOT NULL, time BIGINT NOT NULL,
        seconds BIGINT NOT NULL)""",
    # Each charge, with the sum of all charges of its window up to this one: two of these sums tell what a span holds.
    """CREATE TABLE walletcore_charges (
        name TEXT NOT NULL, place BIGINT NOT NULL, time BIGINT NOT NULL, subject {bytes} NOT NULL, amount TEXT NOT NULL,
        upto TEXT NOT NULL, owner {bytes} NOT NULL, shared INTEGER NOT NULL,
        PRIMARY KEY (name, place), UNIQUE (subject, name))""",
    "CREATE INDEX walletcore_charges_by_time ON walletcore_charges (name, time, place)",
    "CREATE TABLE walletcore_signatures (request {bytes} PRIMARY KEY, signature {bytes} NOT NULL)",
    """CREATE TABLE walletcore_numbers (
        account TEXT NOT NULL, number BIGINT NOT NULL, purpose {bytes} NOT NULL,
        PRIMARY KEY (account, number), UNIQUE (account, purpose))""",
    # What of an account is free, from low to high: at first all, in the end many small gaps and the rest.
    """CREATE TABLE walletcore_gaps (
        account TEXT NOT NULL, low BIGINT NOT NULL, high BIGINT NOT NULL, PRIMARY KEY (account, high))""",
    """CREATE TABLE walletcore_log (
        number BIGINT PRIMARY KEY, time BIGINT NOT NULL, text TEXT NOT NULL, head {bytes} NOT NULL)""",
    "CREATE TABLE walletcore_schema (version INTEGER NOT NULL)",
    "INSERT INTO walletcore_schema (version) VALUES (1)",
)
"""What makes an empty database a store; ``{bytes}`` is the database's word for them."""

_BATCH = 256  # entries of the log that are read at once
_PRUNED = 64  # charges at most that a charge takes away, which no window counts any more
_SUBJECT, _WINDOW, _ACCOUNT, _LOG = range(4)


class Transaction(Protocol):
    """What the steps below need of a database."""

    def run(self, statement: str, **values: object) -> list[Any]:
        """The rows of a statement with values in the place of ``:name``."""

    def lock(self, kind: int, *names: str | bytes) -> None:
        """Nobody else holds these scopes until the transaction ends; several at once are taken in one order."""

    def now(self) -> int:
        """The clock, in whole seconds since 1970."""


class SqlStore(ABC):
    """The methods of a store; a database adds `transaction`, which commits where nothing is raised, and `reading`."""

    _names: dict[int, bytes]  # process -> what this store is called in it

    def __init__(self) -> None:
        self._names = {}

    @abstractmethod
    def transaction(self) -> AbstractContextManager[Transaction]:
        """All or nothing, on disk at the end, or one of walletcore's errors."""

    @abstractmethod
    def reading(self) -> AbstractContextManager[Transaction]:
        """One statement that changes nothing."""

    @abstractmethod
    def close(self) -> None:
        """Give up the connections."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def admit(self, subject: bytes, charges: Sequence[Charge] = (), log: Sequence[str] = ()) -> None:
        """See `walletcore.signers.store.Store`."""
        check_id("subject", subject)
        windows, lines = _by_window(check_charges(charges)), check_texts(log)
        with self.transaction() as open_:
            if windows:
                _admit(open_, self._name(), subject, windows)
            _write(open_, lines)

    def refund(self, subject: bytes, log: Sequence[str] = ()) -> None:
        """See `walletcore.signers.store.Store`."""
        check_id("subject", subject)
        lines = check_texts(log)
        with self.transaction() as open_:
            _refund(open_, self._name(), subject)
            _write(open_, lines)

    def keep(self, request: bytes, signature: bytes, log: Sequence[str] = ()) -> bytes:
        """See `walletcore.signers.store.Store`."""
        check_id("request", request)
        check_signature(signature)
        lines = check_texts(log)
        with self.transaction() as open_:
            kept = _keep(open_, request, signature)
            _write(open_, lines)
        return kept

    def kept(self, request: bytes) -> bytes | None:
        """See `walletcore.signers.store.Store`."""
        check_id("request", request)
        with self.reading() as open_:
            return _kept(open_, request)

    def reserve(self, account: str, purpose: bytes, *, first: int = 0) -> int:
        """See `walletcore.signers.store.Store`."""
        check_name("account", account)
        check_id("purpose", purpose)
        check_number("first", first)
        with self.transaction() as open_:
            return _reserve(open_, account, purpose, first)

    def release(self, account: str, purpose: bytes) -> None:
        """See `walletcore.signers.store.Store`."""
        check_name("account", account)
        check_id("purpose", purpose)
        with self.transaction() as open_:
            _release(open_, account, purpose)

    def append(self, *texts: str) -> bytes:
        """See `walletcore.signers.store.Store`."""
        lines = check_texts(texts)
        with self.transaction() as open_:
            return _write(open_, lines)

    def log(self, after: int = 0) -> Iterator[Entry]:
        """See `walletcore.signers.store.Store`."""
        check_number("after", after)
        return self._entries(after)

    def _entries(self, after: int) -> Iterator[Entry]:
        while True:
            with self.reading() as open_:
                found = _lines_after(open_, after)
            yield from found
            if len(found) < _BATCH:
                return
            after = found[-1].number

    def _name(self) -> bytes:
        """Another one in every process, also in one that was forked."""
        return self._names.setdefault(os.getpid(), os.urandom(16))


# -- windows


def _by_window(charges: Sequence[Charge]) -> dict[str, list[Charge]]:
    windows: dict[str, list[Charge]] = {}
    for charge in charges:
        windows.setdefault(charge.window, []).append(charge)
    return windows


def _admit(open_: Transaction, owner: bytes, subject: bytes, windows: dict[str, list[Charge]]) -> None:
    open_.lock(_SUBJECT, subject)
    open_.lock(_WINDOW, *windows)
    rows = open_.run(_CHARGED, subject=subject)
    if rows:  # whoever admitted it first may have signed
        open_.run("UPDATE walletcore_charges SET shared = 1 WHERE subject = :subject", subject=subject)
    times = {name: time for name, time, *_ in rows}
    for name, charges in windows.items():
        _charge(open_, owner, subject, name, charges, times.get(name))


def _charge(
    open_: Transaction, owner: bytes, subject: bytes, name: str, charges: list[Charge], before: int | None
) -> None:
    found = open_.run("SELECT place, upto, time, seconds FROM walletcore_windows WHERE name = :name", name=name)
    place, upto, time, longest = found[0] if found else (0, "0", 0, 0)
    total, now = int(upto), max(open_.now(), time)
    longest = max(longest, *(charge.seconds for charge in charges))
    if before is not None and before >= now - longest:
        return
    amount = sum(charge.amount for charge in charges)
    for charge in charges:
        _check(charge, amount, total - _upto(open_, name, now - charge.seconds, total))
    if before is not None:  # no window counts it any more, and a subject is charged once
        where = {"subject": subject, "name": name}
        open_.run("DELETE FROM walletcore_charges WHERE subject = :subject AND name = :name", **where)
    head = {"name": name, "place": place + 1, "upto": str(total + amount), "time": now}
    open_.run(_SET_WINDOW if found else _NEW_WINDOW, **head, seconds=longest)
    open_.run(_NEW_CHARGE, **head, subject=subject, amount=str(amount), owner=owner)
    open_.run(_PRUNE, name=name, since=now - longest, most=_PRUNED)


_CHARGED = "SELECT name, time, place, amount, owner, shared FROM walletcore_charges WHERE subject = :subject"
_NEW_WINDOW = """INSERT INTO walletcore_windows (name, place, upto, time, seconds)
    VALUES (:name, :place, :upto, :time, :seconds)"""
_SET_WINDOW = """UPDATE walletcore_windows SET place = :place, upto = :upto, time = :time, seconds = :seconds
    WHERE name = :name"""
_NEW_CHARGE = """INSERT INTO walletcore_charges (name, place, time, subject, amount, upto, owner, shared)
    VALUES (:name, :place, :time, :subject, :amount, :upto, :owner, 0)"""
_PRUNE = """DELETE FROM walletcore_charges WHERE name = :name AND place IN (
    SELECT place FROM walletcore_charges WHERE name = :name AND time < :since ORDER BY time, place LIMIT :most)"""
_FIRST_COUNTED = """SELECT upto, amount FROM walletcore_charges WHERE name = :name AND time >= :since
    ORDER BY time, place LIMIT 1"""


def _upto(open_: Transaction, name: str, since: int, total: int) -> int:
    """The sum of what a window was charged before this time.

    A charge counts for one second longer than asked: its time and the clock's are rounded down.
    """
    first = open_.run(_FIRST_COUNTED, name=name, since=since)
    return int(first[0][0]) - int(first[0][1]) if first else total


def _check(charge: Charge, amount: int, used: int) -> None:
    if used + amount > charge.at_most:
        left = max(charge.at_most - used, 0)
        text = f"the window {charge.window} has {left} left of {charge.at_most}, which {amount} exceeds"
        raise LimitExceeded(text, window=charge.window, reason="policy")


def _refund(open_: Transaction, owner: bytes, subject: bytes) -> None:
    open_.lock(_SUBJECT, subject)
    open_.lock(_WINDOW, *[row[0] for row in open_.run(_CHARGED, subject=subject)])
    rows = open_.run(_CHARGED, subject=subject)  # as they are behind the locks
    if any(other != owner or shared for _, _, _, _, other, shared in rows):
        return
    open_.run("DELETE FROM walletcore_charges WHERE subject = :subject", subject=subject)
    for name, _, place, amount, _, _ in rows:
        _lower(open_, name, place, int(amount))


def _lower(open_: Transaction, name: str, place: int, amount: int) -> None:
    """Take an amount out of the sums after a place: usually few, as a refund follows its charge closely."""
    later = "SELECT place, upto FROM walletcore_charges WHERE name = :name AND place > :place"
    for each, upto in open_.run(later, name=name, place=place):
        statement = "UPDATE walletcore_charges SET upto = :upto WHERE name = :name AND place = :place"
        open_.run(statement, name=name, place=each, upto=str(int(upto) - amount))
    ((upto,),) = open_.run("SELECT upto FROM walletcore_windows WHERE name = :name", name=name)
    statement = "UPDATE walletcore_windows SET upto = :upto WHERE name = :name"
    open_.run(statement, name=name, upto=str(int(upto) - amount))


# -- signatures


def _keep(open_: Transaction, request: bytes, signature: bytes) -> bytes:
    statement = """INSERT INTO walletcore_signatures (request, signature) VALUES (:request, :signature)
        ON CONFLICT (request) DO NOTHING"""
    open_.run(statement, request=request, signature=signature)
    return _kept(open_, request) or signature


def _kept(open_: Transaction, request: bytes) -> bytes | None:
    statement = "SELECT signature FROM walletcore_signatures WHERE request = :request"
    found = open_.run(statement, request=request)
    return bytes(found[0][0]) if found else None


# -- numbers


def _reserve(open_: Transaction, account: str, purpose: bytes, first: int) -> int:
    open_.lock(_ACCOUNT, account)
    where = {"account": account, "purpose": purpose}
    known = open_.run(_NUMBER, **where)
    if known:
        return int(known[0][0])
    low, high, is_new = _gap(open_, account, first)
    number = max(low, first)
    gaps = [(low, number - 1), (number + 1, high)]
    _divide(open_, account, high, [(a, b) for a, b in gaps if a <= b], is_new)
    statement = "INSERT INTO walletcore_numbers (account, number, purpose) VALUES (:account, :number, :purpose)"
    open_.run(statement, **where, number=number)
    return number


def _gap(open_: Transaction, account: str, first: int) -> tuple[int, int, bool]:
    """The lowest gap that reaches up to this number or beyond, and whether the account is a new one."""
    statement = """SELECT low, high FROM walletcore_gaps WHERE account = :account AND high >= :first
        ORDER BY high LIMIT 1"""
    found = open_.run(statement, account=account, first=first)
    if found:
        return *found[0], False
    if open_.run("SELECT 1 FROM walletcore_gaps WHERE account = :account LIMIT 1", account=account):
        raise SignerError("the account has no number left from this one on", reason="range")
    return 0, LARGEST + 1, True


def _divide(open_: Transaction, account: str, high: int, gaps: list[tuple[int, int]], is_new: bool) -> None:
    """Put what is left of a gap in its place."""
    for low, end in gaps:
        statement = _SET_GAP if end == high and not is_new else _NEW_GAP
        open_.run(statement, account=account, low=low, high=end)
    if not any(end == high for _, end in gaps):
        statement = "DELETE FROM walletcore_gaps WHERE account = :account AND high = :high"
        open_.run(statement, account=account, high=high)


_NUMBER = "SELECT number FROM walletcore_numbers WHERE account = :account AND purpose = :purpose"
_NEW_GAP = "INSERT INTO walletcore_gaps (account, low, high) VALUES (:account, :low, :high)"
_SET_GAP = "UPDATE walletcore_gaps SET low = :low WHERE account = :account AND high = :high"


def _release(open_: Transaction, account: str, purpose: bytes) -> None:
    open_.lock(_ACCOUNT, account)
    where = {"account": account, "purpose": purpose}
    for (number,) in open_.run(_NUMBER, **where):
        statement = "DELETE FROM walletcore_numbers WHERE account = :account AND purpose = :purpose"
        open_.run(statement, **where)
        open_.run(_NEW_GAP, account=account, low=number, high=number)


# -- the log


def _write(open_: Transaction, texts: Iterable[str]) -> bytes:
    """The head after these texts; each transaction writes last what it logs, as the log is one for all."""
    texts = tuple(texts)
    if texts:
        open_.lock(_LOG, "")
    found = open_.run("SELECT number, time, head FROM walletcore_log ORDER BY number DESC LIMIT 1")
    number, time, head = found[0] if found else (0, 0, ORIGIN)
    time = max(open_.now(), time) if texts else time
    for text in texts:
        number, head = number + 1, chained(bytes(head), number + 1, time, text)
        statement = "INSERT INTO walletcore_log (number, time, text, head) VALUES (:number, :time, :text, :head)"
        open_.run(statement, number=number, time=time, text=text, head=head)
    return bytes(head)


def _lines_after(open_: Transaction, after: int) -> list[Entry]:
    statement = """SELECT number, time, text, head FROM walletcore_log WHERE number > :after
        ORDER BY number LIMIT :most"""
    found = open_.run(statement, after=after, most=_BATCH)
    return [Entry(number=number, time=time, text=text, head=head) for number, time, text, head in found]
