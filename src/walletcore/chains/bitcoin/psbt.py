"""Partially signed Bitcoin transactions, version 0: what a signer needs to know (BIP-174, BIP-371).

Strict: one spelling of every number, no key twice, nothing after the end, and no field that is not understood.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from walletcore.chains.bitcoin.tx import SCRIPT, TX_OUT, UNSIGNED_TX, Tx, TxOut
from walletcore.coding.wire import Codec, Reader, compact_size, fixed, u32le
from walletcore.errors import DecodingError, TransactionError, raised_as
from walletcore.path import KeyOrigin, Path

__all__ = ["MAGIC", "NO_FIELDS", "NO_OUTPUT_FIELDS", "Psbt", "PsbtInput", "PsbtOutput"]

MAGIC = b"psbt\xff"
_MAX_PSBT = 16_000_000  # bytes: a thousand inputs with previous transactions of 16 kB each
_MAX_WEIGHT = 400_000  # units: nodes relay no more (src/policy/policy.h, MAX_STANDARD_TX_WEIGHT)
_INPUT_WEIGHT, _OUTPUT_WEIGHT = 230, 124  # the least: a taproot key path, a P2WPKH output; a byte of witness has one
_BYTE_WEIGHT = 4  # of a byte outside the witnesses (BIP-141)
_MAX_STEPS = 255
_VALUE = 9  # bytes of an output beside its script: the amount, and a length of one byte
_COMPRESSED, _UNCOMPRESSED = 33, 65  # bytes of a key
_END = b"\x00"

Fields = TypeVar("Fields", "PsbtInput", "PsbtOutput")

Derivation = tuple[bytes, KeyOrigin]


@dataclass(frozen=True, slots=True, kw_only=True)
class PsbtInput:
    """The fields of one input, in BIP-174's and BIP-371's words; None, b"" and () where a field is absent.

    ``bip32_derivation``: keys as their scripts have them, compressed or not, and where they come from;
    ``tap_bip32_derivation``: the same for x-only keys without leaf hashes.
    """

    non_witness_utxo: bytes = b""
    witness_utxo: TxOut | None = None
    sighash_type: int | None = None
    redeem_script: bytes = b""
    witness_script: bytes = b""
    bip32_derivation: tuple[Derivation, ...] = ()
    tap_bip32_derivation: tuple[Derivation, ...] = ()
    tap_internal_key: bytes = b""
    tap_merkle_root: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class PsbtOutput:
    """The fields of one output that say who can spend it: those of change."""

    redeem_script: bytes = b""
    witness_script: bytes = b""
    bip32_derivation: tuple[Derivation, ...] = ()
    tap_internal_key: bytes = b""
    tap_bip32_derivation: tuple[Derivation, ...] = ()


NO_FIELDS, NO_OUTPUT_FIELDS = PsbtInput(), PsbtOutput()


@dataclass(frozen=True, slots=True, kw_only=True)
class Psbt:
    """An unsigned transaction and what is known of each of its inputs and outputs (by default nothing).

    Raises `TransactionError`.
    """

    unsigned_tx: Tx
    inputs: tuple[PsbtInput, ...]
    outputs: tuple[PsbtOutput, ...] = ()

    def __post_init__(self) -> None:
        if self.unsigned_tx.is_signed:
            raise TransactionError("expected an unsigned transaction", reason="non-canonical")
        if len(self.inputs) != len(self.unsigned_tx.inputs):
            raise TransactionError("expected one map per input", reason="length")
        if len(self.outputs) not in (0, len(self.unsigned_tx.outputs)):
            raise TransactionError("expected one map per output, or none", reason="length")

    @classmethod
    def decode(cls, raw: bytes) -> Psbt:
        """Read a PSBT. Raises `TransactionError`: "unknown", with its name, for a field that is not understood.

        At most 16 MB, and ("too-large" as well) no more inputs and outputs than nodes relay. In 400,000 units of weight
        an input takes 230, an output 124 or what its bytes do, a byte of scripts in fields 1: each may cost a point.
        """
        if type(raw) is bytes and len(raw) > _MAX_PSBT:
            raise TransactionError(f"expected at most {_MAX_PSBT} bytes, got {len(raw)}", reason="too-large")
        with raised_as(TransactionError):
            return _PSBT.decode(raw)

    def encode(self) -> bytes:
        """The bytes, the fields of each map in the order of their numbers."""
        return _PSBT.encode(self)


# What the values of fields look like.


def _read_origin(reader: Reader) -> KeyOrigin:
    fingerprint = reader.take(4)
    if reader.remaining > 4 * _MAX_STEPS:
        raise DecodingError(f"expected at most {_MAX_STEPS} steps", reason="too-large")
    return KeyOrigin(fingerprint, Path(tuple(u32le.read(reader) for _ in range((reader.remaining + 3) // 4))))


def _write_origin(origin: KeyOrigin, out: bytearray) -> None:
    out += origin.fingerprint
    for step in origin.path.steps:
        u32le.write(step, out)


def _read_tap_origin(reader: Reader) -> KeyOrigin:
    if compact_size.read(reader):
        raise DecodingError("leaf hashes belong to script-path spends", reason="unknown")
    return _read_origin(reader)


def _write_tap_origin(origin: KeyOrigin, out: bytearray) -> None:
    out += b"\x00"
    _write_origin(origin, out)


def _read_key(reader: Reader) -> bytes:
    """A key in the form that its script or address has it in: 33 bytes, or 65."""
    return reader.take(_UNCOMPRESSED if reader.remaining == _UNCOMPRESSED else _COMPRESSED)


def _read_unsigned(reader: Reader) -> Tx:
    _check_room(_MAX_WEIGHT - _BYTE_WEIGHT * reader.remaining)
    return UNSIGNED_TX.read(reader)


def _write_all(value: bytes, out: bytearray) -> None:
    out += value


_BYTES = Codec(kind=bytes, minimum=0, read=lambda reader: reader.take(reader.remaining), write=_write_all)
_UNSIGNED = Codec(kind=Tx, minimum=UNSIGNED_TX.minimum, read=_read_unsigned, write=UNSIGNED_TX.write)
_KEY = Codec(kind=bytes, minimum=33, read=_read_key, write=_write_all)
_ORIGIN = Codec(kind=KeyOrigin, minimum=4, read=_read_origin, write=_write_origin)
_TAP_ORIGIN = Codec(kind=KeyOrigin, minimum=5, read=_read_tap_origin, write=_write_tap_origin)


# Maps: which fields there are, and which of them are understood.


@dataclass(frozen=True, slots=True)
class _Field:
    """Where a field's value belongs, and its format; with ``key``, the field may stand once per key."""

    attribute: str
    value: Codec[Any]
    key: Codec[bytes] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Global:
    unsigned_tx: Tx | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Map:
    """The fields of one kind of map: BIP-174's names by number, and those that are understood."""

    prefix: str
    names: str
    fields: Mapping[int, _Field] = field(default_factory=dict)

    def name(self, number: int) -> str:
        names = self.names.split()
        return f"{self.prefix}_{names[number] if number < len(names) else f'0x{number:02X}'}"


