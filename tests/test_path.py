"""Derivation paths: rows P01-P22 and S08-S10 of the bad inputs, their neighbours, and what a path is."""

import pickle
from typing import Any

import pytest
from bip_utils import Bip32KeyIndex, Bip32PathParser
from hypothesis import given
from hypothesis import strategies as st

from support.cpu import SLACK, cpu_seconds
from support.vectors import Case, vectors
from walletcore.errors import PathError
from walletcore.path import HARDENED, KeyOrigin, Path, hardened

steps = st.lists(st.integers(0, 2**32 - 1), max_size=255).map(tuple)
tokens = st.sampled_from(
    ["m", "M", "/", "'", "h", "H", "0", "1", "9", "2147483647", "2147483648", " ", "-", "+", "१", ""]
)


def refusal(text: Any) -> str:
    with pytest.raises(PathError) as caught:
        Path.parse(text)
    return caught.value.reason


# -- published figures


@vectors("bip32/path", result="valid")
def test_a_published_path_is_read_and_written(case: Case) -> None:
    assert Path.parse(case.input["path"]).steps == tuple(case.expect["steps"])
    assert str(Path(tuple(case.expect["steps"]))) == case.expect["text"]


@vectors("bip32/path", result="invalid")
def test_a_published_wrong_path_is_refused(case: Case) -> None:
    assert refusal(case.input["path"]) == case.expect["reason"]


@vectors("bip32/path", result="rule")
def test_P02_P04_P09_P14_what_others_read_in_two_ways_is_refused(case: Case) -> None:
    assert case.verdict("strict-path") == "invalid"
    assert refusal(case.input["path"]) == case.expect["reason"]


# -- rows


def test_P01_an_empty_text_is_refused() -> None:
    assert refusal("") == "prefix"


@pytest.mark.parametrize("text", ["m//0", "m//", "m///"])
def test_P02_an_empty_step_is_refused(text: str) -> None:
    assert refusal(text) == "character"


@pytest.mark.parametrize("text", ["m/0//1", "m/0'//1'"])
def test_P03_an_empty_step_between_two_is_refused(text: str) -> None:
    assert refusal(text) == "character"


@pytest.mark.parametrize("text", ["/0", "/", "//", "0", "0/1", "44'/0'/0'"])
def test_P04_a_path_without_m_is_refused(text: str) -> None:
    assert refusal(text) == "prefix"


@pytest.mark.parametrize("text", ["m/2147483648", "m/2147483648'", "m/2147483649", "m/0/4294967295", "m/4294967295'"])
def test_P06_index_two_to_the_31_is_refused(text: str) -> None:
    assert refusal(text) == "range"


def test_P06_index_two_to_the_31_less_one_is_the_last() -> None:
    assert Path.parse("m/2147483647/2147483647'").steps == (2**31 - 1, 2**32 - 1)


@pytest.mark.parametrize("text", ["m/4294967296", "m/4294967296'", "m/9999999999"])
def test_P08_index_two_to_the_32_is_refused(text: str) -> None:
    assert refusal(text) == "range"


@pytest.mark.parametrize("text", ["m/ 0", "m/0 ", " m/0", "m /0", "m/0' ", "m/0 '", "m/\u00a00", "m/0\u200b"])
def test_P09_a_space_is_refused(text: str) -> None:
    assert refusal(text) in ("character", "prefix")


@pytest.mark.parametrize("text", ["m/+1", "m/-1", "m/-0", "m/~1"])
def test_P10_a_sign_is_refused(text: str) -> None:
    assert refusal(text) == "character"


@pytest.mark.parametrize("text", ["m/1_0", "m/1,0", "m/1.0", "m/1e1"])
def test_P11_an_underscore_is_refused(text: str) -> None:
    assert refusal(text) == "character"


@pytest.mark.parametrize("text", ["m/１", "m/०", "m/1०", "m/\U0001d7ce"])
def test_P12_digits_of_other_scripts_are_refused(text: str) -> None:
    assert refusal(text) == "character"


