"""PSBTs as bytes: version 0 (BIP-174) and version 2 (BIP-370), both ways.

Strict: one spelling of every number, no key twice, nothing after the end, no field of another version, none missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from walletcore.chains.bitcoin.psbt.fields import PsbtGlobals, PsbtInput, PsbtOutput
from walletcore.chains.bitcoin.psbt.maps import V0, V2, Field, Map, check_type
from walletcore.chains.bitcoin.tx import INPUTS, OUTPUTS, SCRIPT, TxIn, TxOut, ends_of
from walletcore.coding.wire import Codec, Reader, compact_size, struct, u32le
from walletcore.errors import DecodingError, TransactionError, raised_as

__all__ = ["DRAFT", "MAGIC", "MAX_PSBT", "MAX_WEIGHT", "Draft", "Packet", "check_types", "decode", "draft_in", "encode"]

MAGIC = b"psbt\xff"
MAX_PSBT = 16_000_000  # bytes: a thousand inputs with previous transactions of 16 kB each
MAX_WEIGHT = 400_000  # units: nodes relay no more (src/policy/policy.h, MAX_STANDARD_TX_WEIGHT)
_INPUT_WEIGHT, _OUTPUT_WEIGHT = 230, 124  # the least: a taproot key path, a P2WPKH output; a byte of witness has one
_BYTE_WEIGHT = 4  # of a byte outside the witnesses (BIP-141)
_VALUE = 9  # bytes of an output beside its script: the amount, and a length of one byte
_SCRIPTS = {PsbtInput: frozenset((0x04, 0x05, 0x15)), PsbtOutput: frozenset((0x00, 0x01, 0x06))}
"""Fields of scripts."""
_OUTPUT_SCRIPT = b"\x04"
_SIGHASH_TYPE, _PARTIAL_SIG, _NUMBER = b"\x03", 0x02, 4
_MULTIBYTE = 0xFD

M = TypeVar("M", PsbtInput, PsbtOutput)
_Table = Mapping[int, Field]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An unsigned transaction as a PSBT of version 0 carries it: it may lack inputs and outputs still (BIP-174)."""

    version: int
    inputs: tuple[TxIn, ...]
    outputs: tuple[TxOut, ...]
    locktime: int


DRAFT = struct(Draft, version=u32le, inputs=INPUTS, outputs=OUTPUTS, locktime=u32le)


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """The maps of a PSBT; in version 0 also the transaction that its global map carries."""

    version: int
    globals: PsbtGlobals
    inputs: tuple[PsbtInput, ...]
    outputs: tuple[PsbtOutput, ...]
    draft: Draft | None = None


def decode(raw: bytes, max_weight: int = MAX_WEIGHT) -> Packet:
    """Read a PSBT. Raises `TransactionError` with the place and name of the field.

    At most 16 MB, and ("too-large" as well) no more inputs and outputs than nodes relay. In 400,000 units of weight
    an input takes 230, an output 124 or what its bytes do, a byte of scripts in fields 1: each may cost a point.
    """
    if type(max_weight) is not int:
        raise TransactionError("expected the most units of weight as int", reason="type")
    if type(raw) is bytes and len(raw) > MAX_PSBT:
        raise TransactionError(f"expected at most {MAX_PSBT} bytes, got {len(raw)}", reason="too-large")
    with raised_as(TransactionError):
        return Codec(kind=Packet, minimum=len(MAGIC) + 1, read=partial(_read, most=max_weight), write=_write).decode(
            raw
        )


def encode(common: PsbtGlobals, inputs: tuple[PsbtInput, ...], outputs: tuple[PsbtOutput, ...]) -> bytes:
    """The bytes of these maps, their records in the order that they have."""
    out = bytearray(MAGIC)
    for each in (common, *inputs, *outputs):
        for record in each.records:
            for part in record:
                if len(part) < _MULTIBYTE:
                    out.append(len(part))
                else:
                    compact_size.write(len(part), out)
                out += part
        out.append(0)
    return bytes(out)


