"""What guards must remember across processes: what was spent, signed, reserved, and a log that shows its gaps.

A `Store` survives a crash at any moment. Every method is one transaction: when it returns, what it says is on disk;
when it raises, nothing has changed, but where the answer to a commit itself was lost, which may stand: every method but
`append` may be called again with the same arguments and then finds what stands. Time is the store's: whole seconds
since 1970, the larger of the clock and the last time at which anything was charged or logged, in whatever window.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from walletcore.errors import AuditError, SignerError, Unsupported
from walletcore.hashes import tagged

__all__ = [
    "LARGEST",
    "ORIGIN",
    "STORES",
    "Charge",
    "Entry",
    "Store",
    "chained",
    "check_charges",
    "check_id",
    "check_installed",
    "check_name",
    "check_number",
    "check_signature",
    "check_texts",
    "open_store",
    "scheme_of",
    "verify_log",
]

STORES = {"postgresql": "walletcore.signers.postgres", "sqlite": "walletcore.signers.sqlite"}
"""URI scheme -> module, which has ``open_uri(uri, create=...)`` and ``check_installed(uri)``."""

LARGEST = 2**63 - 2
"""The largest number that is reserved, and the longest window in seconds: databases count in 64 bits with a sign."""
ORIGIN = bytes(32)
"""What stands before the first entry of a log."""

_MAX_AMOUNT = 1 << 256  # every chain's amounts are below it
_MAX_NAME, _MAX_TEXT, _MAX_SIGNATURE = 500, 1 << 16, 1 << 16
_MAX_TEXTS = 1000  # and charges, of one call
_LINE = tagged("walletcore/audit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """An amount that counts against a window: at most so much within so many seconds, under the window's name.

    Raises `SignerError` for a name or a number that no store keeps.
    """

    window: str
    amount: int
    at_most: int
    seconds: int

    def __post_init__(self) -> None:
        check_name("window", self.window)
        check_number("amount", self.amount, least=0, most=_MAX_AMOUNT)
        check_number("at_most", self.at_most, least=0, most=_MAX_AMOUNT)
        check_number("seconds", self.seconds, least=1, most=LARGEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the audit log: its place from 1 on, its time, its text, and SHA-256 over it and the one before."""

    number: int
    time: int
    text: str
    head: bytes


class Store(Protocol):
    """The memory of guards. Threads and processes may share one; a process that was forked may go on with it.

    Raises `SignerUnavailable` in bounded time where it cannot be reached, is locked or full, and `SignerError` where it
    is damaged, closed, or asked for what cannot be.
    """

    def admit(self, subject: bytes, charges: Sequence[Charge] = (), log: Sequence[str] = ()) -> bytes:
        """Charge all of it to its windows and log it, or change nothing and raise `LimitExceeded` for a window.

        A window holds what was charged to its name within the last ``seconds``, whatever ``at_most`` was then. A
        subject (32 bytes) is not charged again to a window in which it still counts; what one call charges to one
        window adds up. Returned is a receipt, another one for each call, for `refund` in the same process.
        """

    def refund(self, receipt: bytes, log: Sequence[str] = ()) -> None:
        """Take back what an admission has charged, of which nothing was signed; log it in any case.

        In doubt the charge stays: where the store knew the subject before that `admit`, or has met it since, another
        admission of it may have led to a signature.
        """

    def keep(self, request: bytes, signature: bytes, log: Sequence[str] = ()) -> bytes:
        """The signature for a request's id that is kept from now on: the first one wins, others are dropped."""

    def kept(self, request: bytes) -> bytes | None:
        """The signature that is kept for a request's id."""

    def reserve(self, account: str, purpose: bytes, *, first: int = 0) -> int:
        """The number (nonce, sequence) of an account for this purpose, the lowest free one from ``first`` on.

        The same purpose (32 bytes) always gets the same number: who crashed after it was reserved asks again.
        """

    def release(self, account: str, purpose: bytes) -> None:
        """Give a number back that was certainly not used, so that the next purpose gets it."""

    def append(self, *texts: str) -> bytes:
        """Log these texts; the head after the last of them. Without texts, the head as it is."""

    def log(self, after: int = 0) -> Iterator[Entry]:
        """The entries after this number, in order."""

    def close(self) -> None:
        """Give up the connections."""


def open_store(uri: str, *, create: bool = True) -> Store:
    """The store behind ``sqlite:/absolute/path`` or ``postgresql://user@host/database``.

    With ``create=False`` it must exist. Raises `Unsupported` for another scheme, `SignerError` for a URI or a store
    that cannot be used, `SignerUnavailable` where it cannot be reached.
    """
    return cast(Store, importlib.import_module(STORES[scheme_of(uri)]).open_uri(uri, create=create))


def check_installed(uri: str) -> None:
    """Raise what `open_store` does of a malformed URI, an unknown scheme or a missing extra; nothing is opened."""
    importlib.import_module(STORES[scheme_of(uri)]).check_installed(uri)


def scheme_of(uri: str) -> str:
    """The scheme of a store's URI; nothing is opened. Raises `Unsupported` where no store has it."""
    scheme, colon, _ = uri.partition(":") if type(uri) is str else ("", "", "")
    if not colon or scheme not in STORES:
        raise Unsupported("no store has this scheme", reason="unknown", hint=f"known: {', '.join(STORES)}")
    return scheme


# -- the log: a chain of hashes


def chained(before: bytes, number: int, time: int, text: str) -> bytes:
    """The head after a line, from the head before it (`ORIGIN` for the first).

    BIP-340's tagged hash with the tag ``walletcore/audit``, over the number and the time (8 bytes each, the highest
    first), the 32 bytes of the head before, and the text in UTF-8.
    """
    return _LINE(number.to_bytes(8, "big") + time.to_bytes(8, "big") + before + text.encode())


