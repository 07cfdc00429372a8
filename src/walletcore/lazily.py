"""Packages that fetch a name from its module when it is first used (PEP 562), so that importing stays cheap."""

from __future__ import annotations

TYPE_CHECKING = False  # importing typing would cost more than all the rest; type checkers know the name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["lazily"]


def lazily(package: str, places: Mapping[str, str]) -> Callable[[str], object]:
    """The ``__getattr__`` of a package: ``places`` says in which of its modules each public name lives."""

    def fetch(name: str) -> object:
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        from importlib import import_module

        value = getattr(import_module(f"{package}.{places[name]}"), name)
        vars(import_module(package))[name] = value
        return value

    return fetch
