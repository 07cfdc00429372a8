"""Unsigned transactions of Tron as JSON: a contract by its type, with the protocol's fields."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from walletcore.chains.base import Address
from walletcore.chains.tron import Transaction, TronChain, block_reference
from walletcore.chains.tron.contracts import NAMES, contract_of
from walletcore.chains.tron.contracts.contract import Contract
from walletcore.chains.tron.transaction import BlockReference
from walletcore.cli.drafts.fields import Fields, Keyring
from walletcore.errors import TransactionError

__all__ = ["build"]


def build(row: TronChain, fields: Fields, keyring: Keyring) -> Transaction:
    """The transaction of these members. Raises `TransactionError`."""
    where = fields.where()
    if fields.has("block"):
        reference = block_reference(fields.data("block"))
    else:
        reference = BlockReference(
            ref_block_bytes=fields.data("ref_block_bytes"), ref_block_hash=fields.data("ref_block_hash")
        )
    return Transaction(
        chain=row,
        contract=_contract(row, fields.inner("contract"), keyring.address(row, **where)),
        signers=(keyring.public_key(row, **where),),
        origins=(keyring.origin(row, **where),),
        permission_id=fields.number("permission_id", 0),
        **reference,
        expiration=fields.number("expiration"),
        timestamp=fields.number("timestamp", 0),
        fee_limit=fields.number("fee_limit", 0),
        memo=_text(fields, "memo").encode(),
    )


def _text(fields: Fields, name: str) -> str:
    return fields.text(name) if fields.has(name) else ""


def _contract(row: TronChain, fields: Fields, owner: Address) -> Contract:
    """A contract by its type; ``owner_address`` is that of the signer unless another one is named."""
    name = fields.text("type")
    number = next((number for number, each in NAMES.items() if each == name), None)
    if number is None:
        raise TransactionError(
            "contract.type: expected a type of the protocol, such as TransferContract", reason="unknown"
        )
    kind = contract_of(number)
    values = fields.inner("value")
    given = {} if values.has("owner_address") else {"owner_address": owner}
    fields.done()
    made: Contract = _message(row, kind, values, given)
    return made


def _message(row: TronChain, kind: Any, values: Fields, given: dict[str, Any]) -> Any:
    hints = get_type_hints(kind)
    for name in kind.fields:
        if name not in given and values.has(name):
            given[name] = _value(row, hints[name], values, name)
    values.done()
    try:
        return kind(**given)
    except TypeError:
        missing = [name for name in kind.fields if name not in given]
        raise TransactionError(f"contract.value: one of {', '.join(missing)} is missing", reason="missing") from None


def _value(row: TronChain, kind: Any, values: Fields, name: str) -> Any:
    if get_origin(kind) is UnionType:
        kind = get_args(kind)[0]
    if get_origin(kind) is tuple:
        inner = get_args(kind)[0]
        if inner is Address:
            raise TransactionError(f"{name} cannot be written here: give the transaction as raw", reason="unknown")
        return tuple([_message(row, inner, each, {}) for each in values.objects(name)])
    if kind is Address:
        return values.address(name, row)
    if isinstance(kind, type) and issubclass(kind, IntEnum):
        word = values.text(name)
        if word not in kind.__members__:
            raise TransactionError(f"{name}: expected one of {', '.join(kind.__members__)}", reason="unknown")
        return kind[word]
    if hasattr(kind, "fields"):
        return _message(row, kind, values.inner(name), {})
    readers: dict[Any, Callable[[str], Any]] = {
        int: values.number,
        bytes: values.data,
        str: values.text,
        bool: values.flag,
    }
    return readers[kind](name)
