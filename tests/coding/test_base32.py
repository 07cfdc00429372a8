"""Base 32: published figures, other implementations, and what must be refused."""

import base64
from typing import Any

import pytest
from bip_utils.utils.misc import Base32Encoder
from hypothesis import given
from hypothesis import strategies as st

from support.cpu import SLACK, cpu_seconds
from walletcore.coding.base32 import RFC4648_ALPHABET, Base32, base32, base32_unpadded
from walletcore.errors import DecodingError


def refusal(call: Any, *args: Any, **options: Any) -> str:
    with pytest.raises(DecodingError) as caught:
        call(*args, **options)
    return caught.value.reason


@pytest.mark.parametrize(
    ("data", "text"),  # RFC 4648, section 10
    [
        *((b"", ""), (b"f", "MY======"), (b"fo", "MZXQ===="), (b"foo", "MZXW6==="), (b"foob", "MZXW6YQ=")),
        *((b"fooba", "MZXW6YTB"), (b"foobar", "MZXW6YTBOI======")),
    ],
)
def test_base32_gives_the_texts_of_the_rfc_and_reads_them(data: bytes, text: str) -> None:
    assert base32.encode(data) == text
    assert base32.decode(text) == data
    assert base32_unpadded.encode(data) == text.rstrip("=")
    assert base32_unpadded.decode(text.rstrip("=")) == data


@given(st.binary(max_size=300))
def test_base32_agrees_with_two_other_implementations(data: bytes) -> None:
    lower = Base32(alphabet=RFC4648_ALPHABET.lower())
    assert base32.encode(data) == base64.b32encode(data).decode() == Base32Encoder.Encode(data)
    assert base32_unpadded.encode(data) == Base32Encoder.EncodeNoPadding(data)
    assert lower.encode(data) == base64.b32encode(data).decode().lower()
    assert lower.decode(lower.encode(data)) == base32.decode(base32.encode(data)) == data


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        *(("MZ======", "non-canonical"), ("MZXR====", "non-canonical"), ("MZXW7===", "non-canonical")),
        *(("MY", "length"), ("MY=====", "length"), ("MY=======", "length"), ("========", "length"), ("=", "length")),
        *(("M=======", "length"), ("MZX=====", "length"), ("MZXW6Y==", "length"), ("MZXW6YTB========", "length")),
        *(("my======", "character"), ("MY==\n====", "character"), ("M1======", "character"), ("M=Y=====", "character")),
        *(("MY====== ", "character"), ("\uff2dY======", "character"), ("A" * 4104, "too-large")),
    ],
)
def test_base32_refuses_every_second_spelling(text: str, reason: str) -> None:
    assert refusal(base32.decode, text) == reason


def test_base32_without_padding_refuses_padding() -> None:
    assert refusal(base32_unpadded.decode, "MY======") == "character"
    assert refusal(base32_unpadded.decode, "M") == "length"
    assert refusal(base32_unpadded.decode, "MZ") == "non-canonical"


def test_base32_stops_at_4096_characters_both_ways() -> None:
    assert base32.decode("A" * 4096) == bytes(2560)
    assert base32.encode(bytes(2560)) == "A" * 4096
    assert refusal(base32.encode, bytes(2561)) == "too-large"
    code = "try: base32.decode(text)\nexcept DecodingError as error: assert error.reason == 'too-large'"
    imports = "from walletcore.coding.base32 import base32\nfrom walletcore.errors import DecodingError"
    assert cpu_seconds(code, setup=f"{imports}\ntext = 'A' * (1 << 20)") < SLACK * 0.005


@pytest.mark.parametrize("alphabet", ["", "A" * 32, RFC4648_ALPHABET[:31], RFC4648_ALPHABET[:31] + "é"])
def test_base32_wants_32_different_digits(alphabet: str) -> None:
    assert refusal(Base32, alphabet=alphabet) == "length"
