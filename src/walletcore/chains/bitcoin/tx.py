"""A transaction as the network carries it, with or without witnesses (BIP-144, "Serialization").

What Bitcoin Core checks of a transaction by itself (src/consensus/tx_check.cpp) holds for every value here. Identifiers
are text, 64 hex digits as explorers show them; on the wire their bytes are reversed.
"""

from __future__ import annotations

import re
import struct as packed
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from walletcore.chains.base import Address
from walletcore.coding.wire import (
    Codec,
    Reader,
    array,
    bounded,
    compact_size,
    fixed,
    mapped,
    prefixed,
    struct,
    trusted,
    u32le,
    u64le,
)
from walletcore.errors import DecodingError, TransactionError, raised_as
from walletcore.hashes import sha256d

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.locks import Lock

__all__ = [
    "MAX_MONEY",
    "OUTPOINT",
    "SCRIPT",
    "TX_OUT",
    "UNSIGNED_TX",
    "Tx",
    "TxIn",
    "TxOut",
    "Witness",
    "output_at",
    "sized",
]

MAX_MONEY = 21_000_000 * 100_000_000  # src/consensus/amount.h
_MAX_TX = 4_000_000  # bytes: a block has no more
_MAX_STACK = 1_000 + 3  # items of one witness: MAX_STACK_SIZE, and with it a script, a control block and an annex
_MAX_ITEMS = 200_000  # of all witnesses together: more than any node relays
_U32 = 0xFFFF_FFFF
_NULL = ("00" * 32, _U32)  # what the one input of a coinbase transaction spends
_TXID = re.compile(r"[0-9a-f]{64}", re.ASCII)

Witness = tuple[bytes, ...]


def _check_u32(value: object, name: str) -> None:
    if type(value) is not int or not 0 <= value <= _U32:
        raise TransactionError(f"expected {name} from 0 to 2^32-1", reason="range")


@dataclass(frozen=True, slots=True, kw_only=True)
class TxIn:
    """Which output is spent: the txid and the index (vout) of its outpoint. Raises `TransactionError`."""

    txid: str
    vout: int
    script_sig: bytes = b""
    sequence: int = _U32

    def __post_init__(self) -> None:
        if type(self.txid) is not str or not _TXID.fullmatch(self.txid):
            raise TransactionError("expected a txid of 64 lower-case hex digits", reason="character")
        if type(self.script_sig) is not bytes:
            raise TransactionError("expected script_sig as bytes", reason="type")
        _check_u32(self.vout, "vout")
        _check_u32(self.sequence, "sequence")

    @property
    def outpoint(self) -> bytes:
        """What is spent, in 36 bytes."""
        return bytes.fromhex(self.txid)[::-1] + self.vout.to_bytes(4, "little")


@dataclass(frozen=True, slots=True, kw_only=True)
class TxOut:
    """An amount in satoshi, 0 to 21e14, and the script that guards it. Raises `TransactionError`.

    ``address`` or ``lock`` is what the script was made from, if it was (`pay`, `change`); they are not compared.
    """

    value: int
    script_pubkey: bytes
    address: Address | None = field(default=None, compare=False, repr=False)
    lock: Lock | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if type(self.value) is not int or not 0 <= self.value <= MAX_MONEY:
            raise TransactionError(f"expected a value from 0 to {MAX_MONEY} satoshi", reason="range")
        if type(self.script_pubkey) is not bytes:
            raise TransactionError("expected script_pubkey as bytes", reason="type")
        if self.address is not None and type(self.address) is not Address:
            raise TransactionError("expected an Address as address", reason="type")
        if self.lock is not None:
            _check_lock(self.lock, self.script_pubkey)

    def encode(self) -> bytes:
        """The bytes in which it stands in a transaction."""
        return self.value.to_bytes(8, "little") + sized(self.script_pubkey)


