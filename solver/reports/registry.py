"""Reports, each in exactly one place: a function from an answer to a page, registered by a decorator.

The heading that all reports share and the number behind a sheet's name are added here, so that a report is a pure
function of the answer.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from solver.errors import EngineError, near_miss

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from solver.model.answer import Answer
    from solver.reports.page import Page
    from solver.table import Table

    Make: TypeAlias = "Callable[[Answer], Page]"

PROGRAM = "Sheet Solver"
"""What stands before the report's kind in its first line.

Excel writes its own name and version there; the name says who computed the numbers below it, so it is not borrowed.
The kind that follows, and every other label, are Excel's.
"""


@dataclass(frozen=True, slots=True)
class Report:
    """One kind of report: the word that asks for it, its name on the sheet, what it says, and how it is made."""

    kind: str
    title: str
    help: str
    make: Make


_REGISTRY: dict[str, Report] = {}


def report(kind: str, title: str) -> Callable[[Make], Make]:
    """Registers a function from an answer to a page as a kind of report."""

    def register(make: Make) -> Make:
        _REGISTRY[kind] = Report(kind, title, (make.__doc__ or "").partition("\n")[0], make)
        return make

    return register


def reports() -> tuple[Report, ...]:
    """All kinds of reports found in this folder, sorted by their word."""
    package = importlib.import_module(__package__ or "solver.reports")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return tuple(_REGISTRY[kind] for kind in sorted(_REGISTRY))


def find_report(kind: str) -> Report:
    """The kind of report that a word means; an unknown one raises EngineError with the nearest known."""
    known = {each.kind: each for each in reports()}
    plain = kind.strip().lower().replace("_", "-").removesuffix(" report").replace(" ", "-")
    if plain not in known:
        raise EngineError(f"there is no report {kind}", hint=near_miss(plain, known))
    return known[plain]


def report_tables(
    answers: Sequence[Answer], kinds: Iterable[str], taken: Iterable[str], created: datetime
) -> list[Table]:
    """The reports of all answers, numbered behind the sheets of their kind that the book has already."""
    wanted = dict.fromkeys(map(find_report, kinds))
    last: Counter[str] = Counter()
    for name in taken:
        found = re.fullmatch(r"(.+ report) (\d{1,6})", name.casefold())
        if found is not None:
            last[found[1]] = max(last[found[1]], int(found[2]))
    tables = []
    for answer in answers:
        for each in wanted:
            last[each.title.casefold()] += 1
            title = f"{each.title} {last[each.title.casefold()]}"
            tables.append(each.make(answer).table_of(title, heading(each, answer, created)))
    return tables


def heading(kind: Report, answer: Answer, created: datetime) -> tuple[str, ...]:
    """The three lines at the top of every report."""
    model, path = answer.binding.model, answer.binding.calculation.book.path
    return (
        f"{PROGRAM} {kind.title}",
        f"Worksheet: [{Path(path).name or 'workbook'}]{model.sheet}",
        f"Report Created: {_moment(created)}",
    )


def _moment(created: datetime) -> str:
    """A moment as Excel prints it in the United States."""
    hour, half = (created.hour - 1) % 12 + 1, "PM" if created.hour >= 12 else "AM"
    return f"{created.month}/{created.day}/{created.year} {hour}:{created:%M:%S} {half}"
