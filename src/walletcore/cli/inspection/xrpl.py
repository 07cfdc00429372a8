"""What is odd about a transaction of the XRP Ledger: accounts that nobody has, what never expires, what is partial.

xrpl.org, "Addresses" (Special Addresses), "Reliable Transaction Submission", "Partial Payments", "Rippling".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from walletcore.chains.base import Chain
from walletcore.cli.inspection.finding import Oddity
from walletcore.effects import Effect, Transfer

__all__ = ["oddities", "of_account"]

_PARTIAL, _NO_RIPPLE = 0x00020000, 0x00020000  # tfPartialPayment of Payment, tfSetNoRipple of TrustSet
_NOBODY = (  # xrpl.org, "Special Addresses": black holes
    *("rrrrrrrrrrrrrrrrrrrrrhoLvTp", "rrrrrrrrrrrrrrrrrrrrBZbvji"),  # ACCOUNT_ZERO, ACCOUNT_ONE
    *("rrrrrrrrrrrrrrrrrNAMEtxvNvQ", "rrrrrrrrrrrrrrrrrrrn5RM1rHd"),  # of names, NaN
)


def oddities(
    row: Chain, subject: Any, effects: Sequence[Effect], raw: bytes, change: Collection[int]
) -> Iterator[Oddity]:
    """The oddities that only this family has."""
    del row, raw, change
    fields = subject.fields()
    if "LastLedgerSequence" not in fields:
        text = "no LastLedgerSequence: a ledger may take it at any later time"
        yield Oddity(code="never-expires", text=text)
    flags = fields.get("Flags", 0)
    if fields["TransactionType"] == "Payment" and flags & _PARTIAL:
        yield Oddity(code="partial-payment", text="any part of the amount may arrive, and the payment succeeds")
    if fields["TransactionType"] == "TrustSet" and not flags & _NO_RIPPLE:
        text = (
            "without tfSetNoRipple, others may exchange what the account holds for the same currency of another issuer"
        )
        yield Oddity(code="rippling", text=text)
    if fields.get("SigningPubKey") == "" and not fields.get("Signers"):
        yield Oddity(code="no-signer", text="for several who sign together, none of whom is named")
    for effect in effects:
        if isinstance(effect, Transfer):
            yield from of_account(effect.destination.rpartition(":")[2])


def of_account(text: str) -> Iterator[Oddity]:
    """What a payer should know of an account, by its classic address."""
    if text in _NOBODY:
        yield Oddity(code="unspendable", text="an account that nobody has a key for: what it is sent is lost")
