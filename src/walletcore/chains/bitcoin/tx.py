"""A transaction as the network carries it, with or without witnesses (BIP-144, "Serialization").

What Bitcoin Core checks of a transaction by itself (src/consensus/tx_check.cpp) holds for every value here, but for the
limit of money, which is each network's own: it is checked where bytes are read, and where there is a chain. Identifiers
are text, 64 hex digits as explorers show them; on the wire their bytes are reversed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from walletcore.chains.base import Address
from walletcore.chains.bitcoin.parts import (
    FLAG,
    MARKER,
    MAX_AMOUNT,
    MAX_ITEMS,
    MAX_MONEY,
    MAX_STACK,
    NULL,
    Parts,
    draft_parts,
    parted,
    skimmed,
    witnesses_at,
)
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
from walletcore.freezing import thawed
from walletcore.hashes import sha256d
from walletcore.remembering import memory

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.locks import Lock

__all__ = [
    "INPUTS",
    "MAX_AMOUNT",
    "MAX_MONEY",
    "OUTPOINT",
    "OUTPUTS",
    "SCRIPT",
    "TX_OUT",
    "UNSIGNED_TX",
    "WITNESS",
    "Tx",
    "TxIn",
    "TxOut",
    "Witness",
    "check_money",
    "encode_witness",
    "ends_of",
    "output_at",
    "read_output",
    "read_witness",
    "sized",
]

_U32 = 0xFFFF_FFFF
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
    _outpoint: bytes | None = memory()

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
        if self._outpoint is None:
            outpoint = bytes.fromhex(self.txid)[::-1] + self.vout.to_bytes(4, "little")
            object.__setattr__(self, "_outpoint", outpoint)
            return outpoint
        return self._outpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class TxOut:
    """An amount in satoshi, 0 to 2^63-1, and the script that guards it. Raises `TransactionError`.

    ``address`` or ``lock`` is what the script was made from, if it was (`pay`, `change`); they are not compared.
    """

    value: int
    script_pubkey: bytes
    address: Address | None = field(default=None, compare=False, repr=False)
    lock: Lock | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if type(self.value) is not int or not 0 <= self.value <= MAX_AMOUNT:
            raise TransactionError(f"expected a value from 0 to {MAX_AMOUNT} satoshi", reason="range")
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


def check_money(outputs: Sequence[TxOut], max_money: int) -> None:
    """Raise `TransactionError` ("range") where outputs are worth more together than a network's limit of money."""
    if sum([output.value for output in outputs]) > max_money:
        raise TransactionError(f"expected outputs of at most {max_money} satoshi together", reason="range")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tx:
    """Version, inputs, outputs, lock time; ``witnesses`` has one per input, or is empty where no input has any.

    Raises `TransactionError`: inputs and outputs are missing, an outpoint is spent twice, or outputs exceed 2^63-1.
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
        check_money(self.outputs, MAX_AMOUNT)
        outpoints = {(each.txid, each.vout) for each in self.inputs}
        if len(outpoints) != len(self.inputs):
            raise TransactionError("the same output is spent twice", reason="duplicate")
        if NULL in outpoints and (len(self.inputs) > 1 or not 2 <= len(self.inputs[0].script_sig) <= 100):
            raise TransactionError("a coinbase input stands alone, with a script_sig of 2 to 100 bytes", reason="range")
        if self.witnesses and (len(self.witnesses) != len(self.inputs) or not any(self.witnesses)):
            raise TransactionError("expected a witness per input, or none at all", reason="non-canonical")

    @classmethod
    def decode(cls, raw: bytes, *, max_money: int = MAX_MONEY) -> Tx:
        """Read a transaction, signed or not, whose outputs have at most ``max_money``. Raises `TransactionError`."""
        parts = parted(raw, max_money)
        if parts is not None:
            return _built(raw, parts)
        with raised_as(TransactionError):
            tx = TX.decode(raw)
        check_money(tx.outputs, max_money)
        return tx

    @classmethod
    def identified(cls, raw: bytes, *, max_money: int = MAX_MONEY) -> tuple[Tx, str]:
        """The same with its txid, which is the hash of these very bytes. Raises `TransactionError`."""
        parts = parted(raw, max_money)
        tx = cls.decode(raw, max_money=max_money) if parts is None else _built(raw, parts)
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
_TX_IN = trusted(TxIn, {"_outpoint": None}, txid=_ID, vout=u32le, script_sig=SCRIPT, sequence=u32le)
TX_OUT = trusted(TxOut, {"address": None, "lock": None}, value=bounded(u64le, MAX_AMOUNT), script_pubkey=SCRIPT)
INPUTS, OUTPUTS = array(_TX_IN, count=compact_size), array(TX_OUT, count=compact_size)
UNSIGNED_TX = struct(Tx, version=u32le, inputs=INPUTS, outputs=OUTPUTS, locktime=u32le)
_BODY = struct(_Body, inputs=INPUTS, outputs=OUTPUTS)
WITNESS = array(SCRIPT, count=bounded(compact_size, MAX_STACK))


def _read(reader: Reader) -> Tx:
    version = u32le.read(reader)
    has_witness = reader.data[reader.position : reader.position + 1] == MARKER
    if has_witness and reader.take(2) != MARKER + FLAG:
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
            most = min(MAX_STACK, MAX_ITEMS - items)
            start, count = reader.position, compact_size.read(reader)
            if count > most:
                raise DecodingError(f"expected at most {most} items, got {count}", reason="too-large")
            reader.position = start
            witnesses.append(WITNESS.read(reader))
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
    out += MARKER + FLAG
    INPUTS.write(tx.inputs, out)
    OUTPUTS.write(tx.outputs, out)
    for witness in tx.witnesses:
        WITNESS.write(witness, out)
    u32le.write(tx.locktime, out)


TX = Codec(kind=Tx, minimum=UNSIGNED_TX.minimum, read=_read, write=_write)


def sized(script: bytes) -> bytes:
    """A script, or an item of a witness, behind its size."""
    size = len(script)
    return _SIZES[size] + script if size < len(_SIZES) else SCRIPT.encode(script)


_SIZES = [bytes((size,)) for size in range(0xFD)]


def _encoded(tx: Tx, witnesses: tuple[Witness, ...] = ()) -> bytes:
    """What `TX` writes, of parts that the constructors have checked."""
    parts = [tx.version.to_bytes(4, "little"), MARKER + FLAG if witnesses else b""]
    parts.append(compact_size.encode(len(tx.inputs)))
    for each in tx.inputs:
        parts += each.outpoint, sized(each.script_sig), each.sequence.to_bytes(4, "little")
    parts.append(compact_size.encode(len(tx.outputs)))
    parts += [output.encode() for output in tx.outputs]
    parts += map(encode_witness, witnesses)
    return b"".join((*parts, tx.locktime.to_bytes(4, "little")))


def ends_of(raw: bytes) -> tuple[tuple[TxIn, ...], tuple[TxOut, ...]] | None:
    """Inputs and outputs of a transaction without witnesses that may lack both; None where `INPUTS` has to say why."""
    parts = draft_parts(raw)
    return None if parts is None else _ends_of(parts)


def output_at(raw: bytes, vout: int) -> tuple[str, TxOut | None]:
    """The txid of a transaction of any network, and its output at that place, if any. Raises `TransactionError`."""
    skim = skimmed(raw, vout)
    if skim is None:
        tx = Tx.decode(raw, max_money=MAX_AMOUNT)
        return tx.txid, tx.outputs[vout] if vout < len(tx.outputs) else None
    return skim[0][::-1].hex(), read_output(skim[1]) if skim[1] else None


def read_output(data: bytes) -> TxOut:
    """An output by itself. Raises `DecodingError`."""
    value = int.from_bytes(data[:8], "little")
    if len(data) < 9 or data[8] != len(data) - 9 or data[8] >= len(_SIZES) or value > MAX_AMOUNT:
        return TX_OUT.decode(data)  # longer, or refused
    return output_of(value, data[9:])


def read_witness(data: bytes) -> Witness:
    """A witness by itself. Raises `DecodingError`."""
    with suppress(IndexError, DecodingError):
        (witness,), end = witnesses_at(data, 0, 1)
        if end == len(data):
            return witness
    return WITNESS.decode(data)


def encode_witness(witness: Witness) -> bytes:
    """The bytes of a witness by itself."""
    count = len(witness)
    return b"".join((_SIZES[count] if count < len(_SIZES) else compact_size.encode(count), *map(sized, witness)))


def _built(raw: bytes, parts: Parts) -> Tx:
    """The value of parts that have been checked: the constructors would check them again."""
    inputs, outputs = _ends_of(parts)
    version, locktime = int.from_bytes(raw[:4], "little"), int.from_bytes(raw[-4:], "little")
    return _tx_of(version, inputs, outputs, parts.witnesses, locktime)


def _tx_of(
    version: int, inputs: tuple[TxIn, ...], outputs: tuple[TxOut, ...], witnesses: tuple[Witness, ...], locktime: int
) -> Tx:
    made = _new_tx()
    made.version = version
    made.inputs = inputs
    made.outputs = outputs
    made.witnesses = witnesses
    made.locktime = locktime
    made.__class__ = Tx
    tx: Tx = made
    return tx


def _ends_of(parts: Parts) -> tuple[tuple[TxIn, ...], tuple[TxOut, ...]]:
    return tuple([_input_of(*each) for each in parts.inputs]), tuple([output_of(*each) for each in parts.outputs])


def _input_of(outpoint: bytes, script_sig: bytes, sequence: bytes) -> TxIn:
    made = _new_input()
    made.txid = outpoint[31::-1].hex()
    made.vout = int.from_bytes(outpoint[32:], "little")
    made.script_sig = script_sig
    made.sequence = int.from_bytes(sequence, "little")
    made._outpoint = outpoint
    made.__class__ = TxIn
    found: TxIn = made
    return found


def output_of(value: int, script_pubkey: bytes) -> TxOut:
    """An output whose parts have been checked."""
    made = _new_output()
    made.value = value
    made.script_pubkey = script_pubkey
    made.address = made.lock = None
    made.__class__ = TxOut
    output: TxOut = made
    return output


_new_tx, _new_input, _new_output = thawed(Tx), thawed(TxIn), thawed(TxOut)
