"""Regression: LINEST and LOGEST give coefficients and their statistics, TREND and GROWTH the fitted values.

If y is a column, every column of x is a variable; if it is a row, every row; if x has y's own shape, there is one.
LOGEST and GROWTH fit the logarithm of y.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import Node, constant, div, exp, join, log, maximum, mul, reshape, sqrt, sub, take, transpose
from solver.functions.arrange import spread_to
from solver.functions.coerce import as_logicals
from solver.functions.here import Reference, References
from solver.functions.operand import NeedsValue, Operand, error, fail, numbers
from solver.functions.registry import function
from solver.functions.statistics.leastsquares import Fit, fit
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from solver.functions.here import Here
    from solver.functions.registry import Ref


class _Refused(Exception):
    def __init__(self, result: Operand) -> None:
        self.result = result


def _given(here: Here, argument: Ref | None) -> Operand | None:
    """The values of an argument, None if it was left out."""
    if isinstance(argument, References):
        raise _Refused(error(ErrorValue.REF))
    if isinstance(argument, Reference):
        return here.read(argument)
    if argument is None or (argument.shape == (1, 1, 1, 1) and argument.has(Kind.BLANK)):
        return None
    return argument


def _flag(here: Here, argument: Ref | None, otherwise: bool) -> bool:
    operand = _given(here, argument)
    if operand is None:
        return otherwise
    truth = as_logicals(operand)
    if truth.has(Kind.ERROR):
        raise _Refused(truth)
    if truth.live:
        raise NeedsValue("a setting of a regression depends on a variable cell")
    return bool(truth.known.ravel()[0])


def _checked(operand: Operand) -> Node:
    """The numbers as a matrix; anything else among them is #VALUE!."""
    kinds = np.broadcast_to(operand.kind, operand.shape)
    wrong = kinds[kinds > Kind.ERROR]
    if wrong.size:
        raise _Refused(error(ErrorValue(int(wrong[0]) - Kind.ERROR)))
    if not (kinds == Kind.NUMBER).all():
        raise _Refused(error(ErrorValue.VALUE))
    return reshape(spread_to(operand, operand.shape).number, operand.shape[2:])


def _shape(operand: Operand) -> tuple[int, int]:
    return operand.shape[2], operand.shape[3]


class _Problem:
    """What is fitted, with the direction in which observations run."""

    def __init__(self, here: Here, y: Ref, x: Ref | None, level: Ref | None, logarithmic: bool) -> None:
        y_values, x_values = _given(here, y), _given(here, x)
        if y_values is None:
            raise _Refused(error(ErrorValue.VALUE))
        high, wide = _shape(y_values)
        self.across = high == 1 and wide > 1
        self.single = x_values is None or _shape(x_values) == (high, wide)
        if (
            x_values is not None
            and not self.single
            and ((high > 1 and wide > 1) or (x_values.shape[3] != wide if self.across else x_values.shape[2] != high))
        ):
            raise _Refused(error(ErrorValue.REF))
        count = high * wide
        observed = reshape(_checked(y_values), (count, 1))
        if logarithmic:
            if observed.value is not None and (observed.value <= 0).any():
                raise _Refused(error(ErrorValue.NUM))
            observed = log(observed)
        if x_values is None:
            self.x = constant(np.arange(1.0, count + 1).reshape(count, 1))
        else:
            self.x = self.variables(_checked(x_values))
        self.default = (high, wide)
        self.fit = fit(observed, self.x, _flag(here, level, True))

    def variables(self, matrix: Node) -> Node:
        """A matrix of x values with one observation in each row."""
        if self.single:
            return reshape(matrix, (matrix.size, 1))
        return transpose(matrix) if self.across else matrix

    def predicted(self, new: Operand | None) -> Operand:
        """The fitted values at new x, in the shape that belongs to them."""
        if new is None:
            shape, x = self.default, self.x
        else:
            matrix = _checked(new)
            if self.x.shape[1] == 1:
                shape, x = _shape(new), reshape(matrix, (matrix.size, 1))
            else:
                x = self.variables(matrix)
                if x.shape[1] != self.x.shape[1]:
                    raise _Refused(error(ErrorValue.REF))
                shape = (1, x.shape[0]) if self.across else (x.shape[0], 1)
        return numbers(reshape(self.fit.at(x), (1, 1, *shape)))


def _coefficients(found: Fit, stats: bool, powers: bool) -> Operand:
    """The coefficients from the last to the first and the level, and below them what is known of their errors."""
    count = found.slopes.shape[0]
    backwards = np.arange(count)[::-1]
    line = [take(found.slopes, backwards), found.level]
    row = join([exp(part) for part in line]) if powers else join(line)
    if powers and not found.with_level:
        row = join([exp(line[0]), constant(np.ones(1))])
    if not stats:
        return numbers(reshape(row, (1, 1, 1, count + 1)))
    return _with_statistics(found, row, backwards)


