"""Completing words, places of typing errors, and the search for missing words, against another's checksum of BIP-39."""

import random
from typing import Any

import pytest
from bip_utils import Bip39MnemonicValidator
from hypothesis import given, settings
from hypothesis import strategies as st

from support.phrases import frames_of_the_package, refusal
from walletcore.errors import MnemonicError
from walletcore.mnemonic import LANGUAGES, Mnemonic
from walletcore.mnemonic.recovery import completions, likely, suggest, unknown_places
from walletcore.mnemonic.wordlists import word_list

GOOD = "legal winner thank year wave sausage worth useful legal winner thank yellow"  # BIP-39's own vectors
LONG = (
    "hamster diagram private dutch cause delay private meat slide toddler razor book happy fancy gospel tennis maple "
)
LONG += "dilemma loan word shrug inflict delay length"
ENGLISH = word_list("english").words
entropies = st.sampled_from([16, 20, 24, 28, 32]).flatmap(lambda size: st.binary(min_size=size, max_size=size))


def peers(pattern: list[str]) -> set[str]:
    """The phrases for one missing word that bip-utils takes for valid, all 2048 tried."""
    tried = (" ".join(word if one == "?" else one for one in pattern) for word in ENGLISH)
    return {phrase for phrase in tried if Bip39MnemonicValidator().IsValid(phrase)}


# -- completing


@pytest.mark.parametrize(
    ("letters", "language", "words"),
    [
        ("aban", "english", ("abandon",)),
        (
            "ab",
            "english",
            ("abandon", "ability", "able", "about", "above", "absent", "absorb", "abstract", "absurd", "abuse"),
        ),
        ("ABO ", "english", ("about", "above")),
        ("zx", "english", ()),
        ("élè", "french", ("élève",)),
        ("eleg", "french", ("élégant",)),
        ("眼", "chinese_simplified", ("眼",)),
    ],
)
def test_letters_are_completed_in_the_order_of_the_list(letters: str, language: str, words: tuple[str, ...]) -> None:
    import unicodedata

    assert suggest(letters, language) == tuple(unicodedata.normalize("NFKD", word) for word in words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_suggested_for_each_of_its_beginnings(language: str) -> None:
    assert suggest("", language) == word_list(language).words
    for word in random.Random(1).sample(word_list(language).words, 20):
        assert all(word in suggest(word[:letters], language) for letters in range(1, len(word) + 1))


@pytest.mark.parametrize(
    ("word", "first"),
    [
        ("abandno", "abandon"),  # swapped
        ("abndon", "abandon"),  # too few
        ("abbandon", "abandon"),  # too many
        ("sausige", "sausage"),  # another
        ("SAUSAGE", "sausage"),
        ("yellwo", "yellow"),
        ("dilemna", "dilemma"),
    ],
)
def test_the_nearest_word_comes_first(word: str, first: str) -> None:
    assert likely(word)[0] == first


def test_words_too_far_away_are_not_likely() -> None:
    assert likely("xylophonist") == ()
    assert likely("") == likely("q") == ()
    assert "zoo" in likely("zo")
    assert "abandon" not in likely("abnnndno")


@settings(max_examples=20)
@given(st.sampled_from(ENGLISH), st.data())
def test_a_word_with_one_error_is_likely(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word) - 1))
    wrong = word[:place] + data.draw(st.sampled_from("aqz")) + word[place + 1 :]
    assert word in likely(wrong)
    assert word in likely(word[:place] + word[place + 1 :])


@pytest.mark.parametrize("call", [suggest, likely])
def test_what_is_no_short_text_of_a_known_language_is_refused(call: Any) -> None:
    assert refusal(call, None).reason == refusal(call, b"aban").reason == "type"
    assert refusal(call, "a" * 33).reason == "too-large"
    assert refusal(call, "aban", "klingon").reason == "unknown"


# -- places


def test_M16_the_places_of_unknown_words_are_told() -> None:
    assert unknown_places(GOOD) == ()
    assert unknown_places(GOOD.replace("winner", "winer")) == (2, 10)
    assert unknown_places(GOOD, "spanish") == tuple(range(1, 13))
    assert unknown_places("") == ()


def test_the_list_that_has_most_words_is_looked_at() -> None:
    french = Mnemonic.from_entropy(bytes(range(32)), "french").reveal().split()
    french[4] = "xyz"
    assert unknown_places(" ".join(french)) == (5,)


# -- missing words


