"""Effects are values that a person and a rule can read."""

import pickle
from dataclasses import FrozenInstanceError, fields
from typing import Any, get_args

import pytest

from walletcore import effects
from walletcore.effects import Approve, Authority, Call, Effect, Fee, Opaque, Statement, Transfer

SOL, ALICE, BOB = "solana:x/slip44:501", "solana:x:alice", "solana:x:bob"

SENTENCES: list[tuple[Effect, str]] = [
    (
        Transfer(asset=SOL, amount=7, source=ALICE, destination=BOB),
        "transfer 7 of solana:x/slip44:501 from solana:x:alice to solana:x:bob",
    ),
    (
        Transfer(asset=SOL, amount=None, source=ALICE, destination=BOB, tag=0),
        "transfer an unknown amount of solana:x/slip44:501 from solana:x:alice to solana:x:bob (tag 0)",
    ),
    (Fee(asset=SOL, at_most=0), "pay at most 0 of solana:x/slip44:501 as fee"),
    (
        Fee(asset=SOL, at_most=None, payer=ALICE),
        "pay at most an unknown amount of solana:x/slip44:501 as fee by solana:x:alice",
    ),
    (
        Approve(asset=SOL, amount=None, spender=BOB),
        "allow solana:x:bob to spend an unknown amount of solana:x/slip44:501",
    ),
    (
        Approve(asset=SOL, amount=7, spender=BOB, source=ALICE, until=1_900_000_000),
        "allow solana:x:bob to spend 7 of solana:x/slip44:501 from solana:x:alice until 2030-03-17 17:46:40 UTC",
    ),
    (
        Approve(asset=SOL, amount=7, spender=BOB, until=2**48 - 1),
        "allow solana:x:bob to spend 7 of solana:x/slip44:501 until Unix time 281474976710655",
    ),
    (Authority(account=ALICE, change="bob"), "change who controls solana:x:alice: bob"),
    (Call(target=BOB, name="swap"), "call solana:x:bob swap()"),
    (Call(target=BOB, name="swap", arguments=(("a", "1"), ("b", "2"))), "call solana:x:bob swap(a=1, b=2)"),
    (Statement(text="hello\n"), r"state 'hello\n'"),
    (Statement(text="hello", meaning="a greeting"), "state 'hello' (a greeting)"),
    (Opaque(why="no idea"), "unknown: no idea"),
    (Opaque(why="no idea", data=b"abc"), "unknown: no idea (3 bytes)"),
]


@pytest.mark.parametrize(("effect", "sentence"), SENTENCES, ids=[sentence[:40] for _, sentence in SENTENCES])
def test_an_effect_is_told_in_a_sentence(effect: Effect, sentence: str) -> None:
    assert str(effect) == sentence


@pytest.mark.parametrize("effect", [effect for effect, _ in SENTENCES])
def test_an_effect_is_a_frozen_value(effect: Any) -> None:
    name = fields(effect)[0].name
    with pytest.raises(FrozenInstanceError):
        setattr(effect, name, "other")
    assert effect == pickle.loads(pickle.dumps(effect))
    assert hash(effect) == hash(pickle.loads(pickle.dumps(effect)))


def test_the_effects_are_the_seven_of_the_drawing() -> None:
    kinds = get_args(Effect)
    assert {kind.__name__ for kind in kinds} == set(effects.__all__) - {"Effect"}
    assert {type(effect) for effect, _ in SENTENCES} == set(kinds)
