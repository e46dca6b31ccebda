"""Computing a book: every block of formulas once, after those that it reads.

Blocks are computed on demand. A formula that reads cells which are not computed yet is put aside (`Missing`), they are
computed, and it is tried again, as Excel's own calculation chain does it; so dynamic references need no analysis
beforehand, and a chain of any length needs no recursion. Blocks that wait for each other are split into smaller ones
before they are called circular.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from solver.compiler.blocks import Block, Template
from solver.compiler.cone import Cone
from solver.compiler.iteration import held, ring_of
from solver.compiler.lower import evaluate, value_of
from solver.compiler.results import array_results, cell_results
from solver.compiler.signals import Missing, Unknown, located, unknown
from solver.compiler.site import Site
from solver.compiler.store import NO_BLOCK, UNKNOWN, SheetStore
from solver.compiler.workspace import Workspace
from solver.errors import CircularReference, FormulaError, SolverError
from solver.formula.tree import references
from solver.functions.elsewhere import Elsewhere
from solver.functions.operand import NeedsValue, NotUniform, Operand, error
from solver.grid import MAX_COLS, MAX_ROWS, Area, Cell
from solver.values import ErrorValue, Kind, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy.typing as npt

    from solver.algebra import Node
    from solver.book.book import Book, Iteration
    from solver.functions.here import Reference


class Calculation(Workspace):
    """A workspace that computes itself on demand.

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

    def everything(self) -> None:
        """Computes every formula of the book."""
        self.open_all()
        self.settle([number for numbers in list(self.sheet_blocks.values()) for number in numbers])

    def require(self, areas: Iterable[Area]) -> None:
        """Computes whatever the cells of these areas need."""
        wanted: list[int] = []
        for area in areas:
            store = self.store(area.sheet)
            wanted.extend(np.unique(store.block[store.area_window(area)]).tolist())
        self.settle([number for number in wanted if number != NO_BLOCK])

    def affected(self) -> None:
        """Computes every formula of the book that an input or a variable can reach; the others rest as stored."""
        cone = self._cone or Cone(self)
        self.settle(sorted(cone.moving()))

    def evaluate(self, text: str, at: Cell) -> Operand:
        """The value of a formula text (without `=`), as an array formula in a cell would have it."""
        template = Template(text, at.row, at.col)
        tree = template.parsed()
        row, col = np.array([[at.row]], dtype=np.intp), np.array([[at.col]], dtype=np.intp)
        site = Site(self, at.sheet, row, col, template.literals, array=True)
        try:
            return value_of(evaluate(tree, site), site)
        except Missing as need:
            self.settle(need.blocks)
            return self.evaluate(text, at)
        except (Unknown, NeedsValue, NotUniform) as failure:
            raise FormulaError(str(failure), where=str(at), formula="=" + text) from None

    def value(self, area: Area) -> Operand:
        """The values of an area, computed first where they are not yet: (1, 1, rows, cols)."""
        self.require([area])
        store = self.stores[area.sheet]
        return store.read_area(area.top, area.left, area.rows, area.cols)

    def read(self, reference: Reference) -> Operand:
        """The values in a range; Missing if some are not computed yet, #REF! outside the sheet."""
        store = self.store(reference.sheet)
        top, left, rows, cols = reference.top, reference.left, reference.rows, reference.cols
        low, high, start, end = int(top.min()), int(top.max()), int(left.min()), int(left.max())
        if low < 0 or start < 0 or high + rows > MAX_ROWS or end + cols > MAX_COLS:
            return error(ErrorValue.REF)
        if rows > _LONG or cols > _WIDE:
            used_rows, used_cols = self.extent()
            rows, cols = max(1, min(rows, used_rows - low)), max(1, min(cols, used_cols - start))
        window = store.window(low, start, high + rows - 1, end + cols - 1)
        waiting = store.block[window]
        if waiting.size and waiting.max() != NO_BLOCK:
            self._demand(_really_read(store, reference) if top.size + left.size > 2 else waiting)
        if store.any_volatile and store.volatile[window].any():
            self.volatile = True
        self.moved = self.moved or bool(store.moved[window].any())
        kinds = store.kind[window]
        if kinds.size and kinds.max() == UNKNOWN:
            raise unknown(store, window)
        if top.size == 1 and left.size == 1:
            return store.read_cell(low, start) if rows == 1 == cols else store.read_area(low, start, rows, cols)
        down = top[:, :, np.newaxis, np.newaxis] + np.arange(rows)[:, np.newaxis]
        across = left[:, :, np.newaxis, np.newaxis] + np.arange(cols)
        return store.read_places(down, across)

    def _demand(self, waiting: npt.NDArray[np.int32]) -> None:
        wanted = [number for number in np.unique(waiting).tolist() if number != NO_BLOCK]
        self._keep_stored(wanted)
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
                if store.block[store.row_index[row], store.col_index[col]] == number:
                    self._demand(np.array([number], dtype=np.int32))
                self.moved = self.moved or bool(store.moved[store.row_index[row], store.col_index[col]])
                if not block.filling:
                    return Area.of(cell)
                return block.area if block.area.first == cell else None
        return None

    def settle(self, wanted: Sequence[int]) -> None:
        """Computes blocks, and before each one those that it reads."""
        self._keep_stored(wanted)
        stack = [number for number in reversed(wanted) if not self.done[number]]
        waits: dict[int, list[int]] = {}  # what each block lacked when it was last tried
        while stack:
            number = stack[-1]
            if self.done[number]:
                stack.pop()
                waits.pop(number, None)
                continue
            try:
                self._compute(number)
            except NotUniform:
                stack.extend(reversed(self._split(number)))
            except Missing as need:
                waits[number] = need.blocks
                ring = self._ring(waits, number)
                stack.extend(self._break(ring) if ring else reversed(need.blocks))

    def _ring(self, waits: Mapping[int, list[int]], number: int) -> list[int]:
        """The blocks by which a block waits for itself, from what it lacks to itself; empty if it does not."""
        readers = {block: number for block in waits[number] if block in waits}
        pending = list(readers)
        while pending and number not in readers:
            block = pending.pop()
            for other in waits.get(block, ()):
                if other not in readers and not self.done[other]:
                    readers[other] = block
                    pending.append(other)
        if number not in readers:
            return []
        chain = [number]
        while readers[chain[-1]] != number:
            chain.append(readers[chain[-1]])
        return chain[::-1]

    def _break(self, members: list[int]) -> list[int]:
        """A ring of waiting blocks: smaller blocks to try instead, or the verdict that it is circular."""
        divisible = [member for member in members if self.blocks[member].divisible]
        if not divisible and self.book.iterate is not None:
            members = ring_of(self, members[0])
            divisible = [member for member in members if self.blocks[member].divisible]
            if not divisible:
                self._iterate(members, self.book.iterate)
                return []
        if not divisible:
            self._circular(members)
            return []
        return [piece for member in divisible for piece in reversed(self._split(member))]

    def _iterate(self, ring: list[int], setting: Iteration) -> None:
        """Computes a ring pass by pass from what its cells hold, until it settles or the passes are used up."""
        for number in ring:  # from now on its cells can be read
            area = self.blocks[number].area
            store = self.stores[area.sheet]
            store.block[store.area_window(area)] = NO_BLOCK
            store.cache.clear()
        for _ in range(setting.count):
            before = held(self, ring)
            for number in ring:
                self._again(number)
            after = held(self, ring)
            if np.isnan(after).any():  # a live ring: whether it settles depends on the variables
                return self._circular(ring)
            if np.abs(after - before).max() < setting.delta:
                return None
        return None

    def _again(self, number: int) -> None:
        """Computes a block of a ring on the present values of the others."""
        try:
            self._compute(number)
        except Missing as need:
            self.settle(need.blocks)
            self._again(number)
        except NotUniform as failure:
            self._fail(number, failure)

    def _split(self, number: int) -> list[int]:
        """A block's rows or columns as blocks of their own: across the direction in which it reads itself."""
        block = self.blocks[number]
        if not block.divisible:
            self._fail(number, FormulaError("its result has no definite shape"))
            return []
        sideways = block.area.cols > 1 and all(
            ref.row is not None and ref.row.relative and ref.row.value == 0 and ref.row_end in (None, ref.row)
            for ref in references(block.template.parsed())
            if ref.sheet is None and ref.row is not None and ref.row.relative
        )
        return self.replace(number, block.columns() if sideways and block.area.rows > 1 else block.split())

    def _keep_stored(self, wanted: Iterable[int]) -> None:
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
        own = store.block[window] == number
        if (store.kind[window][own] == Kind.BLANK).any():
            return False
        self.done[number] = True
        store.block[window][own] = NO_BLOCK
        return True

    def _compute(self, number: int) -> None:
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
        try:
            self._finish(number, value_of(evaluate(block.template.parsed(), site), site))
        except (Missing, NotUniform):
            raise
        except (SolverError, Unknown, NeedsValue) as failure:
            self._fail(number, failure)
        except RecursionError:
            self._fail(number, FormulaError("the formula is nested too deeply"))
        except (ArithmeticError, ValueError, TypeError, LookupError, AttributeError, AssertionError) as failure:
            # a defect in one function must cost its own cell, not the workbook
            self._fail(number, FormulaError(f"cannot be computed ({type(failure).__name__}: {failure})"))

    def _finish(self, number: int, result: Operand) -> None:
        block = self.blocks[number]
        store = self.stores[block.area.sheet]
        if block.array and not block.filling and result.shape[2:] != (1, 1):
            raise NotUniform  # each of its formulas spills
        if block.filling:
            area, kind, node, text = array_results(block, result, store, number)
            if area != block.area:
                store.clear(block.area)
                store = self.grow(area)
                block = self.blocks[number] = replace(block, area=area)
        else:
            area, kind, node, text = cell_results(block, result)
        store.write(area, kind, self.passed(area, node), text)
        store.moved[store.area_window(area)] |= self.moved
        if self.volatile:
            store.volatile[store.area_window(area)] = True
            store.any_volatile = True
        if not self.done[number]:
            self.order.append(block)
        self.done[number] = True

    def passed(self, area: Area, node: Node) -> Node:
        """What readers of an area shall see of its computed numbers (rows, cols): the numbers themselves."""
        del area
        return node

    def _fail(self, number: int, failure: Exception) -> None:
        block = self.blocks[number]
        if isinstance(failure, Elsewhere) and self._rest(number):
            self.kept.update(dict.fromkeys(block.area.cells(), str(failure)))
            return
        if self.strict:
            raise located(block, failure)
        self.failures.update(dict.fromkeys(block.area.cells(), str(failure)))
        store = self.stores[block.area.sheet]
        window = store.area_window(block.area)
        store.kind[window] = UNKNOWN
        store.block[window] = NO_BLOCK
        store.cache.clear()
        self.done[number] = True

    def _circular(self, members: list[int]) -> None:
        chain = " -> ".join(str(self.blocks[b].first) for b in [*members, members[0]])
        for member in members:
            self._fail(member, CircularReference(f"circular reference {chain}"))


_LONG, _WIDE = 65_536, 4_096  # ranges beyond this end at the last used cell


def _really_read(store: SheetStore, reference: Reference) -> npt.NDArray[np.int32]:
    """The waiting blocks of the cells that are really read, where the window around them covers more."""
    down = reference.top[:, :, np.newaxis, np.newaxis] + np.arange(reference.rows)[:, np.newaxis]
    across = reference.left[:, :, np.newaxis, np.newaxis] + np.arange(reference.cols)
    rows, row_used = store.compact_rows(down)
    cols, col_used = store.compact_cols(across)
    return np.where(row_used & col_used, store.block[rows, cols], NO_BLOCK)