_GLOBAL = _Map(
    prefix="PSBT_GLOBAL",
    names="UNSIGNED_TX XPUB TX_VERSION FALLBACK_LOCKTIME INPUT_COUNT OUTPUT_COUNT TX_MODIFIABLE",
    fields={0x00: _Field("unsigned_tx", _UNSIGNED), 0xFB: _Field("version", u32le)},
)
_INPUT = _Map(
    prefix="PSBT_IN",
    names="NON_WITNESS_UTXO WITNESS_UTXO PARTIAL_SIG SIGHASH_TYPE REDEEM_SCRIPT WITNESS_SCRIPT BIP32_DERIVATION"
    " FINAL_SCRIPTSIG FINAL_SCRIPTWITNESS POR_COMMITMENT RIPEMD160 SHA256 HASH160 HASH256 PREVIOUS_TXID OUTPUT_INDEX"
    " SEQUENCE REQUIRED_TIME_LOCKTIME REQUIRED_HEIGHT_LOCKTIME TAP_KEY_SIG TAP_SCRIPT_SIG TAP_LEAF_SCRIPT"
    " TAP_BIP32_DERIVATION TAP_INTERNAL_KEY TAP_MERKLE_ROOT",
    fields={
        0x00: _Field("non_witness_utxo", _BYTES),
        0x01: _Field("witness_utxo", TX_OUT),
        0x03: _Field("sighash_type", u32le),
        0x04: _Field("redeem_script", _BYTES),
        0x05: _Field("witness_script", _BYTES),
        0x06: _Field("bip32_derivation", _ORIGIN, _KEY),
        0x16: _Field("tap_bip32_derivation", _TAP_ORIGIN, fixed(32)),
        0x17: _Field("tap_internal_key", fixed(32)),
        0x18: _Field("tap_merkle_root", fixed(32)),
    },
)
_OUTPUT = _Map(
    prefix="PSBT_OUT",
    names="REDEEM_SCRIPT WITNESS_SCRIPT BIP32_DERIVATION AMOUNT SCRIPT TAP_INTERNAL_KEY TAP_TREE TAP_BIP32_DERIVATION",
    fields={
        0x00: _Field("redeem_script", _BYTES),
        0x01: _Field("witness_script", _BYTES),
        0x02: _Field("bip32_derivation", _ORIGIN, _KEY),
        0x05: _Field("tap_internal_key", fixed(32)),
        0x07: _Field("tap_bip32_derivation", _TAP_ORIGIN, fixed(32)),
    },
)


