"""Values inside typed transactions: assets, steps of paths, objects of arrays; and how each kind of value is written.

One table by the types of the published definitions serves both directions: what a class holds, and what the codec takes
(the form of xrpl.org's JSON).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import Any, ClassVar, Self

from walletcore.chains.base import Address
from walletcore.chains.xrpl.accounts import encode_classic
from walletcore.chains.xrpl.amounts import IssuedAmount, MptAmount
from walletcore.chains.xrpl.chain import XrplChain, check_account
from walletcore.chains.xrpl.definitions import definitions
from walletcore.errors import DecodingError, TransactionError, raised_as

__all__ = [
    "Amount",
    "Asset",
    "AuthAccount",
    "Credential",
    "Memo",
    "Part",
    "PathStep",
    "Permission",
    "SignerEntry",
    "members",
    "python_name",
    "read_json",
    "to_json",
]

Amount = int | IssuedAmount | MptAmount
"""Drops of XRP, an amount of an issued token, or of a multi-purpose token."""

_WORDS = (("NFToken", "Nftoken"), ("MPToken", "Mptoken"), ("IDs", "Ids"))
_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@cache
def python_name(name: str) -> str:
    """``NFTokenID`` becomes ``nftoken_id``, as in xrpl-py."""
    for word, plain in _WORDS:
        name = name.replace(word, plain)
    return _BOUNDARY.sub("_", name).lower()


@cache
def members(names: frozenset[str]) -> dict[str, str]:
    """The published name of each of these fields by its name in Python."""
    return {python_name(name): name for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """What an amount is of: XRP, a currency and its issuer (a classic address), or 48 hex digits of an issuance."""

    currency: str = "XRP"
    issuer: str = ""
    issuance: str = ""

    def json(self) -> dict[str, str]:
        """The form of xrpl.org."""
        if self.issuance:
            return {"mpt_issuance_id": self.issuance}
        return {"currency": self.currency} | ({"issuer": self.issuer} if self.issuer else {})

    @classmethod
    def from_json(cls, value: Mapping[str, str]) -> Self:
        """The opposite."""
        if "mpt_issuance_id" in value:
            return cls(issuance=value["mpt_issuance_id"])
        return cls(**value)

    @classmethod
    def of(cls, amount: Amount) -> Self:
        """What this is an amount of."""
        if isinstance(amount, IssuedAmount):
            return cls(currency=amount.currency, issuer=amount.issuer)
        return cls(issuance=amount.issuance.upper()) if isinstance(amount, MptAmount) else cls()


@dataclass(frozen=True, slots=True, kw_only=True)
class PathStep:
    """A step of a path: through an account, or into another currency or issuer (classic addresses)."""

    account: str = ""
    currency: str = ""
    issuer: str = ""

    def json(self) -> dict[str, str]:
        """The form of xrpl.org."""
        return {name: getattr(self, name) for name in ("account", "currency", "issuer") if getattr(self, name)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An object of an array, by the name of its kind; its fields are named as those of transactions are."""

    kind: ClassVar[str]

    def json(self, chain: XrplChain) -> dict[str, Any]:
        """The fields that are there."""
        names = members(frozenset(definitions().fields))
        given = ((each, getattr(self, each.name)) for each in fields(self))
        return {
            names[each.name]: to_json(chain, names[each.name], value) for each, value in given if value != each.default
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Memo(Part):
    """Data that a transaction carries along, with its type and format (characters of URLs)."""

    kind: ClassVar[str] = "Memo"

    memo_type: bytes | None = None
    memo_data: bytes | None = None
    memo_format: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerEntry(Part):
    """An account that may sign for another one, and what its signature weighs."""

    kind: ClassVar[str] = "SignerEntry"

    account: Address
    signer_weight: int
    wallet_locator: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthAccount(Part):
    """An account that trades for less while another one holds the auction slot."""

    kind: ClassVar[str] = "AuthAccount"

    account: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission(Part):
    """The name of a type of transaction, or of a part of one."""

    kind: ClassVar[str] = "Permission"

    permission_value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential(Part):
    """What an issuer says of accounts: a type of 1 to 64 bytes."""

    kind: ClassVar[str] = "Credential"

    issuer: Address
    credential_type: bytes


_PARTS: dict[str, type[Part]] = {part.kind: part for part in (Memo, SignerEntry, AuthAccount, Permission, Credential)}

# -- values by the type of their field


def to_json(chain: XrplChain, name: str, value: Any) -> Any:
    """What the codec takes for this field. Raises `TransactionError`."""
    kind, write, _ = _kind(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        expected = kind.__name__ if isinstance(kind, type) else "drops as int, an IssuedAmount or an MptAmount"
        what = python_name(name)
        raise TransactionError(f"expected {expected} as {what}, got {type(value).__name__}", reason="type")
    return write(chain, value)


def read_json(chain: XrplChain, name: str, value: Any) -> Any:
    """The value that a class holds for what the codec gives."""
    return _kind(name)[2](chain, value)


def _kind(name: str) -> tuple[Any, Callable[[XrplChain, Any], Any], Callable[[XrplChain, Any], Any]]:
    tables = definitions()
    if name in tables.codes:
        return str, _same, _same
    if name in _SETTINGS:
        return _SETTING
    kind = _KINDS.get(tables.fields[name].type)
    if kind is None:  # no class has a field of that type: it stands in an object where it does not belong
        raise DecodingError(f"no class of transactions has a field such as {name}", reason="unknown")
    return kind


def _write_setting(_: XrplChain, name: str) -> int:
    number = definitions().account_flags.get(name)
    if number is None:
        raise TransactionError(f"expected one of {', '.join(definitions().account_flags)}", reason="unknown")
    return number


def _read_setting(_: XrplChain, number: int) -> str:
    for name, each in definitions().account_flags.items():
        if each == number:
            return name
    raise TransactionError(f"expected a setting that has a name, got {number}", reason="unknown")


def _same(_: XrplChain, value: Any) -> Any:
    return value


def _write_account(chain: XrplChain, address: Address) -> str:
    check_account(chain, address, "account")
    if address.tag is not None:  # what a class takes itself has none left
        raise TransactionError("expected an address without a tag", reason="unknown")
    return encode_classic(address.payload)


def _read_account(chain: XrplChain, text: str) -> Address:
    with raised_as(TransactionError):
        return chain.parse_classic(text)


def _write_amount(_: XrplChain, amount: Amount) -> Any:
    return str(amount) if isinstance(amount, int) else amount.json()


def _read_amount(_: XrplChain, value: Any) -> Amount:
    if isinstance(value, str):
        return int(value)
    if "mpt_issuance_id" in value:
        return MptAmount(value=int(value["value"]), issuance=value["mpt_issuance_id"])
    return IssuedAmount.parse(value["value"], value["currency"], value["issuer"])


def _items(kind: type, items: tuple[Any, ...]) -> tuple[Any, ...]:
    for each in items:
        if not isinstance(each, kind):
            raise TransactionError(f"expected {kind.__name__}, got {type(each).__name__}", reason="type")
    return items


def _write_paths(_: XrplChain, paths: tuple[Any, ...]) -> list[list[dict[str, str]]]:
    return [[step.json() for step in _items(PathStep, path)] for path in _items(tuple, paths)]


def _read_paths(_: XrplChain, value: Any) -> tuple[tuple[PathStep, ...], ...]:
    return tuple(tuple(PathStep(**step) for step in path) for path in value)


def _write_parts(chain: XrplChain, parts: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [{part.kind: part.json(chain)} for part in _items(Part, parts)]


def _read_parts(chain: XrplChain, value: Any) -> tuple[Part, ...]:
    return tuple(_read_part(chain, *each.items()) for each in value)


def _read_part(chain: XrplChain, item: tuple[str, Mapping[str, Any]]) -> Part:
    kind, given = item
    part = _PARTS.get(kind)
    if part is None:
        raise TransactionError(f"{kind} is no object of an array of this type", reason="unknown")
    known = {each.name for each in fields(part)}
    required = {each.name for each in fields(part) if each.default is MISSING}
    if not required <= {*map(python_name, given)} <= known:  # first: what does not belong there may have any form
        raise TransactionError(f"{kind} has other fields than {', '.join(sorted(known))}", reason="unknown")
    return part(**{python_name(name): read_json(chain, name, value) for name, value in given.items()})


_HEX = (bytes, lambda _, value: value.hex().upper(), lambda _, value: bytes.fromhex(value))
_NUMBER = (int, _same, _same)
_SETTINGS, _SETTING = ("SetFlag", "ClearFlag"), (str, _write_setting, _read_setting)
_KINDS: dict[str, tuple[Any, Callable[[XrplChain, Any], Any], Callable[[XrplChain, Any], Any]]] = {
    **dict.fromkeys(("UInt8", "UInt16", "UInt32"), _NUMBER),
    "UInt64": (int, lambda _, value: str(value), lambda _, value: int(value)),
    **dict.fromkeys(("Blob", "Hash128", "Hash192", "Hash256"), _HEX),
    "AccountID": (Address, _write_account, _read_account),
    "Amount": (Amount, _write_amount, _read_amount),
    "Issue": (Asset, lambda _, value: value.json(), lambda _, value: Asset.from_json(value)),
    "PathSet": (tuple, _write_paths, _read_paths),
    "STArray": (tuple, _write_parts, _read_parts),
    "Vector256": (
        tuple,
        lambda _, value: [each.hex().upper() for each in _items(bytes, value)],
        lambda _, value: tuple(map(bytes.fromhex, value)),
    ),
}
"""By type of the definitions: the type in Python, and both ways. Fields of 64 bits are those in decimal digits."""
