"""The examples of all functions with cells in the place of their numbers: a walk that meets every new function."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from solver.functions.coerce import text_of
from solver.functions.registry import Function, registry
from solver.grid import Area, Cell
from solver.values import ERROR_OF_LABEL, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt

    Array = npt.NDArray[np.float64]
    Others = Mapping[tuple[int, int], Scalar]

EXAMPLE = re.compile(r"^\s*(=.*?)\s+->\s+(.+?)\s*$", re.MULTILINE)
FUNCTIONS = {function.names[0]: function for function in registry().values()}
_NUMBERS = re.compile(
    r'(?P<text>"(?:[^"]|"")*")|(?P<array>\{[^{}]*\})'
    r"|(?P<number>(?<![\w.$#])\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.(:]))"
)
_PLACE = re.compile(r"<(\d+)>")
_TEXT = re.compile(r'"[^"]*"')
_KNOWN: Mapping[str, Scalar] = {"TRUE": True, "FALSE": False, **ERROR_OF_LABEL}
FIRST_ROW, WIDTH = 30, 10


def examples(function: Function) -> list[tuple[str, str]]:
    """The examples of a docstring as (formula, expected formula)."""
    return [(match[1], match[2]) for match in EXAMPLE.finditer(function.body.__doc__ or "")]


@dataclass(frozen=True)
class Example:
    """A formula (without `=`) whose numbers `<0>`, `<1>` ... stand in cells: scalars as (1, 1), arrays as they are.

    An array may hold other things beside its numbers: `inputs` are NaN there, `others` has them by row and column.
    """

    text: str
    inputs: tuple[Array, ...]
    others: tuple[Others, ...]

    def area(self, place: int) -> Area:
        """Where an input stands when the formula is at the top of its column."""
        rows, cols = self.inputs[place].shape
        return Area("Sheet1", FIRST_ROW, WIDTH * place, FIRST_ROW + rows - 1, WIDTH * place + cols - 1)

    def formula(self, cells: Sequence[int], down: int = 0) -> str:
        """The formula with some inputs read from their cells, moved down by some rows, the others written out."""

        def written(match: re.Match[str]) -> str:
            place = int(match[1])
            if place not in cells:
                return constant(self.inputs[place], self.others[place])
            area = self.area(place)
            first = Cell("Sheet1", area.top + down, area.left).a1
            return first if area.size == 1 else f"{first}:{Cell('Sheet1', area.bottom + down, area.right).a1}"

        return _PLACE.sub(written, self.text)

    def contents(self, place: int, values: Array) -> dict[str, Scalar]:
        """The cells of an input with such numbers; what else it holds stays."""
        area = self.area(place)
        cells = self.cells(place, values)
        found: dict[str, Scalar] = {cell.a1: value for cell, value in zip(cells, known(values), strict=True)}
        found |= {Cell("Sheet1", area.top + i, area.left + j).a1: value for (i, j), value in self.others[place].items()}
        return found

    def cells(self, place: int, values: Array) -> list[Cell]:
        """The cells of the numbers of an input, in reading order."""
        area = self.area(place)
        return [Cell("Sheet1", area.top + i, area.left + j) for i, j in np.argwhere(~np.isnan(values)).tolist()]


def known(values: Array) -> list[float]:
    """The numbers of an input in reading order."""
    listed: list[float] = values[~np.isnan(values)].tolist()
    return listed


def constant(values: Array, others: Others) -> str:
    """A number or array constant of the formula language."""
    if values.size == 1:
        return repr(values.item())
    rows = [
        ",".join(_spelled(others[i, j]) if (i, j) in others else repr(value) for j, value in enumerate(row))
        for i, row in enumerate(values.tolist())
    ]
    return "{" + ";".join(rows) + "}"


def _spelled(value: Scalar) -> str:
    return f'"{value}"' if isinstance(value, str) else text_of(value)


def walk(function: Function) -> Iterator[Example]:
    """Every example of a function that has numbers in it."""
    for formula, _ in examples(function):
        inputs: list[tuple[Array, Others]] = []

        def taken(match: re.Match[str], inputs: list[Any] = inputs) -> str:
            values = _values(match.groupdict())
            if values is None:
                return match[0]
            inputs.append(values)
            return f"<{len(inputs) - 1}>"

        text = _NUMBERS.sub(taken, formula[1:])
        if inputs:
            yield Example(text, *(tuple(each) for each in zip(*inputs, strict=True)))


def _values(found: Mapping[str, str | None]) -> tuple[Array, Others] | None:
    """The numbers of a constant, and what it holds beside them; None where it has no number."""
    if found["number"]:
        return np.array([[float(found["number"])]]), {}
    rows = [row.split(",") for row in (found["array"] or "{}")[1:-1].split(";")]
    others = {(i, j): _KNOWN[part] for i, row in enumerate(rows) for j, part in enumerate(row) if part in _KNOWN}
    others |= {(i, j): part[1:-1] for i, row in enumerate(rows) for j, part in enumerate(row) if _TEXT.fullmatch(part)}
    try:
        numbers = [
            [np.nan if (i, j) in others else float(part) for j, part in enumerate(row)] for i, row in enumerate(rows)
        ]
    except ValueError:  # a text with a comma
        return None
    values = np.array(numbers)
    return None if np.isnan(values).all() else (values, others)
