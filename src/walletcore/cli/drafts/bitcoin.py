"""Unsigned Bitcoin transactions as JSON: outputs of the wallet are spent, addresses are paid."""

from __future__ import annotations

from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.locks import change
from walletcore.cli.drafts.fields import Fields, Keyring
from walletcore.errors import TransactionError

__all__ = ["build"]

_REPLACEABLE = 0xFFFF_FFFD  # BIP-125
_OP_RETURN = b"\x6a"
_MAX_DATA = 75  # bytes that one byte of script pushes; relay policy takes 80


def build(row: BitcoinChain, fields: Fields, keyring: Keyring) -> Transaction:
    """The transaction of these members. Raises `TransactionError`."""
    return Transaction(
        chain=row,
        inputs=tuple(_input(row, each, keyring) for each in fields.objects("inputs")),
        outputs=tuple(_output(row, each, keyring) for each in fields.objects("outputs")),
        version=fields.number("version", 2),
        locktime=fields.number("locktime", 0),
    )


def _input(row: BitcoinChain, fields: Fields, keyring: Keyring) -> Input:
    where = fields.where()
    kind = where.get("kind") or row.profile(where.get("profile", "")).kind
    known = Input(
        txid=fields.text("txid"),
        vout=fields.number("vout"),
        value=fields.number("value") if fields.has("value") else None,
        kind=kind,
        key=keyring.public_key(row, **where),
        origin=keyring.origin(row, **where),
        previous=fields.data("previous", ""),
        sequence=fields.number("sequence", _REPLACEABLE),
    )
    fields.done()
    return known


def _output(row: BitcoinChain, fields: Fields, keyring: Keyring) -> TxOut:
    if fields.has("data"):
        data = fields.data("data")
        fields.done()
        if not 0 < len(data) <= _MAX_DATA:
            raise TransactionError(f"expected 1 to {_MAX_DATA} bytes of data", reason="too-large")
        return TxOut(value=0, script_pubkey=_OP_RETURN + bytes((len(data),)) + data)
    if fields.has("change"):
        where = fields.where("change")
        kind = where.get("kind") or row.profile(where.get("profile", "")).kind
        key, origin = keyring.public_key(row, **where), keyring.origin(row, **where)
        output = change(key, kind=kind, value=fields.number("value"), origin=origin)
    else:
        output = pay(fields.address("address", row), fields.number("value"))
    fields.done()
    return output
