"""What every tree checks at its door: seeds (rows S01-S05), paths and chain codes, whatever somebody hands in."""

import traceback
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walletcore.errors import DerivationError, PathError
from walletcore.hd.checks import checked_chain_code, checked_path, checked_seed
from walletcore.path import HARDENED, Path
from walletcore.secret import Secret

numbers = st.lists(st.integers(0, 2**32 - 1), max_size=8).map(tuple)
anything = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=80), st.lists(st.binary(), max_size=2)
)


class Bytes(bytes):
    """Bytes that could compare or print as they like."""


class Anywhere(Path):
    """A path whose steps nobody has checked."""

    def __post_init__(self) -> None:
        pass


def refusal(door: Any, *arguments: object, **options: object) -> str:
    with pytest.raises(DerivationError) as caught:
        door(*arguments, **options)
    return caught.value.reason


# -- seeds


@given(st.binary(min_size=16, max_size=64))
def test_a_seed_of_128_to_512_bits_is_taken_as_it_is(seed: bytes) -> None:
    assert checked_seed(seed).reveal() == seed
    held = Secret(seed)
    assert checked_seed(held) is held


@pytest.mark.parametrize("size", [0, 1, 15, 65, 1024, 1025])
def test_S01_S03_S04_a_seed_of_another_length_is_refused(size: int) -> None:
    assert refusal(checked_seed, bytes(size)) == refusal(checked_seed, Secret(bytes(size))) == "length"


@given(st.binary(min_size=1, max_size=1024))
def test_S04_any_length_but_none_is_taken_when_it_is_asked_for(seed: bytes) -> None:
    assert checked_seed(seed, any_length=True).reveal() == seed


@pytest.mark.parametrize("size", [0, 1025, 1 << 20])
def test_S04_nothing_and_very_much_are_refused_even_then(size: int) -> None:
    assert refusal(checked_seed, bytes(size), any_length=True) == "length"


@pytest.mark.parametrize("seed", ["00" * 16, bytearray(16), memoryview(bytes(16)), Bytes(16), 16, True, None, [0] * 16])
def test_S05_a_seed_that_is_not_bytes_is_refused(seed: Any) -> None:
    assert refusal(checked_seed, seed) == "type"


@given(anything)
def test_whatever_is_no_seed_is_refused_by_its_type(seed: Any) -> None:
    assert refusal(checked_seed, seed) == "type"


@pytest.mark.parametrize("seed", [b"correct horse!!", b"correct horse battery staple" * 3, bytearray(b"correct horse")])
def test_a_refused_seed_is_in_no_message_and_no_frame(seed: Any) -> None:
    with pytest.raises(DerivationError) as caught:
        checked_seed(seed)
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    ours = [f"{frame.locals}" for frame in shown.stack if frame.filename != __file__]
    assert "horse" not in str(caught.value) + "".join(ours)


# -- paths


@given(numbers)
def test_a_path_is_taken_as_such_and_as_text(steps: tuple[int, ...]) -> None:
    path = Path(steps)
    assert checked_path(path) is path
    assert checked_path(str(path)) == path


@pytest.mark.parametrize("path", ["", "0", "m//0", "m/0'/", "m/2147483648", None, 5, b"m/0", [0], (0,), HARDENED])
def test_a_path_that_is_none_is_refused(path: Any) -> None:
    with pytest.raises(PathError):
        checked_path(path)


@given(anything)
def test_whatever_is_no_path_is_refused_as_one(path: Any) -> None:
    try:
        steps = checked_path(path)
    except PathError as error:
        assert error.reason in ("type", "prefix", "character", "range", "too-large")  # noqa: PT017
    else:
        assert checked_path(str(steps)) == steps


def test_X19_a_path_of_another_class_is_refused() -> None:
    for path in (Anywhere((2**32,)), Anywhere((-1,)), Anywhere((0,))):
        with pytest.raises(PathError) as caught:
            checked_path(path)
        assert caught.value.reason == "type"


# -- chain codes


@given(st.binary(min_size=32, max_size=32))
def test_a_chain_code_is_32_bytes(chain_code: bytes) -> None:
    checked_chain_code(chain_code)


@given(
    st.one_of(anything, st.binary().filter(lambda data: len(data) != 32), st.just(Bytes(32)), st.just(bytearray(32)))
)
def test_anything_else_is_no_chain_code(chain_code: Any) -> None:
    assert refusal(checked_chain_code, chain_code) == "length"
