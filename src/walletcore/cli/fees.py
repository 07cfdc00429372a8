"""Fees that nobody means: above these a command refuses to sign, unless it is told by name that they are meant.

Bitcoin Core, ``-maxtxfee`` (0.10 BTC); go-ethereum, ``--rpc.txfeecap`` (1 ether). Solana's nodes have no such cap; 0.1
SOL is this command's own. A service sets its own caps, by guards around its signers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from walletcore.chains.base import Chain
from walletcore.cli.inspection.finding import family
from walletcore.cli.show import amount
from walletcore.effects import Effect, Fee
from walletcore.errors import SigningRefused
from walletcore.signing import Signable

__all__ = ["CAPS", "check_fee"]

CAPS = {"bitcoin": 10_000_000, "evm": 10**18, "solana": 100_000_000}
"""Family -> the highest fee of a transaction, in the smallest unit of the chain's own asset."""


def check_fee(subject: Signable[Any], effects: Sequence[Effect], row: Chain) -> None:
    """Raise `SigningRefused` where the transaction may pay more than its family's cap.

    Of Bitcoin a fee that is only claimed counts as well: who made the transaction is not the enemy here.
    """
    cap = CAPS.get(family(row))
    told = [each.at_most or 0 for each in effects if isinstance(each, Fee) and each.asset == row.asset]
    fee = max([*told, getattr(subject, "claimed_fee", None) or 0])
    if cap is not None and fee > cap:
        shown, most = (amount(units, row.decimals, row.symbol) for units in (fee, cap))
        hint = "--high-fee signs all the same"
        raise SigningRefused(f"the fee may be {shown}, and {most} is the most", reason="policy", hint=hint)
