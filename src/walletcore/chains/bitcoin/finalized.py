"""Finalized PSBTs, in which proofs of funds travel (BIP-174, "Input Finalizer"; BIP-322, "Full (Proof of Funds)").

Version 0. A proof needs of each input what it spends and what it hands over; other fields change nothing and are passed
over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from walletcore.chains.bitcoin.inputs import Input
from walletcore.chains.bitcoin.script import kind_of
from walletcore.chains.bitcoin.tx import SCRIPT, TX_OUT, UNSIGNED_TX, WITNESS, Tx, TxIn, TxOut, Witness
from walletcore.coding.wire import Reader, u32le
from walletcore.errors import DecodingError, TransactionError, raised_as

__all__ = ["MAGIC", "decode_finalized", "encode_finalized", "read_map"]

MAGIC = b"psbt\xff"
_UNSIGNED, _VERSION = b"\x00", b"\xfb"
_NON_WITNESS_UTXO, _WITNESS_UTXO, _FINAL_SCRIPTSIG, _FINAL_SCRIPTWITNESS = b"\x00", b"\x01", b"\x07", b"\x08"
_END = b"\x00"

Map = dict[bytes, bytes]


def encode_finalized(signed: Tx, inputs: Sequence[Input]) -> bytes:
    """The finalized PSBT of a signed transaction, with what each input spends: all of it before segwit (BIP-174).

    A transaction that several of them spend from stands with the first (BIP-322).
    """
    told: set[str] = set()
    bare = tuple([replace(each, script_sig=b"") for each in signed.inputs])
    maps: list[Map] = [{_UNSIGNED: UNSIGNED_TX.encode(replace(signed, inputs=bare, witnesses=()))}]
    witnesses = signed.witnesses or ((),) * len(signed.inputs)
    for each, source, witness in zip(inputs, signed.inputs, witnesses, strict=True):
        fields: Map = {}
        if each.is_legacy and each.txid not in told:
            fields[_NON_WITNESS_UTXO] = each.previous
            told.add(each.txid)
        elif not each.is_legacy and each.spent is not None:
            fields[_WITNESS_UTXO] = TX_OUT.encode(each.spent)
        if source.script_sig:
            fields[_FINAL_SCRIPTSIG] = source.script_sig
        if witness:
            fields[_FINAL_SCRIPTWITNESS] = WITNESS.encode(witness)
        maps.append(fields)
    return MAGIC + b"".join(map(_encoded, (*maps, *({},) * len(signed.outputs))))


def _encoded(fields: Map) -> bytes:
    return b"".join([SCRIPT.encode(part) for pair in fields.items() for part in pair]) + _END


def decode_finalized(raw: bytes) -> tuple[Tx, tuple[TxOut, ...]]:
    """The transaction that a finalized PSBT holds, and what its inputs spend, as the PSBT says and where it proves it.

    An input before segwit needs the transaction that it spends from, its own or that of an input before it. Raises
    `TransactionError`.
    """
    with raised_as(TransactionError):
        reader = Reader(raw)
        if not raw.startswith(MAGIC):
            raise DecodingError("expected a PSBT, which begins with psbt and ff", reason="prefix")
        reader.take(len(MAGIC))
        tx = _unsigned(read_map(reader))
        maps = [read_map(reader) for _ in tx.inputs]
        for _ in tx.outputs:
            read_map(reader)
        if reader.remaining:
            raise DecodingError(f"{reader.remaining} bytes remain after the end", reason="trailing")
        witnesses = tuple([_witness(fields) for fields in maps])
        scripts = [fields.get(_FINAL_SCRIPTSIG, b"") for fields in maps]
        spent = _spent(tx.inputs, maps, witnesses)
    inputs = tuple([replace(each, script_sig=script) for each, script in zip(tx.inputs, scripts, strict=True)])
    return replace(tx, inputs=inputs, witnesses=witnesses if any(witnesses) else ()), spent


def read_map(reader: Reader) -> Map:
    """The records of one map, in their order. Raises `DecodingError`, "duplicate" where a key stands twice."""
    fields: Map = {}
    while key := SCRIPT.read(reader):
        if key in fields:
            raise DecodingError("the same key twice in one map", reason="duplicate")
        fields[key] = SCRIPT.read(reader)
    return fields


def _unsigned(fields: Map) -> Tx:
    version = u32le.decode(fields[_VERSION]) if _VERSION in fields else 0
    if version:
        raise DecodingError(f"expected a PSBT of version 0, got {version}", reason="unknown")
    if _UNSIGNED not in fields:
        raise DecodingError("expected an unsigned transaction", reason="missing")
    tx = UNSIGNED_TX.decode(fields[_UNSIGNED])
    if tx.is_signed:
        raise DecodingError("expected the scripts of inputs in their maps", reason="non-canonical")
    return tx


def _witness(fields: Map) -> Witness:
    return WITNESS.decode(fields[_FINAL_SCRIPTWITNESS]) if _FINAL_SCRIPTWITNESS in fields else ()


def _spent(inputs: Sequence[TxIn], maps: Sequence[Map], witnesses: Sequence[Witness]) -> tuple[TxOut, ...]:
    known: dict[str, tuple[TxOut, ...]] = {}
    found: list[TxOut] = []
    for index, (each, fields, witness) in enumerate(zip(inputs, maps, witnesses, strict=True)):
        if _NON_WITNESS_UTXO in fields:
            previous, txid = Tx.identified(fields[_NON_WITNESS_UTXO])
            if txid != each.txid:
                raise TransactionError(f"input {index}: the previous transaction has another txid", reason="mismatch")
            known[txid] = previous.outputs
        claimed = TX_OUT.decode(fields[_WITNESS_UTXO]) if _WITNESS_UTXO in fields else None
        found.append(_output(index, each, known.get(each.txid), claimed, is_segwit=bool(witness)))
    return tuple(found)


def _output(
    index: int, each: TxIn, outputs: tuple[TxOut, ...] | None, claimed: TxOut | None, *, is_segwit: bool
) -> TxOut:
    """What an input spends: proven by the transaction, or claimed, which a signature of segwit commits to."""
    if outputs is None:
        if claimed is None or kind_of(claimed.script_pubkey) in ("", "p2pkh") or not is_segwit:
            raise TransactionError(f"input {index}: expected the transaction that it spends from", reason="missing")
        return claimed
    if each.vout >= len(outputs) or claimed not in (None, outputs[each.vout]):
        raise TransactionError(f"input {index}: the previous transaction has another output there", reason="mismatch")
    return outputs[each.vout]
