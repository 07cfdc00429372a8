"""A TOML document read strictly (TOML 1.0.0): each value is taken once by its name and kind, and nothing may be left.

Errors name the place as a path (``key.hot.uri``) and never repeat a value: somebody may have put a secret there.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from walletcore.errors import ConfigError, MissingExtra, WalletcoreError
from walletcore.keys import Curve, PublicKey

__all__ = ["MAX_CONFIG", "Table", "parse", "placed", "read_public_key"]

T = TypeVar("T")

MAX_CONFIG = 1 << 20
"""Bytes of a configuration."""
_AMOUNT = re.compile(r"[0-9]+(?:_[0-9]+)*", re.ASCII)
_MAX_DIGITS, _AMOUNTS = 200, 1 << 256  # every chain's amounts are below it
_CURVES = {curve.value: curve for curve in Curve}
_KINDS: dict[type, str] = {
    object: "a value",
    str: "text",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
}


class Table:
    """A table of the document and where it stands. What is taken is gone; `end` refuses what is left."""

    def __init__(self, values: dict[str, Any], path: str = "") -> None:
        self._values, self.path = dict(values), path

    def at(self, name: str) -> str:
        """The path of a member."""
        return f"{self.path}.{name}" if self.path else name

    def copy(self) -> Table:
        """The same, of which nothing is taken by taking from this one."""
        return Table(self._values, self.path)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def take(self, name: str, kind: type[T]) -> T:
        """The member of that name, which must be there and of that kind. Raises `ConfigError`."""
        if name not in self._values:
            raise ConfigError(f"{self.at(name)}: expected {_KINDS[kind]}, and it is not there", reason="missing")
        value: T = self._values.pop(name)
        if type(value) is not kind and kind is not object:
            raise ConfigError(f"{self.at(name)}: expected {_KINDS[kind]}", reason="type")
        return value

    def take_or(self, name: str, default: T) -> T:
        """The member of that name, of the default's kind, or the default."""
        return self.take(name, type(default)) if name in self._values else default

    def checked(self, name: str, check: Callable[[str], object]) -> str:
        """A text, once a check that raises one of our errors has passed it. Raises `ConfigError`."""
        value = self.take(name, str)
        with placed(self.at(name)):
            check(value)
        return value

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number within bounds."""
        value = self.take_or(name, default)
        if not least <= value <= most:
            raise ConfigError(f"{self.at(name)}: expected {least} to {most}", reason="range")
        return value

    def amount(self, name: str) -> int:
        """An amount in the smallest unit, below 2^256, as a number, or as text: TOML promises no more than 64 bits."""
        value = self.take(name, object)
        if type(value) is str and len(value) <= _MAX_DIGITS and _AMOUNT.fullmatch(value):
            value = int(value.replace("_", ""))
        if type(value) is not int:
            raise ConfigError(f"{self.at(name)}: expected an amount in the smallest unit", reason="type")
        if not 0 <= value < _AMOUNTS:
            raise ConfigError(f"{self.at(name)}: expected an amount from 0 to 2^256-1", reason="range")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, none of them twice."""
        values = self.take(name, list)
        if any(type(value) is not str for value in values):
            raise ConfigError(f"{self.at(name)}: expected a list of texts", reason="type")
        if len(set(values)) != len(values):
            raise ConfigError(f"{self.at(name)}: something is named twice", reason="duplicate")
        return tuple(values)

    def table(self, name: str) -> Table:
        """A table in this one; an empty one where it is not there."""
        return Table(self.take_or(name, {}), self.at(name))

    def named(self, name: str) -> Iterator[tuple[str, Table]]:
        """The tables in a table, each with its name."""
        inner = self.table(name)
        for each in list(inner.names()):
            yield each, Table(inner.take(each, dict), inner.at(each))

    def tables(self, name: str) -> Iterator[Table]:
        """The tables in a list; their places count from 0."""
        values: list[Any] = self.take_or(name, [])
        for place, value in enumerate(values):
            where = f"{self.at(name)}[{place}]"
            if type(value) is not dict:
                raise ConfigError(f"{where}: expected a table", reason="type")
            yield Table(value, where)

    def texts_within(self, name: str) -> Iterator[str]:
        """All texts of that name, in this table and in those within."""
        inner: list[Any] = [self._values]
        while inner:
            value = inner.pop()
            if type(value) is dict:
                inner += value.values()
                if type(value.get(name)) is str:
                    yield value[name]
            elif type(value) is list:
                inner += value

    def names(self) -> tuple[str, ...]:
        """What has not been taken."""
        return tuple(self._values)

    def end(self) -> None:
        """Raise `ConfigError` where something is left that nobody knows."""
        for name in self._values:
            raise ConfigError(f"{self.at(name)}: nothing of that name is known", reason="unknown")


@contextmanager
def placed(path: str) -> Iterator[None]:
    """Whatever is wrong within is told with its place: as `ConfigError`."""
    try:
        yield
    except ConfigError:
        raise
    except WalletcoreError as error:
        raise ConfigError(f"{path}: {error}", reason=error.reason, hint=error.hint) from None


def parse(data: bytes) -> Table:
    """The document. Raises `ConfigError`."""
    if len(data) > MAX_CONFIG:
        raise ConfigError(f"expected a configuration of at most {MAX_CONFIG} bytes", reason="too-large")
    try:
        return Table(tomllib.loads(data.decode()))
    except UnicodeDecodeError:
        problem = "expected a configuration in UTF-8"
    except tomllib.TOMLDecodeError as error:
        place = str(error).rpartition("(")[2].rstrip(")")  # such as: at line 3, column 7
        problem = f"the configuration is no TOML ({place if place.startswith('at ') else 'somewhere'})"
    except ValueError:  # Python's own: it reads no decimal number of more than 4300 digits
        raise ConfigError("the configuration has a number of too many digits", reason="too-large") from None
    except RecursionError:
        problem = "the configuration is nested too deeply"
    raise ConfigError(problem, reason="character")


def read_public_key(table: Table) -> PublicKey:
    """The member ``public_key``: a curve's name, a colon and hexadecimal digits. Raises `ConfigError`."""
    curve, _, digits = table.take("public_key", str).partition(":")
    try:
        return PublicKey.parse(_CURVES[curve], bytes.fromhex(digits))
    except MissingExtra as error:
        raise ConfigError(f"{table.at('public_key')}: {error}", reason=error.reason, hint=error.hint) from None
    except (KeyError, ValueError, WalletcoreError):
        expected = f"one of {', '.join(_CURVES)}, a colon and the key in hexadecimal digits"
        raise ConfigError(f"{table.at('public_key')}: expected {expected}", reason="character") from None