def _read_map(reader: Reader, known: _Map, step: str = "") -> dict[str, Any]:
    """The values of the fields of one map, by attribute."""
    values: dict[str, Any] = {}
    seen: set[bytes] = set()
    number = None
    try:
        while key := SCRIPT.read(reader):
            number = key[0]
            if key in seen:
                raise DecodingError("the same key twice in one map", reason="duplicate")
            seen.add(key)
            _read_field(values, known, key, SCRIPT.read(reader))
            number = None
    except DecodingError as error:
        error.add_note(step if number is None else f"{step}.{known.name(number)}")
        raise
    return {attribute: tuple(value) if type(value) is list else value for attribute, value in values.items()}


def _read_field(values: dict[str, Any], known: _Map, key: bytes, value: bytes) -> None:
    """``<keytype> <keydata>`` and ``<valuedata>`` of one field."""
    number, data = key[0], key[1:]
    if number not in known.fields:
        raise DecodingError("this field is not understood", reason="unknown")
    found = known.fields[number]
    if found.key is not None:
        values.setdefault(found.attribute, []).append((found.key.decode(data), found.value.decode(value)))
    elif data:
        raise DecodingError(f"expected no key data, got {len(data)} bytes", reason="length")
    else:
        values[found.attribute] = found.value.decode(value)


def _write_map(values: object, known: _Map, out: bytearray) -> None:
    for number, each in known.fields.items():
        value = getattr(values, each.attribute)
        pairs = value if each.key is not None else () if value in (None, b"") else ((b"", value),)
        for data, content in pairs:
            SCRIPT.write(bytes((number,)) + data, out)
            SCRIPT.write(each.value.encode(content), out)
    out.append(0)


def _read_maps(reader: Reader, known: _Map, nothing: Fields, number: int, room: int) -> tuple[tuple[Fields, ...], int]:
    """One map per input or output, as long as their scripts leave room in the weight; and what is left."""
    step = ".inputs" if known is _INPUT else ".outputs"
    found: list[Fields] = []
    for place in range(number):
        if reader.data.startswith(_END, reader.position):  # no fields
            reader.position += 1
            found.append(nothing)
            continue
        each = type(nothing)(**_read_map(reader, known, f"{step}[{place}]"))
        room -= len(each.redeem_script) + len(each.witness_script)
        _check_room(room)
        found.append(each)
    return tuple(found), room


def _check_room(room: int) -> None:
    """Refuse what nodes would not relay, before anything is made of it."""
    if room < 0:
        raise DecodingError(f"expected a transaction of at most {_MAX_WEIGHT} units of weight", reason="too-large")


def _room_beside(tx: Tx) -> int:
    """What is left of the weight beside inputs and outputs, signed: each has what the least of its kind has."""
    scripts = (len(each.script_pubkey) for each in tx.outputs)
    outputs = sum(max(_OUTPUT_WEIGHT, _BYTE_WEIGHT * (_VALUE + size)) for size in scripts)
    return _MAX_WEIGHT - _INPUT_WEIGHT * len(tx.inputs) - outputs


def _read(reader: Reader) -> Psbt:
    if reader.data[: len(MAGIC)] != MAGIC:
        raise DecodingError("expected a PSBT, which begins with psbt and ff", reason="prefix")
    reader.take(len(MAGIC))
    common = _Global(**_read_map(reader, _GLOBAL))
    if common.version:
        raise DecodingError(f"expected version 0, got {common.version}", reason="version")
    if common.unsigned_tx is None:
        raise DecodingError("expected an unsigned transaction", reason="missing")
    tx, room = common.unsigned_tx, _room_beside(common.unsigned_tx)
    _check_room(room)
    inputs, room = _read_maps(reader, _INPUT, NO_FIELDS, len(tx.inputs), room)
    outputs, _ = _read_maps(reader, _OUTPUT, NO_OUTPUT_FIELDS, len(tx.outputs), room)
    return Psbt(unsigned_tx=tx, inputs=inputs, outputs=outputs)


def _write(psbt: Psbt, out: bytearray) -> None:
    out += MAGIC
    _write_map(_Global(unsigned_tx=psbt.unsigned_tx), _GLOBAL, out)
    for each in psbt.inputs:
        _write_map(each, _INPUT, out)
    for output in psbt.outputs or (NO_OUTPUT_FIELDS,) * len(psbt.unsigned_tx.outputs):
        _write_map(output, _OUTPUT, out)


_PSBT = Codec(kind=Psbt, minimum=len(MAGIC) + 1, read=_read, write=_write)
