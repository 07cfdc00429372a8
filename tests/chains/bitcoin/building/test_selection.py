"""Coins: the figures of Bitcoin Core, all selections of few coins tried, and a bounded time for many."""

from collections.abc import Sequence
from itertools import combinations
from random import Random
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.vectors import Case, vectors
from walletcore.chains.bitcoin.building.selection import (
    SELECTIONS,
    Coin,
    Goal,
    branch_and_bound,
    largest_first,
    lightest_first,
    random_draw,
)
from walletcore.chains.bitcoin.relay import fee_at


def pool(case: Case, rate: int) -> list[Coin]:
    found = []
    for effective, number, vsize in case.input["coins"]:
        fee, later = fee_at(rate, vsize), fee_at(case.input["long_term_fee_rate"], vsize)
        found += [Coin(value=int(effective) + fee, fee=fee, long_term_fee=later)] * number
    return found


@vectors("bitcoin/coins")
def test_branch_and_bound_finds_what_core_finds(case: Case) -> None:
    goal = Goal(target=int(case.input["target"]), tolerance=int(case.input["tolerance"]))
    for rate in case.input["fee_rates"]:
        coins = pool(case, rate)
        places = branch_and_bound(coins, goal)
        assert (places is None) is (case.expect["result"] == "invalid"), rate
        if places is not None:
            values = sorted(coins[place].effective_value for place in places)
            assert values == [int(value) for value in case.expect.get("effective_values", values)], rate
            assert sum(values) == int(case.expect.get("total", sum(values))), rate


def waste(coins: Sequence[Coin], places: Sequence[int], goal: Goal) -> int:
    """Core, src/wallet/coinselection.cpp: GetSelectionWaste without change."""
    chosen = [coins[place] for place in places]
    excess = sum(coin.value - coin.fee for coin in chosen) - goal.target
    return sum(coin.fee - coin.long_term_fee for coin in chosen) + excess


def least_waste(coins: Sequence[Coin], goal: Goal) -> int | None:
    """The least waste of all selections that need no change, each of them tried."""
    usable = [place for place, coin in enumerate(coins) if coin.value > coin.fee]
    found = [
        waste(coins, places, goal)
        for number in range(1, len(usable) + 1)
        for places in combinations(usable, number)
        if 0 <= sum(coins[place].value - coins[place].fee for place in places) - goal.target <= goal.tolerance
        and sum(coins[place].weight for place in places) <= goal.max_weight
        and not reaches(coins, places[:-1], goal)
    ]
    return min(found, default=None)


def reaches(coins: Sequence[Coin], places: Sequence[int], goal: Goal) -> bool:
    """Whether the coins reach the target already: a further one would be burned, so that Core tries none."""
    return sum(coins[place].value - coins[place].fee for place in places) >= goal.target


coins_ = st.builds(
    lambda value, vsize, rate, later: Coin(
        value=value, fee=vsize * rate, long_term_fee=vsize * later, weight=4 * vsize
    ),
    value=st.integers(1, 60),
    vsize=st.integers(1, 3),
    rate=st.just(3),
    later=st.just(1),
)


@settings(max_examples=500)
@given(st.lists(coins_, max_size=9), st.integers(1, 150), st.integers(0, 20), st.integers(4, 100))
def test_no_selection_of_few_coins_wastes_less(coins: list[Coin], target: int, tolerance: int, weight: int) -> None:
    goal = Goal(target=target, tolerance=tolerance, max_weight=weight)
    places = branch_and_bound(coins, goal)
    least = least_waste(coins, goal)
    assert (None if places is None else waste(coins, places, goal)) == least


@given(st.lists(coins_, max_size=30), st.integers(1, 400), st.integers(0, 30))
def test_a_selection_never_falls_short_and_takes_no_coin_twice_or_in_vain(
    coins: list[Coin], target: int, tolerance: int
) -> None:
    goal = Goal(target=target, tolerance=tolerance)
    available = sum(coin.effective_value for coin in coins if coin.effective_value > 0)
    for select in (branch_and_bound, largest_first, random_draw, *SELECTIONS.values()):
        places = select(coins, goal)
        if places is None:
            assert select is branch_and_bound or available < target
            continue
        total = sum(coins[place].effective_value for place in places)
        assert total >= target
        assert len(set(places)) == len(places)
        assert all(coins[place].effective_value > 0 for place in places)
        assert total - coins[places[-1]].effective_value < target
        if select is branch_and_bound:
            assert total <= target + tolerance


