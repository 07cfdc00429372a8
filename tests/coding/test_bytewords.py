"""Bytewords: the examples of BCR-2020-012, and what must be refused."""

import zlib
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.hostile import MEBIBYTE, SHAPES, check_cost, filled
from walletcore.coding import bytewords
from walletcore.errors import ChecksumError, DecodingError

EXAMPLES = {  # BCR-2020-012: the minimal encodings, with the bytes before their checksums
    "tantjzoeadgdstaslplabghydrpfmkbggufgludprfgmaosecffltnsoaawkbd": (
        "d99d6ca20150c7098580125e2ab0981253468b2dbc5202c11947da"
    ),
    "staslplabghydrpfmkbggufgludprfgmzepsbtwd": "c7098580125e2ab0981253468b2dbc52",
}
GOOD = next(iter(EXAMPLES))


def why(text: Any) -> str:
    with pytest.raises(DecodingError) as caught:
        bytewords.decode(text)
    return caught.value.reason


@pytest.mark.parametrize(("text", "data"), EXAMPLES.items())
def test_the_examples_of_the_specification(text: str, data: str) -> None:
    assert bytewords.decode(text).hex() == data
    assert bytewords.encode(bytes.fromhex(data)) == text


def test_all_bytes_have_letters_of_their_own_in_alphabetical_order() -> None:
    text = bytewords.encode(bytes(range(256)))
    pairs = [text[i : i + 2] for i in range(0, 512, 2)]
    assert len(set(pairs)) == 256
    assert [pair[0] for pair in pairs] == sorted(pair[0] for pair in pairs)
    assert (pairs[0], pairs[1], pairs[255]) == ("ae", "ad", "zm")  # able, acid, zoom


@given(st.binary(max_size=300))
def test_what_is_written_is_read_with_the_checksum_of_zlib(data: bytes) -> None:
    text = bytewords.encode(data)
    assert bytewords.decode(text) == data
    assert len(text) == 2 * len(data) + 8
    assert bytewords.crc32(data) == zlib.crc32(data).to_bytes(4)


@given(st.integers(0, len(GOOD) - 1), st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
def test_another_letter_is_seen(place: int, letter: str) -> None:
    other = GOOD[:place] + letter + GOOD[place + 1 :]
    if other != GOOD:
        assert why(other) in ("checksum", "character")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "length"),
        ("aeaeae", "length"),
        (GOOD[:-1], "length"),
        (GOOD[:-2], "checksum"),
        (GOOD.upper(), "character"),
        ("xx" + GOOD, "character"),
        (GOOD[:-2] + "\u212a\u212a", "character"),
        (GOOD[:-2] + "\0\0", "character"),
        (GOOD.encode(), "type"),
        (None, "type"),
        ("ae" * 100_000, "too-large"),
    ],
)
def test_X19_what_is_no_text_is_refused(text: Any, reason: str) -> None:
    assert why(text) == reason


def test_a_wrong_checksum_is_an_error_of_its_own() -> None:
    with pytest.raises(ChecksumError):
        bytewords.decode(GOOD[:-2] + "ae")


def test_what_is_no_bytes_or_too_much_is_not_written() -> None:
    for data, reason in ((bytearray(1), "type"), ("ae", "type"), (bytes(65537), "too-large")):
        with pytest.raises(DecodingError) as caught:
            bytewords.encode(data)  # type: ignore[arg-type]
        assert caught.value.reason == reason


@pytest.mark.parametrize("shape", SHAPES)
def test_X13_mebibytes_of_one_thing_are_refused_at_once(shape: str) -> None:
    for size in (131_000, MEBIBYTE, 16 * MEBIBYTE):
        text = filled(SHAPES[shape], size).decode("latin-1")
        check_cost(partial(bytewords.decode, text), DecodingError, seconds=0.05, memory=MEBIBYTE)
