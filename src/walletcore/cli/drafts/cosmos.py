"""Unsigned transactions of Cosmos chains as JSON: coins sent to an account, or ``messages`` in amino JSON."""

from __future__ import annotations

from typing import Any

from walletcore.chains.cosmos import Coin, CosmosChain, Fee, MsgSend, Signer, SignMode, Transaction
from walletcore.chains.cosmos.messages import table
from walletcore.cli.drafts.fields import Fields, Keyring
from walletcore.errors import TransactionError, raised_as

__all__ = ["build"]

_MODES = {"direct": SignMode.DIRECT, "amino": SignMode.LEGACY_AMINO_JSON}


def build(row: CosmosChain, fields: Fields, keyring: Keyring) -> Transaction:
    """The transaction of these members, by one signer. Raises `TransactionError`."""
    where = fields.where()
    key = keyring.public_key(row, **where)
    mode = fields.text("mode", "direct")
    if mode not in _MODES:
        raise TransactionError(f"mode: expected {' or '.join(_MODES)}", reason="unknown")
    signer = Signer(
        key=key,
        account_number=fields.number("account_number"),
        sequence=fields.number("sequence"),
        mode=_MODES[mode],
        origins=(keyring.origin(row, **where),),
    )
    return Transaction(
        chain=row,
        messages=_messages(row, fields, row.address(key).text),
        fee=Fee(amount=_paid(row, fields), gas_limit=fields.number("gas")),
        signers=(signer,),
        memo=fields.text("memo", ""),
        timeout_height=fields.number("timeout_height", 0),
    )


def _messages(row: CosmosChain, fields: Fields, sender: str) -> tuple[Any, ...]:
    if fields.has("messages"):
        with raised_as(TransactionError):
            return tuple([table.from_named(each, {}) for each in fields.items("messages")])
    coin = Coin(denom=fields.text("denom", row.denom), amount=fields.number("amount"))
    return (MsgSend(from_address=sender, to_address=fields.address("to", row).text, amount=(coin,)),)


def _paid(row: CosmosChain, fields: Fields) -> tuple[Coin, ...]:
    amount = fields.number("fee")
    denom = fields.text("fee_denom", row.denom)
    return (Coin(denom=denom, amount=amount),) if amount else ()
