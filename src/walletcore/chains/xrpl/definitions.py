"""The published definitions of the XRP Ledger's fields and types, as data: what the codec is driven by.

``definitions.json`` holds the figures of rippled's ``server_definitions`` as the SDKs publish them (its ``source`` says
which), in a shorter form: fields by type with their codes, types of transactions with their fields (``?`` is optional,
``*`` optional and left out where it has its default value). xrpl.org, "Serialization Format", "Field IDs".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["Definitions", "Field", "definitions"]

_FIGURES = Path(__file__).with_name("definitions.json")
_ENUMS = {
    "TransactionType": "transactions",
    "LedgerEntryType": "entries",
    "TransactionResult": "results",
    "PermissionValue": "permissions",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field: its name, its type, what stands before its value, its place in the order, and whether it is signed."""

    name: str
    type: str
    header: bytes
    place: int
    is_signed: bool


@dataclass(frozen=True, slots=True)
class Definitions:
    """The tables: fields by name and by header, codes of names and names of codes, forms of transactions, flags."""

    fields: Mapping[str, Field]
    by_header: Mapping[bytes, Field]
    codes: Mapping[str, Mapping[str, int]]
    """By field (TransactionType, LedgerEntryType, TransactionResult, PermissionValue): the code of each name."""
    names: Mapping[str, Mapping[int, str]]
    """The opposite."""
    formats: Mapping[str, Mapping[str, str]]
    """By type of transaction: its fields, those that all have among them, and "" (required), "?" or "*"."""
    flags: Mapping[str, Mapping[str, int]]
    """By type of transaction: its flags, those that all have among them."""
    account_flags: Mapping[str, int]
    """What SetFlag and ClearFlag of AccountSet name."""


@cache
def definitions() -> Definitions:
    """The tables, read when they are first needed."""
    data = json.loads(_FIGURES.read_bytes())
    unsigned = frozenset(data["unsigned"])
    fields = {
        name: _field(name, kind, data["types"][kind], code, unsigned)
        for kind, codes in data["fields"].items()
        for name, code in codes.items()
    }
    codes = {field: data[table] for field, table in _ENUMS.items()}
    granted = {name: code + 1 for name, code in data["transactions"].items()}  # XLS-75: a type's code and one
    codes["PermissionValue"] = granted | data["permissions"]
    return Definitions(
        fields=fields,
        by_header={field.header: field for field in fields.values()},
        codes=codes,
        names={field: {code: name for name, code in table.items()} for field, table in codes.items()},
        formats=_formats(data["formats"]),
        flags={kind: data["flags"]["universal"] | data["flags"].get(kind, {}) for kind in data["transactions"]},
        account_flags=data["account_flags"],
    )


def _field(name: str, kind: str, type_code: int, code: int, unsigned: frozenset[str]) -> Field:
    """Each code below 16 fits in half of the first byte; another one follows it ("Field IDs")."""
    high, low = (each if each < 16 else 0 for each in (type_code, code))
    header = bytes([high << 4 | low, *(each for each in (type_code, code) if each >= 16)])
    return Field(name, kind, header, type_code << 16 | code, name not in unsigned)


def _formats(data: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    tables = {
        kind: {each.rstrip("?*"): each[len(each.rstrip("?*")) :] for each in text.split()}
        for kind, text in data.items()
    }
    common = tables.pop("common")
    return {kind: common | own for kind, own in tables.items()}
