"""PSBTs as bytes: version 0 (BIP-174) and version 2 (BIP-370), both ways.

Strict: one spelling of every number, no key twice, nothing after the end, no field of another version, none missing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, NamedTuple, TypeVar

from walletcore.chains.bitcoin.parts import size_at
from walletcore.chains.bitcoin.psbt.fields import NO_FIELDS, NO_OUTPUT_FIELDS, PsbtGlobals, PsbtInput, PsbtOutput
from walletcore.chains.bitcoin.psbt.maps import V0, V2, Field, Map, check_type
from walletcore.chains.bitcoin.tx import INPUTS, OUTPUTS, SCRIPT, TxIn, TxOut, ends_of
from walletcore.coding.text import decode_base64
from walletcore.coding.wire import Codec, Reader, compact_size, struct, u32le
from walletcore.errors import DecodingError, TransactionError, raised_as

__all__ = [
    "DRAFT",
    "MAGIC",
    "MAX_PSBT",
    "MAX_WEIGHT",
    "Draft",
    "Packet",
    "bytes_of",
    "check_types",
    "checked",
    "decode",
    "draft_in",
    "encode",
]

MAGIC = b"psbt\xff"
MAX_PSBT = 32_000_000  # bytes: 300 inputs with previous transactions as large as nodes relay
MAX_WEIGHT = 400_000  # units: nodes relay no more (src/policy/policy.h, MAX_STANDARD_TX_WEIGHT)
_ANY = 1 << 62  # more than there is
_INPUT_WEIGHT, _OUTPUT_WEIGHT = 230, 124  # the least: a taproot key path, a P2WPKH output; a byte of witness has one
_BYTE_WEIGHT = 4  # of a byte outside the witnesses (BIP-141)
_VALUE = 9  # bytes of an output beside its script: the amount, and a length of one byte
_SCRIPTS: dict[type[Map], tuple[int, ...]] = {PsbtGlobals: (), PsbtInput: (4, 5, 0x15), PsbtOutput: (0, 1, 6)}
"""Fields of scripts."""
_OUTPUT_SCRIPT = b"\x04"
_SIGHASH_TYPE, _PARTIAL_SIG, _NUMBER = b"\x03", 0x02, 4
_MULTIBYTE = 0xFD
_ONLY_TX = b"\x00"
"""The numbers of the fields of a global map of version 0 that says nothing but its transaction, as nearly all do."""

M = TypeVar("M", bound=Map)
Check = Callable[[bytes], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An unsigned transaction as a PSBT of version 0 carries it: it may lack inputs and outputs still (BIP-174)."""

    version: int
    inputs: tuple[TxIn, ...]
    outputs: tuple[TxOut, ...]
    locktime: int


DRAFT = struct(Draft, version=u32le, inputs=INPUTS, outputs=OUTPUTS, locktime=u32le)


class Packet(NamedTuple):
    """The maps of a PSBT; in version 0 also the transaction that its global map carries."""

    version: int
    globals: PsbtGlobals
    inputs: tuple[PsbtInput, ...]
    outputs: tuple[PsbtOutput, ...]
    draft: Draft | None = None


def bytes_of(text: str, max_size: int = MAX_PSBT) -> bytes:
    """The bytes of base64, in its one spelling without line breaks. Raises `TransactionError`."""
    _check_limits(max_size)
    most = 4 * (max_size + 2) // 3
    if type(text) is str and len(text) > most:
        hint = "max_size= sets another limit"
        raise TransactionError(f"expected at most {most} characters, got {len(text)}", reason="too-large", hint=hint)
    with raised_as(TransactionError):
        return decode_base64(text)


def decode(raw: bytes, max_weight: int = MAX_WEIGHT, max_size: int = MAX_PSBT) -> Packet:
    """Read a PSBT. Raises `TransactionError` with the place and name of the field.

    At most 32 MB, and ("too-large" as well) no more inputs and outputs than nodes relay. In 400,000 units of weight
    an input takes 230, an output 124 or what its bytes do, a byte of scripts in fields 1: each may cost a point.
    """
    _check_limits(max_weight, max_size)
    if type(raw) is bytes and len(raw) > max_size:
        hint = "max_size= sets another limit"
        raise TransactionError(f"expected at most {max_size} bytes, got {len(raw)}", reason="too-large", hint=hint)
    with raised_as(TransactionError):
        return _packet(max_weight).decode(raw)


