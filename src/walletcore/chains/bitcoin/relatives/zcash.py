"""Transparent transactions of Zcash and what descends from it: versions 4 and 5, and version 3 to read.

Version 3: ZIP-143 and ZIP-202; version 4: ZIP-243 and the protocol specification, 7.1; version 5: ZIP-225 and ZIP-244.
All of them have an expiry height (ZIP-203), and signatures that are valid under one consensus branch only (ZIP-200).
Shielded parts are neither read nor made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from walletcore.chains.bitcoin.relatives.zcash_digests import V4Commitments, V5Commitments, auth_digest, txid_digest
from walletcore.chains.bitcoin.tx import INPUTS, MAX_AMOUNT, OUTPUTS, Tx, TxOut
from walletcore.coding.wire import Codec, Reader, u32le
from walletcore.errors import DecodingError, TransactionError, raised_as
from walletcore.hashes import sha256d

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.relatives.dialect import Dialect
    from walletcore.chains.bitcoin.sighash import Commitments
    from walletcore.chains.bitcoin.transaction import Transaction
    from walletcore.effects import Effect

__all__ = [
    "BRANCHES",
    "EXTRA",
    "ZcashFields",
    "auth_id",
    "check",
    "commitments",
    "decode",
    "effects",
    "encode",
    "fixes_fee",
    "has_fixed_id",
    "identify",
]

BRANCHES = {
    0x5BA81B19: "Overwinter",  # ZIP-201
    0x76B809BB: "Sapling",  # ZIP-205
    0x2BB40E60: "Blossom",  # ZIP-206
    0xF5B9230B: "Heartwood",  # ZIP-250
    0xE9FF75A6: "Canopy",  # ZIP-251
    0xC2D6D0B4: "NU5",  # ZIP-252
    0xC8E71055: "NU6",  # ZIP-253
    0x4DEC4DF0: "NU6.1",  # ZIP-255
    0x5437F330: "NU6.2",  # ZcashFoundation/zebra zebra-chain/src/parameters/network_upgrade.rs
    0x37A5165B: "NU6.3",  # ZIP-258; mainnet height 3,428,143
}
"""Consensus branch ids and the upgrades that began them, in their order."""
_GROUPS = {3: 0x03C48270, 4: 0x892F2085, 5: 0x26A7270A}  # nVersionGroupId of each version
_OVERWINTERED = 0x8000_0000
_TRAILERS = {3: bytes(1), 4: bytes(8 + 3), 5: bytes(3)}  # no value that leaves a pool, and counts of nothing shielded
_MAX_EXPIRY = 499_999_999  # ZIP-203
_MAX_TX = 2_000_000  # bytes: a block has no more
_U32 = 0xFFFF_FFFF
_FIRST_OF_5 = 0xC2D6D0B4  # NU5


@dataclass(frozen=True, slots=True, kw_only=True)
class ZcashFields:
    """`Transaction.extra` of these chains.

    ``branch`` is the consensus branch id under which it is to be mined, such as those of `BRANCHES`: signatures are
    good for no other. It is None only where bytes of version 3 or 4 were read, which do not say it. After
    ``expiry_height`` (0: never; at most 499,999,999) it is not mined. Raises `TransactionError`.
    """

    branch: int | None
    expiry_height: int = 0

    def __post_init__(self) -> None:
        if self.branch is not None and (type(self.branch) is not int or not 0 < self.branch <= _U32):
            raise TransactionError("expected a consensus branch id from 1 to 2^32-1", reason="range")
        if type(self.expiry_height) is not int or not 0 <= self.expiry_height <= _MAX_EXPIRY:
            raise TransactionError(f"expected an expiry height from 0 to {_MAX_EXPIRY}", reason="range")


def _read_fields(reader: Reader) -> ZcashFields:
    branch, height = u32le.read(reader), u32le.read(reader)
    try:
        return ZcashFields(branch=branch or None, expiry_height=height)
    except TransactionError as error:
        raise DecodingError(str(error), reason=error.reason) from None


def _write_fields(fields: ZcashFields, out: bytearray) -> None:
    u32le.write(fields.branch or 0, out)
    u32le.write(fields.expiry_height, out)


EXTRA = Codec(kind=ZcashFields, minimum=8, read=_read_fields, write=_write_fields)


def commitments(dialect: Dialect, tx: Tx, spent: Sequence[TxOut], extra: ZcashFields) -> Commitments:
    """What the signatures of a transaction are made over. Raises `TransactionError` where the branch is not known."""
    if extra.branch is None:
        raise TransactionError("expected a consensus branch id: version 4 does not carry it", reason="missing")
    kind = V5Commitments if tx.version == 5 else V4Commitments
    return kind(tx, spent, _GROUPS[tx.version], extra.branch, extra.expiry_height)


def encode(tx: Tx, spent: Sequence[TxOut | None], extra: ZcashFields) -> bytes:
    """The bytes that nodes exchange."""
    out = bytearray()
    u32le.write(tx.version | _OVERWINTERED, out)
    u32le.write(_GROUPS[tx.version], out)
    ends = tx.locktime.to_bytes(4, "little") + extra.expiry_height.to_bytes(4, "little")
    if tx.version == 5:
        out += (extra.branch or 0).to_bytes(4, "little") + ends
    INPUTS.write(tx.inputs, out)
    OUTPUTS.write(tx.outputs, out)
    if tx.version < 5:
        out += ends
    return bytes(out + _TRAILERS[tx.version])


def decode(dialect: Dialect, raw: bytes) -> tuple[Tx, ZcashFields | None]:
    """Read a transaction without shielded parts. Raises `TransactionError` ("unknown" for one with them)."""
    if type(raw) is not bytes or len(raw) > _MAX_TX:
        raise TransactionError(f"expected at most {_MAX_TX} bytes", reason="too-large" if raw else "type")
    with raised_as(TransactionError):
        reader = Reader(raw)
        header = u32le.read(reader)
        if header in (1, 2):  # before Overwinter
            return _old(raw), None
        tx, fields = _read(reader, header ^ _OVERWINTERED)
        if reader.remaining:
            raise DecodingError(f"{reader.remaining} bytes remain after the end", reason="trailing")
        return tx, fields


def _old(raw: bytes) -> Tx:
    bare = raw if raw[:1] == b"\x01" else raw.removesuffix(b"\x00")  # version 2 counts its JoinSplits
    tx = Tx.decode(bare, max_money=MAX_AMOUNT)
    if tx.witnesses:
        raise TransactionError("a network without witnesses has no such form", reason="network")
    return tx


def _read(reader: Reader, version: int) -> tuple[Tx, ZcashFields]:
    group = u32le.read(reader)
    if _GROUPS.get(version) != group:
        raise DecodingError("expected version 3, 4 or 5 with its version group id", reason="version")
    branch, ends = None, (0, 0)
    if version == 5:
        branch, ends = u32le.read(reader), (u32le.read(reader), u32le.read(reader))
    inputs, outputs = INPUTS.read(reader), OUTPUTS.read(reader)
    if version < 5:
        ends = u32le.read(reader), u32le.read(reader)
    if reader.take(len(_TRAILERS[version])) != _TRAILERS[version]:
        raise DecodingError("a transaction with shielded parts is not read", reason="unknown")
    tx = Tx(version=version, inputs=inputs, outputs=outputs, locktime=ends[0])
    return tx, ZcashFields(branch=branch, expiry_height=ends[1])


def identify(dialect: Dialect, raw: bytes) -> str:
    """ZIP-244, "TxId Digest", for version 5; the double SHA-256 of all bytes before. Raises `TransactionError`."""
    tx, fields = decode(dialect, raw)
    if tx.version < 5 or fields is None:
        return sha256d(raw)[::-1].hex()
    return txid_digest(tx, _GROUPS[5], fields.branch or 0, fields.expiry_height)[::-1].hex()


def auth_id(dialect: Dialect, raw: bytes) -> str:
    """ZIP-244, "Authorizing Data Commitment", of version 5: what its scriptSigs are. Raises `TransactionError`."""
    tx, fields = decode(dialect, raw)
    if tx.version < 5 or fields is None:
        raise TransactionError("only version 5 has an authorizing data commitment", reason="version")
    return auth_digest(tx, fields.branch or 0)[::-1].hex()


def has_fixed_id(transaction: Transaction) -> bool:
    """Of version 5 signatures are no part of what the txid is the hash of."""
    return transaction.version == 5


def fixes_fee(transaction: Transaction) -> bool:
    """Each signature of version 5 commits to the amounts of all inputs (ZIP-244, S.2b), so that none can be a lie."""
    return transaction.version == 5


def check(transaction: Transaction) -> None:
    """A version that may be made, a branch that this chain has had, and not one older than the version."""
    extra, dialect = transaction.extra, transaction.chain.dialect
    if dialect is None or (extra is None and transaction.version in (1, 2)):
        return _check_known(transaction)
    if type(extra) is not ZcashFields:
        raise TransactionError("expected ZcashFields as extra: branch and expiry height", reason="missing")
    if transaction.version not in dialect.versions and (transaction.version, extra.branch) != (3, None):
        expected = " or ".join(map(str, dialect.versions))
        raise TransactionError(f"expected version {expected}, got {transaction.version}", reason="version")
    if extra.branch is None and transaction.version < 5:
        return None
    if extra.branch not in dialect.branches:
        raise TransactionError(f"{extra.branch or 0:#010x} is no branch of {transaction.chain.name}", reason="unknown")
    first = _FIRST_OF_5 if transaction.version == 5 else dialect.branches[0]
    if dialect.branches.index(extra.branch) < dialect.branches.index(first):
        raise TransactionError("the branch is older than the version", reason="mismatch")
    return None


def _check_known(transaction: Transaction) -> None:
    """Versions 1 and 2 are read, and not signed any more."""
    if any(each.spent is not None for each in transaction.inputs):
        raise TransactionError("expected ZcashFields as extra: branch and expiry height", reason="missing")


def effects(transaction: Transaction) -> tuple[Effect, ...]:
    """Nothing beyond what Bitcoin's transactions do: after the expiry height nothing happens at all."""
    return ()
