"""Unsigned Solana transactions as JSON: transfers, tokens and memos in order, or instructions as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from walletcore.chains.solana import (
    TOKEN_PROGRAM,
    AccountMeta,
    Instruction,
    SolanaChain,
    Transaction,
    associated_token_account,
    create_associated_token_account,
    memo,
    set_compute_unit_limit,
    set_compute_unit_price,
    transfer,
    transfer_checked,
)
from walletcore.cli.drafts.fields import Fields, Keyring
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
    return Transaction.compile(
        chain=row,
        fee_payer=keys.payer,
        instructions=instructions,
        recent_blockhash=fields.text("blockhash"),
        signers=tuple(keys.origins.items()),
        tables=() if fields.has("version") and _version(fields) == 0 else None,
    )


def _version(fields: Fields) -> int:
    version = fields.number("version")
    if version != 0:
        raise TransactionError(f"expected version 0, or none for a legacy message, got {version}", reason="version")
    return version


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


_STEPS: dict[str, Callable[[Fields, _Keys], list[Instruction]]] = {
    "transfer": _transfer,
    "token_transfer": _token,
    "memo": _memo,
    "compute_unit_limit": _limit,
    "compute_unit_price": _price,
    "call": _call,
}
