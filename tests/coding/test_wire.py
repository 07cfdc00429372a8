"""The wire codecs: published lengths and transactions, two other implementations, and what must be refused."""

import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import pytest
import wallycore
from hypothesis import given
from hypothesis import strategies as st
from solders.hash import Hash
from solders.instruction import CompiledInstruction
from solders.message import Message
from solders.pubkey import Pubkey

from support.cpu import SLACK, cpu_seconds
from support.vectors import Case, vectors
from walletcore.coding.wire import (
    Codec,
    Reader,
    array,
    bounded,
    compact_size,
    compact_u16,
    fixed,
    i32le,
    mapped,
    prefixed,
    struct,
    tagged,
    trusted,
    u8,
    u16le,
    u32be,
    u32le,
    u64be,
    u64le,
)
from walletcore.errors import DecodingError, TransactionError


@dataclass(frozen=True, slots=True, kw_only=True)
class TxIn:
    """An input of a Bitcoin transaction."""

    txid: bytes
    vout: int
    script: bytes
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TxOut:
    """An output of a Bitcoin transaction."""

    amount: int
    script: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Tx:
    """A Bitcoin transaction without witnesses."""

    version: int
    inputs: tuple[TxIn, ...]
    outputs: tuple[TxOut, ...]
    locktime: int


TX_IN = struct(TxIn, txid=fixed(32), vout=u32le, script=prefixed(compact_size), sequence=u32le)
TX_OUT = struct(TxOut, amount=u64le, script=prefixed(compact_size))
TX = struct(
    Tx,
    version=i32le,
    inputs=array(TX_IN, count=compact_size),
    outputs=array(TX_OUT, count=compact_size),
    locktime=u32le,
)

tx_ins = st.builds(
    TxIn,
    txid=st.binary(min_size=32, max_size=32),
    vout=st.integers(0, 2**32 - 1),
    script=st.binary(max_size=300),
    sequence=st.integers(0, 2**32 - 1),
)
tx_outs = st.builds(TxOut, amount=st.integers(0, 2**64 - 1), script=st.binary(max_size=300))
txs = st.builds(
    Tx,
    version=st.integers(-(2**31), 2**31 - 1),
    inputs=st.lists(tx_ins, max_size=4).map(tuple),
    outputs=st.lists(tx_outs, max_size=4).map(tuple),
    locktime=st.integers(0, 2**32 - 1),
)


@dataclass(frozen=True)
class Burn:
    """An instruction with an amount."""

    amount: int


@dataclass(frozen=True)
class Name:
    """An instruction with a text."""

    name: bytes


@dataclass(frozen=True)
class Close:
    """An instruction with nothing more to say."""


class Level(Enum):
    """A value that is one byte on the wire."""

    LOW = 0
    HIGH = 7


def solana_message(accounts: int) -> bytes:
    """Return a message whose one instruction has that many accounts: 70 bytes, their number, they, no data."""
    instruction = CompiledInstruction(0, b"", bytes(accounts))
    message = Message.new_with_compiled_instructions(1, 0, 0, [Pubkey(bytes(32))], Hash(bytes(32)), [instruction])
    return bytes(message)


COMMAND = tagged(u32le, {0: struct(Burn, amount=u64be), 2: struct(Name, name=prefixed(u8)), 9: struct(Close)})
LEVEL = mapped(u8, Level, Level, lambda level: level.value)
INTEGERS: list[tuple[Codec[int], int, int, Callable[[int], bytes]]] = [
    (u8, 0, 2**8 - 1, lambda number: number.to_bytes(1, "little")),
    (u16le, 0, 2**16 - 1, lambda number: number.to_bytes(2, "little")),
    (u32le, 0, 2**32 - 1, lambda number: number.to_bytes(4, "little")),
    (u64le, 0, 2**64 - 1, lambda number: number.to_bytes(8, "little")),
    (i32le, -(2**31), 2**31 - 1, lambda number: number.to_bytes(4, "little", signed=True)),
    (u32be, 0, 2**32 - 1, lambda number: number.to_bytes(4, "big")),
    (u64be, 0, 2**64 - 1, lambda number: number.to_bytes(8, "big")),
    (compact_size, 0, 2**64 - 1, lambda number: bytes(wallycore.varint_to_bytes(number))),
    (compact_u16, 0, 2**16 - 1, lambda number: solana_message(number)[70 : -1 - number]),
]
integers = pytest.mark.parametrize(("codec", "low", "high", "peer"), INTEGERS)
CODECS: list[Codec[Any]] = [
    *(row[0] for row in INTEGERS),
    *(fixed(3), prefixed(compact_size), array(u8, count=compact_u16), TX, COMMAND, array(COMMAND, count=u8), LEVEL),
]
every_codec = pytest.mark.parametrize("codec", CODECS)


