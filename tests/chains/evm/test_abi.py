"""The contract ABI's bytes: the examples of its specification, one form only, and bounded work."""

from dataclasses import replace
from enum import StrEnum
from typing import Any

import pytest
from eth_abi.abi import encode as eth_encode
from hypothesis import given
from hypothesis import strategies as st

from support.cpu import SLACK, cpu_seconds
from support.evm import ETHEREUM, POLYGON
from walletcore.chains import chain
from walletcore.chains.evm.abi import decode, encode, encode_packed
from walletcore.errors import TransactionError

ACCOUNT = bytes(range(20))


def word(number: int) -> bytes:
    return (number % 2**256).to_bytes(32)


def refused(types: Any, values: Any) -> str:
    with pytest.raises(TransactionError) as caught:
        encode(types, values)
    return caught.value.reason


def unread(types: Any, data: Any) -> str:
    with pytest.raises(TransactionError) as caught:
        decode(types, data)
    return caught.value.reason


# Contract ABI Specification, "Examples" and "Use of Dynamic Types"; the selectors are in test_abi_entries.py.
EXAMPLES = [
    (["uint32", "bool"], (69, True), [word(69), word(1)]),
    (["bytes3[2]"], ((b"abc", b"def"),), [b"abc".ljust(32, b"\0"), b"def".ljust(32, b"\0")]),
    (
        ["bytes", "bool", "uint256[]"],
        (b"dave", True, (1, 2, 3)),
        [*map(word, (0x60, 1, 0xA0, 4)), b"dave".ljust(32, b"\0"), *map(word, (3, 1, 2, 3))],
    ),
    (
        ["uint256", "uint32[]", "bytes10", "bytes"],
        (0x123, (0x456, 0x789), b"1234567890", b"Hello, world!"),
        [
            *(word(0x123), word(0x80), b"1234567890".ljust(32, b"\0"), word(0xE0)),
            *(word(2), word(0x456), word(0x789), word(13), b"Hello, world!".ljust(32, b"\0")),
        ],
    ),
    (
        ["uint256[][]", "string[]"],
        (((1, 2), (3,)), ("one", "two", "three")),
        [
            *map(word, (0x40, 0x140, 2, 0x40, 0xA0, 2, 1, 2, 1, 3, 3, 0x60, 0xA0, 0xE0, 3)),
            *(b"one".ljust(32, b"\0"), word(3), b"two".ljust(32, b"\0"), word(5), b"three".ljust(32, b"\0")),
        ],
    ),
]


@pytest.mark.parametrize(("types", "values", "words"), EXAMPLES)
def test_the_examples_of_the_specification(types: list[str], values: tuple[Any, ...], words: list[bytes]) -> None:
    assert encode(types, values) == b"".join(words)
    assert decode(types, b"".join(words)) == values


def test_nothing_is_no_bytes() -> None:
    assert (encode([], []), decode([], b"")) == (b"", ())
    assert unread([], b"\0") == "trailing"


def test_lists_are_written_and_tuples_are_read() -> None:
    assert decode(["(uint8,bool)[]"], encode(("(uint8,bool)[]",), [[[1, True]]])) == (((1, True),),)


# -- types

NO_TYPES = {
    "uint": "non-canonical",
    "int[]": "non-canonical",
    "(bool,uint)": "non-canonical",
    "uint0": "unknown",
    "uint7": "unknown",
    "uint08": "unknown",
    "uint264": "unknown",
    "bytes0": "unknown",
    "bytes33": "unknown",
    "byte": "unknown",
    "fixed128x18": "unknown",
    "ufixed": "unknown",
    "tuple": "unknown",
    "Uint8": "character",
    "": "character",
    " bool": "character",
    "bool ": "character",
    "bool,bool": "character",
    "()": "character",
    "()[]": "character",
    "(bool,)": "character",
    "(,bool)": "character",
    "(bool": "character",
    "bool)": "character",
    "bool[0]": "character",
    "bool[01]": "character",
    "bool[-1]": "character",
    "bool[": "character",
    "bool[]]": "character",
    "bool[1 ]": "character",
    "bool\n": "character",
    "bool\u0660": "character",
    f"uint256[{2**256}]": "character",
    "uint256[999999999]": "too-large",
    "uint8[200][200]": "too-large",
    "(bool[32767],bool)": "too-large",
    "bool" + "[]" * 33: "too-deep",
    "(" * 33 + "bool" + ")" * 33: "too-deep",
    "(" * 20 + "bool" + "[])" * 20: "too-deep",
    "bool" * 5000: "too-large",
}


