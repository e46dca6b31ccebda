"""The records that GROUPBY and PIVOTBY sum up, and how: values, functions, headers, filters and orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.functions.arrange import gather
from solver.functions.arrays.callbacks import callable_
from solver.functions.arrays.grouping import Side
from solver.functions.arrays.layout import NOTHING_LEFT, whole
from solver.functions.coerce import number_of
from solver.functions.here import Functions
from solver.functions.operand import Operand, error
from solver.functions.refusal import Refused
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.functions.here import Closure
    from solver.functions.operand import BoolArray, TextArray
    from solver.values import Scalar


@dataclass(frozen=True, slots=True)
class Layer:
    """What is summed up in one line of a summary: columns of values, each by a function.

    Functions one below the other have a layer each, with its `label` behind those of the line.
    """

    columns: tuple[tuple[int, Closure], ...]
    label: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a summary: the values (1, 1, n, m) and how they are summed up, which are kept (n,), headers.

    `titled` says whether the first record holds the headers, `shown` whether the result has some, `named` whether
    its columns are called by their functions.
    """

    values: Operand
    layers: tuple[Layer, ...]
    named: bool
    kept: BoolArray
    titled: bool
    shown: bool

    @property
    def width(self) -> int:
        """How many columns a line of the result has beside its labels."""
        return len(self.layers[0].columns)

    @property
    def value_headers(self) -> tuple[Scalar, ...]:
        """The headers of those columns."""
        titles = self.headers(self.values, "Value")
        return tuple(titles[column] for column, _ in self.layers[0].columns)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the functions of those columns."""
        return tuple(function.label for _, function in self.layers[0].columns)

    @property
    def blank(self) -> tuple[str, ...]:
        """The place of the label of a layer, empty."""
        return tuple("" for _ in self.layers[0].label)

    def headers(self, array: Operand, kind: str) -> tuple[Scalar, ...]:
        """The headers of the columns of an array, made up where the records have none."""
        if self.titled:
            return tuple(array.scalars()[0, 0, 0])
        return tuple(f"{kind} {k}" for k in range(1, array.shape[3] + 1))

    def measured(self, members: BoolArray, everything: BoolArray, column: tuple[int, Closure]) -> Operand:
        """A function's value for some records, and for those that it is relative to: (1, 1, 1, 1)."""
        place, function = column
        step = self.values.shape[3]
        groups = (members, everything)[: min(function.arity, 2)]
        arguments = [
            gather(self.values, (np.flatnonzero(group) * step + place)[np.newaxis, np.newaxis, :, np.newaxis])
            for group in groups
        ]
        result = function(*arguments)
        return result if result.shape == (1, 1, 1, 1) else error(ErrorValue.CALC)

    def measure(self, members: BoolArray, column: int) -> Scalar:
        """The same of a column of the first layer as a plain value, relative to all that is kept."""
        return self.measured(members, self.kept, self.layers[0].columns[column]).scalar()


def records_of(
    values: Operand,
    function: Closure | Functions,
    field_headers: Operand | None,
    filter_array: Operand | None,
    fields: Sequence[Operand],
) -> Records:
    """The records of a function's arguments; `fields` are the arrays of keys."""
    layers = _layers(function, values.shape[3])
    count = values.shape[2]
    if any(field.shape[2] != count for field in fields):
        raise Refused(ErrorValue.VALUE)
    kept = np.ones(count, dtype=bool) if filter_array is None or missing(filter_array) else _filter(filter_array)
    if len(kept) != count:
        raise Refused(ErrorValue.VALUE)
    headed = choice(field_headers, 0, 3, -1)
    kinds = np.broadcast_to(values.kind, values.shape)[0, 0, :2, 0]
    looks_titled = kinds.tolist() == [Kind.TEXT, Kind.NUMBER]
    titled = headed in (1, 3) or (headed == -1 and looks_titled)
    shown = headed in (2, 3) or (titled and headed == -1 and any(field.shape[3] > 1 for field in fields))
    if titled:
        kept[0] = False
    if not kept.any():
        raise Refused(NOTHING_LEFT)
    named = isinstance(function, Functions) and function.across
    return Records(values, layers, named, kept, titled, shown)


def _layers(function: Closure | Functions, width: int) -> tuple[Layer, ...]:
    """What stands in the lines of a summary of `width` columns of values."""
    if not isinstance(function, Functions):
        if not callable_(function):
            raise Refused(ErrorValue.VALUE)
        return (Layer(tuple((place, function) for place in range(width))),)
    if function.across:
        return (Layer(tuple((place, each) for place in range(width) for each in function.parts)),)
    return tuple(Layer(tuple((place, each) for place in range(width)), (each.label,)) for each in function.parts)


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


def side_of(
    fields: Operand, records: Records, depth: Operand | None, order: Operand | None, *, table: bool = False
) -> Side:
    """One side of the summary, from its arguments."""
    keys: TextArray = fields.scalars()[0, 0]
    if missing(fields):
        keys = np.empty((len(records.kept), 0), dtype=object)
    levels = keys.shape[1]
    automatic = 1 if table else levels
    deep = choice(depth, -levels, levels, automatic) if levels else 0
    if table and abs(deep) > 1:
        raise Refused(ErrorValue.VALUE)
    chosen = [] if order is None or missing(order) else [_whole(value, 0) for value in order.scalars().ravel()]
    if any(not 1 <= abs(number) <= levels + records.width for number in chosen):
        raise Refused(ErrorValue.VALUE)
    return Side(keys, abs(deep), deep < 0, tuple(chosen), table)


def missing(operand: Operand) -> bool:
    """Whether an argument was left out."""
    return operand.shape == (1, 1, 1, 1) and operand.has(Kind.BLANK)


def choice(operand: Operand | None, least: int, most: int, default: int = 0) -> int:
    """A whole number within limits; the default where none is given."""
    if operand is None or missing(operand):
        return default
    number = _whole(operand.scalar(), default)
    if not least <= number <= most:
        raise Refused(ErrorValue.VALUE)
    return number


def _whole(value: Scalar, default: int) -> int:
    number = whole(value, default)
    if isinstance(number, ErrorValue):
        raise Refused(number)
    return number
