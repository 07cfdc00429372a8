"""What a signature commits to: BIP-143 for witness version 0, BIP-341 and BIP-342 for taproot, and what was before.

The hash types are named in Bitcoin Core's words; all of them have a formula here. Legacy: src/script/interpreter.cpp,
`SignatureHash` and `CTransactionSignatureSerializer`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from walletcore.chains.bitcoin.tx import Tx, TxOut, sized
from walletcore.coding.wire import compact_size
from walletcore.errors import TransactionError
from walletcore.hashes import sha256, sha256d, tagged

__all__ = [
    "HASH_TYPES",
    "SIGHASH_ALL",
    "SIGHASH_ANYONECANPAY",
    "SIGHASH_DEFAULT",
    "SIGHASH_NONE",
    "SIGHASH_SINGLE",
    "TAP_SIGHASH",
    "Commitments",
    "is_single",
]

SIGHASH_DEFAULT, SIGHASH_ALL, SIGHASH_NONE, SIGHASH_SINGLE, SIGHASH_ANYONECANPAY = 0x00, 0x01, 0x02, 0x03, 0x80
TAP_SIGHASH = tagged("TapSighash")
HASH_TYPES = {
    "DEFAULT": SIGHASH_DEFAULT,
    "ALL": SIGHASH_ALL,
    "NONE": SIGHASH_NONE,
    "SINGLE": SIGHASH_SINGLE,
    "ALL|ANYONECANPAY": SIGHASH_ALL | SIGHASH_ANYONECANPAY,
    "NONE|ANYONECANPAY": SIGHASH_NONE | SIGHASH_ANYONECANPAY,
    "SINGLE|ANYONECANPAY": SIGHASH_SINGLE | SIGHASH_ANYONECANPAY,
}
"""Core's names of the hash types, and the byte at the end of a signature; DEFAULT is taproot's, and has none."""
_BASE = 0x1F  # BIP-143 compares these bits of the hash type with NONE and SINGLE
_BLANK = b"\xff" * 8 + b"\x00"  # an output that a legacy SINGLE leaves open
_CODESEPARATOR = b"\xab"
_TAPROOT_TYPES = (0x00, 0x01, 0x02, 0x03, 0x81, 0x82, 0x83)
_U32 = 0xFFFF_FFFF
_EPOCH = b"\x00"
_ZERO = bytes(32)
_UNKNOWN = (b"", b"")
_P2PKH_HEAD, _P2PKH_TAIL = b"\x19\x76\xa9\x14", b"\x88\xac"
"""What stands around a witness program in its script code, with the size of that (BIP-143, "Specification")."""


class Commitments:
    """The messages of one transaction; what all inputs share is hashed once, so that n inputs cost n steps.

    ``spent`` are the outputs that the inputs spend, in their order; None stands for one that is not known: messages
    that need it raise `TransactionError` ("missing").
    """

    __slots__ = (
        "__dict__",
        "hash_outputs",
        "hash_prevouts",
        "hash_sequence",
        "inputs",
        "is_whole",
        "locktime",
        "outpoints",
        "outputs",
        "sequences",
        "sha_outputs",
        "sha_prevouts",
        "sha_sequences",
        "spent",
        "version",
    )

    prehash = sha256d
    """What hashes the messages of `legacy` and `segwit_v0`; that of `taproot` is `TAP_SIGHASH`."""

    def __init__(self, tx: Tx, spent: Sequence[TxOut | None]) -> None:
        if len(spent) != len(tx.inputs):
            raise TransactionError(f"expected {len(tx.inputs)} spent outputs, got {len(spent)}", reason="length")
        self.version = tx.version.to_bytes(4, "little")
        self.locktime = tx.locktime.to_bytes(4, "little")
        self.outpoints = [each.outpoint for each in tx.inputs]
        self.sequences = [each.sequence.to_bytes(4, "little") for each in tx.inputs]
        self.outputs = [each.encode() for each in tx.outputs]
        self.spent = [
            _UNKNOWN if each is None else (each.value.to_bytes(8, "little"), sized(each.script_pubkey))
            for each in spent
        ]
        self.is_whole = _UNKNOWN not in self.spent
        self.sha_prevouts = sha256(b"".join(self.outpoints))
        self.sha_sequences = sha256(b"".join(self.sequences))
        self.sha_outputs = sha256(b"".join(self.outputs))
        self.hash_prevouts, self.hash_sequence, self.hash_outputs = map(
            sha256, (self.sha_prevouts, self.sha_sequences, self.sha_outputs)
        )

    @cached_property
    def sha_amounts(self) -> bytes:
        """BIP-341: of the amounts that are spent."""
        return sha256(b"".join([amount for amount, _ in self.spent]))

    @cached_property
    def sha_scriptpubkeys(self) -> bytes:
        """BIP-341: of the scripts that are spent, each with its size."""
        return sha256(b"".join([script for _, script in self.spent]))

    @cached_property
    def _segwit_v0_ends(self) -> tuple[bytes, bytes]:
        """BIP-143: what stands before and after what is the input's own, where a signature commits to all."""
        head = self.version + self.hash_prevouts + self.hash_sequence
        return head, self.hash_outputs + self.locktime + SIGHASH_ALL.to_bytes(4, "little")

    @cached_property
    def _taproot_head(self) -> bytes:
        """BIP-341: what stands before the input's number, where the key path is signed with the default hash type."""
        start = _EPOCH + b"\x00" + self.version + self.locktime
        shared = self.sha_prevouts, self.sha_amounts, self.sha_scriptpubkeys, self.sha_sequences, self.sha_outputs
        return b"".join((start, *shared, b"\x00"))

    def legacy(self, index: int, script_code: bytes, hash_type: int = SIGHASH_ALL) -> bytes:
        """Before BIP-143: the transaction as this input sees it, whose double SHA-256 is signed.

        It repeats the whole transaction for each input. ``hash_type`` has four bytes. Raises `TransactionError` for
        SINGLE without an output at that place: the digest would be the number 1, and such a signature spends anything.
        """
        self._check(index, hash_type)
        anyone, base = hash_type & SIGHASH_ANYONECANPAY, hash_type & _BASE
        if base == SIGHASH_SINGLE and index >= len(self.outputs):
            raise TransactionError(f"SINGLE needs an output {index}", reason="range")
        whole = base not in (SIGHASH_NONE, SIGHASH_SINGLE)
        other = self.sequences if whole else [_ZERO[:4]] * len(self.sequences)
        inputs = [outpoint + b"\x00" + last for outpoint, last in zip(self.outpoints, other, strict=True)]
        inputs[index] = self.outpoints[index] + sized(_without_separators(script_code)) + self.sequences[index]
        if anyone:
            inputs = [inputs[index]]
        single = [_BLANK] * index + self.outputs[index : index + 1]
        outputs = self.outputs if whole else single if base == SIGHASH_SINGLE else []
        counts = compact_size.encode(len(inputs)), compact_size.encode(len(outputs))
        tail = self.locktime + hash_type.to_bytes(4, "little")
        return b"".join((self.version, counts[0], *inputs, counts[1], *outputs, tail))

    def segwit_v0(self, index: int, script_code: bytes, hash_type: int = SIGHASH_ALL) -> bytes:
        """BIP-143, "Specification": the preimage, whose double SHA-256 is signed. Raises `TransactionError`."""
        self._check(index, hash_type)
        amount, _ = self._known(index)
        if hash_type == SIGHASH_ALL:
            return self._segwit_v0_of_all(index, b"", sized(script_code), b"")
        anyone, base = hash_type & SIGHASH_ANYONECANPAY, hash_type & _BASE
        whole = base not in (SIGHASH_NONE, SIGHASH_SINGLE)
        single = base == SIGHASH_SINGLE and index < len(self.outputs)
        return b"".join(
            (
                self.version,
                _ZERO if anyone else self.hash_prevouts,
                self.hash_sequence if whole and not anyone else _ZERO,
                self.outpoints[index],
                sized(script_code),
                amount,
                self.sequences[index],
                self.hash_outputs if whole else sha256d(self.outputs[index]) if single else _ZERO,
                self.locktime,
                hash_type.to_bytes(4, "little"),
            )
        )

    def p2wpkh(self, index: int, program: bytes) -> bytes:
        """`segwit_v0` of an input whose output has this witness program, for a signature over everything."""
        return self._segwit_v0_of_all(index, _P2PKH_HEAD, program, _P2PKH_TAIL)

    def _segwit_v0_of_all(self, index: int, before: bytes, script_code: bytes, after: bytes) -> bytes:
        """The same; the size of the script code stands in one of its three parts."""
        (head, tail), (amount, _) = self._segwit_v0_ends, self._known(index)
        return b"".join((head, self.outpoints[index], before, script_code, after, amount, self.sequences[index], tail))

    def taproot(self, index: int, hash_type: int = SIGHASH_DEFAULT) -> bytes:
        """BIP-341, "Common signature message", for the key path without annex: 0x00 || SigMsg(hash_type, 0).

        `TAP_SIGHASH` of it is signed. Raises `TransactionError` for a hash type that BIP-341 does not have.
        """
        return self._taproot(index, hash_type, b"\x00", b"")

    def tapscript(
        self, index: int, leaf_hash: bytes, hash_type: int = SIGHASH_DEFAULT, *, separator: int = _U32
    ) -> bytes:
        """BIP-342, "Common Signature Message Extension": the message of a leaf, 0x00 || SigMsg(hash_type, 1) || ext.

        ``leaf_hash`` has 32 bytes; ``separator`` is the place of the last OP_CODESEPARATOR that was run, counted in
        opcodes, 0xFFFFFFFF for none. There is no annex, and the key version is 0. Raises `TransactionError`.
        """
        if type(leaf_hash) is not bytes or len(leaf_hash) != 32:
            raise TransactionError("expected the hash of a leaf, 32 bytes", reason="length")
        if type(separator) is not int or not 0 <= separator <= _U32:
            raise TransactionError("expected the place of a code separator from 0 to 2^32-1", reason="range")
        return self._taproot(index, hash_type, b"\x02", leaf_hash + b"\x00" + separator.to_bytes(4, "little"))

    def _taproot(self, index: int, hash_type: int, spend_type: bytes, extension: bytes) -> bytes:
        self._check(index, hash_type)
        if hash_type == SIGHASH_DEFAULT and spend_type == b"\x00" and self.is_whole:
            return self._taproot_head + index.to_bytes(4, "little")
        anyone, base = hash_type & SIGHASH_ANYONECANPAY, hash_type & ~SIGHASH_ANYONECANPAY
        if hash_type not in _TAPROOT_TYPES or (base == SIGHASH_SINGLE and index >= len(self.outputs)):
            raise TransactionError("expected a hash type of BIP-341, and for SINGLE an output", reason="range")
        if not (anyone or self.is_whole):
            raise TransactionError("an output that is spent is not known, to which taproot commits", reason="missing")
        parts = [_EPOCH, bytes((hash_type,)), self.version, self.locktime]
        if not anyone:
            parts += self.sha_prevouts, self.sha_amounts, self.sha_scriptpubkeys, self.sha_sequences
        if base not in (SIGHASH_NONE, SIGHASH_SINGLE):
            parts.append(self.sha_outputs)
        parts.append(spend_type)  # twice the ext_flag, no annex
        if anyone:
            parts += self.outpoints[index], *self._known(index), self.sequences[index]
        else:
            parts.append(index.to_bytes(4, "little"))
        if base == SIGHASH_SINGLE:
            parts.append(sha256(self.outputs[index]))
        parts.append(extension)
        return b"".join(parts)

    def _check(self, index: int, hash_type: int) -> None:
        if type(index) is not int or not 0 <= index < len(self.outpoints):
            raise TransactionError(f"expected an input from 0 to {len(self.outpoints) - 1}", reason="range")
        if type(hash_type) is not int or not 0 <= hash_type <= _U32:
            raise TransactionError("expected a hash type from 0 to 2^32-1", reason="range")

    def _known(self, index: int) -> tuple[bytes, bytes]:
        """The amount and the script that an input spends."""
        known = self.spent[index]
        if known is _UNKNOWN:
            raise TransactionError("the output that is spent is not known", reason="missing")
        return known


def is_single(hash_type: int) -> bool:
    """Whether a signature of this type commits to one output only: that at the place of its input."""
    return hash_type & _BASE == SIGHASH_SINGLE


def _without_separators(script_code: bytes) -> bytes:
    if _CODESEPARATOR not in script_code:
        return script_code
    from walletcore.chains.bitcoin.opcodes import without_separators  # hardly any script has one

    return without_separators(script_code)
