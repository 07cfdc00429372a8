"""codex32: published strings with wrong and unreadable letters are found again, and nothing is where too many are."""

import itertools
from typing import Any

import pytest
from codex32.codex32 import (
    ms32_create_checksum,
    ms32_create_long_checksum,
    ms32_verify_checksum,
    ms32_verify_long_checksum,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from support.phrases import frames_of_the_package, refusal
from support.vectors import Case, load, vectors
from walletcore.coding.text import BECH32_ALPHABET
from walletcore.errors import MnemonicError
from walletcore.mnemonic.codex32 import Codex32
from walletcore.mnemonic.codex32_correction import Correction, suggest

STRINGS = [case.input["share"].lower() for case in load("codex32/parse")]
REGULAR = next(text for text in STRINGS if len(text) == 48)
LONG = next(text for text in STRINGS if len(text) == 127)

strings = st.one_of(
    st.sampled_from(STRINGS),
    st.tuples(st.text(BECH32_ALPHABET, min_size=4, max_size=4), st.integers(16, 64)).flatmap(
        lambda drawn: st.binary(min_size=drawn[1], max_size=drawn[1]).map(
            lambda seed: Codex32.from_seed(seed, drawn[0]).reveal()
        )
    ),
)


def damaged(text: str, chance: Any, wrong: int, unreadable: int) -> tuple[str, tuple[int, ...]]:
    """The text with so many other letters and marks, and where they are, counted from 1."""
    places = chance.sample(range(3, len(text)), wrong + unreadable)
    letters = list(text)
    for place in places[:wrong]:
        letters[place] = chance.choice([letter for letter in BECH32_ALPHABET if letter != text[place]])
    for place in places[wrong:]:
        letters[place] = chance.choice("?bio1")
    return "".join(letters), tuple(sorted(place + 1 for place in places))


within = st.integers(0, 4).flatmap(lambda wrong: st.tuples(st.just(wrong), st.integers(0, 8 - 2 * wrong)))


@settings(max_examples=300, deadline=None)
@given(strings, within, st.randoms(use_true_random=False))
def test_as_many_errors_as_the_checksum_is_made_for_are_found(text: str, counts: tuple[int, int], chance: Any) -> None:
    given_text, places = damaged(text, chance, *counts)
    found = suggest(given_text)
    assert found.places == places
    assert found.share.reveal() == text
    assert suggest(given_text.upper()) == found


@pytest.mark.parametrize("text", [REGULAR, LONG])
def test_any_run_of_unreadable_letters_as_long_as_the_checksum_is_found(text: str) -> None:
    size = 13 if text is REGULAR else 15
    for start in range(3, len(text) - size + 1):
        found = suggest(text[:start] + "?" * size + text[start + size :])
        assert found.share.reveal() == text
        assert found.places == tuple(range(start + 1, start + size + 1))
    assert refusal(suggest, text[:20] + "?" * (size + 1) + text[21 + size :]).reason == "checksum"


@settings(max_examples=300, deadline=None)
@given(
    strings,
    st.sampled_from([(5, 0), (6, 0), (8, 0), (12, 0), (4, 1), (3, 3), (1, 7), (0, 9), (0, 12)]),
    st.randoms(use_true_random=False),
)
def test_beyond_that_nothing_wrong_is_found_silently(text: str, counts: tuple[int, int], chance: Any) -> None:
    given_text, _ = damaged(text, chance, *counts)
    try:
        found = suggest(given_text)
    except MnemonicError as error:
        refused = error.reason
    else:
        refused = ""
        other = found.share.reveal()
        assert Codex32.parse(other) == found.share  # as near to what was given as a string may be, and said where
        differ = [i + 1 for i, pair in enumerate(zip(given_text, other, strict=True)) if pair[0] != pair[1]]
        unreadable = [place for place in differ if given_text[place - 1] in "?bio1"]
        assert set(differ) <= set(found.places)
        wrong = len(differ) - len(unreadable)
        assert 2 * wrong + len(unreadable) <= 8 or (wrong == 0 and unreadable[-1] - unreadable[0] < 15)
    assert refused in ("", "checksum", "range", "mismatch")


@vectors("codex32/parse")
def test_a_right_string_is_its_own_correction(case: Case) -> None:
    found = suggest(case.input["share"])
    assert found.places == ()
    assert found.share == Codex32.parse(case.input["share"])


@vectors("codex32/invalid")
def test_a_published_wrong_string_is_suggested_as_one_that_is_near_or_not_at_all(case: Case) -> None:
    text = case.input["share"]
    try:
        found = suggest(text)
    except MnemonicError as error:
        assert error.reason in {  # noqa: PT017 - either is right
            *("too-large", "checksum", "prefix", "length", "mixed-case", "character", "range", "mismatch"),
        }
        return
    other = found.share.reveal(upper=text.isupper())
    assert [i + 1 for i in range(len(text)) if text[i] != other[i]] == list(found.places)
    assert 1 <= len(found.places) <= 4


def right(letters: str) -> bool:
    """Whether another implementation takes these letters after ms1."""
    words = [BECH32_ALPHABET.index(letter) for letter in letters]
    return bool(ms32_verify_checksum(words) if len(words) <= 93 else ms32_verify_long_checksum(words))


@settings(max_examples=8, deadline=None)
@given(strings, st.booleans(), st.randoms(use_true_random=False))
def test_trying_all_letters_with_another_implementation_finds_the_same(text: str, wrong: bool, chance: Any) -> None:
    given_text, places = damaged(text, chance, int(wrong), 0 if wrong else 2)
    if wrong:
        tries = (given_text[:i] + one + given_text[i + 1 :] for i in range(3, len(text)) for one in BECH32_ALPHABET)
    else:
        i, j = (place - 1 for place in places)
        pairs = itertools.product(BECH32_ALPHABET, repeat=2)
        tries = (given_text[:i] + one + given_text[i + 1 : j] + other + given_text[j + 1 :] for one, other in pairs)
    tried = {text for text in tries if right(text[3:])}
    assert tried == {suggest(given_text).share.reveal()}


@given(st.data())
def test_the_checksum_of_another_implementation_is_filled_in(data: st.DataObject) -> None:
    """The run of the whole checksum, which the other one computes."""
    size = data.draw(st.sampled_from([26, 52, 74, 76, 103]))
    payload = data.draw(st.text(BECH32_ALPHABET, min_size=size, max_size=size))
    words = [BECH32_ALPHABET.index(letter) for letter in f"0tests{payload}"]
    check = ms32_create_checksum(words) if len(words) <= 80 else ms32_create_long_checksum(words)
    letters = "".join(BECH32_ALPHABET[word] for word in check)
    assert suggest(f"ms10tests{payload}" + "?" * len(letters)).share.reveal() == f"ms10tests{payload}{letters}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "type"),
        (REGULAR.encode(), "type"),
        (5, "type"),
        ("", "prefix"),
        ("mt1" + REGULAR[3:], "prefix"),
        ("?s1" + REGULAR[3:], "prefix"),
        (REGULAR[:20] + REGULAR[20].upper() + REGULAR[21:22].upper() + REGULAR[22:], "mixed-case"),
        (REGULAR[:20] + " " + REGULAR[21:], "character"),
        (REGULAR[:20] + "\0" + REGULAR[21:], "character"),
        (REGULAR[:20] + "\u212a" + REGULAR[21:], "character"),
        (REGULAR[:20] + "\u00e9" + REGULAR[21:], "character"),
        (REGULAR[:47], "length"),
        ("ms1" + "q" * 94, "length"),
        ("ms1" + "q" * 95, "length"),
        (LONG + "q", "too-large"),
        ("ms1" + "?" * 100_000, "too-large"),
        ("ms1" + "?" * 45, "checksum"),
        (REGULAR + "q", "checksum"),
    ],
)
def test_X19_what_is_no_string_is_refused(text: Any, reason: str) -> None:
    assert refusal(suggest, text).reason == reason


@pytest.mark.parametrize("fields", [{"places": [1]}, {"places": ("x",)}, {"share": REGULAR}, {"share": None}])
def test_what_is_no_correction_is_not_made(fields: dict[str, Any]) -> None:
    good = {"places": (1,), "share": Codex32.parse(REGULAR)}
    assert refusal(Correction, **{**good, **fields}).reason == "type"


def test_X08_a_correction_shows_its_places_only() -> None:
    assert repr(suggest(REGULAR[:20] + "??" + REGULAR[22:])) == "Correction(21, 22)"
    assert repr(suggest(REGULAR)) == "Correction(none)"


def test_X10_no_error_shows_a_letter() -> None:
    for text in (REGULAR[:20] + "?" * 14 + REGULAR[34:], REGULAR[:20] + "!" + REGULAR[21:], REGULAR + "q"):
        shown = frames_of_the_package(refusal(suggest, text))
        assert REGULAR[8:19] not in shown
        assert REGULAR[36:46] not in shown
