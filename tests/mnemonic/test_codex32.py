"""codex32: strings, shares and secrets, what must be refused, and a second implementation."""

import copy
import itertools
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, replace
from typing import Any

import pytest
from codex32.codex32 import Codex32Error, Codex32String, ms32_create_checksum
from hypothesis import given, settings
from hypothesis import strategies as st

from support.cpu import SLACK, cpu_seconds
from support.phrases import frames_of_the_package, outcome, refusal
from support.vectors import load
from walletcore.coding.text import BECH32_ALPHABET
from walletcore.errors import InvalidKey, SecretExportError
from walletcore.mnemonic.codex32 import INDEXES, Codex32, derive, generate, recover, split
from walletcore.secret import Secret

STRINGS: dict[str, str] = {
    case.id.rpartition("/")[2]: case.input["share"] for case in load("codex32/parse") if case.id[-2:] != "-2"
}
SECRET, LONG = STRINGS["v1-s"], STRINGS["v5-s"]
A, C, D = STRINGS["v3-a"], STRINGS["v3-c"], STRINGS["v3-d"]  # three are needed
SEED = bytes(range(100, 116))

seeds = st.integers(16, 64).flatmap(lambda size: st.binary(min_size=size, max_size=size))
identifiers = st.text(BECH32_ALPHABET, min_size=4, max_size=4)
counts = st.integers(2, 9).flatmap(lambda threshold: st.tuples(st.just(threshold), st.integers(threshold, 31)))


def with_checksum(letters: str) -> str:
    """A string with these letters after ms1 and a right checksum, written by another implementation."""
    words = [BECH32_ALPHABET.index(letter) for letter in letters]
    return f"ms1{letters}" + "".join(BECH32_ALPHABET[word] for word in ms32_create_checksum(words))


# -- strings


def test_capitals_are_read_and_written_when_asked_for() -> None:
    assert Codex32.parse(SECRET.upper()) == Codex32.parse(SECRET)
    assert Codex32.parse(SECRET).reveal(upper=True) == SECRET.upper()


@pytest.mark.parametrize("place", range(3, 48))
def test_one_capital_among_small_letters_is_refused(place: int) -> None:
    mixed = SECRET[:place] + SECRET[place].upper() + SECRET[place + 1 :]
    assert mixed == SECRET or refusal(Codex32.parse, mixed).reason == "mixed-case"


@pytest.mark.parametrize("letter", ["b", "i", "o", "1", " ", "-", "?", "\x00", "\n"])
def test_a_letter_of_no_bech32_text_is_refused(letter: str) -> None:
    assert refusal(Codex32.parse, SECRET[:20] + letter + SECRET[21:]).reason == "character"


@pytest.mark.parametrize("place", [3, 20, 47])
def test_the_place_of_a_wrong_letter_counts_from_the_beginning(place: int) -> None:
    error = refusal(Codex32.parse, SECRET[:place] + "b" + SECRET[place + 1 :])
    assert str(error) == f"character {place + 1} is not one of this encoding"


@pytest.mark.parametrize("letter", ["\u212a", "\u017f", "\uff4b", "\u0131"])
def test_a_letter_that_only_looks_like_one_of_ascii_is_refused(letter: str) -> None:
    """The Kelvin sign has k as its lower case and is its own upper case; the long s has S as its upper case."""
    for text in (SECRET, SECRET.upper()):
        assert refusal(Codex32.parse, text[:20] + letter + text[21:]).reason == "character"


@pytest.mark.parametrize("text", [" " + SECRET, SECRET + " ", SECRET + "\n", "ms" + SECRET, "cl1" + SECRET[3:], "ms"])
def test_anything_around_a_string_is_refused(text: str) -> None:
    assert refusal(Codex32.parse, text).reason in ("prefix", "length", "character")


def test_a_phrase_is_refused_with_a_hint() -> None:
    error = refusal(Codex32.parse, "abandon " * 11 + "about")
    assert error.reason == "prefix"
    assert "LooksLikeBip39" in error.hint
    assert not refusal(Codex32.parse, "xprv" + SECRET).hint