def refusal(call: Callable[..., object], *arguments: object) -> str:
    """Return the reason of the DecodingError that the call raises."""
    with pytest.raises(DecodingError) as caught:
        call(*arguments)
    return caught.value.reason


def complaint(call: Callable[..., object], *arguments: object) -> str:
    """Return the message of the DecodingError that the call raises."""
    with pytest.raises(DecodingError) as caught:
        call(*arguments)
    assert caught.value.reason
    return str(caught.value)


# Numbers


@integers
@given(data=st.data())
def test_numbers_agree_with_another_implementation(
    codec: Codec[int], low: int, high: int, peer: Callable[[int], bytes], data: st.DataObject
) -> None:
    around = [power + near for power in (0, 1 << 7, 253, 1 << 14, 1 << 16, 1 << 32) for near in (-2, -1, 0, 1, 2)]
    number = data.draw(st.integers(low, high) | st.sampled_from([n for n in around if low <= n <= high]))
    encoded = codec.encode(number)
    assert encoded == peer(number)
    assert codec.decode(encoded) == number
    assert len(encoded) >= codec.minimum


@integers
def test_numbers_end_at_their_range(codec: Codec[int], low: int, high: int, peer: Callable[[int], bytes]) -> None:
    assert (codec.decode(codec.encode(low)), codec.decode(codec.encode(high))) == (low, high)
    assert codec.encode(high) == peer(high)
    for number in (low - 1, high + 1, 2**64, -(2**63), 10**100):
        assert refusal(codec.encode, number) == "range"


@integers
@pytest.mark.parametrize("number", [True, False, 1.0, "1", b"1", None])
def test_only_ints_are_numbers(
    codec: Codec[int], low: int, high: int, peer: Callable[[int], bytes], number: object
) -> None:
    assert low <= 1 <= high
    assert refusal(codec.encode, number) == "type"


@vectors("bitcoin/integers")
def test_published_integers_of_transactions_are_written_and_read(case: Case) -> None:
    codec = {"u64le": u64le, "compact-size": compact_size}[case.input["format"]]
    number, encoded = int(case.input["integer"]), bytes.fromhex(case.expect["encoded"])
    assert codec.encode(number) == encoded
    assert codec.decode(encoded) == number


@vectors("solana/shortvec", result="valid")
def test_published_compact_u16_are_written_and_read(case: Case) -> None:
    number, encoded = int(case.input["integer"]), bytes.fromhex(case.expect["encoded"])
    assert compact_u16.encode(number) == encoded
    assert compact_u16.decode(encoded) == number


@vectors("solana/shortvec", result="invalid")
def test_SO1_published_wrong_compact_u16_are_refused(case: Case) -> None:
    reason = refusal(compact_u16.decode, bytes.fromhex(case.input["encoded"]))
    assert reason in (case.expect["reason"], "non-canonical")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("ff8080", "non-canonical"),
        ("ffffff", "non-canonical"),
        ("ffff04", "range"),
        ("ffff7f", "range"),
        ("ff", "truncated"),
    ],
)
def test_SO1_compact_u16_has_three_bytes_and_sixteen_bits(data: str, reason: str) -> None:
    assert refusal(compact_u16.decode, bytes.fromhex(data)) == reason