def checked(
    version: int,
    common: PsbtGlobals,
    inputs: tuple[PsbtInput, ...],
    outputs: tuple[PsbtOutput, ...],
    max_weight: int = _ANY,
) -> Packet:
    """The packet of maps that were made here: their form is checked as if they came from elsewhere.

    Whoever read or made them has judged their size. Raises `TransactionError`.
    """
    if type(inputs) is not tuple or type(outputs) is not tuple or type(version) is not int:
        raise TransactionError("expected maps as tuples, and the version as int", reason="type")
    kinds = {type(common)}, set(map(type, inputs)), set(map(type, outputs))
    wanted: tuple[set[type], ...] = {PsbtGlobals}, {PsbtInput}, {PsbtOutput}
    if any(kind - want for kind, want in zip(kinds, wanted, strict=True)):
        raise TransactionError("expected maps of a PSBT", reason="type")
    packet = decode(encode(common, inputs, outputs), max_weight, _ANY)
    if packet.version != version:
        raise TransactionError(f"the maps are those of version {packet.version}", reason="version")
    return packet


def _check_limits(*limits: int) -> None:
    if any(type(limit) is not int for limit in limits):
        raise TransactionError("expected the most units of weight, or bytes, as int", reason="type")


@lru_cache(maxsize=4)
def _packet(most: int) -> Codec[Packet]:
    return Codec(kind=Packet, minimum=len(MAGIC) + 1, read=partial(_read, most=most), write=_write)


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


_Row = tuple[Container[int], Check, Container[int], Check, bool]
"""Of a field: sizes of keys, and of values, that need no check, each with the check; is it a script?"""


class _Table(NamedTuple):
    """What one version has for a kind of maps: its fields, and what is looked at in their records;
    the numbers of fields that only another version has, and of those that must be there.
    """

    fields: Mapping[int, Field]
    rows: Sequence[_Row | None]
    foreign: frozenset[int] = frozenset()
    required: frozenset[bytes] = frozenset()

    @classmethod
    def of(cls, kind: type[Map], version: int) -> _Table:
        fields = {number: each for number, each in kind.fields.items() if version in each.versions}
        required = frozenset(each.alone for each in fields.values() if each.required == version)
        return cls(fields, _rows(fields, _SCRIPTS[kind]), frozenset(kind.fields) - frozenset(fields), required)


def _rows(fields: Mapping[int, Field], scripts: Collection[int]) -> Sequence[_Row | None]:
    """By numbers, of which a byte has 256."""
    found: list[_Row | None] = [None] * 256
    for number, each in fields.items():
        sizes, check = ((), _by_itself) if each.hashed is not None else (each.value.sizes, each.value.check)
        found[number] = *_of_key(each), sizes, check, number in scripts
    return found


def _by_itself(_: bytes) -> None:
    """Fields whose key says something of their value are rare: `Field.check` has both."""
    raise DecodingError("expected a field that is read without its key", reason="mismatch")


def _of_key(field: Field) -> tuple[Container[int], Check]:
    """The sizes of keys whose data need no check, and the check of these data."""
    if field.key is None:
        return (1,), field.check_alone
    return [1 + size for size in field.key.sizes], field.key.check


_TABLES = {(kind, version): _Table.of(kind, version) for kind in _SCRIPTS for version in (V0, V2)}
_GLOBAL_TABLE = _Table(PsbtGlobals.fields, _rows(PsbtGlobals.fields, ()))
"""That of all versions, as the map says which one it is."""
_NOTHING: dict[Any, Any] = {PsbtInput: NO_FIELDS, PsbtOutput: NO_OUTPUT_FIELDS}


def _read_map(reader: Reader, kind: type[M], table: _Table) -> tuple[M, int]:
    """One map, each record checked, and the bytes of scripts in them."""
    try:
        records, numbers, weight, reader.position = _in_one_pass(reader.data, reader.position, table)
    except (IndexError, DecodingError):  # for the reader to say what is wrong
        found = kind.of(_one_by_one(reader, kind, table))
        return found, sum([len(value) for key, value in found.records if key[0] in _SCRIPTS[kind]])
    return kind.of(records, numbers), weight


def _in_one_pass(data: bytes, at: int, table: _Table) -> tuple[dict[bytes, bytes], bytes, int, int]:
    """Its records and their numbers, the same bytes, and where it ends. Whatever error this raises, the map is not
    what it is for.
    """
    records: dict[bytes, bytes] = {}  # `dict[bytes, bytes]()` would take a fifth of the time
    rows, required, weight, numbers = table.rows, table.required, 0, bytearray()
    while size := data[at]:  # a slice that is cut short ends the data, and the next byte is not there
        start = at + 1
        if size >= _MULTIBYTE:
            size, start = size_at(data, at)
        end = start + size
        key, many, at = data[start:end], data[end], end + 1
        if many >= _MULTIBYTE:
            many, at = size_at(data, end)
        end = at + many
        value = records[key] = data[at:end]
        at, number = end, key[0]
        numbers.append(number)
        row = rows[number]
        if row is None:
            if number >= _MULTIBYTE or number in table.foreign:
                raise DecodingError("expected a field of one byte", reason="version")
            continue
        keys, check_key, values, check, has_script = row
        if size not in keys:
            check_key(key[1:])
        if many not in values:
            check(value)
        if has_script:
            weight += many
    if len(records) < len(numbers) or (required and not required <= records.keys()):
        raise DecodingError("expected each record once", reason="duplicate")
    return records, bytes(numbers), weight, at + 1


