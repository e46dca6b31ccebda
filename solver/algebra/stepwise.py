"""From a step to the vector that it leaves as it is: y = step(y), computed in order.

Where the step is linear in y, the vector solves a linear recurrence whose coefficients and terms are computed at once;
else it is marched, element by element.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.coloring import color_columns
from solver.algebra.degree import degrees
from solver.algebra.derive import between, jvp
from solver.algebra.gather import join, take
from solver.algebra.march import March, marching
from solver.algebra.node import Node, constant, make, variable
from solver.algebra.pattern import dependence
from solver.algebra.recur import recur
from solver.algebra.replace import replaced
from solver.algebra.shape import reshape
from solver.algebra.structure import Degree
from solver.algebra.unroll import NotUnrolled, Unrolled

if TYPE_CHECKING:
    from collections.abc import Sequence

    import scipy.sparse as sp

_MOST_LAGS = 64
_MOST_COEFFICIENTS = 40_000_000


def solved(step: Node, y: Node, width: int, pattern: sp.csr_array | None = None) -> Node | None:
    """The vector that a step (n,) from the variable y (n,) leaves as it is; None where it cannot be computed in order.

    `width` elements repeat the same formulas; `pattern` is `dependence(step, y)`, if it is known already.
    """
    if pattern is None:
        pattern = dependence(step, y)
    rows, cols = pattern.tocoo().coords
    lags = np.unique(rows - cols)
    if len(lags) > _MOST_LAGS or len(lags) * y.size > _MOST_COEFFICIENTS or (len(lags) and lags[0] < 1):
        return None
    if not len(lags):
        return step
    slopes = _slopes(step, y, pattern, lags.tolist())
    if int(degrees([step], y)[0].max()) <= Degree.LINEAR:
        slopes, terms = replaced([slopes, step], {y: constant(np.zeros(y.shape))})
        return recur(slopes, terms, lags.tolist())
    args = _frontier(step, y)
    inputs = [variable(arg.size, f"input {place}") for place, arg in enumerate(args)]
    places = {arg: reshape(each, arg.shape) for arg, each in zip(args, inputs, strict=True)}
    step, slopes = replaced([step, slopes], places)
    try:
        run = Unrolled(y, inputs, step, width)
    except (NotUnrolled, RecursionError):
        return None
    march = March(y, inputs, step, slopes, lags.tolist(), run)
    return make(marching, tuple([reshape(arg, (arg.size,)) for arg in args]), y.shape, march)


def _slopes(step: Node, y: Node, pattern: sp.csr_array, lags: Sequence[int]) -> Node:
    """The derivatives of the step's elements by those each lag before them: (lags, n), 0 where there is none."""
    coloring = color_columns(pattern)
    sweeps = [jvp([step], y, constant(seed))[0] for seed in coloring.directions()]
    size = y.size
    index = np.full((len(lags), size), len(sweeps) * size)
    rows, cols = pattern.tocoo().coords
    index[np.searchsorted(lags, rows - cols), rows] = coloring.colors[cols] * size + rows
    return take(join([*sweeps, np.zeros(1)]), index)


def _frontier(step: Node, y: Node) -> list[Node]:
    """The live nodes that the step reads besides y."""
    path = between([step], y)
    inside = {y, *path}
    return list({arg: None for node in path for arg in node.args if arg.value is None and arg not in inside})
