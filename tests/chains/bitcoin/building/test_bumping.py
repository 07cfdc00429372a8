"""Fees raised later: replacements by BIP-125's rules, and children that pay for their parents."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.bitcoin import BITCOIN, reason, signer, spending
from support.replacements import TO, WALLET, bumped, coin, fee_of, original, own
from support.vectors import Case, vectors
from walletcore.chains.bitcoin import Input, Transaction, pay
from walletcore.chains.bitcoin.building import build, child
from walletcore.chains.bitcoin.building.drafts import Line
from walletcore.chains.bitcoin.psbt import Safety
from walletcore.chains.bitcoin.relay import fee_at
from walletcore.chains.bitcoin.tx import Tx
from walletcore.errors import SigningRefused, TransactionError
from walletcore.signing import sign
from walletcore.wallet import Wallet


@vectors("bitcoin/replacements")
def test_a_replacement_pays_what_core_asks_for(case: Case) -> None:
    line = Line(rate=case.input["increment"], base=int(case.input["replaced_fees"]))
    assert (int(case.input["fee"]) >= line.fee(case.input["vsize"])) is (case.expect["result"] == "valid")


def test_the_change_pays_for_a_higher_rate() -> None:
    old = original(200_000)
    new = bumped(old)
    assert new.inputs == old.inputs
    assert fee_of(new) == fee_at(10_000, new.vsize)
    assert [output for output in new.outputs if not output.lock] == [pay(TO, 100_000)]
    assert sum(output.value for output in new.outputs) == 200_000 - fee_of(new)
    assert WALLET.change_of(new) == WALLET.change_of(old)


def test_a_replacement_pays_the_increment_for_its_own_size_at_least() -> None:
    """BIP-125, rule 4: a rate that is hardly higher is not enough."""
    old = original(200_000)
    new = bumped(old, fee_rate=2_001)
    assert fee_of(new) == fee_of(old) + fee_at(1_000, new.vsize)


def test_what_goes_with_the_replaced_transaction_is_paid_for() -> None:
    """BIP-125, rule 3: the fees of all that leave the pool."""
    old = original(200_000)
    assert fee_of(bumped(old, fee_rate=2_001, evicted_fees=5_000)) == fee_of(old) + 5_000 + fee_at(1_000, old.vsize)


def test_only_proven_change_shrinks() -> None:
    stranger = Wallet.from_seed(bytes(64))
    old = original(200_000)
    assert reason(TransactionError, bumped, old, change_of=stranger.change_of) == "missing"
    new = bumped(old, change_of=stranger.change_of, inputs=[coin(7, 50_000)], change=own(index=1))
    assert all(output in new.outputs for output in old.outputs)  # what is not proven is a payment
    assert len(new.inputs) == 2


def test_a_payment_is_never_dropped_and_never_shrinks() -> None:
    old = original(102_000)
    assert [output.value for output in old.outputs] == [2_000 - fee_of(old), 100_000]
    new = bumped(old)
    assert [output.value for output in new.outputs] == [100_000]  # the change is gone
    assert fee_of(new) == 2_000 >= fee_at(10_000, new.vsize)
    assert reason(TransactionError, bumped, old, fee_rate=40_000) == "range"
    more = bumped(old, fee_rate=40_000, inputs=[coin(9, 300_000), coin(8, 60_000)])
    assert {each.txid for each in old.inputs} < {each.txid for each in more.inputs}
    assert fee_of(more) == fee_at(40_000, more.vsize)
    assert old.outputs[1] in more.outputs


@given(
    st.lists(st.integers(20_000, 300_000), min_size=1, max_size=3),
    st.lists(st.integers(500, 200_000), max_size=4),
    st.integers(0, 10_000),
    st.integers(1, 60_000),
    st.integers(0, 3_000),
)
def test_every_replacement_keeps_the_rules_and_the_payments(
    values: list[int], more: list[int], rate: int, step: int, evicted: int
) -> None:
    old = original(*values, paid=sum(values) - 4_000 - fee_at(rate, 400), rate=rate)
    extra = [coin(100 + number, value) for number, value in enumerate(more)]
    higher = (old.fee_rate or 0) + step
    options: dict[str, Any] = {"fee_rate": higher, "inputs": extra, "evicted_fees": evicted, "change": own(index=1)}
    options["allow_low_fee_rate"] = True
    try:
        new = bumped(old, **options)
    except TransactionError as error:
        available = 4_000 + fee_at(rate, 400) + sum(value - fee_at(higher, 68) for value in more)
        refused = error.reason == "range" and max(0, available) < fee_at(higher, 1_000) + fee_of(old) + evicted + 1_000
        assert refused, error  # noqa: PT017
        return
    assert set(old.inputs) <= set(new.inputs)
    mine = [old.outputs[place] for place in WALLET.change_of(old)]
    assert {output for output in old.outputs if output not in mine} <= set(new.outputs)
    assert len(new.outputs) <= 2
    shorter = old.vsize - (3 * len(old.inputs)) // 4 - 1  # with signatures of 69 bytes
    least = max(fee_at(higher, new.vsize), fee_of(old) + evicted + fee_at(1_000, new.vsize))
    least_rate = fee_at(1 + 1_000 * fee_of(old) // shorter, new.vsize)
    back = [new.outputs[place] for place in WALLET.change_of(new)]
    most = max(least, least_rate)
    most += 0 if back else fee_at(max(higher, 1_000), 33) + 670
    assert least <= fee_of(new) <= most


def test_the_largest_of_several_outputs_of_change_shrinks() -> None:
    tx = Transaction(chain=BITCOIN, inputs=(coin(0, 100_000),), outputs=(own(30_000), own(69_000, 1), pay(TO, 700)))
    assert WALLET.change_of(tx) == (0, 1)
    new = bumped(tx)
    assert own(30_000) in new.outputs
    assert pay(TO, 700) in new.outputs
    assert fee_of(new) == fee_at(10_000, new.vsize)


def test_version_and_lock_time_stay() -> None:
    old = replace(original(200_000), version=1, locktime=800_000)
    assert (bumped(old).version, bumped(old).locktime) == (1, 800_000)


def test_what_does_not_signal_is_replaced_only_on_demand() -> None:
    old = original(200_000, sequence=0xFFFF_FFFE)
    assert reason(TransactionError, bumped, old) == "policy"
    assert fee_of(bumped(old, full_rbf=True)) == fee_at(10_000, old.vsize)


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "the same rate": ({"fee_rate": 2_000}, "range"),
    "a rate that is a float": ({"fee_rate": 5_000.0}, "range"),
    "a place that is no output's": ({"change_of": lambda _: (2,)}, "range"),
    "a place before the first": ({"change_of": lambda _: (-1,)}, "range"),
    "places in the place of a function": ({"change_of": (0,)}, "type"),
    "no places": ({"change_of": lambda _: None}, "type"),
    "a text for yes": ({"full_rbf": "no"}, "type"),
    "fees below zero": ({"evicted_fees": -1}, "range"),
    "more inputs of another type": ({"inputs": ["coin"]}, "type"),
    "a coin that is spent already": ({"inputs": [coin(0, 10**6)]}, "duplicate"),
}


@pytest.mark.parametrize("wrong", list(WRONG))
def test_what_is_wrong_is_refused_with_its_reason(wrong: str) -> None:
    options, expected = WRONG[wrong]
    assert reason(TransactionError, bumped, original(200_000), **options) == expected


def test_what_is_not_known_is_not_replaced() -> None:
    old = original(200_000)
    unknown = replace(old, inputs=(Input(txid="11" * 32, vout=0),))
    assert reason(TransactionError, bumped, unknown) == "missing"
    assert reason(TransactionError, bumped, old.raw) == "type"


def parent(rate: int = 500, version: int = 2) -> tuple[bytes, Input, int]:
    """Return a signed transaction of a low rate, the input that spends its change, and its fee."""
    tx = replace(original(200_000, rate=rate), version=version)
    raw = sign(tx, *WALLET.signers_for(tx)).raw
    place = WALLET.change_of(tx)[0]
    mine = Input(txid=tx.txid, vout=place, previous=raw, key=WALLET.public_key(BITCOIN, change=1), kind="p2wpkh")
    return raw, mine, fee_of(tx)


@given(st.integers(0, 3_000), st.integers(1, 400_000))
def test_parent_and_child_together_pay_the_rate(low: int, rate: int) -> None:
    raw, mine, paid = parent(low)
    options: dict[str, Any] = {"parent": raw, "parent_fee": paid, "inputs": [mine], "to": own(index=1)}
    if fee_at(rate, 300) > 98_000:
        assert reason(TransactionError, child, BITCOIN, fee_rate=300_000 + rate, **options) == "range"
        return
    tx = child(BITCOIN, fee_rate=rate, allow_low_fee_rate=True, **options).transaction
    size = Tx.decode(raw).vsize
    together = fee_at(rate, size + tx.vsize) - paid
    assert fee_of(tx) == max(together, fee_at(rate, tx.vsize))
    assert len(tx.outputs) == 1


def test_a_child_may_spend_other_coins_too() -> None:
    raw, mine, paid = parent()
    psbt = child(BITCOIN, parent=raw, parent_fee=paid, inputs=[mine, coin(9, 10**6)], to=TO, fee_rate=400_000)
    tx = psbt.transaction
    assert fee_of(tx) == fee_at(400_000, Tx.decode(raw).vsize + tx.vsize) - paid


def test_a_child_spends_its_parent() -> None:
    raw, mine, paid = parent()
    options: dict[str, Any] = {"parent": raw, "parent_fee": paid, "to": TO, "fee_rate": 10_000}
    assert reason(TransactionError, child, BITCOIN, inputs=[coin(9, 10**6)], **options) == "mismatch"
    lie = Input(txid=mine.txid, vout=mine.vout, value=10**6, key=mine.key)
    assert reason(TransactionError, child, BITCOIN, inputs=[lie], **options) == "mismatch"
    beyond = Input(txid=mine.txid, vout=2, value=10**6, key=mine.key)
    assert reason(TransactionError, child, BITCOIN, inputs=[beyond], **options) == "mismatch"
    assert reason(TransactionError, child, BITCOIN, inputs=[mine], **{**options, "parent_fee": -1}) == "range"
    assert reason(TransactionError, child, BITCOIN, inputs=[mine], **{**options, "parent": b"\x00"}) == "truncated"
    for rate in (None, "1", True, 1.0, -1):
        assert reason(TransactionError, child, BITCOIN, inputs=[mine], **{**options, "fee_rate": rate}) == "range"


def test_a_parent_that_is_not_signed_is_refused_as_it_hides_its_size() -> None:
    raw, mine, paid = parent()
    bare = replace(Tx.decode(raw), witnesses=())
    assert bare.txid == mine.txid
    options: dict[str, Any] = {"parent_fee": paid, "to": TO, "fee_rate": 10_000, "inputs": [mine]}
    assert reason(TransactionError, child, BITCOIN, parent=bare.encode(), **options) == "missing"


@pytest.mark.parametrize(("version", "expected"), [(1, 2), (2, 2), (3, 3)])
def test_a_child_has_the_version_that_its_parents_descendants_must_have(version: int, expected: int) -> None:
    """BIP-431, rules 1 and 2: what spends an unconfirmed transaction of version 3 has it as well, and no other."""
    raw, mine, paid = parent(version=version)
    options: dict[str, Any] = {"parent": raw, "parent_fee": paid, "to": TO, "fee_rate": 10_000}
    tx = child(BITCOIN, inputs=[mine], **options).transaction
    assert (Tx.decode(raw).version, tx.version) == (version, expected)


def test_a_child_of_version_3_is_small() -> None:
    """BIP-431, rule 5: 1,000 virtual bytes; P2WPKH has 10.5 beside 31 of the output and 68 of each input."""
    for version, others, fits in ((3, 13, True), (3, 14, False), (2, 14, True)):
        raw, mine, paid = parent(version=version)
        inputs = [mine, *[coin(place, 10**6) for place in range(20, 20 + others)]]
        options: dict[str, Any] = {"parent": raw, "parent_fee": paid, "to": TO, "fee_rate": 10_000, "inputs": inputs}
        if fits:
            assert len(child(BITCOIN, **options).inputs) == 1 + others
        else:
            assert reason(TransactionError, child, BITCOIN, **options) == "too-large"


def test_a_child_is_signed_as_any_other() -> None:
    raw, mine, paid = parent()
    origin = WALLET.origin(BITCOIN, change=1)
    inputs = [replace(mine, origin=origin)]
    psbt = child(BITCOIN, parent=raw, parent_fee=paid, inputs=inputs, to=own(index=1), fee_rate=10_000)
    assert WALLET.change_of(psbt.transaction) == (0,)
    signed = sign(psbt, *WALLET.signers_for(psbt)).finalize()
    assert Tx.decode(signed.raw).vsize <= psbt.transaction.vsize


def test_T13_neighbour_a_rate_that_no_node_passes_on_is_refused_unless_it_is_meant() -> None:
    old, (raw, mine, paid) = original(300_000, rate=500), parent()
    below: dict[str, Any] = {"parent": raw, "parent_fee": paid, "inputs": [mine], "to": TO, "fee_rate": 999}
    assert reason(TransactionError, bumped, old, fee_rate=999) == "policy"
    assert reason(TransactionError, child, BITCOIN, **below) == "policy"
    assert fee_of(bumped(old, fee_rate=1_500)) >= fee_at(1_500, old.vsize)
    assert bumped(old, fee_rate=999, allow_low_fee_rate=True).outputs
    assert child(BITCOIN, **below, allow_low_fee_rate=True).transaction.outputs
    assert child(BITCOIN, **{**below, "fee_rate": 1_000}).transaction.outputs
    for call in (lambda flag: bumped(old, allow_low_fee_rate=flag), lambda flag: child(BITCOIN, **below, **flag)):
        assert reason(TransactionError, call, {"allow_low_fee_rate": 1}) == "type"


def test_T13_a_rate_that_can_only_be_a_mistake_is_refused() -> None:
    old = original(10**9)
    assert reason(SigningRefused, bumped, old, fee_rate=10_000_001) == "policy"
    assert fee_of(bumped(old, fee_rate=20_000_000, safety=Safety(max_fee_rate=None))) == 20_000 * old.vsize


def test_a_replacement_moves_no_output_away_from_its_single_signature() -> None:
    inputs = (coin(0, 200_000, sighash="SINGLE"), coin(1, 50_000))
    old = Transaction(chain=BITCOIN, inputs=inputs, outputs=(own(100_000), pay(TO, 140_000)))
    assert reason(TransactionError, bumped, old, fee_rate=100_000, ordering="given") == "mismatch"
    behind = replace(old, inputs=inputs[::-1])  # it would stand one place before its input
    call: dict[str, Any] = {"fee_rate": 100_000, "ordering": "given", "change_of": lambda _: (0,)}
    assert reason(TransactionError, bumped, behind, **call) == "mismatch"


def test_coins_are_added_only_where_they_are_needed() -> None:
    """Without its change the transaction pays to the satoshi what it must."""
    old = original(102_000, rate=5_000)
    assert len(old.outputs) == 2
    new = bumped(old, fee_rate=18_181, inputs=[coin(9, 10**6)])
    assert (new.inputs, fee_of(new)) == (old.inputs, 2_000)
    assert fee_at(18_181, new.vsize) == 2_000


def real_rate(tx: Transaction) -> Fraction:
    """Return what the signed transaction pays for a virtual byte."""
    return Fraction(fee_of(tx), Tx.decode(sign(tx, *WALLET.signers_for(tx)).raw).vsize)


def test_a_larger_replacement_has_a_higher_rate_than_what_it_replaces_as_that_was_signed() -> None:
    """Core, PaysMoreThanConflicts: half of all signatures are a byte shorter than counted, and so pay a higher rate."""
    for value in range(200_000, 200_030):
        old = original(value, rate=20_000)
        new = bumped(old, fee_rate=20_001, inputs=[coin(9, 30_000)], change_of=lambda _: (), change=TO)
        assert len(new.inputs) == 2
        assert real_rate(new) > real_rate(old)
        assert fee_of(new) < fee_at(20_800, new.vsize)


@pytest.mark.parametrize("sighash", ["SINGLE", "SINGLE|ANYONECANPAY"])
def test_a_replacement_leaves_the_output_to_which_a_single_signature_commits(sighash: str) -> None:
    """Nor does it shrink, and no other one takes its place."""
    paired = (coin(0, 50_000), coin(1, 200_000, sighash=sighash))
    old = Transaction(chain=BITCOIN, inputs=paired, outputs=(pay(TO, 140_000), own(100_000)))
    assert WALLET.change_of(old) == (1,)
    call: dict[str, Any] = {"fee_rate": 100_000, "ordering": "given", "change_of": lambda _: (1,)}
    for options in ({}, {"change": own(index=1)}, {"change": TO, "inputs": [coin(5, 10**6)]}):
        assert reason(TransactionError, bumped, old, **call, **options) == "mismatch"
    apart = replace(old, inputs=paired[::-1])
    assert WALLET.change_of(apart) == ()  # it may be replaced, so it is not proven
    for options in ({}, {"change": own(index=1)}):
        new = bumped(apart, **call, **options)
        assert (new.outputs[0], new.inputs[0].sighash) == (pay(TO, 140_000), sighash)
    more = [coin(7, 10**6, sighash=sighash)]
    assert reason(TransactionError, bumped, apart, **{**call, "fee_rate": 600_000}, inputs=more) == "mismatch"


def test_change_may_be_named_one_by_one() -> None:
    old = original(200_000)
    assert bumped(old, change_of=lambda each: iter(WALLET.change_of(each))) == bumped(old)


def test_a_finalized_psbt_does_not_say_who_signs_and_whoever_asks_is_told() -> None:
    """BIP-174: an Input Finalizer takes the keys out, so that nobody knows how large another signature is."""
    coins = (spending("p2wpkh"),)
    made = build(BITCOIN, inputs=coins, payments=[pay(TO, 50_000)], change=own(), fee_rate=2_000)
    final = sign(made, signer(1)).finalized().transaction
    with pytest.raises(TransactionError, match="its key is not known") as caught:
        bumped(final)
    assert (caught.value.reason, caught.value.hint.partition(";")[0]) == (
        "missing",
        "a PSBT names keys until it is finalized",
    )
    assert bumped(sign(made, signer(1)).transaction, change=TO, change_of=lambda _: (0,)).outputs
