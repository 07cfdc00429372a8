"""Between the versions of PSBTs (BIP-370): the transaction in the global map, or its parts in all maps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from walletcore.chains.bitcoin.psbt.codec import DRAFT, Draft, Packet
from walletcore.chains.bitcoin.psbt.fields import PsbtGlobals, PsbtInput, PsbtOutput
from walletcore.chains.bitcoin.psbt.maps import V0, V2, Map
from walletcore.chains.bitcoin.tx import TxIn, TxOut
from walletcore.errors import TransactionError

__all__ = ["converted", "draft_of", "input_of", "lock_time", "output_of"]

M = TypeVar("M", bound=Map)

_FINAL = 0xFFFF_FFFF  # the sequence of an input that names none (BIP-370)


def draft_of(common: PsbtGlobals, inputs: Sequence[PsbtInput], outputs: Sequence[PsbtOutput]) -> Draft:
    """The unsigned transaction that maps of version 2 describe. Raises `TransactionError`."""
    return Draft(
        version=common.tx_version or 0,
        inputs=tuple(map(_tx_in, inputs)),
        outputs=tuple(TxOut(value=each.amount or 0, script_pubkey=each.script or b"") for each in outputs),
        locktime=lock_time(common, inputs),
    )


def _tx_in(fields: PsbtInput) -> TxIn:
    txid, sequence = fields.previous_txid or b"", fields.sequence
    return TxIn(txid=txid[::-1].hex(), vout=fields.output_index or 0, sequence=_FINAL if sequence is None else sequence)


def lock_time(common: PsbtGlobals, inputs: Sequence[PsbtInput]) -> int:
    """BIP-370, "Determining Lock Time": the greatest that inputs require, as a height where all of them take one.

    Raises `TransactionError` ("mismatch") where one input takes a height only and another one a time only.
    """
    pairs = [(each.required_height_locktime, each.required_time_locktime) for each in inputs]
    required = [pair for pair in pairs if pair != (None, None)]
    if not required:
        return common.fallback_locktime or 0
    for kind in (0, 1):
        found = [pair[kind] for pair in required]
        known = [each for each in found if each is not None]
        if len(known) == len(found):
            return max(known)
    raise TransactionError("one input requires a height as lock time, another one a time", reason="mismatch")


def converted(packet: Packet, draft: Draft, version: int) -> Packet:
    """The same in the other version. Raises `TransactionError` ("version")."""
    if type(version) is not int or version not in (V0, V2):
        raise TransactionError("expected version 0 or 2", reason="version")
    if version == packet.version:
        return packet
    return _to_v2(packet, draft) if version == V2 else _to_v0(packet, draft)


def _to_v2(packet: Packet, draft: Draft) -> Packet:
    common = packet.globals.with_fields(
        unsigned_tx=None,
        tx_version=draft.version,
        fallback_locktime=draft.locktime or None,  # left out, it is 0
        input_count=len(draft.inputs),
        output_count=len(draft.outputs),
        version=V2,
    )
    inputs = tuple(map(input_of, packet.inputs, draft.inputs))
    outputs = tuple(map(output_of, packet.outputs, draft.outputs))
    return Packet(version=V2, globals=common, inputs=inputs, outputs=outputs)


def input_of(fields: PsbtInput, each: TxIn) -> PsbtInput:
    """The map of version 2 of an input, of which version 0 has these fields."""
    return fields.with_fields(
        previous_txid=bytes.fromhex(each.txid)[::-1],
        output_index=each.vout,
        sequence=None if each.sequence == _FINAL else each.sequence,
    )


def output_of(fields: PsbtOutput, each: TxOut) -> PsbtOutput:
    """The map of version 2 of an output, of which version 0 has these fields."""
    return fields.with_fields(amount=each.value, script=each.script_pubkey)


def _to_v0(packet: Packet, draft: Draft) -> Packet:
    common = _without_v2(packet.globals).with_fields(unsigned_tx=DRAFT.encode(draft), version=None)
    inputs, outputs = tuple(map(_without_v2, packet.inputs)), tuple(map(_without_v2, packet.outputs))
    return Packet(version=V0, globals=common, inputs=inputs, outputs=outputs, draft=draft)


def _without_v2(fields: M) -> M:
    return fields.without(number for number, each in fields.fields.items() if V0 not in each.versions)
