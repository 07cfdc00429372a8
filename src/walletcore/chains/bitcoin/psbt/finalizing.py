"""The role of the Input Finalizer (BIP-174, "Input Finalizer"): from signatures to what an input hands over."""

from __future__ import annotations

from collections.abc import Sequence

from walletcore.chains.bitcoin.inputs import Input
from walletcore.chains.bitcoin.psbt.fields import ENDS, PsbtInput
from walletcore.chains.bitcoin.tx import Witness, encode_witness
from walletcore.curves.secp256k1 import encode_der
from walletcore.errors import TransactionError
from walletcore.keys import PublicKey
from walletcore.signing import Signature

__all__ = ["PARTIAL_SIG", "TAP_KEY_SIG", "finalized", "is_enough", "record_of", "signature_of"]

PARTIAL_SIG, TAP_KEY_SIG = 0x02, 0x13
_FINAL_SCRIPTSIG, _FINAL_SCRIPTWITNESS = b"\x07", b"\x08"


def record_of(each: Input, key: PublicKey) -> bytes:
    """The key of the record in which the signature by this key of an input stands."""
    if each.kind == "p2tr":
        return bytes((TAP_KEY_SIG,))
    written = key.data if each.lock is None else each.lock.written(key)
    return bytes((PARTIAL_SIG,)) + written


def is_enough(each: Input, records: dict[bytes, bytes]) -> bool:
    """Whether as many keys have signed as must."""
    return sum(record_of(each, key) in records for key in each.keys) >= each.required


def signature_of(each: Input, answer: Signature) -> bytes:
    """BIP-341: 64 bytes, and the hash type unless it is the default; before: DER and the hash type."""
    hash_type = each.hash_type
    if each.kind == "p2tr":
        return answer.data + bytes((hash_type,)) if hash_type else answer.data
    return encode_der(answer.data) + bytes((hash_type,))


def finalized(each: Input, fields: PsbtInput) -> tuple[PsbtInput, tuple[bytes, ...]] | None:
    """The map with the final script_sig and witness, and the keys of the records that they were made of.

    None where signatures are missing, or nothing is known of what the input must hand over. Raises `TransactionError`.
    """
    records = dict(fields.records)
    names = [record_of(each, key) for key in each.keys]
    chosen = tuple([name for name in names if name in records][: each.required])
    if not chosen or len(chosen) < each.required:
        return None
    signatures = [_checked(each, records[name]) for name in chosen]
    script_sig, witness = _spend(each, signatures)
    final = {_FINAL_SCRIPTSIG: script_sig} if script_sig else {}
    if witness:
        final[_FINAL_SCRIPTWITNESS] = encode_witness(witness)
    return fields.without(ENDS).with_records(final), chosen


def _checked(each: Input, signature: bytes) -> bytes:
    """A signature of the hash type that the input asks for. Raises `TransactionError`."""
    is_short = each.kind == "p2tr" and len(signature) == 64
    hash_type = 0 if is_short else signature[-1]
    if hash_type != each.hash_type or (each.kind == "p2tr" and not is_short and not hash_type):
        raise TransactionError(f"expected a signature {each.sighash}, got one of type {hash_type}", reason="mismatch")
    return signature


def _spend(each: Input, signatures: Sequence[bytes]) -> tuple[bytes, Witness]:
    """BIP-141: signature and key; BIP-341: the signature alone; for other kinds what their script takes."""
    if each.lock is not None:
        return each.lock.spend(signatures)
    return b"", tuple(signatures) if each.kind == "p2tr" else (*signatures, each.keys[0].data)
