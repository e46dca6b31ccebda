"""The workbooks of the benchmarks, laid out as people do it; the stored values are what a spreadsheet program saves."""

from __future__ import annotations

from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

import numpy as np

from solver.grid import column_letters
from tests.benchmarks.workbook import SolverModel, Stored, write_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.benchmarks.workbook import Content

    Rows = Iterator[Sequence[Content | Stored]]
    Table = Sequence[Sequence[Content | Stored]]

FOLDER = Path(gettempdir()) / "solver-benchmarks"
FACTORS = 5
HIDDEN = 8
LOOKUPS = {
    "index": "INDEX(Factors!${left}$2:${right}${last},{key},0)",
    "offset": "OFFSET(Factors!${left}$1,{key},0,1,5)",
    "xlookup": "_xlfn.XLOOKUP({key},Factors!${ids}$2:${ids}${last},Factors!${left}$2:${right}${last})",
}


def cached(name: str, make: Callable[[Path], None]) -> Path:
    """The workbook of that name, made when it is first asked for; it stays in the system's folder for such files."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.xlsx"
    if not path.exists():
        unfinished = path.with_suffix(".part")
        make(unfinished)
        unfinished.replace(path)
    return path


def long(ratings: int, users: int, movies: int, lookup: str = "index") -> Path:
    """A long table of ratings with a prediction by lookup of both factors, a squared error, and their mean's root."""

    def make(path: Path) -> None:
        rng = np.random.default_rng(1)
        user, movie = _who_rated_what(rng, ratings, users, movies)
        value = _planted_ratings(rng, users, movies)[user, movie]
        u, m = rng.uniform(0, 1, (users, FACTORS)).round(4), rng.uniform(0, 1, (movies, FACTORS)).round(4)
        user_ids, movie_ids = (
            (rng.permutation(users) + 1001, rng.permutation(movies) + 5001)
            if lookup == "xlookup"
            else (np.arange(users) + 1, np.arange(movies) + 1)
        )
        predicted = np.einsum("ij,ij->i", u[user], m[movie])
        error = (predicted - value) ** 2
        of_user = LOOKUPS[lookup].format(key="A{0}", ids="A", left="B", right="F", last=users + 1)
        of_movie = LOOKUPS[lookup].format(key="B{0}", ids="H", left="I", right="M", last=movies + 1)
        prediction = f"=SUMPRODUCT({of_user},{of_movie})"

        def table() -> Rows:
            yield ["user", "movie", "rating", "prediction", "squared error"]
            columns = (user_ids[user], movie_ids[movie], value, predicted, error)
            for row, (a, b, c, d, e) in enumerate(zip(*[each.tolist() for each in columns], strict=True), start=2):
                yield [a, b, c, Stored(prediction.format(row), d), Stored(f"=(D{row}-C{row})^2", e)]

        last = ratings + 1
        total = Stored(f"=SQRT(SUM(Ratings!E2:E{last})/COUNT(Ratings!C2:C{last}))", float(np.sqrt(error.mean())))
        factors = _beside(_embeddings("user", user_ids, u), _embeddings("movie", movie_ids, m), [["RMSE"], [total]])
        variables = [f"Factors!$B$2:$F${users + 1}", f"Factors!$I$2:$M${movies + 1}"]
        write_workbook(
            path, {"Ratings": table(), "Factors": factors}, SolverModel("Factors", "Factors!$O$2", variables)
        )

    return cached(f"long-{lookup}-{ratings}-{users}-{movies}", make)


