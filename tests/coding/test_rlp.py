"""RLP: published figures, another implementation, and what must be refused at any recursion limit."""

import subprocess
import sys
import tracemalloc
from contextlib import suppress
from typing import Any, NamedTuple

import pytest
import rlp as peer  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from support.cpu import SLACK, cpu_seconds
from support.vectors import Case, vectors
from walletcore.coding.rlp import MAX_DEPTH, MAX_ITEMS, Item, decode, decode_uint, encode, encode_each, encode_uint
from walletcore.errors import DecodingError

any_item = st.recursive(st.binary(max_size=80), lambda items: st.lists(items, max_size=6).map(tuple), max_leaves=30)


def refusal(call: Any, *arguments: object) -> str:
    """Return the reason of the DecodingError that the call raises."""
    with pytest.raises(DecodingError) as caught:
        call(*arguments)
    return caught.value.reason


def item_of(value: Any) -> Item:
    """Return the item that a vector writes in hexadecimal."""
    return bytes.fromhex(value) if isinstance(value, str) else tuple(item_of(each) for each in value)


@vectors("rlp/encode")
def test_published_items_are_written_and_read(case: Case) -> None:
    item, encoded = item_of(case.input["value"]), bytes.fromhex(case.expect["encoded"])
    assert encode(item) == encoded
    assert decode(encoded) == item
    if "integer" in case.input:
        number = int(case.input["integer"])
        assert encode_uint(number) == item
        assert decode_uint(item, 256 if number < 1 << 256 else 512) == number


@vectors("rlp/invalid")
def test_R01_to_R26_published_wrong_encodings_are_refused(case: Case) -> None:
    reason = refusal(decode, bytes.fromhex(case.input["encoded"]))
    assert reason in case.reasons


@given(any_item)
def test_items_agree_with_another_implementation(item: Item) -> None:
    encoded = encode(item)
    assert encoded == peer.encode(item)
    assert decode(encoded) == item
    assert as_tuples(peer.decode(encoded)) == item


def as_tuples(item: Any) -> Item:
    return item if isinstance(item, bytes) else tuple(as_tuples(each) for each in item)


@given(st.binary(max_size=80) | any_item.map(lambda item: encode(item)[:-1]))
def test_bytes_are_refused_or_are_the_one_encoding_of_what_they_give(data: bytes) -> None:
    try:
        item = decode(data)
    except DecodingError:
        with pytest.raises(peer.exceptions.DecodingError):
            peer.decode(data)
    else:
        assert encode(item) == data


@given(any_item, st.data())
def test_one_other_byte_is_refused_or_gives_another_item(item: Item, data: st.DataObject) -> None:
    encoded = bytearray(encode(item))
    encoded[data.draw(st.integers(0, len(encoded) - 1))] ^= data.draw(st.integers(1, 255))
    with suppress(DecodingError):
        other = decode(bytes(encoded))
        assert other != item
        assert encode(other) == encoded


@pytest.mark.parametrize("size", [0, 1, 2, 54, 55, 56, 57, 255, 256, 257, 65535, 65536])
def test_each_width_of_length_agrees_with_another_implementation(size: int) -> None:
    items: list[Item] = [b"\xff" * size, (b"\x01",) * size, (b"\xff" * size, b"")]
    for item in items:
        encoded = encode(item)
        assert encoded == peer.encode(item)
        if size < MAX_ITEMS:
            assert decode(encoded) == item


@pytest.mark.parametrize("byte", range(256))
def test_a_single_byte_has_one_encoding(byte: int) -> None:
    single = bytes((byte,))
    assert encode(single) == (single if byte < 0x80 else b"\x81" + single)
    assert decode(encode(single)) == single
    if byte < 0x80:
        assert refusal(decode, b"\x81" + single) == "non-canonical"


def test_R27_a_number_with_leading_zeros_is_refused() -> None:
    assert decode(bytes.fromhex("820001")) == b"\0\1"
    assert refusal(decode_uint, decode(bytes.fromhex("820001")), 256) == "non-canonical"
    assert refusal(decode_uint, b"\0", 256) == refusal(decode_uint, bytes(33), 256) == "non-canonical"


