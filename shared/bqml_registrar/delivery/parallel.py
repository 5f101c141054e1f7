"""Runs tasks in parallel, each of which mostly waits for Google."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

T = TypeVar("T")
S = TypeVar("S")


def in_parallel(tasks: Sequence[Callable[[], T]], workers: int) -> Iterator[T]:
    """The result of each task, as they come; then raises the error of the first task that failed.

    With one worker the tasks run one after the other, in their order, up to one that fails.
    """
    if workers == 1 or len(tasks) < 2:
        yield from (task() for task in tasks)
        return
    with ThreadPoolExecutor(min(workers, len(tasks))) as pool:
        futures = [pool.submit(task) for task in tasks]
        # An error in one task must not lose the results of the others.
        yield from (future.result() for future in as_completed(futures) if not future.exception())
    for future in futures:
        future.result()


def both(first: Callable[[], T], second: Callable[[], S], workers: int) -> tuple[T, S]:
    """The results of two tasks, which run at the same time unless there is one worker."""
    if workers == 1:
        return first(), second()
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(second)
        return first(), other.result()
