"""SLIP-39: shares, their words and their secret; rows SL31-SL33 of the bad inputs and their neighbours."""

import copy
import itertools
import pickle
from collections.abc import Callable, Iterator
from dataclasses import FrozenInstanceError, asdict, replace
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shamir_mnemonic import shamir
from shamir_mnemonic.share import Share
from shamir_mnemonic.utils import MnemonicError as TheirError

from support.cpu import SLACK, cpu_seconds
from support.phrases import frames_of_the_package, outcome, refusal
from support.vectors import load
from walletcore.errors import InvalidKey, SecretExportError
from walletcore.mnemonic import slip39
from walletcore.mnemonic.slip39 import MAX_EXPONENT, Slip39Share, combine, generate, split
from walletcore.mnemonic.wordlists import slip39_words
from walletcore.secret import Secret

CASES = {case.id.rpartition("/v")[2]: case for case in load("slip39/combine")}
ONE: str = CASES["1"].input["shares"][0]  # one share is enough
TWO: list[str] = CASES["4"].input["shares"]  # two of three
EXTENDABLE: list[str] = CASES["43"].input["shares"]  # two of three
GROUPS: list[str] = CASES["17"].input["shares"]  # two groups of four: three of five, two of three
SECRET = bytes.fromhex(CASES["4"].expect["secret"])

secrets = st.sampled_from(range(16, 65, 2)).flatmap(lambda size: st.binary(min_size=size, max_size=size))
passphrases = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)


def group_of(members: int) -> st.SearchStrategy[tuple[int, int]]:
    """How many of them are needed, and they: one only of one."""
    return st.tuples(st.just(1) if members == 1 else st.integers(2, members), st.just(members))


schemes = st.lists(st.integers(1, 5).flatmap(group_of), min_size=1, max_size=4).flatmap(
    lambda groups: st.tuples(st.just(groups), st.integers(1, len(groups)))
)


def fast(secret: bytes, groups: Any, **options: Any) -> tuple[tuple[Slip39Share, ...], ...]:
    return split(secret, groups, iteration_exponent=0, **options)


def rewritten(phrase: str, **fields: int) -> str:
    """The share with other fields and the checksum that goes with them, written by another implementation."""
    theirs = Share.from_mnemonic(phrase)
    return str(Share(**{**vars(theirs), **fields}).mnemonic())


# -- words


def test_any_white_space_separates_words() -> None:
    spaced = "\t" + ONE.replace(" ", "  ", 1).replace(" academic", "\u3000academic\r\n") + "\n"
    assert Slip39Share.parse(spaced) == Slip39Share.parse(ONE)


@pytest.mark.parametrize("phrase", [ONE.upper(), ONE.title(), ONE.replace("agency", "Agency")])
def test_capital_letters_are_refused(phrase: str) -> None:
    error = refusal(Slip39Share.parse, phrase)
    assert error.reason == "unknown"
    assert "small letters" in error.hint


@pytest.mark.parametrize("letters", [4, 5, 6])
def test_shortened_words_are_read_only_when_asked_for(letters: int) -> None:
    phrase = " ".join(word[:letters] for word in ONE.split())
    error = refusal(Slip39Share.parse, phrase)
    assert (error.reason, "expand_prefix" in error.hint) == ("unknown", True)
    assert Slip39Share.parse(phrase, expand_prefix=True) == Slip39Share.parse(ONE)


@pytest.mark.parametrize("word", ["aca", "acadx", "academics", "abandon", "academic\u200b", "\u00e4cademic", "1234"])
def test_a_word_of_no_list_is_refused_with_its_place(word: str) -> None:
    phrase = ONE.replace("academic", word, 1)
    for expand_prefix in (False, True):
        error = refusal(Slip39Share.parse, phrase, expand_prefix=expand_prefix)
        assert error.reason == "unknown"
        assert str(error).startswith("word 3 of 20 ")


@pytest.mark.parametrize("count", [0, 1, 12, 15, 18, 19, 21, 24, 26, 60, 61, 70, 80, 100])
def test_another_number_of_words_is_refused(count: int) -> None:
    error = refusal(Slip39Share.parse, " ".join(["academic"] * count))
    assert error.reason == "word-count"
    assert error.hint.startswith("LooksLikeBip39") is (count in (12, 15, 18, 21, 24))


