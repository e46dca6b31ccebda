"""A table that shows that solving changes nothing else: `python -m tests.evidence.lossless [NAME ...]`.

Every workbook of ../shared/real and of the made family is solved; per file the table says how many parts it has, how
many the solve changed, how many bytes changed that were none of the edits, whether openpyxl opens it where it opened
the original, and how many formula cells another program sees otherwise once it has calculated everything. Cells that
program sees otherwise in the original already are its own affair and are counted apart.
"""

from __future__ import annotations

import io
import sys
import tempfile
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click
import openpyxl

from solver.book.patch import patch
from solver.book.read import read_book
from solver.errors import SolverError
from solver.grid import Cell, column_letters
from solver.model.recall import recall
from solver.pipeline import Request, computed, edits_of, fresh_values, recomputed, solve_model
from solver.values import Kind
from tests.book.family import MEMBERS
from tests.conftest import SHARED
from tests.evidence.outside import Difference, difference
from tests.evidence.schema import complaints
from tests.evidence.witness import WITNESSES, differing, formula_cells, present

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solver.book.book import Book, Edits
    from solver.values import Scalar
    from tests.evidence.witness import Convert

SECONDS = 2.0
"""How long each model of a real file is solved; any point will do here."""


@dataclass
class Solved:
    """A file before and after, with what was to change in it."""

    before: Book
    data: bytes
    edits: Edits
    how: str
    left: frozenset[Cell]
    volatile: frozenset[Cell]
    difference: Difference
    complaints: list[str]
    opens: str
    seen: dict[str, str] = field(default_factory=dict)


def solved(data: bytes, seconds: float = SECONDS) -> Solved:
    """A file with all its models solved one after the other; where none can be, with other numbers in a few cells."""
    before = read_book(data)
    answers, fitted, how = [], {}, "solved"
    for model in recall(before).values():
        try:
            answer = solve_model(before, model, Request(time_limit=seconds), fitted)
        except SolverError:
            continue
        if answer.keeps:
            answers.append(answer)
            fitted.update(answer.values)
    edits, _, left = edits_of(before, answers)
    if not answers:
        how = "edited"
        after = recomputed(before, _nudged(before))
        edits, left = fresh_values(after), sorted(after.failures)
    new = patch(before, edits)
    touched = {
        tab.part: {
            f"{column_letters(col)}{row + 1}"
            for row, col in zip(edits.values[tab.name].row.tolist(), edits.values[tab.name].col.tolist(), strict=True)
        }
        for tab in before.parts.workbook.tabs
        if tab.name in edits.values
    }
    freed = {
        tab.part: {f"{column_letters(col)}{row + 1}" for row, col in edits.formulas[tab.name]}
        for tab in before.parts.workbook.tabs
        if tab.name in edits.formulas
    }
    return Solved(
        before,
        new,
        edits,
        how,
        frozenset(left),
        _volatile(before),
        difference(data, new, touched, freed),
        complaints(data, new),
        _opens(data) + "/" + _opens(new),
    )


def _nudged(book: Book) -> dict[Cell, Scalar]:
    """Three numbers a sheet that no formula makes, one hundredth larger."""
    found: dict[Cell, Scalar] = {}
    for name, sheet in book.sheets.items():
        for k in ((sheet.cells.kind == Kind.NUMBER) & (sheet.formula < 0)).nonzero()[0][:3]:
            found[Cell(name, int(sheet.cells.row[k]), int(sheet.cells.col[k]))] = float(sheet.cells.number[k]) * 1.01
    return found


def _volatile(book: Book) -> frozenset[Cell]:
    """The formula cells whose value is another each time."""
    found = []
    calculation = computed(book)
    for name, sheet in book.sheets.items():
        store = calculation.store(name)
        found += [
            cell
            for cell in formula_cells(sheet)
            if store.volatile[store.row_index[cell.row], store.col_index[cell.col]]
        ]
    return frozenset(found)


def _opens(data: bytes) -> str:
    """Whether openpyxl can open a file, whose own exceptions are of every kind."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            openpyxl.load_workbook(io.BytesIO(data))
        except Exception:  # noqa: BLE001  what another program throws cannot be listed
            return "no"
    return "yes"


def ask(files: Mapping[str, Solved], folder: Path, *, originals: bool = True) -> None:
    """Lets the installed programs look at all files, and if asked at their originals, and notes what they see."""
    for program in present():
        _, convert = WITNESSES[program]
        for name, theirs in _asked(files, folder / program, convert, originals).items():
            files[name].seen[program] = theirs


def _asked(files: Mapping[str, Solved], folder: Path, convert: Convert, originals: bool) -> dict[str, str]:
    folder.mkdir(parents=True)
    old = {f"{name}-old": each.before.archive.data for name, each in files.items() if originals}
    found = convert(old | {f"{name}-new": each.data for name, each in files.items()}, folder)
    result = {}
    for name, each in files.items():
        old_book, new_book = found.get(f"{name}-old"), found.get(f"{name}-new")
        if new_book is None:
            result[name] = "cannot open" + (" the original either" if old_book is None else "")
            continue
        after = read_book(each.data)
        otherwise = differing(after, new_book) - each.left - each.volatile
        own = differing(each.before, old_book) if old_book is not None else set()
        total = sum(len(formula_cells(sheet)) for sheet in after.sheets.values()) - len(each.volatile)
        theirs = otherwise & own
        result[name] = f"{total - len(otherwise)}/{total}" + (f" ({len(theirs)} theirs)" if theirs else "")
        if otherwise - own:
            places = ", ".join(map(str, sorted(otherwise - own)[:3]))
            result[name] += f" DIFFER {len(otherwise - own)}: {places}"
    return result


def files() -> dict[str, bytes]:
    """The real workbooks and the made family by their names."""
    real = sorted((SHARED / "real").glob("*.xls[xm]"))
    return {path.stem: path.read_bytes() for path in real} | {name: each.make() for name, each in MEMBERS.items()}


def main(chosen: list[str]) -> None:
    """Prints the table."""
    wanted = {name: data for name, data in files().items() if not chosen or any(word in name for word in chosen)}
    results = {}
    for name, data in wanted.items():
        results[name] = solved(data)
    with tempfile.TemporaryDirectory() as folder:
        ask(results, Path(folder))
    programs = present()
    click.echo(f"{'file':58} {'how':6} parts changed outside order openpyxl " + " ".join(f"{p:22}" for p in programs))
    for name, each in results.items():
        seen = " ".join(f"{each.seen[program]:22}" for program in programs)
        found = each.difference
        click.echo(
            f"{name[:58]:58} {each.how:6} {found.parts:5} {len(found.changed):7} {found.outside:7} "
            f"{len(each.complaints):5} {each.opens:8} {seen}"
        )
        for complaint in each.complaints:
            click.echo(f"     {complaint}")
    click.echo(
        f"{len(results)} files, {sum(each.difference.outside for each in results.values())} bytes outside the edits"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
