"""Seed XOR: published parts and phrases, those that Coldcard's documentation shows among them."""

import pytest

from support.vectors import Case, vectors
from walletcore.errors import MnemonicError
from walletcore.mnemonic import seed_xor
from walletcore.mnemonic.bip39 import Mnemonic


def parts_of(case: Case) -> list[str]:
    phrase = Mnemonic.parse(case.input["phrase"], language="english")
    return [part.reveal() for part in seed_xor.split(phrase, case.input["parts"], deterministic=True)]


@vectors("seed_xor/split", result="valid")
def test_a_phrase_gives_the_published_parts(case: Case) -> None:
    assert parts_of(case) == case.expect["shares"]


@vectors("seed_xor/combine", result="valid")
def test_parts_give_the_published_phrase(case: Case) -> None:
    phrase = seed_xor.combine(case.input["shares"], language="english", allow_repeated=True)  # some have two of one
    assert phrase.reveal() == case.expect["phrase"]


@vectors("seed_xor/split", result="invalid")
def test_a_split_is_refused_with_its_reason(case: Case) -> None:
    with pytest.raises(MnemonicError) as refusal:
        parts_of(case)
    assert refusal.value.reason == case.expect["reason"]


@vectors("seed_xor/combine", result="invalid")
def test_parts_are_refused_with_their_reason(case: Case) -> None:
    with pytest.raises(MnemonicError) as refusal:
        seed_xor.combine(case.input["shares"], language="english")
    assert refusal.value.reason == case.expect["reason"]