@pytest.mark.parametrize("size", range(16, 65, 2))
def test_every_size_is_written_and_read(size: int) -> None:
    ((share,),) = fast(bytes(range(size)), [(1, 1)])
    assert Slip39Share.parse(share.reveal()) == share
    assert combine([share.reveal()]).reveal() == bytes(range(size))


def test_a_million_characters_are_refused_at_once() -> None:
    setup = "from walletcore.errors import MnemonicError\nfrom walletcore.mnemonic.slip39 import Slip39Share"
    code = "try: Slip39Share.parse('academic ' * 110_000)\nexcept MnemonicError as e: assert e.reason == 'too-large'"
    assert cpu_seconds(code, setup=setup) < 0.005 * SLACK


@pytest.mark.parametrize("phrase", [None, 5, ONE.encode(), ONE.split(), type("Text", (str,), {})(ONE)])
def test_a_share_that_is_no_text_is_refused(phrase: Any) -> None:
    assert refusal(Slip39Share.parse, phrase).reason == "type"


@given(st.sampled_from([ONE, *TWO, *EXTENDABLE]), st.data())
def test_up_to_three_wrong_words_never_go_unseen(phrase: str, data: st.DataObject) -> None:
    words = phrase.split()
    for place in data.draw(st.sets(st.integers(0, len(words) - 1), min_size=1, max_size=3)):
        words[place] = data.draw(st.sampled_from([word for word in slip39_words() if word != words[place]]))
    assert refusal(Slip39Share.parse, " ".join(words)).reason == "checksum"


def test_two_neighbouring_words_that_are_swapped_never_go_unseen() -> None:
    words = ONE.split()
    for i in range(len(words) - 1):
        swapped = [*words[:i], words[i + 1], words[i], *words[i + 2 :]]
        assert swapped == words or refusal(Slip39Share.parse, " ".join(swapped)).reason == "checksum"


# -- which shares are enough


def test_shares_are_taken_in_any_order_and_as_values_or_phrases() -> None:
    for order in itertools.permutations(GROUPS):
        assert combine(order, "TREZOR").reveal().hex() == CASES["17"].expect["secret"]
    assert combine([Slip39Share.parse(GROUPS[0]), *GROUPS[1:]], "TREZOR").reveal().hex() == CASES["17"].expect["secret"]


def subsets(shares: tuple[tuple[Slip39Share, ...], ...]) -> Iterator[list[Slip39Share]]:
    everything = [share for group in shares for share in group]
    for size in range(1, len(everything) + 1):
        yield from map(list, itertools.combinations(everything, size))


def test_every_sufficient_set_gives_the_secret_and_every_other_is_refused() -> None:
    groups = [(2, 3), (1, 1), (3, 4)]
    shares = fast(SECRET, groups, group_threshold=2)
    for chosen in subsets(shares):
        counts = [sum(share.group_index == i for share in chosen) for i in range(3)]
        complete = sum(count >= T for count, (T, _) in zip(counts, groups, strict=True))
        if complete >= 2:
            assert combine(chosen).reveal() == SECRET
        else:
            assert refusal(combine, chosen).reason == "missing"


def test_a_share_that_is_not_needed_must_agree_with_the_others() -> None:
    ((a, b, c, d),) = fast(SECRET, [(2, 4)])
    assert combine([a, b, c, d]).reveal() == SECRET
    wrong = replace(d, value=Secret(bytes([c.value.reveal()[0] ^ 1]) + c.value.reveal()[1:]))
    assert refusal(combine, [a, b, c, wrong]).reason == "mismatch"
    assert refusal(combine, [wrong, a, b, c]).reason == "mismatch"


def test_a_group_that_is_not_needed_must_agree_with_the_others() -> None:
    shares = fast(SECRET, [(1, 1)] * 3, group_threshold=2)
    other = fast(SECRET, [(1, 1)] * 3, group_threshold=2)
    mixed = replace(other[2][0], identifier=shares[0][0].identifier)
    assert combine([shares[0][0], shares[1][0], shares[2][0]]).reveal() == SECRET
    assert refusal(combine, [shares[0][0], shares[1][0], mixed]).reason == "mismatch"


def test_members_of_a_group_that_needs_one_must_be_alike() -> None:
    """Older tools made several members of a group that needs one; they hold the same value."""
    ((share,),) = fast(SECRET, [(1, 1)])
    twin = replace(share, member_index=5)
    assert combine([share, twin]).reveal() == SECRET
    assert refusal(combine, [share, replace(twin, value=Secret(bytes(16)))]).reason == "mismatch"


