"""That nothing tells a secret: no view of a value, no error and no frame around it, no log and no copy."""

from __future__ import annotations

import base64
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

__all__ = ["check_exports", "check_failures", "check_shown", "checked_secrets", "heard"]

_MIN_SECRET = 4
_FORMS: tuple[Callable[[bytes], str], ...] = (
    bytes.hex,
    lambda secret: secret.hex().upper(),
    lambda secret: repr(secret)[2:-1],
    lambda secret: secret.decode("latin-1"),
    lambda secret: ", ".join(map(str, secret)),
    lambda secret: str(int.from_bytes(secret)),
    lambda secret: str(int.from_bytes(secret, "little")),
    lambda secret: base64.b64encode(secret).decode().rstrip("="),
    lambda secret: base64.urlsafe_b64encode(secret).decode().rstrip("="),
)
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
    told = (form(secret) for secret in secrets for form in _FORMS)
    return any(len(form) >= _MIN_SECRET and form in text for form in told)  # a small number stands everywhere


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
    """Listen to every log record meanwhile; none may hold a secret."""
    import logging

    records: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(f"{record.getMessage()} {record.args} {record.exc_text or ''} {record.exc_info or ''}")

    root, listener = logging.getLogger(), Listener(level=0)
    level = root.level
    root.addHandler(listener)
    root.setLevel(1)
    try:
        yield
    finally:
        root.setLevel(level)
        root.removeHandler(listener)
    if any(_tells(record, secrets) for record in records):
        broken("its logs tell no secret")
