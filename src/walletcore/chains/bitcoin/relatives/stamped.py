"""Bitcoin's transactions with one more field behind the version: a time, or the hash of a block.

Verge and Neblio have a time (vergecurrency/verge src/primitives/transaction.h, NeblioTeam/neblio wallet/transaction.h:
nTime); Bitcoin Diamond the hash of a recent block in version 12 (eveybcd/BitcoinDiamond src/primitives/transaction.h:
preBlockHash). Digests before segregated witnesses have the field in the same place, and so do BIP-143's: of Bitcoin
Diamond by its node (src/script/interpreter.cpp), of Verge by trustwallet/wallet-core (src/Verge/Transaction.cpp) alone,
since the interpreter of Verge's node leaves the time out of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from walletcore.chains.bitcoin.relatives.plain import check_witnesses, effects, fixes_fee, has_fixed_id
from walletcore.chains.bitcoin.sighash import Commitments
from walletcore.chains.bitcoin.tx import MAX_AMOUNT, UNSIGNED_TX, Tx, TxOut
from walletcore.coding.wire import mapped, prefixed, u8
from walletcore.errors import DecodingError, TransactionError
from walletcore.hashes import sha256d

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.relatives.dialect import Dialect
    from walletcore.chains.bitcoin.transaction import Transaction

__all__ = [
    "EXTRA",
    "Stamp",
    "check",
    "commitments",
    "decode",
    "effects",
    "encode",
    "fixes_fee",
    "has_fixed_id",
    "identify",
]

_TIME, _HASH = 4, 32  # bytes of a stamp
_ID = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """`Transaction.extra` of these chains: ``time`` in seconds since 1970, or ``block_hash`` as explorers show it.

    A Bitcoin Diamond node wants the hash of one of its last blocks. Raises `TransactionError`.
    """

    time: int | None = None
    block_hash: str = ""

    def __post_init__(self) -> None:
        if (self.time is None) is (self.block_hash == ""):
            raise TransactionError("expected a time or the hash of a block", reason="missing")
        if self.time is not None and (type(self.time) is not int or not 0 <= self.time <= 0xFFFF_FFFF):
            raise TransactionError("expected a time from 0 to 2^32-1 seconds", reason="range")
        if type(self.block_hash) is not str or (self.block_hash and not _ID.fullmatch(self.block_hash)):
            raise TransactionError("expected a block hash of 64 lower-case hex digits", reason="character")

    @property
    def data(self) -> bytes:
        """The bytes behind the version."""
        return bytes.fromhex(self.block_hash)[::-1] if self.time is None else self.time.to_bytes(4, "little")


def _stamp(data: bytes) -> Stamp:
    if len(data) not in (_TIME, _HASH):
        raise DecodingError("expected a stamp of 4 or 32 bytes", reason="length")
    return Stamp(time=int.from_bytes(data, "little")) if len(data) == _TIME else Stamp(block_hash=data[::-1].hex())


EXTRA = mapped(prefixed(u8), Stamp, _stamp, lambda stamp: stamp.data)


def commitments(dialect: Dialect, tx: Tx, spent: Sequence[TxOut], extra: Stamp) -> Commitments:
    """What the signatures of a transaction are made over."""
    made = Commitments(tx, spent)
    made.version += extra.data
    return made


def encode(tx: Tx, spent: Sequence[TxOut | None], extra: Stamp) -> bytes:
    """As Bitcoin does, with the stamp behind the version."""
    return _stamped(tx.encode(), extra)


def _stamped(raw: bytes, extra: Stamp) -> bytes:
    return raw[:4] + extra.data + raw[4:]


def decode(dialect: Dialect, raw: bytes) -> tuple[Tx, Stamp | None]:
    """Read a transaction and its stamp, which other versions than Bitcoin Diamond's own have not.

    Raises `TransactionError`.
    """
    if type(raw) is not bytes or len(raw) < 4 + dialect.stamp:
        raise TransactionError("expected a version and a stamp", reason="truncated" if raw else "type")
    if dialect.versions and int.from_bytes(raw[:4], "little") not in dialect.versions:
        return Tx.decode(raw, max_money=MAX_AMOUNT), None
    tx = Tx.decode(raw[:4] + raw[4 + dialect.stamp :], max_money=MAX_AMOUNT)
    check_witnesses(dialect, tx)
    return tx, _stamp(raw[4 : 4 + dialect.stamp])


def identify(dialect: Dialect, raw: bytes) -> str:
    """Double SHA-256 of the transaction without its witnesses. Raises `TransactionError`."""
    tx, stamp = decode(dialect, raw)
    if stamp is None:
        return tx.txid
    return sha256d(_stamped(UNSIGNED_TX.encode(tx), stamp))[::-1].hex()


def check(transaction: Transaction) -> None:
    """The stamp that this chain has, and a version that has it."""
    extra, dialect = transaction.extra, transaction.chain.dialect
    if type(extra) is not Stamp or dialect is None or len(extra.data) != dialect.stamp:
        wanted = "a time" if dialect is not None and dialect.stamp == _TIME else "a block hash"
        raise TransactionError(f"expected a Stamp with {wanted} as extra", reason="missing")
    if dialect.versions and transaction.version not in dialect.versions:
        expected = " or ".join(map(str, dialect.versions))
        raise TransactionError(f"expected version {expected}, got {transaction.version}", reason="version")