def test_members_that_disagree_about_how_many_are_needed_are_refused() -> None:
    ((a, b, c),) = fast(SECRET, [(2, 3)])
    for member_threshold in (1, 3):
        other = replace(c, member_threshold=member_threshold)
        assert refusal(combine, [a, b, other]).reason == "mismatch"
        assert refusal(combine, [other, a, b]).reason == "mismatch"


def test_one_share_given_twice_is_refused() -> None:
    assert refusal(combine, [TWO[0], TWO[0]], "TREZOR").reason == "duplicate"
    assert refusal(combine, [*TWO, TWO[1]], "TREZOR").reason == "duplicate"


@pytest.mark.parametrize("shares", [None, 5, ONE, ONE.encode(), {"a": ONE}, iter([ONE]), [None], [ONE, 5]])
def test_shares_of_another_type_are_refused(shares: Any) -> None:
    assert refusal(combine, shares, "TREZOR").reason == "type"


def test_none_or_too_many_shares_are_refused() -> None:
    assert refusal(combine, []).reason == "length"
    assert refusal(combine, [ONE] * 257).reason == "length"


def test_sixteen_groups_of_sixteen_are_combined() -> None:
    shares = fast(SECRET, [(16, 16)] * 16, group_threshold=16)
    assert combine([share for group in shares for share in group]).reveal() == SECRET


@pytest.mark.parametrize("case", ["4", "23", "43", "45"])
def test_two_of_three_are_combined_in_fifty_milliseconds_beyond_pbkdf2(case: str) -> None:
    phrases = CASES[case].input["shares"]
    half, e = len(CASES[case].expect["secret"]) // 4, Slip39Share.parse(phrases[0]).iteration_exponent
    rounds = f"for i in range(4): hashlib.pbkdf2_hmac('sha256', b'0TREZOR', bytes({half + 8}), {2500 << e}, {half})"
    alone = cpu_seconds(rounds, setup="import hashlib")
    whole = cpu_seconds(f"combine({phrases!r}, 'TREZOR')", setup="from walletcore.mnemonic.slip39 import combine")
    assert whole - alone < 0.05


# -- rows


@pytest.mark.parametrize("exponent", range(MAX_EXPONENT + 1, 16))
def test_SL31_an_iteration_exponent_above_the_limit_is_refused_before_any_work(exponent: int) -> None:
    error = refusal(combine, [rewritten(ONE, iteration_exponent=exponent)], "TREZOR")
    assert error.reason == "policy"
    assert "max_exponent" in error.hint


def test_SL31_the_refusal_takes_less_than_five_milliseconds() -> None:
    setup = "from walletcore.errors import MnemonicError\nfrom walletcore.mnemonic.slip39 import combine, Slip39Share"
    phrase = rewritten(ONE, iteration_exponent=15)
    code = f"try: combine([{phrase!r}])\nexcept MnemonicError as error: assert error.reason == 'policy'"
    assert cpu_seconds(code, setup=f"{setup}\nSlip39Share.parse({ONE!r})") < 0.005 * SLACK


def test_SL31_the_limit_can_be_set_and_is_a_number() -> None:
    phrase = rewritten(ONE, iteration_exponent=1)
    assert refusal(combine, [phrase], max_exponent=0).reason == "policy"
    theirs = shamir.combine_mnemonics([phrase], b"TREZOR")
    assert combine([phrase], "TREZOR", max_exponent=1).reveal() == theirs
    for limit in (-1, 16, 2**300):
        assert refusal(combine, [phrase], max_exponent=limit).reason == "range"
    for other in (True, 1.0, "1", None):
        assert refusal(combine, [phrase], max_exponent=other).reason == "type"


@pytest.mark.parametrize("byte", range(16))
def test_SL32_a_share_with_one_wrong_bit_and_a_right_checksum_gives_no_secret(byte: int) -> None:
    value = bytearray(Share.from_mnemonic(TWO[0]).value)
    value[byte] ^= 1
    wrong = rewritten(TWO[0], value=bytes(value))  # type: ignore[arg-type]
    assert refusal(combine, [wrong, TWO[1]], "TREZOR").reason == "mismatch"


def test_SL32_a_share_under_another_index_gives_no_secret() -> None:
    moved = rewritten(TWO[0], index=15)
    assert refusal(combine, [moved, TWO[1]], "TREZOR").reason == "mismatch"


