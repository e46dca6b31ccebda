"""Makes every workbook of the gallery: `python workbooks/build.py [FOLDER]`, into its own folder by default.

The templates write tables, formulas and models; the program's own pipeline then computes every formula and stores
its value. The same program always makes the same files. `--formulas-only` leaves the values out.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from ratings import learnt_embeddings

from solver.templates.bias import bias
from solver.templates.dot_product import dot_product
from solver.templates.knapsack import knapsack
from solver.templates.long import long
from solver.templates.network import Output, network
from solver.templates.plan import SheetPlan, WorkbookPlan
from solver.templates.portfolio import portfolio
from solver.templates.regression import regression
from solver.templates.sample import planted
from solver.templates.transport import transport
from solver.templates.workbook import write_workbook
from solver.templates.worksheet import worksheet


def collaborative_filtering() -> WorkbookPlan:
    """15 people, 15 movies, 205 ratings: three layouts of one idea."""
    ratings = planted(users=15, movies=15, blanks=20, noise=0.7, seed=15)
    sheets = (dot_product(ratings, seed=3), bias(ratings, seed=3), long(ratings, seed=3))
    return WorkbookPlan("Collaborative filtering", sheets)


def neural_network() -> WorkbookPlan:
    """8 people, 10 movies, 64 ratings through a network: two outputs, and once with frozen embeddings."""
    ratings = planted(users=8, movies=10, blanks=16, noise=0.6, seed=8)
    learnt = learnt_embeddings(ratings, factors=3)
    return WorkbookPlan(
        "A neural network on embeddings",
        (
            network(ratings, Output.TANH, seed=3),
            network(ratings, Output.SIGMOID, seed=3),
            network(ratings, Output.TANH, seed=3, learnt=learnt),
        ),
    )


def alone(title: str, sheet: SheetPlan) -> WorkbookPlan:
    """A workbook of one sheet."""
    return WorkbookPlan(title, (sheet,))


def gallery() -> dict[str, WorkbookPlan]:
    """Every workbook by the name of its file."""
    return {
        "worksheet.xlsx": worksheet(),
        "collaborative_filtering.xlsx": collaborative_filtering(),
        "neural_network.xlsx": neural_network(),
        "regression.xlsx": alone("A growth curve by least squares", regression()),
        "transport.xlsx": alone("Transport, a linear program", transport()),
        "knapsack.xlsx": alone("Knapsack, an integer program", knapsack()),
        "portfolio.xlsx": alone("Portfolio, a quadratic program", portfolio()),
    }


def build(folder: Path, *, values: bool = True) -> tuple[Path, ...]:
    """Writes the gallery into a folder, with the value of every formula unless told not to; the files' paths."""
    paths = []
    for name, plan in gallery().items():
        path = folder / name
        write_workbook(plan, path)
        if values:
            from solver import pipeline

            pipeline.calculate(path, out=path)
        paths.append(path)
    return tuple(paths)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make the workbooks of the gallery.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent)
    parser.add_argument("--formulas-only", action="store_true", help="leave the formulas' values out")
    chosen = parser.parse_args()
    build(chosen.folder, values=not chosen.formulas_only)
