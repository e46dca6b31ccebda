"""LibreOffice's solver on one workbook, driven from outside: `PYTHON_WITH_UNO libreoffice.py SOFFICE BOOK LIMIT TASK`.

TASK is JSON: the objective and the variables as (sheet, row, column) counted from 0, `maximize`, `linear`, `positive`
and the constraints as (left cell, relation, right cell). It starts an office of its own with a profile of
its own, loads the workbook, solves it, stores a copy, and prints the seconds of all that and the objective as JSON.
After LIMIT seconds the office is ended, and this with an error.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer
from typing import Any

_RELATIONS = {"<=": "LESS_EQUAL", "=": "EQUAL", ">=": "GREATER_EQUAL"}
_ENGINES = {True: "com.sun.star.comp.Calc.LpsolveSolver", False: "com.sun.star.comp.Calc.SwarmSolver"}


def main() -> None:
    """Prints what was found."""
    office, book, limit, task = sys.argv[1:]
    with TemporaryDirectory() as folder:
        began = time.perf_counter()
        pipe = f"solver-{Path(folder).name}"
        command = [office, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--norestore"]
        child = subprocess.Popen(
            [*command, f"--accept=pipe,name={pipe};urp;"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # the office is a grandchild, which ends with its group alone
        )
        timer = Timer(float(limit), os.killpg, (child.pid, signal.SIGKILL))
        timer.start()
        try:
            own = shutil.copy(book, folder)  # an office locks what it opens
            value = _solved(_connected(pipe, child), own, Path(folder) / "solved.xlsx", json.loads(task))
            print(json.dumps([time.perf_counter() - began, value]))
        finally:
            timer.cancel()
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def _connected(pipe: str, child: subprocess.Popen[bytes]) -> Any:
    """The component context of the office that listens to a pipe."""
    import uno  # type: ignore[import-not-found]  # there in LibreOffice's Python alone

    def asked() -> Any:
        from com.sun.star.connection import NoConnectException  # type: ignore[import-not-found]  # made by uno

        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            return None

    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    while (context := asked()) is None:
        if child.poll() is not None:
            raise RuntimeError("the office ended")
        time.sleep(0.1)
    return context


def _solved(context: Any, book: str, target: Path, task: dict[str, Any]) -> float:
    """The objective where LibreOffice's solver ends; its values stand in the copy."""
    import uno

    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    hidden = uno.createUnoStruct("com.sun.star.beans.PropertyValue", Name="Hidden", Value=True)
    document = desktop.loadComponentFromURL(Path(book).as_uri(), "_blank", 0, (hidden,))
    names = document.Sheets.ElementNames

    def address(cell: list[Any]) -> Any:
        sheet, row, column = cell
        place = uno.createUnoStruct("com.sun.star.table.CellAddress")
        place.Sheet, place.Row, place.Column = names.index(sheet), row, column
        return place

    def constraint(left: list[Any], relation: str, right: list[Any]) -> Any:
        made = uno.createUnoStruct("com.sun.star.sheet.SolverConstraint")
        made.Left = address(left)
        made.Operator = uno.Enum("com.sun.star.sheet.SolverConstraintOperator", _RELATIONS[relation])
        made.Right = address(right)
        return made

    solver = context.ServiceManager.createInstanceWithContext(_ENGINES[task["linear"]], context)
    solver.Document, solver.Objective, solver.Maximize = document, address(task["objective"]), task["maximize"]
    solver.Variables = tuple(map(address, task["variables"]))
    solver.Constraints = tuple(constraint(*each) for each in task["constraints"])
    solver.setPropertyValue("NonNegative", task["positive"])
    if not task["linear"]:
        solver.setPropertyValue("Timeout", 30_000)
    solver.solve()
    for cell, value in zip(task["variables"], solver.Solution, strict=True):
        document.Sheets.getByName(cell[0]).getCellByPosition(cell[2], cell[1]).Value = value
    kind = uno.createUnoStruct("com.sun.star.beans.PropertyValue", Name="FilterName", Value="Calc MS Excel 2007 XML")
    document.storeToURL(target.as_uri(), (kind,))
    sheet, row, column = task["objective"]
    return float(document.Sheets.getByName(sheet).getCellByPosition(column, row).Value)


if __name__ == "__main__":
    main()
