"""What a Signer is asked, and what it leaves behind (BIP-370, "Signer")."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from walletcore.chains.bitcoin.inputs import Input
from walletcore.chains.bitcoin.psbt.fields import PsbtGlobals, PsbtInput
from walletcore.chains.bitcoin.psbt.finalizing import has_signatures, name_of, names_of
from walletcore.chains.bitcoin.psbt.inputs import ways
from walletcore.chains.bitcoin.psbt.plain import SHAPES
from walletcore.chains.bitcoin.sighash import SIGHASH_ANYONECANPAY, SIGHASH_NONE, is_single
from walletcore.chains.bitcoin.transaction import Transaction
from walletcore.chains.bitcoin.tx import Tx
from walletcore.signing import SigningRequest

__all__ = ["HAS_SINGLE", "INPUTS", "OUTPUTS", "Wanted", "committed", "opened", "signed", "wanted"]

Wanted = tuple[tuple[int, bytes, SigningRequest], ...]
"""Signatures that are wanted: the place of an input, the key of the record, and the request."""

INPUTS, OUTPUTS, HAS_SINGLE = 0x01, 0x02, 0x04
"""The flags of PSBT_GLOBAL_TX_MODIFIABLE."""
_BASE = 0x1F


def wanted(transaction: Transaction, tx: Tx, inputs: Sequence[PsbtInput]) -> Wanted:
    """What keys still have to sign: nothing for inputs that are final, have signatures enough, or are others'.

    Raises `TransactionError` ("missing") for a taproot input beside an output that is not known, as in BIP-341.
    """
    if {each.is_plain for each in transaction.inputs} == {True} and SHAPES.keys() >= {each._numbers for each in inputs}:
        return _wanted_plainly(transaction)
    open_ = [_open_ways(each, fields, tx) for each, fields in zip(transaction.inputs, inputs, strict=True)]
    if not any(open_):
        return ()
    transaction._check_legacy()
    commitments = transaction._commitments(transaction.inputs)
    found: list[tuple[int, bytes, SigningRequest]] = []
    for place in range(max(map(len, open_))):
        subject = transaction if not place else _by_way(transaction, open_, place)
        for index, each in enumerate(open_):
            if place < len(each):
                way, names = each[place]
                requests, records = subject._requests_of(commitments, index, way), inputs[index]._records
                for name, request in zip(names, requests, strict=True):
                    if name not in records:
                        found.append((index, name, request))
    return tuple(found)


def _wanted_plainly(transaction: Transaction) -> Wanted:
    """The same where nobody has signed, and each input is spent by one key: nearly always."""
    inputs, commitments = transaction.inputs, transaction._commitments(transaction.inputs)
    request_of = transaction._request_of
    return tuple([(index, name_of(each), request_of(commitments, index, each)) for index, each in enumerate(inputs)])


_Ways = tuple[tuple[Input, list[bytes]], ...]


def _open_ways(each: Input, fields: PsbtInput, tx: Tx) -> _Ways:
    """The ways in which it can be signed, with the records of their keys; none if as many have signed as must."""
    if fields.is_final:
        return ()
    is_signed, found = has_signatures(fields), []
    for way in ways(each, fields, tx):
        names = names_of(way)
        if is_signed and sum([name in fields._records for name in names]) >= way.required:
            return ()
        if way.keys:
            found.append((way, names))
    return tuple(found)


def _by_way(transaction: Transaction, open_: Sequence[_Ways], place: int) -> Transaction:
    """The transaction whose inputs are signed in the way at this place, where they have so many."""
    pairs = zip(transaction.inputs, open_, strict=True)
    return replace(transaction, inputs=tuple([each[place][0] if place < len(each) else one for one, each in pairs]))


def opened(common: PsbtGlobals, hash_types: Collection[int]) -> PsbtGlobals:
    """The global map with the flags of what signatures of these types still leave open."""
    flags = common.tx_modifiable
    if flags is None or not hash_types:
        return common
    for hash_type in hash_types:
        flags &= ~committed(hash_type)
        if is_single(hash_type):
            flags |= HAS_SINGLE
    return common.with_fields(tx_modifiable=flags)


def committed(hash_type: int) -> int:
    """The flags of what a signature of this type does not leave open."""
    inputs = 0 if hash_type & SIGHASH_ANYONECANPAY else INPUTS
    return inputs if hash_type & _BASE == SIGHASH_NONE else inputs | OUTPUTS


def signed(fields: PsbtInput, new: dict[bytes, bytes]) -> PsbtInput:
    """With these signatures, each instead of one that is wrong: where a right one stands, nobody was asked."""
    if not fields._records.keys().isdisjoint(new):
        fields = fields.of({name: value for name, value in fields._records.items() if name not in new})
    return fields.with_records(new)