def test_SL33_extendable_and_other_shares_are_not_mixed() -> None:
    theirs = Share.from_mnemonic(TWO[1])
    mixed = rewritten(TWO[1], extendable=not theirs.extendable)
    assert Slip39Share.parse(mixed).extendable is not Slip39Share.parse(TWO[0]).extendable
    assert refusal(combine, [TWO[0], mixed], "TREZOR").reason == "mismatch"


def test_SL33_shares_of_two_lengths_are_not_mixed() -> None:
    a = fast(bytes(16), [(2, 2)])[0][0]
    b = replace(fast(bytes(32), [(2, 2)])[0][1], identifier=a.identifier)
    assert refusal(combine, [a, b]).reason == "mismatch"


# -- passphrases


def test_every_passphrase_gives_some_secret() -> None:
    assert combine(TWO).reveal() != combine(TWO, "TREZOR").reveal() == SECRET
    assert len(combine(TWO, " ~")) == 16


@pytest.mark.parametrize("passphrase", ["caf\u00e9", "a\x00b", "\t", "\n", "\x7f", "\ud800", "\u3000", "\uff21"])
def test_a_passphrase_that_is_not_printable_ascii_is_refused(passphrase: str) -> None:
    assert refusal(combine, TWO, passphrase).reason == "character"
    assert refusal(split, SECRET, [(1, 1)], passphrase=passphrase).reason == "character"


@pytest.mark.parametrize("passphrase", [None, 5, b"TREZOR", type("Text", (str,), {})("TREZOR")])
def test_a_passphrase_that_is_no_text_is_refused(passphrase: Any) -> None:
    assert refusal(combine, TWO, passphrase).reason == "type"


def test_a_passphrase_of_a_megabyte_is_refused() -> None:
    assert refusal(combine, TWO, "a" * 1_000_000).reason == "too-large"
    assert len(combine(TWO, "a" * 4096)) == 16


# -- splitting


def test_a_set_of_shares_is_new_each_time() -> None:
    one, two = (fast(SECRET, [(2, 3)]) for _ in range(2))
    assert {share.value.reveal() for share in one[0]}.isdisjoint(share.value.reveal() for share in two[0])
    assert one[0][0].extendable


@pytest.mark.parametrize("size", [0, 14, 15, 17, 33, 65, 66, 1_000_000])
def test_a_secret_of_another_size_is_refused(size: int) -> None:
    assert refusal(split, bytes(size), [(1, 1)]).reason == "length"
    assert refusal(split, Secret(bytes(size)), [(1, 1)]).reason == "length"
    assert refusal(generate, size).reason == "length"


@pytest.mark.parametrize("secret", [None, 5, "00" * 16, bytearray(16), [0] * 16])
def test_a_secret_of_another_type_is_refused(secret: Any) -> None:
    assert refusal(split, secret, [(1, 1)]).reason == "type"


@pytest.mark.parametrize("groups", [None, 5, "11", {(1, 1): 1}, iter([(1, 1)]), [1], [(1,)], [(1, 1, 1)], [[1, 1]]])
def test_groups_of_another_type_are_refused(groups: Any) -> None:
    assert refusal(split, SECRET, groups).reason == "type"


@pytest.mark.parametrize("pair", [("1", 1), (1.0, 1), (True, 1), (1, True), (1, None)])
def test_numbers_of_another_type_are_refused(pair: Any) -> None:
    assert refusal(split, SECRET, [pair]).reason == "type"


@pytest.mark.parametrize("groups", [[], [(0, 1)], [(1, 0)], [(2, 1)], [(1, 2)], [(-1, 3)], [(2, 17)], [(1, 1)] * 17])
def test_groups_that_cannot_be_are_refused(groups: Any) -> None:
    assert refusal(split, SECRET, groups).reason == "range"


@pytest.mark.parametrize("group_threshold", [0, -1, 3, 2**40])
def test_a_group_threshold_that_cannot_be_met_is_refused(group_threshold: int) -> None:
    assert refusal(split, SECRET, [(1, 1)] * 2, group_threshold=group_threshold).reason == "range"


def test_a_cost_that_would_not_be_read_is_not_written() -> None:
    assert refusal(split, SECRET, [(1, 1)], iteration_exponent=MAX_EXPONENT + 1).reason == "range"
    assert refusal(split, SECRET, [(1, 1)], iteration_exponent=-1).reason == "range"
    assert refusal(split, SECRET, [(1, 1)], iteration_exponent=True).reason == "type"
    assert refusal(split, SECRET, [(1, 1)], extendable=1).reason == "type"


