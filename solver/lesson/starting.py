"""`new`: a workbook from a template, filled with somebody's own numbers where they are given."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from solver.errors import ModelError, WorkbookError
from solver.lesson.grids import shown
from solver.lesson.sources import TARGETS
from solver.pipeline import calculate, read
from solver.templates.bias import bias
from solver.templates.blank import blank
from solver.templates.dot_product import dot_product
from solver.templates.knapsack import knapsack
from solver.templates.long import long
from solver.templates.network import Output, network
from solver.templates.plan import SheetPlan, WorkbookPlan
from solver.templates.portfolio import portfolio
from solver.templates.ratings import Ratings
from solver.templates.regression import regression
from solver.templates.sample import planted
from solver.templates.transport import transport
from solver.templates.workbook import workbook_bytes
from solver.templates.worksheet import worksheet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from solver.values import Scalar

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)

RECOMMENDERS: dict[str, Callable[[Ratings, int, int], SheetPlan]] = {
    "dot-product": dot_product,
    "bias": bias,
    "long": long,
    "network": lambda ratings, factors, seed: network(ratings, Output.TANH, factors, seed=seed),
}
"""Templates that are filled with ratings, given the number of factors and the seed of the first embeddings."""

OTHERS: dict[str, Callable[[], SheetPlan]] = {
    "blank": blank,
    "knapsack": knapsack,
    "portfolio": portfolio,
    "transport": transport,
}
"""Templates that have numbers of their own."""

TEMPLATES = tuple(sorted((*RECOMMENDERS, *OTHERS, "regression", "worksheet")))

_SAMPLE = {"network": (8, 10, 16)}
_USUAL_SAMPLE = (15, 15, 20)
_FACTORS = {"network": 3}
_LONGEST_LINE = 4  # user, movie, rating and perhaps a time


def new(template: str, given: Path | None = None, factors: int | None = None, seed: int = 1) -> WorkbookPlan:
    """The plan of a template; `given` is a CSV file or a workbook with ratings, or with points for `regression`.

    Raises ModelError for numbers that cannot be understood, with the line of the file.
    """
    if template in RECOMMENDERS:
        users, movies, blanks = _SAMPLE.get(template, _USUAL_SAMPLE)
        ratings = ratings_from(given) if given is not None else planted(users, movies, blanks, noise=0.7, seed=15)
        sheet = RECOMMENDERS[template](ratings, factors or _FACTORS.get(template, 5), seed)
        return WorkbookPlan(sheet.name, (sheet,))
    if template == "regression" and given is not None:
        return WorkbookPlan("regression", (_regression(given),))
    if given is not None:
        raise ModelError(f"the template {template} has no place for numbers from a file", hint="leave out --from")
    if template == "worksheet":
        return worksheet()
    sheet = regression() if template == "regression" else OTHERS[template]()
    return WorkbookPlan(sheet.name, (sheet,))


def written(plan: WorkbookPlan, out: Path) -> None:
    """Writes a plan's workbook with the value of every formula."""
    calculate(workbook_bytes(plan), out=out)


def ratings_from(path: Path) -> Ratings:
    """The ratings in a file: a grid with names around it, or lines of user, movie and rating."""
    lines = _lines(path)
    width = max(len(line) for line in lines)
    heads = [shown(value).casefold() if value is not None else "" for value in lines[0]]
    firsts = [line[0] for line in lines[1:]]
    bare = len(lines[0]) > 2 and isinstance(lines[0][1], str) and isinstance(lines[0][2], float)
    repeated = len(set(firsts)) < len(firsts) and width <= _LONGEST_LINE
    if width >= 3 and (bare or repeated or (len(heads) > 2 and _is_value(heads[2]))):
        return _from_triples(lines)
    return _from_grid(lines)


def _is_value(head: str) -> bool:
    return any(word in TARGETS for word in head.replace("_", " ").split())


def _from_triples(lines: Sequence[Sequence[Scalar]]) -> Ratings:
    users: dict[str, int] = {}
    movies: dict[str, int] = {}
    found: dict[tuple[int, int], float] = {}
    first = 0 if len(lines[0]) > 2 and isinstance(lines[0][2], float) else 1
    for number, line in enumerate(lines[first:], start=first + 1):
        if len(line) < 3 or line[0] is None or line[1] is None:
            raise _refused(number, "a user, a movie and a rating are needed")
        place = (users.setdefault(shown(line[0]), len(users)), movies.setdefault(shown(line[1]), len(movies)))
        value = _number(number, line[2])
        if value is not None and place in found:
            raise _refused(number, f"{shown(line[0])} has rated {shown(line[1])} before")
        if value is not None:
            found[place] = value
    return _ratings(
        tuple(users),
        tuple(movies),
        tuple(tuple(found.get((user, movie)) for movie in range(len(movies))) for user in range(len(users))),
    )


