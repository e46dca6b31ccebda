"""Answers, models and values as the plain dictionaries that `--json` prints."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from solver.compiler.sheets.changes import computed_cells
from solver.grid import Area, Cell, column_letters, parse_a1, quote_sheet, unquote_sheet
from solver.model.model import Sense
from solver.reports.comparison import compared
from solver.reports.labels import names_of
from solver.reports.plain import rows_of
from solver.reports.variables import variable_types
from solver.values import ErrorValue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.book.book import Book
    from solver.compiler.calculation import Calculation
    from solver.compiler.tracing.chain import Chain
    from solver.lesson.stepping import Stepped
    from solver.model.answer import Answer
    from solver.model.binding import Binding
    from solver.model.model import Model
    from solver.model.pairs import Pair
    from solver.model.problem import Vector
    from solver.model.solution import Solution
    from solver.places import Places
    from solver.table import Table
    from solver.values import Scalar


def number(value: float | None) -> float | None:
    """A number that JSON can hold; infinities and NaN become null."""
    return None if value is None or not math.isfinite(value) else float(value)


def absolute(cell: Cell) -> str:
    """A cell as JSON names it: `dotprod!$V$41`."""
    return f"{quote_sheet(cell.sheet)}!{cell.absolute}"


def message_of(solution: Solution) -> str:
    """The sentence of the outcome, and the cell that is to blame where there is one."""
    sentence, blame = solution.message or solution.outcome.message, solution.bad
    if blame:
        sentence += f" {blame}." if " is " in blame else f" The first such cell is {blame}."
    return " ".join(sentence.split())


def answer_listing(
    book: Book, answer: Answer, output: str | None, reading: float, writing: float, most: int | None = None
) -> dict[str, Any]:
    """One solved model, as `solve --json` prints it; of variables and constraints at most so many, and their number."""
    solution, binding = answer.solution, answer.binding
    model = binding.model
    evaluations = {name: int(solution.evaluations.get(name, 0)) for name in ("function", "gradient", "hessian")}
    seconds = answer.seconds
    return {
        "file": book.path,
        "output": output,
        "sheet": model.sheet,
        "kind": kind_of_problem(binding),
        "outcome": {
            "code": solution.outcome.code,
            "name": solution.outcome.name.lower(),
            "message": message_of(solution),
        },
        "engine": {
            "name": answer.used.name,
            "asked": answer.used.asked,
            "why": answer.used.why,
            "options": {name: option_value(value) for name, value in answer.used.settings.items()},
        },
        "objective": {
            "cell": None if model.objective is None else absolute(model.objective),
            "sense": model.sense.word,
            "target": number(model.target) if model.sense is Sense.VALUE else None,
            "initial": number(answer.initial),
            "final": number(answer.final),
        },
        "variables": variable_listings(book, answer, most),
        "n_variables": len(binding.variables),
        "constraints": [pair_listing(pair, answer) for pair in binding.pairs[:most]],
        "n_constraints": len(binding.pairs),
        "iterations": solution.iterations,
        "evaluations": evaluations,
        "seconds": {
            "read": reading,
            "compile": seconds["compile"],
            "solve": seconds["solve"],
            "write": writing + seconds["recompute"],
        },
        "notes": list(solution.notes),
    }


def variable_listings(book: Book, answer: Answer, most: int | None = None) -> list[dict[str, Any]]:
    """Variables with names, ways and bounds, the first `most` or all.

    The type of each is continuous, integer, binary or alldifferent.
    """
    problem, variables = answer.binding.problem, answer.binding.variables[:most]
    columns = (
        _absolutes(variables),
        names_of(book, variables),
        *(_numbers(values[:most]) for values in (problem.x0, answer.solution.x, problem.lb, problem.ub)),
        variable_types(problem)[:most],
    )
    heads = ("cell", "name", "initial", "final", "lower", "upper", "type")
    return [dict(zip(heads, row, strict=True)) for row in zip(*columns, strict=True)]


def _absolutes(places: Places) -> list[str]:
    """`absolute` of each cell."""
    found = [""] * len(places)
    for sheet in places.sheets:
        before = quote_sheet(sheet)
        for place, row, col in zip(*(each.tolist() for each in places.on(sheet)), strict=True):
            found[place] = f"{before}!${column_letters(col)}${row + 1}"
    return found


def _numbers(values: Vector) -> list[float | None]:
    """`number` of each."""
    return [value if math.isfinite(value) else None for value in values.tolist()]


def report_listings(kinds: Sequence[str], tables: Sequence[Table]) -> list[dict[str, Any]]:
    """The reports on one answer: kind, name of the sheet, and the rows of plain values."""
    return [
        {"kind": kind, "title": table.title, "rows": rows_of(table)} for kind, table in zip(kinds, tables, strict=True)
    ]


def option_value(value: float | str) -> float | str | None:
    """The value of an option as JSON holds it: switches stay switches, and whole numbers whole."""
    if isinstance(value, (str, int)):
        return value
    return int(value) if value.is_integer() and abs(value) < 2**53 else number(value)


def kind_of_problem(binding: Binding) -> str:
    """What the formulas make of the model: linear, quadratic, least squares, smooth, kinked or step."""
    problem = binding.problem
    if problem.residuals is not None and problem.smooth:
        return "least squares"
    return problem.worst_degree.word


def pair_listing(pair: Pair, answer: Answer) -> dict[str, Any]:
    """One compared pair of cells at the answer, with Excel's slack: never negative where it is satisfied."""
    found = compared(pair, answer)
    return {
        "cell": absolute(pair.left),
        "relation": pair.relation.sign,
        "right": number(found.right),
        "value": number(found.value),
        "slack": number(found.slack),
        "binding": found.binding,
        "satisfied": found.satisfied,
        "text": found.text,
    }


