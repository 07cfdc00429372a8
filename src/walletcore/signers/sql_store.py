"""What every store over SQL does inside of its transactions: one algorithm, whichever database keeps the rows.

A transaction holds locks by scope: a subject, then windows in one order, or an account; the log comes last. Rows of one
scope are changed by nobody else meanwhile. Amounts are decimal texts: a database's numbers end before wei do.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
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

__all__ = ["SCHEMA", "VERSION", "SqlStore", "Transaction", "check_version"]

VERSION = 2  # of the tables below: whoever changes them counts on, as no store is converted
SCHEMA = (
    # Each charge with the sum of all of its window before it and up to it: two of these sums tell what a span holds.
    # The last one of a window is never taken away, and also tells the longest span that was asked for. A charge that
    # was given back stays, without a subject.
    """CREATE TABLE walletcore_charges (
        name TEXT NOT NULL, time BIGINT NOT NULL, place BIGINT NOT NULL, subject {bytes}, before TEXT NOT NULL,
        upto TEXT NOT NULL, seconds BIGINT NOT NULL, owner {bytes} NOT NULL,
        PRIMARY KEY (name, time, place), UNIQUE (subject, name)) {clustered}""",
    "CREATE INDEX walletcore_times ON walletcore_charges (time)",  # tells the last time that was charged at
    # What was given back of the charges from a place on, of as many as the place's lowest bit says: a Fenwick tree. A
    # charge is in few of these rows, and the charges from any place on are the sum of few.
    """CREATE TABLE walletcore_refunds (
        name TEXT NOT NULL, place BIGINT NOT NULL, amount TEXT NOT NULL, PRIMARY KEY (name, place)) {clustered}""",
    "CREATE TABLE walletcore_signatures (request {bytes} PRIMARY KEY, signature {bytes} NOT NULL) {clustered}",
    """CREATE TABLE walletcore_numbers (
        account TEXT NOT NULL, number BIGINT NOT NULL, purpose {bytes} NOT NULL,
        PRIMARY KEY (account, number), UNIQUE (account, purpose)) {clustered}""",
    # What of an account is free, from low to high: at first all, in the end many small gaps and the rest.
    """CREATE TABLE walletcore_gaps (
        account TEXT NOT NULL, low BIGINT NOT NULL, high BIGINT NOT NULL, PRIMARY KEY (account, high)) {clustered}""",
    """CREATE TABLE walletcore_log (
        number {number} PRIMARY KEY, time BIGINT NOT NULL, text TEXT NOT NULL, head {bytes} NOT NULL)""",
    "CREATE TABLE walletcore_schema (version INTEGER NOT NULL)",
    "INSERT INTO walletcore_schema (version) VALUES (2)",
)
"""What makes an empty database a store, with the database's words for bytes, for a number that is a key by itself, and
for a table that is kept in the order of its key."""

_BEFORE_ALL = -(2**63)  # who tampers with a log may give a line any number
_BATCH = 256  # entries of the log that are read at once
_EVERY, _PRUNED = 16, 64  # each 16th charge of a window takes away at most 64 that it does not count any more
_NOBODY = b""
_SUBJECT, _WINDOW, _ACCOUNT, _LOG = range(4)


class Transaction(Protocol):
    """What the steps below need of a database."""

    def run(self, statement: str, **values: object) -> list[Any]:
        """The rows of a statement with values in the place of ``:name``."""

    def change(self, statement: str, **values: object) -> int:
        """How many rows a statement has changed."""

    def lock(self, kind: int, *names: str | bytes) -> None:
        """Nobody else holds these scopes until the transaction ends; several at once are taken in one order."""

    def now(self) -> int:
        """The clock, in whole seconds since 1970."""

    last: tuple[int, int, bytes] | None
    """Once it has written to the log: the time, and the number and the head of the last line."""


def check_version(open_: Transaction) -> None:
    """Raise `SignerError` unless the tables are those that the steps below know."""
    found = [version for (version,) in open_.run("SELECT version FROM walletcore_schema")]
    if found != [VERSION]:
        got = found[0] if len(found) == 1 and type(found[0]) is int else "none"
        raise SignerError(f"expected a store of version {VERSION}, got {got}", reason="version")


class SqlStore(ABC):
    """The methods of a store; a database adds `transaction`, which commits where nothing is raised, and `reading`."""

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

    def admit(self, subject: bytes, charges: Sequence[Charge] = (), log: Sequence[str] = ()) -> bytes:
        """See `walletcore.signers.store.Store`."""
        check_id("subject", subject)
        windows, lines = _by_window(check_charges(charges)), check_texts(log)
        receipt = _receipt(subject)
        with self.transaction() as open_:
            now = _admit(open_, subject, receipt[32:], windows) if windows else None
            _write(open_, lines, now)
        return receipt

    def refund(self, receipt: bytes, log: Sequence[str] = ()) -> None:
        """See `walletcore.signers.store.Store`."""
        check_id("receipt", receipt, length=_LENGTH)
        lines = check_texts(log)
        with self.transaction() as open_:
            if receipt[32:40] == _process():
                _refund(open_, receipt[:32], receipt[32:])
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
        return self._entries(after or _BEFORE_ALL)

    def _entries(self, after: int) -> Iterator[Entry]:
        while True:
            with self.reading() as open_:
                found = _lines_after(open_, after)
            yield from found
            if len(found) < _BATCH:
                return
            after = found[-1].number


# -- time


def _time(open_: Transaction) -> int:
    """The larger of the clock and the last time of any charge and any line, of which the latest are never taken away.

    No lock is needed for it: who has charged or logged in the same window or log is committed, as its scope is held.
    What others are about to commit elsewhere stands beside this transaction, which is as good as before them.
    """
    return max(open_.now(), _last(open_)[0])


def _last(open_: Transaction) -> tuple[int, int, bytes]:
    """The last time, and the number and the head of the last line."""
    if open_.last is not None:  # nobody else can have written since
        return open_.last
    ((charged, number, logged, head),) = open_.run(_LAST)
    time = max(charged or 0, logged or 0)
    return (time, 0, ORIGIN) if number is None else (time, number, bytes(head))


_LAST = """SELECT charge.time, line.number, line.time, line.head
    FROM (SELECT max(time) AS time FROM walletcore_charges) AS charge
    LEFT JOIN (SELECT number, time, head FROM walletcore_log ORDER BY number DESC LIMIT 1) AS line ON TRUE"""


# -- windows

_LENGTH = 32 + 8 + 16  # of a receipt


def _receipt(subject: bytes) -> bytes:
    """The subject and a name of this admission; the process is part of it, as a fork copies what is in memory."""
    return subject + _process() + os.urandom(16)


def _process() -> bytes:
    return os.getpid().to_bytes(8, "big")


def _by_window(charges: Sequence[Charge]) -> dict[str, list[Charge]]:
    windows: dict[str, list[Charge]] = {}
    for charge in charges:
        windows.setdefault(charge.window, []).append(charge)
    return windows


def _admit(open_: Transaction, subject: bytes, owner: bytes, windows: dict[str, list[Charge]]) -> int:
    """Charge all of it; the time at which it is done. Nothing is written before all windows have room."""
    open_.lock(_SUBJECT, subject)
    met = dict(open_.run("SELECT name, time FROM walletcore_charges WHERE subject = :subject", subject=subject))
    open_.lock(_WINDOW, *windows, *met)
    now = _time(open_)
    rows = [_charge(open_, now, name, charges, met.get(name)) for name, charges in windows.items()]
    if met:  # one of those who were admitted may have signed, and nobody knows which
        owner = _NOBODY
        open_.run("UPDATE walletcore_charges SET owner = :owner WHERE subject = :subject", subject=subject, owner=owner)
    for row in filter(None, rows):
        if row["name"] in met:  # it does not count any more, and a subject is charged once
            open_.run(_LET_GO, name=row["name"], subject=subject)
        _put(open_, {**row, "subject": subject, "owner": owner})
    if open_.last is not None:
        open_.last = now, *open_.last[1:]
    return now


def _charge(open_: Transaction, now: int, name: str, charges: list[Charge], met: int | None) -> dict[str, Any] | None:
    """The row of what a window is charged, which has room for it; None where the subject counts in it already."""
    span = charges[0].seconds
    found = open_.run(_WINDOW_NOW, name=name, since=now - span)
    place, upto, longest, before = found[0] if found else (0, "0", 0, None)
    place, longest = place + 1, max(longest, *(charge.seconds for charge in charges))
    if met is not None and met >= now - longest:
        return None
    amount = sum(charge.amount for charge in charges)
    for charge in charges:
        first = before if charge.seconds == span else _before(open_, name, now - charge.seconds)
        _check(open_, charge, amount, int(upto) - int(first or upto), (now - charge.seconds, place))
    sums = {"before": upto, "upto": str(int(upto) + amount)}
    return {"name": name, "time": now, "place": place, "seconds": longest, **sums}


def _put(open_: Transaction, row: dict[str, Any]) -> None:
    """Write a charge, and take away a few that its window does not count any more."""
    open_.run(_NEW_CHARGE, **row)
    if row["place"] % _EVERY == 0:
        name = row["name"]
        open_.run(_PRUNE, name=name, since=row["time"] - row["seconds"], most=_PRUNED)
        open_.run(_PRUNE_REFUNDS, name=name)


# A charge counts for one second longer than asked: its time and the clock's are rounded down.
_WINDOW_NOW = """SELECT place, upto, seconds, (
        SELECT before FROM walletcore_charges WHERE name = :name AND time >= :since ORDER BY time, place LIMIT 1)
    FROM walletcore_charges WHERE name = :name ORDER BY time DESC, place DESC LIMIT 1"""
_FIRST_COUNTED = """SELECT before FROM walletcore_charges WHERE name = :name AND time >= :since
    ORDER BY time, place LIMIT 1"""
_NEW_CHARGE = """INSERT INTO walletcore_charges (name, time, place, subject, before, upto, seconds, owner)
    VALUES (:name, :time, :place, :subject, :before, :upto, :seconds, :owner)"""
_LET_GO = "UPDATE walletcore_charges SET subject = NULL WHERE subject = :subject AND name = :name"
_PRUNE = """DELETE FROM walletcore_charges WHERE name = :name AND time < :since AND place IN (
    SELECT place FROM walletcore_charges WHERE name = :name AND time < :since ORDER BY time, place LIMIT :most)"""
_PRUNE_REFUNDS = """DELETE FROM walletcore_refunds WHERE name = :name AND place < (
    SELECT place FROM walletcore_charges WHERE name = :name ORDER BY time, place LIMIT 1)"""


def _before(open_: Transaction, name: str, since: int) -> str | None:
    """The sum of what a window was charged before the first charge from this time on."""
    found = open_.run(_FIRST_COUNTED, name=name, since=since)
    return found[0][0] if found else None


def _check(open_: Transaction, charge: Charge, amount: int, used: int, span: tuple[int, int]) -> None:
    """What was given back is looked up where there is no room without it."""
    if used + amount > charge.at_most:
        used -= _refunded(open_, charge.window, *span)
    if used + amount > charge.at_most:
        left = max(charge.at_most - used, 0)
        text = f"the window {charge.window} has {left} left of {charge.at_most}, which {amount} exceeds"
        raise LimitExceeded(text, window=charge.window, reason="policy")


def _refund(open_: Transaction, subject: bytes, owner: bytes) -> None:
    open_.lock(_SUBJECT, subject)
    open_.lock(_WINDOW, *[row[0] for row in open_.run(_OWNED, subject=subject, owner=owner)])
    for name, place, before, upto in open_.run(_OWNED, subject=subject, owner=owner):  # as they are now
        _give_back(open_, name, place, int(upto) - int(before))
        open_.run(_LET_GO, name=name, subject=subject)


def _give_back(open_: Transaction, name: str, place: int, amount: int) -> None:
    """Add it to each row that covers the place: those of the place without some of its lowest bits."""
    while place and amount:
        found = open_.run(_REFUND, name=name, place=place)
        total = int(found[0][0]) + amount if found else amount
        open_.run(_SET_REFUND, name=name, place=place, amount=str(total))
        place &= place - 1


def _refunded(open_: Transaction, name: str, since: int, end: int) -> int:
    """What was given back of the charges from a time on, before a place: each row goes on where the last one ends."""
    return sum(int(amount or 0) for (amount,) in open_.run(_REFUNDED, name=name, since=since, end=end))


_OWNED = """SELECT name, place, before, upto FROM walletcore_charges
    WHERE subject = :subject AND owner = :owner"""
_REFUND = "SELECT amount FROM walletcore_refunds WHERE name = :name AND place = :place"
_SET_REFUND = """INSERT INTO walletcore_refunds (name, place, amount) VALUES (:name, :place, :amount)
    ON CONFLICT (name, place) DO UPDATE SET amount = :amount"""
_REFUNDED = """WITH RECURSIVE part (place) AS (
        SELECT first.place FROM (
            SELECT place FROM walletcore_charges WHERE name = :name AND time >= :since ORDER BY time, place LIMIT 1
        ) AS first
        UNION ALL SELECT place + (place & -place) FROM part WHERE place + (place & -place) < :end)
    SELECT (SELECT amount FROM walletcore_refunds WHERE name = :name AND walletcore_refunds.place = part.place)
    FROM part"""


# -- signatures


def _keep(open_: Transaction, request: bytes, signature: bytes) -> bytes:
    statement = """INSERT INTO walletcore_signatures (request, signature) VALUES (:request, :signature)
        ON CONFLICT (request) DO NOTHING"""
    if open_.change(statement, request=request, signature=signature):
        return signature
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


def _write(open_: Transaction, texts: Sequence[str], now: int | None = None) -> bytes:
    """The head after these texts; each transaction writes last what it logs, as the log is one for all."""
    if not texts:
        return _last(open_)[2]
    open_.lock(_LOG, "")
    time, number, head = _last(open_)  # the log may have gone on while it was waited for
    time = max(open_.now() if now is None else now, time)
    for text in texts:
        number, head = number + 1, chained(head, number + 1, time, text)
        statement = "INSERT INTO walletcore_log (number, time, text, head) VALUES (:number, :time, :text, :head)"
        open_.run(statement, number=number, time=time, text=text, head=head)
    open_.last = time, number, head
    return head


def _lines_after(open_: Transaction, after: int) -> list[Entry]:
    statement = """SELECT number, time, text, head FROM walletcore_log WHERE number > :after
        ORDER BY number LIMIT :most"""
    found = open_.run(statement, after=after, most=_BATCH)
    return [Entry(number=number, time=time, text=text, head=head) for number, time, text, head in found]