def test_entropy_for_tests_must_be_all_that_is_taken() -> None:
    for size in (0, 13, 15):
        assert refusal(fast, SECRET, [(2, 3)], entropy=bytes(size)).reason == "length"
    assert refusal(fast, SECRET, [(2, 3)], entropy="00" * 14).reason == "type"
    given_bytes, hidden = (fast(SECRET, [(2, 3)], entropy=kind(bytes(14))) for kind in (bytes, Secret))
    assert given_bytes == hidden
    assert generate(18, entropy=bytes(18)).reveal() == bytes(18)
    assert refusal(generate, 18, entropy=bytes(16)).reason == "length"


def test_a_new_secret_is_random_and_has_the_size_asked_for() -> None:
    made = [generate(size).reveal() for size in range(16, 65, 2) for _ in range(4)]
    assert len(set(made)) == len(made)
    assert [len(secret) for secret in made] == [size for size in range(16, 65, 2) for _ in range(4)]
    assert len(generate()) == 16
    assert refusal(generate, "16").reason == "type"


# -- types and leaks


@pytest.mark.parametrize(
    ("field", "number"),
    [
        ("identifier", 1 << 15),
        ("identifier", -1),
        ("iteration_exponent", 16),
        ("group_index", 16),
        ("group_threshold", 0),
        ("group_threshold", 2),
        ("group_count", 17),
        ("member_index", -1),
        ("member_threshold", 17),
    ],
)
def test_a_field_out_of_its_range_is_refused(field: str, number: int) -> None:
    assert refusal(replace, Slip39Share.parse(ONE), **{field: number}).reason == "range"


@pytest.mark.parametrize(("field", "value"), [("identifier", True), ("extendable", 1), ("group_index", "0")])
def test_a_field_of_another_type_is_refused(field: str, value: object) -> None:
    assert refusal(replace, Slip39Share.parse(ONE), **{field: value}).reason == "type"
    assert refusal(replace, Slip39Share.parse(ONE), value=bytes(16)).reason == "type"
    assert refusal(replace, Slip39Share.parse(ONE), value=Secret(bytes(15))).reason == "length"


def test_X08_a_share_shows_its_place_only() -> None:
    share = Slip39Share.parse(TWO[1])
    assert repr(share) == str(share) == f"{share}" == "Slip39Share(group 1 of 1, member 1)"
    assert not hasattr(share, "__dict__")


@pytest.mark.parametrize("export", [pickle.dumps, copy.copy, copy.deepcopy, asdict])
def test_X09_a_share_is_not_copied_or_pickled(export: Callable[[Any], object]) -> None:
    with pytest.raises(SecretExportError):
        export(Slip39Share.parse(ONE))


LEAKS: list[tuple[Callable[[], object], tuple[str, ...]]] = [
    (lambda: Slip39Share.parse("zebra " * 19 + "canary"), ("zebra", "canary")),
    (lambda: Slip39Share.parse("satoshi " * 19 + "canary"), ("satoshi", "canary")),
    (lambda: Slip39Share.parse("satoshi " * 20), ("satoshi",)),
    (lambda: Slip39Share.parse("Satoshi " * 20), ("atoshi",)),
    (lambda: combine([TWO[0]], "canary"), ("canary", *TWO[0].split()[4:])),
    (lambda: combine(TWO, "canary\ud800"), ("canary", *TWO[0].split()[4:])),
    (lambda: combine([ONE, TWO[0]]), tuple(TWO[0].split()[4:])),
    (lambda: split(b"canary", [(1, 1)]), ("canary", b"canary".hex())),
    (lambda: split(b"canary" * 3, [(1, 2)], passphrase="canary"), ("canary", b"canary".hex())),
    (lambda: split(SECRET, [(1, 1)], entropy=b"canary"), ("canary", SECRET.hex())),
]


@pytest.mark.parametrize(("call", "canaries"), LEAKS)
def test_X10_no_error_shows_a_word_or_a_byte(call: Callable[[], object], canaries: tuple[str, ...]) -> None:
    shown = frames_of_the_package(refusal(call))
    assert [canary for canary in canaries if canary in shown] == []


def test_X11_shares_compare_by_value_and_do_not_hash() -> None:
    one, two = Slip39Share.parse(TWO[0]), Slip39Share.parse(TWO[0])
    assert one == two
    assert one != Slip39Share.parse(TWO[1])
    assert one != object()
    with pytest.raises(TypeError):
        hash(one)


