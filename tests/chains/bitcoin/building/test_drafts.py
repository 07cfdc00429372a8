"""What no node passes on is not made: transactions that are too small, too heavy, or count for more than they weigh."""

from dataclasses import replace
from typing import Any

import pytest

from support.bitcoin import BITCOIN, TESTNET, key, reason
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.building import build, bump_fee, child, selection
from walletcore.chains.bitcoin.building.weights import vsize_of, weight_of
from walletcore.chains.bitcoin.locks import change
from walletcore.chains.bitcoin.opcodes import multisig
from walletcore.chains.bitcoin.psbt import Safety
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.errors import TransactionError

ALICE = key(1).public_key
TO = BITCOIN.address(key(2).public_key)
CHANGE = change(key(3).public_key, value=0)
ANCHOR = BITCOIN.parse_address("bc1pfeessrawgf")  # BIP-433: P2A


def coin(number: int, value: int, **options: Any) -> Input:
    return Input(**{"txid": f"{number + 1:064x}", "vout": 0, "value": value, "key": ALICE, **options})


def built(*values: int, payments: tuple[TxOut, ...] = (), **options: Any) -> Transaction:
    inputs = [coin(number, value) for number, value in enumerate(values)]
    parts: dict[str, Any] = {"inputs": inputs, "payments": payments, "change": CHANGE, "fee_rate": 1_000, **options}
    return build(BITCOIN, **parts).transaction


def data(size: int) -> TxOut:
    return TxOut(value=0, script_pubkey=bytes((0x6A, size)) + bytes(size))


@pytest.mark.parametrize(("size", "fits"), [(2, False), (3, True)])
def test_what_has_64_bytes_without_witnesses_is_not_passed_on(size: int, fits: bool) -> None:
    """Bitcoin Core, MIN_STANDARD_TX_NONWITNESS_SIZE: 10 bytes, 41 of the input and 11 + size of the output."""
    if fits:
        made = built(700, payments=(data(size),))
        assert len(made.outputs) == 1  # the change is not worth an output
        assert 10 + 41 + 8 + 1 + 2 + size == 65
    else:
        assert reason(TransactionError, built, 700, payments=(data(size),)) == "policy"
        assert built(70_000, payments=(data(size),)).outputs  # beside change it is large enough


@pytest.mark.parametrize("name", ["largest-first", "branch-and-bound", "random-draw"])
def test_coins_are_chosen_so_that_it_is_large_enough(name: str) -> None:
    """A coin of 700 pays for the data alone; with one of 50,000, or of 150 beside it, there is more."""
    for more, outputs in ((50_000, 2), (150, 1)):
        for coins in ((700, more), (more, 700)):
            made = built(*coins, payments=(data(2),), selection=name)
            assert (len(made.inputs), len(made.outputs)) in ((1, 2), (2, outputs))
    made = built(110, 50, payments=(data(2),), selection=name)  # 10.5, two inputs of 68 and 13: rounded up, 160
    assert (len(made.inputs), fee_of(made)) == (2, 160)
    assert reason(TransactionError, built, 109, 50, payments=(data(2),), selection=name) == "policy"


def test_all_to_an_anchor_is_too_small_and_with_two_coins_is_not() -> None:
    """10 bytes, 41 of an input, 13 of the output: P2A has a script of 4 bytes."""
    assert reason(TransactionError, built, 9_000, selection="all", change=ANCHOR) == "policy"
    assert built(9_000, 9_000, selection="all", change=ANCHOR).outputs[0].value == 18_000 - 160


def test_a_replacement_is_not_made_too_small_by_its_change_that_is_gone() -> None:
    old = built(1_500, payments=(data(2),))
    assert len(old.outputs) == 2
    places = [place for place, output in enumerate(old.outputs) if output.value]
    options: dict[str, Any] = {"change_of": lambda _: places, "change": CHANGE}
    assert reason(TransactionError, bump_fee, old, fee_rate=9_000, **options) == "policy"
    more = bump_fee(old, fee_rate=9_000, inputs=[coin(7, 50_000)], **options).transaction
    assert len(more.inputs) == 2


def test_a_draw_that_is_as_heavy_as_can_be_has_room_for_its_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """1,469 inputs of P2WPKH and two outputs of 31 and 51 bytes weigh 399,946; change of 31 bytes does not fit."""
    monkeypatch.setattr(selection, "shuffled", list)
    values = [2_000] * 1_600 + [10**8]
    made = built(*values, payments=(pay(TO, 5 * 10**7), data(40)), selection="random-draw")
    assert len(made.inputs) == 1_468
    assert len(made.outputs) == 3
    assert 399_900 > 4 * made.vsize - 3 > 399_700


