"""Formula cells grouped into rectangles that hold one formula in relative form.

A lone cell is a 1 x 1 block: there is one kind of block and one way to compute it. Literals that differ from cell to
cell (=A1*1.01, =A2*1.02) stay in one block as an array per literal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from solver.book.book import FormulaKind
from solver.errors import FormulaError
from solver.formula.filling import Filling
from solver.formula.parse import parse
from solver.formula.template import relative_key
from solver.grid import Area, Cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from solver.book.book import Book, Formula, Sheet
    from solver.formula.tree import Tree

Literal: TypeAlias = "float | npt.NDArray[np.float64]"


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


@dataclass(slots=True, eq=False)
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


@dataclass(slots=True)
class _Seen:
    """A formula that was met: the number of its template, the template, its literals, and how it is filled on."""

    number: int
    template: Template
    literals: tuple[float, ...]
    filling: Filling | None = None

    def goes_on(self, formula: Formula) -> bool:
        """Whether another formula is this one, filled into its cell."""
        return self.filling is not None and self.filling.at(formula.row, formula.col) == formula.text


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

    def each(self, formulas: Iterable[Formula]) -> Iterator[tuple[int, Template, tuple[float, ...]]]:
        """`of` for many formulas in reading order: most go on with the one above or to the left."""
        seen: dict[tuple[int, tuple[float, ...]], _Seen] = {}
        above: dict[int, _Seen] = {}
        left: _Seen | None = None
        for formula in formulas:
            here = above.get(formula.col)
            if here is None or not here.goes_on(formula):
                if left is not None and left is not here and left.goes_on(formula):
                    here = left
                else:
                    number, template, literals = self.of(formula)
                    here = seen.get((number, literals))
                    if here is None:
                        here = seen[number, literals] = _Seen(number, template, literals)
                    elif here.filling is None:  # a lone formula is not worth a filling
                        here.filling = Filling(formula.text, formula.row, formula.col)
                above[formula.col] = here
            left = here
            yield here.number, here.template, here.literals


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
    key = np.full(len(sheet.formulas), -1, dtype=np.int64)
    kinds = list(FormulaKind)
    shapes: dict[int, tuple[Template, FormulaKind]] = {}
    literals: list[tuple[float, ...]] = []
    for k, (formula, (number, template, values)) in enumerate(
        zip(sheet.formulas, templates.each(sheet.formulas), strict=True)
    ):
        literals.append(values)
        if formula.kind is FormulaKind.TABLE:
            continue
        array = formula.kind in (FormulaKind.ARRAY, FormulaKind.DYNAMIC)
        if array and formula.area is not None and formula.area.size > 1:
            yield Block(formula.area, template, values, formula.kind, filling=True)
        else:
            kind: FormulaKind = formula.kind if array else FormulaKind.NORMAL
            key[k] = number * len(kinds) + kinds.index(kind)
            shapes[int(key[k])] = template, kind
    index = sheet.formula[has]
    rows, cols = sheet.cells.row[has].astype(np.int64), sheet.cells.col[has].astype(np.int64)
    grouped = key[index] >= 0
    rows, cols, index = rows[grouped], cols[grouped], index[grouped]
    for number, top, left, bottom, right, members in _rectangles(key[index], rows, cols):
        area = Area(sheet.name, top, left, bottom, right)
        template, kind = shapes[number]
        slots = _slots(literals, index[members], (area.rows, area.cols))
        alone = kind is not FormulaKind.NORMAL and area.size == 1
        yield Block(area, template, slots, kind, filling=alone)


def _slots(
    literals: list[tuple[float, ...]], formulas: npt.NDArray[np.int32], shape: tuple[int, int]
) -> tuple[Literal, ...]:
    """Per slot the common number, or the numbers of the cells (given column by column) as an array."""
    first: tuple[Literal, ...] = literals[int(formulas[0])]
    if not first or (formulas == formulas[0]).all() or all(literals[f] == first for f in formulas.tolist()):
        return first
    table = np.array([literals[f] for f in formulas.tolist()], dtype=np.float64)
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
    order = np.lexsort((rows, cols, key))
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
