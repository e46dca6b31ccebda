"""Workbooks of the lesson as a person would type them, and the command that works on them."""

from __future__ import annotations

import json
import shutil
import subprocess
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner

from solver.cli.commands import main

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

TARGETS = ((1, 0, -1), (0, -1, 1))


def write(path: Path, sheets: Mapping[str, Mapping[str, Any]]) -> Path:
    """A workbook of these cells; formulas have no stored value."""
    book = openpyxl.Workbook()
    del book["Sheet"]
    for name, cells in sheets.items():
        sheet = book.create_sheet(name)
        for address, content in cells.items():
            sheet[address] = content
    book.save(path)
    return path


def put(cells: dict[str, Any], corner: str, rows: Sequence[Sequence[Any]]) -> None:
    """Enters a block of values from its first cell."""
    column, row = corner[0], int(corner[1:])
    for i, values in enumerate(rows):
        for j, value in enumerate(values):
            if value is not None:
                cells[f"{chr(ord(column) + j)}{row + i}"] = value


def three_grids(path: Path, sheet: str = "Lesson") -> Path:
    """Part 3 of the worksheet as three labelled grids without any formula: users, movies, targets."""
    cells: dict[str, Any] = {}
    put(cells, "A1", [["Users"], ["user 1", -1], ["user 2", 1]])
    put(cells, "A5", [["Movies"], ["movie 1", 0], ["movie 2", 0], ["movie 3", 0]])
    put(cells, "A10", [["Targets"], [None, "movie 1", "movie 2", "movie 3"]])
    put(cells, "A12", [["user 1", *TARGETS[0]], ["user 2", *TARGETS[1]]])
    return write(path, {sheet: cells})


def planted(rows: int, cols: int, factors: int, noise: float, known: float, seed: int) -> list[list[float | None]]:
    """A grid of targets that embeddings explain up to noise, some of them blank."""
    random = np.random.default_rng(seed)
    exact = random.normal(size=(rows, factors)) @ random.normal(size=(factors, cols)) + 3
    values = exact + noise * random.normal(size=exact.shape)
    return [[round(v, 3) if random.random() < known else None for v in row] for row in values.tolist()]


def grid_book(path: Path, targets: Sequence[Sequence[float | None]]) -> Path:
    """A workbook with nothing but a labelled grid of ratings."""
    cells: dict[str, Any] = {"A1": "Ratings"}
    put(cells, "B2", [[f"film {j + 1}" for j in range(len(targets[0]))]])
    put(cells, "A3", [[f"person {i + 1}", *row] for i, row in enumerate(targets)])
    return write(path, {"Data": cells})


def table_book(path: Path, targets: Sequence[Sequence[float | None]], seed: int = 0) -> Path:
    """The same as a long table in random order, one line a target."""
    lines = [
        [f"p{i}", 100 + j, value] for i, row in enumerate(targets) for j, value in enumerate(row) if value is not None
    ]
    Random(seed).shuffle(lines)
    cells: dict[str, Any] = {}
    put(cells, "A1", [["User", "Movie", "Rating"], *lines])
    return write(path, {"Data": cells})


def run(*arguments: object) -> tuple[int, str, str]:
    """Exit code, output and messages of the command."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def listing(*arguments: object, code: int | None = 0) -> dict[str, Any]:
    """The JSON object that the command prints, after the exit code has been looked at (any, for None)."""
    found, out, messages = run(*arguments, "--json")
    assert code in (None, found), messages
    answer: dict[str, Any] = json.loads(out)
    return answer


def refused(*arguments: object) -> str:
    """The one line with which the command refuses its input."""
    code, out, messages = run(*arguments)
    assert (code, out) == (2, "")
    assert messages.count("\n") == 1
    return messages


def libreoffice(path: Path, folder: Path) -> Any:
    """The workbook as LibreOffice recalculates it; skips without LibreOffice."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not here")
    profile = (folder / "profile").as_uri()
    command = [program, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    subprocess.run([*command, "--outdir", str(folder), str(path)], check=True, capture_output=True, timeout=180)
    return openpyxl.load_workbook(folder / path.name, data_only=True)


def address(cell: str) -> str:
    """The plain address of a cell that is printed with its sheet."""
    return cell.rpartition("!")[2].replace("$", "")


def below(sheet: Any, heading: str, rows: int) -> Any:
    """The rows of the grid under a heading."""
    at = next(cell for row in sheet.iter_rows() for cell in row if cell.value == heading)
    return sheet.iter_rows(at.row + 2, at.row + 1 + rows, at.column + 1)