def grid(size: int, known: float) -> Path:
    """A grid of ratings with gaps, and below it factors of columns, factors of rows and a grid of predictions."""

    def make(path: Path) -> None:
        rng = np.random.default_rng(2)
        rating = _planted_ratings(rng, size, size)
        gap = rng.random((size, size)) >= known
        rows, columns = rng.uniform(0, 1, (size, FACTORS)).round(4), rng.uniform(0, 1, (FACTORS, size)).round(4)
        predicted = np.where(gap, 0.0, rows @ columns)
        error = float(np.sqrt(((predicted - rating)[~gap] ** 2).mean()))
        letters = [column_letters(7 + col) for col in range(size)]
        last, high, low = letters[-1], size + 4, size + 10

        def sheet() -> Rows:
            area = f"H2:{last}{size + 1}"
            yield []
            for row in range(size):
                left: list[Content | Stored] = [None] * 7
                if row == 0:
                    predictions = f"H{low}:{last}{low + size - 1}"
                    left[:2] = "RMSE", Stored(f"=SQRT(SUMXMY2({area},{predictions})/COUNT({area}))", error)
                values = zip(rating[row].tolist(), gap[row].tolist(), strict=True)
                yield left + [None if missing else value for value, missing in values]
            yield from ([], [])
            for row in columns.tolist():
                yield [None] * 7 + row
            yield []
            for row in range(size):
                number = low + row
                formulas = [
                    Stored(
                        f'=IF({letter}{row + 2}="",0,MMULT($B{number}:$F{number},{letter}${high}:{letter}${high + 4}))',
                        value,
                    )
                    for letter, value in zip(letters, predicted[row].tolist(), strict=True)
                ]
                yield [None, *rows[row].tolist(), None, *formulas]

        variables = [f"Ratings!$B${low}:$F${low + size - 1}", f"Ratings!$H${high}:${last}${high + 4}"]
        write_workbook(path, {"Ratings": sheet()}, SolverModel("Ratings", "Ratings!$B$2", variables))

    return cached(f"grid-{size}-{known:g}", make)


def network(ratings: int, users: int, movies: int) -> Path:
    """A network on concatenated embeddings, one row a rating: ten inputs, eight hidden units, one output, one error."""

    def make(path: Path) -> None:
        rng = np.random.default_rng(3)
        user, movie = _who_rated_what(rng, ratings, users, movies)
        value = _planted_ratings(rng, users, movies)[user, movie]
        u, m = rng.normal(0, 0.5, (users, FACTORS)).round(4), rng.normal(0, 0.5, (movies, FACTORS)).round(4)
        weights = rng.normal(0, 0.5, (2 * FACTORS + 1, HIDDEN)).round(4)
        last = np.append(rng.normal(0, 0.5, HIDDEN), 3.0).round(4)
        together = np.concatenate([u[user], m[movie]], axis=1)
        hidden = 1 / (1 + np.exp(-(together @ weights[:-1] + weights[-1])))
        output = hidden @ last[:-1] + last[-1]
        error = (output - value) ** 2

        def table() -> Rows:
            heads = [f"input {k + 1}" for k in range(2 * FACTORS)] + [f"unit {k + 1}" for k in range(HIDDEN)]
            yield ["user", "movie", "rating", *heads, "output", "squared error"]
            for k in range(ratings):
                row = k + 2
                left = [f"=INDEX(Factors!{c}$2:{c}${users + 1},$A{row})" for c in "BCDEF"]
                left += [f"=INDEX(Factors!{c}$2:{c}${movies + 1},$B{row})" for c in "IJKLM"]
                units = (f"MMULT($D{row}:$M{row},Factors!{c}$2:{c}$11)+Factors!{c}$12" for c in "PQRSTUVW")
                left += [f"=1/(1+EXP(-({unit})))" for unit in units]
                left += [f"=MMULT(N{row}:U{row},Factors!$Y$2:$Y$9)+Factors!$Y$10", f"=(V{row}-C{row})^2"]
                stored = [*together[k].tolist(), *hidden[k].tolist(), float(output[k]), float(error[k])]
                ids = [int(user[k]) + 1, int(movie[k]) + 1, float(value[k])]
                yield [*ids, *[Stored(text, number) for text, number in zip(left, stored, strict=True)]]

        net: list[list[Content | Stored]] = [[*[f"unit {k + 1}" for k in range(HIDDEN)], None, "output", None, "loss"]]
        net += [
            [*row, None, number] for row, number in zip(weights.tolist(), [*last.tolist(), None, None], strict=True)
        ]
        net[1] += [None, Stored(f"=AVERAGE(Ratings!W2:W{ratings + 1})", float(error.mean()))]
        tables = _embeddings("user", np.arange(users) + 1, u), _embeddings("movie", np.arange(movies) + 1, m)
        variables = [
            f"Factors!$B$2:$F${users + 1}",
            f"Factors!$I$2:$M${movies + 1}",
            "Factors!$P$2:$W$12",
            "Factors!$Y$2:$Y$10",
        ]
        sheets = {"Ratings": table(), "Factors": _beside(*tables, [[None, *row] for row in net])}
        write_workbook(path, sheets, SolverModel("Factors", "Factors!$AA$2", variables))

    return cached(f"network-{ratings}-{users}-{movies}", make)


