"""PSBTs that ask to sign a message, which stands in their global map (BIP-322, "PSBT signer", "PSBT finalizer").

The BIP takes one that signs something else for an ordinary PSBT. Here it is refused: who has read what is said there
would sign something else.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from walletcore.chains.base import SignedMessage
from walletcore.chains.bitcoin.bip322 import GenericMessage, message_of
from walletcore.chains.bitcoin.psbt.signing import Wanted, wanted
from walletcore.chains.bitcoin.tx import Tx
from walletcore.errors import TransactionError

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.psbt import Psbt
    from walletcore.chains.bitcoin.transaction import Transaction

__all__ = ["asked_of", "check", "message_in", "signed_message"]


def message_in(psbt: Psbt, transaction: Transaction) -> GenericMessage:
    """The message that a PSBT names, signed by a transaction that it describes. Raises `TransactionError`."""
    return message_of(psbt.globals.generic_signed_message or b"", transaction)


def check(psbt: Psbt) -> None:
    """Refuse what its `Safety` does not allow: hash types, and amounts of funds that are only claimed.

    What the first input spends follows from the message, and no fee is paid: no network takes the transaction. Raises
    `SigningRefused`, and `TransactionError` where another message is signed.
    """
    psbt.safety.check_inputs(_of(psbt).to_sign)


def asked_of(psbt: Psbt) -> Wanted:
    """What keys still have to sign, about the message: about one for each way in which outputs are spent.

    Raises as `check` does.
    """
    check(psbt)
    made = {id(psbt.transaction): _of(psbt)}
    found = []
    for index, name, request in wanted(psbt.transaction, psbt.unsigned_tx, psbt._counting()):
        subject: object = request.subject
        if id(subject) not in made:
            made[id(subject)] = message_in(psbt, subject)  # type: ignore[arg-type]  # what `wanted` asks about
        found.append((index, name, request.about(made[id(subject)])))
    return tuple(found)


def signed_message(psbt: Psbt) -> SignedMessage[GenericMessage]:
    """See `Psbt.signed_message`. A signature of another hash type than ALL and DEFAULT signs no message."""
    message = _of(psbt)
    signed = replace(psbt, safety=replace(psbt.safety, sighash=())) if psbt.safety.sighash else psbt
    done = signed.finalize()
    raw = message.signature_in(Tx.decode(done.raw))
    return SignedMessage(chain=psbt.chain, raw=raw, message=message, answers=done.answers)


def _of(psbt: Psbt) -> GenericMessage:
    message = psbt.message
    if message is None:
        raise TransactionError("the PSBT names no message", reason="missing", hint="`Psbt.finalize` makes transactions")
    return message
