"""Unsigned transactions of Stellar as JSON: operations by their names, with a memo and conditions.

An operation is an object with one member, such as ``{"payment": {"destination": "G...", "asset": "native", ...}}``; its
members are the fields of the class of that name in `walletcore.chains.stellar.operations`. An asset is ``native``, or
its code and issuer with a colon between them (SEP-11); a price is ``3/4``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import Any

from walletcore.chains.stellar import (
    AccountKey,
    AccountSigner,
    And,
    BalanceKey,
    BeforeTime,
    Claimant,
    DataKey,
    IssuedAsset,
    LedgerBounds,
    MemoHash,
    MemoId,
    MemoReturn,
    MemoText,
    NativeAsset,
    Not,
    OfferKey,
    Operation,
    Or,
    PoolKey,
    PoolParameters,
    PoolShare,
    Preconditions,
    Price,
    Signer,
    SignerKey,
    StellarChain,
    TimeBounds,
    Transaction,
    TrustLineKey,
    Unconditional,
    Within,
)
from walletcore.chains.stellar.operations import ROWS
from walletcore.cli.drafts.fields import Fields, Keyring
from walletcore.errors import AddressError, TransactionError

__all__ = ["build", "operation", "parts"]

_PRICE = re.compile(r"([0-9]{1,10})/([0-9]{1,10})", re.ASCII)
_WORD = re.compile(r"(?<!^)(?=[A-Z])")
_MAX_DEPTH = 4  # of predicates

Read = Callable[[StellarChain, Fields, str], Any]


def build(row: StellarChain, fields: Fields, keyring: Keyring) -> Transaction:
    """The transaction of these members. Raises `TransactionError`."""
    where = fields.where()
    key, origin = keyring.public_key(row, **where), keyring.origin(row, **where)
    source = fields.address("source", row) if fields.has("source") else row.address(key)
    return Transaction(chain=row, source=source, signers=((key, origin),), **parts(row, fields))


def parts(row: StellarChain, fields: Fields) -> dict[str, Any]:
    """What a transaction holds beside its source and signers. Raises `TransactionError`."""
    return {
        "fee": fields.number("fee"),
        "sequence": fields.number("sequence"),
        "memo": _memo(fields.inner("memo")) if fields.has("memo") else None,
        "conditions": _conditions(fields),
        "operations": tuple([operation(row, each) for each in fields.objects("operations")]),
    }


def operation(row: StellarChain, step: Fields) -> Operation:
    """One operation. Raises `TransactionError`."""
    name = next((name for name in _KINDS if step.has(name)), None)
    if name is None:
        raise TransactionError(f"expected one of {', '.join(_KINDS)} as operation", reason="unknown")
    made = _made(row, step.inner(name), _KINDS[name])
    step.done()
    return made


def _made(row: StellarChain, inner: Fields, kind: type[Operation]) -> Operation:
    given: dict[str, Any] = {}
    for each in fields(kind):
        if inner.has(each.name) or (each.default is MISSING and each.name not in _MAY_BE_NULL):
            given[each.name] = _READERS.get(each.name, _number)(row, inner, each.name)
        elif each.default is MISSING:
            given[each.name] = None
    inner.done()
    return kind(**given)


_KINDS = {_WORD.sub("_", row.kind.__name__).lower(): row.kind for row in ROWS}
_MAY_BE_NULL = ("value",)


def _number(_: StellarChain, inner: Fields, name: str) -> int:
    return inner.number(name)


def _text(_: StellarChain, inner: Fields, name: str) -> str:
    return inner.text(name)


def _data(_: StellarChain, inner: Fields, name: str) -> bytes:
    return inner.data(name)


def _address(row: StellarChain, inner: Fields, name: str) -> Any:
    return inner.address(name, row)


def _asset(row: StellarChain, inner: Fields, name: str) -> Any:
    return _asset_of(row, inner.text(name))


def _asset_of(row: StellarChain, text: object) -> NativeAsset | IssuedAsset:
    if type(text) is not str:
        raise TransactionError("expected an asset as text", reason="type")
    if text == "native":
        return NativeAsset()
    code, colon, issuer = text.partition(":")
    if not colon:
        raise TransactionError("expected native, or an asset as its code and issuer: USDC:G...", reason="character")
    try:
        return IssuedAsset(code=code, issuer=row.parse_address(issuer))
    except AddressError as error:
        raise TransactionError(f"issuer of {code}: {error}", reason=error.reason, hint=error.hint) from None


def _assets(row: StellarChain, inner: Fields, name: str) -> tuple[Any, ...]:
    return tuple([_asset_of(row, each) for each in inner.items(name)])


def _line(row: StellarChain, inner: Fields, name: str) -> Any:
    """An asset, or the two of a pool."""
    if not inner.has("pool"):
        return _asset(row, inner, name)
    pair = _assets(row, inner, "pool")
    if len(pair) != 2:
        raise TransactionError("expected two assets as pool", reason="length")
    return PoolParameters(asset_a=pair[0], asset_b=pair[1])


def _price(_: StellarChain, inner: Fields, name: str) -> Price:
    found = _PRICE.fullmatch(inner.text(name))
    if found is None:
        raise TransactionError(f"{name}: expected a fraction such as 3/4", reason="character")
    return Price(n=int(found[1]), d=int(found[2]))


def _signer(_: StellarChain, inner: Fields, name: str) -> Signer:
    given = inner.inner(name)
    made = Signer(key=SignerKey.parse(given.text("key")), weight=given.number("weight"))
    given.done()
    return made


def _claimants(row: StellarChain, inner: Fields, name: str) -> tuple[Claimant, ...]:
    made = []
    for each in inner.objects(name):
        predicate = _predicate(each.inner("predicate"), 1) if each.has("predicate") else Unconditional()
        made.append(Claimant(destination=each.address("destination", row), predicate=predicate))
        each.done()
    return tuple(made)


def _predicate(given: Fields, depth: int) -> Any:
    """An object with one member: and, or (two of them), not, before (a time), within (seconds)."""
    if depth > _MAX_DEPTH:
        raise TransactionError(f"expected at most {_MAX_DEPTH} predicates within each other", reason="too-deep")
    made: Any = Unconditional()
    if given.has("and") or given.has("or"):
        kind, name = (And, "and") if given.has("and") else (Or, "or")
        made = kind(predicates=tuple([_predicate(each, depth + 1) for each in given.objects(name)]))
    elif given.has("not"):
        made = Not(predicate=_predicate(given.inner("not"), depth + 1))
    elif given.has("before"):
        made = BeforeTime(time=given.number("before"))
    elif given.has("within"):
        made = Within(seconds=given.number("within"))
    given.done()
    return made


def _entry(row: StellarChain, inner: Fields, name: str) -> Any:
    """An object with one member: account, trust_line, offer, data, balance, pool, signer."""
    given = inner.inner(name)
    made = _entry_of(row, given)
    given.done()
    return made


def _entry_of(row: StellarChain, given: Fields) -> Any:
    if given.has("balance"):
        return BalanceKey(balance_id=given.data("balance"))
    if given.has("pool"):
        return PoolKey(pool_id=given.data("pool"))
    account = given.address("account", row)
    if given.has("trust_line"):
        return TrustLineKey(account=account, asset=_asset_of(row, given.text("trust_line")))  # type: ignore[arg-type]
    if given.has("trust_line_pool"):
        return TrustLineKey(account=account, asset=PoolShare(pool_id=given.data("trust_line_pool")))
    if given.has("offer"):
        return OfferKey(seller=account, offer_id=given.number("offer"))
    if given.has("data"):
        return DataKey(account=account, name=given.text("data"))
    if given.has("signer"):
        return AccountSigner(account=account, key=SignerKey.parse(given.text("signer")))
    return AccountKey(account=account)


_READERS: dict[str, Read] = {
    **dict.fromkeys(("source", "destination", "trustor", "sponsored", "holder", "inflation_destination"), _address),
    **dict.fromkeys(("asset", "send_asset", "dest_asset", "selling", "buying"), _asset),
    **dict.fromkeys(("price", "min_price", "max_price"), _price),
    **dict.fromkeys(("balance_id", "pool_id", "value"), _data),
    **dict.fromkeys(("name", "home_domain", "asset_code"), _text),
    "path": _assets,
    "line": _line,
    "signer": _signer,
    "claimants": _claimants,
    "entry": _entry,
}


# Memos and conditions


def _memo(given: Fields) -> Any:
    """An object with one member: text, id, hash, return; or data, for a text that is no UTF-8."""
    made: Any
    if given.has("text"):
        made = MemoText.from_text(given.text("text"))
    elif given.has("data"):
        made = MemoText(text=given.data("data"))
    elif given.has("id"):
        made = MemoId(id=given.number("id"))
    elif given.has("return"):
        made = MemoReturn(hash=given.data("return"))
    else:
        made = MemoHash(hash=given.data("hash"))
    given.done()
    return made


def _conditions(fields: Fields) -> Any:
    times = _times(fields.inner("time_bounds")) if fields.has("time_bounds") else None
    if not fields.has("preconditions"):
        return times
    given = fields.inner("preconditions")
    ledgers = given.inner("ledger_bounds") if given.has("ledger_bounds") else None
    made = Preconditions(
        time_bounds=times,
        ledger_bounds=None if ledgers is None else _ledgers(ledgers),
        min_sequence=given.number("min_sequence") if given.has("min_sequence") else None,
        min_sequence_age=given.number("min_sequence_age", 0),
        min_sequence_ledger_gap=given.number("min_sequence_ledger_gap", 0),
        extra_signers=tuple([SignerKey.parse(each) for each in given.items("extra_signers", [])]),
    )
    given.done()
    return made


def _times(given: Fields) -> TimeBounds:
    made = TimeBounds(min_time=given.number("min", 0), max_time=given.number("max", 0))
    given.done()
    return made


def _ledgers(given: Fields) -> LedgerBounds:
    made = LedgerBounds(min_ledger=given.number("min", 0), max_ledger=given.number("max", 0))
    given.done()
    return made
