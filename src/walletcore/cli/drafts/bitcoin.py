"""Unsigned Bitcoin transactions as JSON: outputs of the wallet are spent, addresses are paid."""

from __future__ import annotations

import re
from typing import Any

from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.locks import change
from walletcore.chains.bitcoin.opcodes import multisig
from walletcore.chains.bitcoin.script import kind_of
from walletcore.cli.drafts.fields import Fields, Keyring
from walletcore.errors import InvalidKey, PathError, TransactionError
from walletcore.keys import Curve, PublicKey
from walletcore.path import KeyOrigin, Path

__all__ = ["build"]

_REPLACEABLE = 0xFFFF_FFFD  # BIP-125
_OP_RETURN = b"\x6a"
_ORIGIN = re.compile(r"\[([0-9a-fA-F]{8})((?:/[^/]+)*)\]", re.ASCII)
_SCRIPTED = {"p2wsh": "witness_script", "p2sh-p2wsh": "witness_script", "p2sh": "redeem_script"}
_SCRIPTS, _BARE = ("redeem_script", "witness_script"), "bare"  # bare: spent, and not made, as few nodes would relay it
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
    guard = _guard(row, fields, keyring)
    known = Input(
        txid=fields.text("txid"),
        vout=fields.number("vout"),
        value=fields.number("value") if fields.has("value") else None,
        previous=fields.data("previous", ""),
        sequence=fields.number("sequence", _REPLACEABLE),
        sighash=fields.text("sighash", ""),
        dialect=row.dialect,
        form=row.form,
        **guard,
    )
    fields.done()
    return known


def _guard(row: BitcoinChain, fields: Fields, keyring: Keyring) -> dict[str, Any]:
    if fields.has("multisig"):
        return _multisig(row, fields.inner("multisig"), keyring, bare=True)
    if any(map(fields.has, _SCRIPTS)):
        return _scripts(row, fields, keyring)
    return _single(row, fields, keyring)


def _scripts(row: BitcoinChain, fields: Fields, keyring: Keyring) -> dict[str, Any]:
    """Scripts in hex, and which of their keys are the wallet's."""
    own = []
    for each in fields.objects("keys"):
        where = each.where()
        own.append((keyring.public_key(row, **where), keyring.origin(row, **where)))
        each.done()
    guard: dict[str, Any] = {name: fields.data(name, "") for name in _SCRIPTS}
    guard["kind"] = fields.text("kind", "")
    if own and kind_of(guard["witness_script"] or guard["redeem_script"]) == "p2pkh":  # which has the hash of its key
        return {**guard, "key": own[0][0], "origin": own[0][1]}
    return {**guard, "origins": tuple(own)}


def _single(row: BitcoinChain, fields: Fields, keyring: Keyring, name: str = "from") -> dict[str, Any]:
    """One key of the wallet, and the kind of its profile."""
    where = fields.where(name)
    kind = where.get("kind") or row.profile(where.get("profile", "")).kind
    return {"kind": kind, "key": keyring.public_key(row, **where), "origin": keyring.origin(row, **where)}


def _multisig(row: BitcoinChain, fields: Fields, keyring: Keyring, *, bare: bool = False) -> dict[str, Any]:
    """A script of m keys of n in this order, those of the wallet named by their place and the others in hex."""
    keys, origins = [], []
    for each in fields.objects("keys"):
        if each.has("from"):
            where = each.where()
            keys.append(keyring.public_key(row, **where))
            origins.append((keys[-1], keyring.origin(row, **where)))
        else:
            keys.append(_cosigner(each.data("key")))
            if each.has("origin"):
                origins.append((keys[-1], _origin(each.text("origin"))))
        each.done()
    script = multisig(fields.number("m"), keys)
    kind = fields.text("kind", "p2wsh")
    fields.done()
    if bare and kind == _BARE:
        return {"script_pubkey": script, "origins": tuple(origins)}
    if kind not in _SCRIPTED:
        kinds = ", ".join((*_SCRIPTED, *((_BARE,) if bare else ())))
        raise TransactionError(f"expected one of {kinds} as kind of multisig", reason="unknown")
    return {"kind": kind, _SCRIPTED[kind]: script, "origins": tuple(origins)}


def _cosigner(data: bytes) -> PublicKey:
    try:
        return PublicKey(Curve.SECP256K1, data)
    except InvalidKey as error:
        raise TransactionError(f"the key of a cosigner: {error}", reason=error.reason) from None


def _origin(text: str) -> KeyOrigin:
    """As a PSBT's reader finds a cosigner's key: ``[73c5da0a/48'/0'/0'/2'/0/0]`` (BIP-380, "Key Expressions")."""
    found = _ORIGIN.fullmatch(text)
    if found is None:
        raise TransactionError("expected an origin such as [73c5da0a/48'/0'/0'/2'/0/0]", reason="character")
    try:
        return KeyOrigin(bytes.fromhex(found[1]), Path.parse(f"m{found[2]}"))
    except PathError as error:
        raise TransactionError(f"the origin of a cosigner's key: {error}", reason=error.reason) from None


def _output(row: BitcoinChain, fields: Fields, keyring: Keyring) -> TxOut:
    if fields.has("data"):
        data = fields.data("data")
        fields.done()
        if not 0 < len(data) <= _MAX_DATA:
            raise TransactionError(f"expected 1 to {_MAX_DATA} bytes of data", reason="too-large")
        return TxOut(value=0, script_pubkey=_OP_RETURN + bytes((len(data),)) + data)
    if fields.has("multisig"):
        guard = _multisig(row, fields.inner("multisig"), keyring)
        output = change(value=fields.number("value"), dialect=row.dialect, **guard)
    elif fields.has("change"):
        output = change(value=fields.number("value"), dialect=row.dialect, **_single(row, fields, keyring, "change"))
    else:
        output = pay(fields.address("address", row), fields.number("value"))
    fields.done()
    return output