def _tables(kind: type[Map], version: int) -> tuple[_Table, frozenset[int], tuple[int, ...]]:
    """The fields of one version, the numbers of those that only another one has, and of those that must be there."""
    fields = kind.fields.items()
    table = {number: each for number, each in fields if version in each.versions}
    required = tuple(number for number, each in fields if each.required == version)
    return table, frozenset(kind.fields) - frozenset(table), required


_TABLES = {(kind, version): _tables(kind, version) for kind in (PsbtInput, PsbtOutput) for version in (V0, V2)}
_GLOBAL_TABLE: tuple[_Table, frozenset[int], tuple[int, ...]] = (PsbtGlobals.fields, frozenset(), ())


def _read_records(
    reader: Reader, kind: type[Map], tables: tuple[_Table, frozenset[int], tuple[int, ...]]
) -> dict[bytes, bytes]:
    """The records of one map, each checked."""
    table, foreign, required = tables
    records: dict[bytes, bytes] = {}
    number = None
    try:
        while key := _read_part(reader):
            number = key[0]
            if key in records:
                raise DecodingError("the same key twice in one map", reason="duplicate")
            value = records[key] = _read_part(reader)
            found = table.get(number)
            if found is not None:
                if len(key) == 1 and found.key is None:
                    found.value.check(value)
                else:
                    found.check(key, value)
            elif number in foreign:
                raise DecodingError("a PSBT of this version has no such field", reason="version")
            elif number >= _MULTIBYTE:
                check_type(key)
            number = None
    except DecodingError as error:
        if number is not None:
            error.add_note(f".{kind.name(number)}")
        raise
    if required:
        _check_required(records, kind, required)
    return records


def _read_part(reader: Reader) -> bytes:
    """A key or a value; what is shorter than 253 bytes, as nearly all are, without another call."""
    data, position = reader.data, reader.position
    size = data[position] if position < len(data) else _MULTIBYTE
    stop = position + 1 + size
    if size >= _MULTIBYTE or stop > len(data):
        return SCRIPT.read(reader)
    reader.position = stop
    return data[position + 1 : stop]


def _check_required(records: dict[bytes, bytes], kind: type[Map], required: tuple[int, ...]) -> None:
    for number in required:
        if bytes((number,)) not in records:
            raise DecodingError(f"expected {kind.name(number)}", reason="missing")


def _read_maps(
    reader: Reader, kind: type[M], version: int, number: int, room: int, most: int
) -> tuple[tuple[M, ...], int]:
    """One map per input or output, as long as their scripts leave room in the weight; and what is left."""
    tables, scripts, nothing = _TABLES[kind, version], _SCRIPTS[kind], kind()
    found: list[M] = []
    data = reader.data
    bare = version == V0
    try:
        for _ in range(number):
            if bare and data[reader.position : reader.position + 1] == b"\x00":  # no fields
                reader.position += 1
                found.append(nothing)
                continue
            records = _read_records(reader, kind, tables)
            if not scripts.isdisjoint(bytes([key[0] for key in records])):
                room -= _weight(records, scripts)
            if not bare and kind is PsbtOutput:
                room -= max(0, _BYTE_WEIGHT * (_VALUE + len(records[_OUTPUT_SCRIPT])) - _OUTPUT_WEIGHT)
            _check_room(room, most)
            if _SIGHASH_TYPE in records:
                check_types(records)
            found.append(kind.of(records))
    except DecodingError as error:
        error.add_note(f"{'.inputs' if kind is PsbtInput else '.outputs'}[{len(found)}]")
        raise
    return tuple(found), room


def check_types(records: dict[bytes, bytes]) -> None:
    """BIP-174, PSBT_IN_SIGHASH_TYPE: what signatures must have as their type, where it is named. `DecodingError`."""
    wanted = records.get(_SIGHASH_TYPE)
    if wanted is not None and len(wanted) == _NUMBER:
        for key, value in records.items():
            if key[0] == _PARTIAL_SIG and value[-1] != wanted[0]:
                raise DecodingError("a signature of another type than PSBT_IN_SIGHASH_TYPE", reason="mismatch")


