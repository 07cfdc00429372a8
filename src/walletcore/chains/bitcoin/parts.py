"""A transaction in one pass over its bytes, as a PSBT brings one for each input: its parts, and no value of each.

What this does not take, the codec of `walletcore.chains.bitcoin.tx` reads, or it says what is wrong.
"""

from __future__ import annotations

import struct
from contextlib import suppress
from typing import NamedTuple

from walletcore.coding.wire import Reader, compact_size
from walletcore.errors import DecodingError, TransactionError
from walletcore.hashes import sha256d

__all__ = [
    "FLAG",
    "MARKER",
    "MAX_AMOUNT",
    "MAX_ITEMS",
    "MAX_MONEY",
    "MAX_STACK",
    "NULL",
    "Parts",
    "draft_parts",
    "parted",
    "size_at",
    "skimmed",
    "witnesses_at",
]

MAX_MONEY = 21_000_000 * 100_000_000  # src/consensus/amount.h
MAX_AMOUNT = 2**63 - 1
"""What any network can write: CAmount is an int64_t. Each has a limit of its own, `BitcoinChain.max_money`."""
MAX_STACK = 1_000 + 3  # items of one witness: MAX_STACK_SIZE, and with it a script, a control block and an annex
MAX_ITEMS = 200_000  # of all witnesses together: more than any node relays
NULL = ("00" * 32, 0xFFFF_FFFF)
"""What the one input of a coinbase transaction spends."""
MARKER, FLAG = b"\x00", b"\x01"
_MAX_TX = 4_000_000  # bytes: a block has no more
_AMOUNT_AND_SIZE = struct.Struct("<QB")  # the size of the script: all of it, where that is below 0xfd
_NULL_OUTPOINT = bytes(32) + b"\xff" * 4
_LEAST_IN, _LEAST_OUT = 41, 9  # bytes
_LONG = 0xFD  # the first byte of a compact size that has more than this one
_UNCLEAR = IndexError, OverflowError, struct.error, DecodingError


class Parts(NamedTuple):
    """Outpoints, scripts and sequences; values and scripts; witnesses; and the bytes that the txid is the hash of."""

    inputs: list[tuple[bytes, bytes, bytes]]
    outputs: list[tuple[int, bytes]]
    witnesses: tuple[tuple[bytes, ...], ...]
    stripped: bytes

    @property
    def txid(self) -> str:
        """The id that explorers show."""
        return sha256d(self.stripped)[::-1].hex()


def parted(raw: bytes, max_money: int = MAX_MONEY) -> Parts | None:
    """The parts of a transaction, checked as `Tx` checks them; None where the codec has to say what is wrong.

    Its outputs are worth at most ``max_money`` together.
    """
    if type(raw) is not bytes:
        return None
    if len(raw) > _MAX_TX:
        raise TransactionError(f"expected at most {_MAX_TX} bytes, got {len(raw)}", reason="too-large")
    try:
        parts = _in_one_pass(raw)
    except _UNCLEAR:
        return None
    return parts if _has_meaning(parts, max_money) else None


def _in_one_pass(raw: bytes) -> Parts:
    """Whatever error this raises, the bytes are not what it is for."""
    start = 6 if raw[4:6] == MARKER + FLAG else 4
    inputs, at = _inputs_at(raw, start)
    outputs, end = _outputs_at(raw, at)
    witnesses, at = witnesses_at(raw, end, len(inputs)) if start == 6 else ((), end)
    if at + 4 != len(raw) or (start == 6 and not any(witnesses)):
        raise DecodingError("expected the lock time, and nothing after it", reason="length")
    return Parts(inputs, outputs, witnesses, raw if start == 4 else raw[:4] + raw[start:end] + raw[at:])


def skimmed(raw: bytes, vout: int) -> tuple[bytes, bytes] | None:
    """The txid as its bytes stand on the wire, and the bytes of one output, or none where it has no such output.

    Checked as `parted` checks, for any network, and at half of the cost; None where that, or the codec, has to look.
    """
    if type(raw) is not bytes or len(raw) > _MAX_TX:
        return None
    try:
        if raw[4:6] != b"\x00\x01":  # the marker and the flag
            _, at = _past_inputs(raw, 4)
            output, end = _past_outputs(raw, at, vout)
            return (sha256d.digest(raw), output) if end + 4 == len(raw) else None
        number, at = _past_inputs(raw, 6)
        output, end = _past_outputs(raw, at, vout)
        stop = _past_witnesses(raw, end, number)
    except _UNCLEAR:
        return None
    if stop + 4 != len(raw):
        return None
    return sha256d.digest(raw[:4] + raw[6:end] + raw[stop:]), output


def _past_inputs(raw: bytes, at: int) -> tuple[int, int]:
    """How many inputs stand there, none of them a coinbase's or twice, and where they end."""
    number = raw[at]
    at += 1
    if number >= _LONG:
        number, at = size_at(raw, at - 1)
    outpoints = set()
    for _ in range(number):
        start = at + 36
        outpoints.add(raw[at:start])
        size = raw[start]
        at = start + size + 5
        if size >= _LONG:
            size, at = size_at(raw, start)
            at += size + 4
    if not 0 < number == len(outpoints) or _NULL_OUTPOINT in outpoints:
        raise DecodingError("expected inputs that spend different outputs", reason="duplicate")
    return number, at


