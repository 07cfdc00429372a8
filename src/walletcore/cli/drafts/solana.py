"""Unsigned Solana transactions as JSON: transfers, tokens and memos in order, or instructions as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from walletcore.chains.base import Address
from walletcore.chains.solana import (
    TOKEN_PROGRAM,
    AccountMeta,
    Instruction,
    SolanaChain,
    Transaction,
    TransactionConfig,
    associated_token_account,
    create_associated_token_account,
    memo,
    set_compute_unit_limit,
    set_compute_unit_price,
    transfer,
    transfer_checked,
)
from walletcore.chains.solana.fields import KEY, OPTIONAL_KEYS, TRAILING_FLAG
from walletcore.chains.solana.instructions import Program
from walletcore.cli.drafts.fields import Fields, Keyring
from walletcore.coding.wire import Codec
from walletcore.errors import TransactionError
from walletcore.keys import PublicKey
from walletcore.path import KeyOrigin
from walletcore.wallet import Where

__all__ = ["build"]


class _Keys:
    """The wallet's keys that instructions name, and where each comes from."""

    def __init__(self, row: SolanaChain, keyring: Keyring, payer: Where) -> None:
        self.row, self._keyring = row, keyring
        self.origins: dict[PublicKey, KeyOrigin] = {}
        self.payer = self.at(payer)

    def at(self, where: Where) -> PublicKey:
        key = self._keyring.public_key(self.row, **where)
        self.origins[key] = self._keyring.origin(self.row, **where)
        return key

    def of(self, fields: Fields) -> PublicKey:
        """The key that the member ``from`` names; the fee payer where it is left out."""
        return self.at(fields.where()) if fields.has("from") else self.payer


def build(row: SolanaChain, fields: Fields, keyring: Keyring) -> Transaction:
    """The transaction of these members. Raises `TransactionError`."""
    keys = _Keys(row, keyring, fields.where())
    instructions = [each for step in fields.objects("instructions") for each in _instructions(step, keys)]
    version = _version(fields)
    return Transaction.compile(
        chain=row,
        fee_payer=keys.payer,
        instructions=instructions,
        recent_blockhash=fields.text("blockhash"),
        signers=tuple(keys.origins.items()),
        tables=() if version == 0 else None,
        config=_config(fields) if version == 1 else None,
    )


def _version(fields: Fields) -> int | None:
    if not fields.has("version"):
        return None
    version = fields.number("version")
    if version not in (0, 1):
        raise TransactionError(
            f"expected version 0 or 1, or none for a legacy message, got {version}", reason="version"
        )
    return version


def _config(fields: Fields) -> TransactionConfig:
    if not fields.has("config"):
        return TransactionConfig()
    inner = fields.inner("config")
    given = {name: inner.number(name) for name in _SETTINGS if inner.has(name)}
    inner.done()
    return TransactionConfig(**given)


def _instructions(step: Fields, keys: _Keys) -> list[Instruction]:
    name = next((name for name in _STEPS if step.has(name)), None)
    if name is None:
        raise TransactionError(f"expected one of {', '.join(_STEPS)} as instruction", reason="unknown")
    made = _STEPS[name](step, keys)
    step.done()
    return made


def _transfer(step: Fields, keys: _Keys) -> list[Instruction]:
    inner = step.inner("transfer")
    to, lamports = inner.address("to", keys.row), inner.number("lamports")
    made = transfer(source=keys.of(inner), destination=to, lamports=lamports)
    inner.done()
    return [made]


def _token(step: Fields, keys: _Keys) -> list[Instruction]:
    """Between associated accounts, of which the destination's is made where it does not exist yet."""
    inner = step.inner("token_transfer")
    mint, owner, authority = inner.address("mint", keys.row), inner.address("to", keys.row), keys.of(inner)
    program = inner.address("program", keys.row).payload if inner.has("program") else TOKEN_PROGRAM
    allow = inner.flag("allow_owner_off_curve", default=False)
    to: dict[str, Any] = {"owner": owner, "mint": mint, "program": program, "allow_owner_off_curve": allow}
    made = [create_associated_token_account(payer=keys.payer, **to)] if inner.flag("create", default=True) else []
    sent = transfer_checked(
        source=associated_token_account(owner=authority, mint=mint, program=program),
        mint=mint,
        destination=associated_token_account(**to),
        authority=authority,
        amount=inner.number("amount"),
        decimals=inner.number("decimals"),
        program=program,
    )
    inner.done()
    return [*made, sent]


