"""Primitives that act element by element, under NumPy's broadcasting, and their declaration.

A declaration names the value kernel, a ufunc, and its body gives the partial derivatives, as nodes, from the result
and the arguments:

    @pointwise(np.exp, domain=[(-3, 3)])
    def exp(y, _x):
        return (y,)

The declared name is the constructor, and also the primitive that its nodes carry as `op`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from solver.algebra.node import (
    Kernel,
    Node,
    Operand,
    Primitive,
    Shape,
    Smoothness,
    Special,
    as_node,
    broadcast_shape,
    computed,
    make,
)
from solver.algebra.primitives.reduce import broadcasting, ordered
from solver.algebra.primitives.shape import reshape

Partials: TypeAlias = Callable[..., tuple["Operand | None", ...]]
Rewrite: TypeAlias = Callable[..., "Node | None"]
Domain: TypeAlias = Sequence[tuple[float, float]]


class Pointwise(Primitive):
    """A primitive that acts element by element; calling it makes a node.

    `partials(y, *args)` gives the partial derivative by each argument, None where it has none. `domain` is an interval
    per argument on which value and derivatives are finite. `rewrite(*args)` may give a simpler node; the two arguments
    of a `commutative` one come in the one order of `ordered`.
    """

    __slots__ = ("commutative", "domain", "kernel", "partials", "rewrite")

    def __init__(
        self,
        name: str,
        kernel: Kernel,
        partials: Partials,
        domain: Domain,
        smoothness: Smoothness = Smoothness.YES,
        *,
        rewrite: Rewrite | None = None,
        commutative: bool = False,
        special: Special | None = None,
        doc: str | None = None,
    ) -> None:
        super().__init__(name, lambda _param, _shapes: kernel, smoothness, special=special, doc=doc)
        self.kernel, self.partials, self.domain = kernel, partials, domain
        self.rewrite, self.commutative = rewrite, commutative

    def __call__(self, *operands: Operand) -> Node:
        """The node of this primitive on the operands, folded or simplified where that is possible."""
        args = [as_node(operand) for operand in operands]
        for arg in args:
            if arg.value is None:
                break
        else:
            return computed(self.kernel, args)
        if self.commutative:
            args = list(ordered(args[0], args[1]))
        if self.rewrite is not None:
            simpler = self.rewrite(*args)
            if simpler is not None:
                return simpler
        aligned, shape = align(args)
        return make(self, aligned, shape)


def align(args: Sequence[Node]) -> tuple[tuple[Node, ...], Shape]:
    """The arguments of a pointwise operation and their common shape.

    Live ones get leading axes of length one, so that a population's axis stays in front; a repetition that NumPy's
    broadcasting makes anyway is taken away.
    """
    shape = args[0].shape
    for arg in args:
        if arg.shape != shape or arg.op is broadcasting:
            break
    else:
        return tuple(args), shape
    shape = broadcast_shape([arg.shape for arg in args])
    rank = len(shape)
    aligned = [
        arg if arg.value is not None or len(arg.shape) == rank else reshape(arg, (1,) * (rank - arg.rank) + arg.shape)
        for arg in args
    ]
    for place, arg in enumerate(aligned):
        if arg.op is broadcasting:
            trial = [*aligned[:place], arg.args[0], *aligned[place + 1 :]]
            if broadcast_shape([other.shape for other in trial]) == shape:
                aligned = trial
    return tuple(aligned), shape


def pointwise(
    kernel: Kernel,
    domain: Domain,
    smoothness: Smoothness = Smoothness.YES,
    *,
    rewrite: Rewrite | None = None,
    commutative: bool = False,
    special: Special | None = None,
) -> Callable[[Partials], Pointwise]:
    """Declares a pointwise primitive; the decorated function gives its partial derivatives."""

    def declare(partials: Partials) -> Pointwise:
        name = partials.__name__
        return Pointwise(
            name,
            kernel,
            partials,
            domain,
            smoothness,
            rewrite=rewrite,
            commutative=commutative,
            special=special,
            doc=partials.__doc__,
        )

    return declare