@pytest.mark.parametrize("text", [None, 5, SECRET.encode(), [SECRET], type("Text", (str,), {})(SECRET)])
def test_a_string_that_is_no_text_is_refused(text: Any) -> None:
    assert refusal(Codex32.parse, text).reason == "type"


@pytest.mark.parametrize("text", ["ms1", "ms12", SECRET[:-1], SECRET + "q", LONG + "Q", "ms1" + "q" * 1021])
def test_a_string_of_another_length_is_refused(text: str) -> None:
    assert refusal(Codex32.parse, text).reason == "length"


def test_a_million_letters_are_refused_at_once() -> None:
    setup = "from walletcore.errors import MnemonicError\nfrom walletcore.mnemonic.codex32 import Codex32"
    code = "try: Codex32.parse('ms1' + 'q' * 1_000_000)\nexcept MnemonicError as e: assert e.reason == 'too-large'"
    assert cpu_seconds(code, setup=setup) < 0.005 * SLACK


@pytest.mark.parametrize("threshold", ["q", "s", "a", "l"])
def test_a_threshold_that_is_no_digit_is_refused(threshold: str) -> None:
    assert refusal(Codex32.parse, with_checksum(f"{threshold}tests" + "x" * 26)).reason == "range"


@given(st.sampled_from([SECRET, A, LONG.lower()]), st.data())
def test_up_to_eight_wrong_letters_never_go_unseen(text: str, data: st.DataObject) -> None:
    letters = list(text)
    for place in data.draw(st.sets(st.integers(3, len(text) - 1), min_size=1, max_size=8)):
        letters[place] = data.draw(st.sampled_from(BECH32_ALPHABET.replace(text[place], "")))
    assert refusal(Codex32.parse, "".join(letters)).reason == "checksum"


@pytest.mark.parametrize("size", range(16, 65))
def test_every_size_of_seed_is_written_and_read_as_another_implementation_does(size: int) -> None:
    text = Codex32.from_seed(bytes(range(size)), "test").reveal()
    assert text == Codex32String.from_seed(bytes(range(size)), "test", pad_val=0).s
    assert Codex32.parse(text).seed().reveal() == bytes(range(size))
    assert 45 + 3 <= len(text) <= 127
    assert len(text) - 3 not in (94, 95)


def test_the_bits_after_a_seed_mean_nothing() -> None:
    read = [Codex32.from_seed(SEED, "test", padding=bits) for bits in range(4)]
    assert {secret.seed().reveal() for secret in read} == {SEED}
    assert len({secret.reveal() for secret in read}) == 4
    for bits in (-1, 4, 2**300):
        assert refusal(Codex32.from_seed, SEED, "test", padding=bits).reason == "range"
    assert refusal(Codex32.from_seed, bytes(20), "test", padding=1).reason == "range"
    assert refusal(Codex32.from_seed, SEED, "test", padding=True).reason == "type"


# -- what a string may say


@pytest.mark.parametrize("size", [0, 15, 65, 1_000_000])
def test_M21_a_seed_of_another_size_is_refused(size: int) -> None:
    assert refusal(Codex32.from_seed, bytes(size), "test").reason == "length"
    assert refusal(Codex32.from_seed, Secret(bytes(size)), "test").reason == "length"
    assert refusal(split, bytes(size), "test", threshold=2, count=3).reason == "length"
    assert refusal(generate, size, "test", threshold=2, count=3).reason == "length"


@pytest.mark.parametrize("seed", [None, 5, "00" * 16, bytearray(16), [0] * 16])
def test_M21_a_seed_of_another_type_is_refused(seed: Any) -> None:
    assert refusal(Codex32.from_seed, seed, "test").reason == "type"


@pytest.mark.parametrize(
    ("identifier", "reason"),
    [
        ("", "length"),
        ("tes", "length"),
        ("tests", "too-large"),
        ("TEST", "character"),
        ("bold", "character"),
        (5, "type"),
    ],
)
def test_an_identifier_that_is_none_is_refused(identifier: Any, reason: str) -> None:
    assert refusal(Codex32.from_seed, SEED, identifier).reason == reason


