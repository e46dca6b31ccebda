"""Work spread over processes: SciPy's `workers`, a number or anything like `map`.

A number forks this process, so that functions and problems need not be pickled; where the system cannot fork, the work
is done here. What is like `map` may bring the work anywhere: to other threads, processes or machines, each of which
makes its own copy. The results come in the order of the items: they are the same whatever the number of workers.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
import uuid
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Mapping = Callable[..., Iterable[Any]]

A = TypeVar("A")
B = TypeVar("B")

_SIGNALS = (signal.SIGINT, signal.SIGTERM)

_work: list[Callable[[Any], Any]] = []
"""The function of the running pool, where the forked processes find it."""


class Shipped(Generic[A, B]):
    """A function whose copies can be called side by side; one that cannot be copied is called by one at a time."""

    def __init__(self, function: Callable[[A], B], token: str = "") -> None:
        self.function, self.token = function, token or uuid.uuid4().hex
        self._home, self._lock = threading.get_ident(), threading.Lock()
        self._packed: bytes | None = None

    def __call__(self, item: A) -> B:
        """The function's result: here of itself, in another thread of a copy."""
        if threading.get_ident() == self._home:
            return self.function(item)
        packed = self._pack()
        if packed is None:
            with self._lock:
                return self.function(item)
        return _unpacked(self.token, packed)(item)  # type: ignore[no-any-return]  # a copy of the function

    def _pack(self) -> bytes | None:
        """The function as bytes; None if it cannot be sent."""
        with self._lock:
            if self._packed is None:
                try:
                    self._packed = pickle.dumps(self.function)
                except (pickle.PicklingError, AttributeError, TypeError):
                    self._packed = b""
        return self._packed or None

    def __reduce__(self) -> tuple[Any, ...]:
        packed = self._pack()
        if packed is None:
            raise pickle.PicklingError("this problem was not read from a file: it cannot be sent to another process")
        return Arrived, (self.token, packed)


class Arrived:
    """A shipped function where it was sent to: unpacked once by every thread."""

    def __init__(self, token: str, packed: bytes) -> None:
        self.token, self.packed = token, packed

    def __call__(self, item: Any) -> Any:
        """The result of this thread's copy."""
        return _unpacked(self.token, self.packed)(item)


_copies = threading.local()


def _unpacked(token: str, packed: bytes) -> Any:
    """This thread's own copy of a function, made when it is first called."""
    if getattr(_copies, "token", None) != token:
        _copies.token, _copies.function = token, pickle.loads(packed)
    return _copies.function


@contextmanager
def mapper(
    function: Callable[[A], B], workers: int | Mapping, count: int | None = None
) -> Iterator[Callable[[list[A]], Iterable[B]]]:
    """The function applied to lists of items, in order, by the workers; -1 means all processors.

    Every result comes as soon as it is known, so that a run which is stopped has those before it.
    """
    if callable(workers):
        shipped = Shipped(function)
        yield lambda items: workers(shipped, items)
        return
    processes = os.cpu_count() or 1 if workers < 0 else workers
    processes = min(processes, count or processes)
    if processes <= 1 or "fork" not in multiprocessing.get_all_start_methods():
        yield lambda items: map(function, items)
        return
    _work.append(function)
    try:
        with warnings.catch_warnings():
            # Forking beside threads is warned of; the children use none of what those threads may hold.
            warnings.simplefilter("ignore", DeprecationWarning)
            with _deaf():
                pool = multiprocessing.get_context("fork").Pool(processes, initializer=_listening)
        with pool:
            yield lambda items: pool.imap(_called, items)
    finally:
        _work.pop()


@contextmanager
def _deaf() -> Iterator[None]:
    """Signals wait, and do so in the processes that are forked: none meets one before it knows what to do."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _listening() -> None:
    """Leaves Ctrl-C to the parent, and ends when that asks for it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)


def _called(item: Any) -> Any:
    return _work[-1](item)
