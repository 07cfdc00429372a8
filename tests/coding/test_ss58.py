"""SS58: accounts and their networks as text, against published addresses and bip_utils; rows A11 and A12."""

from typing import Any

import pytest
from bip_utils import SS58Decoder, SS58Encoder
from hypothesis import given
from hypothesis import strategies as st

from support.vectors import Case, vectors
from walletcore.coding import ss58
from walletcore.coding.text import BITCOIN_ALPHABET
from walletcore.errors import ChecksumError, DecodingError

ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"

accounts = st.binary(min_size=32, max_size=33)
networks = st.integers(0, ss58.MAX_FORMAT).filter(lambda number: number not in (46, 47))


class Text(str):
    """A text of another class."""


class Bytes(bytes):
    """Bytes of another class."""


def reason(call: Any, *args: Any) -> str:
    with pytest.raises(DecodingError) as caught:
        call(*args)
    return caught.value.reason


@vectors("substrate/ss58", result="valid")
def test_published_addresses_are_read_and_written(case: Case) -> None:
    account, network = bytes.fromhex(case.expect["data"]), case.expect["network"]
    assert ss58.decode(case.input["text"]) == (account, network)
    assert ss58.encode(account, network) == case.input["text"]


@vectors("substrate/ss58", result="invalid")
def test_what_others_refuse_is_refused(case: Case) -> None:
    assert reason(ss58.decode, case.input["text"]) == case.expect["reason"]


@given(accounts, networks)
def test_an_address_is_read_as_it_was_written(account: bytes, network: int) -> None:
    text = ss58.encode(account, network)
    assert ss58.decode(text) == (account, network)
    if len(account) == 32:
        assert SS58Encoder.Encode(account, network) == text
        assert SS58Decoder.Decode(text) == (network, account)


@given(accounts, networks, st.integers(0, 60), st.sampled_from(BITCOIN_ALPHABET))
def test_an_address_with_another_character_is_refused(account: bytes, network: int, place: int, other: str) -> None:
    text = ss58.encode(account, network)
    place %= len(text)
    changed = text[:place] + other + text[place + 1 :]
    if changed == text:
        return
    try:
        found = ss58.decode(changed)
    except DecodingError:
        return
    assert ss58.encode(*found) == changed  # one of 65,536 checksums: still a canonical text of something else
    assert found != (account, network)


@pytest.mark.parametrize("text", ["VBo5gMYBDWp7aZ9x8EGq1WdEFwWqWgn12f7NHpzjEMjwsTzKd"])
def test_A11_two_bytes_for_a_format_of_one_are_refused(text: str) -> None:
    assert reason(ss58.decode, text) == "non-canonical"


@pytest.mark.parametrize(
    "text", ["5bEfEiE6PQtcp8R4PmxxBrBejvVKzWZCopKA9wQ5ZT9HR9RU", "DmnkS4d9uGcDcwb6fS6u9jzVjiDSVYBtGwjvbz8mXZuGVhF7"]
)
def test_A12_reserved_formats_and_first_bytes_from_128_on_are_refused(text: str) -> None:
    assert reason(ss58.decode, text) == "prefix"


@pytest.mark.parametrize("number", [46, 47])
def test_A12_reserved_formats_are_not_written(number: int) -> None:
    assert reason(ss58.encode, bytes(32), number) == "prefix"


@pytest.mark.parametrize("number", [-1, 16384, 1 << 64])
def test_networks_out_of_range_are_not_written(number: int) -> None:
    assert reason(ss58.encode, bytes(32), number) == "range"


@pytest.mark.parametrize("number", [True, False, None, "42", 42.0, b"*"])
def test_a_network_is_a_number(number: Any) -> None:
    assert reason(ss58.encode, bytes(32), number) == "type"


@pytest.mark.parametrize("size", [0, 1, 8, 20, 31, 34, 64])
def test_an_account_has_32_or_33_bytes(size: int) -> None:
    assert reason(ss58.encode, bytes(size), 42) == "length"


@pytest.mark.parametrize("account", [None, "0" * 32, bytearray(32), Bytes(32), memoryview(bytes(32)), [0] * 32])
def test_an_account_is_bytes(account: Any) -> None:
    assert reason(ss58.encode, account, 42) == "type"


def test_a_checksum_that_does_not_match_has_a_class_of_its_own() -> None:
    with pytest.raises(ChecksumError) as caught:
        ss58.decode(ALICE[:-1] + "Z")
    assert caught.value.reason == "checksum"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "length"),
        ("1", "length"),
        ("z", "length"),
        (ALICE + " ", "character"),
        (" " + ALICE, "character"),
        (ALICE + "\0", "character"),
        (ALICE[:-1], "prefix"),
        ("1" + ALICE, "checksum"),
        (ALICE * 2, "too-large"),
        ("5" * 100_000, "too-large"),
        ("0x" + "00" * 24, "character"),
        ("\ud800" * 48, "character"),
        (None, "type"),
        (b"5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY", "type"),
        (Text(ALICE), "type"),
        (42, "type"),
    ],
)
def test_what_is_no_address_is_refused(text: Any, expected: str) -> None:
    assert reason(ss58.decode, text) == expected