def test_the_same_coins_give_the_same_selection() -> None:
    random = Random(5)
    coins = [Coin(value=random.randrange(1, 10**6), fee=340, long_term_fee=680) for _ in range(500)]
    goal = Goal(target=7_654_321, tolerance=500)
    assert branch_and_bound(coins, goal) == branch_and_bound(coins, goal) is not None


def test_where_no_selection_fits_the_largest_coins_are_taken() -> None:
    coins = [Coin(value=value) for value in (10, 50, 30, 20)]
    goal = Goal(target=65, tolerance=2)
    assert branch_and_bound(coins, goal) is None
    assert SELECTIONS["branch-and-bound"](coins, goal) == (1, 2)


def test_too_many_tries_are_not_made() -> None:
    coins = [Coin(value=value) for value in (7, 5, 3)]
    goal = Goal(target=8)
    assert branch_and_bound(coins, goal, tries=5) == (1, 2)  # 7, 7 + 5, 7 + 3, 5, 5 + 3
    assert branch_and_bound(coins, goal, tries=4) is None


def test_coins_of_the_same_value_are_tried_once() -> None:
    coins = [Coin(value=10)] * 50 + [Coin(value=3)]
    assert branch_and_bound(coins, Goal(target=23), tries=4) == (
        0,
        1,
        50,
    )  # 10, 10, 10, and 3 in the place of the third


@pytest.mark.parametrize("alike", [False, True])
def test_ten_thousand_coins_are_chosen_from_in_a_bounded_time(alike: bool) -> None:
    random = Random(7)
    values = [10**6 if alike else random.randrange(1_000, 10**7) for _ in range(10_000)]
    coins = [Coin(value=value, fee=1_000, long_term_fee=680, weight=272) for value in values]
    before = process_time()
    for target in (1, 10**6 + 1, 3 * 10**9, 10**12):  # some cannot be reached, most not without change
        SELECTIONS["branch-and-bound"](coins, Goal(target=target, tolerance=0))
    assert process_time() - before < 10


def test_what_weighs_too_much_is_not_selected() -> None:
    coins = [Coin(value=10, weight=272)] * 10
    for select in SELECTIONS.values():
        assert select(coins, Goal(target=50, max_weight=5 * 272)) is not None
        assert select(coins, Goal(target=50, max_weight=5 * 272 - 1)) is None


def test_a_draw_of_many_small_coins_goes_on_until_the_large_one_is_drawn() -> None:
    """Core's SelectCoinsSRD: 1,000 coins of 1 fit, of which none suffices without the one of 1,000,000."""
    coins = [Coin(value=2, fee=1, weight=272)] * 4_000 + [Coin(value=1_000_000, weight=272)]
    goal = Goal(target=500_000, max_weight=1_000 * 272)
    for _ in range(20):
        places = random_draw(coins, goal)
        assert places is not None
        assert places[-1] == 4_000
        assert len(set(places)) == len(places) <= 1_000


@given(st.lists(st.integers(1, 60), min_size=1, max_size=12), st.integers(1, 300), st.integers(1, 8))
def test_coins_of_one_weight_are_found_exactly_where_the_largest_that_fit_suffice(
    values: list[int], target: int, fit: int
) -> None:
    coins = [Coin(value=value, weight=10) for value in values]
    suffice = sum(sorted(values)[-fit:]) >= target
    for name, select in SELECTIONS.items():
        places = select(coins, Goal(target=target, max_weight=10 * fit + 9))
        assert (places is not None) is suffice, name
        assert places is None or (len(places) <= fit and sum(values[place] for place in places) >= target)


def test_many_light_coins_are_found_where_the_largest_weighs_too_much() -> None:
    coins = [Coin(value=10, weight=10), Coin(value=6, weight=2), Coin(value=6, weight=2)]
    goal = Goal(target=12, max_weight=10)
    assert largest_first(coins, goal) is None
    for _ in range(20):
        assert all(sorted(select(coins, goal) or ()) == [1, 2] for select in SELECTIONS.values())
    assert lightest_first(coins, Goal(target=12, max_weight=3)) is None


def test_of_two_selections_that_waste_the_same_the_first_counts() -> None:
    """Also where coins are cheap to spend now, so that the search goes on."""
    for waste in (0, 1):
        coins = [
            Coin(value=10, long_term_fee=2 * waste),
            Coin(value=6, long_term_fee=waste),
            Coin(value=4, long_term_fee=waste),
        ]
        assert branch_and_bound(coins, Goal(target=10, tolerance=0)) == (0,)
