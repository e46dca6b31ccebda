"""Formula cells grouped into rectangles that hold one formula in relative form.

A lone cell is a 1 x 1 block: there is one kind of block and one way to compute it. Literals that differ from cell to
cell (=A1*1.01, =A2*1.02) stay in one block as an array per literal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from solver.book.book import FormulaKind
from solver.book.formulas import KINDS, Formulas
from solver.compiler.grouping.datatables import spelled_out
from solver.compiler.grouping.templates import Templates
from solver.grid import MAX_COLS, MAX_ROWS, Area, Cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from solver.book.book import Book, Sheet
    from solver.compiler.grouping.templates import Seen, Template

Literal: TypeAlias = "float | npt.NDArray[np.float64]"


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A rectangle of cells filled with one formula, one per cell; or the one formula that fills them (`filling`).

    `literals` holds one number per slot of the template, or an array (rows, cols) where they differ.
    """

    area: Area
    template: Template
    literals: tuple[Literal, ...]
    kind: FormulaKind
    filling: bool = False

    @property
    def array(self) -> bool:
        """Whether its formulas are array formulas, so that ranges are not intersected."""
        return self.kind in (FormulaKind.ARRAY, FormulaKind.DYNAMIC)

    @property
    def lead(self) -> tuple[int, int]:
        """How many formulas it stands for: rows and columns."""
        return (1, 1) if self.filling else (self.area.rows, self.area.cols)

    @property
    def divisible(self) -> bool:
        """Whether it stands for more than one formula."""
        return not self.filling and self.area.size > 1

    def split(self) -> list[Block]:
        """Its rows as blocks of their own, or its cells when it is one row."""
        area = self.area
        if area.rows > 1:
            areas = [Area(area.sheet, r, area.left, r, area.right) for r in range(area.top, area.bottom + 1)]
        else:
            areas = [Area(area.sheet, area.top, c, area.top, c) for c in range(area.left, area.right + 1)]
        return [self.part(piece) for piece in areas]

    def halves(self) -> list[Block]:
        """Its upper and lower half, or the left and the right one when it is one row."""
        area = self.area
        if area.rows > 1:
            middle = (area.top + area.bottom) // 2
            return [self.part(replace(area, bottom=middle)), self.part(replace(area, top=middle + 1))]
        middle = (area.left + area.right) // 2
        return [self.part(replace(area, right=middle)), self.part(replace(area, left=middle + 1))]

    def columns(self) -> list[Block]:
        """Its columns as blocks of their own."""
        area = self.area
        return [self.part(Area(area.sheet, area.top, c, area.bottom, c)) for c in range(area.left, area.right + 1)]

    def part(self, piece: Area) -> Block:
        """The block of a smaller rectangle inside it."""
        rows = slice(piece.top - self.area.top, piece.bottom - self.area.top + 1)
        cols = slice(piece.left - self.area.left, piece.right - self.area.left + 1)
        literals = tuple(value if isinstance(value, float) else _uniform(value[rows, cols]) for value in self.literals)
        return Block(piece, self.template, literals, self.kind, filling=self.array and piece.size == 1)

    def __repr__(self) -> str:
        return f"Block({self.area}, ={self.template.text})"

    @property
    def first(self) -> Cell:
        """Its first cell."""
        return self.area.first


def _uniform(values: npt.NDArray[np.float64]) -> Literal:
    first = values.flat[0]
    return float(first) if (values == first).all() else values


class Grouping:
    """The formulas of a book as blocks, sheet by sheet as they are asked for, and the templates that they share."""

    def __init__(self, sheets: Mapping[str, Sheet]) -> None:
        self.templates = Templates()
        self._sheets = sheets
        self._blocks: dict[str, tuple[Block, ...]] = {}

    def blocks(self, sheet: str) -> tuple[Block, ...]:
        """The blocks of a sheet."""
        found = self._blocks.get(sheet)
        if found is None:
            found = self._blocks[sheet] = tuple(group(self._sheets[sheet], self.templates))
        return found


def grouping_of(book: Book) -> Grouping:
    """The grouping of a book, made once: a book never changes."""
    found = book.derived.get(Grouping)
    if not isinstance(found, Grouping):
        found = book.derived[Grouping] = Grouping(book.sheets)
    return found


