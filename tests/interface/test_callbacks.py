"""Callbacks and workers as SciPy has them: what they see, how they stop a run, and that they change no answer."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import pytest
from scipy.optimize import OptimizeResult

import solver
from solver import Outcome
from tests.interface.books import BOX, INT, MAX, model, valley, write
from tests.interface.command import stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


def collector(seen: list[Any], stop_after: int = 10**9) -> Callable[..., None]:
    def callback(intermediate_result: OptimizeResult) -> None:
        seen.append(intermediate_result)
        if len(seen) == stop_after:
            raise StopIteration

    return callback


def test_callback(tmp_path: Path) -> None:
    """It sees the iterates with their objective; the last one is the answer."""
    seen: list[Any] = []
    result = solver.solve(valley(tmp_path / "book.xlsx"), callback=collector(seen))
    assert len(seen) >= 3
    assert all(isinstance(each, OptimizeResult) for each in seen)
    assert seen[0].x == pytest.approx([-1.2, 1])
    assert min(each.fun for each in seen) == pytest.approx(result.fun, abs=1e-12)
    assert [each.nit for each in seen] == sorted(each.nit for each in seen)


def test_callback_stops(tmp_path: Path) -> None:
    """StopIteration ends the run with SciPy's status 99 and Excel's outcome 6; the best point is kept and written."""
    seen: list[Any] = []
    result = solver.solve(
        valley(tmp_path / "book.xlsx"), callback=collector(seen, stop_after=4), out=tmp_path / "out.xlsx"
    )
    assert len(seen) == 4
    assert (result.success, result.status, result.outcome) == (False, 99, Outcome.USER_STOP)
    assert result.fun == pytest.approx(min(each.fun for each in seen))
    assert stored(tmp_path / "out.xlsx", "S", "A3") == pytest.approx(result.fun)


def test_callbacks_in_scipys_two_forms(tmp_path: Path) -> None:
    """By the parameter's name: `xk` is given the point alone, a keyword-only `intermediate_result` its keyword."""
    book = valley(tmp_path / "book.xlsx")
    points: list[Any] = []
    results: list[Any] = []

    def by_point(xk: Any) -> None:
        points.append(xk)

    def by_keyword(*, intermediate_result: Any) -> None:
        results.append(intermediate_result)

    solver.solve(book, callback=by_point)
    solver.solve(book, callback=by_keyword)
    solver.solve(book, callback=results.append)
    assert all(point.shape == (2,) for point in points)
    assert all("fun" in result for result in results)
    assert len(results) == 2 * len(points)


def test_callback_sees_a_maximum_as_the_cell_shows_it(tmp_path: Path) -> None:
    """The sign is that of the sheet."""
    cells = {"A1": 0, "A2": 0, "A3": "=10-(A1-1)^2-(A2-2)^4-EXP(A1)"}
    book = write(tmp_path / "book.xlsx", {"S": cells}, {"S": model("S!$A$3", "S!$A$1:$A$2", sense=MAX)})
    seen: list[Any] = []
    result = solver.solve(book, callback=collector(seen))
    assert seen[0].fun == pytest.approx(-8)
    assert max(each.fun for each in seen) == pytest.approx(result.fun)


def by_threads(function: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(function, items))


@pytest.mark.parametrize("workers", [1, 2, map, by_threads], ids=["one", "two", "map", "threads"])
def test_workers(tmp_path: Path, workers: Any) -> None:
    """A number of processes or anything like `map`: the same answer for the same seed."""
    book = valley(tmp_path / "book.xlsx", *BOX, msl=1)
    result = solver.solve(book, seed=5, workers=workers)
    alone = solver.solve(book, seed=5)
    assert result.x.tolist() == alone.x.tolist()
    assert result.x == pytest.approx([1, 1], abs=1e-6)


@pytest.mark.parametrize("kind", ["starts", "population", "tree"])
def test_workers_of_other_processes(tmp_path: Path, kind: str) -> None:
    """Processes that share nothing with this one: starts, a population and the nodes of a tree are sent to them."""
    whole = ("S!$A$1:$A$2", INT, 0)
    book = valley(tmp_path / "book.xlsx", *BOX, *([whole] if kind == "tree" else []), msl=1 if kind == "starts" else 2)
    engine, options = ("evolutionary", {"itr": 5}) if kind == "population" else (None, {})
    alone = solver.solve(book, engine=engine, options=options, seed=5)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        result = solver.solve(book, engine=engine, options=options, seed=5, workers=pool.map)
    assert result.x.tolist() == alone.x.tolist()
    assert result.outcome is alone.outcome


@pytest.mark.filterwarnings("default")
def test_workers_of_a_cluster(tmp_path: Path) -> None:
    """Dask's scheduler takes the place of a pool: its `map`, and the results gathered in order."""
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    book = valley(tmp_path / "book.xlsx", *BOX, msl=1)
    alone = solver.solve(book, seed=5)
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        result = solver.solve(book, seed=5, workers=lambda *work: client.gather(client.map(*work)))
    assert result.x.tolist() == alone.x.tolist()
