"""Ctrl-C while HiGHS runs in a thread of its own, and what is still done after a stop."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import scipy.sparse as sp

from solver.algebra.structure.ladder import Degree
from solver.engines import find_engine, run
from solver.engines.linear import search
from solver.engines.linear.linear_form import LinearForm
from solver.engines.linear.search import Search, run_quietly, run_watched
from solver.engines.linear.simplex import loaded
from solver.engines.progress import Progress
from solver.errors import Outcome
from tests.engines.hard_cases import ACKLEY
from tests.engines.zoo import INF, build, linear_program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solver.model.solution import Step

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are a matter of POSIX")


def split(n: int = 50, m: int = 6) -> LinearForm:
    """A market split (Cornuejols, Dawande 1998): small, and out of reach of branch and cut."""
    rng = np.random.default_rng(0)
    matrix = sp.csr_array(rng.integers(0, 100, (m, n)).astype(float))
    half = np.floor(matrix @ np.ones(n) / 2)
    return LinearForm(np.ones(n), 0.0, matrix, half, half, np.zeros(n), np.ones(n), np.ones(n, dtype=bool), n, m)


@pytest.fixture
def interrupt() -> Iterator[threading.Timer]:
    """Ctrl-C, half a second after it is started."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in a background job of a shell
    timer = threading.Timer(0.5, os.kill, [os.getpid(), signal.SIGINT])
    timer.daemon = True
    yield timer
    timer.cancel()
    signal.signal(signal.SIGINT, before)


def test_a_search_that_looks_up_has_ended_when_it_is_read(
    interrupt: threading.Timer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The status is that of an ended run: nobody else touches the answer any more."""
    monkeypatch.setattr(search, "GRACE", 10.0)  # others may use the machine
    highs = loaded(split(), np.inf, {}, tight=True)
    found = Search(Progress(build([1.0], lambda x: x[0] * x[0])), improved=lambda _: None)
    interrupt.start()
    began = time.monotonic()
    assert run_watched(highs, found) == "kInterrupt"
    assert found.halted is Outcome.USER_STOP
    assert time.monotonic() - began < 10.0


def test_a_question_on_the_way_passes_it_on(interrupt: threading.Timer) -> None:
    interrupt.start()
    with pytest.raises(KeyboardInterrupt):
        run_quietly(loaded(split(), np.inf, {}, tight=True))


class Deaf:
    """Looks up at nothing for some seconds, as HiGHS may within branch and cut."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.ended = seconds, threading.Event()
        self.cbMipInterrupt = self.cbSimplexInterrupt = self

    def subscribe(self, _: object) -> None:
        """Nobody is asked."""

    def run(self) -> None:
        """Takes its time."""
        time.sleep(self.seconds)
        self.ended.set()


def test_one_that_does_not_look_up_is_left(interrupt: threading.Timer) -> None:
    """After the grace the caller goes on with what it has, while the run still goes on."""
    highs = Deaf(3.0)
    found = Search(Progress(build([1.0], lambda x: x[0] * x[0])))
    interrupt.start()
    with pytest.raises(KeyboardInterrupt):
        run_watched(highs, found)
    assert found.halted is Outcome.USER_STOP
    assert not highs.ended.is_set()


@pytest.mark.parametrize("at", [20, 300])
@pytest.mark.parametrize("name", ["multistart", "branch", "nonsmooth", "evolutionary"])
def test_ctrl_c_within_an_inner_run_ends_the_run_around_it(name: str, at: int) -> None:
    """No other start, node or population is begun, and the best point so far comes back."""
    seen = 0

    def value(point: np.ndarray) -> float:
        nonlocal seen
        seen += 1
        if seen == at:
            raise KeyboardInterrupt
        return plain.fun(point)

    def values(points: np.ndarray) -> np.ndarray:
        return np.array([value(point) for point in points])

    plain = replace(ACKLEY.problem, integer=np.arange(ACKLEY.problem.n) < (name == "branch"))
    solution = run(replace(plain, fun=value, fun_many=values), find_engine(name)(seed=1))
    assert solution.outcome is Outcome.USER_STOP
    assert solution.fun <= plain.fun(plain.x0)
    assert solution.fun == plain.fun(solution.x)
    assert seen < at + 20


def test_what_was_found_before_ctrl_c_is_kept_within_a_wave_of_starts() -> None:
    """The answers of the starts before the one that was interrupted count, not those of whole waves alone."""

    def press(_x: np.ndarray) -> float:
        if len(reached) == 3:
            raise KeyboardInterrupt
        return plain.fun(_x)

    def stop(step: Step) -> None:
        reached.append(step.fun)

    plain, reached = ACKLEY.problem, list[float]()
    solution = run(replace(plain, fun=press), find_engine("multistart")(seed=1), stop)
    assert solution.outcome is Outcome.USER_STOP
    assert solution.fun == min(reached)


@pytest.mark.parametrize(("small", "sought"), [(600, True), (5, False)])
def test_a_stop_does_not_wait_for_the_multipliers_of_a_large_model(
    monkeypatch: pytest.MonkeyPatch, small: int, *, sought: bool
) -> None:
    """Those of 150,000 variables took over half a minute after Ctrl-C."""
    monkeypatch.setattr(sys.modules["solver.engines.run"], "DENSE", small)

    def stop(_step: Step) -> None:
        raise StopIteration

    problem = linear_program(np.ones(10), [np.ones(10)], [1.0], [INF], lb=0.0)
    curved = replace(problem, degree=Degree.SMOOTH, linear=None)
    solution = run(curved, find_engine("interior")(), stop)
    assert solution.outcome is Outcome.USER_STOP
    assert (solution.row_multipliers is not None) is sought