@pytest.mark.parametrize(
    ("threshold", "reason"), [(1, "range"), (10, "range"), (-1, "range"), (True, "type"), ("2", "type")]
)
def test_a_threshold_that_is_none_is_refused(threshold: Any, reason: str) -> None:
    assert refusal(Codex32.from_seed, SEED, "test", threshold=threshold).reason == reason
    assert refusal(split, SEED, "test", threshold=threshold, count=3).reason == reason
    assert refusal(generate, 16, "test", threshold=threshold, count=3).reason == reason


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"index": "a"}, "mismatch"),
        ({"index": ""}, "length"),
        ({"index": "S"}, "character"),
        ({"index": None}, "type"),
        ({"payload": bytes(26)}, "type"),
        ({"payload": Secret(bytes(25))}, "length"),
        ({"payload": Secret(bytes(27))}, "length"),
        ({"payload": Secret(bytes(25) + b" ")}, "range"),
        ({"payload": Secret(bytes(104))}, "length"),
    ],
)
def test_a_string_that_cannot_be_is_not_made(fields: dict[str, Any], reason: str) -> None:
    assert refusal(replace, Codex32.parse(SECRET), **fields).reason == reason


# -- which shares are enough


def test_shares_are_taken_in_any_order_and_as_values_or_strings() -> None:
    for order in itertools.permutations([A, C, D]):
        assert recover(order).reveal() == STRINGS["v3-s"]
    assert recover([Codex32.parse(A), C.upper(), D]).reveal() == STRINGS["v3-s"]


def test_every_sufficient_set_gives_the_secret_and_every_other_is_refused() -> None:
    shares = split(SEED, "test", threshold=3, count=6)
    for size in range(1, 7):
        for chosen in itertools.combinations(shares, size):
            if size >= 3:
                assert recover(chosen).seed().reveal() == SEED
            else:
                assert refusal(recover, chosen).reason == "missing"


def test_a_share_that_is_not_needed_must_agree_with_the_others() -> None:
    shares = split(SEED, "test", threshold=2, count=3)
    wrong = replace(shares[2], payload=Secret(bytes(26)))
    for order in itertools.permutations([*shares[:2], wrong]):
        assert refusal(recover, order).reason == "mismatch"
    secret = recover(shares)
    assert recover([*shares, secret]) == secret
    other = Codex32.from_seed(bytes(16), "test", threshold=2)
    assert refusal(recover, [*shares, other]).reason == "mismatch"


def test_the_secret_and_some_shares_give_more_shares() -> None:
    secret = Codex32.from_seed(SEED, "test", threshold=2)
    a, *others = split(SEED, "test", threshold=2, count=31)
    assert [derive([secret, a], share.index) for share in others] == others
    assert derive([a], "a") == a
    assert recover([secret]) == secret


def test_an_unshared_secret_has_no_shares() -> None:
    assert recover([SECRET]).reveal() == SECRET
    assert refusal(derive, [SECRET], "a").reason == "missing"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [({"identifier": "cast"}, "mismatch"), ({"threshold": 2}, "mismatch"), ({"index": "a"}, "duplicate")],
)
def test_strings_that_do_not_belong_together_are_refused(changed: dict[str, Any], reason: str) -> None:
    assert refusal(recover, [A, C, replace(Codex32.parse(D), **changed)]).reason == reason
    assert refusal(recover, [A, C, A]).reason == "duplicate"
    longer = replace(Codex32.parse(D), payload=Secret(bytes(52)))
    assert refusal(recover, [A, C, longer]).reason == "mismatch"


@pytest.mark.parametrize("shares", [None, 5, A, A.encode(), {"a": A}, iter([A]), [None], [A, 5]])
def test_shares_of_another_type_are_refused(shares: Any) -> None:
    assert refusal(recover, shares).reason == "type"


