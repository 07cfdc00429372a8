"""CAP-46-1: values of contracts in all their kinds, the host's order, and the bytes that are refused."""

from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.stellar_contracts import ME, PUBNET, TOKEN, address, made_value, value_case
from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.chains.base import Address
from walletcore.chains.stellar import Executable, ExternalExecutable, Instance, SCAddress, SCError, SCVal, scval
from walletcore.chains.stellar.contract_values import KINDS, MAX_DEPTH, MAX_SIZE
from walletcore.chains.stellar.scaddress import ADDRESS
from walletcore.errors import DecodingError, TransactionError

VOID, U32, VEC, MAP, SYMBOL = (number.to_bytes(4) for number in (1, 3, 16, 17, 15))
ONE, PRESENT = U32 + b"\0\0\0\1", b"\0\0\0\1"


@vectors("stellar/contract-values", operation="contract.value")
def test_published_addresses_have_their_bytes(case: Case) -> None:
    text, encoded = case.input["text"], bytes.fromhex(case.expect["encoded"])
    if case.input["format"] == "value":
        assert scval("address", text).encode() == encoded
        assert SCVal.decode(encoded).value.text == text
        return
    assert ADDRESS.encode(SCAddress.parse(text)) == encoded
    assert str(ADDRESS.decode(encoded)) == text
    assert scval("address", text).encode() == bytes.fromhex("00000012") + encoded


def test_addresses_of_a_chain_are_taken() -> None:
    assert scval("address", ME) == scval("address", ME.text) == scval("address", SCAddress.parse(ME.text))
    assert SCAddress.of(ME).account == ME.payload
    assert TOKEN.account is None


@pytest.mark.parametrize(
    "given", [PUBNET.account(bytes(range(32))), PUBNET.account(bytes(range(32)), 7), PUBNET.contract(bytes(range(32)))]
)
def test_an_address_of_a_chain_is_what_its_text_says(given: Address) -> None:
    assert SCAddress.of(given) == SCAddress.parse(given.text)
    by_hand = replace(given, payload=bytes(len(given.payload)))  # what is shown is what is signed
    assert SCAddress.of(by_hand) == SCAddress.parse(given.text)


def test_an_address_of_another_chain_is_none_of_a_contract() -> None:
    with pytest.raises(TransactionError):
        scval("address", chain("solana").parse_address("11111111111111111111111111111111"))


@given(st.integers(0, 2**64))
def test_every_value_is_read_again(seed: int) -> None:
    made = made_value(value_case(Random(seed), ledger=True))
    assert SCVal.decode(made.encode()) == made
    assert isinstance(str(made), str)
    assert hash(SCVal.decode(made.encode())) == hash(made)


def test_there_is_a_kind_for_each_number() -> None:
    samples: dict[str, Any] = {
        "bool": True,
        "error": SCError(type=0, code=2**32 - 1),
        "bytes": b"ab",
        "string": "ab",
        "symbol": "ab_1",
        "vec": [],
        "map": {},
        "address": TOKEN,
        "contract-instance": Instance(executable=Executable()),
        "executable-tag": b"v1",
        **dict.fromkeys(("void", "ledger-key-contract-instance")),
    }
    for number, kind in enumerate(KINDS):
        value = samples.get(kind, 5)
        assert scval(kind, value).encode()[:4] == number.to_bytes(4), kind


