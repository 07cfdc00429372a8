"""Fees that nobody means: above these a command refuses to sign, unless it is told by name that they are meant.

Bitcoin Core, ``-maxtxfee`` (0.10 BTC); go-ethereum, ``--rpc.txfeecap`` (1 ether); xrpl.js, ``maxFeeXRP`` (2 XRP). The
nodes of Solana, Stellar, Theta and VeChain have no such cap; 0.1 SOL, 10 XLM, 100 TFUEL and 1,000 VTHO are this
command's own: of the latter two as much gas as a block takes costs 80 and 400. Tron's nodes take 15,000 TRX, and this
command 500. A service sets its own caps, by guards around its signers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from walletcore.chains.base import Chain
from walletcore.cli.inspection.finding import family
from walletcore.cli.show import amount
from walletcore.effects import Call, Effect, Fee
from walletcore.errors import SigningRefused
from walletcore.signing import Signable

__all__ = ["CAPS", "check_fee"]

CAPS = {
    "bitcoin": 10_000_000,
    "evm": 10**18,
    "solana": 100_000_000,
    "stellar": 100_000_000,
    "theta": 100 * 10**18,
    "tron": 500_000_000,
    "vechain": 1000 * 10**18,
    "xrpl": 2_000_000,
}
"""Family -> the highest fee of a transaction, in the smallest unit of the asset in which the chain's fees are paid."""

_MOST_UNITS = 1_400_000  # Solana, MAX_COMPUTE_UNIT_LIMIT (anza-xyz/agave, program-runtime/src/execution_budget.rs)


def check_fee(subject: Signable[Any], effects: Sequence[Effect], row: Chain) -> None:
    """Raise `SigningRefused` where the transaction may pay more than its family's cap.

    Of Bitcoin a fee that is only claimed counts as well: who made the transaction is not the enemy here. What a rollup
    takes for data, and a cluster for a signature, nobody can say: it is shown as unknown, and does not count.
    """
    cap = CAPS.get(family(row))
    told = [each.at_most for each in effects if isinstance(each, Fee) and each.asset == row.fee_asset]
    known = sum(each or 0 for each in told) + (_offered(effects) if None in told[1:] else 0)
    fee = max(known, getattr(subject, "claimed_fee", None) or 0)
    if cap is not None and fee > cap:
        raise _too_high(*(amount(units, row.decimals, row.fee_symbol) for units in (fee, cap)))
    for each in effects:  # in tokens, which count in as many decimals as the coin (CIP-64)
        if cap is not None and isinstance(each, Fee) and each.asset != row.fee_asset and (each.at_most or 0) > cap:
            raise _too_high(f"{each.at_most} of {each.asset}", f"{cap} of a token")


def _too_high(fee: str, most: str) -> SigningRefused:
    hint = "--high-fee signs all the same"
    return SigningRefused(f"the fee may be {fee}, and {most} is the most", reason="policy", hint=hint)


def _offered(effects: Sequence[Effect]) -> int:
    """Lamports for the most units that a transaction of Solana may use: where it has a price, and no limit to them."""
    calls = [each for each in effects if isinstance(each, Call) and each.name == "SetComputeUnitPrice"]
    return -(-sum(int(dict(each.arguments)["micro_lamports"]) for each in calls) * _MOST_UNITS // 1_000_000)