def _memo(step: Fields, keys: _Keys) -> list[Instruction]:
    return [memo(step.text("memo"))]


def _limit(step: Fields, keys: _Keys) -> list[Instruction]:
    return [set_compute_unit_limit(step.number("compute_unit_limit"))]


def _price(step: Fields, keys: _Keys) -> list[Instruction]:
    return [set_compute_unit_price(step.number("compute_unit_price"))]


def _call(step: Fields, keys: _Keys) -> list[Instruction]:
    inner = step.inner("call")
    program, data = inner.address("program", keys.row).payload, inner.data("data", "")
    accounts = []
    for each in inner.objects("accounts", []):
        key = keys.at(each.where()).data if each.has("from") else each.address("address", keys.row).payload
        signer, writable = each.flag("signer", default=False), each.flag("writable", default=False)
        each.done()
        accounts.append(AccountMeta(pubkey=key, is_signer=signer, is_writable=writable))
    inner.done()
    return [Instruction(program_id=program, accounts=tuple(accounts), data=data)]


def _known(step: Fields, keys: _Keys) -> list[Instruction]:
    """Any instruction of a known program, by the names of its table."""
    inner = step.inner("instruction")
    program, name = _program(inner.text("program")), inner.text("name")
    row = program.kind(name)
    accounts, fields = inner.inner("accounts"), inner.inner("fields") if inner.has("fields") else Fields({})
    given = {place.name: _account(accounts, place.name, keys) for place in row.places if accounts.has(place.name)}
    values = {each: _field(fields, each, codec, keys.row) for each, codec in row.fields}
    others = [_account_of(each, keys) for each in inner.objects("others", [])]
    for part in (accounts, fields, inner):
        part.done()
    return [program.made(name, given, values, others=others)]


def _program(name: str) -> Program:
    from walletcore.chains.solana.programs import PROGRAMS

    for program in PROGRAMS.values():
        if program.name == name:
            return program
    names = ", ".join(dict.fromkeys(program.name for program in PROGRAMS.values()))
    raise TransactionError(f"expected one of {names} as program", reason="unknown")


def _account(accounts: Fields, name: str, keys: _Keys) -> PublicKey | Address:
    return _account_of(accounts.inner(name), keys)


def _account_of(fields: Fields, keys: _Keys) -> PublicKey | Address:
    found = keys.at(fields.where()) if fields.has("from") else fields.address("address", keys.row)
    fields.done()
    return found


def _field(fields: Fields, name: str, codec: Codec[Any], row: SolanaChain) -> Any:
    """A value for a field of an instruction; what may be left out is None."""
    if codec.kind is object and not fields.has(name):
        return None
    if codec is KEY or codec in OPTIONAL_KEYS:
        return fields.address(name, row)
    if codec is TRAILING_FLAG:
        return fields.flag(name)
    if codec.kind is tuple:
        return tuple(Fields({"address": each}, name).address("address", row).payload for each in fields.items(name))
    if codec.kind is bytes:
        return fields.data(name)
    return fields.text(name) if codec.kind is str else fields.number(name)


_SETTINGS = ("priority_fee", "compute_unit_limit", "loaded_accounts_data_size_limit", "heap_size")
_STEPS: dict[str, Callable[[Fields, _Keys], list[Instruction]]] = {
    "transfer": _transfer,
    "token_transfer": _token,
    "memo": _memo,
    "compute_unit_limit": _limit,
    "compute_unit_price": _price,
    "call": _call,
    "instruction": _known,
}
