"""Answers to several requests, one place for each: accepted, joined, and complete or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from walletcore.errors import InvalidSignature, MissingSignature
from walletcore.signing.requests import Answers, Signature, SigningRequest

__all__ = ["accepted", "answered", "complete", "merge"]


def merge(*parts: Answers) -> Answers:
    """Answers from several places for the same requests; the first that is present wins. Raises `InvalidSignature`."""
    for part in parts:
        _check_answers(part)
    if len({len(part) for part in parts}) > 1:
        raise InvalidSignature("expected parts with the same number of places", reason="length")
    return tuple(next((a for a in places if a is not None), None) for places in zip(*parts, strict=True))


def answered(requests: Sequence[SigningRequest], answers: Answers) -> tuple[Signature, ...]:
    """Each answer accepted by the request in its place, none of them absent: `complete` of `accepted`.

    Raises `InvalidSignature`, and `MissingSignature` naming the places.
    """
    if type(answers) is not tuple or len(answers) != len(requests):
        raise InvalidSignature(f"expected a tuple of {len(requests)} answers", reason="length")
    taken: list[Signature] = []
    for request, answer in zip(requests, answers, strict=True):
        if answer is None:
            return complete(accepted(requests, answers))  # which says what is wrong
        taken.append(request.accept(answer))
    return tuple(taken)


def complete(answers: Answers) -> tuple[Signature, ...]:
    """The same answers, none of them absent. Raises `MissingSignature` naming the places."""
    _check_answers(answers)
    missing = [place for place, answer in enumerate(answers) if answer is None]
    if missing:
        raise MissingSignature(f"no signature for request {', '.join(map(str, missing[:10]))}", reason="missing")
    return cast("tuple[Signature, ...]", answers)


def _check_answers(answers: Answers) -> None:
    if type(answers) is not tuple:
        raise InvalidSignature(f"expected a tuple of answers, got {type(answers).__name__}", reason="type")


def accepted(requests: Sequence[SigningRequest], answers: Answers) -> Answers:
    """Each answer accepted by the request in its place. Raises `InvalidSignature`."""
    if type(answers) is not tuple or len(answers) != len(requests):
        raise InvalidSignature(f"expected a tuple of {len(requests)} answers", reason="length")
    return tuple([None if a is None else r.accept(a) for r, a in zip(requests, answers, strict=True)])
