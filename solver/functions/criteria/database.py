"""Database functions: a statistic of one field over the records that meet a table of criteria.

A criteria table has the names of fields in its first row; a record meets it if it meets all cells of any one of the
other rows. A text there stands for everything that begins with it, ="=text" for the text alone; a blank for anything.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from solver.functions.arrange import gather, rearrange
from solver.functions.coerce import text_of
from solver.functions.criteria.criterion import Criterion, criterion_of
from solver.functions.criteria.selection import column_of
from solver.functions.mathematics.aggregate import average, count_numbers, counta, max_of, min_of, product, sum_of
from solver.functions.operand import BLANK, NeedsValue, Operand
from solver.functions.registry import Calculus, function
from solver.functions.stack import beside
from solver.functions.statistics.spread import stdev_p, stdev_s, var_p, var_s
from solver.values import ErrorValue

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.functions.here import Here
    from solver.functions.operand import BoolArray, IntArray
    from solver.functions.registry import Grid
    from solver.values import Scalar

_STEPS = 500_000
"""The steps of one call, which looks at every record of a table."""


def _headers(table: Operand) -> list[str]:
    first = rearrange(table, lambda places: places[:, :, :1, :])
    return [text_of(value).strip().lower() for value in first.scalars().ravel()]


def _place_of_field(table: Operand, field: Scalar) -> int | ErrorValue:
    """Which column a field is: by its name, or by its number from 1."""
    if isinstance(field, ErrorValue):
        return field
    if isinstance(field, str):
        headers = _headers(table)
        name = field.strip().lower()
        return headers.index(name) if name in headers else ErrorValue.VALUE
    number = math.trunc(field or 0.0)
    return number - 1 if 1 <= number <= table.shape[3] else ErrorValue.VALUE


def _wanted(value: Scalar) -> Criterion:
    """The meaning of a cell in a criteria table."""
    criterion = criterion_of(value)
    if isinstance(criterion.value, str) and not criterion.written:
        return Criterion("=", criterion.value + "*", True)
    return criterion


def _meeting(table: Operand, criteria: Operand) -> IntArray:
    """The records (counted from 0, without the headers) that meet the criteria."""
    headers, records = _headers(table), table.shape[2] - 1
    names = _headers(criteria)
    rows = criteria.scalars()[0, 0, 1:]
    met = np.zeros(records, dtype=bool)
    for row in rows:
        kept = np.ones(records, dtype=bool)
        for name, value in zip(names, row, strict=True):
            if value is None or value == "":
                continue
            kept &= _met(table, headers, name, value)
        met |= kept
    return np.flatnonzero(met)


def _met(table: Operand, headers: list[str], name: str, value: Scalar) -> BoolArray:
    """Which records meet one cell; under a name that is no field it is a formula's truth, the same for all."""
    records = table.shape[2] - 1
    if name not in headers:
        return np.full(records, bool(value) if isinstance(value, (bool, float, int)) else False)
    place = headers.index(name)
    area = rearrange(table, lambda places: places[:, :, 1:, place : place + 1])
    criterion = _wanted(value)
    if area.live and isinstance(criterion.value, float):
        raise NeedsValue("which records a criterion picks must not depend on a variable cell")
    found = np.zeros(records, dtype=bool)
    found[column_of(area).meeting(criterion)] = True
    return found


def _chosen(table: Operand, field: Scalar, criteria: Operand) -> Operand | ErrorValue | None:
    """The field's values in the records that meet the criteria, in one row; None if there is no such record."""
    place = _place_of_field(table, field)
    if isinstance(place, ErrorValue):
        return place
    rows = _meeting(table, criteria)
    flat = ((rows + 1) * table.shape[3] + place).reshape(1, 1, 1, -1)
    return gather(table, flat) if rows.size else None


def _measured(
    here: Here, table: Operand, field: Scalar, criteria: Operand, statistic: Callable[[Here, Operand], Operand]
) -> Operand | ErrorValue:
    chosen = _chosen(table, field, criteria)
    if isinstance(chosen, ErrorValue):
        return chosen
    return statistic(here, beside([BLANK if chosen is None else chosen, BLANK]))


@function("DSUM", steps=_STEPS)
def dsum(here: Here, table: Grid, field: Scalar, criteria: Grid) -> Operand | ErrorValue:
    """The sum of a field over the records that meet the criteria.

    =DSUM({"Tree","Height";"Apple",18;"Pear",12;"Apple",14}, "Height", {"Tree";"Apple"}) -> 32
    =DSUM({"Tree","Height";"Apple",18;"Pear",12;"Apple",14}, 2, {"Tree","Height";"Apple",">15"}) -> 18
    =DSUM({"Tree","Height";"Apple",18;"Pear",12}, 3, {"Tree";"Apple"}) -> #VALUE!
    """
    return _measured(here, table, field, criteria, sum_of)


@function("DAVERAGE", steps=_STEPS)
def daverage(here: Here, table: Grid, field: Scalar, criteria: Grid) -> Operand | ErrorValue:
    """The mean of a field over the records that meet the criteria.

    =DAVERAGE({"Tree","Height";"Apple",18;"Pear",12;"Apple",14}, "Height", {"Tree";"A*"}) -> 16
    =DAVERAGE({"Tree","Height";"Apple",18}, "Height", {"Tree";"Fig"}) -> #DIV/0!
    """
    return _measured(here, table, field, criteria, average)


