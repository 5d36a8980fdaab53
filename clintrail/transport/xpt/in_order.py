"""Work on several blocks at once, with the results in their order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import pyarrow as pa

Item = TypeVar("Item")
Result = TypeVar("Result")
_MOST = 4
_RELEASE_EVERY = 16


def thread_count(threads: int | None, pieces: int) -> int:
    """The number of threads to work with on so many pieces: at most the one asked for, or one for each processor up to four."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(min(_MOST, available) if threads is None else threads, pieces))


def in_order(work: Callable[[Item], Result], items: Iterable[Item], threads: int) -> Iterator[Result]:
    """The result of `work` for each item, in the items' order; at most `threads` items are taken before their turn."""
    return map(work, items) if threads == 1 else _at_once(work, items, threads)


def sparing(results: Iterable[Result]) -> Iterator[Result]:
    """The same, with memory given back on the way: Arrow keeps what other threads free, which adds up in a stream."""
    for number, result in enumerate(results, start=1):
        yield result
        if number % _RELEASE_EVERY == 0:
            pa.default_memory_pool().release_unused()


def _at_once(work: Callable[[Item], Result], items: Iterable[Item], threads: int) -> Iterator[Result]:
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[Result]] = deque()
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
