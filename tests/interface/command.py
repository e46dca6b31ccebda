"""Running the command in this process, and looking at what it said and did."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import openpyxl
from click.testing import CliRunner

from solver.cli.commands import main

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Said:
    """What a run said: its exit code and the two streams."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON object on stdout; fails when anything else is there."""
        assert self.out.endswith("\n"), self.err
        return json.loads(self.out, parse_constant=lambda word: f"not JSON: {word}")


def run(*arguments: object, debug: str = "1") -> Said:
    """Runs the command; an unforeseen error fails the test, unless `debug` is empty."""
    result = CliRunner(env={"SOLVER_DEBUG": debug}).invoke(main, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Said(result.exit_code, result.stdout, result.stderr)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder with its bytes."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def refused(folder: Path, pattern: str, *arguments: object) -> None:
    """The run ends with exit code 2 and one line on stderr, and leaves every file of the folder as it was."""
    before = contents(folder)
    said = run(*arguments)
    assert said.code == 2, said
    assert said.out == ""
    assert said.err.endswith("\n")
    assert said.err.count("\n") == 1, said.err
    assert re.fullmatch(pattern, said.err.strip()), said.err
    assert contents(folder) == before


def stored(path: Path, sheet: str, address: str) -> Any:
    """The value that a file stores in a cell, as a program sees it that does not calculate."""
    book = openpyxl.load_workbook(path, data_only=True)
    return book[sheet][address].value