def group(sheet: Sheet, templates: Templates) -> Iterator[Block]:
    """The blocks of a sheet: formulas that fill an area one by one, those of single cells in maximal rectangles."""
    has = np.nonzero(sheet.formula >= 0)[0]
    if not len(has):
        return
    formulas = Formulas.of(sheet.formulas)
    seen, which = templates.each(formulas)
    key = np.array([each.number for each in seen], dtype=np.int64)[which] * len(KINDS)
    for k in np.flatnonzero(~formulas.are(*[kind for kind in KINDS if kind.lone])).tolist():
        formula, found = formulas[k], seen[which[k]]
        key[k] += KINDS.index(formula.kind)
        if formula.kind is FormulaKind.TABLE:
            key[k] = -1
            table = spelled_out(formula, sheet.name)
            if table is not None:
                _, template, literals = templates.of(table[1])
                yield Block(table[0], template, literals, FormulaKind.NORMAL)
        elif formula.area is not None and formula.area.size > 1:
            key[k] = -1
            yield Block(formula.area, found.template, found.literals, formula.kind, filling=True)
    template_of = {each.number: each.template for each in seen}
    index = sheet.formula[has]
    rows, cols = sheet.cells.row[has].astype(np.int64), sheet.cells.col[has].astype(np.int64)
    grouped = key[index] >= 0
    rows, cols, index = rows[grouped], cols[grouped], index[grouped]
    for number, top, left, bottom, right, members in _rectangles(key[index], rows, cols):
        area = Area(sheet.name, top, left, bottom, right)
        kind = KINDS[number % len(KINDS)]
        slots = _slots(seen, which[index[members]], (area.rows, area.cols))
        alone = kind is not FormulaKind.NORMAL and area.size == 1
        yield Block(area, template_of[number // len(KINDS)], slots, kind, filling=alone)


def _slots(seen: list[Seen], which: npt.NDArray[np.intp], shape: tuple[int, int]) -> tuple[Literal, ...]:
    """Per slot the common number, or the numbers of the cells (given column by column) as an array."""
    first: tuple[Literal, ...] = seen[int(which[0])].literals
    if not first or (which == which[0]).all():
        return first
    table = np.array([seen[place].literals for place in which.tolist()], dtype=np.float64)
    return tuple(
        _uniform(np.ascontiguousarray(table[:, slot].reshape(shape[1], shape[0]).T)) for slot in range(table.shape[1])
    )


def _rectangles(
    key: npt.NDArray[np.int64], rows: npt.NDArray[np.int64], cols: npt.NDArray[np.int64]
) -> Iterator[tuple[int, int, int, int, int, npt.NDArray[np.intp]]]:
    """Key and edges of maximal rectangles of equal keys, with the members of each, column by column.

    Vertical runs come first; runs of equal height that stand side by side are then merged.
    """
    if not len(key):
        return
    order = np.argsort((key * MAX_COLS + cols) * MAX_ROWS + rows)
    k, r, c = key[order], rows[order], cols[order]
    starts = np.nonzero(np.r_[True, (k[1:] != k[:-1]) | (c[1:] != c[:-1]) | (r[1:] != r[:-1] + 1)])[0]
    ends = np.r_[starts[1:], len(k)]
    top, bottom, left, number = r[starts], r[ends - 1], c[starts], k[starts]
    by_edge = np.lexsort((left, bottom, top, number))
    t, b, x, n = top[by_edge], bottom[by_edge], left[by_edge], number[by_edge]
    same = (n[1:] == n[:-1]) & (t[1:] == t[:-1]) & (b[1:] == b[:-1]) & (x[1:] == x[:-1] + 1)
    firsts = np.nonzero(np.r_[True, ~same])[0]
    lasts = np.r_[firsts[1:], len(n)]
    for a, z in zip(firsts.tolist(), lasts.tolist(), strict=True):
        runs = by_edge[a:z]
        members = (
            np.concatenate([order[starts[q] : ends[q]] for q in runs])
            if z - a > 1
            else order[starts[runs[0]] : ends[runs[0]]]
        )
        yield int(n[a]), int(t[a]), int(x[a]), int(b[a]), int(x[z - 1]), members
