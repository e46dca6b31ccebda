"""Every primitive of the registry: adjoint identity, central differences to second order, populations, entries."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
import pytest

from solver.algebra import (
    Function,
    Program,
    add,
    betainc,
    constant,
    div,
    exp,
    gammainc,
    inverse,
    join,
    jvp,
    mul,
    neg,
    reshape,
    sum_,
    take,
    variable,
    vjp,
)
from solver.algebra.calculus.maps import local_maps
from solver.algebra.node import CONSTANT, REGISTRY, VARIABLE, Node, Smoothness, topological
from solver.algebra.primitives.elementary import expm1
from tests.algebra.cases import CASES, Case

each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def _made(case: Case) -> tuple[Node, Node]:
    """One input vector and the case's node on parts of it."""
    sizes = [int(np.prod(shape, dtype=int)) for shape in case.shapes]
    x = variable(sum(sizes))
    ends = np.cumsum(sizes)
    parts = [
        take(x, np.arange(end - size, end).reshape(shape))
        for end, size, shape in zip(ends, sizes, case.shapes, strict=True)
    ]
    return x, case.build(*parts)


def _rng(case: Case) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(case.name.encode()))


def _draw(case: Case, rng: np.random.Generator) -> np.ndarray:
    """A point whose coordinates keep a distance from each other, so that no corner lies too near."""
    parts = []
    for shape, (low, high) in zip(case.shapes, case.domain, strict=False):
        size = int(np.prod(shape, dtype=int))
        places = (rng.permutation(size) + rng.uniform(0.2, 0.8, size)) / size
        parts.append(low + (high - low) * places)
    return np.concatenate(parts)


def _steps(node: Node) -> bool:
    """Whether a primitive with no derivative stands in the node."""
    return REGISTRY[node.op.name].smoothness is Smoothness.STEP


def test_every_primitive_has_a_case() -> None:
    """The registry holds nothing that is not tested here."""
    covered = {case.primitive for case in CASES} | {CONSTANT.name, VARIABLE.name}
    assert {name for name in REGISTRY if "_slope" not in name} <= covered


@each
def test_case_exercises_its_primitive(case: Case) -> None:
    """The case's graph contains the primitive that it is there for."""
    _, node = _made(case)
    assert case.primitive in {inner.op.name for inner in topological([node])}


@each
def test_adjoint_identity(case: Case) -> None:
    """<w, J v> = <J' w, v>."""
    rng = _rng(case)
    x, y = _made(case)
    v, w = variable(x.size, "v"), variable(y.size, "w")
    forward = jvp([y], x, v)[0]
    backward = vjp([y], x, [reshape(w, y.shape)])
    at, direction, weight = _draw(case, rng), rng.normal(size=x.size), rng.normal(size=y.size)
    forward_value, backward_value = Program([x, v, w], [forward, backward]).run(at, direction, weight)
    assert forward.shape == y.shape
    assert backward.shape == x.shape
    left, right = np.sum(weight * forward_value.ravel()), np.sum(backward_value * direction)
    np.testing.assert_allclose(left, right, rtol=1e-10, atol=1e-10)