def test_R28_a_list_is_no_number() -> None:
    assert refusal(decode_uint, decode(b"\xc0"), 256) == "type"
    assert refusal(decode_uint, [b"\1"], 256) == "type"


def test_R29_what_follows_the_item_is_refused() -> None:
    for data in ("8080", "c0c0", "0000", "c10000", "818000"):
        assert refusal(decode, bytes.fromhex(data)) == "trailing"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        *(("", "truncated"), ("81", "truncated"), ("b8", "truncated"), ("f8", "truncated")),
        *(("bf", "truncated"), ("bfffffffffffffffff", "truncated"), ("ffffffffffffffffff", "truncated")),
        *(("c1", "truncated"), ("c281", "truncated"), ("c38180", "truncated"), ("c2c3ff", "truncated")),
        *(("b837" + "00" * 55, "non-canonical"), ("f837" + "80" * 55, "non-canonical"), ("c28101", "non-canonical")),
        *(("b90038" + "00" * 56, "non-canonical"), ("f90038" + "80" * 56, "non-canonical")),
        *(("c1c1", "truncated"), ("c2c180", None), ("b838" + "00" * 56, None), ("f838" + "80" * 56, None)),
    ],
)
def test_lengths_are_the_shortest_and_within_their_list(data: str, reason: str | None) -> None:
    if reason:
        assert refusal(decode, bytes.fromhex(data)) == reason
    else:
        assert encode(decode(bytes.fromhex(data))).hex() == data


def nested(depth: int) -> Item:
    """Return an empty list within as many lists as make this depth."""
    item: Item = ()
    for _ in range(depth - 1):
        item = (item,)
    return item


def test_lists_within_lists_are_counted() -> None:
    deepest = encode(nested(MAX_DEPTH))
    assert decode(deepest) == nested(MAX_DEPTH)
    assert refusal(encode, nested(MAX_DEPTH + 1)) == "too-deep"
    assert refusal(decode, peer.encode(nested(MAX_DEPTH + 1))) == "too-deep"
    assert refusal(decode, b"\xc1" * 1000 + b"\xc0") == "truncated"
    loop: list[Any] = [b"\1"]
    loop.append(loop)
    assert refusal(encode, loop) == "too-deep"


DEEP = """
import sys
sys.setrecursionlimit({limit})
from walletcore.coding.rlp import decode, encode
from walletcore.errors import DecodingError
item, data = (), b"\\xc0"
for depth in range(1, 5000):
    try: written = encode(item).hex()[:6]
    except DecodingError as error: written = error.reason
    try: read = str(decode(data))[:6]
    except DecodingError as error: read = error.reason
    if depth < 40 or depth % 1000 == 0: print(depth, written, read)
    item, size = (item,), len(data)
    if size < 56: head = bytes((0xc0 + size,))
    elif size < 256: head = bytes((0xf8, size))
    else: head = b"\\xf9" + size.to_bytes(2, "big")
    data = head + data
"""


def test_the_recursion_limit_changes_nothing() -> None:
    answers = {
        subprocess.run(
            [sys.executable, "-c", DEEP.format(limit=limit)], capture_output=True, text=True, check=True
        ).stdout
        for limit in (150, 100_000)
    }
    assert len(answers) == 1
    assert "32 dfdedd ((((((\n33 too-deep too-deep\n" in answers.pop()


def test_items_are_counted() -> None:
    most = b"\xf9\xff\xff" + b"\x01" * 65535
    assert len(decode(most)) == 65535 == MAX_ITEMS - 1
    assert refusal(decode, b"\xfa\x01\x00\x00" + b"\x01" * 65536) == "too-large"


