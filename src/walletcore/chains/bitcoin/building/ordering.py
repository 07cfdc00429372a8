"""The order of inputs and outputs: BIP-69's, by chance, or as it is given.

Who looks at the chain shall not see from the order which output is the change. BIP-69 sorts, so that anybody can repeat
it; by chance, the order tells nothing, and who built it cannot be asked to prove that.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from walletcore.chains.bitcoin.inputs import Input
from walletcore.chains.bitcoin.tx import TxOut

__all__ = ["ORDERINGS", "Ordering", "shuffled", "sorted_inputs", "sorted_outputs"]

T = TypeVar("T")
Ordering = Callable[[Sequence[Input], Sequence[TxOut]], tuple[tuple[Input, ...], tuple[TxOut, ...]]]


def sorted_inputs(inputs: Iterable[Input]) -> tuple[Input, ...]:
    """By txid as explorers show it, then by vout (BIP-69, "Transaction Inputs")."""
    return tuple(sorted(inputs, key=lambda each: (each.txid, each.vout)))


def sorted_outputs(outputs: Iterable[TxOut]) -> tuple[TxOut, ...]:
    """By amount, then by script (BIP-69, "Transaction Outputs")."""
    return tuple(sorted(outputs, key=lambda output: (output.value, output.script_pubkey)))


def shuffled(items: Iterable[T]) -> tuple[T, ...]:
    """In an order that nobody can foresee, from the system's randomness."""
    mixed = list(items)
    secrets.SystemRandom().shuffle(mixed)
    return tuple(mixed)


ORDERINGS: dict[str, Ordering] = {
    "bip69": lambda inputs, outputs: (sorted_inputs(inputs), sorted_outputs(outputs)),
    "random": lambda inputs, outputs: (shuffled(inputs), shuffled(outputs)),
    "given": lambda inputs, outputs: (tuple(inputs), tuple(outputs)),
}
"""Name -> inputs and outputs in that order; with "given" the change comes last."""
