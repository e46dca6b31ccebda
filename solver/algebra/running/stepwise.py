"""From a step to the vector that it leaves as it is: y = step(y), computed in order.

Where the step is linear in y, the vector solves a linear recurrence whose coefficients and terms are computed at once;
else it is marched, element by element.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.calculus.coloring import color_columns
from solver.algebra.calculus.derive import between, jvp
from solver.algebra.calculus.pattern import dependence
from solver.algebra.node import Node, constant, make, variable
from solver.algebra.primitives.gather import join, take
from solver.algebra.primitives.march import March, marching
from solver.algebra.primitives.recur import Triangle, recur
from solver.algebra.primitives.shape import reshape
from solver.algebra.running.replace import replaced
from solver.algebra.running.unroll import NotUnrolled, Unrolled
from solver.algebra.structure.degree import degrees
from solver.algebra.structure.ladder import Degree

if TYPE_CHECKING:
    import scipy.sparse as sp

_MOST_ENTRIES = 40_000_000
_MOST_READ = 64  # earlier elements that one element may read


def solved(step: Node, y: Node, width: int, pattern: sp.csr_array | None = None) -> Node | None:
    """The vector that a step (n,) from the variable y (n,) leaves as it is; None where it cannot be computed in order.

    `width` elements repeat the same formulas; `pattern` is `dependence(step, y)`, if it is known already.
    """
    if pattern is None:
        pattern = dependence(step, y)
    rows, cols = (indices.astype(np.intp) for indices in pattern.tocoo().coords)
    if len(rows) > _MOST_ENTRIES or (rows <= cols).any() or int(np.diff(pattern.indptr).max(initial=0)) > _MOST_READ:
        return None
    if not len(rows):
        return replaced([step], {y: constant(np.zeros(y.shape))})[0]
    where = Triangle(rows, cols, y.size)
    slopes = _slopes(step, y, pattern, where)
    if int(degrees([step], y)[0].max()) <= Degree.LINEAR:
        slopes, terms = replaced([slopes, step], {y: constant(np.zeros(y.shape))})
        return recur(slopes, terms, where)
    args = _frontier(step, y)
    inputs = [variable(arg.size, f"input {place}") for place, arg in enumerate(args)]
    places = {arg: reshape(each, arg.shape) for arg, each in zip(args, inputs, strict=True)}
    step, slopes = replaced([step, slopes], places)
    try:
        run = Unrolled(y, inputs, step, width)
    except (NotUnrolled, RecursionError):
        return None
    march = March(y, inputs, step, slopes, where, run)
    return make(marching, tuple([reshape(arg, (arg.size,)) for arg in args]), y.shape, march)


def _slopes(step: Node, y: Node, pattern: sp.csr_array, where: Triangle) -> Node:
    """The derivatives of the step's elements by earlier ones, entry by entry: columns that share no row go together."""
    coloring = color_columns(pattern)
    sweeps = [jvp([step], y, constant(seed))[0] for seed in coloring.directions()]
    return take(join(sweeps), coloring.colors[where.cols] * y.size + where.rows)


def _frontier(step: Node, y: Node) -> list[Node]:
    """The live nodes that the step reads besides y."""
    path = between([step], y)
    inside = {y, *path}
    return list({arg: None for node in path for arg in node.args if arg.value is None and arg not in inside})
