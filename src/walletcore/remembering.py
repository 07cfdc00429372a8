"""What frozen values remember: results that are computed once, and requests for as long as somebody holds them.

A value stays a function of its fields: what it remembers is no parameter, is not shown and not compared.
"""

from __future__ import annotations

import functools
import operator
import weakref
from collections.abc import Callable
from dataclasses import field
from typing import Any, TypeVar

__all__ = ["in_use", "memory", "remembered"]

S = TypeVar("S")
T = TypeVar("T")


def remembered(method: Callable[[S], T]) -> Callable[[S], T]:
    """Keep the value of a frozen value's method ``name`` in its field ``_name`` (None until the first call)."""
    slot = f"_{method.__name__}"

    @functools.wraps(method)
    def recall(self: S) -> T:
        value: T | None = getattr(self, slot)
        if value is None:
            value = method(self)
            object.__setattr__(self, slot, value)
        return value

    return recall


def memory() -> Any:
    """The field that `remembered` writes to: no parameter, not shown, not compared."""
    return field(default=None, init=False, repr=False, compare=False)


class _Kept(tuple["weakref.ref[Any]", ...]):
    """Weak references to requests; a copy or a pickle of their subject does without."""

    __slots__ = ()

    def __reduce__(self) -> tuple[type[_Kept], tuple[()]]:
        return _Kept, ()


def in_use(method: Callable[[S], tuple[T, ...]]) -> Callable[[S], tuple[T, ...]]:
    """Keep the requests of a frozen subject in its field ``_requests`` for as long as somebody else holds them.

    They hold their subject: were they simply remembered, each transaction would be a cycle for the garbage collector.
    """

    @functools.wraps(method)
    def recall(self: S) -> tuple[T, ...]:
        kept: _Kept | None = self._requests  # type: ignore[attr-defined]
        if kept:
            held: tuple[Any, ...] = tuple(map(operator.call, kept))
            if all(held):
                return held
        requests = method(self)
        object.__setattr__(self, "_requests", _Kept(map(weakref.ref, requests)))
        return requests

    return recall
