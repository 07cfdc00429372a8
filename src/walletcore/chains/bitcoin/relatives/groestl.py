"""Groestlcoin: Bitcoin's bytes, with one SHA-256 wherever Bitcoin has two.

Groestlcoin/groestlcoin src/hash.h (CHashWriter::GetHash), src/script/interpreter.cpp. Taproot's digests are BIP-341's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from walletcore.chains.bitcoin.relatives.plain import check, decode, effects, encode, fixes_fee, has_fixed_id
from walletcore.chains.bitcoin.sighash import SIGHASH_ANYONECANPAY, SIGHASH_NONE, SIGHASH_SINGLE, Commitments
from walletcore.chains.bitcoin.tx import MAX_AMOUNT, SCRIPT, UNSIGNED_TX, Tx, TxOut
from walletcore.hashes import sha256

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.relatives.dialect import Dialect

__all__ = [
    "EXTRA",
    "check",
    "commitments",
    "decode",
    "effects",
    "encode",
    "fixes_fee",
    "has_fixed_id",
    "identify",
]

EXTRA = None
_BASE = 0x1F
_ZERO = bytes(32)


class GroestlCommitments(Commitments):
    """The messages of one transaction, and what all inputs share, hashed once."""

    __slots__ = ()
    prehash = sha256

    def segwit_v0(self, index: int, script_code: bytes, hash_type: int = 0x01) -> bytes:
        """BIP-143's preimage with single hashes in it."""
        self._check(index, hash_type)
        anyone, base = hash_type & SIGHASH_ANYONECANPAY, hash_type & _BASE
        whole = base not in (SIGHASH_NONE, SIGHASH_SINGLE)
        single = base == SIGHASH_SINGLE and index < len(self.outputs)
        return b"".join(
            (
                self.version,
                _ZERO if anyone else self.sha_prevouts,
                self.sha_sequences if whole and not anyone else _ZERO,
                self.outpoints[index],
                SCRIPT.encode(script_code),
                self.spent[index][0],
                self.sequences[index],
                self.sha_outputs if whole else sha256(self.outputs[index]) if single else _ZERO,
                self.locktime,
                hash_type.to_bytes(4, "little"),
            )
        )


def commitments(dialect: Dialect, tx: Tx, spent: Sequence[TxOut], extra: Any) -> Commitments:
    """What the signatures of a transaction are made over."""
    return GroestlCommitments(tx, spent)


def identify(dialect: Dialect, raw: bytes) -> str:
    """One SHA-256 of the transaction without its witnesses. Raises `TransactionError`."""
    return sha256(UNSIGNED_TX.encode(Tx.decode(raw, max_money=MAX_AMOUNT)))[::-1].hex()
