"""A transaction as the network carries it, with or without witnesses (BIP-144, "Serialization").

What Bitcoin Core checks of a transaction by itself (src/consensus/tx_check.cpp) holds for every value here. Identifiers
are text, 64 hex digits as explorers show them; on the wire their bytes are reversed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

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
    "INPUTS",
    "MAX_MONEY",
    "OUTPOINT",
    "OUTPUTS",
    "SCRIPT",
    "TX_OUT",
    "UNSIGNED_TX",
    "Tx",
    "TxIn",
    "TxOut",
    "Witness",
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
        if sum(output.value for output in self.outputs) > MAX_MONEY:
            raise TransactionError(f"expected outputs of at most {MAX_MONEY} satoshi together", reason="range")
        outpoints = {(each.txid, each.vout) for each in self.inputs}
        if len(outpoints) != len(self.inputs):
            raise TransactionError("the same output is spent twice", reason="duplicate")
        if _NULL in outpoints and (len(self.inputs) > 1 or not 2 <= len(self.inputs[0].script_sig) <= 100):
            raise TransactionError("a coinbase input stands alone, with a script_sig of 2 to 100 bytes", reason="range")
        if type(self.witnesses) is not tuple or not all(map(_is_witness, self.witnesses)):
            raise TransactionError("expected witnesses as a tuple of tuples of bytes", reason="type")
        if self.witnesses and (len(self.witnesses) != len(self.inputs) or not any(self.witnesses)):
            raise TransactionError("expected a witness per input, or none at all", reason="non-canonical")

    @classmethod
    def decode(cls, raw: bytes) -> Tx:
        """Read a transaction, signed or not. Raises `TransactionError`."""
        if type(raw) is bytes and len(raw) > _MAX_TX:
            raise TransactionError(f"expected at most {_MAX_TX} bytes, got {len(raw)}", reason="too-large")
        with raised_as(TransactionError):
            return TX.decode(raw)

    @classmethod
    def identified(cls, raw: bytes) -> tuple[Tx, str]:
        """The same with its txid, which is the hash of these very bytes. Raises `TransactionError`."""
        tx = cls.decode(raw)
        return tx, sha256d(_stripped(raw, tx.witnesses))[::-1].hex()

    def encode(self) -> bytes:
        """The bytes that nodes exchange, with the witnesses if there are any."""
        return TX.encode(self)

    @property
    def is_signed(self) -> bool:
        """Whether any input has a script_sig or a witness."""
        return bool(self.witnesses) or any(each.script_sig for each in self.inputs)

    @property
    def txid(self) -> str:
        """The id that explorers show: of the transaction without witnesses."""
        return sha256d(UNSIGNED_TX.encode(self))[::-1].hex()

    @property
    def vsize(self) -> int:
        """The size that fees are counted by: a quarter of its weight, rounded up (BIP-141, "Transaction size")."""
        return (3 * len(UNSIGNED_TX.encode(self)) + len(self.encode()) + 3) // 4

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
INPUTS, OUTPUTS = array(_TX_IN, count=compact_size), array(TX_OUT, count=compact_size)
UNSIGNED_TX = struct(Tx, version=u32le, inputs=INPUTS, outputs=OUTPUTS, locktime=u32le)
_BODY = struct(_Body, inputs=INPUTS, outputs=OUTPUTS)
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


def _stripped(raw: bytes, witnesses: tuple[Witness, ...]) -> bytes:
    """The bytes of a transaction without marker, flag and witnesses (BIP-144): those that its txid is the hash of."""
    if not witnesses:
        return raw
    end = len(raw) - 4
    return raw[:4] + raw[6 : end - sum(len(_WITNESS.encode(each)) for each in witnesses)] + raw[end:]


def _write(tx: Tx, out: bytearray) -> None:
    if not tx.witnesses:
        UNSIGNED_TX.write(tx, out)
        return
    u32le.write(tx.version, out)
    out += _MARKER + _FLAG
    INPUTS.write(tx.inputs, out)
    OUTPUTS.write(tx.outputs, out)
    for witness in tx.witnesses:
        _WITNESS.write(witness, out)
    u32le.write(tx.locktime, out)


TX = Codec(kind=Tx, minimum=UNSIGNED_TX.minimum, read=_read, write=_write)