@pytest.mark.parametrize("name", ["litecoin", "digibyte", "monacoin", "viacoin", "vertcoin"])
def test_older_nodes_ask_for_82_bytes(name: str) -> None:
    """10 bytes, 41 of the input and 31 of an output of P2WPKH; of 20 bytes of data 30."""
    network = chain(name, BitcoinChain)
    rate, to = network.relay.min_fee_rate, network.address(key(2).public_key, kind="p2wpkh")
    offered: dict[str, Any] = {"inputs": [coin(0, 10_000_000, kind="p2wpkh")], "fee_rate": rate}
    assert build(network, change=to, selection="all", **offered).transaction.outputs
    offered |= {"inputs": [coin(0, fee_of_one(rate), kind="p2wpkh")], "change": to, "long_term_fee_rate": 10**8}
    assert build(network, payments=[data(20)], **offered).transaction.outputs
    assert reason(TransactionError, build, network, payments=[data(19)], **offered) == "policy"


def fee_of_one(rate: int) -> int:
    return 200 * rate // 1_000


def test_change_to_another_network_is_refused_where_none_is_made_too() -> None:
    foreign = TESTNET.address(key(3).public_key)
    for value in (100_700, 200_000):
        assert reason(TransactionError, built, value, payments=(pay(TO, 100_000),), change=foreign) == "network"
    assert len(built(100_700, payments=(pay(TO, 100_000),), change=BITCOIN.address(ALICE)).outputs) == 1


def version_3(*values: int, paid: int, sequence: int = 0xFFFF_FFFD) -> Transaction:
    old = built(*values, payments=(pay(TO, paid),), selection="all")
    return replace(old, version=3, inputs=tuple(replace(each, sequence=sequence) for each in old.inputs))


def test_version_3_says_by_itself_that_it_may_be_replaced() -> None:
    """BIP-431, rule 1."""
    old = version_3(200_000, paid=100_000, sequence=0xFFFF_FFFF)
    options: dict[str, Any] = {"fee_rate": 9_000, "change_of": lambda _: (0,), "change": CHANGE}
    assert bump_fee(old, **options).transaction.version == 3
    assert reason(TransactionError, bump_fee, replace(old, version=2), **options) == "policy"


@pytest.mark.parametrize(("number", "reason_"), [(146, ""), (147, "too-large")])
def test_coins_are_added_to_version_3_up_to_10_000_virtual_bytes(number: int, reason_: str) -> None:
    """BIP-431, rule 4: 146 inputs of 68, an output of 31 and 10.5 are 9,969.5. Each coin brings 1 satoshi, so that
    all of them are needed for the 1,100 of the first and the payment."""
    missing = number - 1
    old = Transaction(chain=BITCOIN, version=3, inputs=(coin(0, 101_100 - missing),), outputs=(pay(TO, 100_000),))
    coins = [coin(number, 681) for number in range(1, number)]
    options: dict[str, Any] = {"fee_rate": 10_000, "change_of": lambda _: (), "change": CHANGE, "inputs": coins}
    if reason_:
        assert reason(TransactionError, bump_fee, old, **options) == reason_
    else:
        assert bump_fee(old, **options).transaction.vsize == 9_970
    assert len(bump_fee(replace(old, version=2), **options).transaction.inputs) == number


def child_of_version_3(*values: int, version: int = 3, shown: bool = True) -> Transaction:
    """A transaction whose first input spends an output of a transaction of version 3, or of another."""
    script_pubkey = BITCOIN.script_pubkey(BITCOIN.address(ALICE))
    outputs = (TxOut(value=values[0], script_pubkey=script_pubkey),)
    source = Tx(version=version, inputs=(TxIn(txid="77" * 32, vout=0),), outputs=outputs, locktime=0)
    own = Input(txid=source.txid, vout=0, key=ALICE, value=values[0], previous=source.encode() if shown else b"")
    others = [coin(number, value) for number, value in enumerate(values[1:])]
    made = built(inputs=[own, *others], payments=(pay(TO, 100_000),), selection="all")
    return replace(made, version=3)


