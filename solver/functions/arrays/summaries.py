"""GROUPBY and PIVOTBY: summaries of records by the values of some of their fields.

The fields must be known when a formula is compiled; the values that are summed up may be live.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.functions.arrange import gather
from solver.functions.arrays.callbacks import callable_, stand_alone
from solver.functions.arrays.grouping import Line, Side, lines
from solver.functions.arrays.layout import MOST_CELLS, NOTHING_LEFT, whole
from solver.functions.coerce import number_of
from solver.functions.operand import EMPTY_TEXT, Operand, error, lone
from solver.functions.refusal import Refused
from solver.functions.registry import Calculus, function
from solver.functions.stack import stack_cells
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.functions.here import Closure, Here
    from solver.functions.operand import BoolArray, TextArray
    from solver.functions.registry import Grid
    from solver.values import Scalar


@dataclass(frozen=True, slots=True)
class _Records:
    """The records of a summary: the values (1, 1, n, m) and how they are summed up, which are kept (n,), headers.

    `titled` says whether the first record holds the headers, `shown` whether the result has some.
    """

    values: Operand
    function: Closure
    kept: BoolArray
    titled: bool
    shown: bool

    @property
    def width(self) -> int:
        """How many columns of values there are."""
        return self.values.shape[3]

    def headers(self, array: Operand, kind: str) -> tuple[Scalar, ...]:
        """The headers of the columns of an array, made up where the records have none."""
        if self.titled:
            return tuple(array.scalars()[0, 0, 0])
        return tuple(f"{kind} {k}" for k in range(1, array.shape[3] + 1))

    def measured(self, members: BoolArray, everything: BoolArray, column: int) -> Operand:
        """The function's value for some records, and for those that it is relative to: (1, 1, 1, 1)."""
        groups = (members, everything)[: min(self.function.arity, 2)]
        arguments = [
            gather(self.values, (np.flatnonzero(group) * self.width + column)[np.newaxis, np.newaxis, :, np.newaxis])
            for group in groups
        ]
        result = self.function(*arguments)
        return result if result.shape == (1, 1, 1, 1) else error(ErrorValue.CALC)

    def measure(self, members: BoolArray, column: int) -> Scalar:
        """The same as a plain value, relative to all that is kept."""
        return self.measured(members, self.kept, column).scalar()


@function("GROUPBY", per_cell=True, calculus=Calculus.SMOOTH)
def groupby(
    here: Here,
    row_fields: Grid,
    values: Grid,
    function: Closure,
    field_headers: Grid | None = None,
    total_depth: Grid | None = None,
    sort_order: Grid | None = None,
    filter_array: Grid | None = None,
    field_relationship: Grid | None = None,
) -> Operand:
    """What a function (SUM, PERCENTOF, a LAMBDA) makes of the values of each group of rows, with totals, in order.

    Headers: 0 none, 1 there are some, 2 make some up, 3 show those there are. Totals: 0 none, 1 the grand total, 2 and
    more with subtotals, negative ones on top; without a number as many as the fields allow. The order counts the
    fields, then the values, negative for downwards. A vector of functions is not taken.

    =GROUPBY({"b";"a";"b"}, {1;2;4}, _xleta.SUM) -> {"a",2;"b",5;"Total",7}
    =GROUPBY({"b";"a";"b"}, {1;2;4}, LAMBDA(x, MAX(x)), , 0, -2) -> {"b",4;"a",2}
    =GROUPBY({"b";"a";"b"}, {1;2;5}, _xleta.PERCENTOF, 2, -1) -> {"Row Field 1","Value 1";"Total",1;"a",0.25;"b",0.75}
    =GROUPBY({"k";"a";"b"}, {"n";2;4}, _xleta.SUM, 3, 0, , {1;0;1}) -> {"k","n";"b",4}
    =GROUPBY({"b",1;"a",2}, {3;4}, _xleta.SUM, 0, 2) -> {"a",2,4;"a","",4;"b",1,3;"b","",3;"Grand Total","",7}
    =GROUPBY({"b",1;"a",2}, {3;4}, _xleta.SUM, 0, 0, 2, , 1) -> {"b",1,3;"a",2,4}
    =GROUPBY({"b";"a"}, {1;2;3}, _xleta.SUM) -> #VALUE!
    """
    stand_alone(here)
    try:
        records = _records(values, function, field_headers, filter_array, [row_fields])
        table = _choice(field_relationship, 0, 1) == 1
        side = _side(row_fields, records, total_depth, sort_order, table=table)
        found = lines(side, records.kept, records.measure)
        rows = [
            [*map(lone, line.labels), *(records.measured(line.members, records.kept, j) for j in range(records.width))]
            for line in found
        ]
        if records.shown:
            titles = (*records.headers(row_fields, "Row Field"), *records.headers(values, "Value"))
            rows.insert(0, [lone(title) for title in titles])
    except Refused as refused:
        return error(refused.value)
    return _laid_out(rows)