def test_none_or_too_many_shares_are_refused() -> None:
    assert refusal(recover, []).reason == "length"
    assert refusal(recover, [A] * 33).reason == "length"


@pytest.mark.parametrize(("index", "reason"), [("", "length"), ("as", "too-large"), ("b", "character"), (None, "type")])
def test_an_index_that_is_none_is_refused(index: Any, reason: str) -> None:
    assert refusal(derive, [A, C, D], index).reason == reason


@pytest.mark.parametrize("count", [0, 1, 2, 32, -1])
def test_fewer_shares_than_are_needed_or_more_than_there_are_indexes_are_not_made(count: int) -> None:
    assert refusal(split, SEED, "test", threshold=3, count=count).reason == "range"
    assert refusal(generate, 16, "test", threshold=3, count=count).reason == "range"
    assert refusal(split, SEED, "test", threshold=3, count=None).reason == "type"


def test_shares_are_given_out_in_alphabetical_order() -> None:
    assert "".join(share.index for share in split(SEED, "test", threshold=2, count=31)) == INDEXES
    assert sorted(INDEXES + "s") == sorted(BECH32_ALPHABET)


def test_shares_are_new_each_time() -> None:
    one, two = (split(SEED, "test", threshold=2, count=3) for _ in range(2))
    assert {share.reveal() for share in one}.isdisjoint(share.reveal() for share in two)
    made = {recover(generate(16, "test", threshold=2, count=2)).seed().reveal() for _ in range(50)}
    assert len(made) == 50


def test_the_published_shares_come_of_their_entropy() -> None:
    """BIP-93, vectors 2 and 3: the payloads of the first shares are what the randomness was."""
    first = {name: Codex32.parse(STRINGS[name]).payload.reveal() for name in ("v2-a", "v2-c", "v3-a", "v3-c")}
    fresh = generate(16, "name", threshold=2, count=3, entropy=first["v2-a"] + first["v2-c"])
    assert [share.reveal(upper=True) for share in fresh] == [STRINGS[f"v2-{index}"] for index in "acd"]
    seed, entropy = Codex32.parse(STRINGS["v3-s"]).seed(), Secret(first["v3-a"] + first["v3-c"])
    made = split(seed, "cash", threshold=3, count=5, entropy=entropy)
    assert [share.reveal() for share in made] == [STRINGS[f"v3-{index}"] for index in "acdef"]


def test_entropy_for_tests_must_be_all_that_is_taken() -> None:
    for size in (0, 25, 27):
        assert refusal(split, SEED, "test", threshold=2, count=2, entropy=bytes(size)).reason == "length"
        assert refusal(generate, 16, "test", threshold=2, count=2, entropy=bytes(26 + size)).reason == "length"
    assert refusal(generate, "16", "test", threshold=2, count=2).reason == "type"


# -- types and leaks


def test_a_share_has_no_seed() -> None:
    assert refusal(Codex32.parse(A).seed).reason == "missing"


def test_X08_a_string_shows_identifier_and_index_only() -> None:
    assert repr(Codex32.parse(SECRET)) == str(Codex32.parse(SECRET)) == "Codex32(test, secret)"
    assert f"{Codex32.parse(A)}" == "Codex32(cash, share a)"
    assert not hasattr(Codex32.parse(A), "__dict__")


@pytest.mark.parametrize("export", [pickle.dumps, copy.copy, copy.deepcopy, asdict])
def test_X09_a_string_is_not_copied_or_pickled(export: Callable[[Any], object]) -> None:
    with pytest.raises(SecretExportError):
        export(Codex32.parse(A))


LEAKS: list[tuple[Callable[[], object], tuple[str, ...]]] = [
    (lambda: Codex32.parse(A[:-1] + "q"), (A[9:20], A[20:30])),
    (lambda: Codex32.parse(A + "b"), (A[9:20], A[20:30])),
    (lambda: Codex32.parse(A[:30] + "B" + A[31:]), (A[9:20], A[20:30])),
    (lambda: recover([A, C]), (A[9:20], C[9:20])),
    (lambda: recover([A, C, SECRET]), (A[9:20], C[9:20])),
    (lambda: Codex32.from_seed(b"canary", "test"), ("canary", b"canary".hex())),
    (lambda: split(b"canary" * 3, "test", threshold=1, count=1), ("canary", b"canary".hex())),
    (lambda: split(b"canary" * 3, "test", threshold=2, count=2, entropy=b"parrot"), ("canary", "parrot")),
]