def _check_lock(lock: object, script_pubkey: bytes) -> None:
    from walletcore.chains.bitcoin.locks import Lock  # whoever has one has imported it

    if type(lock) is not Lock or lock.script_pubkey != script_pubkey:
        raise TransactionError("expected the Lock that the script was made from", reason="mismatch")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tx:
    """Version, inputs, outputs, lock time; ``witnesses`` has one per input, or is empty where no input has any.

    Raises `TransactionError`: inputs and outputs are missing, an outpoint is spent twice, or outputs exceed 21e14.
    """

    version: int
    inputs: tuple[TxIn, ...]
    outputs: tuple[TxOut, ...]
    witnesses: tuple[Witness, ...] = ()
    locktime: int

    def __post_init__(self) -> None:
        _check_u32(self.version, "version")
        _check_u32(self.locktime, "locktime")
        _check_items(self.inputs, TxIn, "inputs")
        _check_items(self.outputs, TxOut, "outputs")
        if type(self.witnesses) is not tuple or not all(map(_is_witness, self.witnesses)):
            raise TransactionError("expected witnesses as a tuple of tuples of bytes", reason="type")
        if sum([output.value for output in self.outputs]) > MAX_MONEY:
            raise TransactionError(f"expected outputs of at most {MAX_MONEY} satoshi together", reason="range")
        outpoints = {(each.txid, each.vout) for each in self.inputs}
        if len(outpoints) != len(self.inputs):
            raise TransactionError("the same output is spent twice", reason="duplicate")
        if _NULL in outpoints and (len(self.inputs) > 1 or not 2 <= len(self.inputs[0].script_sig) <= 100):
            raise TransactionError("a coinbase input stands alone, with a script_sig of 2 to 100 bytes", reason="range")
        if self.witnesses and (len(self.witnesses) != len(self.inputs) or not any(self.witnesses)):
            raise TransactionError("expected a witness per input, or none at all", reason="non-canonical")

    @classmethod
    def decode(cls, raw: bytes) -> Tx:
        """Read a transaction, signed or not. Raises `TransactionError`."""
        parts = _parted(raw)
        if parts is not None:
            return _built(raw, parts)
        with raised_as(TransactionError):
            return TX.decode(raw)

    @classmethod
    def identified(cls, raw: bytes) -> tuple[Tx, str]:
        """The same with its txid, which is the hash of these very bytes. Raises `TransactionError`."""
        parts = _parted(raw)
        tx = cls.decode(raw) if parts is None else _built(raw, parts)
        return tx, tx.txid if parts is None else parts.txid

    def encode(self) -> bytes:
        """The bytes that nodes exchange, with the witnesses if there are any."""
        return _encoded(self, self.witnesses)

    @property
    def is_signed(self) -> bool:
        """Whether any input has a script_sig or a witness."""
        return bool(self.witnesses) or any(each.script_sig for each in self.inputs)

    @property
    def txid(self) -> str:
        """The id that explorers show: of the transaction without witnesses."""
        return sha256d(_encoded(self))[::-1].hex()

    @property
    def vsize(self) -> int:
        """The size that fees are counted by: a quarter of its weight, rounded up (BIP-141, "Transaction size")."""
        return (3 * len(_encoded(self)) + len(self.encode()) + 3) // 4

    @property
    def wtxid(self) -> str:
        """The id of the transaction with its witnesses (BIP-141)."""
        return sha256d(self.encode())[::-1].hex()


def _check_items(items: object, kind: type, name: str) -> None:
    if type(items) is not tuple or set(map(type, items)) - {kind}:
        raise TransactionError(f"expected {name} as a tuple of {kind.__name__}", reason="type")
    if not items:
        raise TransactionError(f"expected {name}, got none", reason="length")


def _is_witness(stack: object) -> bool:
    return type(stack) is tuple and not set(map(type, stack)) - {bytes}


class _Body:
    """What stands between the marker and the witnesses."""

    __slots__ = ("inputs", "outputs")

    def __init__(self, inputs: tuple[TxIn, ...], outputs: tuple[TxOut, ...]) -> None:
        self.inputs, self.outputs = inputs, outputs


SCRIPT = prefixed(compact_size)
_ID = mapped(fixed(32), str, lambda wire: wire[::-1].hex(), lambda text: bytes.fromhex(text)[::-1])
OUTPOINT = struct(TxIn, txid=_ID, vout=u32le)
_TX_IN = trusted(TxIn, {}, txid=_ID, vout=u32le, script_sig=SCRIPT, sequence=u32le)
TX_OUT = trusted(TxOut, {"address": None, "lock": None}, value=bounded(u64le, MAX_MONEY), script_pubkey=SCRIPT)
_INPUTS, _OUTPUTS = array(_TX_IN, count=compact_size), array(TX_OUT, count=compact_size)
UNSIGNED_TX = struct(Tx, version=u32le, inputs=_INPUTS, outputs=_OUTPUTS, locktime=u32le)
_BODY = struct(_Body, inputs=_INPUTS, outputs=_OUTPUTS)
_WITNESS = array(SCRIPT, count=compact_size)
_MARKER, _FLAG = b"\x00", b"\x01"


def _read(reader: Reader) -> Tx:
    version = u32le.read(reader)
    has_witness = reader.data[reader.position : reader.position + 1] == _MARKER
    if has_witness and reader.take(2) != _MARKER + _FLAG:
        raise DecodingError("expected flag 01 after marker 00, where a count of inputs is 1 or more", reason="version")
    body = _BODY.read(reader)
    witnesses = _read_witnesses(reader, len(body.inputs)) if has_witness else ()
    locktime = u32le.read(reader)
    return Tx(version=version, inputs=body.inputs, outputs=body.outputs, witnesses=witnesses, locktime=locktime)