@pytest.mark.parametrize("text", ["m/0\n", "m\n/0", "m/0\r\n", "m/0\x00", "m/0\t", "m/0'\n", "\nm/0", "m\n"])
def test_P13_a_newline_is_refused(text: str) -> None:
    assert refusal(text) in ("character", "prefix")


@pytest.mark.parametrize("text", ["m/0/", "m/", "m/0'/"])
def test_P14_a_trailing_slash_is_refused(text: str) -> None:
    assert refusal(text) == "character"


@pytest.mark.parametrize("text", ["m/0-5", "m/0..5", "m/*", "m/0/*", "m/<0;1>"])
def test_P15_a_range_is_refused(text: str) -> None:
    assert refusal(text) == "character"


@pytest.mark.parametrize("text", ["m/m/0", "m/0/m", "m/m"])
def test_P16_a_second_m_is_refused(text: str) -> None:
    assert refusal(text) == "character"


@pytest.mark.parametrize("text", ["M/0", "M", "M/44'"])
def test_P17_a_capital_m_is_refused(text: str) -> None:
    assert refusal(text) == "prefix"


@pytest.mark.parametrize("text", ["m/00", "m/01", "m/00'", "m/0000000000", "m/044'"])
def test_P18_leading_zeros_are_refused(text: str) -> None:
    assert refusal(text) == "character"


@pytest.mark.parametrize(
    "text",
    [
        "m/0''",
        "m/0h'",
        "m/0'h",
        "m/'",
        "m/h",
        "m/5'6",
        "m/0x10",
        "m/0\u2019",
        "m/0\u2032",
        "mm/0",
        "n/0",
        "m/²",
        "m\\0",
    ],
)
def test_P19_other_spellings_are_refused(text: str) -> None:
    assert refusal(text) in ("character", "prefix")


def test_P20_256_levels_are_refused() -> None:
    assert refusal("m" + "/0" * 256) == "too-large"
    assert refusal("m" + "/2147483647'" * 256) == "too-large"
    with pytest.raises(PathError) as caught:
        Path((0,) * 256)
    assert caught.value.reason == "too-large"


def test_P20_255_levels_are_a_path() -> None:
    text = "m" + "/2147483647'" * 255
    assert len(Path.parse(text)) == 255
    assert str(Path.parse(text)) == text
    with pytest.raises(PathError):
        Path.parse(text) / 0


@pytest.mark.parametrize("text", ["m" + "/0" * 10**6, "m/" + "/" * 10**6, "m" * 10**6, " " * 10**6])
def test_P21_a_million_levels_are_refused(text: str) -> None:
    assert refusal(text) == "too-large"


def test_P21_a_million_levels_cost_less_than_five_milliseconds() -> None:
    setup = "from contextlib import suppress\nfrom walletcore.path import Path\ntext = 'm' + '/0' * 10**6"
    assert cpu_seconds("with suppress(ValueError): Path.parse(text)", setup=setup) < 0.005 * SLACK


@pytest.mark.parametrize("digits", [11, 100, 3000])
def test_P22_a_long_number_is_refused(digits: int) -> None:
    assert refusal("m/" + "9" * digits) == "character"


def test_P22_a_hundred_thousand_digits_are_refused_in_five_milliseconds() -> None:
    assert refusal("m/" + "9" * 100_000) == "too-large"
    setup = "from contextlib import suppress\nfrom walletcore.path import Path\ndigits = '9' * 100_000"
    assert cpu_seconds("with suppress(ValueError): Path.parse('m/' + digits)", setup=setup) < 0.005 * SLACK
    assert cpu_seconds("with suppress(ValueError): Path() / digits", setup=setup) < 0.005 * SLACK


def test_S08_a_negative_index_is_refused() -> None:
    for make in (lambda: Path((-1,)), lambda: Path() / -1, lambda: hardened(-1)):
        with pytest.raises(PathError) as caught:
            make()
        assert caught.value.reason == "range"


