"""Key material between rooms: bytes that do not print, pickle, copy or compare carelessly.

Python copies freely, so wiping is best effort: see SECURITY.md for what that does and does not promise.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import NoReturn, ParamSpec, TypeVar

from walletcore.errors import InvalidKey, SecretExportError

__all__ = ["Confidential", "Secret", "sealed"]

P = ParamSpec("P")
R = TypeVar("R")


class Confidential:
    """A value that holds a secret: it is never copied, pickled or hashed; each attempt raises `SecretExportError`."""

    __slots__ = ()

    def _refuse_export(self, *_: object) -> NoReturn:
        raise SecretExportError(f"{self!r} is not copied or serialised; reveal the secret where that is meant")

    __reduce_ex__ = __reduce__ = __copy__ = __deepcopy__ = __getstate__ = _refuse_export
    __hash__ = None  # type: ignore[assignment]


class Secret(Confidential):
    """Bytes that must not leak: shown by size only, compared in constant time, never exported by accident.

    Raises `InvalidKey` when the data is not bytes, or when a wiped secret is revealed.
    """

    __slots__ = ("_data", "_wiped")

    def __init__(self, data: bytes | bytearray) -> None:
        self._data, self._wiped = bytearray(), False  # first, since a crash reporter prints a half-made secret, too
        if type(data) not in (bytes, bytearray):
            kind = type(data).__name__
            del data  # a crash reporter would print it
            raise InvalidKey(f"expected bytes, got {kind}", reason="type")
        self._data += data

    def reveal(self) -> bytes:
        """The bytes themselves: the one door. Use it inside the expression that computes with them."""
        data = bytes(self._data)
        if self._wiped:  # looked at last: another thread may be wiping
            del data
            raise InvalidKey("the secret was wiped", reason="wiped")
        return data

    @property
    def is_wiped(self) -> bool:
        """Whether the bytes are gone."""
        return self._wiped

    def wipe(self) -> None:
        """Overwrite the bytes held here (best effort: copies made by Python or a C library are out of reach)."""
        self._wiped = True
        self._data[:] = bytes(len(self._data))

    def __len__(self) -> int:
        return len(self._data)

    def __eq__(self, other: object) -> bool:
        if type(other) is not Secret or self._wiped or other._wiped:
            return False
        from hmac import compare_digest  # nobody compares before there is a secret, and signing needs none

        return compare_digest(self._data, other._data)

    __hash__ = None

    def __repr__(self) -> str:
        return f"Secret({'wiped' if self._wiped else f'{len(self._data)} bytes'})"

    def __enter__(self) -> Secret:
        return self

    def __exit__(self, *_: object) -> None:
        self.wipe()


def sealed(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function that handles secrets fail without its frames: crash reporters print their local variables."""

    @functools.wraps(function)
    def door(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except BaseException as error:  # the user's interrupt as well
            failure = error.with_traceback(None)
            failure.__cause__ = failure.__context__ = None
        del args, kwargs
        raise failure

    return door
