"""The different formulas of a book in relative form, and the formulas of a sheet traced back to them.

Most formulas of a large sheet are those of the row above, filled down. So a sheet is read in stretches of rows that
hold formulas in the same columns, and where two rows were alike, the next ones are expected to go on like them: what
they should read is written down at once and compared as one text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from solver.book.formulas import Formulas
from solver.errors import FormulaError
from solver.formula.filling import Band, Filling
from solver.formula.parse import parse
from solver.formula.template import relative_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solver.book.book import Formula
    from solver.formula.tree import Tree

_AT_ONCE = 512
"""Formulas that are compared as one text, about."""


@dataclass(slots=True)
class Template:
    """One relative formula: parsed when it is first needed, from the text of the first cell that showed it.

    `literals` are the numbers of that text (other cells of the template may have others), and `failure` keeps why
    it cannot be parsed.
    """

    text: str
    row: int
    col: int
    tree: Tree | None = None
    literals: tuple[float, ...] = ()
    failure: FormulaError | None = None

    def parsed(self) -> Tree:
        """Its tree; FormulaError each time if it has none."""
        if self.failure is not None:
            raise self.failure
        if self.tree is None:
            try:
                self.tree, self.literals = parse(self.text, self.row, self.col)
            except FormulaError as failure:
                self.failure = failure
                raise
        return self.tree


@dataclass(slots=True)
class Seen:
    """A formula that was met: the number of its template, the template, its literals, and how it is filled on.

    `place` is its own among those that were met.
    """

    place: int
    number: int
    template: Template
    literals: tuple[float, ...]
    filling: Filling | None = None


class Templates:
    """All relative formulas of a book by key: equal keys share one template, whatever sheet they stand on."""

    def __init__(self) -> None:
        self._of_key: dict[str, tuple[int, Template]] = {}

    def of(self, formula: Formula) -> tuple[int, Template, tuple[float, ...]]:
        """The number of a formula's template, the template, and the formula's literals."""
        key, literals = relative_key(formula.text, formula.row, formula.col)
        found = self._of_key.get(key)
        if found is None:
            found = self._of_key[key] = (len(self._of_key), Template(formula.text, formula.row, formula.col))
        return *found, literals

    def each(self, formulas: Formulas) -> tuple[list[Seen], npt.NDArray[np.intp]]:
        """The different ones of many formulas in reading order, and which of them each one is."""
        tracing = _Tracing(self)
        for start, width, height in _stretches(formulas):
            tracing.follow(formulas, start, width, height)
        return list(tracing.seen.values()), np.array(tracing.which, dtype=np.intp)


class _Tracing:
    """What was met on the way through a sheet: the formula above in every column, and the one to the left."""

    def __init__(self, templates: Templates) -> None:
        self.seen: dict[tuple[int, tuple[float, ...]], Seen] = {}
        self.which: list[int] = []
        self._templates = templates
        self._above: dict[int, Seen] = {}
        self._left: Seen | None = None

    def follow(self, formulas: Formulas, start: int, width: int, height: int) -> None:
        """Traces so many rows of so many formulas each, which stand below each other."""
        before: list[Seen] = []
        band: Band | None = None
        most = count = max(1, _AT_ONCE // width)
        at, end = start, start + width * height
        while at < end:
            if band is not None:
                several = min(count, (end - at) // width)
                last = at + several * width
                if band.at(int(formulas.row[at]), several) == formulas.joined(at, last):
                    self.which += [each.place for each in before] * several
                    self._left = before[-1]
                    at, count = last, min(2 * count, most)
                    continue
                if count > 1:
                    count //= 2  # the rows that go on are found by halves
                    continue
            row = formulas[at : at + width]
            traced = [self._one(formula) for formula in row]
            self.which += [each.place for each in traced]
            fillings = [each.filling for each in traced]
            band = None
            if all(a is b for a, b in zip(traced, before, strict=False)) and before and None not in fillings:
                cols = [formula.col for formula in row]
                band = Band([filling for filling in fillings if filling], cols, Formulas.BETWEEN)
            before, at = traced, at + width

    def _one(self, formula: Formula) -> Seen:
        row, col, text = formula.row, formula.col, formula.text
        here = self._above.get(col)
        if here is None or here.filling is None or here.filling.at(row, col) != text:
            left = self._left
            if left is not None and left.filling is not None and left.filling.at(row, col) == text:
                here = left
            else:
                number, template, literals = self._templates.of(formula)
                here = self.seen.get((number, literals))
                if here is None:
                    here = self.seen[number, literals] = Seen(len(self.seen), number, template, literals)
                elif here.filling is None:  # a lone formula is not worth a filling
                    here.filling = Filling(text, row, col)
            self._above[col] = here
        self._left = here
        return here


def _stretches(formulas: Formulas) -> Iterator[tuple[int, int, int]]:
    """Start, width and height of stretches of formulas: rows below each other with formulas in the same columns."""
    if not len(formulas):
        return
    rows, cols = formulas.row, formulas.col
    starts = np.flatnonzero(np.append(True, rows[1:] != rows[:-1]))
    widths = np.diff(np.append(starts, len(rows)))
    above = np.maximum(np.arange(len(cols)) - np.repeat(widths, widths), 0)  # where the rows are equally wide
    alike = np.logical_and.reduceat(cols == cols[above], starts)
    alike[0] = False
    alike[1:] &= (widths[1:] == widths[:-1]) & (rows[starts[1:]] == rows[starts[:-1]] + 1)
    firsts = np.flatnonzero(~alike)
    heights = np.diff(np.append(firsts, len(starts)))
    yield from zip(starts[firsts].tolist(), widths[firsts].tolist(), heights.tolist(), strict=True)
