"""Protocol Buffers: the figures of their documentation, beside Google's own, and every other spelling refused."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from random import Random
from typing import Any

import pytest

from support.hostile import MEBIBYTE, SHAPES, check_cost, filled
from support.oracles import JSON, compared, data, locked, number
from walletcore.coding import protobuf as pb
from walletcore.errors import DecodingError


class Level(IntEnum):
    NONE = 0
    LOW = 1
    HIGH = 300
    BELOW = -2


class Late(IntEnum):
    FIRST = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    name: str = ""
    size: int = 0
    under: tuple["Tree", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class All:
    text: str = ""
    raw: bytes = b""
    flag: bool = False
    u32: int = 0
    u64: int = 0
    i32: int = 0
    i64: int = 0
    s32: int = 0
    s64: int = 0
    level: Level = Level.NONE
    tree: Tree | None = None
    texts: tuple[str, ...] = ()
    raws: tuple[bytes, ...] = ()
    trees: tuple[Tree, ...] = ()
    numbers: tuple[int, ...] = ()
    levels: tuple[Level, ...] = ()
    signed: tuple[int, ...] = ()
    apart: tuple[int, ...] = ()
    maybe: int | None = None
    maybe_flag: bool | None = None
    maybe_text: str | None = None
    flags: tuple[bool, ...] = ()
    last: bytes = b""


TREE: pb.Message[Tree] = pb.message(
    Tree,
    name=pb.string(1),
    size=pb.int64(2),
    under=pb.repeated(3, pb.deferred(Tree, lambda: TREE)),
)
ALL = pb.message(
    All,
    text=pb.string(1),
    raw=pb.data(2),
    flag=pb.boolean(3),
    u32=pb.uint32(4),
    u64=pb.uint64(5),
    i32=pb.int32(6),
    i64=pb.int64(7),
    s32=pb.sint32(8),
    s64=pb.sint64(9),
    level=pb.enum(10, Level),
    tree=pb.optional(12, TREE),
    texts=pb.repeated(13, pb.string),
    raws=pb.repeated(15, pb.data),
    trees=pb.repeated(16, TREE),
    numbers=pb.packed(17, pb.uint64),
    levels=pb.packed(18, lambda number: pb.enum(number, Level)),
    signed=pb.packed(19, pb.sint32),
    apart=pb.repeated(20, pb.int32),
    maybe=pb.optional(21, pb.uint64),
    maybe_flag=pb.optional(22, pb.boolean),
    maybe_text=pb.optional(2047, pb.string),
    flags=pb.packed(2048, pb.boolean),
    last=pb.data(536870911),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class One:
    value: Any


def one(field: pb.Field) -> pb.Message[One]:
    return pb.message(One, value=field)


def why(call: Callable[[], object]) -> tuple[str, str]:
    """The reason of a refusal, and the path of the field that it begins with."""
    with pytest.raises(DecodingError) as caught:
        call()
    path, colon, _ = str(caught.value).partition(": ")
    return caught.value.reason, path if colon else ""


@pytest.mark.parametrize(
    ("field", "value", "encoded"),
    [
        (pb.int32(1), 150, "089601"),
        (pb.string(2), "testing", "120774657374696e67"),
        (pb.embedded(3, one(pb.int32(1))), One(value=150), "1a03089601"),
        (pb.string(4), "hello", "220568656c6c6f"),
        (pb.repeated(5, pb.int32), (1, 2, 3), "280128022803"),
        (pb.packed(6, pb.int32), (3, 270, 86942), "3206038e029ea705"),
        (pb.int32(1), -2, "08feffffffffffffffff01"),
        (pb.int64(1), -2, "08feffffffffffffffff01"),
        (pb.enum(1), -2, "08feffffffffffffffff01"),
        (pb.sint32(1), -1, "0801"),
        (pb.sint32(1), 1, "0802"),
        (pb.sint64(1), -2, "0803"),
        (pb.sint32(1), 0x7FFFFFFF, "08feffffff0f"),
        (pb.sint32(1), -0x80000000, "08ffffffff0f"),
    ],
)
def test_the_figures_of_the_documentation(field: pb.Field, value: Any, encoded: str) -> None:
    """protobuf.dev, "Encoding"."""
    codec = one(field)
    assert codec.encode(One(value=value)).hex() == encoded
    assert codec.decode(bytes.fromhex(encoded)) == One(value=value)


def text(random: Random) -> str:
    size = random.choice((1, 2, 10, 127, 128, 300))
    return "".join(random.choice(("a", "~", "é", "€", "\U0001f600", "\0")) for _ in range(size))


def tree(random: Random, depth: int = 0) -> JSON:
    made: JSON = {}
    if random.random() < 0.6:
        made["name"] = text(random)
    if random.random() < 0.6:
        made["size"] = signed(random, 64)
    if depth < 4 and random.random() < 0.5:
        made["under"] = [tree(random, depth + 1) for _ in range(random.randint(1, 2))]
    return {name: value for name, value in made.items() if value not in (0, "")}


def signed(random: Random, bits: int) -> int:
    return number(random, 1 << bits) - (1 << bits - 1)


def several(make: Callable[[Random], Any]) -> Callable[[Random], list[Any]]:
    return lambda random: [make(random) for _ in range(random.choice((1, 2, 5)))]


def level(random: Random) -> int:
    return int(random.choice(tuple(Level)))


def flag(random: Random) -> bool:
    return random.random() < 0.5


MAKERS: dict[str, Callable[[Random], Any]] = {
    "text": text,
    "raw": lambda random: data(random, 1, 2, 127, 128, 20000),
    "flag": lambda random: True,
    "u32": lambda random: number(random, 1 << 32),
    "u64": lambda random: number(random, 1 << 64),
    "i32": lambda random: signed(random, 32),
    "i64": lambda random: signed(random, 64),
    "s32": lambda random: signed(random, 32),
    "s64": lambda random: signed(random, 64),
    "level": level,
    "tree": tree,
    "texts": several(lambda random: random.choice(("", text(random)))),
    "raws": several(lambda random: data(random, 0, 1, 33)),
    "trees": several(tree),
    "numbers": several(lambda random: number(random, 1 << 64)),
    "levels": several(level),
    "signed": several(lambda random: signed(random, 32)),
    "apart": several(lambda random: signed(random, 32)),
    "maybe": lambda random: number(random, 1 << 64),
    "maybe_flag": flag,
    "maybe_text": lambda random: random.choice(("", text(random))),
    "flags": several(flag),
    "last": lambda random: data(random, 1, 5),
}


def values(random: Random) -> JSON:
    share = random.choice((0.05, 0.3, 1))
    made = {name: make(random) for name, make in MAKERS.items() if random.random() < share}
    return {name: value for name, value in made.items() if name.startswith("maybe") or value not in (0, "")}


def given_tree(value: JSON) -> Tree:
    return Tree(**(value | {"under": tuple(map(given_tree, value.get("under", ())))}))


def given(value: JSON) -> All:
    """The value that JSON describes."""
    return All(**{name: given_value(name, each) for name, each in value.items()})


def given_value(name: str, value: Any) -> Any:
    makers: dict[str, Callable[[Any], Any]] = {
        "raw": bytes.fromhex,
        "raws": bytes.fromhex,
        "last": bytes.fromhex,
        "level": Level,
        "levels": Level,
        "tree": given_tree,
        "trees": given_tree,
    }
    make = makers.get(name, lambda each: each)
    return tuple(map(make, value)) if isinstance(value, list) else make(value)


def same(case: JSON, verdict: JSON) -> Iterator[str]:
    value = given(case["values"])
    encoded = ALL.encode(value)
    assert verdict == {"encoded": encoded.hex()}
    assert ALL.decode(encoded) == value
    yield from case["values"]


@locked
def test_random_messages_have_the_bytes_of_googles_protobuf(environment: str) -> None:
    def case(random: Random) -> JSON:
        return {"task": "encode", "values": values(random)}

    compared("protobuf", "protobuf", environment, case, same, kinds=MAKERS)


def damaged(random: Random) -> JSON:
    """Bytes of a message with a byte changed, added or left out, or two messages one behind the other."""
    encoded = bytearray(ALL.encode(given(values(random))))
    for _ in range(random.choice((0, 1, 1, 1, 2))):
        place = random.randrange(len(encoded) + 1)
        length = random.choice((0, 0, 1))
        encoded[place : place + length] = random.choice((random.randbytes(1), b"\0", b"\x80", b""))
    if random.random() < 0.1:
        encoded += ALL.encode(given(values(random)))
    return {"task": "decode", "encoded": encoded.hex()}


def read_the_same(case: JSON, verdict: JSON) -> Iterator[str]:
    """Ours reads what theirs reads and would write again just so, without fields and levels that are unknown."""
    encoded = bytes.fromhex(case["encoded"])
    canonical = verdict.get("again") == case["encoded"] and not verdict["unknown"] and verdict["levels"]
    try:
        value = ALL.decode(encoded)
    except DecodingError:
        if canonical:
            raise
        yield "refused by both" if "refused" in verdict else "refused as another spelling"
        return
    assert canonical
    assert value == given(verdict["values"])
    assert ALL.encode(value) == encoded
    yield "read"


@locked
def test_damaged_bytes_are_read_where_they_are_the_form_of_googles_protobuf(environment: str) -> None:
    kinds = {"read", "refused by both", "refused as another spelling"}
    compared("protobuf", "damaged protobuf", environment, damaged, read_the_same, kinds=kinds)


@pytest.mark.parametrize(
    ("encoded", "reason", "path"),
    [
        ("0a", "truncated", "text"),
        ("0a0261", "truncated", "text"),
        ("0affffffffffffffffff0161", "truncated", "text"),
        ("0affffffffffffffffffff01", "range", "text"),
        ("0a8100" + "61", "non-canonical", "text"),
        ("0a00", "non-canonical", "text"),  # the default is left out
        ("0a0161" + "0a0162", "non-canonical", "text"),  # twice
        ("120161" + "0a0161", "non-canonical", "text"),  # out of order
        ("0a01ff", "character", "text"),
        ("0a03eda080", "character", "text"),  # half of a surrogate pair
        ("0a02c080", "character", "text"),  # an overlong zero
        ("1800", "non-canonical", "flag"),
        ("1802", "unknown", "flag"),
        ("188100", "non-canonical", "flag"),
        ("2000", "non-canonical", "u32"),
        ("208080808010", "range", "u32"),
        ("2880808080808080808002", "range", "u64"),
        ("2880808080808080808080", "range", "u64"),
        ("28", "truncated", "u64"),
        ("2880", "truncated", "u64"),
        ("30ffffffff0f", "range", "i32"),  # -1 in 32 bits
        ("408080808010", "range", "s32"),
        ("5002", "unknown", "level"),
        ("5000", "non-canonical", "level"),
        ("62040a0161", "truncated", "tree"),
        ("6203" + "1a0110" + "", "truncated", "tree.under[0].size"),
        ("62021000", "non-canonical", "tree.size"),
        ("820104" + "0a01611a", "truncated", "trees[0].under[0]"),
        ("820100" + "820103" + "0a0161" + "820102" + "1000", "non-canonical", "trees[2].size"),
        ("8a0100", "non-canonical", "numbers"),
        ("8a01020180", "truncated", "numbers[1]"),
        ("8a01028000", "non-canonical", "numbers[0]"),
        ("8a010101" + "8a010101", "non-canonical", "numbers"),
        ("8801" + "01", "unknown", ""),  # not packed
        ("a201020102", "unknown", ""),  # packed, and it should not be
        ("6a0161" + "7a0161" + "6a0161", "non-canonical", "texts"),  # in two places
        ("8a00" + "0161", "non-canonical", ""),  # a tag that is longer than needed
        ("58" + "01", "unknown", ""),  # a number that nobody has
        ("0801", "unknown", ""),  # another wire type
        ("0d00000000", "unknown", ""),
        ("0b0c", "unknown", ""),  # a group
        ("0001", "unknown", ""),  # number 0
    ],
)
def test_every_other_spelling_is_refused(encoded: str, reason: str, path: str) -> None:
    assert why(lambda: ALL.decode(bytes.fromhex(encoded))) == (reason, path)


@pytest.mark.parametrize(
    ("value", "reason", "path"),
    [
        (All(text=b"a"), "type", "text"),  # type: ignore[arg-type]
        (All(text="\ud800"), "character", "text"),
        (All(raw=bytearray(b"a")), "type", "raw"),  # type: ignore[arg-type]
        (All(raw=bytearray()), "type", "raw"),  # type: ignore[arg-type]
        (All(flag=1), "type", "flag"),  # type: ignore[arg-type]
        (All(flag=0), "type", "flag"),  # type: ignore[arg-type]
        (All(u32=True), "type", "u32"),
        (All(u32=False), "type", "u32"),
        (All(u32=1 << 32), "range", "u32"),
        (All(u32=-1), "range", "u32"),
        (All(u64=1 << 64), "range", "u64"),
        (All(i32=1 << 31), "range", "i32"),
        (All(i32=-(1 << 31) - 1), "range", "i32"),
        (All(i64=1 << 63), "range", "i64"),
        (All(s32=1 << 31), "range", "s32"),
        (All(s64=-(1 << 63) - 1), "range", "s64"),
        (All(level=1), "type", "level"),  # type: ignore[arg-type]
        (All(level=0), "type", "level"),  # type: ignore[arg-type]
        (All(tree="a"), "type", "tree"),  # type: ignore[arg-type]
        (All(tree=Tree(under=(Tree(), Tree(size="1")))), "type", "tree.under[1].size"),  # type: ignore[arg-type]
        (All(texts=["a"]), "type", "texts"),  # type: ignore[arg-type]
        (All(texts=("", None)), "type", "texts[1]"),  # type: ignore[arg-type]
        (All(numbers=(0, -1)), "range", "numbers[1]"),
        (All(maybe=""), "type", "maybe"),  # type: ignore[arg-type]
        (One(value=1), "type", ""),
    ],
)
def test_values_of_another_type_or_range_are_refused(value: Any, reason: str, path: str) -> None:
    assert why(lambda: ALL.encode(value)) == (reason, path)


def test_a_message_that_is_always_there_must_be_there() -> None:
    codec = one(pb.embedded(1, TREE))
    assert codec.encode(One(value=Tree())) == b"\x0a\x00"
    assert codec.decode(b"\x0a\x00") == One(value=Tree())
    assert why(lambda: codec.decode(b"")) == ("missing", "")
    assert why(lambda: codec.encode(One(value=None))) == ("type", "value")


def test_nothing_and_zero_are_told_apart_where_a_field_is_optional() -> None:
    for value, encoded in ((None, ""), (0, "a80100"), (7, "a80107")):
        assert ALL.encode(All(maybe=value)).hex() == encoded
        assert ALL.decode(bytes.fromhex(encoded)).maybe == value


def test_messages_within_messages_have_a_bound() -> None:
    deep = Tree()
    for _ in range(64):
        deep = Tree(under=(deep,))
    encoded = TREE.encode(deep)
    assert TREE.decode(encoded) == deep
    assert why(lambda: TREE.encode(Tree(under=(deep,))))[0] == "too-deep"
    assert why(lambda: TREE.decode(b"\x1a\x80\x01" + encoded))[0] == "too-deep"


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("head", ["", "0a", "1a808040", "820180804012", "8a01818040"])
def test_A_hostile_bytes_are_refused_soon(shape: str, head: str) -> None:
    hostile = bytes.fromhex(head) + filled(SHAPES[shape], MEBIBYTE) + b"\x80"
    check_cost(lambda: ALL.decode(hostile), DecodingError, seconds=1, memory=16 * MEBIBYTE)


def test_any_keeps_a_message_of_another_type_as_bytes() -> None:
    inner = pb.AnyMessage(type_url="/all.Tree", value=TREE.encode(Tree(name="a")))
    codec = one(pb.repeated(1, pb.any_))
    encoded = codec.encode(One(value=(inner, pb.AnyMessage(type_url="", value=b""))))
    assert encoded.hex() == "0a10" + "0a09" + b"/all.Tree".hex() + "1203" + "0a0161" + "0a00"
    assert codec.decode(encoded) == One(value=(inner, pb.AnyMessage(type_url="")))


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: pb.string(0), "range"),
        (lambda: pb.string(1 << 29), "range"),
        (lambda: pb.string(True), "range"),
        (lambda: pb.message(Tree, name=pb.string(1), size=pb.int64(1)), "duplicate"),
        (lambda: pb.packed(1, pb.string), "type"),
        (lambda: pb.enum(1, Late), "missing"),
    ],
)
def test_tables_that_describe_no_message_are_refused(make: Callable[[], object], reason: str) -> None:
    assert why(make)[0] == reason


def test_fields_stand_in_the_order_of_their_numbers_however_they_are_described() -> None:
    codec = pb.message(Tree, under=pb.repeated(3, TREE), size=pb.int64(2), name=pb.string(1))
    value = Tree(name="a", size=1, under=(Tree(),))
    assert codec.encode(value) == TREE.encode(value)