def test_a_share_is_frozen_and_reveals_nothing_once_wiped() -> None:
    share = Slip39Share.parse(ONE)
    with pytest.raises(FrozenInstanceError):
        share.identifier = 1  # type: ignore[misc]
    share.value.wipe()
    for door in (share.reveal, lambda: combine([share])):
        with pytest.raises(InvalidKey):
            door()


# -- properties and a second implementation


@given(secrets, schemes, passphrases, st.booleans(), st.randoms(use_true_random=False))
def test_enough_shares_give_the_secret_back(
    secret: bytes, scheme: tuple[list[tuple[int, int]], int], passphrase: str, extendable: bool, chance: Any
) -> None:
    groups, GT = scheme
    shares = fast(secret, groups, group_threshold=GT, passphrase=passphrase, extendable=extendable)
    chosen = [
        share
        for group, (T, _) in chance.sample(list(zip(shares, groups, strict=True)), GT)
        for share in chance.sample(group, T)
    ]
    chance.shuffle(chosen)
    phrases = [share.reveal() for share in chosen]
    assert combine(phrases, passphrase).reveal() == secret
    assert shamir.combine_mnemonics(phrases, passphrase.encode()) == secret
    assert refusal(combine, phrases[1:] or [ONE.replace("academic", "acid")]).reason in ("missing", "checksum")


@given(secrets, schemes, passphrases, st.booleans(), st.binary(min_size=2000, max_size=2000))
def test_shamir_mnemonic_writes_the_same_shares_of_the_same_randomness(
    secret: bytes, scheme: tuple[list[tuple[int, int]], int], passphrase: str, extendable: bool, stream: bytes
) -> None:
    groups, GT = scheme
    with pytest.MonkeyPatch.context() as patched:
        taken = BytesIO(stream)
        patched.setattr(shamir, "RANDOM_BYTES", taken.read)
        theirs = shamir.generate_mnemonics(GT, groups, secret, passphrase.encode(), extendable, 0)
    options: dict[str, Any] = {"passphrase": passphrase, "extendable": extendable, "entropy": stream[: taken.tell()]}
    ours = fast(secret, groups, group_threshold=GT, **options)
    assert [[share.reveal() for share in group] for group in ours] == theirs


@settings(max_examples=300)
@given(st.sampled_from([ONE, *TWO, *EXTENDABLE, *GROUPS]), st.data())
def test_shamir_mnemonic_reads_and_refuses_the_same_phrases(phrase: str, data: st.DataObject) -> None:
    """Fields and values are another's, the checksum that goes with them; or some words are others."""
    head, values = phrase.split()[:2], data.draw(st.lists(st.integers(0, 1023), min_size=18, max_size=60))
    numbers = [slip39_words().index(word) for word in head] + values[: data.draw(st.integers(15, 60))]
    customization = slip39._customization(bool(numbers[1] >> 4 & 1))
    checksum = slip39._polymod([*customization, *numbers, 0, 0, 0]) ^ 1
    words = [slip39_words()[i] for i in [*numbers, checksum >> 20, checksum >> 10 & 1023, checksum & 1023]]
    try:
        theirs = vars(Share.from_mnemonic(" ".join(words)))
    except TheirError:
        assert outcome(lambda: Slip39Share.parse(" ".join(words))) in ("word-count", "non-canonical", "range")
        return
    if len(theirs["value"]) > 64:
        assert refusal(Slip39Share.parse, " ".join(words)).reason in ("word-count", "too-large")
        return
    share = Slip39Share.parse(" ".join(words))
    assert theirs == {
        "identifier": share.identifier,
        "extendable": share.extendable,
        "iteration_exponent": share.iteration_exponent,
        "group_index": share.group_index,
        "group_threshold": share.group_threshold,
        "group_count": share.group_count,
        "index": share.member_index,
        "member_threshold": share.member_threshold,
        "value": share.value.reveal(),
    }


list_words = st.sampled_from(slip39_words())


@given(st.one_of(st.text(), st.lists(list_words, min_size=19, max_size=60).map(" ".join)), st.booleans())
def test_arbitrary_text_is_a_share_or_refused_with_a_reason(text: str, expand_prefix: bool) -> None:
    reasons = {"unknown", "word-count", "checksum"}
    assert outcome(lambda: Slip39Share.parse(text, expand_prefix=expand_prefix)) in reasons