def _read_witnesses(reader: Reader, number: int) -> tuple[Witness, ...]:
    witnesses: list[Witness] = []
    items = 0
    try:
        for _ in range(number):
            most = min(_MAX_STACK, _MAX_ITEMS - items)
            start, count = reader.position, compact_size.read(reader)
            if count > most:
                raise DecodingError(f"expected at most {most} items, got {count}", reason="too-large")
            reader.position = start
            witnesses.append(_WITNESS.read(reader))
            items += count
    except DecodingError as error:
        error.add_note(f".witnesses[{len(witnesses)}]")
        raise
    if not items:
        raise DecodingError("expected the form without witnesses, as there are none", reason="non-canonical")
    return tuple(witnesses)


def _write(tx: Tx, out: bytearray) -> None:
    if not tx.witnesses:
        UNSIGNED_TX.write(tx, out)
        return
    u32le.write(tx.version, out)
    out += _MARKER + _FLAG
    _INPUTS.write(tx.inputs, out)
    _OUTPUTS.write(tx.outputs, out)
    for witness in tx.witnesses:
        _WITNESS.write(witness, out)
    u32le.write(tx.locktime, out)


TX = Codec(kind=Tx, minimum=UNSIGNED_TX.minimum, read=_read, write=_write)


def sized(script: bytes) -> bytes:
    """A script, or an item of a witness, behind its size."""
    size = len(script)
    return _SIZES[size] + script if size < len(_SIZES) else SCRIPT.encode(script)


_SIZES = [bytes((size,)) for size in range(0xFD)]


def _encoded(tx: Tx, witnesses: tuple[Witness, ...] = ()) -> bytes:
    """What `TX` writes, of parts that the constructors have checked."""
    parts = [tx.version.to_bytes(4, "little"), _MARKER + _FLAG if witnesses else b""]
    parts.append(compact_size.encode(len(tx.inputs)))
    for each in tx.inputs:
        parts += each.outpoint, sized(each.script_sig), each.sequence.to_bytes(4, "little")
    parts.append(compact_size.encode(len(tx.outputs)))
    parts += [output.encode() for output in tx.outputs]
    for stack in witnesses:
        parts.append(compact_size.encode(len(stack)))
        parts += map(sized, stack)
    return b"".join((*parts, tx.locktime.to_bytes(4, "little")))


# The same bytes in one pass, as a PSBT brings a transaction for each input. What this does not take, the codec reads,
# or it says what is wrong.

_AMOUNT = packed.Struct("<Q")
_NULL_OUTPOINT = OUTPOINT.encode(TxIn(txid=_NULL[0], vout=_NULL[1]))
_LEAST_IN, _LEAST_OUT = 41, 9  # bytes
_UNCLEAR = IndexError, OverflowError, packed.error, DecodingError


class _Parts(NamedTuple):
    """Outpoints, scripts and sequences; values and scripts; witnesses; and the bytes that the txid is the hash of."""

    inputs: list[tuple[bytes, bytes, bytes]]
    outputs: list[tuple[int, bytes]]
    witnesses: tuple[Witness, ...]
    stripped: bytes

    @property
    def txid(self) -> str:
        """The id that explorers show."""
        return sha256d(self.stripped)[::-1].hex()


def output_at(raw: bytes, vout: int) -> tuple[TxOut | None, str]:
    """The output at that place of a transaction, if there is one, and the txid. Raises `TransactionError`."""
    parts = _parted(raw)
    if parts is None:
        tx = Tx.decode(raw)
        return (tx.outputs[vout] if vout < len(tx.outputs) else None), tx.txid
    return (_output_of(*parts.outputs[vout]) if vout < len(parts.outputs) else None), parts.txid


def _parted(raw: bytes) -> _Parts | None:
    """The parts of a transaction, checked as `Tx` checks them; None where the codec has to say what is wrong."""
    if type(raw) is not bytes:
        return None
    if len(raw) > _MAX_TX:
        raise TransactionError(f"expected at most {_MAX_TX} bytes, got {len(raw)}", reason="too-large")
    with suppress(*_UNCLEAR):
        parts = _in_one_pass(raw)
        return parts if _has_meaning(parts) else None
    return None


