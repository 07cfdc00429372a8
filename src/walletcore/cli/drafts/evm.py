"""Unsigned EVM transactions as JSON: which members there are says which type it is.

EIP-155, EIP-2930, EIP-1559, EIP-4844, EIP-7702, CIP-64; and the authorizations of EIP-7702, which others carry.
"""

from __future__ import annotations

from typing import Any

from walletcore.chains.evm import (
    AccessList,
    AccessListTransaction,
    Authorization,
    BlobTransaction,
    Evm,
    FeeCurrencyTransaction,
    LegacyTransaction,
    SetCodeTransaction,
    SignedAuthorization,
    Transaction,
)
from walletcore.cli.drafts.fields import Fields, Keyring
from walletcore.errors import TransactionError
from walletcore.signing import Signable

__all__ = ["build"]


def build(row: Evm, fields: Fields, keyring: Keyring) -> Signable[Any]:
    """A transaction of type 2; with ``gas_price`` a legacy one, or of type 1 where there is an access list.

    ``max_blob_fee`` makes it one of type 3, ``authorizations`` of type 4, ``fee_currency`` of Celo's type 0x7b; with
    ``authorize`` it is no transaction but an authorization. Raises `TransactionError`.
    """
    if fields.has("authorize"):
        return _authorization(row, fields, keyring)
    common = _common(row, fields, keyring)
    if fields.has("gas_price"):
        return _priced(row, fields, common)
    for name in ("max_fee", "max_priority_fee"):
        common[name] = fields.number(name)
    common["access_list"] = _access_list(row, fields)
    if fields.has("max_blob_fee"):
        hashes = tuple([_bytes(each, "versioned hash") for each in fields.items("versioned_hashes")])
        return BlobTransaction(**common, max_blob_fee=fields.number("max_blob_fee"), versioned_hashes=hashes)
    if fields.has("authorizations"):
        listed = tuple(
            [SignedAuthorization.decode(_bytes(each, "authorization")) for each in fields.items("authorizations")]
        )
        for_all = fields.flag("allow_every_chain", default=False)
        return SetCodeTransaction(**common, authorizations=listed, allow_every_chain=for_all)
    if fields.has("fee_currency"):
        return FeeCurrencyTransaction(**common, fee_currency=fields.address("fee_currency", row))
    return Transaction(**common)


def _priced(row: Evm, fields: Fields, common: dict[str, Any]) -> AccessListTransaction | LegacyTransaction:
    """One that pays one price for each unit of gas."""
    price = fields.number("gas_price")
    if fields.has("access_list"):
        return AccessListTransaction(**common, gas_price=price, access_list=_access_list(row, fields))
    return LegacyTransaction(**common, gas_price=price, replay_protected=fields.flag("replay_protected", default=True))


def _authorization(row: Evm, fields: Fields, keyring: Keyring) -> Authorization:
    """What lets a contract's code run for the account of a key; the zero address ends it (EIP-7702)."""
    where = fields.where()
    return Authorization(
        chain=row,
        authority=keyring.public_key(row, **where),
        origin=keyring.origin(row, **where),
        address=fields.address("authorize", row),
        nonce=fields.number("nonce"),
        every_chain=fields.flag("every_chain", default=False),
    )


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
    return _bytes(value, "storage key")


def _bytes(value: object, what: str) -> bytes:
    try:
        return bytes.fromhex(str(value).removeprefix("0x"))
    except ValueError:
        raise TransactionError(f"expected hex as {what}", reason="character") from None