def _with_statistics(found: Fit, row: Node, backwards: np.ndarray) -> Operand:
    count, degrees = found.slopes.shape[0], found.degrees
    unexplained, whole = found.unexplained(), found.total()
    if found.rank == 0 and found.with_level:
        # without a usable variable Excel counts no residual at all
        unexplained, degrees = mul(unexplained, 0.0), 0
    explained = maximum(sub(whole, unexplained), 0.0)
    noise = div(unexplained, float(max(degrees, 1))) if degrees > 0 else mul(unexplained, 0.0)
    deviations = [
        sqrt(mul(take(found.unscaled, backwards), noise)),
        sqrt(mul(found.unscaled_level, noise)) if found.with_level else fail(ErrorValue.NA),
    ]
    share = div(explained, whole)
    if whole.value is not None and not whole.value.any():
        share = constant(np.ones((1, 1)))
    ratio = div(div(explained, float(max(found.rank, 1))), noise)
    if degrees <= 0 or (unexplained.value is not None and not unexplained.value.any()):
        ratio = fail(ErrorValue.NUM)
    missing = [fail(ErrorValue.NA)] * (count - 1)
    rows = [
        *[row, *deviations],
        *[share, sqrt(noise), *missing],
        *[ratio, constant(np.array([float(degrees)])), *missing],
        *[explained, unexplained, *missing],
    ]
    return numbers(reshape(join(rows), (1, 1, 5, count + 1)))


@function("LINEST", per_cell=True, steps=500_000)
def linest(
    here: Here, known_y: Ref, known_x: Ref | None = None, const: Ref | None = None, stats: Ref | None = None
) -> Operand:
    """The coefficients of a linear fit from the last variable to the first and the level, with statistics if asked.

    =LINEST({1;9;5;7}, {0;4;2;3}) -> {2,1}
    =LINEST({1,2,4}, {1,2,3;1,4,9}) -> {0.5,-0.5,1}
    =LINEST({2;3;5}, {1;2;3}, FALSE) -> {1.6428571428571428,0}
    =LINEST({1;2;3}, {1;2}) -> #REF!
    =LINEST({1;"x"}, {1;2}) -> #VALUE!
    =INDEX(LINEST({1;2;4;4}, {1;2;3;4}, TRUE, TRUE), 3, 1) -> 0.8962962962962964
    """
    try:
        found = _Problem(here, known_y, known_x, const, False).fit
        return _coefficients(found, _flag(here, stats, False), False)
    except _Refused as refused:
        return refused.result


@function("LOGEST", per_cell=True, steps=500_000)
def logest(
    here: Here, known_y: Ref, known_x: Ref | None = None, const: Ref | None = None, stats: Ref | None = None
) -> Operand:
    """The coefficients of an exponential fit y = b m^x.

    =LOGEST({33100;47300;69000;102000;150000;220000}, {11;12;13;14;15;16}) -> {1.4632756281161758,495.3047701587265}
    =LOGEST({1;-1}, {1;2}) -> #NUM!
    """
    try:
        found = _Problem(here, known_y, known_x, const, True).fit
        return _coefficients(found, _flag(here, stats, False), True)
    except _Refused as refused:
        return refused.result


@function("TREND", per_cell=True, steps=500_000)
def trend(
    here: Here, known_y: Ref, known_x: Ref | None = None, new_x: Ref | None = None, const: Ref | None = None
) -> Operand:
    """The values of a linear fit at new x.

    =TREND({1;3;5}, {1;2;3}, {4;5}) -> {7;9}
    =TREND({1,3,5}) -> {1,3,5}
    """
    try:
        return _Problem(here, known_y, known_x, const, False).predicted(_given(here, new_x))
    except _Refused as refused:
        return refused.result


@function("GROWTH", per_cell=True, steps=500_000)
def growth(
    here: Here, known_y: Ref, known_x: Ref | None = None, new_x: Ref | None = None, const: Ref | None = None
) -> Operand:
    """The values of an exponential fit at new x.

    =GROWTH({1;2;4}, {1;2;3}, {4;5}) -> {8;16}
    =GROWTH({1;0}, {1;2}) -> #NUM!
    """
    try:
        found = _Problem(here, known_y, known_x, const, True).predicted(_given(here, new_x))
    except _Refused as refused:
        return refused.result
    return numbers(exp(found.number))
