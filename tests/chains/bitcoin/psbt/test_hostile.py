"""PSBTs of version 2 that nobody means well with: what looking at them costs, in time and memory."""

import tracemalloc
from collections.abc import Callable
from functools import cache
from hashlib import sha256

import pytest

from support.bitcoin import BITCOIN, key, reason
from support.hostile import MEBIBYTE, check_cost, check_time
from support.psbts import MAGIC, Map, record, sized, u32, u64, written
from walletcore.chains.bitcoin.psbt import Psbt, Safety
from walletcore.chains.bitcoin.tapscript import behind, checksig, multi_a
from walletcore.curves.secp256k1 import tweak_public
from walletcore.errors import TransactionError
from walletcore.hashes import tagged
from walletcore.signing import vouch

BELIEVING = Safety(trust_witness_utxo=True, max_fee=None, max_fee_rate=None)
OUTPOINT = [record(0x0E, bytes(31) + b"\1"), record(0x0F, u32(0))]
COMMON = [record(0x02, u32(2)), record(0x04, b"\1"), record(0x05, b"\1"), record(0xFB, u32(2))]


def psbt(more: Map) -> bytes:
    """One input with these records, one output."""
    return MAGIC + b"".join(map(written, (COMMON, [*OUTPOINT, *more], [record(0x03, u64(0)), record(0x04, b"")])))


