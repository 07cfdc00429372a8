"""The shielded parts of Zcash's transactions, as far as published digests want them: read, and hashed.

The protocol specification, 7.1 to 7.5, ZIP-143, ZIP-243, ZIP-225 and ZIP-244. walletcore has none of this.
"""

from dataclasses import dataclass
from hashlib import blake2b

from walletcore.coding.wire import Reader, compact_size

__all__ = ["Shielded", "person", "shielded_of_4", "shielded_of_5"]


def person(name: bytes, *parts: bytes) -> bytes:
    """BLAKE2b-256 of parts, personalised."""
    return blake2b(b"".join(parts), digest_size=32, person=name).digest()


@dataclass(frozen=True, kw_only=True)
class Shielded:
    """What stands for the shielded parts in the digests: of versions 3 and 4, or of version 5."""

    shielded: bytes = b""
    balance: bytes = b""
    sapling: bytes = b""
    orchard: bytes = b""
    auth: bytes = b""


def _many(reader: Reader, size: int, count: int | None = None) -> list[bytes]:
    number = compact_size.read(reader) if count is None else count
    return [reader.take(size) for _ in range(number)]


def shielded_of_4(reader: Reader, version: int) -> Shielded:
    """Those of version 3 or 4, behind the expiry height."""
    balance, hashes = b"", [bytes(32)] * 2
    spends: list[bytes] = []
    outputs: list[bytes] = []
    if version == 4:
        balance = reader.take(8)
        spends, outputs = _many(reader, 384), _many(reader, 948)
        hashes[0] = person(b"ZcashSSpendsHash", *(each[:-64] for each in spends)) if spends else bytes(32)
        hashes[1] = person(b"ZcashSOutputHash", *outputs) if outputs else bytes(32)
    joins = _many(reader, 1698 if version == 4 else 1802)
    key = reader.take(32 + 64)[:32] if joins else b""
    joined = person(b"ZcashJSplitsHash", *joins, key) if joins else bytes(32)
    if spends or outputs:
        reader.take(64)
    return Shielded(shielded=joined + b"".join(hashes if version == 4 else []), balance=balance)


def shielded_of_5(reader: Reader) -> Shielded:
    """Those of version 5, behind the outputs."""
    sapling, sapling_auth = _sapling(reader)
    orchard, orchard_auth = _orchard(reader)
    return Shielded(sapling=sapling, orchard=orchard, auth=sapling_auth + orchard_auth)


def _sapling(reader: Reader) -> tuple[bytes, bytes]:
    spends, outputs = _many(reader, 96), _many(reader, 756)
    if not spends and not outputs:
        return person(b"ZTxIdSaplingHash"), person(b"ZTxAuthSapliHash")
    balance = reader.take(8)
    anchor = reader.take(32) if spends else b""
    proofs, signatures = _many(reader, 192, len(spends)), _many(reader, 64, len(spends))
    auth = person(b"ZTxAuthSapliHash", *proofs, *signatures, *_many(reader, 192, len(outputs)), reader.take(64))
    spent, made = person(b"ZTxIdSSpendsHash"), person(b"ZTxIdSOutputHash")
    if spends:
        compact = person(b"ZTxIdSSpendCHash", *(each[32:64] for each in spends))
        rest = person(b"ZTxIdSSpendNHash", *(each[:32] + anchor + each[64:] for each in spends))
        spent = person(b"ZTxIdSSpendsHash", compact, rest)
    if outputs:
        compact = person(b"ZTxIdSOutC__Hash", *(each[32:148] for each in outputs))
        memos = person(b"ZTxIdSOutM__Hash", *(each[148:660] for each in outputs))
        rest = person(b"ZTxIdSOutN__Hash", *(each[:32] + each[660:] for each in outputs))
        made = person(b"ZTxIdSOutputHash", compact, memos, rest)
    return person(b"ZTxIdSaplingHash", spent, made, balance), auth


def _orchard(reader: Reader) -> tuple[bytes, bytes]:
    actions = _many(reader, 820)
    if not actions:
        return person(b"ZTxIdOrchardHash"), person(b"ZTxAuthOrchaHash")
    ends = reader.take(1 + 8 + 32)
    proofs = reader.take(compact_size.read(reader))
    auth = person(b"ZTxAuthOrchaHash", proofs, *_many(reader, 64, len(actions)), reader.take(64))
    compact = person(b"ZTxIdOrcActCHash", *(each[32:64] + each[96:212] for each in actions))
    memos = person(b"ZTxIdOrcActMHash", *(each[212:724] for each in actions))
    rest = person(b"ZTxIdOrcActNHash", *(each[:32] + each[64:96] + each[724:] for each in actions))
    return person(b"ZTxIdOrchardHash", compact, memos, rest, ends), auth
