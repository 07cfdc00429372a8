"""Unsigned EVM transactions as JSON (EIP-1559; access lists of EIP-2930)."""

from __future__ import annotations

from walletcore.chains.evm import AccessList, Evm, Transaction
from walletcore.cli.drafts.fields import Fields, Keyring
from walletcore.errors import TransactionError

__all__ = ["build"]


def build(row: Evm, fields: Fields, keyring: Keyring) -> Transaction:
    """The transaction of these members. Raises `TransactionError`."""
    where = fields.where()
    creates = fields.has("create") and fields.flag("create")
    return Transaction(
        chain=row,
        sender=keyring.public_key(row, **where),
        origin=keyring.origin(row, **where),
        to=None if creates else fields.address("to", row),
        value=fields.number("value", 0),
        nonce=fields.number("nonce"),
        gas=fields.number("gas"),
        max_fee=fields.number("max_fee"),
        max_priority_fee=fields.number("max_priority_fee"),
        data=fields.data("data", ""),
        access_list=_access_list(row, fields),
    )


def _access_list(row: Evm, fields: Fields) -> AccessList:
    entries = []
    for entry in fields.objects("access_list", []):
        account = entry.address("address", row).payload
        keys = tuple(map(_storage_key, entry.items("storage_keys", [])))
        entry.done()
        entries.append((account, keys))
    return tuple(entries)


def _storage_key(value: object) -> bytes:
    try:
        return bytes.fromhex(str(value).removeprefix("0x"))
    except ValueError:
        raise TransactionError("expected 32 bytes in hex as storage key", reason="character") from None
