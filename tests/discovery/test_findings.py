"""What a search is given and gives, as values."""

from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest

from walletcore import Secret
from walletcore.discovery import Bounds, Findings, candidates_of
from walletcore.errors import PathError
from walletcore.path import HARDENED


def test_the_bounds_are_ten_accounts_and_a_hundred_addresses_unless_others_are_named() -> None:
    assert Bounds() == Bounds(accounts=10, changes=2, indices=100)
    assert Bounds(accounts=HARDENED, changes=1, indices=HARDENED).accounts == 2**31


@pytest.mark.parametrize("number", [True, 1.0, "1", None, b"1", [1]])
@pytest.mark.parametrize("what", ["accounts", "changes", "indices"])
def test_X16_X17_a_bound_is_an_int_and_nothing_else(what: str, number: Any) -> None:
    with pytest.raises(PathError) as caught:
        Bounds(**{what: number})
    assert caught.value.reason == "type"


@pytest.mark.parametrize("number", [0, -1, HARDENED + 1, 10**400])
@pytest.mark.parametrize("what", ["accounts", "changes", "indices"])
def test_X16_a_bound_is_from_one_to_two_to_the_31(what: str, number: int) -> None:
    with pytest.raises(PathError) as caught:
        Bounds(**{what: number})
    assert caught.value.reason == "range"


def test_findings_are_frozen_values_that_show_no_seed() -> None:
    seed = bytes(range(64))
    found = candidates_of(Secret(seed), chains=["bitcoin"])
    assert tuple(found) == found.candidates
    assert found == replace(found)
    assert seed.hex() not in repr(found)
    first = found.candidates[0]
    assert hash(first) == hash(replace(first))
    for value, name in ((found, "keys"), (first, "path"), (Bounds(), "accounts")):
        with pytest.raises(FrozenInstanceError):
            setattr(value, name, 0)
    assert not Findings(candidates=()).candidates
