"""The examples of all functions with cells in the place of their numbers: a walk that meets every new function."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from solver.functions.registry import Function, registry
from solver.grid import Area, Cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt

    Array = npt.NDArray[np.float64]

EXAMPLE = re.compile(r"^\s*(=.*?)\s+->\s+(.+?)\s*$", re.MULTILINE)
FUNCTIONS = {function.names[0]: function for function in registry().values()}
_NUMBERS = re.compile(
    r'(?P<text>"(?:[^"]|"")*")|(?P<array>\{[^{}]*\})'
    r"|(?P<number>(?<![\w.$#])\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.(:]))"
)
_PLACE = re.compile(r"<(\d+)>")
_TEXT = re.compile(r'"[^"]*"')
FIRST_ROW, WIDTH = 30, 10


def examples(function: Function) -> list[tuple[str, str]]:
    """The examples of a docstring as (formula, expected formula)."""
    return [(match[1], match[2]) for match in EXAMPLE.finditer(function.body.__doc__ or "")]


@dataclass(frozen=True)
class Example:
    """A formula (without `=`) whose numbers `<0>`, `<1>` ... stand in cells: scalars as (1, 1), arrays as they are.

    An array may hold texts beside its numbers: `inputs` are NaN there, and `texts` have them by row and column.
    """

    text: str
    inputs: tuple[Array, ...]
    texts: tuple[Mapping[tuple[int, int], str], ...]

    def area(self, place: int) -> Area:
        """Where an input stands when the formula is at the top of its column."""
        rows, cols = self.inputs[place].shape
        return Area("Sheet1", FIRST_ROW, WIDTH * place, FIRST_ROW + rows - 1, WIDTH * place + cols - 1)

    def formula(self, cells: Sequence[int], down: int = 0) -> str:
        """The formula with some inputs read from their cells, moved down by some rows, the others written out."""

        def written(match: re.Match[str]) -> str:
            place = int(match[1])
            if place not in cells:
                return constant(self.inputs[place], self.texts[place])
            area = self.area(place)
            first = Cell("Sheet1", area.top + down, area.left).a1
            return first if area.size == 1 else f"{first}:{Cell('Sheet1', area.bottom + down, area.right).a1}"

        return _PLACE.sub(written, self.text)

    def contents(self, place: int, values: Array) -> dict[str, float | str]:
        """The cells of an input with such numbers; its texts stay."""
        numbers = {cell.a1: value for cell, value in zip(self.cells(place, values), known(values), strict=True)}
        area = self.area(place)
        return numbers | {
            Cell("Sheet1", area.top + i, area.left + j).a1: text for (i, j), text in self.texts[place].items()
        }

    def cells(self, place: int, values: Array) -> list[Cell]:
        """The cells of the numbers of an input, in reading order."""
        area = self.area(place)
        return [Cell("Sheet1", area.top + i, area.left + j) for i, j in np.argwhere(~np.isnan(values)).tolist()]


def known(values: Array) -> list[float]:
    """The numbers of an input in reading order."""
    listed: list[float] = values[~np.isnan(values)].tolist()
    return listed


def constant(values: Array, texts: Mapping[tuple[int, int], str]) -> str:
    """A number or array constant of the formula language."""
    if values.size == 1:
        return repr(values.item())
    rows = [
        ",".join(f'"{texts[i, j]}"' if (i, j) in texts else repr(value) for j, value in enumerate(row))
        for i, row in enumerate(values.tolist())
    ]
    return "{" + ";".join(rows) + "}"


def walk(function: Function) -> Iterator[Example]:
    """Every example of a function that has numbers in it."""
    for formula, _ in examples(function):
        inputs: list[tuple[Array, Mapping[tuple[int, int], str]]] = []

        def taken(match: re.Match[str], inputs: list[Any] = inputs) -> str:
            values = _values(match.groupdict())
            if values is None:
                return match[0]
            inputs.append(values)
            return f"<{len(inputs) - 1}>"

        text = _NUMBERS.sub(taken, formula[1:])
        if inputs:
            yield Example(text, *(tuple(each) for each in zip(*inputs, strict=True)))


def _values(found: Mapping[str, str | None]) -> tuple[Array, Mapping[tuple[int, int], str]] | None:
    """The numbers and texts of a constant; None where it has no number, or anything beside these."""
    if found["number"]:
        return np.array([[float(found["number"])]]), {}
    rows = [row.split(",") for row in (found["array"] or "{}")[1:-1].split(";")]
    texts = {(i, j): part[1:-1] for i, row in enumerate(rows) for j, part in enumerate(row) if _TEXT.fullmatch(part)}
    try:
        numbers = [
            [np.nan if (i, j) in texts else float(part) for j, part in enumerate(row)] for i, row in enumerate(rows)
        ]
    except ValueError:  # booleans, errors, texts with commas
        return None
    values = np.array(numbers)
    return None if np.isnan(values).all() else (values, texts)
