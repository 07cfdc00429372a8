"""Outputs of several keys that are guarded as something is that the same transaction spends.

A script of the wallet's own keys alone is not found again by its keys: which of them, how many, in which order and in
what kind of script is as good as a password. Who has made an input so knows all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from walletcore.chains.base import Likeness, Owners
from walletcore.chains.bitcoin.inputs import Input
from walletcore.chains.bitcoin.locks import Lock
from walletcore.chains.bitcoin.outcome import are_fixed
from walletcore.chains.bitcoin.transaction import Transaction

__all__ = ["likenesses"]

_Shape = tuple[str, int, bool, tuple[object, ...]]
"""A kind of script, how many keys sign, whether they are sorted, and the accounts that they are of."""


def likenesses(subject: Any) -> list[Likeness]:
    """Places of outputs of several keys, and the owners of inputs of the same shape, for each shape.

    An input counts whose previous transaction shows its script, and that stays. If there are no others, all of them
    count together: every key that signs signs for such a script then. One that is only said to be so may be anybody's.
    """
    if type(subject) is not Transaction:
        return []
    places: dict[_Shape, set[int]] = {}
    for place, output in enumerate(subject.outputs):
        for shape in _shapes(output.lock):
            places.setdefault(shape, set()).add(place)
    spent: dict[_Shape, list[Input]] = {}
    for each in subject.inputs if places else ():
        for shape in _shapes(each.lock):
            spent.setdefault(shape, []).append(each)
    return [(places[shape], _proven(inputs, subject.inputs)) for shape, inputs in spent.items() if shape in places]


def _proven(alike: Sequence[Input], inputs: Sequence[Input]) -> list[Owners]:
    """Groups of owners, of which one that is all the wallet's own is enough."""
    found = [_owners(each) for each in alike if each.previous] if are_fixed(inputs) else []
    alone = [tuple([pair for each in alike for pair in _owners(each)])] if len(alike) == len(inputs) else []
    return found + alone


def _owners(each: Input) -> Owners:
    return () if each.lock is None else each.lock.owners


def _shapes(lock: Lock | None) -> list[_Shape]:
    """How a script is made of accounts with the keys at one place of each: in their order, or sorted (BIP-67).

    Keys that are sorted may be either. None of a script of one key, and of keys at several places.
    """
    owners = () if lock is None else lock.owners
    if lock is None or len(owners) < 2:
        return []
    origins = [origin for _, origin in owners if origin is not None]
    if len(origins) < len(owners) or len({each.path.steps[-2:] for each in origins}) > 1:
        return []
    accounts = tuple([(each.fingerprint, each.path.steps[:-2]) for each in origins])
    keys = [key.data for key, _ in owners]
    shapes: list[_Shape] = [(lock.kind, lock.required, False, accounts)]
    if keys == sorted(keys):
        shapes.append((lock.kind, lock.required, True, tuple(sorted(accounts))))
    return shapes
