"""Choices whose branches meet have corners; the others jump."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from solver.algebra import take
from solver.algebra.node import constant, variable
from solver.algebra.primitives.choose import where
from solver.algebra.primitives.corners import abs_, equal, less, less_equal, maximum, sign
from solver.algebra.primitives.elementary import add, div, exp, log, mul, square, sub
from solver.algebra.structure.degree import degrees
from solver.algebra.structure.ladder import Degree

if TYPE_CHECKING:
    from solver.algebra import Node

SIZE = 4
X = variable(SIZE)


def inside(low: float, high: float) -> Node:
    return mul(less(low, X), less(X, high))


CORNERS = {
    "a rectifier": where(less(X, 0.0), 0.0, X),
    "a leaking rectifier": where(less_equal(X, 0.0), mul(0.01, X), X),
    "a rectifier as a product": mul(less(0.0, X), X),
    "a tariff of two rates": where(less(X, 100.0), mul(2.0, X), add(200.0, mul(3.0, sub(X, 100.0)))),
    "a tariff of three rates": where(
        less(X, 10.0),
        X,
        where(less(X, 20.0), add(10.0, mul(2.0, sub(X, 10.0))), add(30.0, mul(5.0, sub(X, 20.0)))),
    ),
    "Huber's loss": where(less(abs_(X), 2.0), mul(0.5, square(X)), mul(2.0, sub(abs_(X), 1.0))),
    "a hump between two bounds": where(inside(1.0, 2.0), mul(sub(X, 1.0), sub(X, 2.0)), 0.0),
    "a border that is shifted": where(less(sub(X, 100.0), 0.0), mul(2.0, X), add(200.0, mul(3.0, sub(X, 100.0)))),
    "a border that is scaled": where(less(1.0, div(sub(4.0, X), 3.0)), sub(1.0, X), 0.0),
    "a border in logarithms": where(less(log(X), 1.0), X, mul(np.e, log(X))),
    "the larger of two": where(less(X, square(X)), square(X), X),
    "an exponential unit": where(less(0.0, X), X, sub(exp(X), 1.0)),
    "a threshold of each row": where(
        less(X, constant([1.0, 2.0, 3.0, 4.0])), 0.0, sub(X, constant([1.0, 2.0, 3.0, 4.0]))
    ),
}

JUMPS = {
    "a fixed charge": where(less(0.0, X), add(5.0, X), 0.0),
    "a fixed charge as a product": mul(less(0.0, X), add(5.0, X)),
    "a discount on all units": where(less(X, 100.0), mul(2.0, X), mul(1.8, X)),
    "a hump that stops": where(inside(1.0, 2.0), sub(X, 1.0), 0.0),
    "a gap at one point": where(equal(X, 0.0), 1.0, X),
    "no value at the border": where(less(X, 0.0), 0.0, mul(X, log(X))),
    "one value at several borders": mul(less(take(X, np.array([0])), constant([1.0, 2.0, 3.0, 4.0])), X),
    "a sign": where(less(sign(X), 0.0), 0.0, X),
    "a pole": where(less(X, 0.0), 0.0, div(1.0, X)),
}


@pytest.mark.parametrize("name", CORNERS)
def test_branches_that_meet_make_a_corner(name: str) -> None:
    assert (degrees([CORNERS[name]], X)[0] == Degree.KINK).all()


@pytest.mark.parametrize("name", JUMPS)
def test_branches_that_do_not_meet_jump(name: str) -> None:
    assert (degrees([JUMPS[name]], X)[0] == Degree.STEP).all()


def test_every_element_is_judged_by_itself() -> None:
    rates = constant([0.0, 0.0, 1.0, 0.0])
    found = degrees([where(less(X, 0.0), rates, X)], X)[0]
    assert found.tolist() == [Degree.KINK, Degree.KINK, Degree.STEP, Degree.KINK]


def test_a_branch_that_jumps_still_jumps() -> None:
    assert (degrees([where(less(X, 0.0), 0.0, mul(X, sign(X)))], X)[0] == Degree.STEP).all()


def test_what_was_a_corner_stays_one() -> None:
    assert (degrees([maximum(where(less(X, 0.0), 0.0, X), np.ones(SIZE))], X)[0] == Degree.KINK).all()
