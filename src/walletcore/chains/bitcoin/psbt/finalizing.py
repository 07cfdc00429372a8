"""The role of the Input Finalizer (BIP-174, "Input Finalizer"): from signatures to what an input hands over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from walletcore.chains.bitcoin.inputs import Input
from walletcore.chains.bitcoin.psbt.fields import ENDS, PsbtInput
from walletcore.chains.bitcoin.psbt.inputs import ways
from walletcore.chains.bitcoin.psbt.plain import SIGNED
from walletcore.chains.bitcoin.psbt.signatures import COMMITTED, HANDED_OVER, PARTIAL_SIG, TAP_KEY_SIG, TAP_SCRIPT_SIG
from walletcore.chains.bitcoin.script import P2A
from walletcore.chains.bitcoin.tx import Tx, Witness, encode_witness, sized
from walletcore.curves.secp256k1 import encode_der
from walletcore.errors import TransactionError
from walletcore.keys import PublicKey
from walletcore.signing import Signature

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.transaction import Transaction

__all__ = [
    "Final",
    "final_of",
    "finals_in",
    "finals_of",
    "has_signatures",
    "hash_type_of",
    "is_committed",
    "is_done",
    "is_enough",
    "name_of",
    "names_of",
    "record_of",
    "signature_of",
]

_BY_KEY, _BY_KEY_PATH = bytes((PARTIAL_SIG,)), bytes((TAP_KEY_SIG,))
SIGHASH_TYPE, FINAL_SCRIPTSIG, FINAL_SCRIPTWITNESS = b"\x03", b"\x07", b"\x08"
_ONE, _TWO, _A_KEY = b"\x01", b"\x02", b"\x21"  # how witnesses of so many items, and keys in them, begin
_BYTES = [bytes((number,)) for number in range(0x100)]
_SCHNORR = 64  # bytes without a hash type, which then is the default


class Final(NamedTuple):
    """What an input hands over, as its records have it, and the keys of the records that it was made of."""

    script_sig: bytes
    witness: bytes
    made_of: tuple[bytes, ...]

    @classmethod
    def in_(cls, fields: PsbtInput) -> Final:
        """That of an input which is final already."""
        records = fields._records
        made_of = tuple([key for key in (FINAL_SCRIPTSIG, FINAL_SCRIPTWITNESS) if key in records])
        return cls(records.get(FINAL_SCRIPTSIG, b""), records.get(FINAL_SCRIPTWITNESS, b""), made_of)

    @property
    def records(self) -> dict[bytes, bytes]:
        """The records that say it."""
        pairs = (FINAL_SCRIPTSIG, self.script_sig), (FINAL_SCRIPTWITNESS, self.witness)
        return {key: value for key, value in pairs if value}

    def put_in(self, fields: PsbtInput) -> PsbtInput:
        """The map with them, and without those that end."""
        return fields.without(ENDS).with_records(self.records)


_NOTHING = Final(b"", b"", ())
"""What spends an output of P2A, which so is final from the first: no field can say it, and Core takes an input without
any that verifies for a signed one (src/psbt.cpp, PSBTInputSignedAndVerified)."""


def record_of(each: Input, key: PublicKey) -> bytes:
    """The key of the record in which the signature by this key of an input stands."""
    if each.leaf is not None:
        return bytes((TAP_SCRIPT_SIG,)) + key.data[1:] + each.leaf.hash
    if each.kind == "p2tr":
        return _BY_KEY_PATH
    return _BY_KEY + (key.data if each.lock is None else each.lock.written(key))


def name_of(each: Input) -> bytes:
    """The key of the one record of an input that one key spends without a script (`Input.is_plain`)."""
    return _BY_KEY_PATH if each.kind == "p2tr" or each.key is None else _BY_KEY + each.key.data


def names_of(each: Input) -> list[bytes]:
    """The keys of the records in which its signatures stand, in the order of its keys."""
    if each.kind == "p2tr" and each.leaf is None:
        return [_BY_KEY_PATH]  # BIP-371: it needs no internal key to be handed over
    return [record_of(each, key) for key in each.keys]


def is_enough(each: Input, records: dict[bytes, bytes]) -> bool:
    """Whether as many keys have signed as must."""
    return sum(name in records for name in names_of(each)) >= each.required


def has_signatures(fields: PsbtInput) -> bool:
    """Whether there is a signature that can be handed over."""
    return not HANDED_OVER.isdisjoint(fields._numbers)


def is_committed(fields: PsbtInput) -> bool:
    """Whether there is a signature over the transaction, or only a part of one: others may not change what it is of."""
    return not COMMITTED.isdisjoint(fields._numbers)


def is_done(fields: PsbtInput) -> bool:
    """Whether it is final, and no field is left that ends then: a Combiner joins them to it again."""
    return fields.is_final and ENDS.isdisjoint(fields._numbers)


def signature_of(each: Input, answer: Signature) -> bytes:
    """BIP-341: 64 bytes, and the hash type unless it is the default; before: DER and the hash type."""
    hash_type = each.hash_type
    if each.kind == "p2tr":
        return answer.data + _BYTES[hash_type] if hash_type else answer.data
    return encode_der(answer.data) + _BYTES[hash_type]


def finals_of(transaction: Transaction, inputs: Sequence[PsbtInput], tx: Tx) -> list[Final | None]:
    """What each input hands over; None where signatures are missing. Raises `TransactionError`."""
    pairs = zip(transaction.inputs, inputs, strict=True)
    return [
        _final_of_plain(each, fields) if each.is_plain and fields._numbers in SIGNED else _final(each, fields, tx)
        for each, fields in pairs
    ]


def finals_in(transaction: Transaction, inputs: Sequence[PsbtInput]) -> list[Final | None]:
    """What each input hands over that is final already."""
    pairs = zip(transaction.inputs, inputs, strict=True)
    return [Final.in_(fields) if fields.is_final else _NOTHING if each.kind == P2A else None for each, fields in pairs]


def _final(each: Input, fields: PsbtInput, tx: Tx) -> Final | None:
    """Its own way first, as the key path is the cheapest; of other leaves the one that hands over least."""
    if fields.is_final:
        return Final.in_(fields)
    if each.kind == P2A:
        return _NOTHING
    if not has_signatures(fields):
        return None
    found_ways = ways(each, fields, tx)
    first = found_ways[0]
    done = final_of(first, fields)
    if len(found_ways) == 1 or (done is not None and first.leaf is None):
        return done
    found = [done, *[final_of(way, fields) for way in found_ways[1:]]]
    return min(filter(None, found), key=lambda one: len(one.witness), default=None)


def final_of(each: Input, fields: PsbtInput) -> Final | None:
    """What an input hands over in this way.

    None where signatures are missing, or nothing is known of what the input must hand over. Raises `TransactionError`.
    """
    if each.is_plain:
        return _final_of_plain(each, fields)
    records, required = fields._records, each.required
    names = names_of(each)
    chosen = [name for name in names if name in records][:required]
    if not chosen or len(chosen) < required:
        return None
    signatures = [records[name] for name in chosen]
    if SIGHASH_TYPE in records:  # without it any type may stand there: who extracts decides
        _check_types(each, signatures)
    if len(names) > len(chosen) and each.leaf is not None:  # which has a place for each key
        signatures = [records[name] if name in chosen else b"" for name in names]
    script_sig, witness = _spend(each, signatures)
    return Final(script_sig, encode_witness(witness) if witness else b"", tuple(chosen))


def _final_of_plain(each: Input, fields: PsbtInput) -> Final | None:
    """The same of an input that one key spends without a script (`Input.is_plain`)."""
    records, name = fields._records, name_of(each)
    signature = records.get(name)
    if signature is None:
        return None
    if each.kind == "p2tr":
        if SIGHASH_TYPE in records:
            _check_types(each, (signature,))
        return Final(b"", _ONE + sized(signature), (name,))
    if SIGHASH_TYPE in records and signature[-1] != each.hash_type:
        _check_types(each, (signature,))  # refuses
    return Final(b"", _TWO + sized(signature) + _A_KEY + name[1:], (name,))


def hash_type_of(each: Input, signature: bytes) -> int:
    """The number at the end of a signature."""
    return 0 if each.kind == "p2tr" and len(signature) == _SCHNORR else signature[-1]


def _check_types(each: Input, signatures: Sequence[bytes]) -> None:
    """Raise `TransactionError` for a signature of another hash type than the input asks for."""
    for signature in signatures:
        hash_type = hash_type_of(each, signature)
        if hash_type != each.hash_type:
            message = f"expected a signature {each.sighash}, got one of type {hash_type}"
            raise TransactionError(message, reason="mismatch")


def _spend(each: Input, signatures: Sequence[bytes]) -> tuple[bytes, Witness]:
    """What the script takes; a taproot output whose internal key nobody names takes the signature alone (BIP-341)."""
    return each.lock.spend(signatures) if each.lock is not None else (b"", tuple(signatures))
