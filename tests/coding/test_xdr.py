"""XDR: the examples of RFC 4506, two other implementations, and what must be refused."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walletcore.coding import xdr
from walletcore.coding.wire import Codec
from walletcore.errors import DecodingError


class Kind(IntEnum):
    """RFC 4506, section 7: enum filekind."""

    TEXT = 0
    DATA = 1
    EXEC = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """RFC 4506, section 7: struct file, with its union filetype."""

    filename: bytes
    type: Any
    owner: bytes
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The arm of TEXT, which is void."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """The arm of DATA: its creator."""

    creator: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Exec:
    """The arm of EXEC: its interpreter."""

    interpreter: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A list of lists."""

    parts: tuple[Any, ...]


FILE_TYPE = xdr.union(
    {
        Kind.TEXT: xdr.struct(Text),
        Kind.DATA: xdr.struct(Data, creator=xdr.string(255)),
        Kind.EXEC: xdr.struct(Exec, interpreter=xdr.string(255)),
    }
)
FILE = xdr.struct(File, filename=xdr.string(255), type=FILE_TYPE, owner=xdr.string(32), data=xdr.var_opaque(65535))
SILLYPROG = bytes.fromhex(  # RFC 4506, section 7
    "00000009 73696c6c 7970726f 67000000 00000002 00000004 6c697370 00000004 6a6f686e 00000006 28717569 74290000"
)
TREE = xdr.recursive(lambda part: xdr.struct(Node, parts=xdr.array(part, 3)), depth=4)


def refusal(call: Callable[[], object]) -> DecodingError:
    with pytest.raises(DecodingError) as caught:
        call()
    return caught.value


def test_the_example_of_the_specification_is_written_and_read() -> None:
    made = File(filename=b"sillyprog", type=Exec(interpreter=b"lisp"), owner=b"john", data=b"(quit)")
    assert FILE.encode(made) == SILLYPROG
    assert FILE.decode(SILLYPROG) == made


@pytest.mark.parametrize(
    ("codec", "value", "expected"),
    [
        (xdr.int32, -1, "ffffffff"),
        (xdr.int32, 0x7FFFFFFF, "7fffffff"),
        (xdr.uint32, 0xFFFFFFFF, "ffffffff"),
        (xdr.int64, -2, "fffffffffffffffe"),
        (xdr.uint64, 1 << 63, "8000000000000000"),
        (xdr.boolean, True, "00000001"),
        (xdr.boolean, False, "00000000"),
        (xdr.opaque(3), b"abc", "61626300"),
        (xdr.opaque(4), b"abcd", "61626364"),
        (xdr.var_opaque(), b"", "00000000"),
        (xdr.var_opaque(5), b"abcde", "000000056162636465000000"),
        (xdr.array(xdr.uint32, 2), (1, 2), "000000020000000100000002"),
        (xdr.optional(xdr.uint32), None, "00000000"),
        (xdr.optional(xdr.uint32), 7, "0000000100000007"),
        (xdr.enum(Kind), Kind.EXEC, "00000002"),
        (xdr.void, None, ""),
    ],
)
def test_each_type_has_its_bytes(codec: Codec[Any], value: Any, expected: str) -> None:
    assert codec.encode(value).hex() == expected
    assert codec.decode(bytes.fromhex(expected)) == value


@pytest.mark.parametrize(
    ("codec", "data", "reason"),
    [
        (xdr.boolean, "00000002", "non-canonical"),
        (xdr.boolean, "ffffffff", "non-canonical"),
        (xdr.optional(xdr.uint32), "0000000200000007", "non-canonical"),
        (xdr.opaque(3), "61626301", "non-canonical"),
        (xdr.var_opaque(), "000000016100000100", "non-canonical"),
        (xdr.var_opaque(), "00000001610000", "truncated"),
        (xdr.var_opaque(4), "000000056162636465000000", "too-large"),
        (xdr.var_opaque(), "ffffffff", "truncated"),
        (xdr.array(xdr.uint32), "ffffffff", "truncated"),
        (xdr.array(xdr.uint32, 1), "000000020000000100000002", "range"),
        (xdr.enum(Kind), "00000003", "unknown"),
        (xdr.enum(Kind), "ffffffff", "unknown"),
        (FILE_TYPE, "00000003", "version"),
        (xdr.uint32, "0000000000", "trailing"),
        (xdr.uint32, "000000", "truncated"),
        (xdr.void, "00", "trailing"),
    ],
)
def test_other_spellings_are_refused(codec: Codec[Any], data: str, reason: str) -> None:
    assert refusal(lambda: codec.decode(bytes.fromhex(data))).reason == reason


