"""Descriptors and calls that nobody means well with: one error of ours, or a screen, within bounds of time."""

import json
import sys
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

import pytest

from support.hostile import MEBIBYTE, SHAPES, check_cost, check_time, filled
from support.screens import CONTRACT, OTHER, call, calldata, descriptor, document
from walletcore.chains.evm.clear_signing import Descriptor
from walletcore.errors import TransactionError

JSON = dict[str, Any]
MEMORY = 64 * MEBIBYTE


def raw(path: str) -> JSON:
    return {"path": path, "label": "L", "format": "raw"}


def texts(formats: JSON, **more: Any) -> str:
    return json.dumps(document(formats, **more))


def structs(levels: int, members: int) -> JSON:
    """Structs of structs: ``members`` to the power of ``levels`` leaves."""
    names = [f"T{level:02d}" for level in range(levels)]
    bodies = [",".join(f"{kind} m{place}" for place in range(members)) for kind in [*names[1:], "uint256"]]
    key = "".join(f"{name}({body})" for name, body in zip(names, bodies, strict=True))
    return document({key: {"fields": []}}, context={"eip712": {"domain": {"name": "x"}}})


def text_of(piece: bytes) -> str:
    return filled(piece, MEBIBYTE).decode("latin-1")


def shared(levels: int) -> Any:
    found: Any = {}
    for _ in range(levels):
        found = [found, found]
    return found


def circular() -> JSON:
    found: JSON = {}
    found["display"] = found
    return found


ENUM = {"path": "a", "label": "L", "format": "enum", "params": {"$ref": "$.metadata.enums.e"}}
MAPPED = {"map": "$.metadata.maps.m", "keyPath": "a"}
VALUES = {str(number): "v" for number in range(4000)}

DESCRIPTORS: dict[str, Callable[[], Any]] = {
    "deep JSON": lambda: '{"display":' * 100_000,
    "a deep dict": lambda: json.loads('{"a":' * 900 + "1" + "}" * 900),
    "a circle": circular,
    "a dict of 2^60 values": lambda: {"display": shared(60)},
    "many values": lambda: texts({f"f{n}()": {"fields": [raw("@.value")] * 250} for n in range(100)}),
    "many formats": lambda: texts({f"f{n}()": {} for n in range(1100)}),
    "many fields": lambda: texts({"f()": {"fields": [raw("@.value")] * 300}}),
    "deep groups": lambda: document({"f()": {"fields": json.loads('[{"fields":' * 9 + "[]" + "}]" * 9)}}),
    "a long label": lambda: document({"f()": {"fields": [raw("@.value") | {"label": "x" * MEBIBYTE}]}}),
    "a long path": lambda: document({"f()": {"fields": [raw("." * (MEBIBYTE - 500))]}}),
    "a path of brackets": lambda: document({"f(uint256 a)": {"fields": [raw("a" + "[" * 500)]}}),
    "a long key": lambda: document({"f(" * 400_000: {"fields": []}}),
    "a key of brackets": lambda: document({"f" + "(" * 4000 + ")" * 4000: {"fields": []}}),
    "a key of arrays": lambda: document({f"f(uint256{'[9]' * 2000} a)": {"fields": [raw("a")]}}),
    "enumerations again and again": lambda: texts(
        {f"f{n}(uint256 a)": {"fields": [ENUM] * 200} for n in range(30)}, enums={"e": VALUES}
    ),
    "maps again and again": lambda: texts(
        {
            f"f{n}(uint256 a)": {"fields": [raw("a") | {"format": "tokenAmount", "params": {"token": MAPPED}}] * 100}
            for n in range(30)
        },
        maps={"m": {"values": VALUES}},
    ),
    "rules again and again": lambda: texts(
        {f"f{n}(uint256 a)": {"fields": [{"path": "a", "$ref": "$.display.definitions.d"}] * 200} for n in range(30)},
        definitions={"d": {"format": "raw", "visible": {"ifNotIn": list(range(4000))}}},
    ),
    "E16 a chain of structs": lambda: structs(100, 1),
    "E17 structs that multiply": lambda: structs(15, 40),
    "a schema of slashes": lambda: document({}) | {"$schema": "a/" * 250 + "x"},
    "a circle of includes": lambda: document({}) | {"includes": "self"},
    **{f"a mebibyte of {name}": partial(text_of, piece) for name, piece in SHAPES.items()},
}


