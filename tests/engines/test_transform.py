"""A problem in other variables: scaled, and with some held where they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from solver.engines.transform import Change
from tests.engines.zoo import build


def test_derivatives_follow_the_variables() -> None:
    """Gradient, products and the whole Hessian are those of the objective as a function of the new variables."""
    quartic = build([1.0, 2.0, -1.5], lambda x: x[0] ** 4 * x[1] + x[1] ** 2 * x[2] ** 3 + x[0] * x[2])
    problem = replace(quartic, hessian=lambda x: np.stack([quartic.hessp(x, e) for e in np.eye(3)], axis=1))
    change = Change(problem.x0, np.array([0, 2]), np.array([2.0, 0.5]))
    view = change.apply(problem)
    assert view.hessian is not None
    z, h = view.x0, 1e-5
    columns = np.stack([(view.grad(z + h * e) - view.grad(z - h * e)) / (2 * h) for e in np.eye(2)], axis=1)
    np.testing.assert_allclose(view.hessian(z), columns, rtol=1e-8)
    np.testing.assert_allclose(np.stack([view.hessp(z, e) for e in np.eye(2)], axis=1), columns, rtol=1e-8)