def _from_grid(lines: Sequence[Sequence[Scalar]]) -> Ratings:
    movies = tuple("" if value is None else shown(value) for value in lines[0][1:])
    if not movies or not all(movies):
        raise _refused(1, "the first line must name every movie")
    users, values = [], []
    for number, line in enumerate(lines[1:], start=2):
        if line[0] is None or len(line) > len(movies) + 1:
            raise _refused(number, "a name and a rating for each movie are needed")
        users.append(shown(line[0]))
        row = [_number(number, value) for value in line[1:]]
        values.append(tuple(row + [None] * (len(movies) - len(row))))
    for names in (users, movies):
        if len(set(names)) < len(names):
            twice = next(name for name in names if list(names).count(name) > 1)
            raise _refused(1, f"the name {twice} stands there twice")
    return _ratings(tuple(users), movies, tuple(values))


def _ratings(users: tuple[str, ...], movies: tuple[str, ...], values: tuple[tuple[float | None, ...], ...]) -> Ratings:
    known = [value for row in values for value in row if value is not None]
    if not known:
        raise ModelError("there are no ratings", hint="write some numbers")
    return Ratings(users, movies, values, min(known), max(known))


def _regression(path: Path) -> SheetPlan:
    """The growth curve through the points of a file, started at a curve of about their size."""
    lines = _lines(path)
    first = 0 if all(isinstance(value, float) for value in lines[0]) else 1
    points = []
    for number, line in enumerate(lines[first:], start=first + 1):
        pair = [_number(number, value) for value in line[:2]]
        if len(pair) < 2 or pair[0] is None or pair[1] is None:
            raise _refused(number, "two numbers are needed")
        points.append((pair[0], pair[1]))
    if len(points) < 4:
        raise ModelError(f"{len(points)} points are too few", hint="three parameters need four points")
    x, y = zip(*points, strict=True)
    span = (max(x) - min(x)) or 1.0
    start = (1.1 * max(y), 4.0 / span, (max(x) + min(x)) / 2)
    names = ("x", "y") if not first else (shown(lines[0][0]), shown(lines[0][1]))
    return regression(points, start, names)


def _lines(path: Path) -> list[list[Scalar]]:
    """The lines of a CSV file, or the cells of a workbook's first sheet with something on it."""
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return _cells_of(path)
    text = _text_of(path)
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(map(str.strip, row))]
    if not rows:
        raise ModelError("the file is empty", hint="write a line for each rating or point")
    return [[_value(text, comma=delimiter != ",") for text in row] for row in rows]


def _text_of(path: Path) -> str:
    """The text of a file: Unicode, or else what spreadsheet programs for Windows write."""
    try:
        data = path.read_bytes()
        return data.decode("utf-8-sig" if not data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-16")
    except FileNotFoundError:
        raise WorkbookError("there is no such file", hint="check the name and the folder") from None
    except OSError as error:
        raise WorkbookError(f"it cannot be read: {error.strerror}", hint="give a file") from error
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if "\0" in text:
        raise WorkbookError("this is no text", hint="save it as CSV")
    return text


def _value(text: str, *, comma: bool) -> Scalar:
    text = text.strip()
    number = text.replace(",", ".") if comma else text
    return float(number) if _NUMBER.fullmatch(number) else text or None


def _cells_of(path: Path) -> list[list[Scalar]]:
    book = read(path)
    for name in book.sheets:
        cells = book.sheets[name].cells
        if len(cells):
            top, left = int(cells.row.min()), int(cells.col.min())
            height, width = int(cells.row.max()) - top + 1, int(cells.col.max()) - left + 1
            lines: list[list[Scalar]] = [[None] * width for _ in range(height)]
            for k in range(len(cells)):
                lines[int(cells.row[k]) - top][int(cells.col[k]) - left] = cells.scalar(k)
            return [line for line in lines if any(value is not None for value in line)]
    raise ModelError("the workbook is empty", hint="write a line for each rating or point")


def _number(line: int, value: Scalar) -> float | None:
    if value is None or isinstance(value, float):
        return value
    raise _refused(line, f"{shown(value)} is not a number")


def _refused(line: int, what: str) -> ModelError:
    return ModelError(what, where=f"line {line}", hint="correct the line")
