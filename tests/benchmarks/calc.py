"""Plain recalculation against other programs: `python -m tests.benchmarks.calc [BOOK ...]`.

Each program opens the workbook, computes every formula and writes a copy; Formualizer only computes, since it refuses
to write sheets of this size. LibreOffice takes part where `soffice` is found, Formualizer where FORMUALIZER names the
Python of an environment that has it. LibreOffice recalculates a file of Excel's only if it is set to. Without
a workbook it is the sheet of two columns of arithmetic, one SUMIF and one VLOOKUP on 50,000 rows: 200,000 formulas.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from openpyxl import Workbook

ROWS, KEYS = 50_000, 2_000
_FORMUALIZER = "import sys, formualizer; formualizer.load_workbook(sys.argv[1]).evaluate_all()"


@dataclass(frozen=True)
class Taken:
    """Seconds by the clock and of the processor, and whether a copy was written."""

    wall: float
    cpu: float
    wrote: bool


def sheet(path: Path, rows: int = ROWS) -> Path:
    """The sheet of 4 formulas a row; formulas have no stored values, so nobody can rest on them."""
    draw = np.random.default_rng(1)
    keys, numbers = draw.integers(1, KEYS + 1, rows).tolist(), draw.random(rows).tolist()
    book = Workbook(write_only=True)
    data, table = book.create_sheet("Data"), book.create_sheet("Table")
    for row, (key, number) in enumerate(zip(keys, numbers, strict=True), start=1):
        data.append(
            [
                key,
                number,
                f"=A{row}*2+B{row}",
                f"=C{row}-B{row}/3",
                f"=SUMIF($A$1:$A${rows},A{row},$B$1:$B${rows})",
                f"=VLOOKUP(A{row},Table!$A$1:$B${KEYS},2,FALSE)",
            ]
        )
    for key, number in enumerate(draw.random(KEYS).tolist(), start=1):
        table.append([key, number])
    book.save(path)
    return path


def commands(book: Path, folder: Path) -> dict[str, list[str]]:
    """How each program that is here is asked to compute a workbook into a folder."""
    found = {
        "solver": [
            sys.executable,
            "-m",
            "solver",
            "calc",
            str(book),
            "--quiet",
            "-o",
            str(folder / "solver" / book.name),
        ]
    }
    soffice = shutil.which("soffice")
    if soffice is not None:
        profile = f"-env:UserInstallation=file://{folder}/profile"
        into = ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder / "LibreOffice")]
        found["LibreOffice"] = [soffice, profile, "--headless", *into, str(book)]
    interpreter = os.environ.get("FORMUALIZER")
    if interpreter is not None:
        found["Formualizer"] = [interpreter, "-c", _FORMUALIZER, str(book)]
    return found


def run(command: list[str], out: Path) -> Taken:
    """Runs a program to its end."""
    out.parent.mkdir(exist_ok=True)
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Taken(wall, cpu, out.exists())


def compare(book: Path, folder: Path) -> None:
    """Prints a line a program for one workbook."""
    print(f"\n{book.name}\n{'program':<14}{'wall s':>9}{'CPU s':>9}{'CPU, solver = 1':>18}")
    own = None
    for program, command in commands(book, folder).items():
        if program == "LibreOffice":  # the first start makes a profile, which is not its work
            run([*command[:3], "--terminate_after_init"], folder / "none" / "x")
        taken = run(command, folder / program / book.name)
        own = taken.cpu if own is None else own
        note = "" if taken.wrote else "   wrote nothing"
        print(f"{program:<14}{taken.wall:>9.2f}{taken.cpu:>9.2f}{taken.cpu / own:>18.1f}{note}")


def main() -> None:
    """Compares the programs on the workbooks given, or on the sheet of 200,000 formulas."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for book in [Path(argument) for argument in sys.argv[1:]] or [sheet(folder / "sheet-of-200000.xlsx")]:
            compare(book, folder)


if __name__ == "__main__":
    main()
