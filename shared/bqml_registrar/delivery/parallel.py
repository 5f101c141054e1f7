"""Doing several things at the same time, each of which mostly waits for Google."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

T = TypeVar("T")


def in_parallel(tasks: Sequence[Callable[[], T]], workers: int) -> Iterator[T]:
    """The result of each task, as they come; then raises what the first that failed raised.

    With one worker they are done one after the other, in their order, up to one that fails.
    """
    if workers == 1 or len(tasks) < 2:
        yield from (task() for task in tasks)
        return
    with ThreadPoolExecutor(min(workers, len(tasks))) as pool:
        futures = [pool.submit(task) for task in tasks]
        # What one task meets is no reason to lose what the others have done.
        yield from (future.result() for future in as_completed(futures) if not future.exception())
    for future in futures:
        future.result()
