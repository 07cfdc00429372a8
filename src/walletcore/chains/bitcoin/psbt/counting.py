"""Which signatures of a PSBT count: they are verified before an input has enough (BIP-174, "Input Finalizer")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from walletcore.chains.bitcoin.inputs import Input
from walletcore.chains.bitcoin.psbt.fields import PsbtInput
from walletcore.chains.bitcoin.psbt.finalizing import hash_type_of, is_enough, names_of
from walletcore.chains.bitcoin.psbt.inputs import ways
from walletcore.chains.bitcoin.psbt.plain import SHAPES
from walletcore.chains.bitcoin.psbt.safety import Safety
from walletcore.chains.bitcoin.psbt.signatures import SIGNATURES, TAP_KEY_SIG, TAP_SCRIPT_SIG
from walletcore.chains.bitcoin.transaction import Transaction
from walletcore.chains.bitcoin.tx import Tx
from walletcore.errors import InvalidSignature, TransactionError

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.spends import Spends

__all__ = ["Proven", "counted"]

Proven = dict[tuple[int, bytes], bytes]
"""Records that were verified or vouched for: the place of the input, the key of the record, and its value."""

_LATER = ("missing", "too-large")  # what cannot be verified, as an output is not known, or costs too much


def counted(
    transaction: Transaction, tx: Tx, inputs: tuple[PsbtInput, ...], proven: Proven, safety: Safety
) -> tuple[tuple[PsbtInput, ...], Proven]:
    """The maps without signatures that are wrong, and what is proven now; the same tuple if there are none.

    Looked at are inputs that seem to have enough. A signature that cannot be verified stays, and one of another hash
    type than the input asks for, which is not passed over in silence; whoever extracts verifies them.
    """
    found, known = {}, dict(proven)
    verifier = _Verifier(transaction, tx, known, safety)
    for index, (each, fields) in enumerate(zip(transaction.inputs, inputs, strict=True)):
        if fields._numbers in SHAPES:
            continue
        unproven = []
        for name, value in fields._records.items():
            if name[0] in SIGNATURES and proven.get((index, name)) != value:
                unproven.append(name)
        if unproven and not fields.is_final:
            enough = [way for way in ways(each, fields, tx) if is_enough(way, fields._records)]
            names = {name for way in enough for name in names_of(way)}
            wrong = {name for name in unproven if name in names and verifier.is_wrong(index, fields, name)}
            if wrong:
                found[index] = fields.of({k: value for k, value in fields._records.items() if k not in wrong})
    return (tuple([found.get(index, fields) for index, fields in enumerate(inputs)]) if found else inputs), known


class _Verifier:
    """The signatures of one transaction; what they share is computed when the first is looked at."""

    def __init__(self, transaction: Transaction, tx: Tx, proven: Proven, safety: Safety) -> None:
        self.transaction, self.tx, self.proven, self.safety = transaction, tx, proven, safety
        self.spends: Spends | None = None

    def is_wrong(self, index: int, fields: PsbtInput, name: bytes) -> bool:
        """Whether a signature is not by the key of its record. One that is right and allowed is proven then."""
        each, value = self.transaction.inputs[index], fields._records[name]
        asked = fields.sighash_type
        if asked not in (None, hash_type_of(each, value)):
            return False
        try:
            sighash = self._verified(index, each, name, value)
        except (InvalidSignature, TransactionError) as error:
            return error.reason not in _LATER
        if sighash in self.safety.allowed:
            self.proven[index, name] = value
        return False

    def _verified(self, index: int, each: Input, name: bytes, value: bytes) -> str:
        from walletcore.chains.bitcoin.spends import Spends  # whoever signs alone does not need it

        if self.spends is None:
            spent = [each.spent for each in self.transaction.inputs]
            self.spends = Spends(self.tx, spent, dialect=self.transaction.chain.dialect)
        if name[0] == TAP_KEY_SIG:
            return self.spends.signed_by(index, each.script_pubkey[2:], value)
        if name[0] == TAP_SCRIPT_SIG:
            return self.spends.signed_by(index, name[1:33], value, leaf=name[33:])
        return self.spends.signed_by(index, name[1:], value, script=each.script_code, is_segwit=not each.is_legacy)
