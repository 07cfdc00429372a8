"""Seed XOR: parts and phrases, what must be refused, and the entropies as two other libraries read them."""

import hashlib
import itertools
from functools import reduce
from typing import Any

import pytest
import wallycore
from bip_utils import Bip39Languages, Bip39MnemonicDecoder
from hypothesis import given
from hypothesis import strategies as st

from support.phrases import frames_of_the_package, refusal
from walletcore.errors import InvalidKey
from walletcore.mnemonic.bip39 import LANGUAGES, Mnemonic
from walletcore.mnemonic.seed_xor import combine, split
from walletcore.secret import Secret

PHRASE = Mnemonic.from_entropy(bytes(range(16)))

entropies = st.sampled_from([16, 24, 32]).flatmap(lambda size: st.binary(min_size=size, max_size=size))


def entropy_of(phrase: str) -> int:
    """The entropy of an English phrase, as bip_utils and wallycore read it."""
    theirs = bytes(Bip39MnemonicDecoder(Bip39Languages.ENGLISH).Decode(phrase))
    assert bytes(wallycore.bip39_mnemonic_to_bytes(wallycore.bip39_get_wordlist("en"), phrase)) == theirs
    return int.from_bytes(theirs)


def test_parts_are_taken_in_any_order_and_as_values_or_phrases() -> None:
    parts = split(PHRASE, 4)
    for order in itertools.permutations(parts):
        assert combine(order) == PHRASE
    assert combine([parts[0].reveal(), *parts[1:]], language="english") == PHRASE


def test_all_parts_are_needed() -> None:
    parts = split(PHRASE, 3, entropy=bytes(range(1, 33)))
    assert {combine(some) == PHRASE for some in itertools.combinations(parts, 2)} == {False}
    assert refusal(combine, [parts[0]]).reason == "length"


def test_parts_are_new_each_time_unless_they_are_deterministic() -> None:
    made = [part.reveal() for _ in range(20) for part in split(PHRASE, 4)]
    assert len(set(made)) == 80
    assert split(PHRASE, 3, deterministic=True) == split(PHRASE, 3, deterministic=True)
    assert split(PHRASE, 3, deterministic=True) != split(PHRASE, 2, deterministic=True)


@pytest.mark.parametrize("parts", [-1, 0, 1, 5, 2**300])
def test_another_number_of_parts_is_not_made(parts: int) -> None:
    assert refusal(split, PHRASE, parts).reason == "range"


@pytest.mark.parametrize("places", [(0, 0), (0, 1, 0), (0, 1, 2, 2)])
def test_a_part_that_is_given_twice_is_refused_unless_it_is_asked_for(places: tuple[int, ...]) -> None:
    """A Coldcard warns only where all is zero; a third part hides that two others were one."""
    made = split(PHRASE, 3)
    parts = [made[place] if place % 2 else made[place].reveal() for place in places]
    assert refusal(combine, parts, language="english").reason == "duplicate"
    once = reduce(int.__xor__, (entropy_of(made[place].reveal()) for place in places))
    combined = combine(parts, language="english", allow_repeated=True)
    assert int.from_bytes(combined.entropy.reveal()) == once


@pytest.mark.parametrize("count", [0, 1, 17, 1000])
def test_another_number_of_parts_is_not_combined(count: int) -> None:
    assert refusal(combine, [PHRASE] * count).reason == "length"


@pytest.mark.parametrize("size", [20, 28])
def test_phrases_of_fifteen_or_twenty_one_words_are_refused(size: int) -> None:
    other = Mnemonic.from_entropy(bytes(size))
    assert refusal(split, other).reason == "word-count"
    assert refusal(combine, [other, other]).reason == "word-count"


def test_parts_of_two_lengths_or_languages_are_refused() -> None:
    assert refusal(combine, [PHRASE, Mnemonic.from_entropy(bytes(32))]).reason == "mismatch"
    assert refusal(combine, [PHRASE, Mnemonic.from_entropy(bytes(16), "czech")]).reason == "mismatch"