@pytest.mark.parametrize(("text", "reason"), NO_TYPES.items(), ids=lambda each: str(each)[:20])
def test_E09_a_type_has_one_text(text: str, reason: str) -> None:
    assert refused([text], [0]) == reason
    assert unread([text], b"") == reason


def test_types_are_texts() -> None:
    class Kind(StrEnum):
        OTHER = "bool"

        def __len__(self) -> int:
            return 4

    assert {refused(types, [True]) for types in ("bool", None, [None], [b"bool"], [Kind.OTHER], {"bool"})} == {"type"}
    assert refused(["bool"] * 3000, [True] * 3000) == "too-large"


def test_the_deepest_and_the_largest_types_are_read_and_written() -> None:
    deep = "bool" + "[]" * 32
    assert decode([deep], encode([deep], [()])) == ((),)
    nested: Any = True
    for _ in range(32):
        nested = (nested,)
    assert decode(["(" * 32 + "bool" + ")" * 32], word(1)) == (nested,)
    assert decode(["bool[32767]"], bytes(32 * 32767)) == ((False,) * 32767,)


# -- values

WRONG = [
    ("bool", 1, "type"),  # E04
    ("bool", "true", "type"),
    ("uint8", True, "type"),
    ("uint8", 1.0, "type"),
    ("uint8", "1", "type"),
    ("uint8", None, "type"),
    ("uint8", 256, "range"),  # E20
    ("uint8", -1, "range"),
    ("int8", 128, "range"),
    ("int8", -129, "range"),
    ("uint256", 2**256, "range"),
    ("int256", -(2**255) - 1, "range"),
    ("address", "0x" + "00" * 20, "type"),
    ("address", bytes(19), "length"),
    ("address", bytes(21), "length"),
    ("address", bytearray(20), "type"),
    ("bytes4", bytes(2), "length"),  # E08
    ("bytes4", bytes(5), "length"),
    ("bytes4", "0x00000000", "type"),
    ("function", bytes(23), "length"),
    ("bytes", "0x", "type"),
    ("bytes", bytes(2**20 + 1), "too-large"),
    ("string", 5, "type"),  # E05
    ("string", b"", "type"),
    ("string", "\ud800", "character"),
    ("string", "a" * (2**20 + 1), "too-large"),
    ("uint256[2]", (1, 2, 3), "length"),  # E01
    ("uint256[2]", (), "length"),
    ("uint256[]", 1, "type"),
    ("uint256[]", "12", "type"),
    ("uint256[]", {1}, "type"),
    ("uint256[]", (0,) * 32769, "too-large"),
    ("bytes[]", (bytes(2**19),) * 3, "too-large"),
    ("(bool,bool)", (True,), "length"),
    ("(bool,bytes)", (True, b"", b""), "length"),
    ("(bool,bytes)", {"a": True, "b": b""}, "type"),
]


@pytest.mark.parametrize(("kind", "value", "reason"), WRONG, ids=lambda each: str(each)[:20])
def test_E01_E04_E05_E08_E20_a_value_is_of_its_type(kind: str, value: Any, reason: str) -> None:
    assert refused([kind], [value]) == reason


def test_as_many_values_as_types() -> None:
    assert {refused(["bool"], values) for values in ([], [True, True])} == {"length"}
    assert {refused(["bool"], values) for values in (None, True, "t", {True: 1})} == {"type"}


def test_an_error_tells_which_value_is_wrong() -> None:
    with pytest.raises(TransactionError, match=r"^1: 2: 0: expected a bool, got int$"):
        encode(["bool", "(bool)[]"], [True, [[True], [False], [1]]])
    with pytest.raises(TransactionError, match=r"^0: 1: expected an integer in the range of uint8$"):
        encode(["uint8[]"], [[1, 256]])


def test_addresses_of_any_evm_chain_are_written_as_their_bytes() -> None:
    accounts = [ETHEREUM.account(ACCOUNT), POLYGON.account(ACCOUNT), ACCOUNT]
    assert {encode(["address"], [account]) for account in accounts} == {bytes(12) + ACCOUNT}
    assert decode(["address"], bytes(12) + ACCOUNT) == (ACCOUNT,)


