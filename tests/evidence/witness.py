"""Other spreadsheet programs as witnesses: they open a file, calculate everything anew, and save what they see."""

from __future__ import annotations

import math
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import numpy as np

from solver.book.read import read_book
from solver.grid import Cell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from solver.book.book import Book, Sheet
    from solver.values import Scalar

    Convert = Callable[[Mapping[str, bytes], Path], dict[str, Book]]

_RECALCULATE_ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode"><value>0</value></prop>
</item>
</oor:items>"""
SECONDS = 300.0


def by_libreoffice(files: Mapping[str, bytes], folder: Path) -> dict[str, Book]:
    """The files, by their names, as LibreOffice writes them after calculating; those that it cannot open are left out.

    All go through one process; those that are missing then (a crash ends the row) get one of their own.
    """
    settings = folder / "profile" / "user"
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "registrymodifications.xcu").write_text(_RECALCULATE_ALWAYS, encoding="utf-8")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    out = folder / "libreoffice"

    def convert(paths: Iterable[Path]) -> None:
        command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(out), *map(str, paths)]
        _run(command, folder)

    paths = _laid_out(files, folder)
    convert(paths.values())
    for name, path in paths.items():
        if not (out / f"{name}.xlsx").exists():
            convert([path])
    return _read(out, files)


def by_gnumeric(files: Mapping[str, bytes], folder: Path) -> dict[str, Book]:
    """The files as Gnumeric writes them after calculating; those that it cannot open are left out."""
    out = folder / "gnumeric"
    out.mkdir(parents=True, exist_ok=True)
    for name, path in _laid_out(files, folder).items():
        _run(["ssconvert", "--recalc", str(path), str(out / f"{name}.xlsx")], folder)
    return _read(out, files)


WITNESSES: dict[str, tuple[str, Convert]] = {
    "LibreOffice": ("soffice", by_libreoffice),
    "Gnumeric": ("ssconvert", by_gnumeric),
}
"""Per program its command, and how it is asked."""


def present() -> list[str]:
    """The programs that are installed."""
    return [name for name, (command, _) in WITNESSES.items() if shutil.which(command)]


def _laid_out(files: Mapping[str, bytes], folder: Path) -> dict[str, Path]:
    paths = {}
    for name, data in files.items():
        paths[name] = folder / "in" / f"{name}.xlsx"
        paths[name].parent.mkdir(exist_ok=True)
        paths[name].write_bytes(data)
    return paths


def _run(command: list[str], home: Path) -> None:
    environment = {**os.environ, "HOME": str(home)}
    try:
        subprocess.run(command, check=False, capture_output=True, timeout=SECONDS, env=environment)
    except subprocess.TimeoutExpired:
        return


def _read(out: Path, files: Mapping[str, bytes]) -> dict[str, Book]:
    return {name: read_book(out / f"{name}.xlsx") for name in files if (out / f"{name}.xlsx").exists()}


def formula_cells(sheet: Sheet) -> list[Cell]:
    """The cells of a sheet that hold a formula, in reading order."""
    at = np.flatnonzero(sheet.formula >= 0)
    rows, cols = sheet.cells.row[at].tolist(), sheet.cells.col[at].tolist()
    return [Cell(sheet.name, row, col) for row, col in zip(rows, cols, strict=True)]


def stored(book: Book, cell: Cell) -> Scalar:
    """The value that a book stores in a cell."""
    if cell.sheet not in book.sheets:
        return None
    cells = book.sheets[cell.sheet].cells
    index = cells.find(cell.row, cell.col)
    return cells.scalar(index) if index >= 0 else None


def agrees(ours: Scalar, theirs: Scalar) -> bool:
    """Whether two programs mean the same: numbers to nine digits, no text and an empty text alike."""
    if isinstance(ours, float) and isinstance(theirs, float):
        return math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-9)
    return (ours or None) == (theirs or None) if isinstance(ours, str) or isinstance(theirs, str) else ours == theirs


def differing(ours: Book, theirs: Book) -> set[Cell]:
    """The formula cells whose stored values differ between two books."""
    return {
        cell
        for name in ours.sheets
        for cell in formula_cells(ours.sheets[name])
        if not agrees(stored(ours, cell), stored(theirs, cell))
    }
