"""The JSON in which nodes of Tron give and take transactions, and whether all that it says is the same.

Tron documentation, "HTTP API": ``txID``, ``raw_data_hex`` and ``raw_data``, with addresses as 41 and hex digits,
or, where ``visible`` is true, as text that begins with T. A node may say one thing in ``raw_data`` and have another
signed: what counts is ``raw_data_hex``, and what stands beside it must agree, to the last member.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Any, cast

from walletcore.chains.base import Address, SignedTransaction
from walletcore.chains.tron.chain import PREFIX, TronChain
from walletcore.chains.tron.transaction import SIGNED, URL, Envelope, Transaction
from walletcore.coding import strict_json
from walletcore.errors import TransactionError, raised_as

__all__ = ["from_node", "to_node"]

_MAX_DEPTH = 16
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+", re.ASCII)
_MEMBERS = {"visible", "txID", "raw_data", "raw_data_hex", "signature"}
_TEXTS = ("name", "abbr", "description", "url", "update_url", "account_name", "account_id")  # of bytes
_TOKENS = ("asset_name", "token_id", "first_token_id", "second_token_id", "sell_token_id", "buy_token_id")
_EMPTY: tuple[object, ...] = (0, "", [], False, None)
_UNSAID = {"resource": "BANDWIDTH", "type": "Owner"}  # names of zeros
_OTHER_NAMES = {"state_mutability": "stateMutability"}


def to_node(subject: Transaction | SignedTransaction[Transaction], *, visible: bool = False) -> dict[str, Any]:
    """What a node takes (``wallet/broadcasttransaction``): the JSON of a transaction, signed or not."""
    transaction = subject.transaction if isinstance(subject, SignedTransaction) else subject
    if type(transaction) is not Transaction:
        raise TransactionError("expected a transaction of Tron", reason="type")
    document = {
        "visible": visible,
        "txID": transaction.id,
        "raw_data": _raw_data(transaction, visible),
        "raw_data_hex": transaction.raw.hex(),
    }
    if isinstance(subject, SignedTransaction):
        document["signature"] = [each.hex() for each in SIGNED.decode(subject.raw).signature]
    return document


def _raw_data(transaction: Transaction, visible: bool) -> dict[str, Any]:
    contract = transaction.contract
    call = {
        "parameter": {"value": _members(contract, visible), "type_url": URL + contract.type_name},
        "type": contract.type_name,
        "Permission_id": transaction.permission_id,
    }
    fields = {
        "contract": [call if transaction.permission_id else {k: v for k, v in call.items() if k != "Permission_id"}],
        "ref_block_bytes": transaction.ref_block_bytes.hex(),
        "ref_block_hash": transaction.ref_block_hash.hex(),
        "expiration": transaction.expiration,
        "fee_limit": transaction.fee_limit,
        "timestamp": transaction.timestamp,
        "data": transaction.memo.hex(),
    }
    return {name: value for name, value in fields.items() if value not in (0, "")}


def _members(value: Any, visible: bool) -> dict[str, Any]:
    """The fields of a message that have another value than their default, as nodes write them."""
    found = {name: getattr(value, name) for name in value.fields}
    return {
        _OTHER_NAMES.get(name, name): _written(name, each, visible)
        for name, each in found.items()
        if each is not None and each not in (0, b"", "", ())
    }


def _written(name: str, value: Any, visible: bool) -> Any:
    if isinstance(value, Address):
        return value.text if visible else (PREFIX + value.payload).hex()
    if isinstance(value, IntEnum):
        return value.name
    if name in _TOKENS and isinstance(value, str):
        return value if visible else value.encode().hex()
    if type(value) is bytes:
        return value.decode(errors="replace") if visible and name in _TEXTS else value.hex()
    if type(value) is tuple:
        return [_written(name, each, visible) for each in value]
    return _members(value, visible) if hasattr(value, "fields") else value


def from_node(chain: TronChain, source: str | dict[str, Any]) -> Transaction | SignedTransaction[Transaction]:
    """Read what a node gives: ``raw_data_hex``, by whose bytes alone the transaction is made, and signatures, if any.

    ``txID`` and ``raw_data`` may be missing. Raises `TransactionError` where they do not agree with the bytes, or a
    member is not known.
    """
    with raised_as(TransactionError):
        document = strict_json.decode(source, max_depth=_MAX_DEPTH) if isinstance(source, str) else source
    if type(document) is not dict or not {"raw_data_hex"} <= document.keys() <= _MEMBERS:
        expected = "an object with raw_data_hex, and txID, raw_data, signature and visible at most"
        raise TransactionError(f"expected {expected}", reason="unknown")
    raw = _octets(document["raw_data_hex"], "raw_data_hex")
    transaction = chain.decode_transaction(raw)
    if type(transaction) is not Transaction:
        raise TransactionError("raw_data_hex: expected the bytes of raw_data", reason="type")
    given = document.get("txID", transaction.id)
    if given != transaction.id:
        raise TransactionError("txID is not the hash of raw_data_hex", reason="mismatch")
    if "raw_data" in document:
        visible = document.get("visible", False)
        _check_same(document["raw_data"], _raw_data(transaction, visible is True), "raw_data")
    signatures = document.get("signature", [])
    if type(signatures) is not list:
        raise TransactionError("signature: expected a list", reason="type")
    if not signatures:
        return transaction
    parts = tuple([_octets(each, "signature") for each in signatures])
    signed = chain.decode_transaction(SIGNED.encode(Envelope(raw_data=raw, signature=parts)))
    return cast("SignedTransaction[Transaction]", signed)


def _octets(text: object, name: str) -> bytes:
    if type(text) is not str or not _HEX.fullmatch(text):
        raise TransactionError(f"{name}: expected hex digits", reason="character")
    return bytes.fromhex(text)


def _check_same(given: object, signed: object, where: str) -> None:
    """Raise unless both say the same; zeros and empty members, which nodes write or leave out, are no difference."""
    if isinstance(signed, dict):
        if type(given) is not dict:
            raise TransactionError(f"{where}: expected an object", reason="type")
        for name in {*given, *signed}:
            if name in given and name not in signed and (given[name] in _EMPTY or given[name] == _UNSAID.get(name)):
                continue
            if name not in given or name not in signed:
                raise TransactionError(f"{where}: {name!r} is not what is signed", reason="mismatch")
            _check_same(given[name], signed[name], f"{where}.{name}")
    elif isinstance(signed, list):
        if type(given) is not list or len(given) != len(signed):
            raise TransactionError(f"{where}: expected {len(signed)} items", reason="mismatch")
        for place, (one, other) in enumerate(zip(given, signed, strict=True)):
            _check_same(one, other, f"{where}[{place}]")
    elif type(given) is not type(signed) or given != signed:
        raise TransactionError(f"{where} is not what is signed", reason="mismatch")
