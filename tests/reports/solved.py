"""Answers to report on: models of small books made in memory, and of workbooks in files."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from solver import pipeline
from solver.grid import Cell, parse_a1
from solver.model.model import Constraint, Model, Relation, Sense
from solver.pipeline import Request
from solver.reports.registry import report_tables
from solver.table import Style
from tests.books import area, book_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from solver.model.answer import Answer
    from solver.table import Entry, Table

NOON = datetime(2024, 2, 29, 12, 5, 9)  # noqa: DTZ001
SIGNS = {"<=": Relation.LE, "=": Relation.EQ, ">=": Relation.GE}
WORDS = {"int": Relation.INT, "bin": Relation.BIN, "alldifferent": Relation.ALLDIFFERENT}


def constraint(text: str) -> Constraint:
    """A constraint such as `A1:A3 <= 4`, `A1 = B1`, `A1 >= =B1+1` or `A1 int`."""
    left, relation, *right = text.split(maxsplit=2)
    if relation in WORDS:
        return Constraint(area(left), WORDS[relation])
    if right[0].startswith("="):
        return Constraint(area(left), SIGNS[relation], right[0][1:])
    try:
        return Constraint(area(left), SIGNS[relation], float(right[0]))
    except ValueError:
        return Constraint(area(left), SIGNS[relation], area(right[0]))


def solved(
    contents: Mapping[str, Any],
    objective: str | None,
    variables: str,
    constraints: Sequence[str] = (),
    sense: Sense = Sense.MIN,
    engine: str = "grg",
    **model: Any,
) -> Answer:
    """The answer to a model on a sheet S with these contents."""
    options = model.pop("options", {})
    made = Model(
        "S",
        None if objective is None else Cell("S", *parse_a1(objective)),
        sense,
        variables=tuple(area(each) for each in variables.split(",")),
        constraints=tuple(constraint(each) for each in constraints),
        engine=engine,
        options=options,
        **model,
    )
    return pipeline.solve_model(book_of({"S": contents}), made, Request(options={"seed": 1}))


def table(answer: Answer, kind: str, taken: Sequence[str] = ()) -> Table:
    """One report on one answer, with all that the pipeline adds for it."""
    return report_tables([pipeline._prepared(answer, [kind])], [kind], taken, NOON)[0]


def from_file(path: Path, sheet: str | None = None, kind: str = "answer", **request: Any) -> Table:
    """One report on the model in a file."""
    book = pipeline.read(path)
    answer = pipeline.solve_model(book, pipeline.pick_models(book, sheet)[0], Request(**request))
    return table(answer, kind, list(book.sheets))


def lines(found: Table) -> dict[int, list[Any]]:
    """The values of each written row, from column A on, without empty cells at its end."""
    rows: dict[int, list[Any]] = {}
    for (row, col), entry in sorted(found.entries.items(), key=lambda item: item[0]):
        line = rows.setdefault(row + 1, [])
        line += [None] * (col - len(line)) + [entry.value]
    return {row: trimmed(line) for row, line in rows.items() if any(value is not None for value in line)}


def trimmed(line: list[Any]) -> list[Any]:
    """A line without its empty end."""
    while line and line[-1] is None:
        line = line[:-1]
    return line


def block(found: Table, title: str) -> list[list[Any]]:
    """The body of the table below a title: rows from its first column on."""
    rows = lines(found)
    start = next(row for row, line in rows.items() if line[0] == title)
    left = min(col for row, col in found.entries if row == start)
    first = start + (2 if found.entries[start, left].style is Style.HEADER else 3)
    body = []
    for row in range(first, first + len(found.entries)):
        line = rows.get(row)
        if line is None or line[0] is not None:
            break
        body.append(line[left:])
    return body


def entry(found: Table, address: str) -> Entry:
    """The entry at an address."""
    row, col = parse_a1(address)
    return found.entries[row, col]
