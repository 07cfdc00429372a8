"""What a Signer leaves behind beside its signatures (BIP-370, "Signer"), and the Extractor's last look at them."""

from __future__ import annotations

from collections.abc import Sequence

from walletcore.chains.bitcoin.psbt.fields import PsbtGlobals
from walletcore.chains.bitcoin.psbt.safety import Safety
from walletcore.chains.bitcoin.sighash import SIGHASH_ANYONECANPAY, SIGHASH_NONE, is_single
from walletcore.chains.bitcoin.transaction import Transaction
from walletcore.chains.bitcoin.tx import Tx
from walletcore.errors import InvalidSignature, SigningRefused, TransactionError

__all__ = ["opened", "verify"]

_INPUTS, _OUTPUTS, _SINGLE = 0x01, 0x02, 0x04  # the flags of TX_MODIFIABLE
_BASE = 0x1F


def opened(common: PsbtGlobals, hash_types: Sequence[int]) -> PsbtGlobals:
    """The global map with the flags of what signatures of these types still leave open."""
    flags = common.tx_modifiable
    if flags is None or not hash_types:
        return common
    for hash_type in hash_types:
        if not hash_type & SIGHASH_ANYONECANPAY:
            flags &= ~_INPUTS
        if hash_type & _BASE != SIGHASH_NONE:
            flags &= ~_OUTPUTS
        if is_single(hash_type):
            flags |= _SINGLE
    return common.with_fields(tx_modifiable=flags)


def verify(signed: Tx, transaction: Transaction, places: Sequence[int], safety: Safety) -> None:
    """Verify the inputs at these places, whose signatures were made elsewhere.

    Raises `InvalidSignature`, `TransactionError` ("missing") where an output that is spent is not known, and
    `SigningRefused` where a script is not understood.
    """
    from walletcore.chains.bitcoin.spends import Spends  # whoever signs alone does not need it

    spent = [each.spent for each in transaction.inputs if each.spent is not None]
    if len(spent) < len(transaction.inputs):
        raise TransactionError(
            "an output that is spent is not known, so no signature can be verified", reason="missing"
        )
    spends = Spends(signed, spent)
    for index in places:
        try:
            spends.verify(index, sighash=tuple(safety.allowed))
        except InvalidSignature as error:
            if error.reason != "unknown":
                raise
            if not safety.trust_scripts:
                hint = "Safety(trust_scripts=True) gives it away unverified"
                raise SigningRefused(str(error), reason="policy", hint=hint) from None
