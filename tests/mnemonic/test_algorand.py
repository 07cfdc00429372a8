"""Algorand's phrases of 25 words."""

from typing import Any

import pytest
from bip_utils import AlgorandMnemonicDecoder, AlgorandMnemonicGenerator
from hypothesis import given
from hypothesis import strategies as st

from support.phrases import frames_of_the_package, refusal
from support.vectors import Case, vectors
from walletcore.errors import MnemonicError
from walletcore.mnemonic.algorand import AlgorandMnemonic
from walletcore.mnemonic.monero import MoneroMnemonic
from walletcore.mnemonic.wordlists import word_list
from walletcore.secret import Secret

GOOD = (
    "advice pudding treat near rule blouse same whisper inner electric quit surface sunny dismiss leader blood seat "
    "clown cost exist hospital century reform able sponsor"
)
entropies = st.binary(min_size=32, max_size=32)


@vectors("algorand/read", result="valid")
def test_a_phrase_gives_the_published_entropy(case: Case) -> None:
    mnemonic = AlgorandMnemonic.parse(case.input["phrase"])
    assert mnemonic.entropy.reveal().hex() == mnemonic.seed().reveal().hex() == case.expect["entropy"]


@vectors("algorand/read", result="invalid")
def test_a_phrase_that_is_none_is_refused(case: Case) -> None:
    assert refusal(AlgorandMnemonic.parse, case.input["phrase"]).reason in case.reasons


@vectors("algorand/write", result="valid")
def test_entropy_gives_the_published_phrase(case: Case) -> None:
    assert AlgorandMnemonic.from_entropy(bytes.fromhex(case.input["entropy"])).reveal() == case.expect["phrase"]


@vectors("algorand/write", result="invalid")
def test_entropy_of_another_size_is_refused(case: Case) -> None:
    error = refusal(AlgorandMnemonic.from_entropy, bytes.fromhex(case.input["entropy"]))
    assert error.reason == case.expect["reason"]


@given(entropies)
def test_phrases_and_entropies_agree_with_bip_utils(entropy: bytes) -> None:
    phrase = AlgorandMnemonic.from_entropy(entropy).reveal()
    assert phrase == AlgorandMnemonicGenerator().FromEntropy(entropy).ToStr()
    assert AlgorandMnemonicDecoder().Decode(phrase) == entropy


@given(entropies)
def test_a_phrase_is_read_as_it_was_written(entropy: bytes) -> None:
    mnemonic = AlgorandMnemonic.from_entropy(entropy)
    assert AlgorandMnemonic.parse(mnemonic.reveal()) == mnemonic
    assert len(mnemonic) == len(mnemonic.reveal().split()) == 25


@given(entropies, st.integers(0, 24), st.integers(0, 2047))
def test_words_are_written_as_they_were_read_or_refused(entropy: bytes, place: int, index: int) -> None:
    words = AlgorandMnemonic.from_entropy(entropy).reveal().split()
    words[place] = word_list("english").words[index]
    try:
        assert AlgorandMnemonic.parse(" ".join(words)).reveal() == " ".join(words)
    except MnemonicError as error:
        assert error.reason in ("checksum", "non-canonical")  # noqa: PT017


def test_a_24th_word_of_more_than_eight_bits_is_refused() -> None:
    words = ["abandon"] * 23 + [word_list("english").words[256], "invest"]
    assert refusal(AlgorandMnemonic.parse, " ".join(words)).reason == "non-canonical"


@pytest.mark.parametrize("space", ["\r\n", "\u2003", "\u3000", "\u00a0", " \t "])
def test_M03_any_white_space_between_words_gives_the_same_seed(space: str) -> None:
    assert AlgorandMnemonic.parse(space + GOOD.replace(" ", space) + space) == AlgorandMnemonic.parse(GOOD)


def test_M04_capital_letters_are_refused() -> None:
    error = refusal(AlgorandMnemonic.parse, GOOD.title())
    assert error.reason == "unknown"
    assert "small letters" in error.hint


def test_an_unknown_word_is_refused_by_its_position() -> None:
    error = refusal(AlgorandMnemonic.parse, GOOD.replace("rule", "ruule"))
    assert (error.reason, str(error)) == ("unknown", "word 5 of 25 is not in the English list")


def test_M28_a_monero_phrase_is_refused_with_a_hint() -> None:
    error = refusal(AlgorandMnemonic.parse, MoneroMnemonic.from_entropy(bytes(range(32))).reveal())
    assert error.reason == "unknown"
    assert error.hint.startswith("LooksLikeMonero")


@pytest.mark.parametrize("count", [0, 1, 12, 24, 26])
def test_M09_another_number_of_words_is_refused(count: int) -> None:
    assert refusal(AlgorandMnemonic.parse, "abandon " * count).reason == "word-count"


def test_M14_a_huge_phrase_is_refused_before_any_work() -> None:
    assert refusal(AlgorandMnemonic.parse, "abandon " * 100_000).reason == "too-large"


@pytest.mark.parametrize("phrase", [None, 5, GOOD.encode(), GOOD.split()])
def test_a_phrase_that_is_no_text_is_refused(phrase: Any) -> None:
    assert refusal(AlgorandMnemonic.parse, phrase).reason == "type"


@pytest.mark.parametrize("entropy", ["00" * 16, bytearray(32), 5])
def test_M21_entropy_of_another_type_is_refused(entropy: Any) -> None:
    assert refusal(AlgorandMnemonic.from_entropy, entropy).reason == "type"
    assert refusal(AlgorandMnemonic.generate, entropy=entropy).reason == "type"
    assert refusal(lambda: AlgorandMnemonic(entropy=entropy)).reason == "type"


def test_a_generated_phrase_is_new_each_time() -> None:
    assert AlgorandMnemonic.generate() != AlgorandMnemonic.generate()


def test_X08_a_mnemonic_shows_its_size_only() -> None:
    assert repr(AlgorandMnemonic(entropy=Secret(bytes(32)))) == "AlgorandMnemonic(25 words)"


@pytest.mark.parametrize("phrase", [GOOD + " canary", GOOD.replace("rule", "canarx"), GOOD.replace("rule", "near")])
def test_X10_no_error_repeats_a_word(phrase: str) -> None:
    with pytest.raises(MnemonicError) as caught:
        AlgorandMnemonic.parse(phrase)
    told = frames_of_the_package(caught.value)
    assert not any(word in told for word in ("canar", "advice", "pudding"))
