"""A sheet's cells on their way into columns: every batch is written into arrays that are there already.

So nothing is held twice, and of what is set aside for cells to come the system gives no memory before they come.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

import numpy as np

from solver.book.book import Cells, Formula, FormulaKind
from solver.book.formulas import Gathered
from solver.book.markup import is_true
from solver.book.sheets.cellvalues import columns
from solver.book.sheets.scan import RawFormula
from solver.book.texts import Texts
from solver.grid import Area, parse_area
from solver.values import Kind

if TYPE_CHECKING:
    import numpy.typing as npt

    from solver.book.sheets.cellvalues import Context
    from solver.book.sheets.scan import Batch

_TYPES: dict[str, Any] = {
    "row": np.int32,
    "col": np.int32,
    "kind": np.uint8,
    "number": np.float64,
    "text": np.int32,
    "start": np.uint32,
    "stop": np.uint32,
    "formula": np.int32,
}
_MORE = 1.05
"""Room for so many times the cells that the part holds if all of it is like what was seen of it."""


class Columns:
    """The columns of one sheet while its part of `length` bytes is read.

    Beside the values of cells stand their spans in the part and the number of their formula in `formulas`, -1 for
    none. Cells of shared formulas are noted in `shared`, beside their number, until all are known.
    """

    def __init__(self, sheet: str, context: Context, length: int) -> None:
        self._sheet, self._context, self._length = sheet, context, length
        self.clear()

    def clear(self) -> None:
        """Forgets everything, for another reading of the part."""
        span = np.uint32 if self._length <= np.iinfo(np.uint32).max else np.int64
        types = {**_TYPES, "start": span, "stop": span}
        self._arrays: dict[str, npt.NDArray[Any]] = {name: np.empty(0, type_) for name, type_ in types.items()}
        self._size = 0
        self._texts = Texts(self._arrays["text"])
        self.formulas = Gathered()
        self.shared: list[RawFormula] = []
        self.shared_at = array("q")

    def take(self, batch: Batch) -> None:
        """Adds the cells of a batch; WorkbookError names the first that holds nonsense."""
        if not batch.row:
            return
        cells = columns(batch, self._sheet, self._context)
        here = slice(self._size, self._size + len(cells))
        if here.stop > len(self._arrays["row"]):
            self._grow(int(here.stop * max(self._length / batch.stop[-1], 1.0) * _MORE))
        arrays = self._arrays
        for name in ("row", "col", "kind", "number"):
            arrays[name][here] = getattr(cells, name)
        said = np.flatnonzero(cells.kind == Kind.TEXT)
        if len(said):
            arrays["text"][self._size + said] = self._texts.numbers(cells.text[said].tolist())
        arrays["start"][here], arrays["stop"][here], arrays["formula"][here] = batch.start, batch.stop, -1
        self._take_formulas(batch)
        self._size = here.stop

    def _take_formulas(self, batch: Batch) -> None:
        formula = self._arrays["formula"]
        plain = [(index, text) for index, text in batch.formulas if isinstance(text, str) and text]
        numbers = np.arange(len(self.formulas), len(self.formulas) + len(plain))
        formula[[self._size + index for index, _ in plain]] = numbers
        self.formulas.extend(
            [bare(text) for _, text in plain],
            [batch.row[index] for index, _ in plain],
            [batch.col[index] for index, _ in plain],
        )
        for index, found in batch.formulas:
            if not isinstance(found, RawFormula):
                continue
            if found.attributes.get("t") == "shared":
                self.shared.append(found)
                self.shared_at.append(self._size + index)
                continue
            made = self._formula(found, batch.row[index], batch.col[index], batch.attributes[index].cm)
            if made.text:
                formula[self._size + index] = len(self.formulas)
                self.formulas.add(made)

    def _formula(self, found: RawFormula, row: int, col: int, cm: int) -> Formula:
        """A formula that is neither plain nor shared."""
        attributes, type_ = found.attributes, found.attributes.get("t")
        if type_ not in ("array", "dataTable"):
            return Formula(bare(found.text), row, col)
        area = stated_area(self._sheet, attributes.get("ref", ""), row, col)
        if type_ == "dataTable":
            return Formula(_what_if(attributes), row, col, FormulaKind.TABLE, area)
        kind = FormulaKind.DYNAMIC if cm in self._context.dynamic else FormulaKind.ARRAY
        return Formula(bare(found.text), row, col, kind, area)

    def _grow(self, room: int) -> None:
        for name, old in self._arrays.items():
            new = np.zeros(room, old.dtype)
            new[: self._size] = old[: self._size]
            self._arrays[name] = new

    def column(self, name: str) -> npt.NDArray[Any]:
        """One column as far as it is filled: row, col, kind, number, start, stop or formula."""
        return self._arrays[name][: self._size]

    def cells(self) -> Cells:
        """The columns of values."""
        row, col, kind, number = (self.column(name) for name in ("row", "col", "kind", "number"))
        return Cells(row, col, kind, number, self._texts.over(self.column("text")))


def bare(text: str) -> str:
    """A formula without the `=` that some programs store."""
    return text[1:] if text.startswith("=") else text


def stated_area(sheet: str, reference: str, row: int, col: int) -> Area:
    """The area that an `<f>` states, or the cell alone where it states none."""
    return parse_area(sheet, reference) or Area(sheet, row, col, row, col)


def _what_if(attributes: dict[str, str]) -> str:
    """The formula that Excel shows for a what-if table: the row input cell, then the column input cell."""
    first, second = attributes.get("r1", ""), attributes.get("r2", "")
    if is_true(attributes.get("dt2D", "0")):
        return f"TABLE({first},{second})"
    return f"TABLE({first},)" if is_true(attributes.get("dtr", "0")) else f"TABLE(,{first})"
