"""Shapes of formulas that are easily quadratic: seconds and memory while the rows double.

Every sheet holds numbers in A and B, keys in D (ten rows each, on average), texts in E, and the formulas in G and on.
Each is read and computed by a process of its own: `python -m tests.benchmarks.shapes NAME ROWS`.
"""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

import numpy as np

from solver.compiler.calculation import Calculation
from solver.grid import column_letters
from solver.pipeline import read
from tests.benchmarks.books import cached
from tests.benchmarks.measure import process, table
from tests.benchmarks.workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from tests.benchmarks.cases import Case
    from tests.benchmarks.workbook import Content

    Rows = Iterator[Sequence[Content]]
    Sheets = dict[str, Rows]

ROWS = (10_000, 20_000, 40_000)


def _filled(*formulas: str, first: str | None = None) -> Callable[[int], Sheets]:
    """Formulas filled down, `first` in the place of the first ones; {r} is the row, {p} the one above, {n} the last;
    {s} the one below, {m} the one below the last."""

    def rows(count: int) -> Rows:
        draw = np.random.default_rng(7)
        a, b = draw.uniform(0, 1000, count).round(2).tolist(), draw.uniform(0, 1, count).round(4).tolist()
        keys = draw.integers(1, max(count // 10, 2), count).tolist()
        yield ["a", "b", None, "key", "text", "row", "result"]
        for row, (x, y, key) in enumerate(zip(a, b, keys, strict=True), start=2):
            texts = [formula.format(r=row, p=row - 1, n=count + 1, s=row + 1, m=count + 2) for formula in formulas]
            if row == 2 and first is not None:
                texts = [first]
            yield [x, y, None, float(key), f"key {key}", float(row), *texts]

    return lambda count: {"Data": rows(count)}


def _grid(formula: str) -> Callable[[int], Sheets]:
    """A square of formulas of the cells above {up}, to the left {left} and between {corner}, under margins."""

    def rows(count: int) -> Rows:
        side = int(count**0.5)
        draw = np.random.default_rng(7)
        words = draw.integers(0, 4, (2, side)).astype(float).tolist()
        yield [None, None, *words[0]]
        yield [None, *map(float, range(side + 1))]
        for number in range(side):
            row = number + 3
            cells = []
            for col in range(2, side + 2):
                here, left = column_letters(col), column_letters(col - 1)
                names = {"left": f"{left}{row}", "up": f"{here}{row - 1}", "corner": f"{left}{row - 1}"}
                cells.append(formula.format(head=f"{here}$1", side=f"$A{row}", **names))
            yield [words[1][number], float(number + 1), *cells]

    return lambda count: {"Data": rows(count)}


def _loan(count: int) -> Sheets:
    """Interest, principal and balance, month by month."""

    def rows() -> Rows:
        yield [0.0001, float(count), 100_000.0]
        for row in range(2, count + 2):
            opening = "=C1" if row == 2 else f"=E{row - 1}"
            payment = "=-PMT($A$1,$B$1,$C$1)"
            yield [opening, f"=A{row}*$A$1", payment, f"=C{row}-B{row}", f"=A{row}-D{row}"]

    return {"Loan": rows()}


def _subtotals(count: int) -> Sheets:
    """Five rows and their sums, again and again."""

    def rows() -> Rows:
        for row in range(1, count + 1):
            if row % 6:
                yield [float(row % 97), f"=A{row}*2+1"]
            else:
                yield [f"=SUM(A{row - 5}:A{row - 1})", f"=SUM(B{row - 5}:B{row - 1})"]

    return {"Data": rows()}


def _alternating(count: int) -> Sheets:
    """Two formulas in turns, each of which reads the row above."""

    def rows() -> Rows:
        for row in range(1, count + 1):
            formula = f"=A{row}*2+1" if row % 2 else f"=SIN(A{row})+B{row - 1}*0.5"
            yield [float(row % 97), formula]

    return {"Data": rows()}


def _sheets(count: int) -> Sheets:
    """Fifty sheets, and a sum through all of them for every row."""
    each = count // 50
    found: Sheets = {f"Part{k}": iter([[float(row % 91 + k), float(row)] for row in range(each)]) for k in range(1, 51)}
    return found | {"Total": iter([[f"=SUM(Part1:Part50!A{row})"] for row in range(1, each + 1)])}


def _queries(count: int) -> Sheets:
    """Sums by five criteria over a table with ten times as many rows."""
    draw = np.random.default_rng(3)

    def data() -> Rows:
        keys = draw.integers(0, 10, (count, 5)).tolist()
        for number, (a, b, c, d, e) in zip(draw.uniform(0, 1, count).round(3).tolist(), keys, strict=True):
            yield [number, f"r{a}", float(b), float(c), f"p{d}", float(e)]

    def wanted() -> Rows:
        ranges = [f"Data!${letter}$1:${letter}${count}" for letter in "ABCDEF"]
        for row, (a, b, c, d, e) in enumerate(draw.integers(0, 10, (count // 10, 5)).tolist(), start=1):
            pairs = zip(ranges[1:], [f"A{row}", f'">="&B{row}', f"C{row}", f"D{row}", f'"<="&E{row}'], strict=True)
            criteria = ",".join(f"{cells},{criterion}" for cells, criterion in pairs)
            yield [f"r{a}", float(b), float(c), f"p{d}", float(e), f"=SUMIFS({ranges[0]},{criteria})"]

    return {"Data": data(), "Wanted": wanted()}


SHAPES: dict[str, Callable[[int], Sheets]] = {
    "COUNTIF so far": _filled("=COUNTIF(D$2:D{r},D{r})"),
    "COUNTIF of texts so far": _filled("=COUNTIF(E$2:E{r},E{r})"),
    "COUNTIF > so far": _filled('=COUNTIF(A$2:A{r},">"&A{r})'),
    "SUMIF so far": _filled("=SUMIF(D$2:D{r},D{r},B$2:B{r})"),
    "SUMIFS, two criteria so far": _filled('=SUMIFS(B$2:B{r},D$2:D{r},D{r},A$2:A{r},"<"&A{r})'),
    "MAXIFS so far": _filled("=MAXIFS(A$2:A{r},D$2:D{r},D{r})"),
    "MATCH so far": _filled("=MATCH(D{r},D$2:D{r},0)"),
    "VLOOKUP so far": _filled("=VLOOKUP(D{r},D$2:F{r},3,FALSE)"),
    "RANK so far": _filled("=RANK(A{r},A$2:A{r})"),
    "MEDIAN so far": _filled("=MEDIAN(A$2:A{r})"),
    "COUNTIF of all": _filled("=COUNTIF($D$2:$D${n},D{r})"),
    "COUNTIF > of all": _filled('=COUNTIF($A$2:$A${n},">"&A{r})'),
    "COUNTIFS between": _filled('=COUNTIFS($A$2:$A${n},">="&A{r}-5,$A$2:$A${n},"<"&A{r}+5)'),
    "RANK of all": _filled("=RANK(A{r},$A$2:$A${n})"),
    "LARGE of all": _filled("=LARGE($A$2:$A${n},F{r}-1)"),
    "VLOOKUP of all": _filled("=VLOOKUP(A{r},$A$2:$B${n},2,FALSE)"),
    "IFERROR(VLOOKUP)": _filled('=IFERROR(VLOOKUP("key "&F{r},$E$2:$F${n},2,FALSE),"")'),
    "MATCH from here on": _filled("=IFERROR(MATCH(D{r},D{s}:D${m},0),0)"),
    "SUMPRODUCT(--(=))": _filled("=SUMPRODUCT(--($D$2:$D${n}=D{r}))"),
    "SUMPRODUCT, two conditions": _filled("=SUMPRODUCT(($D$2:$D${n}=D{r})*($A$2:$A${n}<A{r})*$B$2:$B${n})"),
    "SUMPRODUCT(--(=)) so far": _filled("=SUMPRODUCT(--(D$2:D{r}=D{r}))"),
    "SUMPRODUCT of (>5) so far": _filled("=SUMPRODUCT((A$2:A{r}>5)*B$2:B{r})"),
    "AVERAGEIFS so far": _filled("=AVERAGEIFS(B$2:B{r},D$2:D{r},D{r})"),
    "STDEV so far": _filled("=STDEV(A$2:A{r})", first="=0"),
    "running column": _filled("=G{p}*0.5+B{p}*0.3+B{r}", first="=B2"),
    "sum of its past": _filled("=SUM(G$1:G{p})*0.00001+B{r}"),
    "largest of its past": _filled("=MAX(G$1:G{p})*0.5+B{r}"),
    "SUMIF of its past": _filled("=SUMIF(D$1:D{p},D{r},G$1:G{p})*0.1+B{r}"),
    "loan": _loan,
    "edit distance": _grid("=MIN({left}+1,{up}+1,{corner}+IF({side}={head},0,1))"),
    "subtotals": _subtotals,
    "formulas in turns": _alternating,
    "LET": _filled("=_xlfn.LET(_xlpm.x,A{r}*2,_xlpm.y,_xlpm.x+B{r},_xlpm.y*_xlpm.x)"),
    "LAMBDA": _filled("=_xlfn.LAMBDA(_xlpm.x,_xlpm.x*2+B{r})(A{r})"),
    "INDIRECT": _filled('=INDIRECT("A"&ROW())'),
    "texts": _filled('=E{r}&"-"&MID(E{r},2,3)', '=_xlfn.TEXTJOIN(",",TRUE,E{r},D{r},UPPER(E{r}))'),
    "fifty sheets": _sheets,
    "five criteria": _queries,
}


def report(cases: Sequence[Case], small: bool) -> None:
    """Prints for every shape the processor seconds of computing, what doubling multiplies them by, and the memory."""
    del cases
    sizes = [rows // 20 for rows in ROWS] if small else ROWS
    rows: list[tuple[object, ...]] = []
    for name in SHAPES:
        runs = [process(["-m", "tests.benchmarks.shapes", name, str(size)]) for size in sizes]
        seconds = [float(run.output) for run in runs]
        rows.append((name, *seconds, seconds[-1] / seconds[-2], runs[-1].peak))
    heads = ("shape", *[f"{size:,} rows" for size in sizes], "last doubling", "peak MB")
    table("Shapes: processor seconds of computing", heads, rows)


def book(name: str, rows: int) -> Path:
    """The workbook of a shape."""
    plain = "".join(letter if letter.isalnum() else f"_{ord(letter):x}" for letter in name)
    return cached(f"shape-{plain}-{rows}", lambda path: write_workbook(path, SHAPES[name](rows)))


def seconds(name: str, rows: int) -> float:
    """The processor seconds that computing a shape takes, once read and with all functions at hand."""
    found = read(book(name, rows))
    for sheet in found.sheets:
        found.sheets[sheet]
    calculation = Calculation(read(book(name, 50)))
    calculation.everything()
    began = time.process_time()
    calculation = Calculation(found)
    calculation.everything()
    taken = time.process_time() - began
    if calculation.failures:
        raise ValueError(f"{name}: {next(iter(calculation.failures.items()))}")
    return taken


if __name__ == "__main__":
    print(json.dumps(seconds(sys.argv[1], int(sys.argv[2]))))
