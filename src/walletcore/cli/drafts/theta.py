"""Unsigned transactions of Theta as JSON: coins sent to ``outputs``, or a contract called with ``gas``."""

from __future__ import annotations

from walletcore.chains.base import Address
from walletcore.chains.theta import Coins, Input, Output, Send, SmartContract, ThetaChain
from walletcore.cli.drafts.fields import Fields, Keyring

__all__ = ["build"]


def build(row: ThetaChain, fields: Fields, keyring: Keyring) -> Send | SmartContract:
    """Coins sent where there are ``outputs``; otherwise a call of a contract. Raises `TransactionError`."""
    if not fields.has("outputs"):
        return _contract(row, fields, keyring)
    fee = fields.number("fee")
    outputs = tuple(_output(row, each) for each in fields.objects("outputs"))
    theta, tfuel = (sum(getattr(each.coins, coin) for each in outputs) for coin in ("theta", "tfuel"))
    source = _source(row, fields, keyring, Coins(theta=theta, tfuel=tfuel + fee))
    return Send(chain=row, fee=fee, inputs=(source,), outputs=outputs)


def _output(row: ThetaChain, fields: Fields) -> Output:
    made = Output(account=fields.address("address", row), coins=_coins(fields))
    fields.done()
    return made


def _coins(fields: Fields) -> Coins:
    return Coins(theta=fields.number("theta", 0), tfuel=fields.number("tfuel", 0))


def _source(row: ThetaChain, fields: Fields, keyring: Keyring, coins: Coins) -> Input:
    where = fields.where()
    key = keyring.public_key(row, **where)
    origin = keyring.origin(row, **where)
    return Input(account=row.address(key), key=key, origin=origin, sequence=fields.number("sequence"), coins=coins)


def _contract(row: ThetaChain, fields: Fields, keyring: Keyring) -> SmartContract:
    creates = fields.has("create") and fields.flag("create")
    to: Address | None = None if creates else fields.address("to", row)
    return SmartContract(
        chain=row,
        source=_source(row, fields, keyring, _coins(fields)),
        to=to,
        gas=fields.number("gas"),
        gas_price=fields.number("gas_price"),
        data=fields.data("data", ""),
    )