@pytest.mark.parametrize("place", [0, 1, 5, 11])
def test_one_missing_word_at_a_known_place_is_found(place: int) -> None:
    pattern = GOOD.split()
    pattern[place] = "?"
    found = [mnemonic.reveal() for mnemonic in completions(" ".join(pattern))]
    assert set(found) == peers(pattern)
    assert len(found) == len(set(found))
    assert GOOD in found


def test_one_missing_word_of_24_leaves_eight() -> None:
    pattern = LONG.split()
    pattern[23] = "?"
    found = [mnemonic.reveal() for mnemonic in completions(" ".join(pattern))]
    assert len(found) == 8
    assert LONG in found


@pytest.mark.parametrize("place", [0, 6, 11])
def test_one_missing_word_at_an_unknown_place_is_found(place: int) -> None:
    words = GOOD.split()
    short = [*words[:place], *words[place + 1 :]]
    found = [mnemonic.reveal() for mnemonic in completions(" ".join(short), anywhere=True)]
    assert GOOD in found
    assert len(found) == len(set(found))
    assert {phrase for phrase in found if phrase.split()[:-1] == short} == peers([*short, "?"])


def test_a_word_beside_a_word_like_it_is_found_once() -> None:
    good = "abandon " * 11 + "about"
    found = [mnemonic.reveal() for mnemonic in completions("abandon " * 10 + "about", anywhere=True)]
    assert found.count(good) == 1
    assert len(found) == len(set(found))


def test_two_missing_words_are_found() -> None:
    pattern, entropy = LONG.split(), Mnemonic.parse(LONG).entropy
    first = ENGLISH.index(pattern[11])
    pattern[11] = pattern[23] = "?"
    found = []
    for mnemonic in completions(" ".join(pattern)):
        words = mnemonic.reveal().split()
        if ENGLISH.index(words[11]) > first:
            break
        assert words[:11] + words[12:23] == pattern[:11] + pattern[12:23]
        found.append(mnemonic.entropy)
    assert entropy in found
    assert len(found) == 8 * (first + 1)  # the last word holds three bits of entropy


@given(entropies, st.sampled_from(LANGUAGES), st.data())
def test_a_word_that_was_taken_away_comes_back(entropy: bytes, language: str, data: st.DataObject) -> None:
    mnemonic = Mnemonic.from_entropy(entropy, language)
    words = mnemonic.reveal().split()
    words[data.draw(st.integers(0, len(words) - 1))] = data.draw(st.sampled_from(["?", "？"]))
    assert mnemonic in list(completions(" ".join(words), language))


@pytest.mark.parametrize(
    ("phrase", "anywhere", "reason"),
    [
        (GOOD, False, "missing"),
        (GOOD.replace("legal", "?").replace("thank", "?"), False, "too-large"),
        (GOOD + " ?", False, "word-count"),
        (GOOD, True, "word-count"),
        ("? " * 11, True, "too-large"),
        ("? " + GOOD.rpartition(" ")[2] + " legal" * 9, True, "too-large"),
        ("? " * 12, False, "too-large"),
        (GOOD.replace("wave", "wawe").replace("year", "?"), False, "unknown"),
        ("? " * 100_000, False, "too-large"),
        (b"?", False, "type"),
    ],
)
def test_M14_a_search_that_is_not_bounded_or_not_of_words_is_refused_at_once(
    phrase: Any, anywhere: bool, reason: str
) -> None:
    assert refusal(completions, phrase, anywhere=anywhere).reason == reason


def test_X10_no_error_repeats_a_word() -> None:
    with pytest.raises(MnemonicError) as caught:
        completions("zebra " * 10 + "canarx ?")
    assert str(caught.value) == "word 11 of 12 is not in the english list"
    told = frames_of_the_package(caught.value)
    assert not any(word in told for word in ("zebra", "canarx"))


@pytest.mark.parametrize("help_with", [suggest, likely])
def test_X10_a_whole_phrase_given_as_one_word_is_not_repeated(help_with: Any) -> None:
    for given_text, language in ((GOOD, "english"), ("sausage", "none")):
        with pytest.raises(MnemonicError) as caught:
            help_with(given_text, language)
        assert "sausage" not in frames_of_the_package(caught.value)


def test_X10_an_interrupted_search_shows_no_word(monkeypatch: pytest.MonkeyPatch) -> None:
    found = completions("zebra " * 10 + "zoo ?")
    monkeypatch.setattr("walletcore.mnemonic.recovery.sha256", lambda data: 1 / 0)
    with pytest.raises(ZeroDivisionError) as caught:
        next(found)
    assert "zebra" not in frames_of_the_package(caught.value)
    assert "_guesses" not in frames_of_the_package(caught.value)
