"""What the cells of a sheet hold while the book is computed: known values, and places in live nodes.

A sheet is kept as a compact grid over the rows and columns that are used at all, so that one stray cell at the far
corner costs one row and one column, and reading a range is slicing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import Node, constant, join, reshape, take
from solver.book.texts import Texts
from solver.compiler.sheets.lines import Index, between, window_of
from solver.compiler.sheets.untouched import untouched
from solver.distinct import distinct, positions
from solver.functions.allowance import make_room
from solver.functions.operand import ALL_NUMBERS, BLANK, Operand, lone
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from solver.functions.operand import IntArray, KindArray, TextArray
    from solver.grid import Area

    Ints = npt.NDArray[np.int32]

NO_BLOCK = 0
UNKNOWN = 255
"""The kind of a cell that could not be computed."""


@dataclass(slots=True)
class SheetStore:
    """The cells of one sheet on a compact grid.

    `rows` and `cols` are the used row and column numbers in order. Per compact cell: `kind` (errors as in
    `Operand`), `number`, `text`, the `block` of formulas that computes it, and for a live value its `live` node in
    `nodes` with its position in that node (`place`); both are counted from 1, and 0 says none. `volatile` marks cells
    that may change by themselves, `moved` those that were given a value or were computed from such.

    Grids lie column by column and begin with zeros: columns that hold nothing of a sort take no memory for it.
    """

    name: str
    rows: Ints
    cols: Ints
    kind: KindArray
    number: npt.NDArray[np.float64]
    text: Texts
    block: Ints
    live: Ints
    place: Ints
    volatile: npt.NDArray[np.bool_]
    moved: npt.NDArray[np.bool_]
    nodes: list[Node]
    row_index: Index
    col_index: Index
    any_live: bool = False
    any_volatile: bool = False
    cache: dict[tuple[int, int, int, int], Operand] = field(default_factory=dict)
    remembered: int = 0

    def window(self, top: int, left: int, bottom: int, right: int) -> tuple[slice, slice]:
        """The compact rows and columns that lie in a rectangle."""
        if top == bottom and left == right:
            r, c = self.row_index.get(top), self.col_index.get(left)
            if r is not None and c is not None:
                return slice(r, r + 1), slice(c, c + 1)
        return between(self.rows, top, bottom), between(self.cols, left, right)

    def area_window(self, area: Area) -> tuple[slice, slice]:
        """The compact rows and columns that lie in an area."""
        return self.window(area.top, area.left, area.bottom, area.right)

    def gapped(self, area: Area, rows: IntArray) -> tuple[IntArray, IntArray]:
        """The compact rows and columns of an area that has these rows instead of its own, for indexing."""
        cols = np.arange(area.left, area.right + 1)
        return self.compact_rows(rows)[0][:, np.newaxis], self.compact_cols(cols)[0][np.newaxis, :]

    def waiting(self, window: tuple[slice, slice]) -> list[int]:
        """The numbers of the blocks that wait in some of the compact cells, in order."""
        return waiting_in(self.block[window])

    def compact_rows(self, rows: IntArray) -> tuple[IntArray, npt.NDArray[np.bool_]]:
        """Compact positions of row numbers, and which of them are used rows at all."""
        return positions(self.rows, rows)

    def compact_cols(self, cols: IntArray) -> tuple[IntArray, npt.NDArray[np.bool_]]:
        """Compact positions of column numbers, and which of them are used columns at all."""
        return positions(self.cols, cols)

    def read_cell(self, row: int, col: int) -> Operand:
        """The value of one cell."""
        r, c = self.row_index.get(row), self.col_index.get(col)
        if r is None or c is None:
            return BLANK
        key = (row, col, 1, 1)
        cached = self.cache.get(key)
        if cached is None:
            cached = self.cache[key] = self._cell(r, c)
        return cached

    def _cell(self, r: int, c: int) -> Operand:
        """The value of one compact cell."""
        kind = int(self.kind[r, c])
        live = self.live[r, c]
        if live:
            index = np.full((1, 1, 1, 1), self.place[r, c], dtype=np.intp)
            kinds = ALL_NUMBERS if kind == _NUMBER else np.full((1, 1, 1, 1), kind, dtype=np.uint8)
            return Operand(kinds, take(self.nodes[live - 1], index))
        if kind == _NUMBER:
            return Operand(ALL_NUMBERS, constant(self.number[r : r + 1, c : c + 1].reshape(1, 1, 1, 1).copy()))
        if kind == Kind.TEXT:
            return lone(str(self.text[r, c]))
        if kind == Kind.BLANK:
            return BLANK
        return lone(ErrorValue(kind - Kind.ERROR) if kind > Kind.ERROR else bool(self.number[r, c]))

    def read_area(self, top: int, left: int, rows: int, cols: int) -> Operand:
        """The values of one fixed rectangle: (1, 1, rows, cols). FormulaError where it is vast and all but empty."""
        key = (top, left, rows, cols)
        cached = self.cache.get(key)
        if cached is not None:
            return cached
        high, wide = self.window(top, left, top + rows - 1, left + cols - 1)
        shape = high.stop - high.start, wide.stop - wide.start
        if rows * cols > _VAST * shape[0] * shape[1]:
            make_room((1, 1, rows, cols))
        if shape == (rows, cols):
            operand = self._operand(high, wide, (1, 1, rows, cols))
        else:
            r = np.arange(top, top + rows, dtype=np.intp)[:, np.newaxis]
            c = np.arange(left, left + cols, dtype=np.intp)[np.newaxis, :]
            operand = self.read_places(r[np.newaxis, np.newaxis], c[np.newaxis, np.newaxis])
        self.remembered += rows * cols
        if self.remembered > _MOST_REMEMBERED:  # ranges that grow from cell to cell are each read once
            self.cache.clear()
            self.remembered = rows * cols
        self.cache[key] = operand
        return operand

    def read_places(self, rows: IntArray, cols: IntArray) -> Operand:
        """The values at row and column numbers that broadcast to (R, C, h, w)."""
        r, row_used = self.compact_rows(rows)
        c, col_used = self.compact_cols(cols)
        if row_used.all() and col_used.all():
            high, wide = window_of(r, c) or (r, c)
            return self._operand(high, wide, np.broadcast_shapes(r.shape, c.shape))
        used = row_used & col_used
        if not used.any():
            return BLANK if used.size == 1 else Operand(np.zeros(used.shape, dtype=np.uint8), BLANK.number)
        return self._operand(r, c, used.shape, used)

    def _operand(
        self,
        rows: slice | IntArray,
        cols: slice | IntArray,
        shape: tuple[int, ...],
        used: npt.NDArray[np.bool_] | None = None,
    ) -> Operand:
        kind = self.kind[rows, cols]
        number = self.number[rows, cols]
        live = self.live[rows, cols] if self.any_live else None
        text = None
        if used is not None:
            kind = np.where(used, kind, np.uint8(Kind.BLANK))
            number = np.where(used, number, 0.0)
        if (kind == Kind.TEXT).any():
            text = self.text[rows, cols].reshape(shape)
        if isinstance(rows, slice):
            kind, number = kind.copy(), number.copy()  # later writes to the grid shall not show through
        kind, number = kind.reshape(shape), number.reshape(shape)
        if live is not None and used is not None:
            live = np.where(used, live, 0)
        if live is None or not live.any():
            return Operand(kind, constant(number), text)
        live = live.reshape(shape)
        place = self.place[rows, cols].reshape(shape)
        return Operand(kind, self._assemble(number, live, place), text)

    def _assemble(self, number: npt.NDArray[np.float64], live: Ints, place: Ints) -> Node:
        """One node for a rectangle whose values come from several nodes and from constants."""
        sources = distinct(live)
        if len(sources) == 1:
            return take(self.nodes[int(sources[0]) - 1], place.astype(np.intp))
        known = live == 0
        parts = [self.nodes[source - 1] if source else constant(number[known]) for source in sources.tolist()]
        begins = np.zeros(sources[-1] + 1, dtype=np.intp)
        begins[sources] = np.cumsum([0, *[part.size for part in parts[:-1]]])
        index = begins[live] + place
        index[known] = np.arange(known.sum())
        return take(join(parts), index)

    def write(
        self, area: Area, kind: KindArray, number: Node, text: TextArray | None, rows: IntArray | None = None
    ) -> None:
        """Stores values (rows, cols) over an area whose cells all exist in the grid; the node has size rows * cols.

        `rows` stand in the place of the area's where they have gaps.
        """
        if area.size == 1:
            self._write_cell(area, kind, number, text)
            return
        high, wide = self.area_window(area) if rows is None else self.gapped(area, rows)
        if (self.block[high, wide] == NO_BLOCK).any():
            self.cache.clear()  # else nobody can have read these cells yet
        self.kind[high, wide] = kind
        known = number.value
        if known is not None:
            self.number[high, wide] = known.reshape(area.rows, area.cols)
            if self.any_live and self.live[high, wide].any():
                self.live[high, wide] = 0
        else:
            self.nodes.append(reshape(number, (area.size,)))
            numeric = (kind == Kind.NUMBER) | (kind == Kind.BOOLEAN)
            self.live[high, wide] = np.where(numeric, len(self.nodes), 0)
            self.place[high, wide] = np.arange(area.size, dtype=np.int32).reshape(area.rows, area.cols)
            self.any_live = True
        if text is not None or self.text.code[high, wide].any():
            self.text[high, wide] = text
        self.block[high, wide] = NO_BLOCK

    def _write_cell(self, area: Area, kind: KindArray, number: Node, text: npt.NDArray[np.object_] | None) -> None:
        """`write` for one cell, without arrays: a sheet of formulas that differ from each other has nothing else."""
        at = self.row_index[area.top], self.col_index[area.left]
        if self.block[at] == NO_BLOCK:
            self.cache.clear()
        self.kind[at] = here = kind[0, 0]
        if number.value is not None:
            self.number[at], self.live[at] = number.value.item(), 0
        else:
            self.nodes.append(reshape(number, (1,)))
            self.live[at] = len(self.nodes) if here in _NUMERIC else 0
            self.place[at] = 0
            self.any_live = True
        self.text[at] = None if text is None else text[0, 0]
        self.block[at] = NO_BLOCK

    def held(self, area: Area) -> list[npt.NDArray[np.generic]]:
        """Copies of all that the cells of an area hold."""
        return [grid[self.area_window(area)].copy() for grid in self.grids]

    def put_back(self, area: Area, held: Iterable[npt.NDArray[np.generic]]) -> None:
        """Lets the cells of an area hold again what they held."""
        window = self.area_window(area)
        for grid, values in zip(self.grids, held, strict=True):
            grid[window] = values
        self.cache.clear()

    def clear(self, area: Area) -> None:
        """Makes the cells of an area blank."""
        window = self.area_window(area)
        self.kind[window], self.number[window], self.text[window] = Kind.BLANK, 0.0, None
        self.live[window], self.block[window] = 0, NO_BLOCK
        self.cache.clear()

    @property
    def grids(self) -> tuple[npt.NDArray[np.generic], ...]:
        """All arrays that have one entry per compact cell."""
        return self.kind, self.number, self.text.code, self.block, self.live, self.place, self.volatile, self.moved


_MOST_REMEMBERED = 1 << 24
_VAST = 8  # times as many cells as there are used rows and columns
_NUMBER = int(Kind.NUMBER)
_NUMERIC = (int(Kind.NUMBER), int(Kind.BOOLEAN))


def waiting_in(cells: Ints) -> list[int]:
    """The numbers of the blocks that some cells wait for, in order."""
    return [block - 1 for block in distinct(cells).tolist() if block != NO_BLOCK]


def blank_store(name: str, rows: Ints, cols: Ints, nodes: list[Node]) -> SheetStore:
    """The grid of these rows and columns with nothing in it."""
    shape = (len(rows), len(cols))
    return SheetStore(
        name,
        rows,
        cols,
        kind=np.zeros(shape, dtype=np.uint8, order="F"),
        number=np.zeros(shape, order="F"),
        text=Texts(untouched(shape, np.int32)),
        block=untouched(shape, np.int32),
        live=untouched(shape, np.int32),
        place=untouched(shape, np.int32),
        volatile=untouched(shape, np.bool_),
        moved=untouched(shape, np.bool_),
        nodes=nodes,
        row_index=Index(rows),
        col_index=Index(cols),
    )
