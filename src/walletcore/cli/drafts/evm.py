"""Unsigned EVM transactions as JSON: which members there are says which type it is (EIP-155, EIP-2930, EIP-1559)."""

from __future__ import annotations

from typing import Any

from walletcore.chains.evm import AccessList, AccessListTransaction, Evm, LegacyTransaction, Transaction
from walletcore.cli.drafts.fields import Fields, Keyring
from walletcore.errors import TransactionError

__all__ = ["build"]


def build(row: Evm, fields: Fields, keyring: Keyring) -> Transaction | AccessListTransaction | LegacyTransaction:
    """A transaction of type 2; with ``gas_price`` a legacy one, or of type 1 where there is an access list.

    Raises `TransactionError`.
    """
    common = _common(row, fields, keyring)
    if not fields.has("gas_price"):
        return Transaction(
            **common,
            max_fee=fields.number("max_fee"),
            max_priority_fee=fields.number("max_priority_fee"),
            access_list=_access_list(row, fields),
        )
    price = fields.number("gas_price")
    if fields.has("access_list"):
        return AccessListTransaction(**common, gas_price=price, access_list=_access_list(row, fields))
    return LegacyTransaction(**common, gas_price=price, replay_protected=fields.flag("replay_protected", default=True))


def _common(row: Evm, fields: Fields, keyring: Keyring) -> dict[str, Any]:
    where = fields.where()
    creates, data = fields.has("create") and fields.flag("create"), fields.data("data", "")
    if creates and not data:  # go-ethereum's rule for drafts, too (internal/ethapi/transaction_args.go)
        raise TransactionError("expected the code of the contract as data: without, coins are lost", reason="missing")
    return {
        "chain": row,
        "sender": keyring.public_key(row, **where),
        "origin": keyring.origin(row, **where),
        "to": None if creates else fields.address("to", row),
        "value": fields.number("value", 0),
        "nonce": fields.number("nonce"),
        "gas": fields.number("gas"),
        "data": data,
        "allow_endowment": fields.flag("allow_endowment", default=False),
    }


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
