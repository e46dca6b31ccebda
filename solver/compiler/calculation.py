"""Computing a book: every block of formulas once, after those that it reads.

Blocks are computed on demand. A formula that reads cells which are not computed yet is put aside (`Missing`), they are
computed, and it is tried again, as Excel's own calculation chain does it; so dynamic references need no analysis
beforehand, and a chain of any length needs no recursion. Blocks that wait for each other are split into smaller ones
before they are called circular.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from solver.algebra import add
from solver.book.pause import collector_paused
from solver.compiler.assuming.outside import filled_area, recalculated_numbers
from solver.compiler.assuming.scenarios import Scenarios
from solver.compiler.assuming.supposing import supposed
from solver.compiler.evaluation import Evaluation
from solver.compiler.grouping.templates import Template
from solver.compiler.lowering.closures import value_of
from solver.compiler.lowering.lower import evaluate
from solver.compiler.lowering.site import Site, ranges
from solver.compiler.ordering.cone import Cone
from solver.compiler.ordering.iteration import held, ring_of
from solver.compiler.ordering.recurrence import recurred
from solver.compiler.ordering.strips import Strips, computed_together, strips_of
from solver.compiler.sheets.store import NO_BLOCK, UNKNOWN
from solver.compiler.signals import Missing, Unknown
from solver.errors import CircularReference, FormulaError
from solver.formula.tree import references
from solver.functions.alignment import overlaid
from solver.functions.allowance import allowing
from solver.functions.operand import NeedsValue, NotUniform, Operand
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from solver.book.book import Iteration
    from solver.compiler.lowering.site import Meaning
    from solver.grid import Area, Cell
    from solver.values import Scalar

T = TypeVar("T")


class Calculation(Evaluation):
    """An evaluation that computes itself on demand: see `Evaluation` for its settings.

    `depth` says inside how many scenarios it stands; `apart`, that every block is computed by itself.
    """

    depth = 0
    apart = False

    @cached_property
    def recalculated(self) -> list[Area]:
        """The areas of live formulas for which the book is recalculated at every point."""
        return []

    @cached_property
    def scenarios(self) -> Scenarios:
        """The same book under other assumptions."""
        return Scenarios(self)

    def again(self, inputs: Mapping[Cell, Scalar], variables: Sequence[Area]) -> Calculation:
        """The same book, to be computed with other inputs and variables."""
        seed = int(self._generator.integers(2**32))
        other = Calculation(self.book, inputs=inputs, variables=variables, trust=self.trust, seed=seed)
        other.depth = self.depth + 1
        return other

    def suppose(self, cell: Cell, inputs: Sequence[Cell], values: Sequence[Operand]) -> Operand:
        """The value of a cell for each cell of a block, if the inputs held these values there."""
        return supposed(self, cell, inputs, values)

    @cached_property
    def _strips(self) -> dict[str, dict[int, Strips]]:
        """Sheet by sheet the blocks that have others like them."""
        return {}

    @cached_property
    def _asked(self) -> dict[frozenset[int], set[int]]:
        """For each ring that may be a recurrence, the blocks that it asked for."""
        return {}

    def everything(self) -> None:
        """Computes every formula of the book."""
        self.open_all()
        self.settle([number for numbers in list(self.sheet_blocks.values()) for number in numbers])

    def require(self, areas: Iterable[Area]) -> None:
        """Computes whatever the cells of these areas need."""
        wanted: list[int] = []
        for area in areas:
            store = self.store(area.sheet)
            wanted.extend(store.waiting(store.area_window(area)))
        self.settle(wanted)

    def affected(self) -> None:
        """Computes every formula of the book that an input or a variable can reach; the others rest as stored."""
        cone = self._cone or Cone(self)
        self.settle(sorted(cone.moving()))

    def evaluate(self, text: str, at: Cell) -> Operand:
        """The value of a formula text (without `=`), as an array formula in a cell would have it."""
        return self._meant(text, at, value_of)

    def cells(self, text: str, at: Cell) -> tuple[Area, ...]:
        """The cells that a formula text (without `=`) gives in a cell; none where it gives values."""
        return self._meant(text, at, ranges)

    def _meant(self, text: str, at: Cell, taken: Callable[[Meaning, Site], T]) -> T:
        """What is taken from the result of a formula text in a cell."""
        template = Template(text, at.row, at.col)
        tree = template.parsed()
        row, col = np.array([[at.row]], dtype=np.intp), np.array([[at.col]], dtype=np.intp)
        site = Site(self, at.sheet, row, col, template.literals, array=True)
        try:
            with allowing(1):
                return taken(evaluate(tree, site), site)
        except Missing as need:
            self.settle(need.blocks)
            return self._meant(text, at, taken)
        except (Unknown, NeedsValue, NotUniform) as failure:
            raise FormulaError(str(failure), where=str(at), formula="=" + text) from None
        except RecursionError:
            raise FormulaError("the formula is nested too deeply", where=str(at)) from None

    def value(self, area: Area) -> Operand:
        """The values of an area, computed first where they are not yet: (1, 1, rows, cols).

        A cell that cannot be computed reads #UNKNOWN!; `failures` says why.
        """
        self.require([area])
        store = self.stores[area.sheet]
        found = store.read_area(area.top, area.left, area.rows, area.cols)
        missing = found.kind == UNKNOWN
        return overlaid(found, missing, np.uint8(Kind.ERROR + ErrorValue.UNKNOWN)) if missing.any() else found

    @collector_paused()
    def settle(self, wanted: Sequence[int]) -> None:
        """Computes blocks, and before each one those that it reads."""
        self.keep_stored(wanted)
        stack = [number for number in reversed(wanted) if not self.done[number]]
        waits: dict[int, list[int]] = {}  # what each block lacked when it was last tried
        while stack:
            number = stack[-1]
            if self.done[number]:
                stack.pop()
                waits.pop(number, None)
                continue
            try:
                if not self._together(number):
                    self.compute(number)
            except NotUniform:
                stack.extend(reversed(self._halved(number)))
            except Missing as need:
                waits[number] = need.blocks
                ring = self._ring(waits, number)
                stack.extend(self._break(ring) if ring else reversed(need.blocks))

    def _together(self, number: int) -> bool:
        """Whether a block was computed with others that hold its formula in other rows."""
        if self.apart:
            return False
        sheet = self.blocks[number].area.sheet
        if sheet not in self._strips:
            self._strips[sheet] = strips_of(self, sheet)
        strips = self._strips[sheet].get(number)
        return strips is not None and computed_together(self, strips)

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
        if divisible:
            pending = self._recurred(members)
            if pending is not None:
                return pending
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

    def _recurred(self, members: list[int]) -> list[int] | None:
        """A ring computed as a recurrence: the blocks to try next, or None where it is not one."""
        ring = list(dict.fromkeys([*ring_of(self, members[0]), *members]))
        asked = self._asked.setdefault(frozenset(ring), set())
        try:
            return recurred(self, ring)
        except Missing as need:
            if asked.issuperset(need.blocks):
                return None
            asked.update(need.blocks)
            return need.blocks[::-1]

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
                self._circular(ring)
                return
            if np.abs(after - before).max() < setting.delta:
                return

    def outside(self, number: int) -> bool:
        """Whether a block that cannot be computed of live cells can be by recalculating the book at every point."""
        if self.x is None:
            return False
        block = self.blocks[number]
        found = filled_area(self.scenarios, block.area, spills=block.filling)
        if found is None:
            return False
        area, kind = found
        texts = kind == Kind.TEXT
        if texts.any() and not texts.all() and block.divisible:
            raise NotUniform
        if texts.any():
            self.failures.update(dict.fromkeys(block.area.cells(), "a text that depends on a variable cell"))
            self.leave(number)
            return True
        if area != block.area:
            self.grow(area)
            self.blocks[number] = replace(block, area=area)
        node, wiggle = recalculated_numbers(self.scenarios, area, self.x), self.disturbance(area)
        kind = np.where(kind == Kind.BOOLEAN, kind, np.uint8(Kind.NUMBER))
        self.recalculated.append(area)
        self.moved = True
        self.enter(number, (area, kind, node if wiggle is None else add(node, wiggle), None))
        return True

    def _again(self, number: int) -> None:
        """Computes a block of a ring on the present values of the others."""
        try:
            self.compute(number)
        except Missing as need:
            self.settle(need.blocks)
            self._again(number)
        except NotUniform as failure:
            self.fail(number, failure)

    def _halved(self, number: int) -> list[int]:
        """The halves of a block whose cells must be told apart."""
        block = self.blocks[number]
        if block.divisible:
            return self.replace(number, block.halves())
        self.fail(number, FormulaError("its result has no definite shape"))
        return []

    def _split(self, number: int) -> list[int]:
        """A block's rows or columns as blocks of their own: across the direction in which it reads itself."""
        block = self.blocks[number]
        sideways = block.area.cols > 1 and all(
            ref.row is not None and ref.row.relative and ref.row.value == 0 and ref.row_end in (None, ref.row)
            for ref in references(block.template.parsed())
            if ref.sheet is None and ref.row is not None and ref.row.relative
        )
        return self.replace(number, block.columns() if sideways and block.area.rows > 1 else block.split())

    def _circular(self, members: list[int]) -> None:
        chain = " -> ".join(str(self.blocks[b].first) for b in [*members, members[0]])
        for member in members:
            self.fail(member, CircularReference(f"circular reference {chain}"))