@pytest.mark.parametrize("name", DESCRIPTORS)
def test_a_descriptor_is_refused_within_bounds(name: str) -> None:
    source = DESCRIPTORS[name]()
    check_cost(
        lambda: Descriptor.parse(source, includes=lambda _: source), TransactionError, seconds=0.5, memory=MEMORY
    )


def test_the_largest_descriptors_are_read_within_bounds() -> None:
    large = texts({f"f{n}(uint256 a)": {"intent": "x", "fields": [raw("a")] * 15} for n in range(800)})
    check_time(lambda: Descriptor.parse(large), seconds=1.5)
    names = [f"a{n}" for n in range(250)]
    key = ",".join(f"uint256 {name}" for name in names)
    wide = texts({f"f{n}({key})": {"fields": [raw(name) for name in names[:200]]} for n in range(80)})
    check_time(lambda: Descriptor.parse(wide), seconds=1.5)


NOTHING = calldata("act()")
BYTES = calldata("act(bytes)", bytes(500_000))
ARRAY = calldata("act(uint256[])", list(range(4000)))
BOTH = calldata("act(uint256[],bytes)", [1] * 4000, bytes(480_000) + bytes.fromhex(OTHER[2:]))
TOKEN = {"path": "a.[]", "label": "L", "format": "tokenAmount", "params": {"tokenPath": "b.[0:480020]"}}
SELF = {"value": "0x" + NOTHING.hex(), "label": "L", "format": "calldata", "params": {"callee": CONTRACT}}

RENDERED: dict[str, tuple[JSON, bytes]] = {
    "bytes shown again and again": ({"act(bytes a)": {"fields": [raw("a")] * 256}}, BYTES),
    "bytes cut again and again": ({"act(bytes a)": {"fields": [raw("a.[0:1]")] * 256}}, BYTES),
    "an array shown again and again": ({"act(uint256[] a)": {"fields": [raw("a")] * 256}}, ARRAY),
    "a long parameter for each element": ({"act(uint256[] a,bytes b)": {"fields": [TOKEN]}}, BOTH),
    "a descriptor whose calls are its own": ({"act()": {"fields": [SELF] * 256}}, NOTHING),
    "groups of groups": ({"act(uint256[] a)": {"fields": [{"fields": [raw("a")] * 90}] * 90}}, ARRAY),
}


@pytest.mark.parametrize("name", RENDERED)
def test_paths_that_multiply_are_bounded(name: str) -> None:
    formats, data = RENDERED[name]
    read, subject = descriptor(formats), call(data)
    check_cost(lambda: read.render(subject), TransactionError, seconds=0.5, memory=MEMORY)


def test_calls_that_nobody_knows_are_bounded() -> None:
    fields = [{"value": "0x" + "ab" * 1500, "label": "L", "format": "calldata", "params": {"callee": OTHER}}] * 256
    read = descriptor({"act()": {"fields": fields}})
    check_time(lambda: read.render(call(NOTHING)), seconds=0.5)


def test_a_long_sentence_is_bounded() -> None:
    given = {"intent": "Act", "interpolatedIntent": "{a}" * 340, "fields": [raw("a")]}
    read, subject = descriptor({"act(uint256[] a)": given}), call(ARRAY)
    check_time(lambda: read.render(subject), seconds=0.5)
    assert read.render(subject).sentence == "Act"


