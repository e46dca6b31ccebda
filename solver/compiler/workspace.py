"""The book on the workbench: its sheets as grids, its formulas as blocks, some cells replaced and some made alive.

Sheets are opened when they are first touched. Cells that get a new value (`inputs`) or become variables are taken out
of whatever formula they hold.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import Node, variable
from solver.compiler.grouping.blocks import Block, grouping_of
from solver.compiler.lowering.names import Names
from solver.compiler.sheets.opened import sheet_store, with_room
from solver.formula.show import show
from solver.grid import Area, Cell
from solver.places import Given, Places
from solver.values import ErrorValue, Kind, Scalar, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from solver.book.book import Book
    from solver.book.contents.pivots import PivotTable
    from solver.compiler.sheets.store import SheetStore
    from solver.functions.operand import FloatArray


_DAY = 86_400.0
_EPOCH_1900, _EPOCH_1904 = 25_569, 24_107  # the serial number of 1 January 1970


class Workspace:
    """State of one calculation; `blocks` are all blocks of the sheets opened so far, `done` which are computed.

    `x` is the live vector of the variables (None without any): its elements are the cells of `variables` in order,
    each counted once (`areas` are they as given). `nodes` are the live nodes that cells point into.
    """

    def __init__(
        self,
        book: Book,
        *,
        inputs: Mapping[Cell, Scalar] | None = None,
        variables: Sequence[Area] = (),
        seed: int | None = None,
    ) -> None:
        self.book = book
        self.names = Names.of(book)
        self.date1904 = book.date1904
        self.file = Path(book.path).name
        self.inputs = Given.of(inputs)
        self.areas = tuple(variables)
        self.variables = Places.of(self.areas)
        self.x: Node | None = variable(len(self.variables)) if self.variables else None
        self.nodes: list[Node] = [] if self.x is None else [self.x]
        self.blocks: list[Block] = []
        self.done: list[bool] = []
        self.stores: dict[str, SheetStore] = {}
        self.sheet_blocks: dict[str, list[int]] = {}
        self.volatile = self.moved = False
        self._grouping = grouping_of(book)
        self._generator = np.random.default_rng(seed)
        self._extent: tuple[int, int] | None = None

    def store(self, sheet: str) -> SheetStore:
        """The grid of a sheet, made when it is first touched."""
        found = self.stores.get(sheet)
        return self._open(sheet) if found is None else found

    def open_all(self) -> None:
        """Opens every sheet."""
        for name in self.book.sheets:
            self.store(name)

    def _open(self, name: str) -> SheetStore:
        if name not in self.book.sheets:
            index, _, linked = name[1:].partition("]")
            store = self.stores[name] = sheet_store(name, self.book.externals[int(index)][linked], (), self.nodes)
            self.sheet_blocks[name] = []
            return store
        sheet = self.book.sheets[name]
        changed = self.variables.joined(self.inputs.cells).only(name)
        blocks = [piece for block in self._grouping.blocks(name) for piece in _without(block, changed)]
        extra = [block.area for block in blocks if block.filling]
        extra += [area for area in self.areas if area.sheet == name]
        store = self.stores[name] = sheet_store(name, sheet.cells, extra, self.nodes, self.inputs.cells)
        self.sheet_blocks[name] = []
        for block in blocks:
            self.add(block)
        for cell in self.inputs.others:
            if cell.sheet == name:
                self._put(store, cell)
        self._fill(store)
        self._enliven(store)
        return store

    def _fill(self, store: SheetStore) -> None:
        """Puts the given numbers into their cells of a sheet."""
        place, row, col = self.inputs.places.on(store.name)
        at = np.searchsorted(store.rows, row), np.searchsorted(store.cols, col)
        store.moved[at], store.kind[at], store.text[at] = True, Kind.NUMBER, None
        store.number[at] = self.inputs.numbers[place]

    def _put(self, store: SheetStore, cell: Cell) -> None:
        r, c = store.row_index[cell.row], store.col_index[cell.col]
        store.moved[r, c] = True
        value = self.inputs[cell]
        kind = kind_of(value)
        store.kind[r, c] = kind + value if isinstance(value, ErrorValue) else kind
        store.text[r, c] = value if isinstance(value, str) else None
        store.number[r, c] = 0.0 if value is None or isinstance(value, (str, ErrorValue)) else float(value)

    def _enliven(self, store: SheetStore) -> None:
        """Points the variable cells of a sheet into the live vector, whatever else they hold."""
        place, row, col = self.variables.on(store.name)
        if not len(place):
            return
        at = np.searchsorted(store.rows, row), np.searchsorted(store.cols, col)
        store.moved[at], store.kind[at], store.live[at], store.place[at] = True, Kind.NUMBER, 1, place
        store.any_live = True

    def add(self, block: Block) -> int:
        """Enters a block that waits to be computed; returns its number."""
        number = len(self.blocks)
        self.blocks.append(block)
        self.done.append(False)
        store = self.stores[block.area.sheet]
        store.block[store.area_window(block.area)] = number + 1
        self.sheet_blocks[block.area.sheet].append(number)
        return number

    def replace(self, number: int, pieces: Iterable[Block]) -> list[int]:
        """Puts smaller blocks in the place of one; returns their numbers."""
        self.done[number] = True
        return [self.add(piece) for piece in pieces]

    def grow(self, area: Area) -> SheetStore:
        """Makes room for the cells of an area that the file does not have yet."""
        store = self.stores[area.sheet] = with_room(self.stores[area.sheet], area)
        return store

    def extent(self) -> tuple[int, int]:
        """The used rows and columns of the whole book: where whole columns and rows end."""
        if self._extent is None:
            used = [self.book.sheets[name].cells for name in self.book.sheets]
            rows = max((int(cells.row[-1]) + 1 for cells in used if len(cells)), default=1)
            cols = max((int(cells.col.max()) + 1 for cells in used if len(cells)), default=1)
            self._extent = rows, cols
        return self._extent

    def formulas(self, area: Area) -> list[list[str | None]]:
        """The formula texts (with `=`) of an area, None where a cell has none."""
        sheet = self.book.sheets[area.sheet]
        row, col = sheet.cells.row, sheet.cells.col
        inside = (row >= area.top) & (row <= area.bottom) & (col >= area.left) & (col <= area.right)
        texts: list[list[str | None]] = [[None] * area.cols for _ in range(area.rows)]
        for at in np.flatnonzero(inside & (sheet.formula >= 0)).tolist():
            cell = Cell(area.sheet, int(row[at]), int(col[at]))
            texts[cell.row - area.top][cell.col - area.left] = self.formula(cell)
        return texts

    def formula(self, cell: Cell) -> str | None:
        """The formula text (with `=`) of a cell, None if it has none."""
        sheet = self.book.sheets[cell.sheet]
        at = sheet.cells.find(cell.row, cell.col)
        number = int(sheet.formula[at]) if at >= 0 else -1
        if number < 0:
            return None
        formula = sheet.formulas[number]
        if (formula.row, formula.col) == (cell.row, cell.col):
            return "=" + formula.text
        _, template, literals = self._grouping.templates.of(formula)
        return "=" + show(template.parsed(), cell.row, cell.col, literals)

    def hidden(self, sheet: str, rows: range, filtered_only: bool) -> list[bool]:
        """Which rows are hidden (or hidden by a filter)."""
        record = self.book.sheets[sheet]
        chosen = record.filtered_rows if filtered_only else record.hidden_rows
        return [row in chosen for row in rows]

    def pivot(self, cell: Cell) -> PivotTable | None:
        """The pivot table around a cell."""
        return next((pivot for pivot in self.book.pivots.get(cell.sheet, ()) if cell in pivot.area), None)

    def random(self, shape: tuple[int, ...]) -> FloatArray:
        """Uniform numbers in [0, 1) from the run's own generator."""
        return self._generator.random(shape)

    def now(self) -> float:
        """The serial number of this moment by the local clock, in the book's date system."""
        local = time.time() + time.localtime().tm_gmtoff
        return local / _DAY + (_EPOCH_1904 if self.date1904 else _EPOCH_1900)

    def mark_volatile(self) -> None:
        """Says that the block being computed is volatile."""
        self.volatile = True


def _without(block: Block, changed: Places) -> Iterable[Block]:
    """The block, or what is left of it when some of its cells are changed."""
    if not changed.meets(block.area):
        return (block,)
    if block.filling:
        return ()
    return [block.part(Area.of(cell)) for cell in block.area.cells() if cell not in changed]
