"""Coins that are added to a replacement: as many as it needs, and none that goes with what is replaced."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.bitcoin import BITCOIN, key, reason, signer, spending
from support.replacements import MINE, TO, WALLET, bumped, coin, fee_of, original, own
from walletcore.chains.bitcoin import Input, Transaction, pay
from walletcore.chains.bitcoin.building import build
from walletcore.chains.bitcoin.building.drafts import Draft, Line, Price, drafted
from walletcore.chains.bitcoin.psbt import Safety
from walletcore.chains.bitcoin.relay import fee_at
from walletcore.chains.bitcoin.tx import Tx
from walletcore.errors import TransactionError
from walletcore.signing import sign

MINE_TOO = WALLET.public_key(BITCOIN, change=1)


def consolidated(value: int, rate: int = 2_000) -> Transaction:
    """A transaction whose only output is change."""
    offered: dict[str, Any] = {"inputs": [coin(0, value)], "selection": "all", "change": own(), "fee_rate": rate}
    return build(BITCOIN, **offered).transaction


def test_coins_are_added_to_what_has_change_alone() -> None:
    """The replaced one needs 110 virtual bytes and an output; 4,780 satoshi suffice for less than 40 a byte."""
    old = consolidated(5_000)
    new = bumped(old, fee_rate=40_000, inputs=[coin(7, 100_000), coin(8, 30_000)])
    assert len(new.inputs) > 1
    assert fee_of(new) == 40 * new.vsize
    assert [output.value for output in new.outputs] == [sum(each.value or 0 for each in new.inputs) - fee_of(new)]


@given(
    st.integers(900, 20_000),
    st.lists(st.integers(400, 20_000), max_size=5),
    st.integers(3_000, 100_000),
    st.sampled_from(["largest-first", "branch-and-bound", "random-draw"]),
)
def test_what_has_change_alone_is_replaced_wherever_its_coins_suffice(
    value: int, more: list[int], rate: int, selection: str
) -> None:
    """One output of 31 virtual bytes, inputs of 68, of which those count that bring anything (brute force)."""
    worthwhile = [each for each in more if each > 68 * rate / 1000]
    best = max(
        value + sum(taken) - fee_at(rate, 11 + 31 + 68 * (1 + len(taken)))
        for taken in (sorted(worthwhile, reverse=True)[:number] for number in range(len(worthwhile) + 1))
    )
    draft = Draft(
        chain=BITCOIN,
        required=(coin(0, value),),
        pool=tuple(coin(1 + number, each) for number, each in enumerate(more)),
        payments=(),
        change=own(),
        price=Price((Line(rate=rate),)),
        long_term_fee_rate=10_000,
        selection=selection,
        ordering="bip69",
        safety=Safety(max_fee_rate=None),
    )
    if best < 670 - 5:  # each input alone is rounded up
        assert reason(TransactionError, drafted, draft) == "range"
    elif best >= 670 + 5:
        made = drafted(draft)
        assert fee_of(made) == fee_at(rate, made.vsize)
        assert len(made.outputs) == 1


def test_what_is_replaced_pays_for_nothing() -> None:
    """Its outputs are gone with it, so a coin that is one of them would make the replacement invalid."""
    old = original(102_000)
    own_output = Input(txid=old.txid, vout=0, value=old.outputs[0].value, key=MINE)
    call: dict[str, Any] = {"fee_rate": 40_000, "inputs": [own_output, coin(9, 300_000)]}
    assert reason(TransactionError, bumped, old, **call) == "mismatch"
    legacy = replace(old, inputs=(spending("p2pkh"),), outputs=(pay(TO, 50_000), own(30_000)))  # its id is open yet
    more = bumped(legacy, fee_rate=400_000, inputs=[coin(9, 300_000)], change_of=lambda _: (1,))
    assert len(more.inputs) == 2


def test_what_spends_the_same_coins_pays_for_nothing() -> None:
    """Of legacy inputs the id is open until they are signed, so that the replaced one is known by what it spends."""
    legacy = replace(original(102_000), inputs=(spending("p2pkh"),), outputs=(pay(TO, 50_000), own(30_000)))
    signed = sign(legacy, signer(1))
    earlier = original(102_000, rate=4_000)
    for old, other, vout in ((legacy, signed.raw, 0), (original(102_000), carried(earlier), 1)):
        mine = Input(txid=Tx.decode(other).txid, vout=vout, previous=other, key=key(2).public_key)
        call: dict[str, Any] = {"fee_rate": 400_000, "inputs": [mine], "change_of": lambda _: (0,), "change": own()}
        with pytest.raises(TransactionError, match="gone with it"):
            bumped(old, **call)


def test_what_spends_the_replaced_one_pays_for_nothing() -> None:
    old = original(102_000)
    descendant = build(
        BITCOIN,
        inputs=[Input(txid=old.txid, vout=1, value=100_000, key=key(2).public_key)],
        payments=[pay(TO, 50_000)],
        change=own(),
        fee_rate=2_000,
    ).transaction
    raw = carried(descendant)
    mine = Input(txid=descendant.txid, vout=0, previous=raw, script_pubkey=descendant.outputs[0].script_pubkey)
    with pytest.raises(TransactionError, match="gone with it"):
        bumped(old, fee_rate=40_000, inputs=[mine])
    other = replace(descendant, inputs=(coin(77, 100_000),))
    fine = Input(txid=other.txid, vout=0, previous=carried(other), key=MINE_TOO)
    assert len(bumped(old, fee_rate=40_000, inputs=[fine]).inputs) == 2


def carried(made: Transaction) -> bytes:
    """As the network carries it, without the witnesses, which no id depends on."""
    return Tx(version=2, inputs=tuple(each.outpoint for each in made.inputs), outputs=made.outputs, locktime=0).encode()
