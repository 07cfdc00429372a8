"""Which coins to spend: branch and bound, and what is taken where it finds nothing.

M. Erhardt, "An Evaluation of Coin Selection Strategies" (2016), chapter 4; Bitcoin Core, src/wallet/coinselection.cpp
(SelectCoinsBnB, SelectCoinsSRD). A coin counts for its effective value: what is left of it when its own input is paid
for. Where the sum exceeds the target by less than change would cost, no change is made and the fee takes the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import accumulate

from walletcore.chains.bitcoin.building.ordering import shuffled

__all__ = [
    "SELECTIONS",
    "TRIES",
    "Coin",
    "Goal",
    "Selection",
    "branch_and_bound",
    "largest_first",
    "lightest_first",
    "random_draw",
]

TRIES = 100_000
"""How often the search takes a coin before it gives up (Core's TOTAL_TRIES)."""
_NO_WEIGHT = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Coin:
    """What the selection sees of an input, in satoshi: its value, and what it costs now and, as a rule, later."""

    value: int
    fee: int = 0
    long_term_fee: int = 0
    weight: int = 0

    @property
    def effective_value(self) -> int:
        """What it brings beyond its own input."""
        return self.value - self.fee

    @property
    def waste(self) -> int:
        """What it costs more now than it would later; negative where now is cheap."""
        return self.fee - self.long_term_fee


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """Effective values must reach ``target``, and do without change up to ``tolerance`` satoshi more.

    Coins weigh at most ``max_weight``, of which change takes ``change_weight`` where there may be any.
    """

    target: int
    tolerance: int = 0
    max_weight: int = _NO_WEIGHT
    change_weight: int = 0

    @property
    def with_change(self) -> int:
        """The most that coins weigh beside change."""
        return self.max_weight - self.change_weight


Selection = Callable[[Sequence[Coin], Goal], tuple[int, ...] | None]


def branch_and_bound(coins: Sequence[Coin], goal: Goal, *, tries: int = TRIES) -> tuple[int, ...] | None:
    """The places of those coins that need no change and waste least; None where none were found in so many tries.

    Waste is what the inputs cost more than later, and what exceeds the target. The largest coins are tried first; of
    two selections that waste the same, the first counts. Nothing is left to chance.
    """
    order = sorted(_worthwhile(coins), key=lambda place: (-coins[place].effective_value, coins[place].waste))
    return _Search([coins[place] for place in order], goal).run(order, tries)


class _Search:
    """A walk, depth first, through the tree of all selections: a coin is taken before it is left out."""

    def __init__(self, coins: Sequence[Coin], goal: Goal) -> None:
        self.goal = goal
        self.values = [coin.effective_value for coin in coins]
        self.wastes = [coin.waste for coin in coins]
        self.weights = [coin.weight for coin in coins]
        self.rest = [*accumulate(reversed(self.values), initial=0)][::-1]  # what all coins from a place on bring
        self.next_other = _next_others(self.values)
        self.only_grows = all(waste >= 0 for waste in self.wastes)  # what wastes too much already cannot get better
        self.chosen: list[int] = []
        self.total = self.waste = self.weight = 0
        self.best: tuple[int, ...] | None = None
        self.best_waste = 0

    def run(self, order: Sequence[int], tries: int) -> tuple[int, ...] | None:
        target, values, rest = self.goal.target, self.values, self.rest
        place, end = 0, len(values)
        while tries:
            if place < end and self.total + rest[place] >= target:
                tries -= 1
                self._take(place)
                place += 1
                if self._may_go_on():
                    continue
            elif not self.chosen:
                break
            place = self._leave_out()
        return None if self.best is None else tuple(order[each] for each in self.best)

    def _take(self, place: int) -> None:
        self.chosen.append(place)
        self.total += self.values[place]
        self.waste += self.wastes[place]
        self.weight += self.weights[place]

    def _may_go_on(self) -> bool:
        """Whether more coins may be added; a selection that reaches the target is remembered if it is the best."""
        if self.weight > self.goal.max_weight:
            return False
        if self.best is not None and self.only_grows and self.waste >= self.best_waste:
            return False
        excess = self.total - self.goal.target
        if 0 <= excess <= self.goal.tolerance and (self.best is None or self.waste + excess < self.best_waste):
            self.best, self.best_waste = tuple(self.chosen), self.waste + excess
        return excess < 0

    def _leave_out(self) -> int:
        """Go on without the last coin; those of the same value waste no less, and need not be tried in its place."""
        last = self.chosen.pop()
        self.total -= self.values[last]
        self.waste -= self.wastes[last]
        self.weight -= self.weights[last]
        return self.next_other[last]


def _next_others(values: Sequence[int]) -> list[int]:
    """For each place of sorted values that of the next other value."""
    found = [len(values)] * len(values)
    for place in reversed(range(len(values) - 1)):
        found[place] = found[place + 1] if values[place] == values[place + 1] else place + 1
    return found


def largest_first(coins: Sequence[Coin], goal: Goal) -> tuple[int, ...] | None:
    """The places of the largest coins, as many as reach the target; None where all do not, or they weigh too much."""
    return _until(sorted(_worthwhile(coins), key=lambda place: -coins[place].effective_value), coins, goal)


def random_draw(coins: Sequence[Coin], goal: Goal) -> tuple[int, ...] | None:
    """The same of coins in an order that the system's randomness gives (Core's single random draw, SelectCoinsSRD).

    Where they weigh too much before they suffice, those that bring least are dropped again, and it goes on.
    """
    drawn: list[int] = []
    heap: list[tuple[int, int]] = []
    total = weight = 0
    for place in shuffled(_worthwhile(coins)):
        drawn.append(place)
        heappush(heap, (coins[place].effective_value, place))
        total += coins[place].effective_value
        weight += coins[place].weight
        while heap and weight > goal.with_change:
            value, least = heappop(heap)
            total -= value
            weight -= coins[least].weight
        if total >= goal.target:
            kept = {place for _, place in heap}
            return tuple(place for place in drawn if place in kept)
    return None


def lightest_first(coins: Sequence[Coin], goal: Goal) -> tuple[int, ...] | None:
    """The places of the coins that weigh least for what they bring; one that does not fit beside them is left out.

    So are found coins of several kinds that suffice and do not weigh too much, where the largest of them do.
    """
    chosen, total, weight = [], 0, 0
    for place in sorted(_worthwhile(coins), key=lambda place: coins[place].weight / coins[place].effective_value):
        if weight + coins[place].weight > goal.with_change:
            continue
        chosen.append(place)
        total += coins[place].effective_value
        weight += coins[place].weight
        if total >= goal.target:
            return tuple(chosen)
    return None


def _or_lightest(select: Selection) -> Selection:
    """Another selection; where it finds nothing, the coins that weigh least for what they bring."""

    def both(coins: Sequence[Coin], goal: Goal) -> tuple[int, ...] | None:
        found = select(coins, goal)
        return lightest_first(coins, goal) if found is None else found

    return both


def _best(coins: Sequence[Coin], goal: Goal) -> tuple[int, ...] | None:
    """Branch and bound; where it finds nothing, the largest coins first, with change."""
    found = branch_and_bound(coins, goal)
    return largest_first(coins, goal) if found is None else found


def _worthwhile(coins: Sequence[Coin]) -> list[int]:
    return [place for place, coin in enumerate(coins) if coin.effective_value > 0]


def _until(places: Iterable[int], coins: Sequence[Coin], goal: Goal) -> tuple[int, ...] | None:
    chosen, total, weight = [], 0, 0
    for place in places:
        chosen.append(place)
        total += coins[place].effective_value
        weight += coins[place].weight
        if weight > goal.with_change:
            return None
        if total >= goal.target:
            return tuple(chosen)
    return None


SELECTIONS: dict[str, Selection] = {
    "branch-and-bound": _or_lightest(_best),
    "largest-first": _or_lightest(largest_first),
    "random-draw": _or_lightest(random_draw),
}
"""Name -> the places of the coins that a selection takes, or None."""
