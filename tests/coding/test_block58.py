"""Monero's base 58 in blocks: published figures, another implementation, and what must be refused."""

from typing import Any

import pytest
from bip_utils import Base58XmrDecoder, Base58XmrEncoder
from hypothesis import given
from hypothesis import strategies as st

from support.cpu import SLACK, cpu_seconds
from support.vectors import Case, vectors
from walletcore.coding.block58 import block58
from walletcore.errors import DecodingError


class Text(str):
    """Not exactly a text."""


class Data(bytes):
    """Not exactly bytes."""


def refusal(call: Any, *args: Any) -> str:
    with pytest.raises(DecodingError) as caught:
        call(*args)
    return caught.value.reason


@vectors("base58/monero", operation="codec.encode")
def test_bytes_give_the_published_text_and_it_gives_them_back(case: Case) -> None:
    assert block58.encode(bytes.fromhex(case.input["data"])) == case.expect["text"]
    assert block58.decode(case.expect["text"]).hex() == case.input["data"]


@vectors("base58/monero", operation="codec.decode")
def test_a_text_that_is_published_as_none_is_refused(case: Case) -> None:
    assert refusal(block58.decode, case.input["text"]) in case.reasons


@given(st.binary(max_size=300))
def test_texts_are_those_of_bip_utils_and_are_read_back(data: bytes) -> None:
    text = block58.encode(data)
    assert text == Base58XmrEncoder.Encode(data)
    assert block58.decode(text) == Base58XmrDecoder.Decode(text) == data


@given(st.text(alphabet="123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", max_size=40))
def test_whatever_is_read_is_written_so_and_no_other_way(text: str) -> None:
    try:
        data = block58.decode(text)
    except DecodingError as error:
        assert error.reason in ("length", "range")  # noqa: PT017
    else:
        assert block58.encode(data) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        *(("11 ", "character"), ("1\n", "character"), (" 11", "character"), ("1\x001", "character")),
        *(("1\ud8001", "character"), ("\uff111", "character"), ("1\u06611", "character"), ("0O", "character")),
        *(
            (b"11", "type"),
            (None, "type"),
            (11, "type"),
            (["1", "1"], "type"),
            (Text("11"), "type"),
        ),
        *(("1" * 513, "too-large"), ("1" * 10**6, "too-large")),
    ],
)
def test_what_is_no_text_of_this_encoding_is_refused(text: Any, reason: str) -> None:
    assert refusal(block58.decode, text) == reason


@pytest.mark.parametrize("data", ["11", None, 5, True, bytearray(2), memoryview(b"11"), Data(b"1")])
def test_what_is_no_bytes_is_refused(data: Any) -> None:
    assert refusal(block58.encode, data) == "type"


def test_the_longest_text_has_512_characters() -> None:
    longest = bytes(range(256)) + bytes(range(116))
    assert len(block58.encode(longest)) == 512
    assert block58.decode(block58.encode(longest)) == longest
    for size in (373, 374, 10**6):
        assert refusal(block58.encode, bytes(size)) == "too-large"


def test_a_huge_text_is_refused_before_any_work() -> None:
    setup = "from contextlib import suppress\nfrom walletcore.coding.block58 import block58\ntext = 'z' * 10**7"
    code = "with suppress(ValueError):\n    block58.decode(text)\n    raise SystemExit(1)"
    assert cpu_seconds(code, setup=setup) < 0.01 * SLACK