def test_M18_a_part_that_is_valid_in_two_languages_is_refused_until_one_is_said() -> None:
    shared = "civil festival festival palace rival concert distance panda junior unique spatial science"
    assert refusal(combine, [shared, shared]).reason == "ambiguous"
    shares = [shared, Mnemonic.from_entropy(bytes(16), "french").reveal()]
    assert combine(shares, language="french") == Mnemonic.parse(shared, language="french")


def test_M08_a_part_with_a_wrong_checksum_is_refused() -> None:
    assert refusal(combine, [PHRASE, "abandon " * 12]).reason == "checksum"


@pytest.mark.parametrize("mnemonic", [None, 5, PHRASE.reveal(), bytes(16), Secret(bytes(16))])
def test_what_is_no_mnemonic_is_not_split(mnemonic: Any) -> None:
    assert refusal(split, mnemonic).reason == "type"


@pytest.mark.parametrize(
    "parts", [None, 5, "zoo zoo", b"", {PHRASE.reveal(): 1, "b": 2}, iter([PHRASE]), [None, PHRASE]]
)
def test_parts_of_another_type_are_refused(parts: Any) -> None:
    assert refusal(combine, parts).reason == "type"


def test_options_of_another_type_are_refused() -> None:
    assert refusal(split, PHRASE, "2").reason == "type"
    assert refusal(split, PHRASE, True).reason == "type"
    assert refusal(split, PHRASE, deterministic=1).reason == "type"


def test_entropy_for_tests_must_be_all_that_is_taken() -> None:
    assert refusal(split, PHRASE, entropy=bytes(15)).reason == "length"
    assert refusal(split, PHRASE, 3, entropy=bytes(16)).reason == "length"
    assert refusal(split, PHRASE, deterministic=True, entropy=bytes(16)).reason == "length"
    assert split(PHRASE, entropy=Secret(bytes(16))) == (Mnemonic.from_entropy(bytes(16)), PHRASE)


def test_X10_no_error_shows_a_word() -> None:
    for call in (
        lambda: combine(["zebra " * 11 + "canary", "zebra " * 11 + "canary"]),
        lambda: combine(["zebra canary", "zebra canary"]),
        lambda: combine([Mnemonic.from_entropy(b"canary" * 4), PHRASE]),
        lambda: split(PHRASE, entropy=b"canary"),
    ):
        shown = frames_of_the_package(refusal(call))
        assert "canary" not in shown
        assert "zebra" not in shown


def test_a_wiped_part_is_not_combined() -> None:
    parts = split(PHRASE)
    parts[1].entropy.wipe()
    with pytest.raises(InvalidKey):
        combine(parts)


@given(entropies, st.sampled_from(LANGUAGES), st.integers(2, 4), st.booleans())
def test_parts_give_the_phrase_back(entropy: bytes, language: str, count: int, deterministic: bool) -> None:
    phrase = Mnemonic.from_entropy(entropy, language)
    parts = split(phrase, count, deterministic=deterministic)
    assert [len(part) for part in parts] == [len(phrase)] * count
    assert combine([part.reveal() for part in parts], language=language, allow_repeated=not any(entropy)) == phrase


@given(entropies, st.integers(2, 4))
def test_two_other_libraries_read_parts_whose_entropies_xor_to_that_of_the_phrase(entropy: bytes, count: int) -> None:
    parts = split(Mnemonic.from_entropy(entropy), count)
    assert reduce(int.__xor__, (entropy_of(part.reveal()) for part in parts)) == int.from_bytes(entropy)


@given(entropies, st.integers(2, 4))
def test_deterministic_parts_are_the_hashes_that_coldcard_makes(entropy: bytes, count: int) -> None:
    parts = split(Mnemonic.from_entropy(entropy), count, deterministic=True)
    for i, part in enumerate(parts[:-1]):
        message = b"Batshitoshi " + entropy + f"{i} of {count} parts".encode()
        mask = hashlib.sha256(hashlib.sha256(message).digest()).digest()[: len(entropy)]
        assert entropy_of(part.reveal()) == int.from_bytes(mask)
