"""Vectors that are computed step by step, each element from earlier ones: y = step(y, inputs).

`step` is a graph in which no element of the result depends on itself or on a later one. It is run element by element,
but differentiated all at once: with J the derivative of the step by y, which is strictly lower triangular,

    dy = J dy + d(step)/d(inputs),        a linear recurrence for dy.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from solver.algebra.calculus.derive import adjoints, jvp
from solver.algebra.node import Array, Kernel, Node, Shape, variable
from solver.algebra.primitive import Entries, LinearMap, array, written
from solver.algebra.primitives.elementary import add
from solver.algebra.primitives.recur import dense_entries, recur
from solver.algebra.running.replace import replaced

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from solver.algebra.primitives.recur import Triangle


class March:
    """How a vector is computed: the step as a graph of y and of variables for the inputs, and `run`, which runs it.

    `slopes` are the derivatives of the step's elements by earlier ones, one for each entry of `where`.
    """

    def __init__(
        self,
        y: Node,
        inputs: Sequence[Node],
        step: Node,
        slopes: Node,
        where: Triangle,
        run: Callable[..., Array],
    ) -> None:
        self.y, self.inputs, self.step, self.where, self.run = y, tuple(inputs), step, where, run
        self._slopes = slopes

    def at(self, node: Node) -> dict[Node, Node]:
        """What stands in the place of the variables for a node that is marched."""
        return {self.y: node, **dict(zip(self.inputs, node.args, strict=True))}

    def slopes(self, node: Node) -> Node:
        """The coefficients of the linear recurrence that derivatives follow."""
        return replaced([self._slopes], self.at(node))[0]

    @cached_property
    def weights(self) -> Node:
        """The variable that the adjoints are linear in."""
        return variable(self.y.size, "weights")

    @cached_property
    def adjoints(self) -> list[Node]:
        """For every input the transposed derivative of the step times the weights."""
        return adjoints([self.step], self.inputs, [self.weights])

    @cached_property
    def directions(self) -> list[Node]:
        """The variables that the tangents are linear in."""
        return [variable(each.size, "direction") for each in self.inputs]

    @cached_property
    def tangents(self) -> list[Node]:
        """The derivative of the step by every input, times its direction."""
        pairs = zip(self.inputs, self.directions, strict=True)
        return [jvp([self.step], each, direction)[0] for each, direction in pairs]


def _march_tangent(node: Node, incoming: Sequence[Node | None]) -> Node:
    march: March = node.param
    total: Node | None = None
    for tangent, direction, t in zip(march.tangents, march.directions, incoming, strict=True):
        if t is not None:
            part = replaced([tangent], {**march.at(node), direction: t})[0]
            total = part if total is None else add(total, part)
    assert total is not None
    return recur(march.slopes(node), total, march.where)


def _march_maps(node: Node) -> list[LinearMap | None]:
    return [_march_map(node, place) for place in range(len(node.args))]


def _march_map(node: Node, place: int) -> LinearMap:
    march: March = node.param

    def apply(t: Node) -> Node:
        return _march_tangent(node, [t if k == place else None for k in range(len(node.args))])

    def transpose(g: Node) -> Node:
        weights = recur(march.slopes(node), g, march.where, transposed=True)
        return replaced([march.adjoints[place]], {**march.at(node), march.weights: weights})[0]

    def entries() -> Entries:
        return dense_entries(apply, node.args[place], node)

    return LinearMap(apply, transpose, entries)


@array("march", _march_maps, tangent=_march_tangent)
def marching(param: March, _shapes: Sequence[Shape]) -> Kernel:
    """A vector computed step by step from the inputs."""

    def kernel(*arrays: Array, out: Array | None = None) -> Array:
        return written(param.run(*arrays), out)

    return kernel
