"""An object of JSON, read strictly: every name is known, every value of its type, and the refusal says where."""

from __future__ import annotations

import re
from typing import Any, Protocol, Unpack

from walletcore.chains.base import Address, Chain
from walletcore.errors import AddressError, TransactionError
from walletcore.keys import PublicKey
from walletcore.path import KeyOrigin
from walletcore.wallet import Where

__all__ = ["Fields", "Keyring"]

_DIGITS = re.compile(r"0|[1-9][0-9]{0,77}", re.ASCII)  # 2^256 has 78
_HEX = re.compile(r"(0x)?([0-9a-fA-F]{2})*+", re.ASCII)
_LEVELS = ("account", "change", "index")
_NAMES = ("profile", "kind")


class Keyring(Protocol):
    """What a draft wants of a wallet: the public halves of its keys."""

    def public_key(self, chain: Chain, **where: Unpack[Where]) -> PublicKey:
        """The key."""

    def origin(self, chain: Chain, **where: Unpack[Where]) -> KeyOrigin:
        """Where it comes from."""

    def address(self, chain: Chain, **where: Unpack[Where]) -> Address:
        """Its address."""


class Fields:
    """The members of one object; each is taken once, and `done` refuses what nobody took.

    Numbers may be texts of decimal digits, since many writers of JSON round large ones; bytes are hex. All methods
    raise `TransactionError`, which names the place such as ``inputs[0].txid``.
    """

    def __init__(self, value: object, place: str = "") -> None:
        if type(value) is not dict:
            raise TransactionError(f"expected an object as {place or 'the whole'}", reason="type")
        self._rest: dict[str, Any] = dict(value)
        self._place = place

    def has(self, name: str) -> bool:
        """Whether the member is there, and is not null."""
        return self._rest.get(name) is not None

    def done(self) -> None:
        """Raise `TransactionError` where members are left, which would mean something to whoever wrote them."""
        if self._rest:
            raise TransactionError(f"nothing is known of {self._at(sorted(self._rest)[0])}", reason="unknown")

    def number(self, name: str, default: int | None = None) -> int:
        """An integer that is not negative."""
        value = self._take(name, default)
        if type(value) is str and _DIGITS.fullmatch(value):
            return int(value)
        if type(value) is not int or value < 0:
            raise self._expected(name, "a whole number from 0 on, or its digits as text")
        return value

    def text(self, name: str, default: str | None = None) -> str:
        """A text."""
        value = self._take(name, default)
        if type(value) is not str:
            raise self._expected(name, "a text")
        return value

    def flag(self, name: str, default: bool | None = None) -> bool:
        """True or false."""
        value = self._take(name, default)
        if type(value) is not bool:
            raise self._expected(name, "true or false")
        return value

    def data(self, name: str, default: str | None = None) -> bytes:
        """Bytes in hex, with ``0x`` or without."""
        value = self._take(name, default)
        if type(value) is not str or not _HEX.fullmatch(value):
            raise self._expected(name, "bytes in hex")
        return bytes.fromhex(value.removeprefix("0x"))

    def address(self, name: str, row: Chain) -> Address:
        """An address of the chain."""
        try:
            return row.parse_address(self.text(name))
        except AddressError as error:
            raise TransactionError(f"{self._at(name)}: {error}", reason=error.reason, hint=error.hint) from None

    def objects(self, name: str, default: list[Any] | None = None) -> list[Fields]:
        """A list of objects."""
        return [Fields(value, f"{self._at(name)}[{place}]") for place, value in enumerate(self.items(name, default))]

    def items(self, name: str, default: list[Any] | None = None) -> list[Any]:
        """A list."""
        value = self._take(name, default)
        if type(value) is not list:
            raise self._expected(name, "a list")
        return value

    def inner(self, name: str) -> Fields:
        """An object."""
        return Fields(self._take(name, None), self._at(name))

    def mapping(self, name: str) -> dict[str, Any]:
        """An object as it is, for a family that reads its members itself."""
        value = self._take(name, None)
        if type(value) is not dict:
            raise self._expected(name, "an object")
        return dict(value)

    def where(self, name: str = "from") -> Where:
        """Which key of the wallet: account, change, index, profile, kind; all of it may be left out."""
        inner = Fields(self._take(name, {}), self._at(name))
        found: Where = {}
        for level in _LEVELS:
            if inner.has(level):
                found[level] = inner.number(level)  # type: ignore[literal-required]
        for word in _NAMES:
            if inner.has(word):
                found[word] = inner.text(word)  # type: ignore[literal-required]
        inner.done()
        return found

    def _take(self, name: str, default: object) -> Any:
        value = self._rest.pop(name, None)
        if value is not None:
            return value
        if default is None:
            raise TransactionError(f"{self._at(name)} is missing", reason="missing")
        return default

    def _expected(self, name: str, what: str) -> TransactionError:
        return TransactionError(f"{self._at(name)}: expected {what}", reason="type")

    def _at(self, name: str) -> str:
        return f"{self._place}.{name}" if self._place else name
