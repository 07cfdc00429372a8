"""CBOR: the one deterministic form, beside another implementation, and every other form refused (C01 to C07)."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from house.source import child
from support.hostile import MEBIBYTE, SHAPES, check_cost, filled
from walletcore.coding import cbor
from walletcore.coding.cbor import Tagged
from walletcore.errors import DecodingError

keys = st.one_of(st.integers(-(2**64), 2**64 - 1), st.binary(max_size=8), st.text(max_size=8))
leaves = st.one_of(keys, st.booleans(), st.none())
tags = st.integers(100_000, 2**64 - 1)  # cbor2 makes dates and the like of some lower ones
items = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(keys, inner, max_size=4),
        st.builds(Tagged, tags, inner),
    ),
    max_leaves=12,
)


def why(data: Any) -> str:
    with pytest.raises(DecodingError) as caught:
        cbor.decode(data)
    return caught.value.reason


def theirs(item: Any) -> Any:
    if type(item) is Tagged:
        return cbor2.CBORTag(item.tag, theirs(item.value))
    if type(item) is tuple:
        return [theirs(inner) for inner in item]
    if type(item) is dict:
        return {key: theirs(inner) for key, inner in item.items()}
    return item


def ours(item: Any) -> Any:
    if type(item) is cbor2.CBORTag:
        return Tagged(item.tag, ours(item.value))
    if type(item) in (list, tuple):
        return tuple(map(ours, item))
    if isinstance(item, Mapping):
        return {key: ours(inner) for key, inner in item.items()}
    return item


@settings(deadline=None)
@given(items)
def test_another_implementation_reads_the_same_and_its_canonical_form_is_ours(item: Any) -> None:
    written = cbor.encode(item)
    assert cbor.decode(written) == item
    assert type(cbor.decode(written)) is type(item)
    assert ours(cbor2.loads(written)) == item


flat = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(st.integers(0, 2**64 - 1), inner, max_size=4),  # of one kind: cbor2 orders keys by length first
        st.builds(Tagged, tags, inner),
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(flat)
def test_the_canonical_form_of_another_implementation_is_ours(item: Any) -> None:
    assert cbor.encode(item) == cbor2.dumps(theirs(item), canonical=True)


@pytest.mark.parametrize(
    ("data", "item"),
    [  # RFC 8949, appendix A
        ("00", 0),
        ("17", 23),
        ("1818", 24),
        ("1903e8", 1000),
        ("1a000f4240", 1000000),
        ("1b000000e8d4a51000", 1000000000000),
        ("1bffffffffffffffff", 18446744073709551615),
        ("3bffffffffffffffff", -18446744073709551616),
        ("20", -1),
        ("3903e7", -1000),
        ("f4", False),
        ("f5", True),
        ("f6", None),
        ("40", b""),
        ("4401020304", b"\1\2\3\4"),
        ("60", ""),
        ("6449455446", "IETF"),
        ("62c3bc", "\u00fc"),
        ("63e6b0b4", "\u6c34"),
        ("64f0908591", "\U00010151"),
        ("80", ()),
        ("8301820203820405", (1, (2, 3), (4, 5))),
        ("a0", {}),
        ("a201020304", {1: 2, 3: 4}),
        ("a26161016162820203", {"a": 1, "b": (2, 3)}),
        ("d74401020304", Tagged(23, b"\1\2\3\4")),
        ("c249010000000000000000", Tagged(2, b"\1" + bytes(8))),
    ],
)
def test_the_examples_of_the_specification(data: str, item: Any) -> None:
    assert cbor.decode(bytes.fromhex(data)) == item
    assert cbor.encode(item).hex() == data


@pytest.mark.parametrize(
    ("row", "data", "reason"),
    [
        ("C01", "a200010002", "duplicate"),
        ("C01", "a2616101616102", "duplicate"),
        ("C02", "1800", "non-canonical"),
        ("C02", "1817", "non-canonical"),
        ("C02", "1900ff", "non-canonical"),
        ("C02", "1a0000ffff", "non-canonical"),
        ("C02", "1b00000000ffffffff", "non-canonical"),
        ("C02", "3800", "non-canonical"),
        ("C02", "580161", "non-canonical"),
        ("C02", "780161", "non-canonical"),
        ("C02", "980100", "non-canonical"),
        ("C02", "b8010000", "non-canonical"),
        ("C02", "d80100", "non-canonical"),
        ("C02", "a202000100", "non-canonical"),  # keys in another order
        ("C02", "a220000100", "non-canonical"),
        ("C02", "a2200018ff00", "non-canonical"),
        ("C02", "9fff", "non-canonical"),  # indefinite lengths
        ("C02", "5f4161ff", "non-canonical"),
        ("C02", "bfff", "non-canonical"),
        ("C02", "1c", "non-canonical"),
        ("C02", "1f", "non-canonical"),
        ("C02", "ff", "non-canonical"),
        ("C03", "0000", "trailing"),
        ("C03", "f6f6", "trailing"),
        ("C05", "81" * 17 + "00", "too-deep"),
        ("C05", "81" * 60000, "too-deep"),
        ("C05", "d9d9f7" * 20 + "00", "too-deep"),
        ("C05", "a100" * 20 + "00", "too-deep"),
        ("C06", "5b1000000000000000", "truncated"),
        ("C06", "5bffffffffffffffff00", "truncated"),
        ("C06", "9bffffffffffffffff00", "truncated"),
        ("C06", "bb7fffffffffffffff00", "truncated"),
        ("C06", "7a00010000", "truncated"),
        ("C06", "", "truncated"),
        ("C06", "18", "truncated"),
        ("C06", "8100"[:2], "truncated"),
        ("C06", "a100", "truncated"),
        ("C06", "c1", "truncated"),
        ("C07", "f93c00", "unknown"),
        ("C07", "fa47c35000", "unknown"),
        ("C07", "fb3ff199999999999a", "unknown"),
        ("C07", "f7", "unknown"),
        ("C07", "f0", "unknown"),
        ("C07", "f820", "unknown"),
        ("C07", "a1f500", "type"),
        ("C07", "a18000", "type"),
        ("C07", "a1c10000", "type"),
        ("C07", "61ff", "character"),
        ("C07", "63eda080", "character"),  # half of a surrogate pair
    ],
)
def test_C01_C02_C03_C05_C06_C07_another_form_is_refused(row: str, data: str, reason: str) -> None:
    assert why(bytes.fromhex(data)) == reason, row


def test_C07_a_large_number_stays_bytes_under_its_tag() -> None:
    data = cbor.encode(Tagged(2, b"\xff" * 60000))
    assert cbor.decode(data) == Tagged(2, b"\xff" * 60000)


def test_an_array_has_4096_items_at_most() -> None:
    assert len(cbor.decode(b"\x99\x0f\xff" + bytes(4095))) == 4095  # type: ignore[arg-type]
    assert why(b"\x99\x10\x00" + bytes(4096)) == "too-large"
    assert why(bytes(65537)) == "too-large"


@pytest.mark.parametrize("other", [None, "00", bytearray(1), memoryview(b"\0"), 5, [0]])
def test_X19_what_is_no_bytes_is_refused(other: Any) -> None:
    assert why(other) == "type"


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (2**64, "range"),
        (-(2**64) - 1, "range"),
        (1.5, "type"),
        ({1, 2}, "type"),
        (bytearray(1), "type"),
        ({True: 1}, "type"),
        ({None: 1}, "type"),
        ({(1,): 1}, "type"),
        (Tagged(-1, 0), "range"),
        (Tagged(2**64, 0), "range"),
        (Tagged(True, 0), "range"),
        ("\ud800", "character"),
        (object(), "type"),
        (b"x" * 65536, "too-large"),
    ],
)
def test_what_is_no_value_is_not_written(item: Any, reason: str) -> None:
    with pytest.raises(DecodingError) as caught:
        cbor.encode(item)
    assert caught.value.reason == reason


def test_what_holds_itself_is_not_written() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(DecodingError) as caught:
        cbor.encode(loop)
    assert caught.value.reason == "too-deep"


def test_X03_X04_nesting_needs_little_of_the_stack() -> None:
    printed = child(
        """
from walletcore.coding import cbor
from walletcore.errors import DecodingError
for limit in (150, 100000):
    sys.setrecursionlimit(limit)
    print(cbor.encode(cbor.decode(b"\\x81" * 16 + b"\\0")) == b"\\x81" * 16 + b"\\0")
    try:
        cbor.decode(b"\\x81" * 60000)
    except DecodingError as error:
        print(error.reason)
"""
    )
    assert printed == "True\ntoo-deep\n" * 2


@given(st.binary(max_size=60))
def test_what_is_read_is_what_would_be_written(data: bytes) -> None:
    try:
        item = cbor.decode(data)
    except DecodingError:
        return
    assert cbor.encode(item) == data


@pytest.mark.parametrize("shape", SHAPES)
def test_X13_mebibytes_of_one_thing_are_refused_at_once(shape: str) -> None:
    for size in (65536, MEBIBYTE, 16 * MEBIBYTE):
        check_cost(
            partial(cbor.decode, b"\x9a" + filled(SHAPES[shape], size)), DecodingError, seconds=0.05, memory=MEBIBYTE
        )