def test_E10_an_address_whose_text_and_bytes_differ_is_refused() -> None:
    account = ETHEREUM.account(ACCOUNT)
    assert refused(["address"], [replace(account, payload=bytes(20))]) == "mismatch"
    assert refused(["address"], [replace(account, payload=bytes(19))]) == "length"
    other = chain("bitcoin").parse_address("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")
    assert refused(["address"], [other]) == "network"


# -- one form only

FORMS = [
    (["bool"], word(2), "range"),
    (["bool"], word(2**255), "range"),
    (["uint8"], word(256), "range"),
    (["int8"], word(128), "range"),
    (["int8"], word(0xFF), "range"),  # -1 without its sign in the bytes before
    (["int8"], word(-129), "range"),
    (["address"], b"\x01" + bytes(31), "non-canonical"),
    (["address"], bytes(11) + b"\x01" + bytes(20), "non-canonical"),
    (["bytes4"], bytes(31) + b"\x01", "non-canonical"),
    (["bytes4"], bytes(4) + b"\x01" + bytes(27), "non-canonical"),
    (["function"], bytes(24) + b"\x01" + bytes(7), "non-canonical"),
    (["bytes"], word(32) + word(1) + b"\x01\x01" + bytes(30), "non-canonical"),
    (["bytes"], word(32) + word(1) + b"\x01" + bytes(30), "truncated"),
    (["bytes"], word(32) + word(1) + b"\x01", "truncated"),
    (["bytes"], word(32) + word(0) + bytes(32), "trailing"),
    (["bytes"], word(64) + bytes(32) + word(0), "non-canonical"),
    (["bytes"], word(0), "non-canonical"),
    (["bytes"], word(32), "truncated"),
    (["bytes"], word(32) + word(0)[:-1], "truncated"),
    (["bytes"], word(32 + 2**64) + word(0), "non-canonical"),
    (["bytes"], word(32) + word(2**256 - 32), "truncated"),
    (["string"], word(32) + word(1) + b"\xff" + bytes(31), "character"),
    (["string"], word(32) + word(3) + b"\xed\xa0\x80" + bytes(29), "character"),  # a surrogate
    (["string"], word(32) + word(2) + b"\xc0\x80" + bytes(30), "character"),  # two bytes for U+0000
    (["bytes", "bytes"], word(64) + word(64) + word(0), "non-canonical"),  # one for both
    (["bytes", "bytes"], word(96) + word(64) + word(0) * 2, "non-canonical"),  # the second before the first
    (["bytes", "uint8"], word(64) + word(1) + word(0) + b"\0", "trailing"),
    (["uint8[]"], word(32) + word(2) + word(1), "truncated"),
    (["uint8[]"], word(32) + word(1) + word(1) * 2, "trailing"),
    (["uint8[]"], word(32) + word(2**256 - 1), "truncated"),
    (["bytes[]"], word(32) + word(1) + word(0), "non-canonical"),  # an item that is its own array
    (["bytes[2]"], word(32) + word(64) + word(64) + word(0), "non-canonical"),
    (["(bytes)"], word(32) + word(64) + bytes(32) + word(0), "non-canonical"),
    (["uint8"], b"", "truncated"),
    (["uint8", "bytes"], word(1), "truncated"),
    (["(uint8,bytes)"], word(32) + word(1), "truncated"),
    (["uint8"], bytes(31), "truncated"),
    (["uint8"], bytes(33), "trailing"),
    (["uint8", "uint8"], bytes(32), "truncated"),
]


@pytest.mark.parametrize(("types", "data", "reason"), FORMS)
def test_bytes_that_writing_would_not_give_are_refused(types: list[str], data: bytes, reason: str) -> None:
    assert unread(types, data) == reason


def test_only_bytes_are_read() -> None:
    assert {unread(["bool"], data) for data in (bytearray(32), "00" * 32, None, memoryview(bytes(32)))} == {"type"}
    assert unread(["uint8[]"], bytes(2**20 + 1)) == "too-large"


TYPES = st.lists(
    st.sampled_from(["uint8", "int16", "bool", "bytes2", "address", "string", "bytes", "uint8[]"]), max_size=4
)
PIECES = st.lists(st.integers(0, 200).map(word) | st.binary(max_size=40) | st.just(word(-1)), max_size=12)