def regression(rows: int) -> Path:
    """Logistic regression by cells: coefficients in row 2, a linear predictor and a log-likelihood per row of data."""

    def make(path: Path) -> None:
        rng = np.random.default_rng(4)
        x = rng.normal(size=(rows, 20)).round(4)
        x[:, 0] = 1.0
        y = (rng.random(rows) < 1 / (1 + np.exp(-(x @ rng.normal(0, 0.5, 20))))).astype(float)
        share = float(np.log(0.5))

        def table() -> Rows:
            yield [f"b{k}" for k in range(20)] + [None, None, None, "-log likelihood"]
            yield [0.0] * 20 + [None, None, None, Stored(f"=-SUM(W4:W{rows + 3})", -rows * share)]
            yield [f"x{k}" for k in range(20)] + ["y", "z", "log likelihood"]
            for row, (values, answer) in enumerate(zip(x.tolist(), y.tolist(), strict=True), start=4):
                z = Stored(f"=SUMPRODUCT($A$2:$T$2,A{row}:T{row})", 0.0)
                yield [*values, answer, z, Stored(f"=U{row}*V{row}-LN(1+EXP(V{row}))", share)]

        write_workbook(path, {"Data": table()}, SolverModel("Data", "Data!$X$2", ["Data!$A$2:$T$2"]))

    return cached(f"regression-{rows}", make)


def recurrence(rows: int) -> Path:
    """A running column, each cell from the one above it, fitted to observations."""

    def make(path: Path) -> None:
        rng = np.random.default_rng(5)
        driving = rng.normal(size=rows).round(4)
        column, start = np.zeros(rows), np.zeros(rows)
        for t in range(rows):
            column[t] = 2.0 if t == 0 else 0.9 * column[t - 1] + driving[t]
            start[t] = 1.0 if t == 0 else 0.5 * start[t - 1] + driving[t]
        observed = (column + rng.normal(0, 0.1, rows)).round(4)

        def table() -> Rows:
            loss = float(((start - observed) ** 2).sum())
            yield ["t", "driving", "column", "observed", None, "a", 0.5]
            yield [0, 0.0, Stored("=$G$2", 1.0), float(observed[0]), None, "start", 1.0]
            columns = (driving, start, observed)
            values = zip(*[each.tolist() for each in columns], strict=True)
            for t, (b, c, seen) in enumerate(values):
                row = t + 2
                if t == 0:
                    continue
                last = ["loss", Stored(f"=SUMXMY2(C2:C{rows + 1},D2:D{rows + 1})", loss)] if t == 1 else []
                yield [t, b, Stored(f"=C{row - 1}*$G$1+B{row}", c), seen, None, *last]

        write_workbook(path, {"Series": table()}, SolverModel("Series", "Series!$G$3", ["Series!$G$1", "Series!$G$2"]))

    return cached(f"recurrence-{rows}", make)


def _who_rated_what(rng: np.random.Generator, ratings: int, users: int, movies: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of a user and a movie, each pair once; some movies are seen much more often than others."""
    often = 1 / (np.arange(movies) + movies / 10)
    scores = np.log(rng.random((users, movies))) / often  # the largest scores are a weighted draw without repeats
    chosen = np.argpartition(scores.ravel(), -ratings)[-ratings:]
    user, movie = np.divmod(rng.permutation(chosen), movies)
    return user, rng.permutation(movies)[movie]


def _planted_ratings(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """Whole ratings from 1 to 5 that five factors explain up to noise."""
    score = rng.normal(0, 0.6, (rows, FACTORS)) @ rng.normal(0, 0.6, (FACTORS, columns))
    return np.clip(np.rint(3.3 + score + rng.normal(0, 0.5, (rows, columns))), 1, 5)


def _embeddings(head: str, ids: np.ndarray, values: np.ndarray) -> Table:
    heads: Sequence[Content | Stored] = [head, *[f"factor {k + 1}" for k in range(FACTORS)]]
    return [heads, *[[number, *row] for number, row in zip(ids.tolist(), values.tolist(), strict=True)]]


def _beside(*tables: Table) -> Rows:
    """Tables side by side on one sheet, a column left free between them."""
    widths = [len(table[0]) for table in tables]
    for row in range(max(len(table) for table in tables)):
        contents: list[Content | Stored] = []
        for table, width in zip(tables, widths, strict=True):
            here = list(table[row]) if row < len(table) else []
            contents += here + [None] * (width + 1 - len(here))
        yield contents
