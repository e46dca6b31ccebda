"""Work spread over processes: SciPy's `workers`, a number or anything like `map`.

A number forks this process, so that functions and problems need not be pickled; where the system cannot fork, the work
is done here. The results come in the order of the items: they are the same whatever the number of workers.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Mapping = Callable[..., Iterable[Any]]

A = TypeVar("A")
B = TypeVar("B")

_work: list[Callable[[Any], Any]] = []
"""The function of the running pool, where the forked processes find it."""


@contextmanager
def mapper(
    function: Callable[[A], B], workers: int | Mapping, count: int | None = None
) -> Iterator[Callable[[list[A]], list[B]]]:
    """The function applied to lists of items, in order, by the workers; -1 means all processors."""
    if callable(workers):
        yield lambda items: list(workers(function, items))
        return
    processes = os.cpu_count() or 1 if workers < 0 else workers
    processes = min(processes, count or processes)
    if processes <= 1 or "fork" not in multiprocessing.get_all_start_methods():
        yield lambda items: [function(item) for item in items]
        return
    _work.append(function)
    try:
        with warnings.catch_warnings():
            # Forking beside threads is warned of; the children use none of what those threads may hold.
            warnings.simplefilter("ignore", DeprecationWarning)
            pool = multiprocessing.get_context("fork").Pool(processes, initializer=_quietly)
        with pool:
            yield lambda items: pool.map(_called, items, chunksize=1)
    finally:
        _work.pop()


def _quietly() -> None:
    """Leaves Ctrl-C to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _called(item: Any) -> Any:
    return _work[-1](item)