def test_compact_u16_has_one_spelling_for_each_number() -> None:
    texts = {compact_u16.encode(number) for number in range(1 << 16)}
    assert len(texts) == 1 << 16
    assert all(compact_u16.encode(compact_u16.decode(text)) == text for text in texts)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        *(("fd0000", "non-canonical"), ("fdfc00", "non-canonical"), ("fe0000_0000", "non-canonical")),
        *(
            ("feffff0000", "non-canonical"),
            ("fffc00000000000000", "non-canonical"),
            ("ffffffffff00000000", "non-canonical"),
        ),
        *(("fd", "truncated"), ("fdff", "truncated"), ("feffffff", "truncated"), ("ffffffffffffffff", "truncated")),
        *(("", "truncated"), ("fcfc", "trailing"), ("fdfd0000", "trailing")),
    ],
)
def test_compact_size_has_one_spelling_for_each_number(data: str, reason: str) -> None:
    assert refusal(compact_size.decode, bytes.fromhex(data.replace("_", ""))) == reason


# Bytes


@given(st.binary(min_size=1, max_size=400))
def test_prefixed_bytes_agree_with_another_implementation(data: bytes) -> None:
    codec = prefixed(compact_size)
    assert codec.encode(data) == bytes(wallycore.varbuff_to_bytes(data))
    assert codec.decode(codec.encode(data)) == data


def test_a_length_that_its_prefix_cannot_hold_is_refused() -> None:
    assert prefixed(u8).encode(bytes(255)) == b"\xff" + bytes(255)
    assert refusal(prefixed(u8).encode, bytes(256)) == "range"
    assert refusal(prefixed(compact_u16).encode, bytes(65536)) == "range"


@pytest.mark.parametrize("data", ["abc", bytearray(3), memoryview(b"abc"), None, 3, [1, 2, 3]])
def test_only_bytes_are_bytes(data: object) -> None:
    for codec in (fixed(3), prefixed(u8)):
        assert refusal(codec.encode, data) == "type"
    for each in CODECS:
        assert refusal(each.decode, data) == "type"
    assert refusal(Reader, data) == "type"


def test_fixed_bytes_are_neither_more_nor_fewer() -> None:
    assert fixed(3).decode(b"abc") == b"abc" == fixed(3).encode(b"abc")
    for data, reason in ((b"ab", "truncated"), (b"abcd", "trailing"), (b"", "truncated")):
        assert refusal(fixed(3).decode, data) == reason
        assert refusal(fixed(3).encode, data) == "length"


# Composition


@given(txs)
def test_transactions_are_read_as_they_were_written(tx: Tx) -> None:
    encoded = TX.encode(tx)
    assert TX.decode(encoded) == tx
    assert len(encoded) >= TX.minimum


@given(txs)
def test_transactions_agree_with_another_implementation(tx: Tx) -> None:
    inputs = tx.inputs or (TxIn(txid=b"\1" * 32, vout=0, script=b"", sequence=0),)
    outputs = tuple(replace(out, amount=out.amount % 2_100_000_000_000_000) for out in tx.outputs) or (
        TxOut(amount=1, script=b"\x51"),
    )
    encoded = TX.encode(replace(tx, inputs=inputs, outputs=outputs))
    theirs = wallycore.tx_from_bytes(encoded, 0)
    assert bytes(wallycore.tx_to_bytes(theirs, 0)) == encoded
    assert wallycore.tx_get_num_inputs(theirs) == len(inputs)
    assert wallycore.tx_get_num_outputs(theirs) == len(outputs)
    assert wallycore.tx_get_locktime(theirs) == tx.locktime


@vectors("bitcoin/bip143", operation="tx.preimage")
def test_published_transactions_are_written_as_they_were_read(case: Case) -> None:
    encoded = bytes.fromhex(case.input["unsigned"])
    tx = TX.decode(encoded)
    assert TX.encode(tx) == encoded
    assert len(tx.inputs) == len(case.input["spent"])


@every_codec
@given(data=st.binary(max_size=200))
def test_bytes_are_refused_or_are_the_one_encoding_of_what_they_give(codec: Codec[Any], data: bytes) -> None:
    with suppress(DecodingError):
        assert codec.encode(codec.decode(data)) == data


@given(txs, st.data())
def test_a_transaction_cut_anywhere_or_with_one_more_byte_is_refused(tx: Tx, data: st.DataObject) -> None:
    encoded = TX.encode(tx)
    assert refusal(TX.decode, encoded[: data.draw(st.integers(0, len(encoded) - 1))]) == "truncated"
    assert refusal(TX.decode, encoded + b"\0") == "trailing"


