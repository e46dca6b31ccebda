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
from solver.engines.linear.linear_form import LinearForm
from solver.engines.linear.search import GRACE, Search, settled, watched
from solver.engines.linear.simplex import loaded
from solver.engines.progress import Progress
from solver.errors import Outcome
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


def test_a_search_that_looks_up_has_ended_when_it_is_read(interrupt: threading.Timer) -> None:
    """The status is that of an ended run: nobody else touches the answer any more."""
    highs = loaded(split(), np.inf, {}, tight=True)
    search = Search(Progress(build([1.0], lambda x: x[0] * x[0])), improved=lambda _: None)
    interrupt.start()
    began = time.monotonic()
    assert watched(highs, search) == "kInterrupt"
    assert search.halted is Outcome.USER_STOP
    assert time.monotonic() - began < 0.5 + GRACE + 2.0


def test_a_question_on_the_way_passes_it_on(interrupt: threading.Timer) -> None:
    interrupt.start()
    with pytest.raises(KeyboardInterrupt):
        settled(loaded(split(), np.inf, {}, tight=True))


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
    search = Search(Progress(build([1.0], lambda x: x[0] * x[0])))
    interrupt.start()
    with pytest.raises(KeyboardInterrupt):
        watched(highs, search)
    assert search.halted is Outcome.USER_STOP
    assert not highs.ended.is_set()


@pytest.mark.parametrize(("size", "sought"), [(10, True), (700, False)])
def test_a_stop_does_not_wait_for_the_multipliers_of_a_large_model(size: int, *, sought: bool) -> None:
    """Those of 150,000 variables took over half a minute after Ctrl-C."""

    def stop(_step: Step) -> None:
        raise StopIteration

    problem = linear_program(np.ones(size), [np.ones(size)], [1.0], [INF], lb=0.0)
    curved = replace(problem, degree=Degree.SMOOTH, linear=None)
    solution = run(curved, find_engine("interior")(), stop)
    assert solution.outcome is Outcome.USER_STOP
    assert (solution.row_multipliers is not None) is sought
