"""The examples of all functions with cells in the place of their numbers: a walk that meets every new function."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
FIRST_ROW, WIDTH = 30, 10


def examples(function: Function) -> list[tuple[str, str]]:
    """The examples of a docstring as (formula, expected formula)."""
    return [(match[1], match[2]) for match in EXAMPLE.finditer(function.body.__doc__ or "")]


@dataclass(frozen=True)
class Example:
    """A formula (without `=`) whose numbers `<0>`, `<1>` ... stand in cells: scalars as (1, 1), arrays as they are."""

    text: str
    inputs: tuple[Array, ...]

    def area(self, place: int) -> Area:
        """Where an input stands when the formula is at the top of its column."""
        rows, cols = self.inputs[place].shape
        return Area("Sheet1", FIRST_ROW, WIDTH * place, FIRST_ROW + rows - 1, WIDTH * place + cols - 1)

    def formula(self, cells: Sequence[int], down: int = 0) -> str:
        """The formula with some inputs read from their cells, moved down by some rows, the others written out."""

        def written(match: re.Match[str]) -> str:
            place = int(match[1])
            if place not in cells:
                return constant(self.inputs[place])
            area = self.area(place)
            first = Cell("Sheet1", area.top + down, area.left).a1
            return first if area.size == 1 else f"{first}:{Cell('Sheet1', area.bottom + down, area.right).a1}"

        return _PLACE.sub(written, self.text)

    def contents(self, place: int, values: Array) -> dict[str, float]:
        """The cells of an input."""
        area = self.area(place)
        return {Cell("Sheet1", area.top + i, area.left + j).a1: float(v) for (i, j), v in np.ndenumerate(values)}


def constant(values: Array) -> str:
    """A number or array constant of the formula language."""
    if values.size == 1:
        return repr(values.item())
    return "{" + ";".join(",".join(repr(value) for value in row) for row in values.tolist()) + "}"


def walk(function: Function) -> Iterator[Example]:
    """Every example of a function that has numbers in it."""
    for formula, _ in examples(function):
        inputs: list[Array] = []

        def taken(match: re.Match[str], inputs: list[Array] = inputs) -> str:
            values = _values(match.groupdict())
            if values is None:
                return match[0]
            inputs.append(values)
            return f"<{len(inputs) - 1}>"

        text = _NUMBERS.sub(taken, formula[1:])
        if inputs:
            yield Example(text, tuple(inputs))


def _values(found: Mapping[str, str | None]) -> Array | None:
    if found["number"]:
        return np.array([[float(found["number"])]])
    if not found["array"]:
        return None
    try:
        return np.array([[float(part) for part in row.split(",")] for row in found["array"][1:-1].split(";")])
    except ValueError:  # texts, errors
        return None
