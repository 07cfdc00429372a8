"""The role of the Transaction Extractor (BIP-174, "Transaction Extractor"): what is final, and a last look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from walletcore.chains.base import SignedTransaction
from walletcore.chains.bitcoin.parts import FLAG, MARKER
from walletcore.chains.bitcoin.psbt.fields import GENERIC_SIGNED_MESSAGE, PsbtInput
from walletcore.chains.bitcoin.psbt.finalizing import Final, is_done
from walletcore.chains.bitcoin.psbt.safety import Safety
from walletcore.chains.bitcoin.relatives.dialect import names_of_types
from walletcore.chains.bitcoin.transaction import Transaction
from walletcore.chains.bitcoin.tx import Tx
from walletcore.errors import InvalidSignature, MissingSignature, SigningRefused, TransactionError

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.chain import BitcoinChain
    from walletcore.chains.bitcoin.psbt import Psbt
    from walletcore.chains.bitcoin.psbt.counting import Proven

__all__ = ["doubtful", "extracted", "made_final", "network_form"]

_HINT = "other holders of keys sign the same PSBT (`Psbt.raw`), and `combine` joins what they return"
_NO_WITNESS = b"\x00"


def extracted(psbt: Psbt, finals: Sequence[Final | None]) -> SignedTransaction[Transaction]:
    """The transaction of a PSBT whose inputs hand over these. Raises what `Psbt.extract` raises."""
    transaction, chain, tx = psbt.transaction, psbt.chain, psbt.unsigned_tx
    found = _handed_over(finals, psbt.inputs, psbt._counting())
    raw, size = network_form(chain, tx, psbt._unsigned_bytes, found)
    if GENERIC_SIGNED_MESSAGE in psbt.globals._records:
        from walletcore.chains.bitcoin.psbt.messages import check

        check(psbt)
    else:
        psbt.safety.check(transaction, size)
    unproven = doubtful(found, psbt.inputs, psbt._proven or {})
    if unproven:
        _verify(Tx.decode(raw, max_money=chain.max_money), transaction, unproven, psbt.safety)
    return SignedTransaction(chain=chain, raw=raw, transaction=transaction, answers=(None,) * len(found))


def _handed_over(
    finals: Sequence[Final | None], inputs: Sequence[PsbtInput], counted: Sequence[PsbtInput]
) -> list[Final]:
    """What all inputs hand over. ``counted`` are their maps without signatures that are wrong.

    Raises `MissingSignature` where an input is not final, `InvalidSignature` where a wrong signature is the reason.
    """
    found = [final for final in finals if final is not None]
    if len(found) < len(finals):
        missing = [index for index, final in enumerate(finals) if final is None]
        wrong = [index for index in missing if counted[index] is not inputs[index]]
        places = ", ".join(map(str, (wrong or missing)[:10]))
        if wrong:
            raise InvalidSignature(f"inputs {places} have signatures that are not by their keys", reason="mismatch")
        raise MissingSignature(f"too few signatures: inputs {places} are not final", reason="missing", hint=_HINT)
    return found


def made_final(
    finals: Sequence[Final | None], inputs: Sequence[PsbtInput], proven: Proven
) -> tuple[tuple[PsbtInput, ...], Proven]:
    """The maps with what they hand over, and what is proven then."""
    unproven = set(doubtful(finals, inputs, proven))
    made, known = list(inputs), dict(proven)
    for index, final in enumerate(finals):
        if final is not None and not is_done(inputs[index]):
            if index not in unproven:
                known |= {(index, key): value for key, value in final.records.items()}
            made[index] = final.put_in(inputs[index])
    return tuple(made), known


def doubtful(finals: Sequence[Final | None], inputs: Sequence[PsbtInput], proven: Proven) -> list[int]:
    """Places of those that are not made of what this process has signed or verified."""
    found = [
        index
        for index, final in enumerate(finals)
        if final is not None
        for name in final.made_of
        if proven.get((index, name)) != inputs[index]._records[name]
    ]
    return list(dict.fromkeys(found))


def network_form(chain: BitcoinChain, tx: Tx, unsigned: bytes, finals: Sequence[Final]) -> tuple[bytes, int]:
    """The signed transaction, of the bytes that stand in the PSBT already, and its virtual size."""
    stripped = unsigned
    scripts = [final.script_sig for final in finals]
    if any(scripts):
        pairs = zip(tx.inputs, scripts, strict=True)
        inputs = tuple([replace(each, script_sig=script_sig) for each, script_sig in pairs])
        stripped = replace(tx, inputs=inputs).encode()
    witnesses = b"".join([final.witness or _NO_WITNESS for final in finals])
    if not witnesses.strip(_NO_WITNESS):
        return stripped, len(stripped)
    if "p2wpkh" not in chain.kinds:
        raise TransactionError(f"{chain.name} has no witnesses, which the final inputs have", reason="network")
    raw = b"".join((stripped[:4], MARKER, FLAG, stripped[4:-4], witnesses, stripped[-4:]))
    return raw, (3 * len(stripped) + len(raw) + 3) // 4


def _verify(signed: Tx, transaction: Transaction, places: Sequence[int], safety: Safety) -> None:
    """Verify the inputs at these places, whose signatures were made elsewhere.

    Raises `InvalidSignature`, `TransactionError` ("missing") where an output that is spent is not known, and
    `SigningRefused` where a script is not understood, or a hash type is not allowed.
    """
    from walletcore.chains.bitcoin.spends import Spends  # whoever signs alone does not need it

    spent = [each.spent for each in transaction.inputs if each.spent is not None]
    if len(spent) < len(transaction.inputs):
        raise TransactionError(
            "an output that is spent is not known, so no signature can be verified", reason="missing"
        )
    dialect = transaction.chain.dialect
    spends, names = Spends(signed, spent, dialect=dialect), tuple(names_of_types(dialect).values())
    for index in places:
        try:
            signers = spends.signers(index, sighash=names)
        except InvalidSignature as error:
            if error.reason != "unknown":
                raise
            if not safety.trust_scripts:
                hint = "Safety(trust_scripts=True) gives it away unverified"
                raise SigningRefused(str(error), reason="policy", hint=hint) from None
            continue
        for _, name in signers:
            safety.check_type(index, name)
