"""Buffers that are handed on change no value: every output, in whatever order it is asked for, and again."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.algebra import (
    Program,
    add,
    constant,
    exp,
    gradient,
    jvp,
    mul,
    reshape,
    sin,
    square,
    sub,
    sum_,
    take,
    variable,
    where,
)
from solver.algebra.node import Array, Node, topological

SIZE = 6
MASK = constant([1.0, 0.0, 1.0, 1.0, 0.0, 1.0])


@st.composite
def chains(draw: st.DrawFn) -> tuple[Node, Node]:
    """An input and the sum of a chain of operations in which some arrays are read again, also through views."""
    x = variable(SIZE)
    made = [mul(x, 1.5)]
    for _ in range(draw(st.integers(1, 8))):
        here, before = made[-1], made[draw(st.integers(0, len(made) - 1))]
        shaped = reshape(take(before, np.arange(SIZE)[::-1]), (SIZE,)) if draw(st.booleans()) else before
        made.append(
            draw(
                st.sampled_from(
                    [
                        lambda a, b: add(a, mul(b, 0.5)),
                        lambda a, b: mul(a, b),
                        lambda a, b: sub(reshape(reshape(a, (2, 3)), (SIZE,)), b),
                        lambda a, _: sin(a),
                        lambda a, _: exp(mul(a, 0.1)),
                        lambda a, b: add(where(MASK, a, 0.0), b),
                        lambda a, _: square(a),
                    ]
                )
            )(here, shaped)
        )
    return x, sum_(made[-1])


def plainly(node: Node, values: dict[Node, Array]) -> Array:
    """The value of a node, each operation on its own."""
    for inner in topological([node]):
        if inner not in values:
            kernel = inner.op.bind(inner.param, [arg.shape for arg in inner.args])
            values[inner] = np.array(kernel(*[values[arg] if arg.value is None else arg.value for arg in inner.args]))
    return values[node]


@given(chains(), st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=3, max_size=8))
@settings(max_examples=60)
def test_every_output_is_what_it_is_alone(chain: tuple[Node, Node], asked: list[tuple[int, int]]) -> None:
    x, output = chain
    direction = variable(SIZE, "direction")
    slope = gradient(output, x)
    outputs = [output, slope, jvp([slope], x, direction)[0]]
    program = Program([x, direction], outputs)
    points = np.random.default_rng(0).uniform(-1, 1, (3, SIZE))
    for which, point in asked:
        values = {x: points[point], direction: points[which]}
        expected = plainly(outputs[which], dict(values)) if outputs[which].value is None else outputs[which].value
        found = program.evaluate(which, points[point], points[which])
        np.testing.assert_allclose(found, np.broadcast_to(expected, found.shape), rtol=1e-12, atol=1e-12)