def test_S09_an_index_of_two_to_the_32_is_refused() -> None:
    for make in (lambda: Path((2**32,)), lambda: Path() / 2**32, lambda: hardened(2**31), lambda: hardened(10**400)):
        with pytest.raises(PathError) as caught:
            make()
        assert caught.value.reason == "range"


class Number(int):
    """An int that is not exactly an int."""


@pytest.mark.parametrize("index", [True, 1.0, "0", None, b"\x00", Number(1), (0,)])
def test_S10_an_index_of_another_type_is_refused(index: Any) -> None:
    for make in (lambda: Path((index,)), lambda: hardened(index)):
        with pytest.raises(PathError) as caught:
            make()
        assert caught.value.reason == "type"


@pytest.mark.parametrize("index", [True, 1.0, None, b"\x00", Number(1), (0,)])
def test_S10_a_step_of_another_type_is_refused(index: Any) -> None:
    with pytest.raises(PathError) as caught:
        Path() / index
    assert caught.value.reason == "type"


@pytest.mark.parametrize("text", [None, 0, b"m/0", ["m", 0], Path(), type("Text", (str,), {})("m/0")])
def test_a_path_that_is_no_text_is_refused(text: Any) -> None:
    assert refusal(text) == "type"


@pytest.mark.parametrize("value", [[0], 0, "m/0", None, iter((0,))])
def test_steps_that_are_no_tuple_are_refused(value: Any) -> None:
    with pytest.raises(PathError) as caught:
        Path(value)
    assert caught.value.reason == "type"


# -- what a path is


def test_three_marks_harden_and_one_is_written() -> None:
    assert Path.parse("m/44'/0h/1H").steps == (HARDENED + 44, HARDENED, HARDENED + 1)
    assert str(Path.parse("m/44'/0h/1H/2")) == "m/44'/0'/1'/2"


def test_a_path_grows_by_numbers_and_by_text() -> None:
    assert Path() / hardened(44) / "60'" / "0h" / 0 / "7" == Path.parse("m/44'/60'/0'/0/7")
    assert str(Path()) == "m"


def test_paths_are_values() -> None:
    assert {Path.parse("m/0"), Path((0,)), Path() / 0} == {Path((0,))}
    assert pickle.loads(pickle.dumps(Path((0, HARDENED)))) == Path((0, HARDENED))


def test_a_key_origin_is_written_as_in_descriptors() -> None:
    assert str(KeyOrigin(bytes.fromhex("d34db33f"), Path.parse("m/44'/0'/0'"))) == "[d34db33f/44'/0'/0']"
    assert str(KeyOrigin(bytes(4), Path())) == "[00000000]"


@pytest.mark.parametrize(
    ("fingerprint", "path"),
    [
        (bytes(3), Path()),
        (bytes(5), Path()),
        ("00000000", Path()),
        (bytearray(4), Path()),
        (bytes(4), "m"),
        (bytes(4), None),
    ],
)
def test_a_malformed_key_origin_is_refused(fingerprint: Any, path: Any) -> None:
    with pytest.raises(PathError):
        KeyOrigin(fingerprint, path)


# -- properties and a second implementation


@given(steps)
def test_a_path_reads_back_from_its_text(numbers: tuple[int, ...]) -> None:
    assert Path.parse(str(Path(numbers))).steps == numbers


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=20))
def test_bip_utils_reads_the_same_steps(numbers: list[int]) -> None:
    theirs = Bip32PathParser.Parse(str(Path(tuple(numbers)))).ToList()
    assert theirs == numbers
    assert [Bip32KeyIndex(number).IsHardened() for number in numbers] == [number >= HARDENED for number in numbers]


@given(st.one_of(st.text(), st.lists(tokens).map("".join)))
def test_arbitrary_text_is_a_path_or_refused(text: str) -> None:
    try:
        path = Path.parse(text)
    except PathError:
        return
    assert str(path) == text.replace("h", "'").replace("H", "'")