@pytest.mark.parametrize(("call", "canaries"), LEAKS)
def test_X10_no_error_shows_a_letter_or_a_byte(call: Callable[[], object], canaries: tuple[str, ...]) -> None:
    shown = frames_of_the_package(refusal(call))
    assert [canary for canary in canaries if canary in shown] == []


def test_X11_strings_compare_by_value_and_do_not_hash() -> None:
    assert Codex32.parse(A) == Codex32.parse(A.upper())
    assert Codex32.parse(A) != Codex32.parse(C)
    assert Codex32.parse(A) != object()
    with pytest.raises(TypeError):
        hash(Codex32.parse(A))


def test_a_string_is_frozen_and_reveals_nothing_once_wiped() -> None:
    secret = Codex32.parse(SECRET)
    with pytest.raises(FrozenInstanceError):
        secret.index = "a"  # type: ignore[misc]
    secret.payload.wipe()
    for door in (secret.reveal, secret.seed, lambda: derive([secret], "a")):
        with pytest.raises(InvalidKey):
            door()


# -- properties and a second implementation


@given(seeds, identifiers, counts, st.randoms(use_true_random=False))
def test_enough_shares_give_the_seed_back(seed: bytes, identifier: str, counted: tuple[int, int], chance: Any) -> None:
    threshold, count = counted
    shares = split(seed, identifier, threshold=threshold, count=count)
    chosen = chance.sample([share.reveal() for share in shares], threshold)
    assert recover(chosen).seed().reveal() == seed
    assert refusal(recover, chosen[1:]).reason == "missing"
    theirs = [Codex32String.from_string(text) for text in chosen]
    assert Codex32String.interpolate_at(theirs, "s").s[:-15] == recover(chosen).reveal()[:-15]


@given(st.integers(16, 64), identifiers, counts, st.randoms(use_true_random=False))
def test_another_implementation_derives_the_same_strings(
    size: int, identifier: str, counted: tuple[int, int], chance: Any
) -> None:
    threshold, count = counted
    shares = {share.index: share.reveal() for share in generate(size, identifier, threshold=threshold, count=count)}
    shares["s"] = recover(list(shares.values())).reveal()
    chosen = [Codex32String.from_string(text) for text in chance.sample(list(shares.values()), threshold)]
    for text in chosen:
        text.sanity_check()
    assert {index: Codex32String.interpolate_at(chosen, index).s for index in shares} == shares


@settings(max_examples=300)
@given(st.text(BECH32_ALPHABET, min_size=30, max_size=112), st.sampled_from(["0", "2", "9", ""]), st.booleans())
def test_another_implementation_reads_and_refuses_the_same_strings(letters: str, digit: str, secret: bool) -> None:
    body = digit + letters
    text = with_checksum(body[:5] + "s" + body[6:] if secret else body)
    try:
        theirs = Codex32String.from_string(text).parts()
    except Codex32Error:
        assert outcome(lambda: Codex32.parse(text)) in ("length", "range", "mismatch")
        return
    if len(theirs.payload) * 5 // 8 > 64:
        assert refusal(Codex32.parse, text).reason == "length"
        return
    share = Codex32.parse(text)
    assert (share.threshold, share.identifier, share.index) == (theirs.k, theirs.ident, theirs.share_index)
    assert share.reveal() == text


@given(st.one_of(st.text(), st.text(BECH32_ALPHABET, max_size=130).map("ms1".__add__)))
def test_arbitrary_text_is_a_string_or_refused_with_a_reason(text: str) -> None:
    assert outcome(lambda: Codex32.parse(text)) in ("prefix", "length", "character", "checksum")
