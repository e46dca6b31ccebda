"""Each piece of a piecewise linear model as linear rows, switched by binaries and the ranges of what they switch.

Binaries d and big numbers M, for instance for z = max(a, b) pressed upwards

    z <= a + M (1 - d),    z <= b + M d,

with M no larger than the bounds of the variables make it; where they leave it infinite, there is no such form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from solver.algebra.structure.bends import Piece
from solver.engines.linear.columns import INF, Affine, Columns, NoForm, minus, times

if TYPE_CHECKING:
    from solver.algebra.structure.pieces import Definition
    from solver.model.problem import Indices, Mask, Vector


def define(
    columns: Columns, definition: Definition, arguments: list[Affine], signs: Vector, pressed: tuple[Mask, Mask]
) -> None:
    """Ties the columns of a definition to its arguments; `signs` and `pressed` are those of `piecewise_form`."""
    z, piece = definition.columns, definition.piece
    if piece in (Piece.BELOW, Piece.UP_TO):
        _condition(columns, z, arguments[0], strict=piece is Piece.BELOW)
    elif piece is Piece.WHOLE:
        _whole(columns, z, arguments[0])
    elif piece is Piece.PRODUCT:
        _product(columns, z, *arguments)
    else:
        corner = signs != 0
        if corner.any():
            values = arguments if piece is Piece.LARGEST else arguments[1:]
            down, up = (side[z[corner]] for side in pressed)
            turned = signs[corner] < 0
            _largest(
                columns,
                z[corner],
                [times(each[corner], signs[corner]) for each in values],
                signs[corner],
                np.where(turned, up, down),
                np.where(turned, down, up),
            )
        if not corner.all():
            at, yes, no = (each[~corner] for each in arguments)
            switch = columns.binaries(at.shift.size)
            _condition(columns, switch, at, strict=piece is Piece.CHOICE_BELOW)
            _switched(columns, z[~corner], switch, yes, no)


def _largest(columns: Columns, z: Indices, values: list[Affine], sign: Vector, smaller: Mask, larger: Mask) -> None:
    """sign * z is the largest of the values; `smaller` and `larger` say on which side it must be held."""
    low = np.stack([each.low for each in values]).max(axis=0)
    high = np.stack([each.high for each in values]).max(axis=0)
    columns.lb[z], columns.ub[z] = np.where(sign < 0, -high, low), np.where(sign < 0, -low, high)
    columns.integral[z] = np.all([each.whole for each in values], axis=0)
    for each in values:
        _tie_where(columns, smaller, sign, z, each, 0.0, INF)
    if columns.relax or not larger.any():
        return
    able = np.array([each.high >= low for each in values])
    alone = able.sum(axis=0) == 1
    picks: list[Indices] = []
    for each, able_here in zip(values, able, strict=True):
        _tie_where(columns, larger & alone & able_here, sign, z, each, -INF, 0.0)
        chosen = columns.binaries(z.size)
        columns.ub[chosen] = (larger & ~alone & able_here).astype(float)
        here = np.flatnonzero(larger & ~alone & able_here)
        room = (high - each.low)[here]
        columns.tie(
            [(sign[here], z[here]), (room, chosen[here])],
            times(each[_mask(here, z.size)], -np.ones(here.size)),
            -INF,
            room,
        )
        picks.append(chosen)
    here = np.flatnonzero(larger & ~alone)
    if here.size:
        columns.tie([(1.0, chosen[here]) for chosen in picks], None, 1.0, 1.0)


def _mask(places: Indices, size: int) -> Mask:
    result = np.zeros(size, dtype=bool)
    result[places] = True
    return result


def _tie_where(columns: Columns, where: Mask, sign: Vector, z: Indices, value: Affine, low: float, high: float) -> None:
    """low <= sign * z - value <= high for the chosen elements."""
    if where.any():
        here = value[where]
        columns.tie([(sign[where], z[where])], times(here, -np.ones(here.shift.size)), low, high)


def _condition(columns: Columns, z: Indices, at: Affine, *, strict: bool) -> None:
    """z = 1 where `at` is below zero (or at most zero), else 0."""
    step = np.where(at.whole, 1.0, columns.margin)
    yes_at, no_at = (-step, 0.0) if strict else (0.0, step)
    never = at.low >= 0 if strict else at.low > 0
    always = at.high < 0 if strict else at.high <= 0
    columns.lb[z], columns.ub[z] = always.astype(float), 1.0 - never
    columns.whole[z] = columns.integral[z] = True
    if columns.relax:
        return
    open_ = ~never & ~always
    if open_.any():
        here, chosen = at[open_], z[open_]
        yes_at, no_at = (np.broadcast_to(side, at.shift.shape)[open_] for side in (yes_at, no_at))
        columns.tie([(here.high - yes_at, chosen)], here, -INF, here.high)
        columns.tie([(no_at - here.low, chosen)], here, no_at, INF)


def _switched(columns: Columns, z: Indices, switch: Indices, yes: Affine, no: Affine) -> None:
    """z = yes where the switch is 1, no where it is 0."""
    gain = minus(columns, yes, no)
    columns.lb[z], columns.ub[z] = np.minimum(yes.low, no.low), np.maximum(yes.high, no.high)
    columns.integral[z] = yes.whole & no.whole
    if columns.relax:
        return
    flat = np.diff(gain.matrix.indptr) == 0
    if flat.any():
        columns.tie(
            [(1.0, z[flat]), (-gain.shift[flat], switch[flat])], times(no[flat], -np.ones(int(flat.sum()))), 0.0, 0.0
        )
    if not flat.all():
        rest = ~flat
        z, switch, gain = z[rest], switch[rest], gain[rest]
        a, b = (times(each[rest], -np.ones(z.size)) for each in (yes, no))
        columns.tie([(1.0, z), (-gain.high, switch)], b, -INF, 0.0)
        columns.tie([(1.0, z), (-gain.low, switch)], b, 0.0, INF)
        columns.tie([(1.0, z), (-gain.low, switch)], a, -INF, -gain.low)
        columns.tie([(1.0, z), (-gain.high, switch)], a, -gain.high, INF)


def _whole(columns: Columns, z: Indices, value: Affine) -> None:
    """z is the largest whole number up to the value."""
    columns.lb[z], columns.ub[z] = np.floor(value.low), np.floor(value.high)
    columns.whole[z] = columns.integral[z] = True
    minus = times(value, -np.ones(z.size))
    low, high = np.where(value.whole, 0.0, [[columns.margin - 1.0], [-columns.margin]])
    columns.tie([(1.0, z)], minus, low, high)


def _product(columns: Columns, z: Indices, a: Affine, b: Affine) -> None:
    """z = a b, where one of both is 0 or 1, or made of columns that are."""
    gates = [each.whole & (each.low >= 0) & (each.high <= 1) for each in (a, b)]
    binary = columns.whole & (columns.lb >= 0) & (columns.ub <= 1)
    counts = [abs(each.matrix) @ (~binary).astype(float) == 0 for each in (a, b)]
    left = np.ones(z.size, dtype=bool)
    for able, switch, value, multiply in (
        (gates[0], a, b, _gated),
        (gates[1], b, a, _gated),
        (counts[0], a, b, _weighed),
        (counts[1], b, a, _weighed),
    ):
        here = left & able
        if here.any():
            multiply(columns, z[here], switch[here], value[here])
        left &= ~here
    if left.any():
        raise NoForm


def _weighed(columns: Columns, z: Indices, weights: Affine, value: Affine) -> None:
    """z = weights * value, with weights that are sums over binary columns: each binary gates the value."""
    entries = sp.coo_array(weights.matrix)
    gated = columns.spare(entries.nnz)
    ones, places = np.ones(entries.nnz), np.arange(entries.nnz)
    gates = sp.csr_array((ones, (places, entries.col)), shape=(entries.nnz, columns.lb.size))
    _gated(columns, gated, columns.affine(gates, np.zeros(entries.nnz)), value[entries.row.astype(np.intp)])
    summed = sp.csr_array((entries.data, (entries.row, gated)), shape=weights.matrix.shape)
    constant = sp.csr_array(sp.diags_array(weights.shift) @ value.matrix)
    total = columns.affine(summed + constant, weights.shift * value.shift)
    columns.lb[z], columns.ub[z], columns.integral[z] = total.low, total.high, total.whole
    columns.tie([(1.0, z)], times(total, -np.ones(z.size)), 0.0, 0.0)


def _gated(columns: Columns, z: Indices, gate: Affine, value: Affine) -> None:
    """z = gate * value with a gate of 0 or 1 (McCormick 1976, exact there)."""
    columns.lb[z], columns.ub[z] = np.minimum(value.low, 0.0), np.maximum(value.high, 0.0)
    columns.integral[z] = value.whole
    if columns.relax:
        return
    if not (np.isfinite(value.low) & np.isfinite(value.high)).all():
        raise NoForm
    one = np.ones(z.size)

    def combined(scale: Vector, other: Affine | None) -> Affine:
        matrix = sp.csr_array(sp.diags_array(scale) @ gate.matrix)
        shift = scale * gate.shift
        if other is not None:
            matrix, shift = matrix - other.matrix, shift - other.shift
        return columns.affine(matrix, shift)

    columns.tie([(one, z)], combined(-value.high, None), -INF, 0.0)
    columns.tie([(one, z)], combined(-value.low, None), 0.0, INF)
    columns.tie([(one, z)], combined(-value.low, value), -INF, -value.low)
    columns.tie([(one, z)], combined(-value.high, value), -value.high, INF)
