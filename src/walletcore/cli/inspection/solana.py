"""What is odd about a Solana transaction or account: fees, blockhashes, and accounts that are programs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from walletcore.chains.base import Chain
from walletcore.chains.solana import SolanaChain
from walletcore.cli.inspection.finding import Oddity
from walletcore.effects import Effect, Fee, Transfer
from walletcore.errors import InvalidKey
from walletcore.keys import Curve, PublicKey

__all__ = ["oddities", "of_account"]

_HIGH_FEE = 100_000_000  # lamports


def oddities(
    row: Chain, subject: Any, effects: Sequence[Effect], raw: bytes, change: Collection[int]
) -> Iterator[Oddity]:
    """The oddities that only this family has."""
    del raw, change
    assert isinstance(row, SolanaChain)
    if not any(subject.message.recent_blockhash):
        yield Oddity(code="no-blockhash", text="its blockhash is empty: no cluster takes it")
    fee = sum(effect.at_most or 0 for effect in effects if isinstance(effect, Fee))
    if fee > _HIGH_FEE:
        yield Oddity(code="high-fee", text=f"a priority fee of up to {fee} lamports")
    for effect in effects:
        if isinstance(effect, Transfer) and effect.asset == row.asset and effect.destination:
            address = row.parse_address(effect.destination.rpartition(":")[2])
            for found in of_account(address.payload):
                yield Oddity(code=found.code, text=f"{address}: {found.text}")


def of_account(payload: bytes) -> Iterator[Oddity]:
    """What is odd about 32 bytes as the destination of coins."""
    from walletcore.chains.solana.programs import PROGRAMS

    if payload in PROGRAMS:
        yield Oddity(code="unspendable", text="a program of the cluster: what is sent there is lost")
        return
    try:
        PublicKey(Curve.ED25519, payload)
    except InvalidKey:
        yield Oddity(code="no-key", text="no public key: an account of a program, which nobody signs for")
