"""Horizen: Bitcoin's bytes and digests, and outputs that are good on the chain of one block only.

Behind each script of an output stand the hash of a block, its height and OP_CHECKBLOCKATHEIGHT (HorizenOfficial/zen
src/script/interpreter.cpp; zendoo BIP-115, whose opcode it has at 0xB4): who spends it signs all of that. Version 1 is
made. Versions from 2 on, and -3, count JoinSplits at their end (src/primitives/transaction.h): read without any.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from walletcore.chains.bitcoin.opcodes import parse_script, push
from walletcore.chains.bitcoin.relatives import plain
from walletcore.chains.bitcoin.relatives.plain import EXTRA, commitments, fixes_fee, has_fixed_id
from walletcore.chains.bitcoin.script import kind_of
from walletcore.effects import Statement
from walletcore.errors import TransactionError
from walletcore.hashes import sha256d

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.relatives.dialect import Dialect
    from walletcore.chains.bitcoin.transaction import Transaction
    from walletcore.chains.bitcoin.tx import Tx, TxOut
    from walletcore.effects import Effect

__all__ = [
    "EXTRA",
    "base",
    "check",
    "commitments",
    "decode",
    "effects",
    "encode",
    "fixes_fee",
    "guarded",
    "has_fixed_id",
    "identify",
]

_VERSION, _SIZE = 1, 4  # what is made, and the bytes of a version
_GROTH, _MAX_INT32 = 0xFFFF_FFFD, 0x7FFF_FFFF  # GROTH_TX_VERSION; what is above that is negative
_NO_JOIN_SPLITS = b"\x00"
_CHECKBLOCKATHEIGHT = 0xB4
_HASH = 32
_RETURN = b"\x6a"
_ID = re.compile(r"[0-9a-f]{64}", re.ASCII)
_MAX_HEIGHT = 0x7FFF_FFFF  # nodes read it in 4 bytes with a sign (src/script/standard.cpp, Solver)


def guarded(script_pubkey: bytes, block_hash: str, height: int) -> bytes:
    """The script of an output that is good where this block, as explorers show its hash, has this height.

    Nodes want one that is not deeper than the last 52,596 blocks. Raises `TransactionError`.
    """
    if type(script_pubkey) is not bytes or kind_of(script_pubkey) not in ("p2pkh", "p2sh"):
        raise TransactionError("expected the script of a P2PKH or P2SH output", reason="type")
    if type(block_hash) is not str or not _ID.fullmatch(block_hash):
        raise TransactionError("expected a block hash of 64 lower-case hex digits", reason="character")
    if type(height) is not int or not 0 <= height <= _MAX_HEIGHT:
        raise TransactionError("expected a height from 0 to 2^31-1", reason="range")
    return script_pubkey + push(bytes.fromhex(block_hash)[::-1]) + push(_number(height)) + b"\xb4"


def _number(height: int) -> bytes:
    """A number as scripts have it: little-endian, the highest bit free for the sign."""
    return height.to_bytes((height.bit_length() + 8) // 8, "little") if height else b""


def base(script_pubkey: bytes) -> bytes:
    """The script without its guard; the script itself where it has none."""
    return _divided(script_pubkey)[0]


_Guard = tuple[str, int]
"""The hash of a block, as explorers show it, and its height."""


def _divided(script_pubkey: bytes) -> tuple[bytes, _Guard | None]:
    """The script and its guard, None where it has none that nodes read: they let nobody spend what has another."""
    if script_pubkey[-1:] == bytes((_CHECKBLOCKATHEIGHT,)):
        for size in (25, 23):
            script = script_pubkey[:size]
            if kind_of(script) and (guard := _guard(script_pubkey[size:])) is not None:
                return script, guard
    return script_pubkey, None


def _guard(data: bytes) -> _Guard | None:
    """What stands there: a push of 32 bytes, a number from 0 on in at most 4 bytes and no more than it needs."""
    try:
        found = parse_script(data)
    except TransactionError:
        return None
    if len(found) != 3 or found[2].opcode != _CHECKBLOCKATHEIGHT:
        return None
    block, height = found[0].data, found[1].data
    number = found[1].number if height is None else int.from_bytes(height, "little")
    if block is None or len(block) != _HASH or number is None or not 0 <= number <= _MAX_HEIGHT:
        return None
    return None if height not in (None, _number(number)) else (block[::-1].hex(), number)


def encode(tx: Tx, spent: Sequence[TxOut | None], extra: Any) -> bytes:
    """As Bitcoin does; other versions than 1 count JoinSplits, of which there are none."""
    return tx.encode() + (b"" if tx.version == _VERSION else _NO_JOIN_SPLITS)


def decode(dialect: Dialect, raw: bytes) -> tuple[Tx, Any]:
    """Read a transaction without JoinSplits. Raises `TransactionError` ("unknown" for one with them)."""
    if type(raw) is not bytes or len(raw) < _SIZE or (version := int.from_bytes(raw[:_SIZE], "little")) == _VERSION:
        return plain.decode(dialect, raw)
    if version > _MAX_INT32 and version != _GROTH:
        raise TransactionError("a transaction with sidechains is not read, and no certificate", reason="unknown")
    if not raw.endswith(_NO_JOIN_SPLITS):
        raise TransactionError("a transaction with JoinSplits is not read", reason="unknown")
    return plain.decode(dialect, raw[:-1])


def identify(dialect: Dialect, raw: bytes) -> str:
    """Double SHA-256 of all bytes. Raises `TransactionError`."""
    decode(dialect, raw)
    return sha256d(raw)[::-1].hex()


def check(transaction: Transaction) -> None:
    """Of version 1, which counts no JoinSplits; and every output has its guard, or is data.

    Nodes take no other output. Transactions of other versions are read, and nobody is asked to sign them.
    """
    if transaction.extra is not None:
        raise TransactionError(f"{transaction.chain.name} has no such fields", reason="network")
    if transaction.version != _VERSION and any(each.spent is not None for each in transaction.inputs):
        raise TransactionError(f"expected version {_VERSION}, got {transaction.version}", reason="version")
    for index, output in enumerate(transaction.outputs):
        script = output.script_pubkey
        if script[:1] != _RETURN and base(script) == script:
            raise TransactionError(f"output {index}: expected the guard of a block, see `guarded`", reason="missing")


def effects(transaction: Transaction) -> tuple[Effect, ...]:
    """The blocks that outputs name: where one is none of the chain, nobody can spend them, whose address they have."""
    found: dict[_Guard, list[str]] = {}
    for place, output in enumerate(transaction.outputs):
        guard = _divided(output.script_pubkey)[1]
        if guard is not None:
            found.setdefault(guard, []).append(str(place))
    return tuple([_told(block, height, places) for (block, height), places in found.items()])


def _told(block: str, height: int, places: Sequence[str]) -> Effect:
    meaning = f"output {', '.join(places)}: can be spent only where this block is"
    return Statement(text=f"block {block} of height {height}", meaning=meaning)
