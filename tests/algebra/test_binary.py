"""Functions of one binary variable become linear, with the same values at every binary point."""

from __future__ import annotations

import numpy as np

from solver.algebra import Degree, Program, add, constant, degrees, equal, less, mul, power, sum_, take, variable, where
from solver.algebra.structure.binary import linear_in_binaries


def test_same_values_and_linear() -> None:
    """Counting, choosing and cubing binaries is linear; a product of two of them is not."""
    rng = np.random.default_rng(3)
    x = variable(6)
    some = take(x, np.array([[0, 1, 2], [3, 4, 4]]))
    weights = constant(rng.normal(size=(2, 3)))
    outputs = [
        sum_(mul(equal(some, constant(1.0)), weights)),
        sum_(where(less(constant(0.5), some), weights, constant(7.0))),
        power(add(some, constant(1.0)), constant(3.0)),
        mul(take(x, np.array([0])), take(x, np.array([1]))),
        sum_(equal(x, constant(0.0))),
    ]
    binary = np.array([True, True, True, True, True, False])
    fresh = linear_in_binaries(outputs, x, binary)
    found = [int(d.max()) for d in degrees(fresh, x)]
    assert found == [Degree.LINEAR, Degree.LINEAR, Degree.LINEAR, Degree.QUADRATIC, Degree.STEP]
    before, after = Program([x], outputs), Program([x], fresh)
    for _ in range(20):
        point = np.append(rng.integers(0, 2, 5).astype(float), rng.normal())
        for a, b in zip(before.run(point), after.run(point), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-14, atol=1e-14)
    everything = linear_in_binaries(outputs[4:], x, np.ones(6, dtype=bool))
    assert int(degrees(everything, x)[0].max()) == Degree.LINEAR
