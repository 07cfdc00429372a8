"""The values of single fields, both ways: a table of types, each with a writer and a reader.

xrpl.org, "Serialization Format" (Type List, Length Prefixing); XLS-38 (bridges), XLS-65 (numbers).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from walletcore.chains.xrpl.accounts import decode_classic, encode_classic
from walletcore.chains.xrpl.amounts import decode_currency, encode_currency, read_amount, write_amount
from walletcore.chains.xrpl.definitions import Field
from walletcore.chains.xrpl.numbers import read_number, write_number
from walletcore.coding.wire import Reader
from walletcore.errors import DecodingError

__all__ = ["read", "read_code", "write", "write_code"]

_UINTS = {"UInt8": 1, "UInt16": 2, "UInt32": 4}
_HASHES = {"Hash128": 16, "Hash160": 20, "Hash192": 24, "Hash256": 32}
_DECIMAL_FIELDS = frozenset(  # rippled, sfields.macro, sMD_BaseTen
    {"MaximumAmount", "OutstandingAmount", "MPTAmount", "LockedAmount", "ConfidentialOutstandingAmount"}
)
_SIGNED_DROPS = frozenset({"FeeAmountDelta"})  # an amount that may be below zero (XLS-68)
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})*", re.ASCII)
_HEX_64 = re.compile(r"[0-9A-Fa-f]{1,16}", re.ASCII)
_DECIMAL_64 = re.compile(r"0|[1-9][0-9]{0,19}", re.ASCII)
_ONE, _TWO, _THREE = 192, 12480, 918744  # the largest lengths of one, two and three bytes
_ACCOUNT, _CURRENCY, _ISSUER = 1, 16, 32
_NEXT_PATH, _END_OF_PATHS = 0xFF, 0
_MAX_PATHS, _MAX_STEPS = 64, 64  # rippled takes 6 and 8 in a payment; metadata and requests have had more
_MPT_MARK = bytes(19) + b"\1"
_BRIDGE = ("LockingChainDoor", "LockingChainIssue", "IssuingChainDoor", "IssuingChainIssue")


def write(field: Field, value: Any) -> bytes:
    """The bytes of a value, with its length where the type has one. Raises `DecodingError`."""
    if field.type == "UInt64":
        return _write_uint64(value, decimal=field.name in _DECIMAL_FIELDS)
    if field.type == "Amount":
        return write_amount(value, signed=field.name in _SIGNED_DROPS)
    return _WRITERS[field.type](value)


def read(field: Field, reader: Reader) -> Any:
    """The value of a field. Raises `DecodingError`."""
    if field.type == "UInt64":
        number = int.from_bytes(reader.take(8))
        return str(number) if field.name in _DECIMAL_FIELDS else f"{number:016X}"
    if field.type == "Amount":
        return read_amount(reader, signed=field.name in _SIGNED_DROPS)
    return _READERS[field.type](reader)


def write_code(codes: Mapping[str, int], name: object, kind: str) -> bytes:
    """The bytes of the code that has this name. Raises `DecodingError`."""
    if type(name) is not str or name not in codes:
        raise DecodingError(f"expected the name of a code, got {str(name)[:40]!r}", reason="unknown")
    return codes[name].to_bytes(_UINTS[kind])


def read_code(names: Mapping[int, str], kind: str, reader: Reader) -> str:
    """The name of a code. Raises `DecodingError`."""
    code = int.from_bytes(reader.take(_UINTS[kind]))
    if code not in names:
        raise DecodingError(f"expected a code that has a name, got {code}", reason="unknown")
    return names[code]


def _uint(size: int) -> Callable[[Any], bytes]:
    def write_uint(value: Any) -> bytes:
        if type(value) is not int:
            raise DecodingError(f"expected an int, got {type(value).__name__}", reason="type")
        if not 0 <= value < 1 << 8 * size:
            raise DecodingError(f"expected an int from 0 to 2^{8 * size}-1", reason="range")
        return value.to_bytes(size)

    return write_uint


def _write_uint64(value: Any, *, decimal: bool) -> bytes:
    expected = "a decimal integer below 2^64" if decimal else "1 to 16 hex digits"
    if type(value) is not str or not (_DECIMAL_64 if decimal else _HEX_64).fullmatch(value):
        raise DecodingError(f"expected {expected} as text", reason="type" if type(value) is not str else "character")
    number = int(value, 10 if decimal else 16)
    if number >= 1 << 64:
        raise DecodingError(f"expected {expected}", reason="range")
    return number.to_bytes(8)


def _write_int32(value: Any) -> bytes:
    if type(value) is not int:
        raise DecodingError(f"expected an int, got {type(value).__name__}", reason="type")
    if not -(1 << 31) <= value < 1 << 31:
        raise DecodingError("expected an int from -2^31 to 2^31-1", reason="range")
    return value.to_bytes(4, signed=True)


def _hex(value: Any) -> bytes:
    if type(value) is not str:
        raise DecodingError(f"expected hex digits as text, got {type(value).__name__}", reason="type")
    if not _HEX.fullmatch(value):
        raise DecodingError("expected hex digits, two for each byte", reason="character")
    return bytes.fromhex(value)


def _hash(size: int) -> Callable[[Any], bytes]:
    def write_hash(value: Any) -> bytes:
        data = _hex(value)
        if len(data) != size:
            raise DecodingError(f"expected {size} bytes, got {len(data)}", reason="length")
        return data

    return write_hash


def _read_uint(size: int) -> Callable[[Reader], int]:
    return lambda reader: int.from_bytes(reader.take(size))


def _read_hash(size: int) -> Callable[[Reader], str]:
    return lambda reader: reader.take(size).hex().upper()


def _prefixed(data: bytes) -> bytes:
    """The data after its length ("Length Prefixing")."""
    size = len(data)
    if size <= _ONE:
        return bytes((size,)) + data
    if size <= _TWO:
        return (size - _ONE - 1 + (_ONE + 1 << 8)).to_bytes(2) + data
    if size <= _THREE:
        return (size - _TWO - 1 + (241 << 16)).to_bytes(3) + data
    raise DecodingError(f"expected at most {_THREE} bytes, got {size}", reason="too-large")


def _read_prefixed(reader: Reader) -> bytes:
    first = reader.take(1)[0]
    if first <= _ONE:
        size = first
    elif first <= 240:
        size = (first - 193 << 8) + reader.take(1)[0] + 193
    elif first <= 254:
        size = (first - 241 << 16) + int.from_bytes(reader.take(2)) + _TWO + 1
        if size > _THREE:
            raise DecodingError(f"expected at most {_THREE} bytes", reason="too-large")
    else:
        raise DecodingError("expected a length below 255 in its first byte", reason="range")
    return reader.take(size)


def _read_account(reader: Reader) -> str:
    data = _read_prefixed(reader)
    if len(data) != 20:
        raise DecodingError(f"expected an account of 20 bytes, got {len(data)}", reason="length")
    return encode_classic(data)


def _sequence(value: Any, what: str) -> Sequence[Any]:
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        raise DecodingError(f"expected an array of {what}, got {type(value).__name__}", reason="type")
    return value


def _write_hashes(value: Any) -> bytes:
    write_hash = _hash(32)
    return _prefixed(b"".join([write_hash(each) for each in _sequence(value, "hashes")]))


def _read_hashes(reader: Reader) -> list[str]:
    data = _read_prefixed(reader)
    if len(data) % 32:
        raise DecodingError(f"expected hashes of 32 bytes, got {len(data)} bytes", reason="length")
    return [data[start : start + 32].hex().upper() for start in range(0, len(data), 32)]


def _write_issue(value: Any) -> bytes:
    """XRP: 20 zeros; a currency and its issuer; or the issuer of an MPT, a mark and its sequence (little-endian)."""
    if not isinstance(value, Mapping):
        raise DecodingError(f"expected an object, got {type(value).__name__}", reason="type")
    if value.keys() == {"mpt_issuance_id"}:
        data = _hash(24)(value["mpt_issuance_id"])
        _check_issuer(data[4:])
        return data[4:] + _MPT_MARK + data[3::-1]
    if value == {"currency": "XRP"}:
        return bytes(20)
    if value.keys() != {"currency", "issuer"}:
        raise DecodingError("expected currency XRP, or currency and issuer, or mpt_issuance_id", reason="unknown")
    currency, issuer = encode_currency(value["currency"]), decode_classic(value["issuer"])
    if not any(currency):
        raise DecodingError("XRP is issued by nobody", reason="mismatch")
    if issuer == _MPT_MARK:
        raise DecodingError("the issuer is the mark of an MPT", reason="ambiguous")
    _check_issuer(issuer)
    return currency + issuer


def _check_issuer(issuer: bytes) -> None:
    if not any(issuer):
        raise DecodingError("expected another issuer than the account of zeros", reason="range")


def _read_issue(reader: Reader) -> dict[str, str]:
    first = reader.take(20)
    if not any(first):
        return {"currency": "XRP"}
    issuer = reader.take(20)
    if issuer == _MPT_MARK:
        return {"mpt_issuance_id": (reader.take(4)[::-1] + first).hex().upper()}
    _check_issuer(issuer)
    return {"currency": decode_currency(first), "issuer": encode_classic(issuer)}


def _write_bridge(value: Any) -> bytes:
    if not isinstance(value, Mapping) or value.keys() != set(_BRIDGE):
        raise DecodingError(f"expected an object of {', '.join(_BRIDGE)}", reason="type")
    lock, lock_issue, issue, issue_issue = (value[name] for name in _BRIDGE)
    doors = [_prefixed(decode_classic(door)) for door in (lock, issue)]
    return doors[0] + _write_issue(lock_issue) + doors[1] + _write_issue(issue_issue)


def _read_bridge(reader: Reader) -> dict[str, Any]:
    lock, lock_issue = _read_account(reader), _read_issue(reader)
    issue, issue_issue = _read_account(reader), _read_issue(reader)
    return dict(zip(_BRIDGE, (lock, lock_issue, issue, issue_issue), strict=True))


def _write_paths(value: Any) -> bytes:
    """Paths of steps, each with a byte that says which of account, currency and issuer it has."""
    paths = _sequence(value, "paths")
    if not 0 < len(paths) <= _MAX_PATHS:
        raise DecodingError(f"expected 1 to {_MAX_PATHS} paths, got {len(paths)}", reason="length")
    return bytes([_NEXT_PATH]).join(map(_write_path, paths)) + bytes([_END_OF_PATHS])


def _write_path(value: Any) -> bytes:
    steps = _sequence(value, "steps")
    if not 0 < len(steps) <= _MAX_STEPS:
        raise DecodingError(f"expected 1 to {_MAX_STEPS} steps, got {len(steps)}", reason="length")
    return b"".join(map(_write_step, steps))


def _write_step(step: Any) -> bytes:
    if not isinstance(step, Mapping):
        raise DecodingError(f"expected an object as step, got {type(step).__name__}", reason="type")
    kind, parts = 0, b""
    for name, bit, encoded in _STEPS:
        if name in step:
            kind, parts = kind | bit, parts + encoded(step[name])
    told = {"type": kind, "type_hex": f"{kind:016X}"}  # rippled tells them beside what they follow from
    if not kind or any(step[name] != told.get(name) for name in step.keys() - {name for name, _, _ in _STEPS}):
        raise DecodingError("expected account, currency or issuer of a step", reason="unknown")
    return bytes([kind]) + parts


def _read_paths(reader: Reader) -> list[list[dict[str, str]]]:
    paths: list[list[dict[str, str]]] = [[]]
    while (kind := reader.take(1)[0]) != _END_OF_PATHS:
        if kind == _NEXT_PATH:
            _check_path(paths[-1])
            paths.append([])
            continue
        if kind & ~(_ACCOUNT | _CURRENCY | _ISSUER):
            raise DecodingError(f"expected a step of a path, got type {kind:#x}", reason="unknown")
        step = [(name, reader.take(20)) for name, bit, _ in _STEPS if kind & bit]
        paths[-1].append({n: decode_currency(d) if n == "currency" else encode_classic(d) for n, d in step})
        if len(paths[-1]) > _MAX_STEPS or len(paths) > _MAX_PATHS:
            raise DecodingError(f"expected at most {_MAX_PATHS} paths of {_MAX_STEPS} steps", reason="too-large")
    _check_path(paths[-1])
    return paths


def _check_path(path: Sequence[Any]) -> None:
    if not path:
        raise DecodingError("expected a path of one step or more", reason="length")


_STEPS: tuple[tuple[str, int, Callable[[Any], bytes]], ...] = (
    ("account", _ACCOUNT, decode_classic),
    ("currency", _CURRENCY, encode_currency),
    ("issuer", _ISSUER, decode_classic),
)
_WRITERS: dict[str, Callable[[Any], bytes]] = {
    **{kind: _uint(size) for kind, size in _UINTS.items()},
    **{kind: _hash(size) for kind, size in _HASHES.items()},
    "AccountID": lambda value: b"\x14" + decode_classic(value),
    "Blob": lambda value: _prefixed(_hex(value)),
    "Currency": encode_currency,
    "Int32": _write_int32,
    "Issue": _write_issue,
    "Number": write_number,
    "PathSet": _write_paths,
    "Vector256": _write_hashes,
    "XChainBridge": _write_bridge,
}
_READERS: dict[str, Callable[[Reader], Any]] = {
    **{kind: _read_uint(size) for kind, size in _UINTS.items()},
    **{kind: _read_hash(size) for kind, size in _HASHES.items()},
    "AccountID": _read_account,
    "Blob": lambda reader: _read_prefixed(reader).hex().upper(),
    "Currency": lambda reader: decode_currency(reader.take(20)),
    "Int32": lambda reader: int.from_bytes(reader.take(4), signed=True),
    "Issue": _read_issue,
    "Number": read_number,
    "PathSet": _read_paths,
    "Vector256": _read_hashes,
    "XChainBridge": _read_bridge,
}
