"""A search of HiGHS seen from outside: it runs beside this thread, can be interrupted, and tells better points."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from solver.engines.progress import Halt
from solver.errors import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.engines.progress import Progress
    from solver.model.problem import Vector

GRACE = 0.25
"""Seconds for HiGHS to notice Ctrl-C."""


@dataclass
class Search:
    """What a running HiGHS is told to do: go on, or stop and why."""

    progress: Progress
    tolerance: float = 0.0
    patience: float = np.inf
    improved: Callable[[Vector], None] | None = None
    halted: Outcome | None = None
    satisfied: bool = False
    errors: list[BaseException] = field(default_factory=list)

    def better(self, event: Any) -> None:
        """Called with every better integer point."""
        if self.improved is None or self.halted is not None:
            return
        try:
            self.improved(np.array(event.data_out.mip_solution))
        except Halt as halt:
            self.halted = halt.outcome
        except BaseException as error:  # noqa: BLE001  (it must not be lost in the thread; it is raised after it)
            self.errors.append(error)
            self.halted = Outcome.USER_STOP

    def stop(self) -> None:
        """Called on Ctrl-C."""
        self.halted = Outcome.USER_STOP

    def asked(self, event: Any) -> None:
        """Called often; interrupts the search when it shall end."""
        late = time.monotonic() > self.patience
        if late and self.improved is not None and event.data_out.mip_gap <= self.tolerance:
            self.satisfied = True
        if self.halted is not None or self.satisfied or self.progress.stopped.is_set():
            event.data_in.user_interrupt = True


def run_watched(highs: Any, search: Search) -> str:
    """Runs HiGHS, so that Ctrl-C and the watch can interrupt it, and returns its status.

    Raises KeyboardInterrupt where HiGHS does not end within the GRACE after Ctrl-C; it must not be touched any more.
    """
    if search.improved is not None:
        highs.cbMipImprovingSolution.subscribe(search.better)
        highs.cbMipInterrupt.subscribe(search.asked)
    else:
        highs.cbSimplexInterrupt.subscribe(search.asked)
    _run_aside(highs, search.stop)
    if search.errors:
        raise search.errors[0]
    status: str = highs.getModelStatus().name
    return status


def run_quietly(highs: Any) -> str:
    """Runs HiGHS for a question on the way to the answer and returns its status; Ctrl-C ends the run and is raised."""
    stopped = threading.Event()

    def asked(event: Any) -> None:
        event.data_in.user_interrupt = stopped.is_set()

    highs.cbMipInterrupt.subscribe(asked)
    highs.cbSimplexInterrupt.subscribe(asked)
    _run_aside(highs, stopped.set)
    if stopped.is_set():
        raise KeyboardInterrupt
    status: str = highs.getModelStatus().name
    return status


def _run_aside(highs: Any, stop: Callable[[], None]) -> None:
    """Runs HiGHS in a thread of its own while this one waits, and calls `stop` on Ctrl-C.

    HiGHS looks up often but not always: the linear programs within its branch and cut may take minutes. After the
    GRACE it is left to end by itself. (`Thread.join` cannot be waited for twice: interrupted, it takes the thread for
    ended, up to Python 3.12.)
    """
    ended = threading.Event()

    def work() -> None:
        try:
            highs.run()
        finally:
            ended.set()

    threading.Thread(target=work).start()
    try:
        ended.wait()
    except KeyboardInterrupt:
        stop()
        if not ended.wait(GRACE):
            raise


def outcome_of(status: str) -> Outcome:
    """The outcome that a status of HiGHS means."""
    return {
        "kOptimal": Outcome.OPTIMAL,
        "kModelEmpty": Outcome.OPTIMAL,
        "kInfeasible": Outcome.INFEASIBLE,
        "kUnbounded": Outcome.UNBOUNDED,
        "kTimeLimit": Outcome.TIME_LIMIT,
        "kIterationLimit": Outcome.ITERATION_LIMIT,
        "kSolutionLimit": Outcome.SOLUTION_LIMIT,
        "kInterrupt": Outcome.USER_STOP,
        "kHighsInterrupt": Outcome.USER_STOP,
        "kMemoryLimit": Outcome.OUT_OF_MEMORY,
    }.get(status, Outcome.CANNOT_IMPROVE)