@given(TYPES, PIECES)
def test_what_is_read_is_what_eth_abi_writes_and_all_else_is_refused(types: list[str], pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    try:
        values = decode(types, data)
    except TransactionError as error:
        assert error.reason  # noqa: PT017  # nothing else may be raised
    else:
        assert eth_encode(types, values) == data == encode(types, values)


# -- packed


def test_packed_values_that_may_be_others_are_refused_unless_asked_for() -> None:
    assert encode_packed(["string", "string"], ["ab", "c"], allow_ambiguous=True) == b"abc"
    for types in (["string", "string"], ["bytes", "uint8[]"], ["uint8[]", "bool", "bytes"]):
        with pytest.raises(TransactionError) as caught:
            encode_packed(types, [b""] * len(types))
        assert caught.value.reason == "ambiguous"
    assert encode_packed(["uint8", "string", "bool[1]"], [1, "ab", [True]]) == b"\x01ab" + word(1)


NOT_PACKED = [
    (["(bool)"], [[True]], "unknown"),
    (["bool[][]"], [[[True]]], "unknown"),
    (["bool[1][1]"], [[[True]]], "unknown"),
    (["bytes[]"], [[b""]], "unknown"),
    (["string[2]"], [["", ""]], "unknown"),
    (["(bool)[]"], [[[True]]], "unknown"),
    (["uint"], [1], "non-canonical"),
    (["bool"], [], "length"),
    ("bool", [True], "type"),
    (["bool"], "t", "type"),
    (["bool"], [1], "type"),
    (["uint8[20000]"] * 3, [[0] * 20000] * 3, "too-large"),
]


@pytest.mark.parametrize(("types", "values", "reason"), NOT_PACKED, ids=lambda each: str(each)[:20])
def test_what_solidity_does_not_pack_is_refused(types: Any, values: Any, reason: str) -> None:
    with pytest.raises(TransactionError) as caught:
        encode_packed(types, values)
    assert caught.value.reason == reason


# -- bounded work

SETUP = """
from walletcore.chains.evm.abi import Abi, Function, decode, encode
from walletcore.errors import TransactionError
word = lambda number: (number % 2**256).to_bytes(32)
def refused(work):
    try:
        work()
    except TransactionError:
        return
    raise SystemError("it was read")
def shared(value, width, depth):
    for _ in range(depth):
        value = [value] * width
    return value
tuples = {"type": "bool"}
for _ in range(32):
    tuples = {"type": "tuple", "components": [tuples] * 2}
back = word(32) + 20 * (word(10) + 10 * word(0))
many = word(32) + word(16382) + word(32764 * 16) * 16382
"""
HOSTILE = {
    "E16 a deep type": 'refused(lambda: decode(["(" * 4000 + "bool" + ")" * 4000], b""))',
    "E17 a type of many types": 'refused(lambda: decode(["bool[][][][][][]"] * 480, b""))',
    "E17 a type of many values": 'refused(lambda: decode(["bool" + "[9]" * 30], b""))',
    "E17 a member that is two of the next": 'refused(lambda: Abi.from_json([{"name": "f", "inputs": [tuples]}]))',
    "a length of 2^256": 'refused(lambda: decode(["bool[]"], word(32) + word(-1)))',
    "offsets that point back": 'refused(lambda: decode(["bool" + "[]" * 12], back))',
    "offsets to one place": 'refused(lambda: decode(["bytes[]"], many))',
    "a mebibyte of items": 'decode(["bool[]"], word(32) + word(32766) + word(1) * 32766)',
    "a mebibyte of empty arrays": 'decode(["bytes[]"], encode(["bytes[]"], [[b""] * 16000]))',
    "lists that refer to each other": 'refused(lambda: encode(["bool" + "[]" * 12], [shared(True, 1000, 12)]))',
    "bytes in many lists": 'refused(lambda: encode(["bytes" + "[]" * 8], [shared(bytes(1 << 20), 100, 8)]))',
    "a deep signature": 'refused(lambda: Function.parse("function f(" + "(" * 8000 + ")"))',
    "a wide signature": 'refused(lambda: Function.parse("function f(" + ",".join(["bool"] * 1600) + ")"))',
}


@pytest.mark.parametrize("code", HOSTILE.values(), ids=HOSTILE.keys())
def test_E16_E17_hostile_types_values_and_bytes_cost_little(code: str) -> None:
    assert cpu_seconds(code, setup=SETUP) < 0.05 * SLACK