@pytest.mark.parametrize(
    ("codec", "value"),
    [
        (xdr.int32, 1 << 31),
        (xdr.uint32, -1),
        (xdr.uint32, True),
        (xdr.int64, 1 << 63),
        (xdr.boolean, 1),
        (xdr.opaque(3), b"ab"),
        (xdr.opaque(3), bytearray(3)),
        (xdr.opaque(3), "abc"),
        (xdr.var_opaque(2), b"abc"),
        (xdr.var_opaque(2), "ab"),
        (xdr.array(xdr.uint32, 1), (1, 2)),
        (xdr.array(xdr.uint32, 1), [1]),
        (xdr.enum(Kind), 1),
        (xdr.void, 0),
        (FILE_TYPE, None),
        (FILE_TYPE, b""),
    ],
)
def test_other_values_are_refused(codec: Codec[Any], value: Any) -> None:
    assert refusal(lambda: codec.encode(value)).reason in ("type", "range", "length", "too-large")


def test_a_refusal_names_the_way_to_the_field() -> None:
    cut = SILLYPROG[:-1] + b"\1"
    assert str(refusal(lambda: FILE.decode(cut))).startswith("data: expected zeros")


def test_a_union_needs_arms_of_different_types_or_a_rule() -> None:
    assert refusal(lambda: xdr.union({0: xdr.uint32, 1: xdr.int32})).reason == "duplicate"
    assert refusal(lambda: xdr.union({0: FILE_TYPE})).reason == "duplicate"
    either = xdr.union({0: xdr.uint32, 1: xdr.int32}, lambda value: int(value < 0))
    assert either.encode(-1).hex() == "00000001ffffffff"
    assert either.decode(either.encode(7)) == 7


def tree(depth: int) -> Node:
    node = Node(parts=())
    for _ in range(depth - 1):
        node = Node(parts=(node,))
    return node


def test_recursion_has_a_bound_both_ways() -> None:
    assert TREE.decode(TREE.encode(tree(4))) == tree(4)
    assert refusal(lambda: TREE.encode(tree(5))).reason == "too-deep"
    five = bytes.fromhex("00000001" * 4 + "00000000")
    assert refusal(lambda: TREE.decode(five)).reason == "too-deep"
    assert refusal(lambda: TREE.decode(bytes.fromhex("00000001") * 100_000)).reason == "too-deep"


def test_X04_bounded_recursion_needs_few_frames() -> None:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(200)
    try:
        assert TREE.decode(TREE.encode(tree(4))) == tree(4)
    finally:
        sys.setrecursionlimit(before)


@given(st.binary(max_size=80))
def test_what_is_read_is_written_as_it_was(data: bytes) -> None:
    codecs: list[Codec[Any]] = [FILE, TREE, xdr.array(xdr.boolean), xdr.optional(xdr.var_opaque(8)), FILE_TYPE]
    for codec in codecs:
        try:
            value = codec.decode(data)
        except DecodingError:
            continue
        assert codec.encode(value) == data


@given(st.lists(st.booleans(), max_size=9), st.binary(max_size=40))
def test_what_is_written_is_read_as_it_was(flags: list[bool], data: bytes) -> None:
    codec = xdr.array(xdr.optional(xdr.boolean))
    value = tuple(flag or None for flag in flags)
    assert codec.decode(codec.encode(value)) == value
    assert xdr.var_opaque().decode(xdr.var_opaque().encode(data)) == data
    assert len(xdr.var_opaque().encode(data)) % 4 == 0