# The order of the host, as rs-soroban-env derives it: by kind, then numbers, bytes, and shorter ones first.
ASCENDING = [
    scval("bool", False),
    scval("bool", True),
    scval("void"),
    scval("error", SCError(type=0, code=9)),
    scval("error", SCError(type=1, code=0)),
    scval("u32", 5),
    scval("i32", -1),
    scval("i32", 0),
    scval("i128", -(2**127)),
    scval("i128", -1),
    scval("i128", 2**127 - 1),
    scval("bytes", b""),
    scval("bytes", b"\1"),
    scval("bytes", b"\1\0"),
    scval("bytes", b"\2"),
    scval("string", "b"),
    scval("symbol", "a"),
    scval("symbol", "ab"),
    scval("symbol", "b"),
    scval("vec", []),
    scval("vec", [scval("u32", 1)]),
    scval("vec", [scval("u32", 1), scval("u32", 0)]),
    scval("vec", [scval("u32", 2)]),
    scval("map", {}),
    scval("map", {scval("u32", 1): scval("u32", 1)}),
    scval("map", {scval("u32", 1): scval("u32", 2)}),
    scval("address", ME),
    scval("address", TOKEN),
    scval("contract-instance", Instance(executable=Executable(wasm_hash=bytes(32)))),
    scval("contract-instance", Instance(executable=Executable())),
    scval("contract-instance", Instance(executable=Executable(), storage=())),
    scval("contract-instance", Instance(executable=ExternalExecutable(owner=TOKEN, tag=b"a"))),
    scval("ledger-key-nonce", -1),
    scval("ledger-key-nonce", 1),
    scval("executable-tag", b""),
]


def test_values_stand_in_the_order_of_the_host() -> None:
    for one, other in pairwise(ASCENDING):
        assert one.order() < other.order(), (one, other)
    mapped = scval("map", dict.fromkeys(reversed(ASCENDING), scval("void")))
    assert [key for key, _ in mapped.value] == ASCENDING


def nested(levels: int) -> SCVal:
    made = scval("u32", 1)
    for _ in range(levels - 1):
        made = scval("vec", [made])
    return made


def test_what_is_nested_as_deep_as_a_host_allows_is_read() -> None:
    deepest = nested(MAX_DEPTH)
    assert deepest.depth == MAX_DEPTH
    assert SCVal.decode(deepest.encode()) == deepest


DEEP = (VEC + PRESENT + PRESENT) * MAX_DEPTH + ONE
BYTES: list[tuple[str, bytes, str]] = [
    ("nothing", b"", "truncated"),
    ("a_kind_that_is_none", b"\0\0\0\x17", "unknown"),
    ("a_negative_kind", b"\xff\xff\xff\xff", "unknown"),
    ("a_bool_of_two", b"\0\0\0\0\0\0\0\2", "non-canonical"),
    ("E16_a_byte_behind", ONE + b"\0", "trailing"),
    ("E16_cut", ONE[:-1], "truncated"),
    ("an_absent_vec", VEC + bytes(4), "missing"),
    ("an_absent_map", MAP + bytes(4), "missing"),
    ("a_count_that_lies", VEC + PRESENT + b"\xff\xff\xff\xff" + ONE, "truncated"),
    ("a_count_of_entries_that_lies", MAP + PRESENT + b"\0\0\0\2" + ONE * 2, "truncated"),
    ("keys_in_another_order", MAP + PRESENT + b"\0\0\0\2" + ONE + VOID + VOID + VOID, "non-canonical"),
    ("a_key_twice", MAP + PRESENT + b"\0\0\0\2" + (ONE + VOID) * 2, "duplicate"),
    ("too_deep", DEEP, "too-deep"),
    ("much_too_deep", DEEP * 50, "too-deep"),
    ("a_symbol_with_a_space", SYMBOL + b"\0\0\0\3a b\0", "character"),
    ("a_symbol_that_is_no_ascii", SYMBOL + b"\0\0\0\2\xc3\xa4\0\0", "character"),
    ("a_symbol_of_33_characters", SYMBOL + b"\0\0\0\x21" + b"a" * 36, "too-large"),
    ("a_symbol_with_dirty_padding", SYMBOL + b"\0\0\0\1a\0\0\1", "non-canonical"),
    ("an_error_of_no_type", b"\0\0\0\2" + b"\0\0\0\x0a" + bytes(4), "unknown"),
    ("an_error_of_the_host_with_another_code", b"\0\0\0\2" + b"\0\0\0\1" + b"\0\0\0\x0a", "unknown"),
    ("an_address_of_no_kind", b"\0\0\0\x12\0\0\0\5" + bytes(32), "unknown"),
    ("an_account_with_another_key_type", b"\0\0\0\x12\0\0\0\0\0\0\0\1" + bytes(32), "version"),
    ("a_balance_of_another_version", b"\0\0\0\x12\0\0\0\3\0\0\0\1" + bytes(32), "version"),
    ("an_instance_that_runs_nothing", b"\0\0\0\x13\0\0\0\3" + bytes(4), "version"),
    ("more_than_a_network_allows", bytes(MAX_SIZE + 1), "too-large"),
]


