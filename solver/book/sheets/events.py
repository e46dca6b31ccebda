"""The rows of a sheet by expat's events: slower than tokens, and right for every XML that says the same thing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from solver.book.markup import MAIN, OPEN_TAG, STRICT, is_true, run_parser, safe_parser
from solver.book.sheets.scan import Batch, CellAttributes, Frame, RawFormula, Rows, frame_of
from solver.errors import WorkbookError
from solver.grid import column_number

if TYPE_CHECKING:
    from solver.book.sheets.columns import Columns

_BATCH = 20_000
_ADDRESS = re.compile(r"([A-Za-z]{1,3})([0-9]{1,10})\Z")
_NAMES = ("sheetData", "row", "c", "f", "v", "is", "t", "rPh")


def scan_events(content: bytes, part: str, columns: Columns) -> tuple[Frame, Rows]:
    """Does what `solver.book.sheets.scan.scan` does, for any well-formed sheet; holds all of it meanwhile."""
    reader = _Reader(content, part)
    parser = safe_parser()

    def begin(name: str, attributes: dict[str, str]) -> None:
        role = _ROLES.get(name)
        if role is not None:
            reader.begin(role, attributes, parser.CurrentByteIndex)

    def finish(name: str) -> None:
        role = _ROLES.get(name)
        if role is not None:
            reader.finish(role, parser.CurrentByteIndex)
            if role == "row" and len(reader.batch.row) >= _BATCH:
                columns.take(reader.batch)
                reader.batch = Batch()

    def characters(text: str) -> None:
        if reader.collecting:
            reader.texts.append(text)

    parser.StartElementHandler = begin
    parser.EndElementHandler = finish
    parser.CharacterDataHandler = characters
    run_parser(parser, content, part)
    columns.take(reader.batch)
    if reader.data is None:
        raise WorkbookError(f"the part {part} holds no rows element", hint="the file is damaged")
    return frame_of(content, part, *reader.data), reader.rows


_ROLES = {f"{space} {name}": name for space in (MAIN, STRICT) for name in _NAMES}


class _Reader:
    """The state between two events."""

    def __init__(self, content: bytes, part: str) -> None:
        self.content, self.part = content, part
        self.batch, self.rows = Batch(), Rows()
        self.data: tuple[int, int, int, int] | None = None
        self.starts: list[tuple[str, int, int]] = []  # open elements: role, start, end of the open tag
        self.row = self.col = -1
        self.texts: list[str] = []
        self.collecting = False
        self.phonetic = self.inline = False
        self.cell_row = -1
        self.attributes: dict[str, str] = {}
        self.value: list[str] = []
        self.formula: RawFormula | None = None

    def begin(self, role: str, attributes: dict[str, str], at: int) -> None:
        tag = OPEN_TAG.match(self.content, at)
        self.starts.append((role, at, tag.end() if tag else at))
        if len(self.starts) > len(_NAMES):
            raise WorkbookError(f"the part {self.part} is nested too deeply", hint="do not trust this file")
        if role == "row":
            self.row = self._row_number(attributes.get("r"))
            self.col = -1
            self.rows.number.append(self.row)
            if is_true(attributes.get("hidden", "0")):
                self.rows.hidden.append(self.row)
        elif role == "c":
            self.cell_row, self.col = self._address(attributes.get("r"))
            self.attributes, self.value, self.formula, self.inline = attributes, [], None, False
        elif role == "f":
            self.formula = RawFormula("", attributes)
            self.texts, self.collecting = [], True
        elif role == "v" or (role == "t" and not self.phonetic):
            if role == "v":
                self.value = []  # of several the last counts
            self.texts, self.collecting = [], True
        elif role == "is":
            self.inline = True
        elif role == "rPh":
            self.phonetic = True

    def finish(self, role: str, at: int) -> None:
        _, start, inner = self.starts.pop()
        close = stop = inner
        if self.content[inner - 2 : inner] != b"/>":
            close = at
            stop = self.content.index(b">", at) + 1
        if role == "sheetData":
            self.data = (start, inner, close, stop)
        elif role == "row":
            for column, offset in zip(
                (self.rows.start, self.rows.inner, self.rows.close, self.rows.stop),
                (start, inner, close, stop),
                strict=True,
            ):
                column.append(offset)
        elif role == "c":
            self._cell(start, stop)
        elif role == "f" and self.formula is not None:
            self.formula = RawFormula("".join(self.texts), self.formula.attributes)
            self.collecting = False
        elif role in ("v", "t") and self.collecting:
            self.value += self.texts
            self.collecting = False
        elif role == "rPh":
            self.phonetic = False

    def _cell(self, start: int, stop: int) -> None:
        if len(self.starts) != 2:  # a `<c>` elsewhere than in a row
            return
        batch, get = self.batch, self.attributes.get
        type_ = get("t", "n")
        if type_ == "inlineStr" and not self.inline:
            type_ = "n"
        if self.formula is not None:
            batch.formulas.append((len(batch.row), self.formula if self.formula.attributes else self.formula.text))
        batch.start.append(start)
        batch.stop.append(stop)
        batch.row.append(self.cell_row)
        batch.col.append(self.col)
        batch.attributes.append(CellAttributes(type_, _integer(get("cm")), _integer(get("vm"))))
        batch.value.append("".join(self.value))

    def _row_number(self, text: str | None) -> int:
        if text is None:
            return self.row + 1
        if not text.strip().isdecimal() or int(text) < 1:
            raise WorkbookError(f"the part {self.part} has a row of number {text!r}", hint="the file is damaged")
        return int(text) - 1

    def _address(self, text: str | None) -> tuple[int, int]:
        if text is None:
            return self.row, self.col + 1
        match = _ADDRESS.match(text.strip())
        if match is None or int(match[2]) < 1:
            raise WorkbookError(f"the part {self.part} has a cell of address {text!r}", hint="the file is damaged")
        return int(match[2]) - 1, column_number(match[1])


def _integer(text: str | None) -> int:
    return int(text) if text is not None and text.strip().isdecimal() else 0