def _past_outputs(raw: bytes, at: int, vout: int) -> tuple[bytes, int]:
    """The bytes of the output at that place, and where all of them end."""
    number = raw[at]
    at += 1
    if number >= _LONG:
        number, at = size_at(raw, at - 1)
    total, found, unpack = 0, b"", _AMOUNT_AND_SIZE.unpack_from
    for place in range(number):
        value, size = unpack(raw, at)
        end = at + size + 9
        if size >= _LONG:
            size, start = size_at(raw, at + 8)
            end = start + size
        total += value
        if place == vout:
            found = raw[at:end]
        at = end
    if not number or total > MAX_AMOUNT:
        raise DecodingError("expected outputs of an amount that can be written", reason="range")
    return found, at


def _past_witnesses(raw: bytes, at: int, number: int) -> int:
    """Where the witnesses end that stand there, of which at least one has an item."""
    items = 0
    for _ in range(number):
        count = raw[at]
        at += 1
        if count >= _LONG:
            count, at = size_at(raw, at - 1)
        items += count
        if count > MAX_STACK or items > MAX_ITEMS:
            raise DecodingError("expected fewer items", reason="too-large")
        for _ in range(count):
            size = raw[at]
            if size < _LONG:
                at += size + 1
            else:
                size, at = size_at(raw, at)
                at += size
    if not items:
        raise DecodingError("expected the form without witnesses, as there are none", reason="non-canonical")
    return at


def draft_parts(raw: bytes) -> Parts | None:
    """The same of a transaction without witnesses that may lack inputs and outputs still, and whose sums may be off."""
    with suppress(*_UNCLEAR):
        inputs, at = _inputs_at(raw, 4)
        outputs, end = _outputs_at(raw, at)
        if end + 4 == len(raw) and all(value <= MAX_AMOUNT for value, _ in outputs):
            return Parts(inputs, outputs, (), raw)
    return None


def _has_meaning(parts: Parts, max_money: int) -> bool:
    """Whether `Tx` takes these parts."""
    outpoints = {outpoint for outpoint, _, _ in parts.inputs}
    total = sum([value for value, _ in parts.outputs])  # each below 2^64
    alone = _NULL_OUTPOINT not in outpoints or (len(outpoints) == 1 and 2 <= len(parts.inputs[0][1]) <= 100)
    return 0 < len(outpoints) == len(parts.inputs) and bool(parts.outputs) and total <= max_money and alone


def _inputs_at(raw: bytes, at: int) -> tuple[list[tuple[bytes, bytes, bytes]], int]:
    """The inputs that stand there, and where they end."""
    number, at = size_at(raw, at)
    if number * _LEAST_IN > len(raw):
        raise DecodingError("expected bytes for each input", reason="truncated")
    found = []
    for _ in range(number):
        size, start = raw[at + 36], at + 37  # most sizes are short, and a call for each would take half of the time
        if size >= _LONG:
            size, start = size_at(raw, at + 36)
        end = start + size
        found.append((raw[at : at + 36], raw[start:end], raw[end : end + 4]))
        at = end + 4
    return found, at


def _outputs_at(raw: bytes, at: int) -> tuple[list[tuple[int, bytes]], int]:
    """The outputs that stand there, and where they end."""
    number, at = size_at(raw, at)
    if number * _LEAST_OUT > len(raw):
        raise DecodingError("expected bytes for each output", reason="truncated")
    found = []
    for _ in range(number):
        value, size = _AMOUNT_AND_SIZE.unpack_from(raw, at)
        start = at + 9
        if size >= _LONG:
            size, start = size_at(raw, at + 8)
        at = start + size
        found.append((value, raw[start:at]))
    return found, at


def witnesses_at(raw: bytes, at: int, number: int) -> tuple[tuple[tuple[bytes, ...], ...], int]:
    """The witnesses that stand there, and where they end."""
    found, items = [], 0
    for _ in range(number):
        count, at = size_at(raw, at)
        if count > min(MAX_STACK, MAX_ITEMS - items):
            raise DecodingError("expected fewer items", reason="too-large")
        stack = []
        for _ in range(count):
            size, start = raw[at], at + 1
            if size >= _LONG:
                size, start = size_at(raw, at)
            at = start + size
            stack.append(raw[start:at])
        found.append(tuple(stack))
        items += count
    return tuple(found), at


def size_at(raw: bytes, at: int) -> tuple[int, int]:
    """A compact size, and where it ends."""
    first = raw[at]
    if first < _LONG:
        return first, at + 1
    if first == _LONG and (size := raw[at + 1] | raw[at + 2] << 8) >= _LONG:
        return size, at + 3
    reader = Reader(raw)
    reader.position = at
    return compact_size.read(reader), reader.position
