"""DER: the one spelling of each value, beside another implementation, and every other spelling refused."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from Crypto.Util.asn1 import DerBitString, DerInteger, DerNull, DerObject, DerOctetString, DerSequence
from hypothesis import given
from hypothesis import strategies as st

from support.hostile import MEBIBYTE, SHAPES, check_cost, filled
from walletcore.coding import der
from walletcore.errors import DecodingError

sizes = st.sampled_from([0, 1, 2, 126, 127, 128, 129, 255, 256, 257, 1000, 65530])


def why(call: Callable[..., object], *arguments: Any) -> str:
    with pytest.raises(DecodingError) as caught:
        call(*arguments)
    return caught.value.reason


@given(st.one_of(st.integers(0, 300), st.integers(0, 2**300)))
def test_numbers_are_those_of_another_implementation(number: int) -> None:
    written = der.encode_uint(number)
    assert written == DerInteger(number).encode()
    assert der.decode_uint(der.decode(written, der.INTEGER), 301) == number
    if number:
        assert why(der.decode_uint, der.decode(written, der.INTEGER), number.bit_length() - 1) == "range"


@given(sizes, st.binary(max_size=8))
def test_strings_are_those_of_another_implementation(size: int, seed: bytes) -> None:
    data = (seed or b"\0") * size
    data = data[:size]
    assert der.encode(der.OCTET_STRING, data) == DerOctetString(data).encode()
    assert der.decode(der.encode(der.OCTET_STRING, data), der.OCTET_STRING) == data
    bits = der.encode(der.BIT_STRING, der.encode_bits(data))
    assert bits == DerBitString(data).encode()
    assert der.decode_bits(der.decode(bits, der.BIT_STRING)) == data


@given(st.lists(st.one_of(st.integers(0, 2**64), st.binary(max_size=200)), max_size=16))
def test_sequences_are_those_of_another_implementation(values: list[int | bytes]) -> None:
    parts = [der.encode_uint(v) if isinstance(v, int) else der.encode(der.OCTET_STRING, v) for v in values]
    theirs: Any = [v if isinstance(v, int) else DerOctetString(v).encode() for v in values]
    written = der.sequence(*parts)
    assert written == DerSequence(theirs).encode()
    assert b"".join(der.encode(*value) for value in der.values(der.decode(written, der.SEQUENCE))) == b"".join(parts)


def test_null_and_context_tags() -> None:
    assert der.encode(der.NULL, b"") == DerNull().encode()
    assert der.encode(der.context(0, constructed=True), der.encode_uint(5)) == DerInteger(5, explicit=0).encode()
    assert der.encode(der.context(1, constructed=False), b"x") == DerObject(0x04, b"x", implicit=1).encode()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "truncated"),
        ("04", "truncated"),
        ("0401", "truncated"),
        ("048000000000", "non-canonical"),  # an indefinite length
        ("04810161", "non-canonical"),
        ("04817f" + "61" * 127, "non-canonical"),
        ("0482008061", "non-canonical"),
        ("04820061", "non-canonical"),
        ("048300008061", "non-canonical"),
        ("0484ffffffff", "non-canonical"),
        ("04ff", "non-canonical"),
        ("0481", "non-canonical"),
        ("048180", "truncated"),
        ("0482ffff", "truncated"),
        ("040161ff", "trailing"),
        ("050161", "type"),
        ("240161", "type"),
        ("1f040161", "version"),
    ],
)
def test_K10_another_spelling_is_refused(data: str, reason: str) -> None:
    assert why(der.decode, bytes.fromhex(data), der.OCTET_STRING) == reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "non-canonical"),
        ("0001", "non-canonical"),
        ("0000", "non-canonical"),
        ("80", "range"),
        ("ff", "range"),
        ("ffff", "range"),
        ("01" * 9, "range"),
        ("00ff" + "ff" * 8, "range"),
        ("7f" * 4000, "range"),
    ],
)
def test_K10_a_number_is_not_negative_and_has_no_byte_too_many(content: str, reason: str) -> None:
    assert why(der.decode_uint, bytes.fromhex(content), 64) == reason


def test_numbers_at_the_bounds() -> None:
    assert der.decode_uint(bytes.fromhex("00ffffffffffffffff"), 64) == 2**64 - 1
    assert der.decode_uint(b"\0", 64) == 0
    assert why(der.encode_uint, -1) == why(der.encode_uint, True) == why(der.encode_uint, "1") == "range"


@pytest.mark.parametrize("content", [b"", b"\1\xfe", b"\7\x80", b"\x08x"])
def test_bits_are_whole_bytes(content: bytes) -> None:
    assert why(der.decode_bits, content) == "non-canonical"


def test_a_sequence_has_16_values_at_most() -> None:
    assert len(der.values(b"\5\0" * 16)) == 16
    assert why(der.values, b"\5\0" * 17) == "too-large"
    assert der.values(b"") == ()


@pytest.mark.parametrize("other", [None, "00", bytearray(2), memoryview(b"\5\0"), 5, [5]])
def test_X19_what_is_no_bytes_is_refused(other: Any) -> None:
    for call in (partial(der.decode, tag=5), der.values, partial(der.decode_uint, max_bits=8), der.decode_bits):
        assert why(call, other) == "type"
    assert why(partial(der.encode, 4), other) == why(der.encode_bits, other) == "type"


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", [65536, 65537, MEBIBYTE, 16 * MEBIBYTE])
def test_X13_mebibytes_of_one_thing_are_refused_at_once(shape: str, size: int) -> None:
    data = filled(SHAPES[shape], size)
    check_cost(partial(der.decode, data, der.SEQUENCE), DecodingError, seconds=0.005, memory=MEBIBYTE)
    assert why(der.encode, 4, bytes(65537)) == "too-large"
