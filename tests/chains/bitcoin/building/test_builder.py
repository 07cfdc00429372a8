"""Building: what comes out is paid for, to the satoshi, and what must not be built is refused."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.bitcoin import BITCOIN, TESTNET, kernel_accepts, key, reason, signer, spending
from walletcore.chains.bitcoin import Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.building import LONG_TERM_FEE_RATE, build, bump_fee
from walletcore.chains.bitcoin.building.drafts import Draft, Line, Price, drafted
from walletcore.chains.bitcoin.building.ordering import sorted_inputs, sorted_outputs
from walletcore.chains.bitcoin.building.weights import size_of, vsize_of, weight_of
from walletcore.chains.bitcoin.locks import change
from walletcore.chains.bitcoin.psbt import SAFE, Psbt, Safety
from walletcore.chains.bitcoin.relay import CORE, fee_at, spent_vsize
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.errors import SigningRefused, TransactionError
from walletcore.path import KeyOrigin, Path
from walletcore.signers.local import LocalSigner
from walletcore.signing import sign

ALICE = key(1).public_key
TO = BITCOIN.address(key(2).public_key)
CHANGE = change(key(3).public_key, value=0, origin=KeyOrigin(b"\x01\x02\x03\x04", Path.parse("m/84'/0'/0'/1/0")))
LEAST = fee_at(LONG_TERM_FEE_RATE, spent_vsize(CHANGE.script_pubkey))  # 670 satoshi: more than P2WPKH's dust


def coin(number: int, value: int, **options: Any) -> Input:
    return Input(**{"txid": f"{number + 1:064x}", "vout": number % 3, "value": value, "key": ALICE, **options})


def built(*values: int, paid: int = 100_000, **options: Any) -> Transaction:
    parts: dict[str, Any] = {
        "inputs": [coin(number, value) for number, value in enumerate(values)],
        "payments": [pay(TO, paid)],
        "change": CHANGE,
        "fee_rate": 5_000,
        **options,
    }
    return build(BITCOIN, **parts).transaction


def fee_of(tx: Transaction) -> int:
    return sum(each.value or 0 for each in tx.inputs) - sum(output.value for output in tx.outputs)


def test_the_fee_is_what_the_rate_says_and_the_rest_is_change() -> None:
    tx = built(150_000, 60_000)
    assert fee_of(tx) == fee_at(5_000, tx.vsize) == 705
    assert [output.value for output in tx.outputs] == [150_000 - 100_000 - 705, 100_000]
    assert tx.outputs[0].lock == CHANGE.lock  # whose change it is stays known
    assert (tx.version, tx.locktime) == (2, 0)
    signed = sign(tx, signer(1))
    assert Tx.decode(signed.raw).vsize <= tx.vsize


def test_the_change_may_be_an_address() -> None:
    address = BITCOIN.address(key(3).public_key)
    outputs = built(150_000, change=address).outputs
    assert [output.script_pubkey for output in outputs] == [BITCOIN.script_pubkey(each) for each in (address, TO)]


def test_coins_without_change_are_preferred_to_larger_ones() -> None:
    exact = 100_000 + fee_at(5_000, 110)
    tx = built(10**8, exact, 10**7)
    assert [each.value for each in tx.inputs] == [exact]
    assert [output.value for output in tx.outputs] == [100_000]
    assert fee_of(tx) == fee_at(5_000, 110)


@pytest.mark.parametrize("more", [-1, 0])
def test_change_is_made_from_what_its_spending_will_cost_on(more: int) -> None:
    """The fee takes it below: 31 virtual bytes for the output, and 67 for the input at 10 satoshi each."""
    value = 100_000 + fee_at(5_000, 110 + 31) + LEAST + more
    tx = built(value, selection="all")
    assert len(tx.outputs) == (1 if more else 2)
    assert fee_of(tx) == (705 + LEAST - 1 if more else 705)


@pytest.mark.parametrize("more", [-1, 0])
def test_change_is_made_from_the_dust_limit_on(more: int) -> None:
    value = 100_000 + fee_at(5_000, 141) + 294 + more
    tx = built(value, selection="all", long_term_fee_rate=0)
    assert [output.value for output in tx.outputs if output.value < 100_000] == ([] if more else [294])


def test_all_coins_are_spent_where_all_are_asked_for() -> None:
    tx = built(150_000, 700, 60_000, selection="all")
    assert len(tx.inputs) == 3
    assert fee_of(tx) == fee_at(5_000, tx.vsize)


def test_without_payments_everything_goes_to_the_change() -> None:
    tx = built(150_000, 60_000, selection="all", payments=[])
    assert len(tx.inputs) == 2
    assert [output.value for output in tx.outputs] == [210_000 - fee_at(5_000, tx.vsize)]
    assert reason(TransactionError, built, 700, selection="all", payments=[]) == "range"
    assert reason(TransactionError, built, 150_000, payments=[]) == "missing"


PLANS: dict[str, tuple[list[int], list[tuple[str, int]], int, int, int]] = {
    "SpendMinimumAmountP2WPKH": ([294, 16_776], [("p2wpkh", 546)], 27, 5_643, 10_881),
    "SignMaxAmount": ([10_189_534], [], 1, 110, 10_189_424),
    "Plan_10input_MaxAmount": ([10**6 + 10**4 * each for each in range(10)], [], 1, 722, 10_449_278),
    "PlanAndSign_LitecoinReal_8435": ([3_899_774], [("p2wpkh", 1_200_000)], 1, 141, 2_699_633),
    "ExtraOutputs": ([10_000], [("p2pkh", 2_000), ("p2wpkh", 2_000), ("p2tr", 2_000)], 6, 1_800, 2_200),
    "ExtraOutputsRequireExtraInputs": (
        *([10_000, 3_000], [("p2pkh", 5_999), ("p2wpkh", 2_000), ("p2tr", 2_000)]),
        *(6, 2_688, 313),
    ),
}


@pytest.mark.parametrize("name", list(PLANS))
def test_fees_and_change_are_those_of_trust_wallet(name: str) -> None:
    """trustwallet/wallet-core, tests/chains/Bitcoin/TWBitcoinSigningTests.cpp at 5295dc4fe299."""
    values, paid, rate, fee, rest = PLANS[name]
    row = replace(BITCOIN, relay=replace(CORE, dust=294))
    kind = "p2pkh" if name.startswith("Extra") else "p2wpkh"
    script = row.script_pubkey(row.address(ALICE, kind=kind))
    funds = tuple(TxOut(value=value, script_pubkey=script) for value in values)
    funding = Tx(version=2, inputs=(TxIn(txid="77" * 32, vout=0),), outputs=funds, locktime=0)
    psbt = build(
        row,
        inputs=[Input(txid=funding.txid, vout=n, previous=funding.encode(), key=ALICE) for n in range(len(values))],
        payments=[pay(row.address(key(2).public_key, kind=each), value) for each, value in paid],
        change=row.address(key(3).public_key, kind=kind),
        fee_rate=1_000 * rate,
        long_term_fee_rate=0,
        selection="all",
        ordering="given",
    )
    assert (fee_of(psbt.transaction), psbt.transaction.outputs[-1].value) == (fee, rest)


def test_coins_that_cost_more_than_they_bring_stay_where_they_are() -> None:
    tx = built(340, 339, 150_000, selection="largest-first", paid=149_000)
    assert [each.value for each in tx.inputs] == [150_000]


values = st.integers(300, 200_000)
kinds = st.sampled_from(["p2wpkh", "p2tr", "p2pkh", "p2sh-p2wpkh", "p2wsh", "p2sh", "multisig"])


def is_affordable(inputs: Sequence[Input], payments: Sequence[TxOut], rate: int, selection: str) -> bool:
    """Whether the coins that bring more than they cost, or all, are worth the payments and the fee."""
    segwit = any(size_of(each).witness for each in inputs)
    beside = {each: segwit and not size_of(each).witness for each in inputs}  # an empty witness
    own = {each: fee_at(rate, vsize_of(size_of(each).weight + beside[each])) for each in inputs}
    used = [each for each in inputs if selection == "all" or (each.value or 0) > own[each]]
    if not used:
        return False
    fee = fee_at(rate, vsize_of(weight_of(used, payments)))
    return sum(each.value or 0 for each in used) >= sum(output.value for output in payments) + fee


CHOICES = ["branch-and-bound", "largest-first", "random-draw", "all"]


@given(
    st.lists(kinds, min_size=1, max_size=8),
    st.lists(values, min_size=1, max_size=4),
    st.integers(0, 30_000),
    st.integers(0, 20_000),
    st.sampled_from(CHOICES),
    st.sampled_from(["bip69", "random", "given"]),
)
def test_every_transaction_pays_its_rate_and_no_more_than_change_would_cost(
    guards: list[str], paid: list[int], rate: int, later: int, selection: str, ordering: str
) -> None:
    inputs = [spending(guard, place=place) for place, guard in enumerate(guards)]
    payments = [pay(TO, 1_000 + value) for value in paid]
    parts: dict[str, Any] = {"inputs": inputs, "payments": payments, "change": CHANGE, "selection": selection}
    parts |= {"allow_low_fee_rate": True, "fee_rate": rate, "long_term_fee_rate": later, "ordering": ordering}
    if not is_affordable(inputs, payments, rate, selection):
        assert reason(TransactionError, build, BITCOIN, **parts) == "range"
        return
    tx = build(BITCOIN, **parts).transaction
    fee, least = fee_of(tx), fee_at(rate, tx.vsize)
    mine = [output for output in tx.outputs if output.lock is not None]
    assert [(p.value, p.script_pubkey) for p in sorted_outputs(payments)] == [
        (p.value, p.script_pubkey) for p in sorted_outputs(output for output in tx.outputs if output.lock is None)
    ]
    if mine:
        assert fee == least
        assert mine[0].value >= max(294, fee_at(later, 67))
    else:
        made = fee_at(rate, tx.vsize + 31 + 2) + max(294, fee_at(later, 67))
        assert least <= fee <= made
    assert len(tx.inputs) == len(inputs) or selection != "all"
    if ordering == "bip69":
        assert (tx.inputs, tx.outputs) == (sorted_inputs(tx.inputs), sorted_outputs(tx.outputs))


def test_the_count_of_inputs_is_paid_for_where_it_grows() -> None:
    """A P2WPKH input has 68 virtual bytes exactly; two bytes more of their number make 253 of them insufficient."""
    coins = [coin(number, 10_000) for number in range(260)]
    one_byte, three_bytes = 42, 44  # virtual bytes of all but the inputs, 41.5 and 43.5
    for short, number in ((three_bytes, 253), (one_byte, 254)):
        paid = 253 * (10_000 - 68) - short
        tx = built(inputs=coins, paid=paid, fee_rate=1_000, long_term_fee_rate=0)
        assert len(tx.inputs) == number
        assert fee_of(tx) >= fee_at(1_000, tx.vsize)


def test_coins_are_chosen_without_change_up_to_what_change_would_cost() -> None:
    """An output of 31 virtual bytes, and least change for it: one satoshi more, and the larger coin is taken."""
    needed, window = 100_000 + fee_at(5_000, 110), fee_at(5_000, 31) + LEAST - 1
    assert [each.value for each in built(10**7, needed + window).inputs] == [needed + window]
    assert [each.value for each in built(10**7, needed + window + 1).inputs] == [10**7]


def test_a_choice_that_weighs_too_much_is_not_made() -> None:
    """At a rate below the long-term one many inputs waste least; 1,480 of them are more than nodes pass on."""
    coins = [coin(number, 1_000) for number in range(1_500)]
    tx = built(inputs=[*coins, coin(1_500, 1_480_100)], paid=1_480_000, fee_rate=0, allow_low_fee_rate=True)
    assert [each.value for each in tx.inputs] == [1_480_100]


def test_what_suffices_to_the_satoshi_is_found() -> None:
    """Each coin by itself is rounded up, 57.5 virtual bytes to 58, and together they need less."""
    taproot = [coin(number, 10_000, kind="p2tr") for number in range(10)]
    vsize = vsize_of(weight_of(taproot, [pay(TO, 50_000)]))
    exact = 100_000 - fee_at(1_000, vsize)
    tx = build(BITCOIN, inputs=taproot, payments=[pay(TO, exact)], change=CHANGE, fee_rate=1_000).transaction
    assert (len(tx.inputs), len(tx.outputs), fee_of(tx)) == (10, 1, fee_at(1_000, vsize))
    with pytest.raises(TransactionError, match=f"expected {exact + 1} satoshi for the payments and .* got 100000"):
        build(BITCOIN, inputs=taproot, payments=[pay(TO, exact + 1)], change=CHANGE, fee_rate=1_000)


def test_insufficient_funds_are_named_with_what_is_wanted() -> None:
    with pytest.raises(TransactionError) as caught:
        built(99_999, 1)
    assert caught.value.reason == "range"
    assert str(caught.value) == (
        "insufficient funds: expected 100000 satoshi for the payments and 550 for the fee, got 99999"
    )


def test_no_payment_is_dust() -> None:
    dust = pay(BITCOIN.address(ALICE, kind="p2tr"), 329)
    with pytest.raises(TransactionError, match="payment 1 is dust: expected 330 satoshi, got 329") as caught:
        built(10**6, payments=[pay(TO, 294), dust])
    assert caught.value.reason == "policy"
    assert built(10**6, payments=[pay(TO, 294), TxOut(value=0, script_pubkey=b"\x6a\x01\xff")]).outputs


def test_an_address_of_another_network_is_refused() -> None:
    foreign = TESTNET.address(ALICE)
    assert reason(TransactionError, built, 10**6, payments=[pay(foreign, 5_000)]) == "network"
    assert reason(TransactionError, built, 10**6, change=foreign) == "network"


def test_the_order_is_that_of_bip69_unless_another_is_named() -> None:
    tx = built(*[30_000 + number for number in range(12)])
    assert tx.inputs == sorted_inputs(tx.inputs)
    assert tx.outputs == sorted_outputs(tx.outputs)
    given = built(150_000, paid=1_000, ordering="given")
    assert [output.value < 10_000 for output in given.outputs] == [True, False]
    orders = {tuple(output.value for output in built(250_000, ordering="random").outputs) for _ in range(64)}
    assert len(orders) == 2


def test_T09_an_input_that_commits_to_the_output_at_its_place_is_not_moved() -> None:
    single = [coin(0, 10**6, sighash="SINGLE")]
    assert reason(TransactionError, built, inputs=single) == "mismatch"
    given: dict[str, Any] = {"ordering": "given", "selection": "all"}
    assert built(inputs=single, **given).inputs[0].sighash == "SINGLE"


@pytest.mark.parametrize("sighash", ["SINGLE", "SINGLE|ANYONECANPAY"])
def test_a_single_signature_is_not_left_to_a_choice_of_inputs(sighash: str) -> None:
    """With one more input before it, it would commit to another output."""
    inputs = [coin(0, 10**6), coin(1, 10**5, sighash=sighash)]
    for selection in ("branch-and-bound", "largest-first", "random-draw"):
        call: dict[str, Any] = {"inputs": inputs, "ordering": "given", "selection": selection}
        assert reason(TransactionError, built, **call) == "mismatch"
    places = [each.sighash for each in built(inputs=inputs, ordering="given", selection="all").inputs]
    assert places == ["ALL", sighash]


def test_T08_an_output_is_offered_once() -> None:
    assert reason(TransactionError, built, inputs=[coin(0, 10**6), coin(0, 10**6)]) == "duplicate"


def test_a_transaction_may_be_replaced_unless_it_is_said_not_to() -> None:
    assert [each.sequence for each in built(150_000).inputs] == [0xFFFF_FFFD]
    assert [each.sequence for each in built(150_000, replaceable=False).inputs] == [0xFFFF_FFFE]
    final = [coin(0, 150_000, sequence=0xFFFF_FFFF)]
    assert [each.sequence for each in built(inputs=final, replaceable=False).inputs] == [0xFFFF_FFFF]
    relative = [coin(0, 150_000, sequence=144)]
    assert reason(TransactionError, built, inputs=relative, replaceable=False) == "mismatch"


def test_the_tip_is_the_lock_time_against_fee_sniping() -> None:
    assert built(150_000, tip=900_000).locktime == 900_000
    assert built(150_000, locktime=500_000_000).locktime == 500_000_000
    assert reason(TransactionError, built, 150_000, tip=500_000_000) == "range"
    assert reason(TransactionError, built, 150_000, tip=900_000, locktime=1) == "ambiguous"
    final = [coin(0, 150_000, sequence=0xFFFF_FFFF)]
    assert reason(TransactionError, built, inputs=final, tip=900_000) == "mismatch"


def test_what_no_node_passes_on_is_not_built() -> None:
    many = [coin(number, 10_000) for number in range(1_500)]
    assert reason(TransactionError, built, inputs=many, selection="all") == "too-large"
    free: dict[str, Any] = {"fee_rate": 0, "allow_low_fee_rate": True}
    assert reason(TransactionError, built, inputs=many, paid=9_990 * 1_480, **free) == "too-large"
    assert len(built(inputs=many[:1_450], selection="all").inputs) == 1_450


def test_T13_a_fee_that_can_only_be_a_mistake_is_refused() -> None:
    """Core: -maxtxfee, and maxfeerate of sendrawtransaction."""
    many = [coin(number, 10**6) for number in range(40)]  # 0.13 coins of fee
    for options in ({"fee_rate": 10_000_001}, {"fee_rate": 5_000_000, "inputs": many, "selection": "all"}):
        assert reason(SigningRefused, built, 10**9, **options) == "policy"
    assert built(10**9, fee_rate=10_000_000).fee_rate == 10_000_000
    generous = Safety(max_fee=None, max_fee_rate=None)
    assert fee_of(built(10**9, fee_rate=20_000_000, safety=generous)) == 20_000 * 141
    frugal = Safety(max_fee=704)
    assert reason(SigningRefused, built, 150_000, safety=frugal) == "policy"


@pytest.mark.parametrize(("rate", "hint"), [(0, "0"), (5, "5000"), (999, "999000")])
def test_T13_neighbour_a_rate_in_another_unit_is_refused_unless_it_is_meant(rate: int, hint: str) -> None:
    """Core, DEFAULT_MIN_RELAY_TX_FEE: less is not passed on. Five satoshi per virtual byte are 5,000 per 1,000."""
    with pytest.raises(TransactionError, match=f"at least 1000 satoshi per 1,000 virtual bytes, got {rate}$") as caught:
        built(150_000, fee_rate=rate)
    assert caught.value.reason == "policy"
    assert caught.value.hint.startswith(f"{rate} satoshi per virtual byte are {hint};")
    assert fee_of(built(150_000, fee_rate=rate, allow_low_fee_rate=True)) == fee_at(rate, 141)
    assert fee_of(built(150_000, fee_rate=1_000)) == 141


def test_coins_are_not_burnt_unless_it_is_meant() -> None:
    """Core: maxburnamount of sendrawtransaction is 0. An output that says something and is worth nothing burns none."""
    said = TxOut(value=0, script_pubkey=b"\x6a\x02ok")
    for script in (b"\x6a\x02ok", b"\x6a", bytes(10_001)):
        burnt = TxOut(value=1_000, script_pubkey=script)
        with pytest.raises(TransactionError, match="payment 1 burns 1000 satoshi") as caught:
            built(150_000, payments=[said, burnt])
        assert (caught.value.reason, caught.value.hint) == ("policy", "allow_burn=True takes it")
        assert burnt in built(150_000, payments=[said, burnt], allow_burn=True).outputs
    assert said in built(150_000, payments=[said]).outputs


def test_a_fee_is_raised_of_what_burns_already() -> None:
    burnt = TxOut(value=1_000, script_pubkey=b"\x6a\x02ok")
    old = built(150_000, payments=[burnt], allow_burn=True)
    place = 1 - old.outputs.index(burnt)
    assert burnt in bump_fee(old, fee_rate=10_000, change_of=lambda _: (place,)).transaction.outputs


def test_what_is_built_is_a_psbt_that_signers_sign() -> None:
    """With the previous transactions; without them, the PSBT refuses unless its safety says otherwise."""
    payments = [pay(TO, 150_000)]
    inputs = [spending("p2wpkh"), spending("p2pkh", place=1), spending("p2sh", place=2), spending("p2tr", place=3)]
    psbt = build(BITCOIN, inputs=inputs, payments=payments, change=CHANGE, fee_rate=5_000, selection="all")
    assert type(psbt) is Psbt
    assert Psbt.decode(BITCOIN, psbt.raw) == psbt
    signed = sign(psbt, *(signer(number) for number in (1, 2))).finalize()
    assert fee_of(psbt.transaction) == fee_at(5_000, psbt.transaction.vsize)
    assert kernel_accepts(signed.raw, [each.spent for each in psbt.transaction.inputs if each.spent])
    claimed = build(BITCOIN, inputs=[coin(0, 200_000)], payments=payments, change=CHANGE, fee_rate=5_000)
    assert reason(SigningRefused, claimed.requests) == "policy"
    trusting = Safety(trust_witness_utxo=True)
    trusted = build(
        BITCOIN, inputs=[coin(0, 200_000)], payments=payments, change=CHANGE, fee_rate=5_000, safety=trusting
    )
    assert len(trusted.requests()) == 1


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "inputs of another type": ({"inputs": ["coin"]}, "type"),
    "a text for no": ({"replaceable": ""}, "type"),
    "a number for yes": ({"replaceable": 1}, "type"),
    "a number that allows a low rate": ({"allow_low_fee_rate": 1}, "type"),
    "a text that allows to burn": ({"allow_burn": "no"}, "type"),
    "a rate that is none": ({"fee_rate": None}, "range"),
    "inputs as a generator": ({"inputs": iter([coin(0, 10**6)])}, "type"),
    "payments of another type": ({"payments": [TO]}, "type"),
    "change of another type": ({"change": "bc1q"}, "type"),
    "a rate below zero": ({"fee_rate": -1}, "range"),
    "a rate that is a float": ({"fee_rate": 1.5}, "range"),
    "a rate that is a truth": ({"fee_rate": True}, "range"),
    "a long-term rate that is text": ({"long_term_fee_rate": "10"}, "range"),
    "an unknown selection": ({"selection": "knapsack"}, "unknown"),
    "a selection that is a list": ({"selection": []}, "unknown"),
    "an order that is a list": ({"ordering": []}, "unknown"),
    "an unknown order": ({"ordering": "bip-69"}, "unknown"),
    "no inputs": ({"inputs": []}, "range"),
    "a lock time below zero": ({"locktime": -1}, "range"),
    "change that is burnt": ({"change": TxOut(value=0, script_pubkey=b"\x6a")}, "policy"),
    "change that anyone may take": ({"change": TxOut(value=0, script_pubkey=b"")}, "policy"),
    "limits of another type": ({"safety": None}, "type"),
    "a tip that is text": ({"tip": "900000"}, "range"),
    "an input of which nothing is known": ({"inputs": [Input(txid="11" * 32, vout=0)]}, "missing"),
}


@pytest.mark.parametrize("wrong", list(WRONG))
def test_what_is_wrong_is_refused_with_its_reason(wrong: str) -> None:
    options, expected = WRONG[wrong]
    assert reason(TransactionError, built, 150_000, **options) == expected


def test_another_family_builds_nothing() -> None:
    draft: dict[str, Any] = {"inputs": [coin(0, 10**6)], "payments": [], "change": CHANGE, "fee_rate": 1}
    assert reason(TransactionError, build, "bitcoin", selection="all", **draft) == "type"


def test_the_price_is_that_of_the_dearest_line() -> None:
    price = Price((Line(rate=2_000), Line(rate=1_000, base=500), Line(rate=2_000, base=-300, more=100)))
    assert [price.fee(vsize) for vsize in (100, 500, 600)] == [600, 1_000, 1_200]
    assert price.rate == 2_000


def test_coins_that_are_required_are_spent_and_others_only_where_they_are_needed() -> None:
    parts: dict[str, Any] = {"chain": BITCOIN, "change": CHANGE, "price": Price((Line(rate=1_000),))}
    parts |= {"long_term_fee_rate": 10_000, "selection": "branch-and-bound", "ordering": "given", "safety": SAFE}
    pool = (coin(1, 40_000), coin(2, 90_000))
    for paid, places in ((40_000, [0]), (60_000, [0, 2])):
        draft = Draft(required=(coin(0, 50_000),), pool=pool, payments=(pay(TO, paid),), **parts)
        assert [int(each.txid, 16) - 1 for each in drafted(draft).inputs] == places


def test_the_relay_of_the_row_decides() -> None:
    dear = replace(BITCOIN, relay=replace(CORE, dust=1_000_000))
    to = pay(dear.address(key(2).public_key), 999_999)
    inputs = [coin(0, 10**8)]
    assert (
        reason(TransactionError, build, dear, inputs=inputs, payments=[to], change=CHANGE, fee_rate=1_000) == "policy"
    )


# -- signers that take a low r


@pytest.mark.parametrize("guard", ["p2pkh", "p2wpkh", "p2sh-p2wpkh", "p2wsh", "p2sh", "p2tr"])
def test_with_low_r_each_ecdsa_signature_is_counted_a_byte_less(guard: str) -> None:
    """Bitcoin Core's wallet (src/script/sign.cpp): DUMMY_SIGNATURE_CREATOR has 71 bytes, the maximum 72."""
    coins = [spending(guard, place=place) for place in range(12)]
    parts: dict[str, Any] = {"payments": [pay(TO, 100_000)], "change": CHANGE, "selection": "all", "fee_rate": 10_000}
    short, long = (build(BITCOIN, inputs=coins, low_r=low_r, **parts) for low_r in (True, False))
    keys = [LocalSigner(key(number), low_r=True) for number in (1, 2, 3)]
    signed = sign(short, *keys).finalize()
    fee = short.transaction.claimed_fee
    assert fee is not None
    assert fee_at(10_000, Tx.decode(signed.raw).vsize) == fee
    signatures = 0 if guard == "p2tr" else 12 * coins[0].required
    weight = signatures * (4 if coins[0].is_legacy else 1)
    if guard == "p2sh":  # whose script_sig of 254 bytes has two more for its length, and of 252 not
        weight += 12 * 2 * 4
    assert fee_of(long.transaction) - fee == fee_at(10_000, 1) * -(-weight // 4)


def test_low_r_is_said_by_true_or_false() -> None:
    assert reason(TransactionError, built, 150_000, low_r=1) == "type"


def test_inputs_have_the_sizes_that_bitcoin_core_gives_them() -> None:
    """src/wallet/wallet.h, DUMMY_NESTED_P2WPKH_INPUT_SIZE: 91; src/wallet/test/spend_tests.cpp: P2WPKH has 68."""
    nested, plain = (size_of(spending(kind), low_r=True) for kind in ("p2sh-p2wpkh", "p2wpkh"))
    assert (vsize_of(nested.weight), vsize_of(plain.weight)) == (91, 68)
