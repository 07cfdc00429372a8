"""Values of contracts: SCVal in all its kinds (CAP-46-1; stellar-xdr, Stellar-contract.x), read and written by a table.

Only what the host takes is a value here: vectors and maps are present, the keys of a map ascend and are different
(CAP-46-1, "Comparison"), symbols have the characters of symbols, and nothing is nested more than `MAX_DEPTH` levels.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from walletcore.chains.stellar.executables import EXECUTABLE, Executable, ExternalExecutable
from walletcore.chains.stellar.scaddress import ADDRESS, SCAddress
from walletcore.coding import xdr
from walletcore.coding.wire import Codec, Reader, struct
from walletcore.errors import DecodingError, TransactionError, raised_as
from walletcore.remembering import memory, remembered

__all__ = [
    "MAX_DEPTH",
    "MAX_SIZE",
    "SCVAL",
    "SYMBOL",
    "Instance",
    "SCError",
    "SCVal",
    "scval",
]

MAX_DEPTH = 100
"""Levels of values within values: rs-soroban-env, DEFAULT_HOST_DEPTH_LIMIT, beyond which no host takes one."""
MAX_SIZE = 1 << 20
"""Bytes of anything that is decoded here: more than any network allows a transaction to have."""
_SYMBOL = re.compile(r"[A-Za-z0-9_]{0,32}", re.ASCII)  # SCSYMBOL_LIMIT
_ERROR_TYPES, _CONTRACT_ERROR, _ERROR_CODES = 10, 0, 10  # SCErrorType, SCE_CONTRACT, SCErrorCode


@dataclass(frozen=True, slots=True, kw_only=True)
class SCError:
    """An error: ``type`` 0 (of a contract) with a code below 2^32, or 1 to 9 (of the host) with a code from 0 to 9."""

    type: int
    code: int

    def __post_init__(self) -> None:
        if type(self.type) is not int or not 0 <= self.type < _ERROR_TYPES:
            raise DecodingError(f"expected an error type below {_ERROR_TYPES}", reason="unknown")
        if type(self.code) is not int:
            raise DecodingError("expected an int as error code", reason="type")
        if self.type != _CONTRACT_ERROR and not 0 <= self.code < _ERROR_CODES:
            raise DecodingError(f"expected an error code below {_ERROR_CODES}", reason="unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A contract's instance as the ledger keeps it; ``storage`` are entries as in a map, or None where it has none."""

    executable: Executable | ExternalExecutable
    storage: tuple[tuple[SCVal, SCVal], ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SCVal:
    """A value of one ``kind``, a name of the table `KINDS`; the type of ``value`` is the kind's.

    bool; None (void, ledger-key-contract-instance); `SCError` (error); int (u32 to i256, timepoint, duration,
    ledger-key-nonce); bytes (bytes, string, executable-tag); str (symbol); a tuple of values (vec) or of pairs of them
    (map); `SCAddress` (address); `Instance` (contract-instance). Raises `TransactionError`.
    """

    kind: str
    value: Any
    depth: int = field(init=False, repr=False, compare=False)
    """Levels of values in it, its own counted."""
    _order: Any = memory()

    def __post_init__(self) -> None:
        row = _ROWS.get(self.kind) if type(self.kind) is str else None
        if row is None:
            raise TransactionError("expected a kind of SCVal", reason="unknown")
        try:
            inner = row.check(self.value)
        except DecodingError as error:
            raise TransactionError(str(error), reason=error.reason) from None
        if inner >= MAX_DEPTH:
            raise TransactionError(f"expected at most {MAX_DEPTH} values within each other", reason="too-deep")
        object.__setattr__(self, "depth", inner + 1)

    @remembered
    def order(self) -> tuple[Any, ...]:
        """Where the value stands among others: the host's order, by kind and then by what it is."""
        row = _ROWS[self.kind]
        return row.number, row.order(self.value)

    def encode(self) -> bytes:
        """The XDR."""
        return SCVAL.encode(self)

    @staticmethod
    def decode(raw: bytes) -> SCVal:
        """Read the XDR of a value, all of it. Raises `TransactionError`."""
        if type(raw) is bytes and len(raw) > MAX_SIZE:
            raise TransactionError(f"expected at most {MAX_SIZE} bytes", reason="too-large")
        with raised_as(TransactionError):
            return SCVAL.decode(raw)

    def __str__(self) -> str:
        return _ROWS[self.kind].text(self.value)


Entries = tuple[tuple[SCVal, SCVal], ...]


def scval(kind: str, value: Any = None) -> SCVal:
    """A value, of what is usual in Python: a str for a string, an iterable for a vec, a mapping for a map, which is
    brought into order, an address or its text for an address. Raises `TransactionError`.
    """
    with raised_as(TransactionError):
        if kind == "string" and type(value) is str:
            value = value.encode()
        elif kind == "vec" and isinstance(value, Iterable):
            value = tuple(value)
        elif kind == "map" and isinstance(value, Mapping):
            value = tuple(sorted(value.items(), key=_place))
        elif kind == "address":
            value = SCAddress.of(value)
        return SCVal(kind=kind, value=value)


def _place(entry: tuple[Any, Any]) -> Any:
    _check_type(entry[0], SCVal)
    return entry[0].order()


# Checks: each gives the levels of values below, 0 for what holds none.


def _check_type(value: object, kind: type) -> None:
    if type(value) is not kind:
        raise DecodingError(f"expected {kind.__name__}, got {type(value).__name__}", reason="type")


def _check_symbol(value: Any) -> int:
    _check_type(value, str)
    if not _SYMBOL.fullmatch(value):
        raise DecodingError("expected at most 32 letters, digits and underscores as symbol", reason="character")
    return 0


def _check_vec(value: Any) -> int:
    _check_type(value, tuple)
    deepest = 0
    for each in value:
        _check_type(each, SCVal)
        deepest = max(deepest, each.depth)
    return deepest


def _check_map(value: Any) -> int:
    _check_type(value, tuple)
    deepest, before = 0, None
    for entry in value:
        _check_type(entry, tuple)
        if len(entry) != 2:
            raise DecodingError("expected pairs of a key and a value", reason="length")
        deepest = max(deepest, _check_vec(entry))
        order = entry[0].order()
        if before is not None and before >= order:
            reason = "duplicate" if before == order else "non-canonical"
            raise DecodingError("expected the keys of a map in ascending order, each once", reason=reason)
        before = order
    return deepest


def _check_instance(value: Any) -> int:
    _check_type(value, Instance)
    EXECUTABLE.write(value.executable, bytearray())
    return 0 if value.storage is None else _check_map(value.storage)


def _check_plain(kind: type, codec: Codec[Any], value: Any) -> int:
    """What a codec writes is right; it costs less than a second description of its ranges."""
    _check_type(value, kind)
    if kind is not bool:
        codec.write(value, bytearray())
    return 0


# Order and text


def _order_map(value: Entries) -> tuple[Any, ...]:
    return tuple((key.order(), each.order()) for key, each in value)


def _order_instance(value: Instance) -> tuple[Any, ...]:
    return value.executable.order, (0, ()) if value.storage is None else (1, _order_map(value.storage))


def _text_map(value: Entries) -> str:
    return f"{{{', '.join(f'{key}: {each}' for key, each in value)}}}"


def _text_bytes(value: bytes) -> str:
    return f"0x{value.hex()}"


def _text_string(value: bytes) -> str:
    return ascii(value.decode(errors="backslashreplace"))


# Reading and writing


def _wide(size: int, *, signed: bool) -> Codec[int]:
    """Numbers of 128 and 256 bits: their parts are 64 bits each, the highest first."""
    low, high = (-(1 << 8 * size - 1), (1 << 8 * size - 1) - 1) if signed else (0, (1 << 8 * size) - 1)

    def read(reader: Reader) -> int:
        return int.from_bytes(reader.take(size), signed=signed)

    def write(value: int, out: bytearray) -> None:
        _check_type(value, int)
        if not low <= value <= high:
            raise DecodingError(f"expected a number of {8 * size} bits", reason="range")
        out += value.to_bytes(size, signed=signed)

    return Codec(kind=int, minimum=size, read=read, write=write)


def _text(data: bytes) -> str:
    try:
        return data.decode("ascii")
    except UnicodeDecodeError:
        raise DecodingError("expected letters, digits and underscores", reason="character") from None


_NAME = xdr.var_opaque(32)


def _read_symbol(reader: Reader) -> str:
    text = _text(_NAME.read(reader))
    _check_symbol(text)
    return text


def _write_symbol(value: str, out: bytearray) -> None:
    _check_symbol(value)
    _NAME.write(value.encode(), out)


SYMBOL: Codec[str] = Codec(kind=str, minimum=4, read=_read_symbol, write=_write_symbol)
_ERROR = struct(SCError, type=xdr.uint32, code=xdr.uint32)
_BYTES = xdr.var_opaque(MAX_SIZE)


def _count(reader: Reader, size: int) -> int:
    count = xdr.uint32.read(reader)
    if count * size > reader.remaining:
        raise DecodingError(f"expected {count} values, got {reader.remaining} bytes", reason="truncated")
    return count


def _read_vec(reader: Reader, depth: int) -> tuple[SCVal, ...]:
    values: list[SCVal] = []
    try:
        for _ in range(_count(reader, 4)):
            values.append(_read(reader, depth))  # noqa: PERF401 - a comprehension would forget where it failed
    except DecodingError as error:
        error.add_note(f"[{len(values)}]")
        raise
    return tuple(values)


def _write_vec(values: tuple[SCVal, ...], out: bytearray) -> None:
    xdr.uint32.write(len(values), out)
    for each in values:
        _write(each, out)


def _read_map(reader: Reader, depth: int) -> Entries:
    entries: list[tuple[SCVal, SCVal]] = []
    try:
        for _ in range(_count(reader, 8)):
            entries.append((_read(reader, depth), _read(reader, depth)))  # noqa: PERF401 - the same
    except DecodingError as error:
        error.add_note(f"[{len(entries)}]")
        raise
    return tuple(entries)


def _write_map(entries: Entries, out: bytearray) -> None:
    xdr.uint32.write(len(entries), out)
    for key, value in entries:
        _write(key, out)
        _write(value, out)


def _is_present(reader: Reader) -> bool:
    return xdr.boolean.read(reader)


def _there(reader: Reader) -> None:
    if not _is_present(reader):
        raise DecodingError("expected a vec or map that is present", reason="missing")


def _read_present(read: Callable[[Reader, int], Any], reader: Reader, depth: int) -> Any:
    _there(reader)
    return read(reader, depth)


def _write_present(write: Callable[[Any, bytearray], None], value: Any, out: bytearray) -> None:
    xdr.boolean.write(True, out)
    write(value, out)


def _read_instance(reader: Reader, depth: int) -> Instance:
    executable = EXECUTABLE.read(reader)
    return Instance(executable=executable, storage=_read_map(reader, depth) if _is_present(reader) else None)


def _write_instance(value: Instance, out: bytearray) -> None:
    EXECUTABLE.write(value.executable, out)
    xdr.boolean.write(value.storage is not None, out)
    if value.storage is not None:
        _write_map(value.storage, out)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One kind: its number in XDR (``SCValType``), how it is checked, ordered, told, read at a depth, and written."""

    number: int
    check: Callable[[Any], int]
    read: Callable[[Reader, int], Any]
    write: Callable[[Any, bytearray], None]
    order: Callable[[Any], Any] = lambda value: value
    text: Callable[[Any], str] = str


def _plain(number: int, kind: type, codec: Codec[Any], **more: Any) -> _Row:
    check = more.pop("check", partial(_check_plain, kind, codec))
    return _Row(number=number, check=check, read=lambda reader, _: codec.read(reader), write=codec.write, **more)


def _nested(number: int, check: Any, read: Any, write: Any, order: Any, text: Any) -> _Row:
    return _Row(
        number=number,
        check=check,
        read=partial(_read_present, read),
        write=partial(_write_present, write),
        order=order,
        text=text,
    )


_ROWS: dict[str, _Row] = {
    "bool": _plain(0, bool, xdr.boolean, text=lambda value: str(value).lower()),
    "void": _plain(1, type(None), xdr.void, order=lambda _: (), text=lambda _: "void"),
    "error": _plain(2, SCError, _ERROR, order=lambda e: (e.type, e.code), text=lambda e: f"error {e.type}.{e.code}"),
    "u32": _plain(3, int, xdr.uint32),
    "i32": _plain(4, int, xdr.int32),
    "u64": _plain(5, int, xdr.uint64),
    "i64": _plain(6, int, xdr.int64),
    "timepoint": _plain(7, int, xdr.uint64),
    "duration": _plain(8, int, xdr.uint64),
    "u128": _plain(9, int, _wide(16, signed=False)),
    "i128": _plain(10, int, _wide(16, signed=True)),
    "u256": _plain(11, int, _wide(32, signed=False)),
    "i256": _plain(12, int, _wide(32, signed=True)),
    "bytes": _plain(13, bytes, _BYTES, text=_text_bytes),
    "string": _plain(14, bytes, _BYTES, text=_text_string),
    "symbol": _plain(15, str, SYMBOL, check=_check_symbol),
    "vec": _nested(
        16,
        _check_vec,
        _read_vec,
        _write_vec,
        lambda value: tuple(each.order() for each in value),
        lambda value: f"[{', '.join(map(str, value))}]",
    ),
    "map": _nested(17, _check_map, _read_map, _write_map, _order_map, _text_map),
    "address": _plain(18, SCAddress, ADDRESS, order=lambda value: value.order),
    "contract-instance": _Row(
        number=19,
        check=_check_instance,
        read=_read_instance,
        write=_write_instance,
        order=_order_instance,
        text=lambda _: "contract instance",
    ),
    "ledger-key-contract-instance": _plain(
        20, type(None), xdr.void, order=lambda _: (), text=lambda _: "key of the contract instance"
    ),
    "ledger-key-nonce": _plain(21, int, xdr.int64, text=lambda value: f"key of nonce {value}"),
    "executable-tag": _plain(22, bytes, _BYTES, text=lambda value: f"tag {_text_string(value)}"),
}
KINDS = tuple(_ROWS)
"""The kinds in the order of their numbers."""
_READERS = [(name, row.read) for name, row in _ROWS.items()]
_WRITERS = {name: (row.number.to_bytes(4), row.write) for name, row in _ROWS.items()}


def _read(reader: Reader, depth: int) -> SCVal:
    number = xdr.uint32.read(reader)
    if number >= len(_READERS):
        raise DecodingError(f"expected a kind of SCVal from 0 to {len(_READERS) - 1}, got {number}", reason="unknown")
    if depth >= MAX_DEPTH:
        raise DecodingError(f"expected at most {MAX_DEPTH} values within each other", reason="too-deep")
    kind, read = _READERS[number]
    return SCVal(kind=kind, value=read(reader, depth + 1))


def _write(value: SCVal, out: bytearray) -> None:
    _check_type(value, SCVal)
    number, write = _WRITERS[value.kind]
    out += number
    write(value.value, out)


SCVAL: Codec[SCVal] = Codec(kind=SCVal, minimum=4, read=lambda reader: _read(reader, 0), write=_write)
