"""GROUPBY and PIVOTBY: summaries of records by the values of some of their fields.

The fields must be known when a formula is compiled; the values that are summed up may be live.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.functions.allowance import MEMBER, MOST_VALUES, spend
from solver.functions.arrays.callbacks import stand_alone
from solver.functions.arrays.grouping import Line, lines
from solver.functions.arrays.records import Records, choice, missing, records_of, side_of
from solver.functions.operand import EMPTY_TEXT, Operand, error, lone
from solver.functions.refusal import Refused
from solver.functions.registry import function
from solver.functions.stack import stack_cells
from solver.values import ErrorValue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.functions.here import Closure, Here
    from solver.functions.registry import Grid
    from solver.values import Scalar


@function("GROUPBY", per_cell=True, steps=500_000)
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
    fields, then the values, negative for downwards. Functions side by side (HSTACK) make columns of their own under
    their names, those one below the other (VSTACK) lines.

    =GROUPBY({"b";"a";"b"}, {1;2;4}, _xleta.SUM) -> {"a",2;"b",5;"Total",7}
    =GROUPBY({2;1;2}, {1;2;4}, _xleta.SUM, , 0) -> {1,2;2,5}
    =GROUPBY({"b";"a";"b"}, {1;2;4}, LAMBDA(x, MAX(x)), , 0, -2) -> {"b",4;"a",2}
    =GROUPBY({"b";"a";"b"}, {1;2;5}, _xleta.PERCENTOF, 2, -1) -> {"Row Field 1","Value 1";"Total",1;"a",0.25;"b",0.75}
    =GROUPBY({"k";"a";"b"}, {"n";2;4}, _xleta.SUM, 3, 0, , {1;0;1}) -> {"k","n";"b",4}
    =GROUPBY({"b",1;"a",2}, {3;4}, _xleta.SUM, 0, 2) -> {"a",2,4;"a","",4;"b",1,3;"b","",3;"Grand Total","",7}
    =GROUPBY({"b",1;"a",2}, {3;4}, _xleta.SUM, 0, 0, 2, , 1) -> {"b",1,3;"a",2,4}
    =GROUPBY({"b";"a"}, {1;2}, HSTACK(_xleta.SUM, _xleta.COUNT), , 0) -> {"","SUM","COUNT";"a",2,1;"b",1,1}
    =GROUPBY({"a";"a"}, {1;2}, VSTACK(_xleta.MIN, _xleta.MAX), , 0) -> {"a","MIN",1;"a","MAX",2}
    =GROUPBY({"b";"a"}, {1;2;3}, _xleta.SUM) -> #VALUE!
    """
    stand_alone(here)
    try:
        records = records_of(values, function, field_headers, filter_array, [row_fields])
        table = choice(field_relationship, 0, 1) == 1
        side = side_of(row_fields, records, total_depth, sort_order, table=table)
        found = lines(side, records.kept, records.measure)
        rows = [
            [
                *map(lone, (*line.labels, *layer.label)),
                *(records.measured(line.members, records.kept, column) for column in layer.columns),
            ]
            for line in found
            for layer in records.layers
        ]
        if records.named:
            rows.insert(0, [lone(name) for name in (*[""] * side.levels, *records.names)])
        if records.shown:
            titles = (*records.headers(row_fields, "Row Field"), *records.blank, *records.value_headers)
            rows.insert(0, [lone(title) for title in titles])
    except Refused as refused:
        return error(refused.value)
    return _laid_out(rows)


@function("PIVOTBY", per_cell=True, steps=500_000)
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
    =PIVOTBY({1;2;1}, , {3;4;5}, _xleta.SUM, 0, 0) -> {1,8;2,4}
    """
    stand_alone(here)
    try:
        fields = [side for side in (row_fields, col_fields) if not missing(side)]
        if not fields:
            raise Refused(ErrorValue.VALUE)
        records = records_of(values, function, field_headers, filter_array, fields)
        relation = choice(relative_to, 0, 4)
        down = side_of(row_fields, records, row_total_depth, row_sort_order)
        across = side_of(col_fields, records, col_total_depth, col_sort_order)
        rows = lines(down, records.kept, records.measure)
        columns = lines(across, records.kept, records.measure)
    except Refused as refused:
        return error(refused.value)
    if len(rows) * len(columns) * records.width * len(records.layers) > MOST_VALUES:
        return error(ErrorValue.NUM)
    margin = down.levels + len(records.blank)
    grid = _column_labels(columns, margin, across.levels, records, col_fields)
    if records.shown:
        titles = (*records.headers(row_fields, "Row Field")[: down.levels], *records.blank)
        grid.append([lone(t) for t in (*titles, *records.value_headers * len(columns))])
    if records.named:
        grid.append([lone(name) for name in (*[""] * margin, *records.names * len(columns))])
    for row in rows:
        for layer in records.layers:
            cells = [_crossing(records, row, column, value, relation) for column in columns for value in layer.columns]
            grid.append([*map(lone, (*row.labels, *layer.label)), *cells])
    return _laid_out(grid)


def _column_labels(
    columns: Sequence[Line], margin: int, levels: int, records: Records, fields: Operand
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


def _crossing(records: Records, row: Line, column: Line, value: tuple[int, Closure], relation: int) -> Operand:
    """The value where a row meets a column; an empty text where no record belongs to both."""
    spend(MEMBER * len(row.members))
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


def _laid_out(rows: Sequence[Sequence[Operand]]) -> Operand:
    return stack_cells([cell for row in rows for cell in row], (1, 1, len(rows), len(rows[0])))
