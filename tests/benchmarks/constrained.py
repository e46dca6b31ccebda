"""Workbooks with constraints: shipments at least cost, and chains of nonlinear equations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.grid import column_letters
from tests.benchmarks.books import cached
from tests.benchmarks.workbook import SolverModel, Stored, write_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from tests.benchmarks.books import Rows
    from tests.benchmarks.workbook import Content


def transport(plants: int, shops: int, slack: float = 1.2) -> Path:
    """Shipments from plants to shops at least cost, for Simplex LP; no `slack` (1) is a balanced plan, random ends."""

    def make(path: Path) -> None:
        rng = np.random.default_rng(6)
        cost = rng.uniform(1, 20, (plants, shops)).round(2)
        demand = rng.integers(10, 100, shops)
        supply = np.full(plants, int(np.ceil(slack * demand.sum() / plants)))
        if slack == 1:
            supply = np.diff(np.sort(rng.choice(demand.sum() - 1, plants - 1, replace=False) + 1), prepend=0)
            supply = np.append(supply, demand.sum() - supply.sum())
        right, sums, limit = column_letters(shops), column_letters(shops + 1), column_letters(shops + 2)
        last = plants + 1

        def plan() -> Rows:
            yield ["plan", *[f"shop {k + 1}" for k in range(shops)], "sent", "supply"]
            for row in range(2, last + 1):
                sent = Stored(f"=SUM(B{row}:{right}{row})", 0.0)
                yield [f"plant {row - 1}", *[0.0] * shops, sent, int(supply[row - 2])]
            letters = [column_letters(k) for k in range(1, shops + 1)]
            yield ["received", *[Stored(f"=SUM({letter}2:{letter}{last})", 0.0) for letter in letters]]
            yield ["demand", *demand.tolist()]
            yield ["cost", Stored(f"=SUMPRODUCT(B2:{right}{last},Cost!A1:{column_letters(shops - 1)}{plants})", 0.0)]

        constraints = [
            (f"Plan!${sums}$2:${sums}${last}", 1, f"Plan!${limit}$2:${limit}${last}"),
            (f"Plan!$B${last + 1}:${right}${last + 1}", 3, f"Plan!$B${last + 2}:${right}${last + 2}"),
        ]
        model = SolverModel(
            "Plan",
            f"Plan!$B${last + 3}",
            [f"Plan!$B$2:${right}${last}"],
            engine=2,
            nonnegative=True,
            constraints=constraints,
        )
        write_workbook(path, {"Plan": plan(), "Cost": iter(cost.tolist())}, model)

    return cached(f"transport-{plants}-{shops}" + ("" if slack == 1.2 else f"-{slack:g}"), make)


def chain(size: int) -> Path:
    """Quartic springs whose neighbours keep x y + sin x = 2: one equation in a row for every two variables."""

    def make(path: Path) -> None:
        x = (1 + 0.1 * np.sin(np.arange(size))).round(4)
        wanted = np.linspace(0, 2, size).round(6)
        held = x[:-1] * x[1:] + np.sin(x[:-1])

        def sheet() -> Rows:
            total = float(((x - wanted) ** 4).sum())
            for k in range(size):
                row = k + 1
                cells: list[Content | Stored] = [float(x[k]), float(wanted[k]), None]
                if k < size - 1:
                    cells[2] = Stored(f"=A{row}*A{row + 1}+SIN(A{row})", float(held[k]))
                cells.append(Stored(f"=(A{row}-B{row})^4", float((x[k] - wanted[k]) ** 4)))
                yield cells + ([None, Stored(f"=SUM(D1:D{size})", total)] if k == 0 else [])

        rows = [(f"Chain!$C$1:$C${size - 1}", 2, "2"), (f"Chain!$A$1:$A${size}", 1, "10")]
        rows.append((f"Chain!$A$1:$A${size}", 3, "-10"))
        write_workbook(path, {"Chain": sheet()}, SolverModel("Chain", "Chain!$F$1", [f"Chain!$A$1:$A${size}"],
                                                             constraints=rows))  # fmt: skip

    return cached(f"chain-{size}", make)
