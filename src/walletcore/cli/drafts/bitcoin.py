"""Unsigned Bitcoin transactions as JSON: outputs of the wallet are spent, addresses are paid."""

from __future__ import annotations

from typing import Any

from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.locks import change
from walletcore.chains.bitcoin.opcodes import multisig
from walletcore.cli.drafts.fields import Fields, Keyring
from walletcore.errors import InvalidKey, TransactionError
from walletcore.keys import Curve, PublicKey

__all__ = ["build"]

_REPLACEABLE = 0xFFFF_FFFD  # BIP-125
_OP_RETURN = b"\x6a"
_SCRIPTED = {"p2wsh": "witness_script", "p2sh-p2wsh": "witness_script", "p2sh": "redeem_script"}
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
    guard = (
        _multisig(row, fields.inner("multisig"), keyring) if fields.has("multisig") else _single(row, fields, keyring)
    )
    known = Input(
        txid=fields.text("txid"),
        vout=fields.number("vout"),
        value=fields.number("value") if fields.has("value") else None,
        previous=fields.data("previous", ""),
        sequence=fields.number("sequence", _REPLACEABLE),
        sighash=fields.text("sighash", ""),
        **guard,
    )
    fields.done()
    return known


def _single(row: BitcoinChain, fields: Fields, keyring: Keyring, name: str = "from") -> dict[str, Any]:
    """One key of the wallet, and the kind of its profile."""
    where = fields.where(name)
    kind = where.get("kind") or row.profile(where.get("profile", "")).kind
    return {"kind": kind, "key": keyring.public_key(row, **where), "origin": keyring.origin(row, **where)}


def _multisig(row: BitcoinChain, fields: Fields, keyring: Keyring) -> dict[str, Any]:
    """A script of m keys of n in this order, those of the wallet named by their place and the others in hex."""
    keys, origins = [], []
    for each in fields.objects("keys"):
        if each.has("from"):
            where = each.where()
            keys.append(keyring.public_key(row, **where))
            origins.append((keys[-1], keyring.origin(row, **where)))
        else:
            keys.append(_cosigner(each.data("key")))
        each.done()
    script = multisig(fields.number("m"), keys)
    kind = fields.text("kind", "p2wsh")
    fields.done()
    if kind not in _SCRIPTED:
        raise TransactionError(f"expected one of {', '.join(_SCRIPTED)} as kind of multisig", reason="unknown")
    return {"kind": kind, _SCRIPTED[kind]: script, "origins": tuple(origins)}


def _cosigner(data: bytes) -> PublicKey:
    try:
        return PublicKey(Curve.SECP256K1, data)
    except InvalidKey as error:
        raise TransactionError(f"the key of a cosigner: {error}", reason=error.reason) from None


def _output(row: BitcoinChain, fields: Fields, keyring: Keyring) -> TxOut:
    if fields.has("data"):
        data = fields.data("data")
        fields.done()
        if not 0 < len(data) <= _MAX_DATA:
            raise TransactionError(f"expected 1 to {_MAX_DATA} bytes of data", reason="too-large")
        return TxOut(value=0, script_pubkey=_OP_RETURN + bytes((len(data),)) + data)
    if fields.has("multisig"):
        output = change(value=fields.number("value"), **_multisig(row, fields.inner("multisig"), keyring))
    elif fields.has("change"):
        output = change(value=fields.number("value"), **_single(row, fields, keyring, "change"))
    else:
        output = pay(fields.address("address", row), fields.number("value"))
    fields.done()
    return output
