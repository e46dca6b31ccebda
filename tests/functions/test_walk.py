"""Every function, at the points of its own examples and beside them, as a function of variable cells.

Nobody is exempt and nothing is listed: a new function is tested by its examples.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from solver.algebra import Program, broadcast, constant, mul, sum_
from solver.algebra.calculus.derive import gradient
from solver.algebra.node import topological
from solver.algebra.primitive import Nonlinear
from solver.algebra.structure.degree import levels
from solver.algebra.structure.ladder import Degree
from solver.compiler.calculation import Calculation
from solver.errors import FormulaError
from solver.functions.registry import Calculus
from solver.grid import Area, Cell
from solver.values import ErrorValue, Kind
from tests.books import book_of, close
from tests.compiler.cells import split
from tests.functions.walk import FUNCTIONS, WIDTH, Example, known, walk

if TYPE_CHECKING:
    import numpy.typing as npt

    from solver.book.book import Book

    Array = npt.NDArray[np.float64]

HOME = Cell("Sheet1", 20, 400)
STEP = 1e-4
STENCIL = (-2, -1, 0, 1, 2)
DEPTH = 3
FAULTS = ("=1/0", "x", -3.0, 0.0, True, None)
"""What may stand in the last row of a column that is else in order; two of them are tried on each example."""
OTHERS = ("x", "5", "", True, False, None, ErrorValue.NA)
"""What may stand among the numbers of an array; three of them are tried on each."""
ONE_SIDED = {
    "GAMMA.DIST": "at 0 the density is that of shape 1 alone",
    "GAMMA.INV": "at 0 it is 0 for every shape",
    "WEIBULL.DIST": "at 0 the density is that of shape 1 alone",
    "SECH": "it is 0 where the hyperbolic cosine overflows",
}
"""Where a derivative has no value at the border of a domain."""
SHAPELESS = {"INDEX", "LINEST"}
"""What is looked at by INDEX at a position that is alive: 0 there would be a whole row, and is an error instead."""


def _beside(values: Array, draw: np.random.Generator) -> Array:
    """A point near some values, at a distance that suits their size."""
    return values * (1 + 0.02 * draw.uniform(-1, 1, values.shape)) + 0.01 * (values == 0) * draw.random(values.shape)


def _known(example: Example, place: int, values: Array) -> Array:
    """The numbers that the formula gives for constants; NaN for what is none."""
    book = book_of({"Sheet1": example.contents(place, values)})
    found = Calculation(book, seed=1).evaluate(example.formula([place]), HOME)
    kinds = np.broadcast_to(found.kind, found.shape)
    numbers = (kinds == Kind.NUMBER) | (kinds == Kind.BOOLEAN) | (kinds == Kind.BLANK)
    return np.where(numbers, np.broadcast_to(found.known, found.shape), np.nan)


@np.errstate(all="ignore")
def _check(name: str, example: Example, place: int, at: Array, draw: np.random.Generator) -> bool:
    """Compares the derivative by an input with differences; whether there is one that is not 0."""
    book = book_of({"Sheet1": example.contents(place, at)})
    live = Calculation(book, variables=list(map(Area.of, example.cells(place, at))), seed=1)
    try:
        found = live.evaluate(example.formula([place]), HOME)
    except FormulaError:
        return False  # it says that it cannot have a variable here
    direction = draw.uniform(0.5, 1, at.shape) * draw.choice([-1, 1], at.shape) * np.clip(np.abs(at), 1e-3, 10)
    along = [_known(example, place, at + k * STEP * direction) for k in STENCIL]
    if any(values.shape != along[2].shape or np.isnan(values).any() for values in along):
        return False
    if not found.live:
        assert all((values == along[2]).all() for values in along), f"{example} depends on its input {place} silently"
        return False
    assert live.x is not None
    weight = draw.uniform(0.5, 1, along[2].shape)
    total = sum_(mul(broadcast(found.number, along[2].shape), constant(weight)), (0, 1, 2, 3))
    value, slopes = Program([live.x], [found.number, gradient(total, live.x)]).run(known(at))
    if name in SHAPELESS and np.isnan(value).all():
        return False
    assert np.broadcast_to(value, along[2].shape) == pytest.approx(along[2], rel=1e-9, abs=1e-12)
    degree = int(levels([total], live.x)[total].max())
    before2, before, here, after, after2 = (float((values * weight).sum()) for values in along)
    slope = float(slopes.ravel() @ known(direction))
    measured = (before2 - 8 * before + 8 * after - after2) / (12 * STEP)
    if np.isinf([slope, measured]).any():  # the last numbers before an overflow
        return False
    slopes_between = np.diff([before2, before, here, after, after2]) / STEP
    noise = 1e-12 * max(1e-3, *(abs(v) for v in (before2, here, after2))) / STEP
    off = abs(slope - measured)
    if off <= 1e-5 * max(abs(slope), abs(measured)) + 10 * noise:
        return slope != 0
    if any(isinstance(node.op, Nonlinear) and node.op.name == "opaque" for node in topological([total])):
        assert degree == Degree.STEP
        return False
    said = f"{example} by input {place} at {at}: {slope} is not {measured}"
    if np.isnan(slope):
        assert name in ONE_SIDED, said
        return True
    assert degree >= Degree.KINK, said
    assert np.ptp(slopes_between) > 0.5 * off, said  # a jump or a corner within the stencil
    if degree == Degree.KINK:
        assert slopes_between.min() - noise <= slope <= slopes_between.max() + noise, said
    return True


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_derivatives_near_the_examples(name: str) -> None:
    """Exact where the function is smooth; what jumps or bends is declared; nothing is zero silently."""
    draw = np.random.default_rng(1)
    sloped = [
        example.text
        for example in walk(FUNCTIONS[name])
        for place, values in enumerate(example.inputs)
        if _check(name, example, place, _beside(values, draw), draw)
    ]
    if FUNCTIONS[name].calculus is Calculus.SMOOTH:
        assert sloped, "no example has a derivative"
    if FUNCTIONS[name].calculus is Calculus.NONE:
        assert not any(text.startswith(f"{name}(") for text in sloped), sloped


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_arrays_that_hold_other_things_beside_numbers(name: str) -> None:
    """What stands among variable cells counts, or does not, as it does among constants."""
    draw = np.random.default_rng(7)
    for example in walk(FUNCTIONS[name]):
        for place, values in enumerate(example.inputs):
            numbers = np.argwhere(~np.isnan(values)).tolist()
            for other in draw.permutation(np.array(OTHERS, dtype=object))[:3].tolist() if len(numbers) > 1 else ():
                i, j = numbers[draw.integers(len(numbers))]
                at = _beside(values, draw)
                at[i, j] = np.nan
                others = [*example.others]
                others[place] = {**others[place], (i, j): other}
                _check(name, replace(example, others=tuple(others)), place, at, draw)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_examples_filled_down(name: str) -> None:
    """A formula filled down gives, as one block, what its cells give one by one, values and gradients."""
    draw = np.random.default_rng(2)
    for example in walk(FUNCTIONS[name]):
        places = range(len(example.inputs))
        contents: dict[str, object] = {}
        numbers: list[list[Cell]] = []
        for place, values in enumerate(example.inputs):
            column = np.concatenate([values, *(_beside(values, draw)[-1:] for _ in range(DEPTH - 1))])
            contents |= example.contents(place, column)
            numbers.append(example.cells(place, column))
        cells = [Cell("Sheet1", 40 + down, WIDTH * (len(example.inputs) + 1)) for down in range(DEPTH)]
        contents |= {cell.a1: "=" + example.formula(places, down) for down, cell in enumerate(cells)}
        book = book_of({"Sheet1": contents})
        _same_values(book, cells, example)
        _same_gradients(book, cells, [Area.of(cell) for column in numbers for cell in column], example)
        for fault in draw.permutation(np.array(FAULTS, dtype=object))[:2].tolist():
            spoiled = numbers[draw.integers(len(numbers))][-1].a1
            _same_values(book_of({"Sheet1": {**contents, spoiled: fault}}), cells, example)


def _same_values(book: Book, cells: list[Cell], example: Example) -> None:
    whole, pieces = Calculation(book, seed=1), split(Calculation(book, seed=1))
    whole.everything()
    pieces.everything()
    assert set(whole.failures) >= set(pieces.failures), example
    assert not (set(whole.failures) and not pieces.failures), example  # a block fails as a whole, but not for nothing
    for cell in cells:
        if cell not in whole.failures and not _volatile(whole, cell):
            one, other = (each.stores["Sheet1"].read_cell(cell.row, cell.col).scalar() for each in (whole, pieces))
            assert close(one, other), f"{example}: {one} in its block, {other} alone"


def _volatile(calculation: Calculation, cell: Cell) -> bool:
    store = calculation.stores["Sheet1"]
    return bool(store.volatile[store.row_index[cell.row], store.col_index[cell.col]])


def _same_gradients(book: Book, cells: list[Cell], areas: list[Area], example: Example) -> None:
    whole, pieces = Calculation(book, variables=areas, seed=1), split(Calculation(book, variables=areas, seed=1))
    whole.everything()
    pieces.everything()
    assert set(whole.failures) >= set(pieces.failures), example
    assert not (set(whole.failures) and not pieces.failures), example  # a block fails as a whole, but not for nothing
    for cell in cells:
        if cell not in whole.failures and not _volatile(whole, cell) and np.isfinite(_number(whole, cell)):
            one, other = _gradient(whole, cell), _gradient(pieces, cell)
            usable = np.isfinite(one) & np.isfinite(other)  # at borders of a domain either may have no slope
            np.testing.assert_allclose(one[usable], other[usable], rtol=1e-9, atol=1e-12, err_msg=f"{example} {cell}")


def _number(calculation: Calculation, cell: Cell) -> float:
    """The cell's number for constants; NaN for what is none."""
    value = Calculation(calculation.book, seed=1).value(Area.of(cell)).scalar()
    return value if isinstance(value, float) else np.nan


def _gradient(calculation: Calculation, cell: Cell) -> Array:
    """The gradient of a cell at the values that the variables have in the book."""
    assert calculation.x is not None
    stored = calculation.book.sheets["Sheet1"].cells
    at = [stored.find(each.row, each.col) for each in calculation.variables]
    x = stored.number[at]
    node = calculation.value(Area.of(cell)).number
    return Program([calculation.x], [gradient(node, calculation.x)]).run(x)[0] if node.value is None else 0 * x
