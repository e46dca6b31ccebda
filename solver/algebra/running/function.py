"""Functions of a vector, ready to be called: value, derivatives and populations on one tape."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.calculus.derive import between, gradient, jvp, vjp
from solver.algebra.node import Node, constant, variable
from solver.algebra.primitives.reduce import sum_
from solver.algebra.primitives.shape import reshape
from solver.algebra.running.program import Program

if TYPE_CHECKING:
    import numpy.typing as npt

    from solver.algebra.node import Array

_NEAR_ELEMENTS, _DIRECTIONS = 2_000_000, 64  # numbers on the tape at once, and directions
_BATCH_ELEMENTS = 4_000_000  # numbers that a population may hold on the tape at once


class _Population:
    """One output for many inputs, in portions that fit in memory."""

    def __init__(self, output: Node, wrt: Node) -> None:
        self.output, self.wrt = output, wrt
        self._program = Program([wrt], [output])
        alive = sum(node.size for node in between([output], wrt) if not node.op.view)
        self._portion = max(1, _BATCH_ELEMENTS // max(1, alive + wrt.size))

    def __call__(self, points: npt.ArrayLike) -> Array:
        """The outputs (p, ...) at the points (p, n)."""
        rows = np.asarray(points, dtype=np.float64)
        parts = [self._program.run(rows[at : at + self._portion])[0] for at in range(0, len(rows), self._portion)]
        return np.concatenate(parts) if parts else np.zeros((0, *self.output.shape))


class _Columns:
    """A product with a direction for all unit directions at once, in portions that stay in the processor's reach."""

    def __init__(self, output: Node, wrt: Node, direction: Node) -> None:
        self._program, self._unit = Program([wrt, direction], [output]), np.eye(wrt.size)
        alive = sum(node.size for node in between([output], wrt, direction) if not node.op.view)
        self._portion = min(max(1, _NEAR_ELEMENTS // max(1, alive)), _DIRECTIONS)

    def __call__(self, x: npt.ArrayLike) -> Array:
        """The matrix (n, n) at x (n,)."""
        rows = [self._unit[at : at + self._portion] for at in range(0, len(self._unit), self._portion)]
        return np.concatenate([self._program.run(x, some)[0] for some in rows])


class Function:
    """A scalar function of `wrt`: the sum of the elements of `output`, which usually has one."""

    def __init__(self, output: Node, wrt: Node) -> None:
        self.output = reshape(output if output.size == 1 else sum_(output), ())
        self.wrt = wrt
        self._direction = variable(wrt.size, "direction")
        self._still = np.zeros(wrt.size)
        self._still.flags.writeable = False
        self._outputs: list[Node] = [self.output]
        self._program = Program([wrt, self._direction], self._outputs)
        self._many: _Population | None = None
        self._whole: _Columns | None = None

    def _order(self, order: int) -> Program:
        """The program with derivatives up to this order; they are made when first asked for."""
        if order >= len(self._outputs):
            if len(self._outputs) == 1:
                self._outputs.append(gradient(self.output, self.wrt))
            if order == 2:
                self._outputs.append(jvp([self._outputs[1]], self.wrt, self._direction)[0])
            self._program = Program([self.wrt, self._direction], self._outputs)
        return self._program

    @property
    def operations(self) -> int:
        """How many operations value and gradient take together."""
        return Program([self.wrt], [self.output, gradient(self.output, self.wrt)]).operations

    def value(self, x: npt.ArrayLike) -> float:
        """The value at x (n,)."""
        return float(self._program.evaluate(0, x, self._still))

    def gradient(self, x: npt.ArrayLike) -> Array:
        """The gradient (n,) at x (n,)."""
        return self._order(1).evaluate(1, x, self._still)

    def hessp(self, x: npt.ArrayLike, direction: npt.ArrayLike) -> Array:
        """The Hessian at x times a direction, (n,)."""
        program = self._order(2)
        self._still = np.array(direction, dtype=np.float64)
        self._still.flags.writeable = False
        return program.evaluate(2, x, self._still)

    def hessian(self, x: npt.ArrayLike) -> Array:
        """The Hessian at x as a full array (n, n)."""
        if self._whole is None:
            self._whole = _Columns(self._order(2).outputs[2], self.wrt, self._direction)
        return self._whole(x)

    def value_many(self, points: npt.ArrayLike) -> Array:
        """The values (p,) at the points (p, n)."""
        if self._many is None:
            self._many = _Population(self.output, self.wrt)
        return self._many(points)


class VectorFunction:
    """A vector function of `wrt`: the elements of `output` in reading order, with products of its Jacobian."""

    def __init__(self, output: Node, wrt: Node) -> None:
        self.output = reshape(output, (output.size,))
        self.wrt = wrt
        self._program = Program([wrt], [self.output])
        self._many: _Population | None = None
        self._curved: Program | None = None

    @property
    def size(self) -> int:
        """How many elements."""
        return self.output.size

    def value(self, x: npt.ArrayLike) -> Array:
        """The values (m,) at x (n,)."""
        return self._program.evaluate(0, x)

    def value_many(self, points: npt.ArrayLike) -> Array:
        """The values (p, m) at the points (p, n)."""
        if self._many is None:
            self._many = _Population(self.output, self.wrt)
        return self._many(points)

    def hessp(self, x: npt.ArrayLike, weights: npt.ArrayLike, direction: npt.ArrayLike) -> Array:
        """The Hessian at x of weights @ value, times a direction, (n,)."""
        if self._curved is None:
            weight, along = variable(self.size, "weights"), variable(self.wrt.size, "direction")
            slope = vjp([self.output], self.wrt, [weight]) if self.size else constant(np.zeros(self.wrt.shape))
            self._curved = Program([self.wrt, weight, along], jvp([slope], self.wrt, along))
        return self._curved.run(x, weights, direction)[0]
