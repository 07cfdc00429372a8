"""Unsigned transactions of VeChain as JSON: of type 0x51, or without a type where there is ``gas_price_coef``."""

from __future__ import annotations

from typing import Any

from walletcore.chains.vechain import Clause, LegacyTransaction, Transaction, VeChain
from walletcore.cli.drafts.fields import Fields, Keyring
from walletcore.errors import TransactionError

__all__ = ["build"]


def build(row: VeChain, fields: Fields, keyring: Keyring) -> Transaction | LegacyTransaction:
    """The transaction of these members. Raises `TransactionError`."""
    common = _common(row, fields, keyring)
    if fields.has("gas_price_coef"):
        return LegacyTransaction(**common, gas_price_coef=fields.number("gas_price_coef"))
    return Transaction(**common, max_fee=fields.number("max_fee"), max_priority_fee=fields.number("max_priority_fee"))


def _common(row: VeChain, fields: Fields, keyring: Keyring) -> dict[str, Any]:
    where = fields.where()
    return {
        "chain": row,
        "sender": keyring.public_key(row, **where),
        "origin": keyring.origin(row, **where),
        "block_ref": fields.data("block_ref"),
        "expiration": fields.number("expiration"),
        "clauses": tuple([_clause(row, each) for each in fields.objects("clauses")]),
        "gas": fields.number("gas"),
        "nonce": fields.number("nonce"),
        "depends_on": fields.data("depends_on") if fields.has("depends_on") else None,
    }


def _clause(row: VeChain, fields: Fields) -> Clause:
    creates, data = fields.has("create") and fields.flag("create"), fields.data("data", "")
    if creates and not data:
        raise TransactionError("expected the code of the contract as data: without, coins are lost", reason="missing")
    made = Clause(to=None if creates else fields.address("to", row), value=fields.number("value", 0), data=data)
    fields.done()
    return made