@pytest.mark.parametrize(("raw", "reason"), [row[1:] for row in BYTES], ids=[row[0] for row in BYTES])
def test_other_bytes_are_refused(raw: bytes, reason: str) -> None:
    with pytest.raises(TransactionError) as caught:
        SCVal.decode(raw)
    assert (type(caught.value), caught.value.reason) == (TransactionError, reason)


def test_a_refusal_names_the_place() -> None:
    with pytest.raises(TransactionError, match=r"\[1\]: expected 4 bytes"):
        SCVal.decode(VEC + PRESENT + b"\0\0\0\2" + ONE + ONE[:6])


VALUES: list[tuple[str, str, Any]] = [
    ("no_kind", "u8", 1),
    ("a_kind_that_is_no_text", 3, 1),  # type: ignore[list-item]
    ("an_int_as_bool", "bool", 1),
    ("a_bool_as_int", "u32", True),
    ("above_u32", "u32", 2**32),
    ("below_zero", "u64", -1),
    ("above_i128", "i128", 2**127),
    ("below_i256", "i256", -(2**255) - 1),
    ("a_float", "i64", 1.0),
    ("text_as_bytes", "bytes", "ab"),
    ("bytes_as_symbol", "symbol", b"ab"),
    ("a_symbol_with_a_dash", "symbol", "a-b"),
    ("a_symbol_with_a_line_behind", "symbol", "ab\n"),
    ("numbers_as_vec", "vec", [1]),
    ("numbers_as_keys", "map", {1: scval("void")}),
    ("entries_that_are_no_pairs", "map", ((scval("void"),),)),
    ("entries_out_of_order", "map", ((scval("u32", 2), scval("void")), (scval("u32", 1), scval("void")))),
    ("a_value_for_void", "void", 0),
    ("no_address", "address", "GA"),
    ("a_seed_as_address", "address", "SBUIAXRYKAEJWBSJZYE6P4N4X4ATXP5GAFK5TZ6SKKQ6TS4MLX6G6E4M"),
    ("a_number_as_error", "error", 1),
    ("no_instance", "contract-instance", Executable()),
]


@pytest.mark.parametrize(("kind", "value"), [row[1:] for row in VALUES], ids=[row[0] for row in VALUES])
def test_a_value_of_another_kind_is_refused(kind: str, value: Any) -> None:
    with pytest.raises(TransactionError):
        scval(kind, value)


def test_values_too_deep_are_not_made() -> None:
    with pytest.raises(TransactionError) as caught:
        nested(MAX_DEPTH + 1)
    assert caught.value.reason == "too-deep"


def test_a_seed_is_not_repeated() -> None:
    seed = "SBUIAXRYKAEJWBSJZYE6P4N4X4ATXP5GAFK5TZ6SKKQ6TS4MLX6G6E4M"
    with pytest.raises(DecodingError) as caught:
        SCAddress.parse(seed)
    assert seed not in str(caught.value)
    for kind, payload in (("signer", bytes(32)), ("account", bytes(31)), ("muxed", bytes(32)), (None, bytes(32))):
        with pytest.raises(DecodingError):
            SCAddress(kind=kind, payload=payload)  # type: ignore[arg-type]


def test_addresses_of_every_kind_come_back() -> None:
    for seed in range(200):
        text = address(Random(seed))
        assert SCAddress.parse(text).text == text