def test_a_replacement_of_a_child_of_version_3_stays_small() -> None:
    """BIP-431, rule 5: 1,000 virtual bytes, where 14 inputs of 68 with an output of 31 and 10.5 have 993.5."""
    options: dict[str, Any] = {"fee_rate": 10_000, "change_of": lambda _: (), "change": CHANGE}
    for more, fits in ((13, True), (14, False)):
        coins = [coin(number, 681) for number in range(10, 10 + more)]
        old = child_of_version_3(101_100 - more)
        old = replace(old, outputs=(pay(TO, 100_000),))
        if fits:
            assert bump_fee(old, inputs=coins, **options).transaction.vsize == 994
        else:
            with pytest.raises(TransactionError) as caught:
                bump_fee(old, inputs=coins, **options)
            assert caught.value.reason == "too-large"
            assert "without previous" in caught.value.hint
        for other in (replace(old, version=2), child_of_version_3(old.inputs[0].value or 0, version=2)):
            free = replace(other, outputs=old.outputs)
            assert len(bump_fee(free, inputs=coins, **options).transaction.inputs) == 1 + more
        confirmed = child_of_version_3(old.inputs[0].value or 0, shown=False)
        free = replace(confirmed, outputs=old.outputs)
        assert len(bump_fee(free, inputs=coins, **options).transaction.inputs) == 1 + more


def test_coins_that_do_not_fit_leave_room_for_lighter_ones() -> None:
    """13 inputs have 925.5 virtual bytes; with one of taproot they have 983, with one of P2PKH more than 1,000."""
    old = replace(child_of_version_3(*[10_000] * 13), outputs=(pay(TO, 129_000),))
    heavy = coin(5_000, 10**6, kind="p2pkh", trust_value=True)
    light = coin(5_001, 129_000 + 9_830 - 130_000, kind="p2tr")
    options: dict[str, Any] = {"fee_rate": 10_000, "change_of": lambda _: (), "change": CHANGE}
    made = bump_fee(old, inputs=[heavy, light], **options).transaction
    assert (len(made.inputs), made.vsize, light in made.inputs) == (14, 983, True)


def test_what_is_larger_than_a_child_of_version_3_has_a_parent_that_is_confirmed() -> None:
    old = child_of_version_3(*[50_000] * 20)
    assert old.vsize > 1_000
    assert bump_fee(old, fee_rate=9_000, change_of=lambda _: (0,), change=CHANGE).transaction.vsize == old.vsize


BARE = TxOut(value=2_000, script_pubkey=multisig(1, [key(5).public_key, key(6).public_key]))


def test_a_bare_multisig_output_is_paid_for_as_nodes_judge_it() -> None:
    """Core's GetVirtualTransactionSize: 20 checks count for 80, that of the input for 1, and each for 20 weight units,
    1,620 together; of two outputs 3,220. The transaction itself weighs less than 800."""
    assert fee_of(built(90_000, payments=(BARE,))) == 1_620 // 4
    assert fee_of(built(90_000, payments=(BARE, BARE), fee_rate=7_000)) == 7 * 3_220 // 4
    without = built(2_000 + 405 + 669, payments=(BARE,))
    assert (len(without.outputs), fee_of(without)) == (1, 1_074)  # change costs nothing here, but its spending does
    assert len(built(2_000 + 405 + 670, payments=(BARE,)).outputs) == 2
    assert reason(TransactionError, built, 2_000 + 404, payments=(BARE,)) == "range"


@pytest.mark.parametrize("name", ["bitcoin-cash", "ecash", "dogecoin", "stratis"])
def test_signature_checks_count_where_nodes_count_them(name: str) -> None:
    """Bitcoin Cash Node counts those that are made when it is signed, StratisFullNode none (FeeRate.cs, GetFee)."""
    network = chain(name, BitcoinChain)
    to = change(ALICE, kind="p2pkh", value=0)
    script_pubkey = to.script_pubkey
    source = Tx(
        version=1,
        inputs=(TxIn(txid="55" * 32, vout=0),),
        outputs=(TxOut(value=10**9, script_pubkey=script_pubkey),),
        locktime=0,
    )
    spent = Input(txid=source.txid, vout=0, key=ALICE, kind="p2pkh", dialect=network.dialect, previous=source.encode())
    rate = 10 * network.relay.min_fee_rate
    paid = replace(BARE, value=10**8)
    made = build(network, inputs=[spent], payments=[paid], change=to, fee_rate=rate).transaction
    size = 10 + 148 + 9 + len(BARE.script_pubkey) + 34  # 107 of the input are the signature and the key
    vsize = (20 + 1) * 20 if name == "dogecoin" else size
    assert fee_of(made) == rate * vsize // 1_000