@function("PIVOTBY", per_cell=True, calculus=Calculus.SMOOTH)
def pivotby(
    here: Here,
    row_fields: Grid,
    col_fields: Grid,
    values: Grid,
    function: Closure,
    field_headers: Grid | None = None,
    row_total_depth: Grid | None = None,
    row_sort_order: Grid | None = None,
    col_total_depth: Grid | None = None,
    col_sort_order: Grid | None = None,
    filter_array: Grid | None = None,
    relative_to: Grid | None = None,
) -> Operand:
    """What a function makes of the values of each pair of a row's and a column's group, with totals on both sides.

    Headers, totals and orders are those of GROUPBY. What a function of two arguments is relative to: 0 the total of
    the column, 1 of the row, 2 the grand total, 3 the group's total among the columns, 4 among the rows. Where headers
    are shown, those of the columns stand before their labels, those of rows and values below.

    =PIVOTBY({"a";"b";"a"}, {1;2;2}, {3;4;5}, _xleta.SUM) -> {"",1,2,"Total";"a",3,5,8;"b","",4,4;"Total",3,9,12}
    =PIVOTBY({"a";"b"}, {1;2}, {3;4}, _xleta.SUM, 0, 0, -1, 0, -1) -> {"",2,1;"b",4,"";"a","",3}
    =PIVOTBY({"a";"a"}, {1;2}, {1;3}, _xleta.PERCENTOF, , 0, , 0, , , 1) -> {"",1,2;"a",0.25,0.75}
    =PIVOTBY({"r";"a"}, {"c";1}, {"v";5}, _xleta.SUM, 3, 0, , 0) -> {"c",1;"r","v";"a",5}
    =PIVOTBY({"a";"b"}, , {3;4}, _xleta.SUM, 0) -> {"a",3;"b",4;"Total",7}
    """
    stand_alone(here)
    try:
        fields = [side for side in (row_fields, col_fields) if not _missing(side)]
        if not fields:
            raise Refused(ErrorValue.VALUE)
        records = _records(values, function, field_headers, filter_array, fields)
        relation = _choice(relative_to, 0, 4)
        down = _side(row_fields, records, row_total_depth, row_sort_order)
        across = _side(col_fields, records, col_total_depth, col_sort_order)
        rows = lines(down, records.kept, records.measure)
        columns = lines(across, records.kept, records.measure)
    except Refused as refused:
        return error(refused.value)
    if len(rows) * len(columns) * records.width > MOST_CELLS:
        return error(ErrorValue.NUM)
    grid = _column_labels(columns, down.levels, across.levels, records, col_fields)
    if records.shown:
        titles = records.headers(row_fields, "Row Field")[: down.levels]
        grid.append([lone(t) for t in (*titles, *records.headers(values, "Value") * len(columns))])
    for row in rows:
        cells = [_crossing(records, row, column, j, relation) for column in columns for j in range(records.width)]
        grid.append([*map(lone, row.labels), *cells])
    return _laid_out(grid)


