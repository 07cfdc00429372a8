"""What values remember is computed once and is no part of them; requests are kept while somebody holds them."""

import copy
import gc
import pickle
import weakref
from dataclasses import dataclass

import pytest

from walletcore.errors import TransactionError
from walletcore.remembering import in_use, memory, remembered


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    parts: tuple[int, ...]
    _total: int | None = memory()
    _halves: int | None = memory()

    @remembered
    def total(self) -> int:
        """Adds up."""
        return sum(self.parts) + COUNT.__next__() * 0

    @remembered
    def halves(self) -> int:
        raise TransactionError("no")


COUNT = iter(range(1000))


def test_what_is_remembered_is_computed_once_and_not_compared() -> None:
    value = Sum(parts=(1, 2))
    before = next(COUNT)
    assert [value.total(), value.total()] == [3, 3]
    assert next(COUNT) == before + 2
    assert value == Sum(parts=(1, 2))
    assert hash(value) == hash(Sum(parts=(1, 2)))
    assert "total" not in repr(value)
    assert Sum.total.__doc__ == "Adds up."


def test_what_fails_is_not_remembered() -> None:
    value = Sum(parts=())
    for _ in range(2):
        with pytest.raises(TransactionError):
            value.halves()


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Wanted:
    subject: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    _requests: object = memory()

    @in_use
    def requests(self) -> tuple[Wanted, ...]:
        return (Wanted(self), Wanted(self))


def test_what_is_in_use_is_the_same_while_it_is_held_and_makes_no_cycle() -> None:
    subject = Asking()
    held = subject.requests()
    assert all(one is other for one, other in zip(subject.requests(), held, strict=True))
    gone = [weakref.ref(each) for each in held]
    gc.disable()
    try:
        del held, subject
        assert [reference() for reference in gone] == [None, None]  # without the collector
    finally:
        gc.enable()


def test_a_copy_and_a_pickle_do_without() -> None:
    subject = Asking()
    held = subject.requests()
    for other in (copy.deepcopy(subject), pickle.loads(pickle.dumps(subject))):
        assert other == subject
        assert other.requests()[0] is not held[0]