def tx_with(**changes: object) -> bytes:
    """Return a transaction of three inputs and one output, the last input changed, in bytes."""
    inputs = tuple(TxIn(txid=bytes(32), vout=0, script=b"abc", sequence=0) for _ in range(3))
    last = replace(inputs[2], **changes)  # type: ignore[arg-type]
    return TX.encode(Tx(version=2, inputs=(*inputs[:2], last), outputs=(TxOut(amount=1, script=b""),), locktime=0))


def test_a_refusal_begins_with_the_path_of_the_field() -> None:
    encoded = tx_with()
    place = 4 + 1 + 2 * 44 + 36
    assert encoded[place : place + 4] == b"\3abc"
    assert complaint(TX.decode, encoded[: place + 3]).startswith("inputs[2].script: expected 3 bytes, got 2")
    spelled = encoded[:place] + b"\xfd\3\0" + encoded[place + 1 :]
    assert complaint(TX.decode, spelled).startswith("inputs[2].script: 3 in 3 bytes has a shorter form")
    assert complaint(TX.decode, encoded[:-13]).startswith("outputs: expected 1 items")
    assert complaint(TX.decode, encoded[:-1]).startswith("locktime: expected 4 bytes, got 3")
    assert complaint(TX.decode, b"").startswith("version: ")
    assert complaint(u32le.decode, b"") == "expected 4 bytes, got 0"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"script": "abc"}, "inputs[2].script: expected bytes, got str"),
        ({"script": bytearray(3)}, "inputs[2].script: expected bytes, got bytearray"),
        ({"vout": 2**32}, "inputs[2].vout: expected a number from 0 to 4294967295"),
        ({"vout": True}, "inputs[2].vout: expected int, got bool"),
        ({"sequence": -1}, "inputs[2].sequence: expected a number from 0 to 4294967295"),
        ({"txid": bytes(31)}, "inputs[2].txid: expected 32 bytes, got 31"),
    ],
)
def test_what_cannot_be_written_is_named(changes: dict[str, object], message: str) -> None:
    with pytest.raises(DecodingError) as caught:
        tx_with(**changes)
    assert str(caught.value) == message


def test_parts_of_another_type_are_not_written() -> None:
    out = TxOut(amount=1, script=b"")
    assert refusal(TX_IN.encode, out) == refusal(TX_OUT.encode, None) == refusal(TX_OUT.encode, Burn(1)) == "type"
    outs = array(TX_OUT, count=u8)
    assert outs.encode((out,)) == b"\1" + TX_OUT.encode(out)
    for value in ([out], out, None, iter((out,)), {out}):
        assert refusal(outs.encode, value) == "type"
    assert complaint(outs.encode, (out, out, None)).startswith("[2]: expected TxOut, got NoneType")
    assert refusal(outs.encode, (out,) * 256) == "range"


def test_errors_of_the_value_itself_pass_through() -> None:
    @dataclass(frozen=True)
    class Even:
        number: int

        def __post_init__(self) -> None:
            if self.number % 2:
                raise TransactionError("expected an even number", reason="range")

    codec = struct(Even, number=u8)
    assert codec.decode(b"\2") == Even(2)
    with pytest.raises(TransactionError, match="even"):
        codec.decode(b"\3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A value that counts how often it was checked."""

    number: int
    note: str = "none"
    checked = 0

    def __post_init__(self) -> None:
        type(self).checked += 1


def test_a_trusted_value_is_that_of_its_constructor_which_is_not_called() -> None:
    codec = trusted(Weighed, {"note": "read"}, number=u16le)
    before = Weighed.checked
    found = array(codec, count=u8).decode(b"\2\1\0\2\0")
    assert Weighed.checked == before
    assert found == (Weighed(number=1, note="read"), Weighed(number=2, note="read"))
    assert (hash(found[0]), repr(found[0])) == (
        hash(Weighed(number=1, note="read")),
        repr(Weighed(number=1, note="read")),
    )
    assert codec.encode(Weighed(number=3)) == b"\3\0"
    assert complaint(codec.decode, b"\1") == "number: expected 2 bytes, got 1"
    assert refusal(codec.encode, Weighed(number=-1)) == "range"


def test_a_bounded_number_ends_at_its_bound_both_ways() -> None:
    codec = bounded(u64le, 1000)
    assert codec.decode(codec.encode(1000)) == 1000
    assert refusal(codec.decode, (1001).to_bytes(8, "little")) == "range"
    for wrong in (1001, -1):
        assert refusal(codec.encode, wrong) == "range"
    for other in (True, 1.0, None):
        assert refusal(codec.encode, other) == "type"


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (Burn(5), "00000000" + "0000000000000005"),
        (Name(b"ab"), "02000000" + "026162"),
        (Close(), "09000000"),
    ],
)
def test_a_tag_chooses_the_format(value: object, encoded: str) -> None:
    assert COMMAND.encode(value).hex() == encoded
    assert COMMAND.decode(bytes.fromhex(encoded)) == value


