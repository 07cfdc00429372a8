"""Values that were filled part by part are those that the constructor makes, and frozen."""

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass

import pytest

from walletcore.freezing import thawed


@dataclass(frozen=True, slots=True, kw_only=True, weakref_slot=True)
class Pair:
    left: int
    right: int = 0

    def __post_init__(self) -> None:
        if self.left < 0:
            raise ValueError("left")


new_pair = thawed(Pair)


def made(left: int, right: int) -> Pair:
    pair = new_pair()
    pair.left, pair.right = left, right
    pair.__class__ = Pair
    value: Pair = pair
    return value


def test_a_filled_value_is_that_of_the_constructor() -> None:
    value = made(1, 2)
    assert type(value) is Pair
    assert value == Pair(left=1, right=2)
    assert hash(value) == hash(Pair(left=1, right=2))
    assert repr(value) == repr(Pair(left=1, right=2))
    assert copy.deepcopy(value) == pickle.loads(pickle.dumps(value)) == value


def test_nothing_is_checked_while_it_is_filled() -> None:
    assert made(-1, 2).left == -1


def test_a_filled_value_is_frozen() -> None:
    value = made(1, 2)
    with pytest.raises(FrozenInstanceError):
        value.left = 3  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del value.left
    assert value.left == 1


def test_another_value_cannot_be_thawed() -> None:
    with pytest.raises((AttributeError, TypeError)):  # which of them depends on the release of Python
        Pair(left=1).__class__ = type(new_pair())