def _counted(
    here: Here, table: Operand, field: Scalar, criteria: Operand, count: Callable[[Here, Operand], Operand]
) -> Operand | Scalar:
    """A count of values, or of records where no field is named."""
    if field is None:
        return float(_meeting(table, criteria).size)
    return _measured(here, table, field, criteria, count)


@function("DCOUNT", calculus=Calculus.STEP, steps=_STEPS)
def dcount(here: Here, table: Grid, field: Scalar, criteria: Grid) -> Operand | Scalar:
    """How many records that meet the criteria have a number in a field.

    =DCOUNT({"Tree","Height";"Apple",18;"Pear","?";"Apple","?"}, "Height", {"Tree";"Apple"}) -> 1
    =DCOUNT({"Tree","Height";"Apple",18;"Pear","?";"Apple","?"}, , {"Tree";"Apple"}) -> 2
    """
    return _counted(here, table, field, criteria, count_numbers)


@function("DCOUNTA", calculus=Calculus.STEP, steps=_STEPS)
def dcounta(here: Here, table: Grid, field: Scalar, criteria: Grid) -> Operand | Scalar:
    """How many records that meet the criteria have anything in a field.

    =DCOUNTA({"Tree","Height";"Apple",18;"Pear","?";"Apple","?"}, "Height", {"Tree";"Apple"}) -> 2
    """
    return _counted(here, table, field, criteria, counta)


@function("DMAX", calculus=Calculus.KINK, steps=_STEPS)
def dmax(here: Here, table: Grid, field: Scalar, criteria: Grid) -> Operand | ErrorValue:
    """The largest number of a field in the records that meet the criteria.

    =DMAX({"Tree","Height";"Apple",18;"Pear",12;"Apple",14}, "height", {"Tree";"Apple";"Pear"}) -> 18
    """
    return _measured(here, table, field, criteria, max_of)


@function("DMIN", calculus=Calculus.KINK, steps=_STEPS)
def dmin(here: Here, table: Grid, field: Scalar, criteria: Grid) -> Operand | ErrorValue:
    """The smallest number of a field in the records that meet the criteria.

    =DMIN({"Tree","Height";"Apple",18;"Pear",12;"Apple",14}, "Height", {"Height";">12"}) -> 14
    """
    return _measured(here, table, field, criteria, min_of)


@function("DPRODUCT", steps=_STEPS)
def dproduct(here: Here, table: Grid, field: Scalar, criteria: Grid) -> Operand | ErrorValue:
    """The product of a field over the records that meet the criteria.

    =DPRODUCT({"Tree","Height";"Apple",18;"Pear",12;"Apple",14}, "Height", {"Tree";"=Apple"}) -> 252
    """
    return _measured(here, table, field, criteria, product)


@function("DGET", steps=_STEPS)
def dget(table: Grid, field: Scalar, criteria: Grid) -> Operand | ErrorValue:
    """The field of the one record that meets the criteria: #VALUE! if there is none, #NUM! if there are more.

    =DGET({"Tree","Height";"Apple",18;"Pear",12}, "Height", {"Tree";"Pear"}) -> 12
    =DGET({"Tree","Height";"Apple",18;"Apple",12}, "Height", {"Tree";"Apple"}) -> #NUM!
    =DGET({"Tree","Height";"Apple",18;"Apple",12}, "Height", {"Tree";"Fig"}) -> #VALUE!
    """
    chosen = _chosen(table, field, criteria)
    if chosen is None:
        return ErrorValue.VALUE
    return chosen if isinstance(chosen, ErrorValue) or chosen.shape[3] == 1 else ErrorValue.NUM


@function("DSTDEV", steps=_STEPS)
def dstdev(here: Here, table: Grid, field: Scalar, criteria: Grid) -> Operand | ErrorValue:
    """The standard deviation of a field, estimated from the records that meet the criteria.

    =DSTDEV({"Tree","Height";"Apple",18;"Pear",12;"Apple",14}, "Height", {"Tree";"Apple"}) -> 2.82842712474619
    """
    return _measured(here, table, field, criteria, stdev_s)


@function("DSTDEVP", steps=_STEPS)
def dstdevp(here: Here, table: Grid, field: Scalar, criteria: Grid) -> Operand | ErrorValue:
    """The standard deviation of a field in the records that meet the criteria.

    =DSTDEVP({"Tree","Height";"Apple",18;"Pear",12;"Apple",14}, "Height", {"Tree";"Apple"}) -> 2
    """
    return _measured(here, table, field, criteria, stdev_p)


@function("DVAR", steps=_STEPS)
def dvar(here: Here, table: Grid, field: Scalar, criteria: Grid) -> Operand | ErrorValue:
    """The variance of a field, estimated from the records that meet the criteria.

    =DVAR({"Tree","Height";"Apple",18;"Pear",12;"Apple",14}, "Height", {"Tree";"Apple"}) -> 8
    """
    return _measured(here, table, field, criteria, var_s)


@function("DVARP", steps=_STEPS)
def dvarp(here: Here, table: Grid, field: Scalar, criteria: Grid) -> Operand | ErrorValue:
    """The variance of a field in the records that meet the criteria.

    =DVARP({"Tree","Height";"Apple",18;"Pear",12;"Apple",14}, "Height", {"Tree";"Apple"}) -> 4
    """
    return _measured(here, table, field, criteria, var_p)
