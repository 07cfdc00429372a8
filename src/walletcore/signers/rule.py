"""What a rule is, and how rules are joined: for a case it gives plans that admit it, or refuses."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from walletcore.effects import Effect
from walletcore.errors import GuardRefused, SignerError
from walletcore.signers.case import Case
from walletcore.signers.store import Charge

__all__ = ["Plan", "Rule", "all_of", "any_of", "refuse", "rule"]

Plan = tuple[Charge | str, ...]
"""What is to be remembered of a case that is admitted: charges, and lines of the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A name, and for a case the plans that admit it, the preferred one first. None: the last refusal is raised.

    ``remembers``: it needs a store, as where its plans have charges. ``chains`` are those that it speaks of. ``sinks``
    are told of each case: a store, or a function of one line. ``waits``: it asks others, who may take long. ``once``:
    the guard gives one signature for a request. Made by the functions of this module; by `rule` for one's own.
    """

    name: str
    plans: Callable[[Case], Iterable[Plan]]
    remembers: bool = False
    chains: frozenset[str] = frozenset()
    sinks: tuple[Any, ...] = ()
    waits: bool = False
    once: bool = False


def rule(name: str, check: Callable[[Case], Plan], *, remembers: bool = False, chains: Collection[str] = ()) -> Rule:
    """A rule of one function, which is given a `Case`, refuses with `refuse`, or returns a tuple of charges and lines.

    Whatever else it raises or returns is a refusal, too. One that returns charges says so by ``remembers``.
    """
    if type(name) is not str or not name or not callable(check):
        raise SignerError("expected the name of a rule, and a function", reason="type")

    def plans(case: Case) -> tuple[Plan]:
        return (_checked(name, check, case),)

    return Rule(name=name, plans=plans, remembers=remembers, chains=frozenset(chains))


def refuse(name: str, why: str, effect: Effect | None = None, *, reason: str = "policy", hint: str = "") -> NoReturn:
    """Raise the `GuardRefused` of the rule of this name, about one effect or none."""
    about = "" if effect is None else f": {str(effect)[:500]}"
    raise GuardRefused(f"{name}: {why}{about}", reason=reason, hint=hint, rule=name, effect=effect)


def _checked(name: str, check: Callable[[Case], Plan], case: Case) -> Plan:
    try:
        plan = check(case)
    except GuardRefused:
        raise
    except Exception as error:
        message = f"{name}: the rule failed with {type(error).__name__}"
        raise GuardRefused(message, reason="policy", rule=name) from error
    if type(plan) is not tuple or (plan and not all(type(each) in (Charge, str) for each in plan)):
        refuse(name, "the rule did not return a tuple of charges and lines", reason="type")
    return plan


def all_of(*rules: Rule) -> Rule:
    """All of these admit it."""
    return _joined("all_of", rules, lambda case: _every(rules, case, ()))


def any_of(*rules: Rule) -> Rule:
    """One of these admits it, the first that does; the next one, where a charge of that is too much for its window."""
    return _joined("any_of", rules, lambda case: _either(rules, case))


def _joined(name: str, rules: tuple[Rule, ...], plans: Callable[[Case], Iterable[Plan]]) -> Rule:
    if not rules or any(type(each) is not Rule for each in rules):
        raise SignerError("expected rules, at least one", reason="type")
    return Rule(
        name=name,
        plans=plans,
        remembers=any(each.remembers for each in rules),
        chains=frozenset().union(*(each.chains for each in rules)),
        sinks=tuple(sink for each in rules for sink in each.sinks),
        waits=any(each.waits for each in rules),
        once=any(each.once for each in rules),
    )


def _every(rules: tuple[Rule, ...], case: Case, so_far: Plan) -> Iterator[Plan]:
    for place, each in enumerate(rules, 1):
        plans = each.plans(case)
        if type(plans) is tuple and len(plans) == 1:  # as nearly all of them: nothing to choose
            so_far += plans[0]
            continue
        for plan in plans:
            yield from _every(rules[place:], case, so_far + plan)
        return
    yield so_far


def _either(rules: tuple[Rule, ...], case: Case) -> Iterator[Plan]:
    refusal, found = None, False
    for each in rules:
        try:
            for plan in each.plans(case):
                found = True
                yield plan
        except GuardRefused as error:
            refusal = error
    if refusal is not None and not found:
        raise refusal
