"""The digests of Zcash: ZIP-143 (version 3), ZIP-243 (version 4), ZIP-244 (version 5).

Personalised BLAKE2b-256 throughout; what is shielded is absent here, and its part of each digest is that of nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from walletcore.chains.bitcoin.sighash import SIGHASH_ANYONECANPAY, SIGHASH_NONE, SIGHASH_SINGLE, Commitments
from walletcore.chains.bitcoin.tx import OUTPOINT, SCRIPT, TX_OUT, Tx, TxOut
from walletcore.errors import TransactionError
from walletcore.hashes import blake2b_256_of

__all__ = ["V4Commitments", "V5Commitments", "auth_digest", "header_digest", "txid_digest"]

_BASE = 0x1F
_ZERO = bytes(32)
_V5_TYPES = (0x01, 0x02, 0x03, 0x81, 0x82, 0x83)
_OVERWINTERED = 0x8000_0000


def _hash(person: bytes, data: bytes) -> bytes:
    return blake2b_256_of(person)(data)


class _ZcashCommitments(Commitments):
    """What versions 3 to 5 share: the fields, and a digest that depends on the branch."""

    __slots__ = ("branch", "expiry", "group", "header", "prehash", "tx")
    person = b"ZcashSigHash"

    def __init__(self, tx: Tx, spent: Sequence[TxOut], group: int, branch: int, expiry_height: int) -> None:
        super().__init__(tx, spent)
        self.tx = tx
        self.header = (tx.version | _OVERWINTERED).to_bytes(4, "little")
        self.group, self.branch = group.to_bytes(4, "little"), branch.to_bytes(4, "little")
        self.expiry = expiry_height.to_bytes(4, "little")
        self.prehash = blake2b_256_of(self.person + self.branch)


class V4Commitments(_ZcashCommitments):
    """ZIP-143 and ZIP-243, "Specification".

    ``shielded`` stands where the hashes of JoinSplits, and in version 4 of shielded spends and outputs, are;
    ``balance`` is the value that leaves the Sapling pool: of a transparent transaction both are zero.
    """

    __slots__ = ("balance", "outputs_hash", "prevouts_hash", "sequence_hash", "shielded")

    def __init__(self, tx: Tx, spent: Sequence[TxOut], group: int, branch: int, expiry_height: int) -> None:
        super().__init__(tx, spent, group, branch, expiry_height)
        self.prevouts_hash = _hash(b"ZcashPrevoutHash", b"".join(self.outpoints))
        self.sequence_hash = _hash(b"ZcashSequencHash", b"".join(self.sequences))
        self.outputs_hash = _hash(b"ZcashOutputsHash", b"".join(self.outputs))
        self.shielded, self.balance = (_ZERO, b"") if tx.version == 3 else (_ZERO * 3, bytes(8))

    def legacy(self, index: int, script_code: bytes, hash_type: int = 0x01) -> bytes:
        """The preimage of an input. Raises `TransactionError`."""
        self._check(index, hash_type)
        amount, _ = self.spent[index]
        own = self.outpoints[index] + SCRIPT.encode(script_code) + amount + self.sequences[index]
        return self.common(hash_type, index) + own

    def common(self, hash_type: int, index: int) -> bytes:
        """What stands before the input."""
        anyone, base = hash_type & SIGHASH_ANYONECANPAY, hash_type & _BASE
        whole = base not in (SIGHASH_NONE, SIGHASH_SINGLE)
        single = base == SIGHASH_SINGLE and 0 <= index < len(self.outputs)
        return b"".join(
            (
                self.header,
                self.group,
                _ZERO if anyone else self.prevouts_hash,
                self.sequence_hash if whole and not anyone else _ZERO,
                self.outputs_hash if whole else _hash(b"ZcashOutputsHash", self.outputs[index]) if single else _ZERO,
                self.shielded,
                self.locktime,
                self.expiry,
                self.balance,
                hash_type.to_bytes(4, "little"),
            )
        )


class V5Commitments(_ZcashCommitments):
    """ZIP-244, "Signature Digest": what an input's signature commits to, its own script being one of all.

    ``sapling`` and ``orchard`` are the digests of those parts: of a transparent transaction those of nothing.
    """

    __slots__ = ("amounts_hash", "orchard", "sapling", "scripts_hash")
    person = b"ZcashTxHash_"

    def __init__(self, tx: Tx, spent: Sequence[TxOut], group: int, branch: int, expiry_height: int) -> None:
        super().__init__(tx, spent, group, branch, expiry_height)
        self.amounts_hash = _hash(b"ZTxTrAmountsHash", b"".join([amount for amount, _ in self.spent]))
        self.scripts_hash = _hash(b"ZTxTrScriptsHash", b"".join([script for _, script in self.spent]))
        self.sapling, self.orchard = _hash(b"ZTxIdSaplingHash", b""), _hash(b"ZTxIdOrchardHash", b"")

    def legacy(self, index: int, script_code: bytes, hash_type: int = 0x01) -> bytes:
        """The four digests whose hash is signed. Raises `TransactionError` for a hash type that ZIP-244 lacks."""
        self._check(index, hash_type)
        if hash_type not in _V5_TYPES or (hash_type & _BASE == SIGHASH_SINGLE and index >= len(self.outputs)):
            raise TransactionError("expected a hash type of ZIP-244, and for SINGLE an output", reason="range")
        amount, script = self.spent[index]
        own = _hash(b"Zcash___TxInHash", self.outpoints[index] + amount + script + self.sequences[index])
        return self.digests(self.signed(hash_type, index, own))

    def digests(self, transparent: bytes) -> bytes:
        """The four digests, that of the transparent part being given."""
        header = header_digest(self.tx, self.group, self.branch, self.expiry)
        return header + transparent + self.sapling + self.orchard

    def signed(self, hash_type: int, index: int, own: bytes) -> bytes:
        """S.2, "transparent_sig_digest"; ``own`` is the digest of the input, or of nothing (S.2g)."""
        anyone, base = hash_type & SIGHASH_ANYONECANPAY, hash_type & _BASE
        outputs = b"" if base == SIGHASH_NONE else b"".join(self.outputs)
        if base == SIGHASH_SINGLE:
            outputs = self.outputs[index]
        parts = (
            bytes((hash_type,)),
            _hash(b"ZTxIdPrevoutHash", b"" if anyone else b"".join(self.outpoints)),
            _hash(b"ZTxTrAmountsHash", b"") if anyone else self.amounts_hash,
            _hash(b"ZTxTrScriptsHash", b"") if anyone else self.scripts_hash,
            _hash(b"ZTxIdSequencHash", b"" if anyone else b"".join(self.sequences)),
            _hash(b"ZTxIdOutputsHash", outputs),
            own,
        )
        return _hash(b"ZTxIdTranspaHash", b"".join(parts))


def header_digest(tx: Tx, group: bytes, branch: bytes, expiry: bytes) -> bytes:
    """T.1."""
    version = (tx.version | _OVERWINTERED).to_bytes(4, "little")
    return _hash(b"ZTxIdHeadersHash", version + group + branch + tx.locktime.to_bytes(4, "little") + expiry)


def transparent_digest(tx: Tx) -> bytes:
    """T.2."""
    parts = (
        _hash(b"ZTxIdPrevoutHash", b"".join([OUTPOINT.encode(each) for each in tx.inputs])),
        _hash(b"ZTxIdSequencHash", b"".join([each.sequence.to_bytes(4, "little") for each in tx.inputs])),
        _hash(b"ZTxIdOutputsHash", b"".join([TX_OUT.encode(each) for each in tx.outputs])),
    )
    return _hash(b"ZTxIdTranspaHash", b"".join(parts))


def txid_digest(tx: Tx, group: int, branch: int, expiry_height: int) -> bytes:
    """ "TxId Digest" of a transparent transaction of version 5."""
    group_, branch_, expiry = (number.to_bytes(4, "little") for number in (group, branch, expiry_height))
    parts = (
        header_digest(tx, group_, branch_, expiry),
        transparent_digest(tx),
        _hash(b"ZTxIdSaplingHash", b""),
        _hash(b"ZTxIdOrchardHash", b""),
    )
    return _hash(b"ZcashTxHash_" + branch_, b"".join(parts))


def auth_digest(tx: Tx, branch: int) -> bytes:
    """ "Authorizing Data Commitment" of a transparent transaction of version 5."""
    scripts = b"".join([SCRIPT.encode(each.script_sig) for each in tx.inputs])
    parts = _hash(b"ZTxAuthTransHash", scripts) + _hash(b"ZTxAuthSapliHash", b"") + _hash(b"ZTxAuthOrchaHash", b"")
    return _hash(b"ZTxAuthHash_" + branch.to_bytes(4, "little"), parts)
