"""Computing one block of formulas: what it reads, what its formula gives, what its cells then hold.

A formula that reads cells which are not computed yet stops with `Missing`; whoever asked for it computes them first.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import add
from solver.compiler.lowering.closures import value_of
from solver.compiler.lowering.lower import evaluate
from solver.compiler.lowering.site import Site
from solver.compiler.ordering.cone import Cone
from solver.compiler.sheets.results import array_results, cell_results
from solver.compiler.sheets.store import NO_BLOCK, UNKNOWN, SheetStore, waiting_in
from solver.compiler.signals import Missing, Unknown, located, unknown
from solver.compiler.workspace import Workspace
from solver.errors import FormulaError, SolverError
from solver.functions.allowance import allowing
from solver.functions.information.elsewhere import Elsewhere
from solver.functions.operand import BLANK, NeedsValue, NotUniform, Operand, error
from solver.grid import MAX_COLS, MAX_ROWS, Area, Cell
from solver.values import ErrorValue, Kind, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy.typing as npt

    from solver.algebra import Node
    from solver.book.book import Book
    from solver.compiler.grouping.blocks import Block
    from solver.compiler.sheets.results import Filling
    from solver.functions.here import Reference
    from solver.functions.operand import IntArray


DEFECTS = (ArithmeticError, ValueError, TypeError, LookupError, AttributeError, AssertionError)
"""What a function raises on values that it was not made for."""


class Evaluation(Workspace, ABC):
    """A workspace whose blocks can be computed, one at a time.

    With `trust`, a formula that cannot depend on an input or a variable keeps the value stored in the file, if there
    is one. With `strict`, the first formula that cannot be computed raises FormulaError; else it is noted in
    `failures` (cell -> reason), or in `kept` if its value comes from elsewhere and the file stores one, which then
    stands. `order` lists the computed blocks as they were finished.
    """

    def __init__(
        self,
        book: Book,
        *,
        inputs: Mapping[Cell, Scalar] | None = None,
        variables: Sequence[Area] = (),
        trust: bool = False,
        strict: bool = False,
        seed: int | None = None,
    ) -> None:
        super().__init__(book, inputs=inputs, variables=variables, seed=seed)
        self.trust, self.strict = trust, strict
        self.failures: dict[Cell, str] = {}
        self.kept: dict[Cell, str] = {}
        self.order: list[Block] = []
        self._cone = Cone(self) if trust else None

    def read(self, reference: Reference) -> Operand:
        """The values in a range; Missing if some are not computed yet, #REF! outside the sheet."""
        store = self.store(reference.sheet)
        top, left, rows, cols = reference.top, reference.left, reference.rows, reference.cols
        if rows == cols == top.size == left.size == 1:
            row, col = int(top[0, 0]), int(left[0, 0])
            inside = 0 <= row < MAX_ROWS and 0 <= col < MAX_COLS
            return self.read_cell(reference.sheet, row, col) if inside else error(ErrorValue.REF)
        low, high, start, end = int(top.min()), int(top.max()), int(left.min()), int(left.max())
        if low < 0 or start < 0 or high + rows > MAX_ROWS or end + cols > MAX_COLS:
            return error(ErrorValue.REF)
        if rows > _LONG or cols > _WIDE:
            used_rows, used_cols = self.extent()
            rows, cols = max(1, min(rows, used_rows - low)), max(1, min(cols, used_cols - start))
        window = store.window(low, start, high + rows - 1, end + cols - 1)
        waiting = store.block[window]
        if waiting.size and waiting.max() != NO_BLOCK:
            self._demand(_waiting_at(store, *_places(reference, rows, cols)) if top.size + left.size > 2 else waiting)
        if store.any_volatile and store.volatile[window].any():
            self.volatile = True
        self.moved = self.moved or bool(store.moved[window].any())
        kinds = store.kind[window]
        if kinds.size and kinds.max() == UNKNOWN:
            raise unknown(store, window)
        if top.size == 1 and left.size == 1:
            return store.read_cell(low, start) if rows == 1 == cols else store.read_area(low, start, rows, cols)
        return store.read_places(*_places(reference, rows, cols))

    @abstractmethod
    def suppose(self, cell: Cell, inputs: Sequence[Cell], values: Sequence[Operand]) -> Operand:
        """The value of a cell for each cell of a block, if the inputs held these values there."""

    def read_cell(self, sheet: str, row: int, col: int) -> Operand:
        """The value of one cell, on the quickest way: most formulas read little else. Missing as in `read`."""
        store = self.store(sheet)
        r, c = store.row_index.get(row), store.col_index.get(col)
        if r is None or c is None:
            return BLANK
        if store.block[r, c] != NO_BLOCK:
            self._demand(store.block[r : r + 1, c])
        if store.any_volatile and store.volatile[r, c]:
            self.volatile = True
        if store.moved[r, c]:
            self.moved = True
        if store.kind[r, c] == UNKNOWN:
            raise unknown(store, (slice(r, r + 1), slice(c, c + 1)))
        return store.read_cell(row, col)

    def _demand(self, waiting: npt.NDArray[np.int32]) -> None:
        wanted = waiting_in(waiting)
        self.keep_stored(wanted)
        missing = [number for number in wanted if not self.done[number]]
        if missing:
            raise Missing(missing)

    def spill(self, sheet: str, row: int, col: int) -> Area | None:
        """The area that the array formula in a cell fills."""
        store = self.store(sheet)
        cell = Cell(sheet, row, col)
        for number in reversed(self.sheet_blocks[sheet]):  # pieces of a split block come after it
            block = self.blocks[number]
            if block.array and cell in block.area:
                at = store.row_index[row], store.col_index[col]
                if store.block[at] == number + 1:
                    self._demand(store.block[at].reshape(1))
                self.moved = self.moved or bool(store.moved[at])
                if not block.filling:
                    return Area.of(cell)
                return block.area if block.area.first == cell else None
        return None

    def keep_stored(self, wanted: Iterable[int]) -> None:
        """Blocks that cannot depend on a change keep their stored values, if the file has them all."""
        if self._cone is None:
            return
        for number in self._cone.at_rest(wanted):
            if not self.done[number]:
                self._rest(number)

    def _rest(self, number: int) -> bool:
        """Lets a block keep its stored values, if the file has them all; whether it does."""
        area = self.blocks[number].area
        store = self.stores[area.sheet]
        window = store.area_window(area)
        own = store.block[window] == number + 1
        if (store.kind[window][own] == Kind.BLANK).any():
            return False
        self.done[number] = True
        store.block[window][own] = NO_BLOCK
        return True

    def compute(self, number: int) -> None:
        """Computes a block; Missing if it reads what is not computed, NotUniform if its cells must be told apart."""
        try:
            self._finish(number, self.result(number))
        except (Missing, NotUniform):
            raise
        except (SolverError, Unknown, NeedsValue) as failure:
            self.fail(number, failure)
        except RecursionError:
            self.fail(number, FormulaError("the formula is nested too deeply"))
        except DEFECTS as failure:
            # a defect in one function must cost its own cell, not the workbook
            self.fail(number, FormulaError(f"cannot be computed ({type(failure).__name__}: {failure})"))

    def result(self, number: int) -> Operand:
        """What the formula of a block gives; `moved` and `volatile` then tell what it read."""
        block = self.blocks[number]
        rows, cols = block.lead
        site = Site(
            self,
            block.area.sheet,
            np.arange(block.area.top, block.area.top + rows, dtype=np.intp)[:, np.newaxis],
            np.arange(block.area.left, block.area.left + cols, dtype=np.intp)[np.newaxis, :],
            block.literals,
            array=block.array,
        )
        self.volatile = self.moved = False
        with allowing(rows * cols):
            return value_of(evaluate(block.template.parsed(), site), site)

    def _finish(self, number: int, result: Operand) -> None:
        block = self.blocks[number]
        store = self.stores[block.area.sheet]
        if block.array and not block.filling and result.shape[2:] != (1, 1):
            raise NotUniform  # each of its formulas spills
        if block.filling:
            area, kind, node, text = array_results(block, result, store, number)
            if area != block.area:
                store.clear(block.area)
                self.grow(area)
                self.blocks[number] = replace(block, area=area)
        else:
            area, kind, node, text = cell_results(block, result)
        if node.value is None:
            wiggle = self.disturbance(area)
            node = node if wiggle is None else add(node, wiggle)
        self.enter(number, (area, kind, node, text))

    def enter(self, number: int, filling: Filling) -> None:
        """Enters the values of a block, which is done then."""
        area, kind, node, text = filling
        store = self.stores[area.sheet]
        store.write(area, kind, node, text)
        self.mark(store, store.area_window(area))
        if not self.done[number]:
            self.order.append(self.blocks[number])
        self.done[number] = True

    def mark(self, store: SheetStore, window: tuple[slice | IntArray, slice | IntArray]) -> None:
        """Marks compact cells by what their formula has read."""
        if self.moved:
            store.moved[window] = True
        if self.volatile:
            store.volatile[window] = True
            store.any_volatile = True

    def disturbance(self, area: Area) -> Node | None:
        """What is added to the live numbers (rows * cols) that the formulas of an area give: nothing."""
        del area
        return None

    def fail(self, number: int, failure: Exception) -> None:
        """Computes a block in another way, or marks its cells as not computed; with `strict`, raises the failure."""
        block = self.blocks[number]
        if isinstance(failure, Elsewhere) and self._rest(number):
            self.kept.update(dict.fromkeys(block.area.cells(), str(failure)))
            return
        if self.outside(number):
            return
        if self.strict:
            raise located(block, failure)
        self.failures.update(dict.fromkeys(block.area.cells(), str(failure)))
        self.leave(number)

    def leave(self, number: int) -> None:
        """Marks the cells of a block as not known."""
        area = self.blocks[number].area
        store = self.stores[area.sheet]
        window = store.area_window(area)
        store.kind[window] = UNKNOWN
        store.block[window] = NO_BLOCK
        store.cache.clear()
        self.done[number] = True

    def outside(self, number: int) -> bool:
        """Whether a block that cannot be computed of live cells was computed in another way."""
        del number
        return False


_LONG, _WIDE = 65_536, 4_096  # ranges beyond this end at the last used cell


def _places(reference: Reference, rows: int, cols: int) -> tuple[IntArray, IntArray]:
    """Row and column numbers of so many rows and columns of a range, for each cell of a block: (R, C, rows, cols)."""
    down = reference.top[:, :, np.newaxis, np.newaxis] + np.arange(rows)[:, np.newaxis]
    return down, reference.left[:, :, np.newaxis, np.newaxis] + np.arange(cols)


def _waiting_at(store: SheetStore, down: IntArray, across: IntArray) -> npt.NDArray[np.int32]:
    """The waiting blocks of the cells in these rows and columns, where the window around them covers more."""
    rows, row_used = store.compact_rows(down)
    cols, col_used = store.compact_cols(across)
    return np.where(row_used & col_used, store.block[rows, cols], NO_BLOCK)