def _in_one_pass(raw: bytes) -> _Parts:
    """Whatever error this raises, the bytes are not what it is for."""
    start = 6 if raw[4:6] == _MARKER + _FLAG else 4
    inputs, at = _inputs_at(raw, start)
    outputs, end = _outputs_at(raw, at)
    witnesses, at = _witnesses_at(raw, end, len(inputs)) if start == 6 else ((), end)
    if at + 4 != len(raw) or (start == 6 and not any(witnesses)):
        raise DecodingError("expected the lock time, and nothing after it", reason="length")
    return _Parts(inputs, outputs, witnesses, raw if start == 4 else raw[:4] + raw[start:end] + raw[at:])


def _has_meaning(parts: _Parts) -> bool:
    """Whether `Tx` takes these parts."""
    outpoints = {outpoint for outpoint, _, _ in parts.inputs}
    total = sum([value for value, _ in parts.outputs])  # each below 2^64
    alone = _NULL_OUTPOINT not in outpoints or (len(outpoints) == 1 and 2 <= len(parts.inputs[0][1]) <= 100)
    return 0 < len(outpoints) == len(parts.inputs) and bool(parts.outputs) and total <= MAX_MONEY and alone


def _inputs_at(raw: bytes, at: int) -> tuple[list[tuple[bytes, bytes, bytes]], int]:
    """The inputs that stand there, and where they end."""
    number, at = _size_at(raw, at)
    if number * _LEAST_IN > len(raw):
        raise DecodingError("expected bytes for each input", reason="truncated")
    found = []
    for _ in range(number):
        size, start = _size_at(raw, at + 36)
        end = start + size
        found.append((raw[at : at + 36], raw[start:end], raw[end : end + 4]))
        at = end + 4
    return found, at


def _outputs_at(raw: bytes, at: int) -> tuple[list[tuple[int, bytes]], int]:
    """The outputs that stand there, and where they end."""
    number, at = _size_at(raw, at)
    if number * _LEAST_OUT > len(raw):
        raise DecodingError("expected bytes for each output", reason="truncated")
    found = []
    for _ in range(number):
        (value,) = _AMOUNT.unpack_from(raw, at)
        size, start = _size_at(raw, at + 8)
        at = start + size
        found.append((value, raw[start:at]))
    return found, at


def _witnesses_at(raw: bytes, at: int, number: int) -> tuple[tuple[Witness, ...], int]:
    """The witnesses that stand there, and where they end."""
    found, items = [], 0
    for _ in range(number):
        count, at = _size_at(raw, at)
        if count > min(_MAX_STACK, _MAX_ITEMS - items):
            raise DecodingError("expected fewer items", reason="too-large")
        stack = []
        for _ in range(count):
            size, start = _size_at(raw, at)
            at = start + size
            stack.append(raw[start:at])
        found.append(tuple(stack))
        items += count
    return tuple(found), at


def _size_at(raw: bytes, at: int) -> tuple[int, int]:
    """A compact size, and where it ends."""
    first = raw[at]
    if first < 0xFD:
        return first, at + 1
    reader = Reader(raw)
    reader.position = at
    return compact_size.read(reader), reader.position


def _built(raw: bytes, parts: _Parts) -> Tx:
    """The value of parts that have been checked: the constructors would check them again."""
    inputs = tuple([_input_of(*each) for each in parts.inputs])
    outputs = tuple([_output_of(*each) for each in parts.outputs])
    version, locktime = int.from_bytes(raw[:4], "little"), int.from_bytes(raw[-4:], "little")
    tx = object.__new__(Tx)
    for put, value in zip(_OF_TX, (version, inputs, outputs, parts.witnesses, locktime), strict=True):
        put(tx, value)
    return tx


def _input_of(outpoint: bytes, script_sig: bytes, sequence: bytes) -> TxIn:
    made = object.__new__(TxIn)
    put_txid, put_vout, put_script, put_sequence = _OF_IN
    put_txid(made, outpoint[31::-1].hex())
    put_vout(made, int.from_bytes(outpoint[32:], "little"))
    put_script(made, script_sig)
    put_sequence(made, int.from_bytes(sequence, "little"))
    return made


def _output_of(value: int, script_pubkey: bytes) -> TxOut:
    made = object.__new__(TxOut)
    put_value, put_script, put_address, put_lock = _OF_OUT
    put_value(made, value)
    put_script(made, script_pubkey)
    put_address(made, None)
    put_lock(made, None)
    return made


def _setters(kind: type, *names: str) -> list[Callable[[Any, Any], None]]:
    return [getattr(kind, name).__set__ for name in names]


_OF_TX = _setters(Tx, "version", "inputs", "outputs", "witnesses", "locktime")
_OF_IN = _setters(TxIn, "txid", "vout", "script_sig", "sequence")
_OF_OUT = _setters(TxOut, "value", "script_pubkey", "address", "lock")
