"""The Limits Report: how far each variable alone may go while all others stay, and what the objective is then.

For linear rows a x + c between lo and hi the room of variable j upwards is the least of (hi - a x - c) / a_j where
a_j > 0 and (lo - a x - c) / a_j where a_j < 0. Where rows are curved, the end of the interval around the answer is
enclosed by ever longer steps and then halved. Variables that share no row are moved together: they cannot hide what
another one does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from solver.algebra import Function
from solver.algebra.calculus.coloring import color_columns
from solver.algebra.structure.ladder import Degree
from solver.book.looks.formats import formats_of
from solver.reports.labels import names_of
from solver.reports.page import Page, number, shown
from solver.reports.registry import report

if TYPE_CHECKING:
    from solver.model.answer import Answer
    from solver.model.problem import Indices, Mask, Problem, Vector
    from solver.reports.page import Row

_TOUCHING = 1e-9
_STILL = 1e-8
_FARTHEST = 1e15
_AT_ONCE = 4_000_000
_MOST_WORK = 3e9
_DOUBLINGS, _HALVINGS = 60, 60


TOO_MANY = "Curved constraints on so many cells at once are not searched: no limits are given."


@report("limits", "Limits Report")
def limits_report(answer: Answer) -> Page:
    """The least and greatest value of each variable with all others held, and the objective there."""
    page, binding = Page(), answer.binding
    book, model = binding.calculation.book, binding.model
    if model.objective is not None:
        code, name = formats_of(book, [model.objective])[0], names_of(book, [model.objective])[0]
        row: Row = (model.objective.absolute, name, shown(number(answer.final), code))
        page.table(("\nCell", "Objective\nName", "\nValue"), [row])
        page.row += 2
    x = answer.solution.x
    lower, upper = limits_of(binding.problem, x)
    results = [objectives(answer, ends) for ends in (lower, upper)]
    rows: list[Row] = []
    names, codes = names_of(book, binding.variables), formats_of(book, binding.variables)
    for k, (cell, name, code) in enumerate(zip(binding.variables, names, codes, strict=True)):
        ends = [
            shown(number(each if np.isfinite(each) else None), code)
            for each in (lower[k], results[0][k], upper[k], results[1][k])
        ]
        rows.append((cell.absolute, name, shown(float(x[k]) + 0.0, code), None, *ends[:2], None, *ends[2:]))
    page.table(
        (
            "\nCell",
            "Variable\nName",
            "\nValue",
            None,
            "Lower\nLimit",
            "Objective\nResult",
            None,
            "Upper\nLimit",
            "Objective\nResult",
        ),
        rows,
    )
    if np.isnan(lower).any():
        page.notes([TOO_MANY])
    return page


def limits_of(problem: Problem, x: Vector) -> tuple[Vector, Vector]:
    """The ends of the interval that each variable may move in, (n,) and (n,); infinite where there is none.

    NaN where curved rows hold so many variables together that the search would take too long.
    """
    if problem.linear is not None:
        down, up = _linear_room(problem, x)
    elif problem.m:
        down, up = _searched_room(problem, x, -1.0), _searched_room(problem, x, 1.0)
    else:
        down = up = np.full(problem.n, np.inf)
    lower = np.minimum(np.maximum(problem.lb, x - down), x)
    upper = np.maximum(np.minimum(problem.ub, x + up), x)
    whole = problem.integer | problem.binary
    lower, upper = np.where(whole, np.ceil(lower - 1e-6), lower), np.where(whole, np.floor(upper + 1e-6), upper)
    for group in problem.groups:  # no member of a permutation can move alone
        lower[group] = upper[group] = x[group]
    return lower, upper


def _linear_room(problem: Problem, x: Vector) -> tuple[Vector, Vector]:
    """How far each variable may go down and up within linear rows."""
    assert problem.linear is not None
    down, up = np.full(problem.n, np.inf), np.full(problem.n, np.inf)
    matrix = problem.linear.matrix.tocoo()
    row, col = matrix.coords
    above, below = _slacks(problem, problem.rows(x))
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.where(matrix.data > 0, above[row], below[row]) / np.abs(matrix.data)
        back = np.where(matrix.data > 0, below[row], above[row]) / np.abs(matrix.data)
    used = matrix.data != 0
    np.minimum.at(up, col[used], steps[used])
    np.minimum.at(down, col[used], back[used])
    return down, up


def _slacks(problem: Problem, rows: Vector) -> tuple[Vector, Vector]:
    """The room of rows up to their upper end and down to their lower end; rounding counts as none."""
    found = []
    for room, end in ((problem.row_hi - rows, problem.row_hi), (rows - problem.row_lo, problem.row_lo)):
        scale = np.maximum(1.0, np.where(np.isfinite(end), np.abs(end), 1.0))
        found.append(np.where(room <= _TOUCHING * scale, 0.0, room))
    return found[0], found[1]


def _searched_room(problem: Problem, x: Vector, sign: float) -> Vector:
    """How far each variable may go one way before a row is violated more than now; NaN if that is too much work."""
    moves = _Moves(problem, x, sign)
    if moves.work * (_DOUBLINGS + _HALVINGS) > _MOST_WORK:
        return np.full(problem.n, np.nan)
    inside, outside = np.zeros(problem.n), np.full(problem.n, np.inf)
    step = 1e-3 * np.maximum(1.0, np.abs(x))
    open_ = np.arange(problem.n)
    with np.errstate(all="ignore"):
        for _ in range(_DOUBLINGS):
            good = moves.hold(step, open_)
            inside[open_[good]], outside[open_[~good]] = step[open_[good]], step[open_[~good]]
            step[open_] *= 2
            open_ = open_[good & (step[open_] < _FARTHEST)]
            if not open_.size:
                break
        ended = np.flatnonzero(np.isfinite(outside))
        middle = np.zeros(problem.n)
        for _ in range(_HALVINGS):
            middle[ended] = (inside[ended] + outside[ended]) / 2
            good = moves.hold(middle, ended)
            inside[ended[good]], outside[ended[~good]] = middle[ended[good]], middle[ended[~good]]
    inside = np.where(inside <= _STILL * np.maximum(1.0, np.abs(x)), 0.0, inside)
    return np.where(np.isfinite(outside), inside, np.inf)


class _Moves:
    """Moves of single variables away from a point, those of one colour side by side."""

    def __init__(self, problem: Problem, x: Vector, sign: float) -> None:
        self._problem, self._x, self._sign = problem, x, sign
        pattern = row_pattern(problem, x)
        self._row, self._col = pattern.tocoo().coords
        self._colour = color_columns(pattern).colors
        rows = problem.rows(x)
        size = _TOUCHING * np.maximum(1.0, np.abs(rows))
        self._low, self._high = np.minimum(problem.row_lo, rows) - size, np.maximum(problem.row_hi, rows) + size

    @property
    def work(self) -> float:
        """How many numbers one look at all variables computes, at least."""
        return float(self._colour.max(initial=0) + 1) * (self._problem.n + self._problem.m)

    def hold(self, step: Vector, chosen: Indices) -> Mask:
        """Whether all rows hold when each chosen variable alone takes its step; `step` is (n,)."""
        broken = np.zeros(self._problem.n, dtype=bool)
        colours = np.unique(self._colour[chosen])
        portion = max(1, _AT_ONCE // (self._problem.n + self._problem.m))
        moved = np.zeros(self._problem.n, dtype=bool)
        moved[chosen] = True
        for at in range(0, len(colours), portion):
            part = colours[at : at + portion]
            place = np.full(int(self._colour.max()) + 1, -1)
            place[part] = np.arange(len(part))
            points = np.repeat(self._x[None, :], len(part), axis=0)
            here = chosen[place[self._colour[chosen]] >= 0]
            points[place[self._colour[here]], here] += self._sign * step[here]
            values = self._problem.rows_many(points)
            wrong = ~((values >= self._low) & (values <= self._high))
            seen = moved[self._col] & (place[self._colour[self._col]] >= 0)
            row, col = self._row[seen], self._col[seen]
            broken[col[wrong[place[self._colour[col]], row]]] = True
        return ~broken[chosen]


def row_pattern(problem: Problem, x: Vector) -> sp.csr_array:
    """Which rows may change with which variables, (m, n); one that jumps may change with all of them."""
    pattern = sp.csr_array(problem.row_jac(x))
    pattern = sp.csr_array((np.ones(pattern.nnz, dtype=bool), pattern.indices, pattern.indptr), shape=pattern.shape)
    jumps = np.array([degree > Degree.KINK for degree in problem.row_degrees])
    if jumps.any():
        everything = sp.csr_array(np.repeat(jumps[:, None], problem.n, axis=1))
        pattern = sp.csr_array((pattern + everything) > 0)
    return pattern


def objectives(answer: Answer, ends: Vector) -> Vector:
    """The objective when each variable alone goes to its end, (n,); NaN for ends that are infinite."""
    binding, x = answer.binding, answer.solution.x
    live, results = binding.calculation.x, np.full(len(ends), np.nan)
    if binding.objective is None or live is None or answer.final is None:
        return results
    places = np.flatnonzero(np.isfinite(ends))
    function = Function(binding.objective, live)
    if binding.problem.sense and binding.problem.degree <= Degree.LINEAR:
        results[places] = answer.final + function.gradient(x)[places] * (ends - x)[places]
        return results
    portion = max(1, _AT_ONCE // len(x))
    for at in range(0, len(places), portion):
        chosen = places[at : at + portion]
        points = np.repeat(x[None, :], len(chosen), axis=0)
        points[np.arange(len(chosen)), chosen] = ends[chosen]
        results[chosen] = function.value_many(points).ravel()
    return results
