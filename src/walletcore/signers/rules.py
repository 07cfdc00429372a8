"""What a guard holds against a case: rules, which are pure, and say what has to be remembered when they admit it.

A rule that sets bounds refuses whatever it cannot bound: an unknown amount, an `Opaque` effect, a change of who
controls an account. Assets are CAIP-19, accounts CAIP-10, chains CAIP-2; amounts are integers in the smallest unit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from walletcore.effects import Approve, Authority, Call, Effect, Fee, Opaque, Statement, Transfer
from walletcore.errors import AddressError, SignerError, WalletcoreError
from walletcore.signers.case import Case, check_spelling
from walletcore.signers.rule import Plan, Rule, all_of, any_of, refuse, rule
from walletcore.signers.store import Charge

__all__ = [
    "Rule",
    "all_of",
    "any_of",
    "audit",
    "limit",
    "max_fee",
    "max_fee_rate",
    "no_authority_change",
    "no_statements",
    "no_unlimited_approval",
    "once",
    "only_assets",
    "only_chains",
    "only_to",
    "refuse",
    "refuse_opaque",
    "rule",
]

_CHAIN = re.compile(r"[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}", re.ASCII)
_ASSET = re.compile(
    r"[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}/[-a-z0-9]{3,8}:[-.%a-zA-Z0-9]{1,128}(?:/[-.%a-zA-Z0-9]{1,78})?", re.ASCII
)
_ACCOUNT = re.compile(r"[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}:[-.%a-zA-Z0-9]{1,128}", re.ASCII)
_EVM = re.compile(
    r"(?P<chain>eip155:[1-9][0-9]*)(?:/slip44:[0-9]+|(?:/erc20|(?P<many>/erc721|/erc1155))?:(?P<account>0x[0-9a-fA-F]{40})"
    r"(?(many)(?:/(?:0|[1-9][0-9]{0,77}))?))?",
    re.ASCII,
)
_TOKEN = re.compile(r"(eip155:[0-9]+)/(erc[0-9]+):(0x[0-9a-fA-F]{40})(?:/([0-9]+))?", re.ASCII)
_AMOUNTS = 1 << 256  # every chain's are below it
_MOST_MEANT = (1 << 128) - 1  # no token has as many units: whoever allows more allows all
_ALL_ONES = 53  # bits from which on nobody means a number that has ones only: it is the largest of some width


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
    for name in names:
        if name.startswith("eip155:"):
            _check_evm(name)
    return frozenset(names)


def _check_evm(name: str) -> None:
    """Effects have one spelling: a limit in an asset that has another one would bind nothing."""
    found = _EVM.fullmatch(name)
    if found is None:
        hint = "effects name tokens erc20:, erc721: or erc1155:, and one of the last two by its id in decimal digits"
        raise SignerError("expected eip155:1/slip44:60, eip155:1/erc20:0x... and the like", reason="unknown", hint=hint)
    try:
        if found["account"]:
            check_spelling(found["chain"], found["account"])
    except AddressError as error:
        raise SignerError(f"{name}: {error}", reason=error.reason) from None


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
    """Whatever is transferred or may be spent is one of these. Fees are another matter: see `max_fee`.

    A collection (``erc721:0x...``) stands for each token in it (``erc721:0x.../7``).
    """
    allowed = _names(assets, _ASSET, "assets by their CAIP-19 names")

    def judge(effect: Transfer | Approve) -> str:
        named = effect.asset in allowed or "/".join(effect.asset.split("/")[:2]) in allowed
        return "" if named else "the asset is not among those that are named"

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


def no_statements(*, memos: bool = False) -> Rule:
    """No text is signed: no message, and no memo or OP_RETURN text of a transaction unless ``memos`` takes these.

    What a permit allows, or other typed data do, is an `Approve` or `Opaque` and no text. Raises `SignerError`.
    """
    if type(memos) is not bool:
        raise SignerError("expected True or False as memos", reason="type")

    def check(case: Case) -> Plan:
        is_paid = any(type(effect) is Fee for effect in case.effects)  # as every transaction is, and no message
        for effect in case.effects:
            if type(effect) is Opaque:
                refuse("no_statements", _unbounded(effect), effect)
            if type(effect) is Statement and not (memos and is_paid):
                refuse("no_statements", "it signs a text", effect)
        return ()

    return rule("no_statements", check)


def no_unlimited_approval(*, most: int = _MOST_MEANT) -> Rule:
    """What others may spend is known, at most so many units, and no number that stands for all there is.

    Such are 2^53-1 and all larger numbers one below a power of two: tokens and Permit2 keep allowances in 64, 96, 160
    or 256 bits, and take the largest one for no limit at all. Raises `SignerError`.
    """
    _check_amount(most, "most")

    def judge(effect: Approve) -> str:
        amount = effect.amount
        if amount is None or amount > most or _is_all_ones(amount):
            return "it allows to spend all there is, or more than anybody means"
        return ""

    return _judging("no_unlimited_approval", {Opaque: _unbounded, Approve: judge})


def _is_all_ones(amount: int) -> bool:
    return amount.bit_length() >= _ALL_ONES and not amount & (amount + 1)


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
                refuse("max_fee", "the fee is not known, or in an asset that is not named", effect, hint=_hint(effect))
            paid[effect.asset] += effect.at_most
            if paid[effect.asset] > caps[effect.asset]:
                refuse("max_fee", f"the fees exceed {caps[effect.asset]}", effect)
        return ()

    return rule("max_fee", check, chains=_chains_of(assets))


def max_fee_rate(at_most: int) -> Rule:
    """Fees are at most so many satoshi per 1,000 virtual bytes. Raises `SignerError`.

    A fee whose rate is not known is refused: each of other families than Bitcoin's, and one that is only claimed.
    """
    _check_amount(at_most, "highest rate")

    def check(case: Case) -> Plan:
        for effect in case.effects:
            if type(effect) is Opaque:
                refuse("max_fee_rate", _unbounded(effect), effect)
            if type(effect) is not Fee:
                continue
            rate = getattr(case.subject, "fee_rate", None)
            if type(rate) is not int:
                refuse("max_fee_rate", "nobody can say how much it is for each byte", effect)
            if rate > at_most:
                refuse("max_fee_rate", f"{rate} satoshi per 1,000 virtual bytes exceed {at_most}", effect)
        return ()

    return rule("max_fee_rate", check)


def limit(
    asset: str,
    *,
    per_transaction: int | None = None,
    total: int | None = None,
    per: timedelta | None = None,
    name: str = "limit",
) -> Rule:
    """At most so much of one asset in one transaction, and in total within a time, which takes a store.

    Of other assets it says nothing: `only_assets`, `only_chains` and `only_to` beside it do. All of it counts that may
    leave: transfers but for proven change, what others may spend, the highest fees. A collection (``erc721:0x...``)
    counts each token in it; what leaves the same contract by the name of another kind is not known, and refused. Guards
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
    charge = None if total is None else _charge(f"{name} {asset} {seconds}s", total, seconds)

    def check(case: Case) -> Plan:
        own = getattr(case.subject.chain, "asset", asset)
        if asset != own and asset.startswith(f"{case.chain}/slip44:"):  # it would never be met
            refuse("limit", f"the chain's own asset is {own}, and not {asset}")
        spent = 0
        for effect in case.outgoing:
            if type(effect) in _BOUNDED:
                refuse("limit", _unbounded(effect), effect)
            spent += _spent(effect, asset, case.subject.chain)
            if spent > min(caps):
                refuse("limit", f"more than {min(caps)} of {asset}", effect)
        return () if charge is None or not spent else (replace(charge, amount=spent),)

    return rule("limit", check, remembers=charge is not None, chains=_chains_of(assets))


