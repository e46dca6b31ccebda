"""Workbooks whose search takes long: sets that cover, waves with many fits, prices by steps, a tour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.grid import column_letters
from tests.benchmarks.books import cached
from tests.benchmarks.workbook import SolverModel, Stored, write_workbook

if TYPE_CHECKING:
    from pathlib import Path

    Sheet = list[list[float | str | Stored | None]]


def covering(rows: int, sets: int) -> Path:
    """The cheapest sets that hold every row: whole numbers, and linear programs within the search that take long."""

    def make(path: Path) -> None:
        rng = np.random.default_rng(7)
        cost = rng.integers(1, 50, sets).tolist()
        holding = rng.random((rows, sets)) < max(0.01, 3 / sets)
        holding[np.arange(rows), rng.integers(0, sets, rows)] = True
        sheet: Sheet = [[1.0, float(price), None] for price in cost]
        for row, places in enumerate(holding):
            text = "=" + "+".join(f"A{place + 1}" for place in np.flatnonzero(places))
            sheet[row].append(Stored(text, float(places.sum())))
        total = f"=SUMPRODUCT(A1:A{sets},B1:B{sets})"
        sheet[0].append(Stored(total, float(sum(cost))))
        constraints = [(f"Sets!$D$1:$D${rows}", 3, "1"), (f"Sets!$A$1:$A${sets}", 5, "binary")]
        model = SolverModel("Sets", "Sets!$E$1", [f"Sets!$A$1:$A${sets}"], engine=2, constraints=constraints)
        write_workbook(path, {"Sets": sheet}, model)

    return cached(f"covering-{rows}-{sets}", make)


def waves(rows: int, count: int) -> Path:
    """A sum of waves of unknown height, length and phase, fitted to noisy data: a great many bad fits."""

    def make(path: Path) -> None:
        rng = np.random.default_rng(11)
        time = np.linspace(0, 10, rows).round(4)
        height, pace, phase = rng.uniform(1, 3, count), rng.uniform(1, 9, count), rng.uniform(0, 6, count)
        seen = (height * np.sin(np.outer(time, pace) + phase)).sum(axis=1) + rng.normal(0, 0.3, rows)
        sheet: Sheet = []
        for row, (t, value) in enumerate(zip(time.tolist(), seen.round(4).tolist(), strict=True), start=1):
            terms = "+".join(f"$D${k}*SIN($E${k}*A{row}+$F${k})" for k in range(1, count + 1))
            sheet.append([t, value, f"={terms}", *([1.0, float(row), 0.0] if row <= count else [])])
        sheet[0] += [None, f"=SUMXMY2(B1:B{rows},C1:C{rows})"]
        area = f"Waves!$D$1:$F${count}"
        constraints = [(area, 1, "10"), (area, 3, "0")]
        model = SolverModel("Waves", "Waves!$H$1", [area], constraints=constraints)
        write_workbook(path, {"Waves": sheet}, model)

    return cached(f"waves-{rows}-{count}", make)


def stairs(rows: int, count: int) -> Path:
    """Amounts that jump, in every row of a long sheet: nothing but trying tells which are best."""

    def make(path: Path) -> None:
        rng = np.random.default_rng(12)
        sheet: Sheet = []
        places = rng.integers(1, count + 1, (rows, 3)).tolist()
        for row, ((a, b, c), weight) in enumerate(
            zip(places, rng.uniform(1, 9, rows).round(3).tolist(), strict=True), 1
        ):
            text = f"=ABS(ROUND($E${a}*B{row},0)-MOD(INT($E${b}*7)+ROUND($E${c},0),5))"
            sheet.append([float(row), weight, text, None, *([5.0] if row <= count else [])])
        sheet[0] += [None, f"=SUM(C1:C{rows})"]
        area = f"Stairs!$E$1:$E${count}"
        constraints = [(area, 1, "10"), (area, 3, "0")]
        model = SolverModel("Stairs", "Stairs!$G$1", [area], engine=3, constraints=constraints)
        write_workbook(path, {"Stairs": sheet}, model)

    return cached(f"stairs-{rows}-{count}", make)


def tour(towns: int) -> Path:
    """The shortest way through all towns: cells that must all differ."""

    def make(path: Path) -> None:
        places = np.random.default_rng(13).uniform(0, 100, (towns, 2)).round(2)
        away = np.sqrt(((places[:, None] - places[None]) ** 2).sum(axis=2)).round(3)
        sheet: Sheet = []
        for row in range(1, towns + 1):
            before = f"A{row - 1 or towns}"
            sheet.append([float(row), f"=INDEX(Away!$A$1:${column_letters(towns - 1)}${towns},{before},A{row})"])
        sheet[0] += [None, f"=SUM(B1:B{towns})"]
        area = f"Tour!$A$1:$A${towns}"
        model = SolverModel("Tour", "Tour!$D$1", [area], engine=3, constraints=[(area, 6, "alldifferent")])
        write_workbook(path, {"Tour": sheet, "Away": iter(away.tolist())}, model)

    return cached(f"tour-{towns}", make)