def test_an_unknown_tag_or_type_is_refused() -> None:
    assert refusal(COMMAND.decode, bytes.fromhex("01000000")) == "version"
    assert refusal(COMMAND.decode, bytes.fromhex("0900000000")) == "trailing"
    assert refusal(COMMAND.decode, bytes.fromhex("090000")) == "truncated"
    assert complaint(COMMAND.decode, bytes.fromhex("0200000003")).startswith("name: expected 3 bytes")
    for value in (5, None, TxOut(amount=1, script=b""), b"ab"):
        assert refusal(COMMAND.encode, value) == "type"
    assert refusal(tagged, u8, {0: u8, 1: u32le}) == "duplicate"
    assert refusal(tagged, u8, {}) == "duplicate"


def test_a_mapped_value_is_known_both_ways() -> None:
    assert LEVEL.decode(b"\7") is Level.HIGH
    assert LEVEL.encode(Level.LOW) == b"\0"
    assert refusal(LEVEL.decode, b"\1") == "unknown"
    assert refusal(LEVEL.encode, 7) == "type"
    inner = mapped(prefixed(u8), int, u16le.decode, u16le.encode)
    assert inner.decode(inner.encode(7)) == 7
    assert refusal(inner.decode, b"\1\7") == "truncated"
    assert complaint(struct(Burn, amount=LEVEL).decode, b"\1") == "amount: expected a value of Level"


def test_codecs_compose_without_a_door() -> None:
    out = bytearray(b"head")
    compact_size.write(300, out)
    prefixed(u8).write(b"abc", out)
    assert out == b"head\xfd\x2c\x01\3abc"
    reader = Reader(bytes(out))
    assert (reader.take(4), compact_size.read(reader), prefixed(u8).read(reader)) == (b"head", 300, b"abc")
    assert (reader.position, reader.remaining) == (11, 0)
    assert refusal(reader.take, 1) == refusal(reader.take, -1) == "truncated"


# Claims


def test_items_that_may_be_empty_are_no_array() -> None:
    for item in (fixed(0), struct(Close)):
        assert refusal(lambda item=item: array(item, count=u8)) == "length"


@pytest.mark.parametrize("claim", ["feffffffff", "ffffffffffffffffff", "fe00000001", "fd0001"])
def test_nothing_is_allocated_from_a_claim(claim: str) -> None:
    data = bytes.fromhex(claim).ljust(10, b"\0")
    codecs: list[Codec[Any]] = [
        prefixed(compact_size),
        *(array(item, count=compact_size) for item in (u8, TX_IN, COMMAND)),
    ]
    for codec in codecs:
        tracemalloc.start()
        assert refusal(codec.decode, data) == "truncated"
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 1 << 16


def test_a_claim_below_zero_is_refused() -> None:
    assert refusal(prefixed(i32le).decode, b"\xff" * 4) == "truncated"
    assert refusal(array(u8, count=i32le).decode, b"\xff" * 4) == "truncated"


def test_a_mebibyte_of_the_smallest_items_is_read_in_little_time() -> None:
    imports = "from walletcore.coding.wire import *\nfrom walletcore.errors import DecodingError"
    items = "array(struct(dict, amount=u64le, script=prefixed(u8)), count=u32le)"
    setup = f"{imports}\ncodec = {items}\ndata = (116_508).to_bytes(4, 'little') + bytes(9 * 116_508 + 1)"
    code = "try: codec.decode(data)\nexcept DecodingError as error: reason = error.reason\nassert reason == 'trailing'"
    assert cpu_seconds(code, setup=setup) < SLACK * 0.25