def _weight(records: dict[bytes, bytes], scripts: frozenset[int]) -> int:
    return sum([len(value) for key, value in records.items() if key[0] in scripts])


def _check_room(room: int, most: int) -> None:
    """Refuse what nodes would not relay, before anything is made of it."""
    if room < 0:
        raise DecodingError(f"expected a transaction of at most {most} units of weight", reason="too-large")


def _room_beside(draft: Draft, most: int) -> int:
    """What is left of the weight beside inputs and outputs, signed: each has what the least of its kind has."""
    scripts = (len(each.script_pubkey) for each in draft.outputs)
    outputs = sum(max(_OUTPUT_WEIGHT, _BYTE_WEIGHT * (_VALUE + size)) for size in scripts)
    return most - _INPUT_WEIGHT * len(draft.inputs) - outputs


def _read(reader: Reader, most: int) -> Packet:
    if reader.data[: len(MAGIC)] != MAGIC:
        raise DecodingError("expected a PSBT, which begins with psbt and ff", reason="prefix")
    reader.take(len(MAGIC))
    common = PsbtGlobals.of(_read_records(reader, PsbtGlobals, _GLOBAL_TABLE))
    version = common.version or V0
    if version not in (V0, V2):
        raise DecodingError(f"expected version 0 or 2, got {version}", reason="version")
    _check_globals(common, version)
    draft = None
    if version == V0:
        draft = draft_in(common, most)
        counts, room = (len(draft.inputs), len(draft.outputs)), _room_beside(draft, most)
    else:
        counts = common.input_count or 0, common.output_count or 0
        room = most - _INPUT_WEIGHT * counts[0] - _OUTPUT_WEIGHT * counts[1]
    _check_room(room, most)
    inputs, room = _read_maps(reader, PsbtInput, version, counts[0], room, most)
    outputs, _ = _read_maps(reader, PsbtOutput, version, counts[1], room, most)
    return Packet(version=version, globals=common, inputs=inputs, outputs=outputs, draft=draft)


def _check_globals(common: PsbtGlobals, version: int) -> None:
    _, foreign, required = _tables(PsbtGlobals, version)
    for key in common._records:
        if key[0] in foreign:
            name = PsbtGlobals.name(key[0])
            raise DecodingError(f"{name}: a PSBT of version {version} has no such field", reason="version")
    _check_required(common._records, PsbtGlobals, required)
    for key, origin in common.xpub:
        if key[4] != len(origin.path):
            raise DecodingError("PSBT_GLOBAL_XPUB: expected a path as long as the key is deep", reason="mismatch")


def draft_in(common: PsbtGlobals, most: int = MAX_WEIGHT) -> Draft:
    """The transaction of a global map of version 0. Raises `DecodingError`."""
    raw = common.unsigned_tx or b""
    try:
        _check_room(most - _BYTE_WEIGHT * len(raw), most)
        ends = ends_of(raw)
        draft = DRAFT.decode(raw) if ends is None else _draft(raw, *ends)
        if any(each.script_sig for each in draft.inputs):
            raise DecodingError("expected an unsigned transaction", reason="non-canonical")
    except DecodingError as error:
        error.add_note(f".{PsbtGlobals.name(0)}")
        raise
    return draft


def _draft(raw: bytes, inputs: tuple[TxIn, ...], outputs: tuple[TxOut, ...]) -> Draft:
    version, locktime = int.from_bytes(raw[:4], "little"), int.from_bytes(raw[-4:], "little")
    return Draft(version=version, inputs=inputs, outputs=outputs, locktime=locktime)


def _write(packet: Packet, out: bytearray) -> None:
    out += encode(packet.globals, packet.inputs, packet.outputs)