def tiny(number: int, *more: tuple[bytes, bytes]) -> bytes:
    """A mebibyte of records of seven bytes."""
    return psbt([*more, *[record(number, b"", place.to_bytes(4)) for place in range(MEBIBYTE // 7)]])


def leaves(script: Callable[[int], bytes], *more: tuple[bytes, bytes]) -> bytes:
    """An input that shows all 2,048 leaves of its output, and other records."""
    scripts = [script(place) for place in range(2_048)]
    nodes, ways = [tagged("TapLeaf")(b"\xc0" + sized(each)) for each in scripts], [b""] * len(scripts)
    while len(nodes) > 1:
        level = len(ways[0]) // 32
        ways = [way + nodes[(place >> level) ^ 1] for place, way in enumerate(ways)]
        nodes = [tagged("TapBranch")(b"".join(sorted(pair))) for pair in zip(nodes[::2], nodes[1::2], strict=True)]
    internal = key(1).public_key.data[1:]
    output = tweak_public(b"\x02" + internal, tagged("TapTweak")(internal + nodes[0]))
    start = bytes((0xC0 + output[0] % 2,)) + internal
    shown = [record(0x15, script + b"\xc0", start + way) for script, way in zip(scripts, ways, strict=True)]
    return psbt([record(0x01, u64(1) + sized(b"\x51\x20" + output[1:])), *shown, *more])


def tree() -> bytes:
    """An output with 65,536 leaves of four bytes, of which an output of four times as many has no room."""
    leaf = b"\xc0\1\0"
    node = tagged("TapLeaf")(leaf)
    for _ in range(16):
        node = tagged("TapBranch")(node + node)
    internal = key(1).public_key.data[1:]
    output = tweak_public(b"\x02" + internal, tagged("TapTweak")(internal + node))
    fields = [record(0x05, internal), record(0x06, (b"\x10" + leaf) * (1 << 16))]
    paid = [record(0x03, u64(0)), record(0x04, b"\x51\x20" + output[1:]), *fields]
    return MAGIC + b"".join(
        map(written, (COMMON, [*OUTPOINT, record(0x01, u64(1) + sized(b"\x51\x20" + internal))], paid))
    )


def origins() -> list[tuple[bytes, bytes]]:
    """Keys that are said to stand in the first leaf, as many as half a mebibyte holds."""
    first = tagged("TapLeaf")(b"\xc0" + sized(template(0)))
    return [record(0x16, b"\1" + first + bytes(4), place.to_bytes(32)) for place in range(MEBIBYTE // 2 // 72)]


def hidden() -> bytes:
    """Keys that are said to stand in a script that is not shown."""
    utxo = record(0x01, u64(1) + sized(b"\xa9\x14" + bytes(20) + b"\x87"))
    keys = [record(0x06, bytes(4), b"\2" + place.to_bytes(32)) for place in range(MEBIBYTE // 40)]
    return psbt([utxo, *keys])


def extended_keys() -> bytes:
    """Keys of accounts, each of which is asked whether it is a point."""
    points = [key(place + 1).public_key.data for place in range(100)]
    named = [
        record(0x01, bytes(8), b"\x04\x88\xb2\x1e\1" + bytes(8) + place.to_bytes(32) + points[place % 100])
        for place in range(MEBIBYTE // 90)
    ]
    paid = [record(0x03, u64(0)), record(0x04, b"")]
    return MAGIC + b"".join(map(written, ([*COMMON, *named], OUTPOINT, paid)))


def template(place: int) -> bytes:
    """A script that is understood, and ready from another height on than every other."""
    return behind(checksig([key(2).public_key]), after=place + 1)


MADE: dict[str, Callable[[], bytes]] = {
    "unknown": lambda: tiny(0x60),
    "proprietary": lambda: tiny(0xFC),
    "unknown, and a preimage": lambda: tiny(0x60, record(0x0B, b"", sha256(b"").digest())),
    "leaves": lambda: leaves(lambda place: place.to_bytes(2)),
    "leaves that wait": lambda: leaves(template),
    "leaves of many keys": lambda: leaves(template, *origins()),
    "the tree of an output": tree,
    "keys of a hidden script": hidden,
    "extended keys": extended_keys,
}
made = cache(lambda name: MADE[name]())


def look(raw: bytes) -> None:
    read = Psbt.decode(BITCOIN, raw, safety=BELIEVING)
    read.requests()
    read.summary()


@pytest.mark.parametrize("name", MADE)
def test_PS69_PS70_a_mebibyte_or_as_much_as_it_may_be_is_looked_at_within_a_quarter_of_a_second(name: str) -> None:
    check_time(lambda: look(made(name)), seconds=0.25)


def test_PS69_a_tree_of_more_than_a_transaction_may_weigh_is_refused() -> None:
    fields = [record(0x06, (b"\x12\xc0\1\0") * (1 << 18))]
    paid = [record(0x03, u64(0)), record(0x04, b"\x51\x20" + bytes(32)), *fields]
    raw = MAGIC + b"".join(map(written, (COMMON, OUTPOINT, paid)))
    check_cost(lambda: Psbt.decode(BITCOIN, raw), TransactionError, seconds=0.25, memory=8 * MEBIBYTE)
    assert reason(TransactionError, Psbt.decode, BITCOIN, raw) == "too-large"


@pytest.mark.parametrize("name", MADE)
def test_PS69_memory_grows_with_the_psbt(name: str) -> None:
    """A record of seven bytes becomes two values and their places in a map, of 300 bytes."""
    raw = made(name)
    tracemalloc.start()
    try:
        look(raw)
        assert tracemalloc.get_traced_memory()[1] < 50 * len(raw)
    finally:
        tracemalloc.stop()


def crowded() -> Psbt:
    """A leaf that three hundred keys may sign, beside a hundred thousand records that nobody knows."""
    script = multi_a(1, [key(place + 1).public_key for place in range(300)])
    internal, leaf = key(1).public_key.data[1:], tagged("TapLeaf")(b"\xc0" + sized(script))
    output = tweak_public(b"\x02" + internal, tagged("TapTweak")(internal + leaf))
    shown = record(0x15, script + b"\xc0", bytes((0xC0 + output[0] % 2,)) + internal)
    unknown = [record(0x60, b"", place.to_bytes(4)) for place in range(100_000)]
    raw = psbt([record(0x01, u64(1) + sized(b"\x51\x20" + output[1:])), shown, *unknown])
    return Psbt.decode(BITCOIN, raw, safety=BELIEVING)


def test_PS69_many_answers_are_put_beside_many_records_at_once() -> None:
    asked = crowded()
    answers = tuple([vouch(request, bytes(64)) for request in asked.requests()])
    assert len(answers) == 300
    check_time(lambda: asked.assemble(answers), seconds=0.25)
    assert len(asked.assemble(answers).inputs[0].tap_script_sig) == 300