HOSTILE = {
    "empty lists": "b'\\xfa\\x0f\\xff\\xfc' + b'\\xc0' * ((1 << 20) - 4)",
    "empty strings": "b'\\xfa\\x0f\\xff\\xfc' + b'\\x80' * ((1 << 20) - 4)",
    "two-byte strings": "b'\\xfa\\x0f\\xff\\xfc' + b'\\x81\\x80' * ((1 << 19) - 2)",
    "lists in lists": "b'\\xfa\\x0f\\xff\\xfc' + b'\\xc1' * ((1 << 20) - 4)",
    "claimed lengths": "b'\\xfb\\xff\\xff\\xff\\xff' + b'\\xbf\\xff' * (1 << 19)",
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_mebibyte_costs_little_time_and_memory(data: str) -> None:
    setup = f"from walletcore.coding.rlp import decode\nfrom walletcore.errors import DecodingError\ndata = {data}"
    code = "try: decode(data)\nexcept DecodingError as error: reason = error.reason\nassert reason"
    assert cpu_seconds(code, setup=setup) < SLACK * 0.25
    hostile = eval(data)
    tracemalloc.start()
    refusal(decode, hostile)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 << 20


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_with_our_error(data: bytes) -> None:
    with suppress(DecodingError):
        decode(data)


@pytest.mark.parametrize("data", ["c0", bytearray(b"\xc0"), memoryview(b"\xc0"), None, 0, True, [192]])
def test_only_bytes_are_read(data: object) -> None:
    assert refusal(decode, data) == "type"


class Data(bytes):
    """Bytes that could compare as they like."""


class Pair(NamedTuple):
    """A tuple whose order is its own business."""

    first: bytes
    second: bytes


@pytest.mark.parametrize(
    "item",
    [
        "",
        "00",
        0,
        1,
        True,
        None,
        1.5,
        bytearray(1),
        memoryview(b"1"),
        {b"a"},
        {b"a": b"b"},
        range(0),
        Data(b"1"),
        Pair(b"", b""),
    ],
)
def test_only_bytes_tuples_and_lists_are_written(item: object) -> None:
    assert refusal(encode, item) == refusal(encode, [item]) == refusal(encode, (b"", [b"", item])) == "type"


def test_lists_and_tuples_are_written_alike() -> None:
    assert encode([b"a", [b"b", ()], []]) == encode((b"a", (b"b", []), ())) == peer.encode([b"a", [b"b", []], []])


@given(st.integers(0, 1 << 300))
def test_numbers_agree_with_another_implementation(number: int) -> None:
    data = encode_uint(number)
    assert data == peer.sedes.big_endian_int.serialize(number)
    assert decode_uint(data, 301) == number
    assert decode_uint(data, number.bit_length()) == number
    if number:
        assert refusal(decode_uint, data, number.bit_length() - 1) == "range"


@pytest.mark.parametrize("number", [True, False, 1.0, "1", b"\1", None])
def test_only_ints_are_numbers(number: object) -> None:
    assert refusal(encode_uint, number) == "type"


@given(st.lists(st.integers(0, 1 << 500)))
def test_numbers_in_a_row_are_items_as_another_implementation_has_them(numbers: list[int]) -> None:
    edges = [0, 1, 127, 128, 255, 256, (1 << 440) - 1, 1 << 440]
    assert encode_each(*numbers, *edges) == b"".join(peer.encode(number) for number in (*numbers, *edges))


def test_no_number_in_a_row_is_negative_or_anything_else() -> None:
    assert refusal(encode_each, 200, -1) == "range"
    assert refusal(encode_each, 200, True) == "type"
    assert refusal(encode_each, 200, 200.0) == "type"


def test_no_number_is_negative() -> None:
    assert refusal(encode_uint, -1) == "range"
    assert encode_uint(0) == b""
    assert decode_uint(b"", 0) == 0


def test_a_long_number_is_refused_before_it_is_one() -> None:
    imports = "from walletcore.coding.rlp import decode_uint\nfrom walletcore.errors import DecodingError"
    setup = f"{imports}\ndata = b'1' * (1 << 20)"
    code = "try: decode_uint(data, 256)\nexcept DecodingError as error: reason = error.reason\nassert reason == 'range'"
    assert cpu_seconds(code, setup=setup) < SLACK * 0.005