def model_listing(model: Model, binding: Binding | None, reason: str) -> dict[str, Any]:
    """One stored model, as `show --json` prints it; `reason` says why it could not be bound."""
    listing: dict[str, Any] = {
        "sheet": model.sheet,
        "objective": None if model.objective is None else absolute(model.objective),
        "sense": model.sense.word,
        "target": number(model.target) if model.sense is Sense.VALUE else None,
        "variables": [str(area) for area in model.variables],
        "n_variables": len(model.cells()),
        "constraints": [
            {
                "left": str(constraint.left),
                "relation": constraint.relation.sign,
                "right": None if constraint.right is None else right_text(constraint.right),
            }
            for constraint in model.constraints
        ],
        "n_constraints": sum(constraint.left.size for constraint in model.constraints),
        "engine": model.engine,
        "nonnegative": model.nonnegative,
        "held_out": None if model.held_out is None else absolute(model.held_out),
        "options": {name: option_value(value) for name, value in model.options.items()},
        "faults": [str(fault) for fault in model.faults],
    }
    if binding is None:
        return {**listing, "kind": None, "because": [], "reason": reason}
    problem = binding.problem
    return {
        **listing,
        "kind": kind_of_problem(binding),
        "because": [absolute(cell_of(text)) for text in problem.because],
        "rows": problem.m,
        "residuals": None if problem.residuals is None else problem.residuals.count,
        "operations": binding.operations(),
    }


def cell_of(text: str) -> Cell:
    """The cell that was printed as `Sheet1!B2`."""
    sheet, _, place = text.rpartition("!")
    return Cell(unquote_sheet(sheet), *parse_a1(place))


def right_text(right: Area | float | str) -> str | float:
    """A right side as it is stored: cells and formulas as text, numbers as numbers."""
    return right if isinstance(right, (float, int)) else str(right)


def chain_listing(chain: Chain) -> dict[str, Any]:
    """The derivatives of a cell, as `gradients --json` prints them."""
    return {
        "of": absolute(chain.of),
        "cells": [
            {
                "cell": absolute(link.cell),
                "formula": link.formula,
                "value": number(link.value),
                "derivative": number(link.derivative),
                "difference": number(link.difference),
            }
            for link in chain.links
        ],
    }


def step_listing(stepped: Stepped) -> dict[str, Any]:
    """One step of descent: the objective before and after, and the way of every variable."""
    return {
        "objective": {
            "cell": absolute(stepped.objective),
            "before": number(stepped.before),
            "after": number(stepped.after),
        },
        "rate": stepped.rate,
        "cells": [
            {
                "cell": absolute(move.cell),
                "name": move.name,
                "old": number(move.old),
                "derivative": number(move.derivative),
                "step": number(move.new - move.old),
                "new": number(move.new),
            }
            for move in stepped.moves
        ],
    }


def values_listing(calculation: Calculation) -> dict[str, Any]:
    """Every computed cell of every sheet with its type, as `calc --json` prints it."""
    listing: dict[str, Any] = {}
    book = calculation.book
    for name in book.sheets:
        cells = computed_cells(calculation, name)
        failed = [cell for cell in calculation.failures if cell.sheet == name]
        values = {
            (row, col): value_listing(cells.scalar(k))
            for k, (row, col) in enumerate(zip(cells.row.tolist(), cells.col.tolist(), strict=True))
        }
        values.update({(cell.row, cell.col): {"t": "u", "v": calculation.failures[cell]} for cell in failed})
        stored = book.sheets[name].cells
        resting = [cell for cell in calculation.kept if cell.sheet == name]
        found = {(cell.row, cell.col): stored.find(cell.row, cell.col) for cell in resting}
        values.update({place: value_listing(stored.scalar(k) if k >= 0 else None) for place, k in found.items()})
        listing[name] = {Cell(name, *at).a1: values[at] for at in sorted(values)}
    return listing


def value_listing(value: Scalar) -> dict[str, Any]:
    """The type and value of one cell."""
    if value is None:
        return {"t": "z", "v": None}
    if isinstance(value, ErrorValue):
        return {"t": "e", "v": value.label}
    if isinstance(value, bool):
        return {"t": "b", "v": value}
    return {"t": "s", "v": value} if isinstance(value, str) else {"t": "n", "v": value}
