"""What a guard holds against a case: rules, which are pure, and say what has to be remembered when they admit it.

A rule that sets bounds refuses whatever it cannot bound: an unknown amount, an `Opaque` effect, a change of who
controls an account. Assets are CAIP-19, accounts CAIP-10, chains CAIP-2; amounts are integers in the smallest unit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any

from walletcore.effects import Approve, Authority, Call, Effect, Fee, Opaque, Transfer
from walletcore.errors import SignerError
from walletcore.signers.case import Case
from walletcore.signers.rule import Plan, Rule, all_of, any_of, refuse, rule
from walletcore.signers.store import Charge

__all__ = [
    "Rule",
    "all_of",
    "any_of",
    "audit",
    "limit",
    "max_fee",
    "no_authority_change",
    "no_unlimited_approval",
    "only_assets",
    "only_chains",
    "only_to",
    "refuse",
    "refuse_opaque",
    "rule",
]

_CHAIN = re.compile(r"[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}", re.ASCII)
_ASSET = re.compile(r"[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}/[-a-z0-9]{3,8}:[-.%a-zA-Z0-9]{1,128}", re.ASCII)
_ACCOUNT = re.compile(r"[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}:[-.%a-zA-Z0-9]{1,128}", re.ASCII)
_NEVER_MEANT = 1 << 128  # no token has as many units: whoever allows so much allows all
_ALL = (2**64 - 1, 2**96 - 1)  # all that tokens with smaller numbers can say: SPL's, and Compound's and its kind


Judges = Mapping[type, Callable[[Any], str]]
"""Kind of effect -> why such an effect is not admitted; empty where it is."""


def _unbounded(_: object) -> str:
    return "nobody can say what comes of it"


_BOUNDED: Judges = {Opaque: _unbounded, Authority: _unbounded}


def _judging(name: str, judges: Judges, *, chains: Collection[str] = ()) -> Rule:
    """The rule that looks at each effect by itself, but for proven change."""

    def check(case: Case) -> Plan:
        for effect in case.outgoing:
            judge = judges.get(type(effect))
            why = judge(effect) if judge else ""
            if why:
                refuse(name, why, effect)
        return ()

    return rule(name, check, chains=chains)


def _names(values: object, form: re.Pattern[str], what: str) -> frozenset[str]:
    """Names of one form. An `Address` is named by its account."""
    given = [] if isinstance(values, str) or not isinstance(values, Collection) else list(values)
    names = [getattr(each, "account_id", each) for each in given]
    if not names or not all(type(name) is str and form.fullmatch(name) for name in names):
        raise SignerError(f"expected {what}, at least one", reason="type")
    return frozenset(names)


def _chains_of(names: Collection[str]) -> set[str]:
    """The CAIP-2 names with which these names of assets or accounts begin."""
    return {":".join(re.split("[:/]", name)[:2]) for name in names}


def only_to(accounts: Collection[Any]) -> Rule:
    """Whoever is paid (but for proven change), may spend, or is called is one of these: CAIP-10 names, or addresses."""
    allowed = _names(accounts, _ACCOUNT, "accounts by their CAIP-10 names")
    why = "the account is not among those that are named"
    judges: Judges = {
        **_BOUNDED,
        Transfer: lambda effect: "" if effect.destination in allowed else why,
        Approve: lambda effect: "" if effect.spender in allowed else why,
        Call: lambda effect: "" if effect.target in allowed else why,
    }
    return _judging("only_to", judges, chains=_chains_of(allowed))


def only_assets(*assets: str) -> Rule:
    """Whatever is transferred or may be spent is one of these. Fees are another matter: see `max_fee`."""
    allowed = _names(assets, _ASSET, "assets by their CAIP-19 names")

    def judge(effect: Transfer | Approve) -> str:
        return "" if effect.asset in allowed else "the asset is not among those that are named"

    return _judging("only_assets", {**_BOUNDED, Transfer: judge, Approve: judge}, chains=_chains_of(allowed))


def only_chains(*caip2: str) -> Rule:
    """What is signed is for one of these chains."""
    allowed = _names(caip2, _CHAIN, "chains by their CAIP-2 names")

    def check(case: Case) -> Plan:
        if case.chain not in allowed:
            refuse("only_chains", f"{case.chain} is not among those that are named", reason="network")
        return ()

    return rule("only_chains", check, chains=allowed)


def refuse_opaque() -> Rule:
    """No effect is `Opaque`. Every guard begins with this rule, unless it is told otherwise."""
    return _judging("refuse_opaque", {Opaque: _unbounded})


def no_authority_change() -> Rule:
    """Nobody else gets control of an account, and none is given up."""
    return _judging("no_authority_change", {**_BOUNDED, Authority: lambda _: "it changes who controls an account"})


def no_unlimited_approval() -> Rule:
    """What others may spend is known, and an amount that somebody can mean: less than 2^128 units, and not "all"."""

    def judge(effect: Approve) -> str:
        amount = effect.amount
        is_bounded = amount is not None and amount < _NEVER_MEANT and amount not in _ALL
        return "" if is_bounded else "it allows to spend all there is"

    return _judging("no_unlimited_approval", {Opaque: _unbounded, Approve: judge})


def max_fee(at_most: Mapping[str, int]) -> Rule:
    """Fees are known, in one of these assets, and together at most so much of it."""
    assets = _names(tuple(at_most) if isinstance(at_most, Mapping) else None, _ASSET, "assets with their highest fee")
    for amount in at_most.values():
        _check_amount(amount, "highest fee")
    caps = dict(at_most)

    def check(case: Case) -> Plan:
        paid = dict.fromkeys(caps, 0)
        for effect in case.effects:
            if type(effect) is Opaque:
                refuse("max_fee", _unbounded(effect), effect)
            if type(effect) is not Fee:
                continue
            if effect.asset not in caps or effect.at_most is None:
                refuse("max_fee", "the fee is not known, or in an asset that is not named", effect)
            paid[effect.asset] += effect.at_most
            if paid[effect.asset] > caps[effect.asset]:
                refuse("max_fee", f"the fees exceed {caps[effect.asset]}", effect)
        return ()

    return rule("max_fee", check, chains=_chains_of(assets))


def limit(
    asset: str,
    *,
    per_transaction: int | None = None,
    total: int | None = None,
    per: timedelta | None = None,
    name: str = "limit",
) -> Rule:
    """At most so much of an asset in one transaction, and in total within a time, which takes a store.

    All of it counts that may leave: transfers but for proven change, what others may spend, the highest fee. Guards
    that share a store share the window of a ``name``, an asset and a time. Raises `SignerError`.
    """
    assets = _names((asset,), _ASSET, "an asset by its CAIP-19 name")
    if (per_transaction is None and total is None) or (total is None) != (per is None):
        raise SignerError("expected per_transaction, or total and per, or all three", reason="type")
    for amount in (per_transaction, total):
        _check_amount(0 if amount is None else amount, "limit")
    seconds = _seconds(per)
    if type(name) is not str or not name:
        raise SignerError("expected a name as text", reason="type")
    caps = [cap for cap in (per_transaction, total) if cap is not None]

    def check(case: Case) -> Plan:
        spent = 0
        for effect in case.outgoing:
            if type(effect) in _BOUNDED:
                refuse("limit", _unbounded(effect), effect)
            spent += _spent(effect, asset)
            if spent > min(caps):
                refuse("limit", f"more than {min(caps)} of {asset}", effect)
        if total is None or not spent:
            return ()
        return (Charge(window=f"{name} {asset} {seconds}s", amount=spent, at_most=total, seconds=seconds),)

    return rule("limit", check, remembers=total is not None, chains=_chains_of(assets))


def _spent(effect: Effect, asset: str) -> int:
    """How much of the asset may leave by this effect."""
    if not isinstance(effect, Transfer | Approve | Fee) or effect.asset != asset:
        return 0
    amount = effect.at_most if isinstance(effect, Fee) else effect.amount
    if amount is None:
        refuse("limit", "the amount is not known", effect)
    return amount


def _check_amount(amount: object, what: str) -> None:
    if type(amount) is not int or amount < 0:
        raise SignerError(f"expected an int from 0 on as {what}", reason="range")


def _seconds(per: timedelta | None) -> int:
    if per is None:
        return 0
    if type(per) is not timedelta or per < timedelta(seconds=1) or per.microseconds:
        raise SignerError("expected a timedelta of whole seconds as per", reason="range")
    return per // timedelta(seconds=1)


def audit(sink: Any) -> Rule:
    """Every case is told to a store, which must be the guard's, or to a function of one line of JSON.

    With a store, the line of an admitted case is written together with its charges, before anything is signed. A sink
    that fails is a refusal.
    """
    if not callable(getattr(sink, "append", None)) and not callable(sink):
        raise SignerError("expected a store, or a function that takes a line", reason="type")
    return Rule(name="audit", plans=lambda _: iter(((),)), sinks=(sink,))
