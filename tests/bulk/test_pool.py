"""Work in several processes: its order, its failures, and its end, whatever ends first."""

import multiprocessing
import os
import time
from collections.abc import Iterator
from functools import partial

import pytest

from walletcore.bulk.pool import cores, in_order
from walletcore.errors import BulkError, DerivationError


def test_results_come_in_the_order_of_tasks_however_long_they_take() -> None:
    lazy = [0.3, 0.0, 0.2, 0.0, 0.1, 0.0, 0.0, 0.0]
    assert list(in_order(time.sleep, lazy, 2)) == [None] * 8
    assert list(in_order(partial(pow, 2), range(40), 2)) == [2**n for n in range(40)]
    assert list(in_order(partial(pow, 2), range(40), 1)) == [2**n for n in range(40)]


def test_no_more_tasks_are_taken_than_bound_memory() -> None:
    taken: list[int] = []

    def tasks() -> Iterator[int]:
        for number in range(1_000):
            taken.append(number)
            yield number

    results = in_order(abs, tasks(), 2)
    assert [next(results) for _ in range(5)] == [0, 1, 2, 3, 4]
    assert len(taken) < 20
    results.close()  # type: ignore[attr-defined]
    assert multiprocessing.active_children() == []


def test_a_failure_is_raised_at_its_place() -> None:
    results = in_order(int, ["1", "2", "x", "4"], 2)
    assert [next(results), next(results)] == [1, 2]
    with pytest.raises(ValueError, match="'x'"):
        next(results)
    assert multiprocessing.active_children() == []


def test_a_worker_that_dies_is_told() -> None:
    results = in_order(os._exit, [1], 2)
    with pytest.raises(BulkError, match="a worker ended before its work was done") as caught:
        next(results)
    assert caught.value.reason == "missing"
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("workers", [0, -1, True, 1.5, "2", 1_025])
def test_a_number_of_workers_that_is_none_is_refused_at_once(workers: object) -> None:
    with pytest.raises(DerivationError) as caught:
        in_order(abs, [1], workers)  # type: ignore[arg-type]
    assert caught.value.reason == "range"


def test_as_many_as_this_process_may_use() -> None:
    assert cores() == len(os.sched_getaffinity(0))
