"""Frozen values from parts that are checked already: a value is filled like any other, and then becomes frozen.

`object.__setattr__`, which fills a frozen dataclass, takes five times as long as an assignment, and a signature passes
through some fifteen values.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["thawed"]

_PLAIN: dict[str, Any] = {
    "__slots__": (),
    "__init__": object.__init__,
    "__setattr__": object.__setattr__,
    "__delattr__": object.__delattr__,
}


def thawed(kind: type) -> Callable[[], Any]:
    """Makes values of a frozen class with slots, whose parts are still to be set; ``value.__class__ = kind`` ends that.

    For the module of the class, which says in one function (``trusted``) which parts there are: all must be set.
    """
    made: Callable[[], Any] = type(kind.__name__, (kind,), _PLAIN)
    return made
