"""That nothing tells a secret: no view of a value, no error and no frame around it, no log and no copy."""

from __future__ import annotations

import copy
import pickle
import pprint
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from typing import Any

from walletcore.errors import REASONS, SignerError, WalletcoreError
from walletcore.testing.promises import broken
from walletcore.testing.spellings import spellings

__all__ = ["check_exports", "check_failures", "check_shown", "checked_secrets", "heard"]

_MIN_SECRET = 4
_VIEWS: tuple[Callable[[Any], object], ...] = (
    repr,
    str,
    format,
    pprint.pformat,
    lambda value: vars(value) if hasattr(value, "__dict__") else "",
    lambda value: asdict(value) if is_dataclass(value) and not isinstance(value, type) else "",
)
_EXPORTS: tuple[Callable[[object], object], ...] = (pickle.dumps, copy.copy, copy.deepcopy)


def checked_secrets(secrets: object) -> tuple[bytes, ...]:
    """The secrets to look for. Raises `SignerError` for what is none: nothing would be found."""
    taken = tuple(secrets) if isinstance(secrets, Sequence) and not isinstance(secrets, str | bytes) else (None,)
    if any(type(secret) is not bytes or len(secret) < _MIN_SECRET for secret in taken):
        raise SignerError(f"expected secrets as bytes, at least {_MIN_SECRET} of them each", reason="type")
    return taken


def _tells(text: str, secrets: Sequence[bytes]) -> bool:
    return any(spelling in text for secret in secrets for spelling in spellings(secret))


def check_shown(value: object, secrets: Sequence[bytes]) -> None:
    """No view of a value that a log or a debugger prints shows a secret; refusing to be seen is as good."""
    for view in _VIEWS:
        try:
            shown = str(view(value))
        except (TypeError, ValueError):  # SecretExportError is a TypeError
            continue
        if _tells(shown, secrets):
            broken("it shows no secret")


def check_failures(failures: Sequence[BaseException], secrets: Sequence[bytes]) -> None:
    """Errors have a reason of ours and tell no secret: in no text, cause, context or local variable around them."""
    for failure in failures:
        if isinstance(failure, WalletcoreError) and failure.reason not in ("", *REASONS):
            broken(f"the reason of an error is one of REASONS, not {failure.reason[:40]!r}")
        if _tells("\n".join(map(_told, _chain(failure))), secrets):
            broken(f"its errors tell no secret ({type(failure).__name__})")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error, its causes and contexts; a context that is suppressed is there all the same."""
    seen: list[BaseException] = []
    waiting = [error]
    while waiting:
        found = waiting.pop()
        if found is not None and not any(found is one for one in seen):
            seen.append(found)
            waiting += [found.__cause__, found.__context__]
    yield from seen


def _told(error: BaseException) -> str:
    """An error as a crash reporter prints it, with the local variables of its frames."""
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    own = [str(error), repr(error), repr(error.args), repr(getattr(error, "hint", "")), repr(vars(error))]
    return "\n".join([*report.format(chain=False), *own])


def check_exports(value: object) -> None:
    """It is the only one that may use its key: there is no copy of it, in this process or another."""
    for export in _EXPORTS:
        try:
            export(value)
        except (TypeError, pickle.PicklingError, AttributeError):  # AttributeError: pickle, of a local function
            continue
        except Exception as error:
            broken(f"it refuses {export.__name__} with a TypeError, not {type(error).__name__}")
        broken(f"it refuses to be copied by {export.__module__}.{export.__name__}")


@contextmanager
def heard(secrets: Sequence[bytes]) -> Iterator[None]:
    """Listen to every log record meanwhile, of each logger and level; none may hold a secret.

    Records are heard where they are made, as a logger need not hand them to the root, and what was switched off is
    switched on: another one's configuration may show it.
    """
    import logging

    make, loggers = logging.getLogRecordFactory(), [logging.getLogger(), *_loggers()]
    levels, silenced = [(one, one.level, one.disabled) for one in loggers], logging.root.manager.disable
    records: list[tuple[logging.LogRecord, str]] = []

    def listening(*args: Any, **options: Any) -> logging.LogRecord:
        record = make(*args, **options)
        records.append((record, f"{record.msg} {record.args}"))  # as they are now: they may change
        return record

    logging.setLogRecordFactory(listening)
    logging.disable(logging.NOTSET)
    for one in loggers:
        one.setLevel(1)
        one.disabled = False
    try:
        yield
    finally:
        logging.setLogRecordFactory(make)
        logging.disable(silenced)
        for one, level, disabled in levels:
            one.setLevel(level)
            one.disabled = disabled
    if _tells("\n".join(f"{first} {_logged(record)}" for record, first in records), secrets):
        broken("its logs tell no secret")


def _loggers() -> Iterator[Any]:
    import logging

    known = list(logging.root.manager.loggerDict.values())
    return (one for one in known if isinstance(one, logging.Logger))


def _logged(record: Any) -> str:
    """A record with the traceback of its error, and what was given as ``extra``."""
    import logging

    try:
        text = logging.Formatter().format(record)
    except Exception as error:  # its arguments do not fit: logging swallows that as well
        text = type(error).__name__
    return f"{text} {vars(record)}"
