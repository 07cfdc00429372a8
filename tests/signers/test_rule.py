"""Rules are joined: all of them, or one of them, in plans that a store may still decline."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.evm import transfer
from support.guarded import ETH, case_of, refusal
from walletcore.errors import SignerError, SigningRefused
from walletcore.signers.case import Case
from walletcore.signers.rule import Plan, Rule, all_of, any_of, refuse, rule
from walletcore.signers.rules import audit, limit, only_chains
from walletcore.signers.store import Charge

CASE = case_of(transfer())
CHARGE = Charge(window="w", amount=1, at_most=2, seconds=3)


def gives(name: str, *plan: Any) -> Rule:
    return rule(name, lambda _: plan)


def refuses(name: str) -> Rule:
    def check(_: Case) -> Plan:
        refuse(name, "not today", CASE.effects[0])

    return rule(name, check)


def plans(each: Rule) -> list[Plan]:
    return list(each.plans(CASE))


def test_all_of_them_are_asked_in_their_order_and_remembered_together() -> None:
    assert plans(all_of(gives("a", "1"), gives("b"), gives("c", CHARGE, "2"))) == [("1", CHARGE, "2")]
    assert refusal(plans, all_of(gives("a", "1"), refuses("b"), refuses("c"))).rule == "b"


def test_one_of_them_is_enough_and_the_last_one_says_why_none_is() -> None:
    assert plans(any_of(refuses("a"), gives("b", "1"))) == [("1",)]
    assert plans(any_of(gives("a", "1"), refuses("b"))) == [("1",)]
    assert refusal(plans, any_of(refuses("a"), refuses("b"))).rule == "b"


def test_the_next_plan_is_tried_only_when_it_is_asked_for() -> None:
    asked: list[str] = []

    def seen(name: str) -> Rule:
        def check(_: Case) -> Plan:
            asked.append(name)
            return (name,)

        return rule(name, check)

    found = iter(all_of(any_of(seen("a"), seen("b")), seen("c")).plans(CASE))
    assert (next(found), asked) == (("a", "c"), ["a", "c"])
    assert (next(found), asked) == (("b", "c"), ["a", "c", "b", "c"])
    assert list(found) == []


def test_a_later_alternative_that_refuses_does_not_hide_an_earlier_one() -> None:
    joined = all_of(any_of(gives("a", "1"), gives("b", "2")), any_of(gives("c", "3"), refuses("d")))
    assert plans(joined) == [("1", "3"), ("2", "3")]


TREES = st.recursive(
    st.booleans(),
    lambda inner: st.tuples(st.sampled_from(["all", "any"]), st.lists(inner, min_size=1, max_size=3)),
    max_leaves=12,
)


def made(tree: Any) -> Rule:
    if isinstance(tree, bool):
        return gives("yes") if tree else refuses("no")
    kind, inner = tree
    return (all_of if kind == "all" else any_of)(*map(made, inner))


def holds(tree: Any) -> bool:
    return tree if isinstance(tree, bool) else (all if tree[0] == "all" else any)(map(holds, tree[1]))


@given(TREES)
def test_any_tree_of_rules_is_the_logic_that_it_looks_like(tree: Any) -> None:
    if holds(tree):
        assert () in plans(made(tree))
    else:
        refusal(plans, made(tree))


def test_what_rules_need_is_what_their_joint_needs() -> None:
    def sink(_: str) -> None:
        pass

    joined = any_of(all_of(limit(ETH, total=1, per=timedelta(days=1)), audit(sink)), only_chains("solana:x"))
    assert (joined.remembers, set(joined.chains), joined.sinks) == (True, {"eip155:1", "solana:x"}, (sink,))
    assert not any_of(gives("a"), audit(sink)).remembers


@pytest.mark.parametrize("joint", [all_of, any_of])
@pytest.mark.parametrize("rules", [(), (None,), (lambda _: (),), (gives,)])
def test_only_rules_are_joined(joint: Any, rules: Any) -> None:
    with pytest.raises(SignerError):
        joint(*rules)


# -- rules of one's own


def test_a_rule_that_fails_refuses() -> None:
    def check(_: Case) -> Plan:
        raise KeyError("a secret")

    error = refusal(plans, rule("mine", check))
    assert (error.rule, str(error)) == ("mine", "mine: the rule failed with KeyError")
    assert isinstance(error.__cause__, KeyError)
    assert plans(any_of(rule("mine", check), gives("b"))) == [()]


@pytest.mark.parametrize("given", [True, False, None, [], [CHARGE], ("a", None), (b"a",), "ab", {}, 0])
def test_what_a_rule_returns_by_mistake_is_a_refusal(given: Any) -> None:
    assert refusal(plans, rule("mine", lambda _: given)).reason == "type"


def test_a_refusal_names_the_rule_and_the_effect() -> None:
    error = refusal(plans, refuses("mine"))
    assert isinstance(error, SigningRefused)
    assert (error.rule, error.reason, error.effect) == ("mine", "policy", CASE.effects[0])
    assert str(error) == f"mine: not today: {CASE.effects[0]}"
    bare = refusal(lambda: refuse("mine", "why", reason="missing", hint="how"))
    assert (str(bare), bare.effect, bare.reason, bare.hint) == ("mine: why", None, "missing", "how")


@pytest.mark.parametrize("arguments", [("", lambda _: ()), (7, lambda _: ()), ("mine", None)])
def test_a_rule_has_a_name_and_a_function(arguments: Any) -> None:
    with pytest.raises(SignerError):
        rule(*arguments)


def test_a_rule_of_ones_own_says_what_it_needs() -> None:
    own = rule("mine", lambda _: (CHARGE,), remembers=True, chains=["eip155:1"])
    assert (own.name, own.remembers, set(own.chains)) == ("mine", True, {"eip155:1"})
    assert plans(own) == [(CHARGE,)]