def test_a_replacement_pays_for_what_its_outputs_count_for() -> None:
    """BIP-125, rule 4, by the size that Core judges by, 405; and no higher rate than that of 405 is asked for."""
    old = built(90_000, payments=(BARE,), fee_rate=3_000)
    options: dict[str, Any] = {"change_of": lambda made: [made.outputs.index(max(made.outputs, key=value_of))]}
    new = bump_fee(old, fee_rate=3_001, change=CHANGE, **options).transaction
    assert (fee_of(old), fee_of(new)) == (3 * 405, 3 * 405 + 405)
    assert reason(TransactionError, bump_fee, old, fee_rate=3_000, change=CHANGE, **options) == "range"


@pytest.mark.parametrize("name", ["largest-first", "branch-and-bound", "random-draw"])
def test_inputs_whose_weight_is_paid_for_already_are_taken(name: str) -> None:
    """What 20 checks of the output and one of each input count for, 405 virtual bytes, and 410 of two, is more than
    they weigh: 5 satoshi a virtual byte more, not 68."""
    rate: dict[str, Any] = {"payments": (BARE,), "fee_rate": 20_000, "selection": name}
    made = built(9_000, 1_300, **rate)
    assert (len(made.inputs), len(made.outputs), fee_of(made)) == (2, 1, 20 * 410 + 100)
    assert len(built(9_000, 1_200, **rate).inputs) == 2
    assert reason(TransactionError, built, 9_000, 1_199, **rate) == "range"
    made = built(9_000, 50, 1_200, **rate)  # one of 50 costs more than it brings
    assert sorted(each.value or 0 for each in made.inputs) == [1_200, 9_000]


@pytest.mark.parametrize("name", ["largest-first", "branch-and-bound", "random-draw"])
def test_what_is_rounded_takes_no_more_coins_than_are_needed(name: str) -> None:
    """An input of 57.5 virtual bytes is seen as 58 by itself: of 2,500 coins, 1,737 of which fit, 1,737 suffice."""
    coins = [coin(number, 20_000, kind="p2tr") for number in range(2_500)]
    size = vsize_of(weight_of(coins[:1_737], [pay(TO, 1)]))
    options: dict[str, Any] = {"inputs": coins, "fee_rate": 100_000, "safety": Safety(max_fee=None), "selection": name}
    for paid, number in ((1_737 * 20_000 - 100 * size, 1_737), (20 * 20_000 - 100 * 1_204, 20)):
        made = built(payments=(pay(TO, paid),), **options)
        assert (len(made.inputs), len(made.outputs)) == (number, 1)
        assert made.vsize <= 100_000
    one_more = 1_737 * 20_000 - 100 * size + 1
    assert reason(TransactionError, built, payments=(pay(TO, one_more),), **options) == "too-large"


def test_more_checks_than_nodes_pass_on_are_refused() -> None:
    """MAX_STANDARD_TX_SIGOPS_COST, 16,000: 199 outputs of 80 and the input; with 200 it is one too much."""
    assert len(built(10**8, payments=(BARE,) * 199).outputs) == 200
    assert reason(TransactionError, built, 10**8, payments=(BARE,) * 200) == "too-large"


def test_a_child_pays_for_what_the_outputs_of_its_parent_count_for() -> None:
    """80 of the parent's output and 1 of the child's input, which weighs more by itself: 110 virtual bytes."""
    parent = Tx(
        version=2,
        inputs=(TxIn(txid="66" * 32, vout=0),),
        outputs=(BARE, TxOut(value=80_000, script_pubkey=BITCOIN.script_pubkey(BITCOIN.address(ALICE)))),
        locktime=0,
        witnesses=((bytes(72), bytes(33)),),
    )
    mine = Input(txid=parent.txid, vout=1, value=80_000, key=ALICE)
    made = child(BITCOIN, parent=parent.encode(), parent_fee=200, inputs=[mine], to=CHANGE, fee_rate=5_000).transaction
    assert fee_of(made) == 5 * (400 + 110) - 200


def value_of(output: TxOut) -> int:
    return output.value


def fee_of(made: Transaction) -> int:
    return made.claimed_fee or 0
