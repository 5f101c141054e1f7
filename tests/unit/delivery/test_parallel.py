"""Several things at the same time: all results, also where one of them fails."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from bqml_registrar.delivery.parallel import both, in_parallel


def failing() -> int:
    raise ValueError("this one")


@pytest.mark.parametrize("place", range(3))
def test_what_one_task_meets_loses_nothing_that_the_others_have_done(place: int) -> None:
    tasks: list[Callable[[], int]] = [lambda: 1, lambda: 2]
    tasks.insert(place, failing)
    results: list[int] = []

    with pytest.raises(ValueError, match="this one"):
        results.extend(in_parallel(tasks, 4))

    assert sorted(results) == [1, 2]


def test_tasks_wait_at_the_same_time_and_no_more_of_them_than_there_are_workers() -> None:
    barrier = threading.Barrier(3, timeout=10)

    assert sorted(in_parallel([barrier.wait] * 6, 3)) == [0, 0, 1, 1, 2, 2]


def test_one_worker_does_them_in_their_order_and_stops_at_one_that_fails() -> None:
    done: list[int] = []
    tasks = [lambda: done.append(1), failing, lambda: done.append(2)]

    with pytest.raises(ValueError, match="this one"):
        list(in_parallel(tasks, 1))

    assert done == [1]


def test_two_tasks_wait_at_the_same_time_and_each_has_its_own_result() -> None:
    barrier = threading.Barrier(2, timeout=10)

    def named(name: str) -> str:
        barrier.wait()
        return name

    assert both(lambda: named("first"), lambda: named("second"), 2) == ("first", "second")


def test_with_one_worker_the_first_of_two_tasks_is_done_before_the_second_begins() -> None:
    done: list[str] = []

    both(lambda: done.append("first"), lambda: done.append("second"), 1)

    assert done == ["first", "second"]


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(
    "tasks", [(failing, lambda: 1), (lambda: 1, failing)], ids=["the first", "the second"]
)
def test_what_either_of_two_tasks_meets_is_raised(
    tasks: tuple[Callable[[], int], Callable[[], int]], workers: int
) -> None:
    with pytest.raises(ValueError, match="this one"):
        both(*tasks, workers)
