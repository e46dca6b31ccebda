"""A piecewise linear model as a mixed-integer linear one.

A largest value needs no binary where the model only presses it down, z >= every argument; so least absolute deviations
and minimax models are plain linear programs. All else is switched, see `switches`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from solver.algebra.structure.bends import Piece
from solver.engines.linear.columns import INF, Columns
from solver.engines.linear.linear_form import LinearForm
from solver.engines.linear.switches import define

if TYPE_CHECKING:
    from solver.algebra.structure.pieces import Definition, Pieces
    from solver.model.problem import Indices, Mask, Problem, Vector


def piecewise_form(
    problem: Problem,
    pieces: Pieces,
    lb: Vector,
    ub: Vector,
    *,
    relax: bool = False,
    margin: float = 0.0,
    cutoff: float = INF,
) -> LinearForm:
    """The linear form of a problem whose objective and rows are the outputs of `pieces`.

    The model's own columns come first, with the bounds lb and ub; `relax` leaves out what needs a binary or an
    infinite range; `margin` keeps conditions that far from their border; no objective above `cutoff` is looked for.
    Raises NoForm.
    """
    made = pieces.matrix.shape[1]
    spare = sum(_spare(pieces.matrix, definition) for definition in pieces.definitions)
    total = made + spare
    ends = np.r_[np.full(made - problem.n, INF), np.zeros(spare)]
    whole = np.r_[problem.integer, np.zeros(ends.size, dtype=bool)]
    columns = Columns(np.r_[lb, -ends], np.r_[ub, ends], whole, whole.copy(), made, relax, margin)
    matrix = sp.csr_array(
        (pieces.matrix.data, pieces.matrix.indices, pieces.matrix.indptr), shape=(len(pieces.shift), total)
    )
    corners = [_corner_signs(matrix, pieces.shift, each) for each in pieces.definitions]
    pressed = _pressed(problem, pieces, matrix, corners)
    for definition, signs in zip(pieces.definitions, corners, strict=True):
        arguments = [columns.affine(matrix[rows], pieces.shift[rows]) for rows in definition.arguments]
        define(columns, definition, arguments, signs, pressed)
    aim, sides = pieces.outputs[0], pieces.outputs[1:]
    cost = matrix[[aim]].toarray()[0]
    own = sp.csr_array(matrix[sides])
    low, high = problem.row_lo - pieces.shift[sides], problem.row_hi - pieces.shift[sides]
    stack, lows, highs = [own, *columns.matrices], [low, *columns.low], [high, *columns.high]
    if np.isfinite(cutoff):
        stack.append(matrix[[aim]])
        lows.append(np.array([-INF]))
        highs.append(np.array([cutoff - pieces.shift[aim]]))
    return LinearForm(
        cost,
        float(pieces.shift[aim]),
        sp.csr_array(sp.vstack(stack)),
        np.concatenate(lows),
        np.concatenate(highs),
        columns.lb,
        columns.ub,
        np.zeros(total, dtype=bool) if relax else columns.whole,
        problem.n,
        problem.m,
    )


def _spare(matrix: sp.csr_array, definition: Definition) -> int:
    """At most so many further columns does a definition need."""
    if definition.piece is Piece.PRODUCT:
        return int(np.diff(matrix.indptr)[definition.arguments].sum())
    return definition.arguments.size if definition.piece is Piece.LARGEST else definition.columns.size


def _corner_signs(matrix: sp.csr_array, shift: Vector, definition: Definition) -> Vector:
    """For each element +1 where it is the largest of its values, -1 where the smallest, 0 where it may jump.

    A choice between a and b by the sign of d is one of both where a - b = k d.
    """
    size = definition.columns.size
    if definition.piece is Piece.LARGEST:
        return np.ones(size)
    if definition.piece not in (Piece.CHOICE_BELOW, Piece.CHOICE_UP_TO):
        return np.zeros(size)
    at, yes, no = definition.arguments
    wide = sp.csr_array(sp.hstack([matrix, sp.csr_array(shift[:, None])]))
    gain, distance = sp.csr_array(wide[yes] - wide[no]), sp.csr_array(wide[at])
    length = np.asarray(distance.multiply(distance).sum(axis=1)).ravel()
    slope = np.asarray(gain.multiply(distance).sum(axis=1)).ravel() / np.where(length == 0, 1.0, length)
    off = abs(gain - sp.csr_array(sp.diags_array(slope) @ distance)).max(axis=1).toarray().ravel()
    size_of = abs(gain).max(axis=1).toarray().ravel()
    return np.where((off <= 1e-11 * size_of) & (slope != 0), -np.sign(slope), 0.0)


def _pressed(problem: Problem, pieces: Pieces, matrix: sp.csr_array, corners: list[Vector]) -> tuple[Mask, Mask]:
    """For every column whether the model gains by making it smaller, and by making it larger, than it is."""
    down, up = (np.zeros(matrix.shape[1], dtype=bool) for _ in range(2))

    def press(rows: Indices, smaller: Mask, larger: Mask) -> None:
        chosen = sp.csr_array(matrix[rows])
        rising, falling = (chosen > 0).astype(float), (chosen < 0).astype(float)
        down[:] |= (smaller.astype(float) @ rising + larger.astype(float) @ falling) > 0
        up[:] |= (larger.astype(float) @ rising + smaller.astype(float) @ falling) > 0

    press(pieces.outputs[:1], np.array([True]), np.array([False]))
    if problem.m:
        press(pieces.outputs[1:], np.isfinite(problem.row_hi), np.isfinite(problem.row_lo))
    for definition, signs in zip(pieces.definitions[::-1], corners[::-1], strict=True):
        jumps = signs == 0
        wanted = definition.columns
        arguments = definition.arguments if definition.piece is Piece.LARGEST else definition.arguments[1:]
        for rows in definition.arguments if jumps.any() else arguments:
            press(rows, down[wanted] | jumps, up[wanted] | jumps)
    return down, up
