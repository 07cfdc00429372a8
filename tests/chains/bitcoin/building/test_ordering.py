"""BIP-69, and orders that tell nothing."""

from collections import Counter

import pytest

from support.vectors import Case, vectors
from walletcore.chains.bitcoin import Input, TxOut
from walletcore.chains.bitcoin.building.ordering import ORDERINGS, shuffled, sorted_inputs, sorted_outputs
from walletcore.chains.bitcoin.tx import TxIn


@vectors("bitcoin/bip69")
def test_inputs_and_outputs_stand_in_the_order_of_bip69(case: Case) -> None:
    if "inputs" in case.input:
        inputs = [Input.unknown(TxIn(txid=each["txid"], vout=each["vout"])) for each in case.input["inputs"]]
        assert list(sorted_inputs(inputs)) == [inputs[place] for place in case.expect["order"]]
        return
    pairs = [(int(each["value"]), bytes.fromhex(each["script"])) for each in case.input["outputs"]]
    outputs = [TxOut(value=value, script_pubkey=script) for value, script in pairs]
    assert list(sorted_outputs(outputs)) == [outputs[place] for place in case.expect["order"]]


def test_chance_reaches_every_order_and_loses_nothing() -> None:
    seen = Counter(shuffled(range(3)) for _ in range(600))
    assert len(seen) == 6
    assert min(seen.values()) > 40  # 100 are expected of each; fewer than 41 come once in 10^11 runs


def test_the_given_order_stays() -> None:
    inputs = [Input.unknown(TxIn(txid=f"{number:064x}", vout=0)) for number in (3, 1, 2)]
    outputs = [TxOut(value=value, script_pubkey=b"") for value in (3, 1, 2)]
    assert ORDERINGS["given"](inputs, outputs) == (tuple(inputs), tuple(outputs))


@pytest.mark.parametrize("name", list(ORDERINGS))
def test_an_order_keeps_inputs_with_inputs_and_outputs_with_outputs(name: str) -> None:
    inputs = [Input.unknown(TxIn(txid=f"{number:064x}", vout=number)) for number in range(1, 9)]
    outputs = [TxOut(value=number, script_pubkey=b"") for number in range(9)]
    ordered = ORDERINGS[name](inputs, outputs)
    assert sorted(each.vout for each in ordered[0]) == list(range(1, 9))
    assert sorted(output.value for output in ordered[1]) == list(range(9))