def test_more_values_than_anybody_reads_are_not_shown() -> None:
    fields = [raw("a"), raw("a")]
    read = descriptor({"act(uint256[] a)": {"fields": fields}})
    assert len(read.render(call(calldata("act(uint256[])", [1] * 2048))).fields) == 4096
    with pytest.raises(TransactionError) as caught:
        read.render(call(calldata("act(uint256[])", [1] * 2049)))
    assert caught.value.reason == "too-large"


def test_no_recursion_depends_on_the_limit_of_the_caller() -> None:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(100_000)
    try:
        for name in (
            "deep JSON",
            "a deep dict",
            "a circle",
            "deep groups",
            "E16 a chain of structs",
            "a key of brackets",
        ):
            with pytest.raises(TransactionError):
                Descriptor.parse(DESCRIPTORS[name]())
    finally:
        sys.setrecursionlimit(limit)


# Descriptors with one thing changed: read, or refused by the one error; and shown, or refused.

WHOLE = document(
    {
        "act(uint256 a,address b,bytes c,uint256[] d,bool e)": {
            "intent": "Act",
            "interpolatedIntent": "Act {a} {b}",
            "fields": [
                {"path": "a", "label": "A", "format": "tokenAmount", "params": {"tokenPath": "b", "threshold": "0x80"}},
                {
                    "path": "b",
                    "label": "B",
                    "format": "addressName",
                    "params": {"types": ["eoa"], "senderAddress": OTHER},
                },
                {"path": "c.[0:20]", "label": "C", "format": "addressName"},
                {"label": "G", "iteration": "bundled", "fields": [raw("d.[]") | {"separator": "{index}"}]},
                {"path": "e", "$ref": "$.display.definitions.mode"},
                {"path": "a", "label": "U", "format": "unit", "params": {"base": "%", "decimals": 2, "prefix": True}},
                {"path": "a", "label": "D", "format": "date", "params": {"encoding": "timestamp"}},
                {"path": "a", "label": "M", "format": "raw", "visible": {"ifNotIn": [0, "1"]}},
            ],
        }
    },
    definitions={"mode": {"label": "E", "format": "enum", "params": {"$ref": "$.metadata.enums.mode"}}},
    enums={"mode": {"True": "yes", "False": "no"}},
    constants={"token": OTHER},
    owner="Example",
)
SUBJECT = call(calldata("act(uint256,address,bytes,uint256[],bool)", 2**256 - 1, OTHER, bytes(20), [1, 2], True))
ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    2**300,
    1.5,
    "",
    "\u202e",
    "#.",
    "$.",
    "@.from",
    "a.[]",
    [],
    {},
    [[]],
    {"a": 1},
    "0x",
    CONTRACT,
]


def changed(value: Any, random: Random) -> Any:
    """A copy with one value in it replaced, left out or added."""
    copy = json.loads(json.dumps(value))
    place = copy
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            return copy
        key = random.choice(keys)
        if isinstance(place[key], (dict, list)) and random.random() < 0.85:
            place = place[key]
            continue
        if random.random() < 0.2:
            del place[key]
        elif isinstance(place, dict) and random.random() < 0.2:
            place[random.choice(["path", "value", "format", "x", "$ref", "fields", "params", "a(uint256 b)"])] = place[
                key
            ]
        else:
            place[key] = random.choice(ODD)
        return copy


def test_a_descriptor_with_one_thing_changed_is_shown_or_refused() -> None:
    assert len(Descriptor.parse(WHOLE).render(SUBJECT).fields) == 9
    counted = {"shown": 0, "refused": 0, "not read": 0}
    for seed in range(3000):
        try:
            read = Descriptor.parse(changed(WHOLE, Random(seed)))
        except TransactionError:
            counted["not read"] += 1
            continue
        try:
            read.render(SUBJECT)
            counted["shown"] += 1
        except TransactionError:
            counted["refused"] += 1
    assert min(counted.values()) > 20, counted
