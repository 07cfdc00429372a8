"""Electrum's seeds of the first kind: words, digits, and the stretched key."""

import random
from typing import Any

import pytest
from bip_utils import ElectrumV1MnemonicDecoder, ElectrumV1MnemonicGenerator, ElectrumV1SeedGenerator
from hypothesis import given
from hypothesis import strategies as st

from support.phrases import frames_of_the_package, refusal
from support.vectors import Case, vectors
from walletcore.errors import MnemonicError
from walletcore.keys import Curve, PrivateKey
from walletcore.mnemonic import Mnemonic
from walletcore.mnemonic.electrum_old import ElectrumOldMnemonic
from walletcore.mnemonic.wordlists.monero import monero_list
from walletcore.secret import Secret

GOOD = "powerful random nobody notice nothing important anyway look away hidden message over"
entropies = st.sampled_from([16, 32]).flatmap(lambda size: st.binary(min_size=size, max_size=size))


@vectors("electrum/old", result="valid")
def test_words_or_digits_give_the_published_entropy_and_key(case: Case) -> None:
    mnemonic = ElectrumOldMnemonic.parse(case.input["phrase"])
    if "entropy" in case.expect:
        assert mnemonic.entropy.reveal().hex() == case.expect["entropy"]
    if "seed" in case.expect:
        assert mnemonic.stretch().reveal().hex() == case.expect["seed"]
    if "public" in case.expect:
        key = PrivateKey(Curve.SECP256K1, mnemonic.stretch()).public_key
        assert key.data[1:].hex() == case.expect["public"][:64]
        assert key.data[0] == 2 + int(case.expect["public"][-1], 16) % 2


@vectors("electrum/old", result="valid")
def test_a_phrase_is_written_as_it_was_read(case: Case) -> None:
    phrase = " ".join(case.input["phrase"].lower().split())
    if " " in phrase:
        assert ElectrumOldMnemonic.parse(phrase).reveal() == phrase


@vectors("electrum/old", result="invalid")
def test_a_phrase_that_is_none_is_refused(case: Case) -> None:
    assert refusal(ElectrumOldMnemonic.parse, case.input["phrase"]).reason == case.expect["reason"]


@vectors("electrum/old", result="rule")
def test_three_words_that_spell_more_than_four_bytes_are_refused(case: Case) -> None:
    error = refusal(ElectrumOldMnemonic.parse, case.input["phrase"])
    assert error.reason == case.expect["reason"]
    assert str(error) == "words 7 to 9 of 12 together spell more than four bytes"


@given(st.binary(min_size=16, max_size=16))
def test_phrases_agree_with_bip_utils(entropy: bytes) -> None:
    phrase = ElectrumOldMnemonic.from_entropy(entropy).reveal()
    assert phrase == ElectrumV1MnemonicGenerator().FromEntropy(entropy).ToStr()
    assert ElectrumOldMnemonic.parse(phrase).entropy.reveal() == ElectrumV1MnemonicDecoder().Decode(phrase) == entropy


def test_stretched_keys_agree_with_bip_utils() -> None:
    for seed in range(3):
        mnemonic = ElectrumOldMnemonic.from_entropy(random.Random(seed).randbytes(16))
        assert mnemonic.stretch().reveal() == ElectrumV1SeedGenerator(mnemonic.reveal()).Generate()


@given(entropies)
def test_a_phrase_and_its_digits_are_read_as_they_were_written(entropy: bytes) -> None:
    mnemonic = ElectrumOldMnemonic.from_entropy(entropy)
    assert len(mnemonic) == len(mnemonic.reveal().split()) == len(entropy) * 3 // 4
    for text in (mnemonic.reveal(), mnemonic.reveal().upper(), f" {entropy.hex()}\n", entropy.hex().upper()):
        assert ElectrumOldMnemonic.parse(text) == mnemonic


@given(st.lists(st.integers(0, 1625), min_size=12, max_size=12))
def test_words_are_written_as_they_were_read_or_refused(indexes: list[int]) -> None:
    phrase = " ".join(monero_list("english_old").words[index] for index in indexes)
    try:
        assert ElectrumOldMnemonic.parse(phrase).reveal() == phrase
    except MnemonicError as error:
        assert error.reason == "range"  # noqa: PT017


def test_an_unknown_word_is_refused_by_its_position_with_a_hint_at_other_schemes() -> None:
    error = refusal(ElectrumOldMnemonic.parse, GOOD.replace("notice", "noticed"))
    assert (error.reason, str(error)) == ("unknown", "word 4 of 12 is not in the list of Electrum's first seeds")
    error = refusal(ElectrumOldMnemonic.parse, Mnemonic.from_entropy(bytes(range(32))).reveal())
    assert error.hint.startswith("LooksLikeBip39")


@pytest.mark.parametrize("text", ["", "00" * 15, "00" * 17, "0x" + "00" * 16, "g" * 32, "00 " * 16, "like " * 11])
def test_another_number_of_words_or_digits_is_refused(text: str) -> None:
    assert refusal(ElectrumOldMnemonic.parse, text).reason == "word-count"


@pytest.mark.parametrize("size", [0, 15, 17, 24, 31, 33, 64])
def test_M21_entropy_of_another_size_is_refused(size: int) -> None:
    assert refusal(ElectrumOldMnemonic.from_entropy, bytes(size)).reason == "length"


@pytest.mark.parametrize("entropy", ["00" * 16, bytearray(16), 5, None])
def test_M21_entropy_of_another_type_is_refused(entropy: Any) -> None:
    assert refusal(ElectrumOldMnemonic.from_entropy, entropy).reason == "type"
    assert refusal(lambda: ElectrumOldMnemonic(entropy=entropy)).reason == "type"


def test_M14_a_huge_phrase_is_refused_before_any_work() -> None:
    assert refusal(ElectrumOldMnemonic.parse, "like " * 100_000).reason == "too-large"
    assert refusal(ElectrumOldMnemonic.parse, b"like").reason == "type"


def test_X08_a_mnemonic_shows_its_size_only() -> None:
    assert repr(ElectrumOldMnemonic(entropy=Secret(bytes(16)))) == "ElectrumOldMnemonic(12 words)"


@pytest.mark.parametrize(
    "phrase",
    [
        GOOD + " canary",
        GOOD.replace("random", "canary"),
        "hurry idiot prefer sunset mention mist jaw inhale impossible kingdom rare squeeze",
    ],
)
def test_X10_no_error_repeats_a_word(phrase: str) -> None:
    with pytest.raises(MnemonicError) as caught:
        ElectrumOldMnemonic.parse(phrase)
    told = frames_of_the_package(caught.value)
    assert not any(word in told for word in ("canary", "powerful", "idiot"))
