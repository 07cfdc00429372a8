"""Messages of version 1: up to 4096 bytes, no lookup tables, and the compute budget in the message itself (SIMD-0385).

The proposal is in review: no public cluster takes them yet. Counts are single bytes, the signatures follow the message.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from walletcore.coding.wire import Reader, fixed, u8, u16le, u32le, u64le
from walletcore.errors import DecodingError, TransactionError, raised_as

__all__ = ["MAX_ACCOUNTS", "MAX_SIZE", "TransactionConfig", "check", "read", "write"]

MAX_SIZE = 4096
MAX_ACCOUNTS = 64
_MAX_INSTRUCTIONS = 64
_MAX_SIGNATURES = 12
_KEY = fixed(32)
_FIELDS = (  # bits of the mask, and what they stand for; two bits are eight bytes
    (0b11, "priority_fee", u64le),
    (0b100, "compute_unit_limit", u32le),
    (0b1000, "loaded_accounts_data_size_limit", u32le),
    (0b10000, "heap_size", u32le),
)
_HEADER = ("num_required_signatures", "num_readonly_signed_accounts", "num_readonly_unsigned_accounts")
_HEAP_UNIT, _HEAP_SIZES = 1024, (32 * 1024, 256 * 1024)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionConfig:
    """What a transaction may use and offers: lamports for a place in the block (u64), and units and bytes (u32).

    What is None is not written: no fee is offered, nothing may be computed or loaded, and the heap has 32768 bytes.
    Instructions of the compute budget program have no effect in version 1. Raises `TransactionError`.
    """

    priority_fee: int | None = None
    compute_unit_limit: int | None = None
    loaded_accounts_data_size_limit: int | None = None
    heap_size: int | None = None

    def __post_init__(self) -> None:
        with raised_as(TransactionError):
            for _, name, codec in _FIELDS:
                if getattr(self, name) is not None:
                    codec.encode(getattr(self, name))
        low, high = _HEAP_SIZES
        if self.heap_size is not None and (self.heap_size % _HEAP_UNIT or not low <= self.heap_size <= high):
            raise TransactionError(f"expected a heap of {low} to {high} bytes, in steps of 1024", reason="range")


def read(reader: Reader, make: Callable[..., Any]) -> dict[str, Any]:
    """The fields of a message behind its version; ``make`` makes an instruction. Raises `DecodingError`."""
    found: dict[str, Any] = {name: u8.read(reader) for name in _HEADER}
    mask = u32le.read(reader)
    found["recent_blockhash"] = _KEY.read(reader)
    instructions, accounts = u8.read(reader), u8.read(reader)
    if accounts > MAX_ACCOUNTS or instructions > _MAX_INSTRUCTIONS:
        raise DecodingError(
            f"expected at most 64 accounts and 64 instructions, got {accounts}, {instructions}", reason="too-large"
        )
    found["account_keys"] = tuple([_KEY.read(reader) for _ in range(accounts)])
    found["config"] = _read_config(reader, mask)
    heads = [(u8.read(reader), u8.read(reader), u16le.read(reader)) for _ in range(instructions)]
    found["instructions"] = tuple(
        [
            make(program_id_index=place, accounts=reader.take(count), data=reader.take(size))
            for place, count, size in heads
        ]
    )
    return found


def write(message: Any, out: bytearray) -> None:
    """The same behind the version. Raises `DecodingError`."""
    for name in _HEADER:
        u8.write(getattr(message, name), out)
    config = message.config
    given = [(bits, getattr(config, name), codec) for bits, name, codec in _FIELDS if getattr(config, name) is not None]
    u32le.write(sum(bits for bits, _, _ in given), out)
    _KEY.write(message.recent_blockhash, out)
    u8.write(len(message.instructions), out)
    u8.write(len(message.account_keys), out)
    for key in message.account_keys:
        _KEY.write(key, out)
    for _, value, codec in given:
        codec.write(value, out)
    for each in message.instructions:
        u8.write(each.program_id_index, out)
        u8.write(len(each.accounts), out)
        u16le.write(len(each.data), out)
    for each in message.instructions:
        out += each.accounts
        out += each.data


def check(message: Any) -> None:
    """The limits of version 1. Raises `TransactionError`."""
    most = (
        ("signatures", message.num_required_signatures, _MAX_SIGNATURES),
        ("accounts", len(message.account_keys), MAX_ACCOUNTS),
        ("instructions", len(message.instructions), _MAX_INSTRUCTIONS),
    )
    for what, count, limit in most:
        if count > limit:
            raise TransactionError(f"expected at most {limit} {what} in version 1, got {count}", reason="too-large")


def _read_config(reader: Reader, mask: int) -> TransactionConfig:
    known = sum(bits for bits, _, _ in _FIELDS)
    if mask & ~known or mask & 0b11 in (1, 2):
        raise DecodingError(
            f"expected a mask of the bits {known:#b}, the first two together, got {mask:#b}", reason="version"
        )
    given = {name: codec.read(reader) for bits, name, codec in _FIELDS if mask & bits}
    try:
        return TransactionConfig(**given)
    except TransactionError as error:
        raise DecodingError(str(error), reason=error.reason) from None
