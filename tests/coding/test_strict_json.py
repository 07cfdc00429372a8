"""JSON from outside: what Python's own reader takes; depth, length, number and doubles are refused before it runs."""

import json
import sys
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.cpu import SLACK, cpu_seconds
from support.hostile import check_cost
from walletcore.coding import strict_json
from walletcore.errors import DecodingError

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(values, st.booleans())
def test_what_python_writes_is_read_back(value: object, ascii_only: bool) -> None:
    assert strict_json.decode(json.dumps(value, ensure_ascii=ascii_only)) == value


@given(st.text(max_size=40) | st.text(alphabet='[]{}",:\\0aé \n', max_size=40))
def test_anything_else_is_refused_and_never_otherwise(text: str) -> None:
    try:
        read = strict_json.decode(text)
    except DecodingError:
        return
    assert json.dumps(read) == json.dumps(json.loads(text))


@pytest.mark.parametrize("opening", ["[", '{"a":', '["]", [', "[" * 30 + '"\\"[",['])
@pytest.mark.parametrize("limit", [150, 1_000, 100_000])
def test_X03_nesting_is_too_deep_under_any_recursion_limit(opening: str, limit: int) -> None:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 150 + len(_frames())))
    try:
        with pytest.raises(DecodingError) as refused:
            strict_json.decode(opening * 10_000)
        assert refused.value.reason == "too-deep"
    finally:
        sys.setrecursionlimit(before)


def _frames() -> list[object]:
    frames, frame = [], sys._getframe()
    while frame.f_back:
        frames.append(frame)
        frame = frame.f_back
    return list(frames)


def test_brackets_within_strings_do_not_count() -> None:
    assert strict_json.decode('{"a": "' + "[" * 100 + '\\"' + "{" * 100 + '"}') == {"a": "[" * 100 + '"' + "{" * 100}
    assert strict_json.decode("[" * 32 + "]" * 32)
    with pytest.raises(DecodingError):
        strict_json.decode("[" * 33 + "]" * 33)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": 1, "a": 1}', "duplicate"),
        ('{"a": {"b": 1, "\\u0062": 2}}', "duplicate"),
        ("NaN", "non-canonical"),
        ("[-Infinity]", "non-canonical"),
        ("", "character"),
        ("1 2", "character"),
        ("'a'", "character"),
        ("[1,]", "character"),
        ("\ufeff[]", "character"),
        ("9" * 641, "range"),
        ("[-" + "9" * 640 + "]", "range"),
        ("9" * 5000, "range"),
        ("1e999", "range"),
        ("[-1e999]", "range"),
        ('"\\ud800"', "character"),
        ('{"\\udfff": 1}', "character"),
        (" " * 2**20 + "1", "too-large"),
        (b"[]", "type"),
        (None, "type"),
    ],
)
def test_KS13_doubles_constants_and_bad_texts_are_refused(text: object, reason: str) -> None:
    with pytest.raises(DecodingError) as refused:
        strict_json.decode(text)  # type: ignore[arg-type]
    assert refused.value.reason == reason


@pytest.mark.parametrize("digits", [0, 640, 4300])
def test_X16_a_number_of_a_megabyte_costs_nothing_whatever_limit_python_has(digits: int) -> None:
    """Other libraries lift the interpreter's limit; without it int() takes quadratic time."""
    setup = (
        f"import sys\nsys.set_int_max_str_digits({digits})\nfrom walletcore.coding import strict_json\n"
        "from walletcore.errors import DecodingError\ntext = '[' + '1' * (2**20 - 10) + ']'"
    )
    code = "try:\n    strict_json.decode(text)\n    assert False\nexcept DecodingError:\n    pass"
    assert cpu_seconds(code, setup=setup) < 0.05 * SLACK
    assert strict_json.decode("9" * 640) == 10**640 - 1


@pytest.mark.parametrize(
    "text", ["'[' * 2**20", "'\"' * 2**20", "'\\\\' * 2**20", "'\"' + '\\\\' * (2**20 - 1)", "'{}' * 2**19"]
)
def test_a_hostile_megabyte_is_refused_in_time(text: str) -> None:
    setup = f"from walletcore.coding import strict_json\nfrom walletcore.errors import DecodingError\ntext = {text}"
    code = "try:\n    strict_json.decode(text)\n    assert False\nexcept DecodingError:\n    pass"
    assert cpu_seconds(code, setup=setup) < 0.250 * SLACK


def _count(value: object) -> int:
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(_count, below))


@given(values, st.sampled_from([None, 1, "\t"]))
def test_X13_as_many_values_are_read_as_there_may_be_and_not_one_more(value: object, indent: int | str | None) -> None:
    text, number = json.dumps(value, indent=indent), _count(value)
    assert strict_json.decode(text, max_values=number) == value
    if number > 1:
        with pytest.raises(DecodingError) as refused:
            strict_json.decode(text, max_values=number - 1)
        assert refused.value.reason == "too-large"


def test_marks_within_strings_are_no_values() -> None:
    assert strict_json.decode('["[,,,{", {"\\",": ",,"}]', max_values=4) == ["[,,,{", {'",': ",,"}]
    with pytest.raises(DecodingError):
        strict_json.decode('["[,,,{", {"\\",": ",,"}]', max_values=3)


def test_an_empty_array_is_as_deep_as_any_other() -> None:
    assert strict_json.decode("[[ ],{ }]", max_depth=2) == [[], {}]
    for text in ("[[ ]]", "[{}]", '{"": {\n}}'):
        with pytest.raises(DecodingError) as refused:
            strict_json.decode(text, max_depth=1)
        assert refused.value.reason == "too-deep"


EIGHT = 1 << 23
MANY = {
    "{}": "[" + "{}," * (EIGHT // 3 - 2) + "{}]",
    "[]": "[" + "[]," * (EIGHT // 3 - 2) + "[]]",
    "strings": "[" + '"",' * (EIGHT // 3 - 2) + '""]',
    "members": "[" + '{"":0},' * (EIGHT // 7 - 2) + "0]",
    "numbers": "[" + "0," * (EIGHT // 2 - 2) + "0]",
    "commas": "[" * 33 + "," * (EIGHT - 40),
    "side by side": "[" + "[]" * (EIGHT // 2 - 1),
    "strings side by side": "[" * 33 + '""' * (EIGHT // 2 - 20),
}


@pytest.mark.parametrize("shape", MANY)
@pytest.mark.parametrize("limit", [16, strict_json.MAX_VALUES])
def test_X13_eight_megabytes_of_small_values_are_refused_before_they_are_built(shape: str, limit: int) -> None:
    """The scanner would make 200 MB of them."""
    check_cost(
        lambda: strict_json.decode(MANY[shape], max_length=EIGHT, max_values=limit, max_depth=40),
        DecodingError,
        seconds=0.25,
        memory=1 << 20,
    )


@pytest.mark.parametrize("piece", ["{}", "[]", '"é"', '{"é":1}', "[0,0]", "1.5"])
def test_X13_as_many_values_as_there_may_be_weigh_less_than_32_megabytes(piece: str) -> None:
    text = "[" + ",".join([piece] * ((strict_json.MAX_VALUES - 1) // _count(json.loads(piece)))) + "]"
    tracemalloc.start()
    try:
        assert strict_json.decode(text)
        assert tracemalloc.get_traced_memory()[1] < 1 << 25
    finally:
        tracemalloc.stop()