def _one_by_one(reader: Reader, kind: type[Map], table: _Table) -> dict[bytes, bytes]:
    """The records of a map that is long, rare or wrong. Raises `DecodingError` with the name of the field."""
    records: dict[bytes, bytes] = {}
    number = None
    try:
        while key := SCRIPT.read(reader):
            number = key[0]
            if key in records:
                raise DecodingError("the same key twice in one map", reason="duplicate")
            value = records[key] = SCRIPT.read(reader)
            found = table.fields.get(number)
            if found is not None:
                found.check(key, value)
            elif number in table.foreign:
                raise DecodingError("a PSBT of this version has no such field", reason="version")
            elif number >= _MULTIBYTE:
                check_type(key)
            number = None
    except DecodingError as error:
        if number is not None:
            error.add_note(f".{kind.name(number)}")
        raise
    _check_required(records, kind, table.required)
    return records


def _check_required(records: dict[bytes, bytes], kind: type[Map], required: frozenset[bytes]) -> None:
    for key in sorted(required.difference(records)):
        raise DecodingError(f"expected {kind.name(key[0])}", reason="missing")


def _read_maps(
    reader: Reader, kind: type[M], version: int, number: int, room: int, most: int
) -> tuple[tuple[M, ...], int]:
    """One map per input or output, as long as their scripts leave room in the weight; and what is left."""
    table, nothing = _TABLES[kind, version], _NOTHING[kind]
    found: list[M] = []
    has_scripts = version != V0 and kind is PsbtOutput
    try:
        for _ in range(number):
            made, weight = _read_map(reader, kind, table)
            numbers = made._numbers
            if not numbers and version == V0:
                found.append(nothing)
                continue
            room -= weight
            if has_scripts:
                room -= max(0, _BYTE_WEIGHT * (_VALUE + len(made._records[_OUTPUT_SCRIPT])) - _OUTPUT_WEIGHT)
            if room < 0:
                _check_room(room, most)
            if _PARTIAL_SIG in numbers:
                check_types(made._records)
            found.append(made)
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


def _check_room(room: int, most: int) -> None:
    """Refuse what nodes would not relay, before anything is made of it."""
    if room < 0:
        hint = "max_weight= sets another limit"
        raise DecodingError(f"expected a transaction of at most {most} units of weight", reason="too-large", hint=hint)


def _room_beside(draft: Draft, most: int) -> int:
    """What is left of the weight beside inputs and outputs, signed: each has what the least of its kind has."""
    room = most - _INPUT_WEIGHT * len(draft.inputs)
    for each in draft.outputs:
        room -= max(_OUTPUT_WEIGHT, _BYTE_WEIGHT * (_VALUE + len(each.script_pubkey)))
    return room


def _read(reader: Reader, most: int) -> Packet:
    if reader.data[: len(MAGIC)] != MAGIC:
        raise DecodingError("expected a PSBT, which begins with psbt and ff", reason="prefix")
    reader.take(len(MAGIC))
    common = _read_globals(reader)
    version = V0 if common._numbers == _ONLY_TX else common.version or V0
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
    if reader.remaining:
        last = f"outputs[{counts[1] - 1}]" if counts[1] else f"inputs[{counts[0] - 1}]" if counts[0] else "globals"
        raise DecodingError(f"{reader.remaining} bytes remain after the last map, {last}", reason="trailing")
    return Packet(version=version, globals=common, inputs=inputs, outputs=outputs, draft=draft)


def _read_globals(reader: Reader) -> PsbtGlobals:
    try:
        return _read_map(reader, PsbtGlobals, _GLOBAL_TABLE)[0]
    except DecodingError as error:
        if not hasattr(error, "__notes__"):  # the name of a field says as much
            error.add_note(".globals")
        raise


def _check_globals(common: PsbtGlobals, version: int) -> None:
    if version == V0 and common._numbers == _ONLY_TX:
        return
    table = _TABLES[PsbtGlobals, version]
    for key in common._records:
        if key[0] in table.foreign:
            name = PsbtGlobals.name(key[0])
            raise DecodingError(f"{name}: a PSBT of version {version} has no such field", reason="version")
    _check_required(common._records, PsbtGlobals, table.required)
    for key, origin in common.xpub:
        if key[4] != len(origin.path):
            raise DecodingError("PSBT_GLOBAL_XPUB: expected a path as long as the key is deep", reason="mismatch")


def draft_in(common: PsbtGlobals, most: int = _ANY) -> Draft:
    """The transaction of a global map of version 0. Raises `DecodingError`."""
    raw = common.unsigned_tx or b""
    try:
        _check_room(most - _BYTE_WEIGHT * len(raw), most)
        ends = ends_of(raw)
        draft = DRAFT.decode(raw) if ends is None else _draft(raw, *ends)
        if {each.script_sig for each in draft.inputs} - {b""}:
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
