"""What a challenge is for, told from a transaction that no ledger takes (SEP-0010)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from walletcore.chains.stellar.operations import ManageData
from walletcore.effects import Effect, Statement

if TYPE_CHECKING:
    from walletcore.chains.stellar.transaction import Transaction

__all__ = ["told"]

_NAME = re.compile(r"(?P<domain>[!-~]{1,59}) auth", re.ASCII)


def told(transaction: Transaction) -> tuple[Effect, ...]:
    """A statement, where the transaction has the form of a challenge and its sequence is 0; nothing for all others.

    Whose challenge it is, and whether it still stands, `walletcore.chains.stellar.challenge` checks.
    """
    operations = [each for each in transaction.operations if type(each) is ManageData]
    name = _NAME.fullmatch(operations[0].name) if operations else None
    if name is None or len(operations) != len(transaction.operations) or transaction.sequence != 0:
        return ()
    client = operations[0].source or transaction.source
    said = [f"{client.text} signs in at {name['domain']}"]
    said += [f"{each.name}={(each.value or b'')!r}" for each in operations[1:]]
    if transaction.memo is not None:
        said.append(f"memo {transaction.memo}")
    return (Statement(text="; ".join(said), meaning="sign-in (SEP-10): a transaction that no ledger takes"),)