def _differences(function: Program, at: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """A directional derivative by central differences, extrapolated once."""

    def slope(step: float) -> np.ndarray:
        ahead, behind = function.run(at + step * direction)[0], function.run(at - step * direction)[0]
        return (ahead - behind) / (2 * step)

    return (4 * slope(5e-4) - slope(1e-3)) / 3


@each
def test_first_derivative(case: Case) -> None:
    """J v is the central difference of the value."""
    rng = _rng(case)
    x, y = _made(case)
    v = variable(x.size, "v")
    at = _draw(case, rng)
    direction = rng.uniform(-1, 1, size=x.size) * 0.3
    tangent = Program([x, v], jvp([y], x, v)).run(at, direction)[0]
    np.testing.assert_allclose(tangent, _differences(Program([x], [y]), at, direction), rtol=2e-6, atol=2e-7)


@each
def test_second_derivative(case: Case) -> None:
    """The derivative of w'J is the central difference of w'J."""
    rng = _rng(case)
    x, y = _made(case)
    v = variable(x.size, "v")
    weights = constant(rng.normal(size=y.shape))
    slope = vjp([y], x, [weights])
    curvature = jvp([slope], x, v)[0]
    at = _draw(case, rng)
    direction = rng.uniform(-1, 1, size=x.size) * 0.3
    exact = Program([x, v], [curvature]).run(at, direction)[0]
    np.testing.assert_allclose(exact, _differences(Program([x], [slope]), at, direction), rtol=2e-5, atol=2e-6)


@each
def test_population(case: Case) -> None:
    """Inputs stacked give outputs stacked, for the value and for both derivatives."""
    rng = _rng(case)
    x, y = _made(case)
    v = variable(x.size, "v")
    outputs = [y, jvp([y], x, v)[0], vjp([y], x, [reshape(take(v, np.arange(y.size) % x.size), y.shape)])]
    program = Program([x, v], outputs)
    points = np.stack([_draw(case, rng) for _ in range(3)])
    directions = rng.normal(size=points.shape)
    alone = [program.run(point, direction) for point, direction in zip(points, directions, strict=True)]
    together = program.run(points, directions)
    mixed = program.run(points[0], directions)
    again = program.run(points, directions)
    for place in range(3):
        stacked = np.stack([one[place] for one in alone])
        np.testing.assert_allclose(together[place], stacked, rtol=1e-9, atol=1e-12)
        np.testing.assert_array_equal(again[place], together[place])
        here = np.stack([program.run(points[0], direction)[place] for direction in directions])
        np.testing.assert_allclose(mixed[place], here, rtol=1e-9, atol=1e-12)


@each
def test_reused_buffers(case: Case) -> None:
    """A second run on the same buffers equals a first run of another program."""
    rng = _rng(case)
    x, y = _made(case)
    program = Program([x], [y])
    for at in (_draw(case, rng), _draw(case, rng)):
        np.testing.assert_array_equal(program.run(at)[0], Program([x], [y]).run(at)[0])


@each
def test_entries_are_the_local_jacobian(case: Case) -> None:
    """The coordinates of a node's local maps agree with applying the map."""
    rng = _rng(case)
    x, y = _made(case)
    at = _draw(case, rng)
    for arg, map_ in zip(y.args, local_maps(y), strict=True):
        if map_ is None or arg.value is not None:
            continue
        entries = map_.entries()
        t = rng.normal(size=arg.shape)
        applied = map_.apply(constant(t))
        data = constant(np.ones(len(entries.rows))) if entries.data is None else entries.data()
        data_value, applied_value = Program([x], [data, applied]).run(at)
        dense = np.bincount(entries.rows, weights=data_value * t.ravel()[entries.cols], minlength=y.size)
        np.testing.assert_allclose(dense, applied_value.ravel(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("primitive", [exp, expm1])
def test_what_overflows_has_no_value_and_no_derivative(primitive: Any) -> None:
    """So that a step back is taken there, as a sheet would show an error, and 1 / infinity is never taken for 0."""
    x = variable(2)
    logistic = Function(div(1.0, add(primitive(neg(x)), 1.0)), x)
    for point in ([-800.0, 1.0], [1.0, -1e6]):
        assert np.isnan(logistic.value(point))
        assert np.isnan(logistic.gradient(point)).any()
    assert np.isfinite(logistic.gradient([-700.0, 1.0])).all()


def test_silent_branch() -> None:
    """What a choice rejects does not spoil the derivative, however infinite its own."""
    from solver.algebra import div, less, log, sqrt, where

    x = variable(3)
    safe = where(less(0.0, x), add_all(sqrt(x), log(x), div(1.0, x)), mul(x, 3.0))
    gradient_ = vjp([safe], x, [constant(np.ones(3))])
    value = Program([x], [gradient_]).run([0.0, -1.0, 4.0])[0]
    np.testing.assert_allclose(value, [3.0, 3.0, 0.25 + 0.25 - 1 / 16])


def add_all(*nodes: Node) -> Node:
    """The sum of the nodes."""
    return sum_(reshape(join(nodes), (len(nodes), nodes[0].size)), 0, keepdims=False)


def test_inverse_of_singular_and_unknown_matrices() -> None:
    """In a stack of matrices those without an inverse have no value, whatever else stands in the stack."""
    stack = np.array([[[1.0, 2.0], [2.0, 4.0]], [[0.0, np.nan], [0.0, np.nan]], [[0.0, 2.0], [4.0, 0.0]]])
    x = variable(stack.size)
    found = Program([x], [inverse(reshape(x, stack.shape))]).run(stack.ravel())[0]
    assert np.isnan(found[:2]).any(axis=(1, 2)).all()
    np.testing.assert_array_equal(found[2], [[0.0, 0.25], [0.5, 0.0]])


def test_slope_of_a_gamma_distribution_where_it_begins() -> None:
    """With the shape 1 it is 1 - exp(-x), whose density at 0 is 1; with the shape 2 it is 0."""
    x = variable(1)
    assert Function(gammainc(1.0, x), x).gradient([0.0]) == pytest.approx(1.0)
    assert Function(gammainc(2.0, x), x).gradient([0.0]) == pytest.approx(0.0)
    assert Function(betainc(1.0, 3.0, x), x).gradient([0.0]) == pytest.approx(3.0)