def verify_log(entries: Iterable[Entry], *heads: bytes | tuple[int, bytes]) -> Entry | None:
    """Check a whole log, from its first entry on, against heads that were kept elsewhere; its last entry is returned.

    Raises `AuditError` with the number of the first line that is changed, missing, inserted or in another place. Who
    can write to the store can make all hashes anew, or take the last lines away: only heads show that. A head with its
    number (42, b"...") shows from which line on it is; without a number it must be that of some line.
    """
    wanted = {head if type(head) is tuple else (0, cast(bytes, head)) for head in heads}
    last, before = None, ORIGIN
    for entry in entries:
        expected = 1 if last is None else last.number + 1
        if entry.number != expected:
            raise _broken(expected, f"line {expected} is missing, or line {entry.number} is in its place")
        if entry.head != _head_of(before, entry):
            raise _broken(expected, f"line {expected} was changed, or stands in another's place")
        if any(number == entry.number and head != entry.head for number, head in wanted):
            raise _broken(expected, f"line {expected} or one before it was changed, and all hashes made anew")
        wanted -= {(entry.number, entry.head), (0, entry.head)}
        last, before = entry, entry.head
    if wanted:
        raise _shorter(0 if last is None else last.number, [number for number, _ in wanted])
    return last


def _head_of(before: bytes, entry: Entry) -> bytes | None:
    """The head that an entry must have; None where a database holds what no store writes."""
    try:
        return chained(before, entry.number, entry.time, entry.text)
    except (AttributeError, OverflowError, TypeError, UnicodeError):
        return None


def _shorter(length: int, numbers: Sequence[int]) -> AuditError:
    missing = length + 1
    if any(numbers):
        return _broken(missing, f"line {missing} is missing: the log was cut after line {length}")
    text = f"no line has this head: line {missing} is missing, or a line before it was changed and all hashes made anew"
    return _broken(missing, text)


def _broken(number: int, text: str) -> AuditError:
    return AuditError(text, number=number, reason="mismatch")


# -- what every store refuses at its door


def check_id(name: str, value: object, *, length: int = 32) -> None:
    """Raise `SignerError` unless it is bytes, as many as these."""
    if type(value) is not bytes:
        raise SignerError(f"expected the {name} as bytes", reason="type")
    if len(value) != length:
        raise SignerError(f"expected a {name} of {length} bytes, got {len(value)}", reason="length")


def check_signature(value: object) -> None:
    """Raise `SignerError` unless it is some bytes, as many as a signature may have."""
    if type(value) is not bytes:
        raise SignerError("expected the signature as bytes", reason="type")
    if not 0 < len(value) <= _MAX_SIGNATURE:
        raise SignerError(f"expected a signature of 1 to {_MAX_SIGNATURE} bytes, got {len(value)}", reason="length")


def check_number(name: str, value: object, *, least: int = 0, most: int = LARGEST) -> None:
    """Raise `SignerError` unless it is a whole number within the bounds."""
    if type(value) is not int:
        raise SignerError(f"expected {name} as an int", reason="type")
    if not least <= value <= most:
        raise SignerError(f"expected {name} from {least} to {most}", reason="range")


def check_name(name: str, value: object) -> None:
    """Raise `SignerError` unless it is a text of 1 to 500 characters that can be printed."""
    if type(value) is not str:
        raise SignerError(f"expected the {name} as a str", reason="type")
    if not 0 < len(value) <= _MAX_NAME:
        raise SignerError(f"expected a {name} of 1 to {_MAX_NAME} characters, got {len(value)}", reason="length")
    if not value.isprintable():
        raise SignerError(f"expected a {name} of printable characters", reason="character")


def check_charges(charges: object) -> tuple[Charge, ...]:
    """The charges as a tuple. Raises `SignerError` for what is no sequence of them."""
    if type(charges) not in (tuple, list):
        raise SignerError("expected the charges as a tuple or a list", reason="type")
    checked = tuple(cast("Sequence[Charge]", charges))
    if any(type(charge) is not Charge for charge in checked):
        raise SignerError("expected a Charge", reason="type")
    if len(checked) > _MAX_TEXTS:
        raise SignerError(f"expected at most {_MAX_TEXTS} charges, got {len(checked)}", reason="too-large")
    return checked


def check_texts(texts: object) -> tuple[str, ...]:
    """The lines of a log, as a tuple. Raises `SignerError` for what is no sequence of texts in UTF-8 without NUL."""
    if type(texts) not in (tuple, list):
        raise SignerError("expected the log as a tuple or a list", reason="type")
    lines = tuple(cast("Sequence[object]", texts))
    if len(lines) > _MAX_TEXTS:
        raise SignerError(f"expected at most {_MAX_TEXTS} lines, got {len(lines)}", reason="too-large")
    for line in lines:
        _check_line(line)
    return cast("tuple[str, ...]", lines)


def _check_line(line: object) -> None:
    if type(line) is not str:
        raise SignerError("expected a line of the log as a str", reason="type")
    if len(line) > _MAX_TEXT:
        raise SignerError(f"expected a line of at most {_MAX_TEXT} characters, got {len(line)}", reason="too-large")
    if "\0" in line or not _is_encodable(line):
        raise SignerError("expected a line in UTF-8 without NUL", reason="character")


def _is_encodable(text: str) -> bool:
    """Whether it has no half of a surrogate pair; the codec tells it much sooner than a look at each character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