def _spent(effect: Effect, asset: str, chain: Any) -> int:
    """How much of the asset may leave by this effect."""
    if not isinstance(effect, Transfer | Approve | Fee):
        return 0
    amount = effect.at_most if isinstance(effect, Fee) else effect.amount
    is_named = effect.asset == asset or effect.asset.startswith(f"{asset}/")
    if not is_named and not _is_same(chain, effect.asset, asset):
        if not _is_entangled(effect.asset, asset):
            return 0
        amount = None
    if amount is None:
        refuse("limit", "the amount is not known", effect, hint=_hint(effect))
    return amount


def _is_same(chain: Any, told: str, asset: str) -> bool:
    """Whether the chain knows both as names of one asset. A name that it cannot read is refused: it may be either."""
    is_same = getattr(chain, "is_same_asset", None)
    if is_same is None:
        return False
    try:
        return is_same(told, asset) is True
    except WalletcoreError:
        refuse("limit", f"nobody can say whether {told[:200]} is {asset}")


def _is_entangled(told: str, asset: str) -> bool:
    """Whether one contract keeps both, so that what is told of the one may be true of the other.

    Of which kind a contract is, calldata do not say; but two tokens of one collection are not each other.
    """
    one, other = _TOKEN.fullmatch(told), _TOKEN.fullmatch(asset)
    if one is None or other is None or (one[1], one[3]) != (other[1], other[3]):
        return False
    return one[2] != other[2] or one[4] is None or other[4] is None


def _hint(effect: Transfer | Approve | Fee) -> str:
    """What an operator may know of an amount that the bytes do not tell."""
    if isinstance(effect, Fee):
        return "a fee that no field bounds may be bounded by the chain's row: guard(..., chains=[row])"
    return "the chain's row may name contracts that are of ERC-20" if "/erc20:" in effect.asset else ""


def _charge(window: str, total: int, seconds: int) -> Charge:
    """The charge of nothing yet; what no store would keep is told now, and not when it is signed."""
    try:
        return Charge(window=window, amount=0, at_most=total, seconds=seconds)
    except SignerError as error:
        raise SignerError(f"no store keeps this window: {error}", reason=error.reason) from None


def _check_amount(amount: object, what: str) -> None:
    if type(amount) is not int:
        raise SignerError(f"expected an int as {what}", reason="type")
    if not 0 <= amount < _AMOUNTS:
        raise SignerError(f"expected {what} from 0 to 2^256-1", reason="range")


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


def once() -> Rule:
    """Every case is admitted, and of each request the first signature that the guard's store keeps is the only one.

    For signers that give another signature each time, as devices and services do for ECDSA, and for several processes
    that share a store. It holds for the whole guard, wherever it stands; a guard without a store takes no such rule.
    """
    return Rule(name="once", plans=lambda _: iter(((),)), remembers=True, once=True)