def _column_labels(
    columns: Sequence[Line], margin: int, levels: int, records: _Records, fields: Operand
) -> list[list[Operand]]:
    """The labels of the columns, one row for each field, after a margin as wide as the labels of the rows."""
    titles = records.headers(fields, "Column Field")
    rows = []
    for level in range(levels):
        title = titles[level] if records.shown else ""
        before: list[Scalar] = [*[""] * (margin - 1), title][:margin]
        labels = [line.labels[level] for line in columns for _ in range(records.width)]
        rows.append([lone(label) for label in (*before, *labels)])
    return rows


def _crossing(records: _Records, row: Line, column: Line, value: int, relation: int) -> Operand:
    """The value where a row meets a column; an empty text where no record belongs to both."""
    members = row.members & column.members
    if not members.any():
        return EMPTY_TEXT
    everything = (
        column.members,
        row.members,
        records.kept,
        row.members & column.parent,
        row.parent & column.members,
    )[relation]
    return records.measured(members, everything, value)


def _records(
    values: Operand,
    function: Closure,
    field_headers: Operand | None,
    filter_array: Operand | None,
    fields: Sequence[Operand],
) -> _Records:
    if not callable_(function):
        raise Refused(ErrorValue.VALUE)
    count = values.shape[2]
    if any(field.shape[2] != count for field in fields):
        raise Refused(ErrorValue.VALUE)
    kept = np.ones(count, dtype=bool) if filter_array is None or _missing(filter_array) else _filter(filter_array)
    if len(kept) != count:
        raise Refused(ErrorValue.VALUE)
    choice = _choice(field_headers, 0, 3, -1)
    kinds = np.broadcast_to(values.kind, values.shape)[0, 0, :2, 0]
    looks_titled = kinds.tolist() == [Kind.TEXT, Kind.NUMBER]
    titled = choice in (1, 3) or (choice == -1 and looks_titled)
    shown = choice in (2, 3) or (titled and choice == -1 and any(field.shape[3] > 1 for field in fields))
    if titled:
        kept[0] = False
    if not kept.any():
        raise Refused(NOTHING_LEFT)
    return _Records(values, function, kept, titled, shown)


def _filter(condition: Operand) -> BoolArray:
    if condition.shape[3] != 1:
        raise Refused(ErrorValue.VALUE)
    kept = []
    for value in condition.scalars().ravel():
        truth = ErrorValue.VALUE if isinstance(value, str) else number_of(value)
        if isinstance(truth, ErrorValue):
            raise Refused(truth)
        kept.append(bool(truth))
    return np.array(kept, dtype=bool)


def _side(
    fields: Operand, records: _Records, depth: Operand | None, order: Operand | None, *, table: bool = False
) -> Side:
    """One side of the summary, from its arguments."""
    keys: TextArray = fields.scalars()[0, 0]
    if _missing(fields):
        keys = np.empty((len(records.kept), 0), dtype=object)
    levels = keys.shape[1]
    automatic = 1 if table else levels
    deep = _choice(depth, -levels, levels, automatic) if levels else 0
    if table and abs(deep) > 1:
        raise Refused(ErrorValue.VALUE)
    chosen = [] if order is None or _missing(order) else [_whole(value, 0) for value in order.scalars().ravel()]
    if any(not 1 <= abs(number) <= levels + records.width for number in chosen):
        raise Refused(ErrorValue.VALUE)
    return Side(keys, abs(deep), deep < 0, tuple(chosen), table)


def _missing(operand: Operand) -> bool:
    """Whether an argument was left out."""
    return operand.shape == (1, 1, 1, 1) and operand.has(Kind.BLANK)


def _choice(operand: Operand | None, least: int, most: int, default: int = 0) -> int:
    """A whole number within limits; the default where none is given."""
    if operand is None or _missing(operand):
        return default
    number = _whole(operand.scalar(), default)
    if not least <= number <= most:
        raise Refused(ErrorValue.VALUE)
    return number


def _whole(value: Scalar, default: int) -> int:
    number = whole(value, default)
    if isinstance(number, ErrorValue):
        raise Refused(number)
    assert number is not None
    return number


def _laid_out(rows: Sequence[Sequence[Operand]]) -> Operand:
    return stack_cells([cell for row in rows for cell in row], (1, 1, len(rows), len(rows[0])))
