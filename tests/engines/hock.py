"""Problems of Hock and Schittkowski, Test Examples for Nonlinear Programming Codes (1981).

They stand beside those in `cases` and `row_cases`, by their number of variables.

Each has its number, start, objective, rows with their ends, bounds, and least value as printed in the book.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .zoo import INF, Case, build

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def add(
    cases: list[Case],
    number: int,
    x0: Sequence[float],
    least: float,
    fun: Callable[[Sequence[Any]], Any],
    rows: Callable[[Sequence[Any]], list[Any]] | None = None,
    low: Sequence[float] = (),
    high: Sequence[float] = (),
    lb: Any = -INF,
    ub: Any = INF,
) -> None:
    """Adds a problem to a list of them."""
    cases.append(Case(f"hs{number:03d}", build(x0, fun, rows, low, high, lb=lb, ub=ub), least))


def valley(x: Sequence[Any]) -> Any:
    """Rosenbrock's function."""
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


def norm(x: Sequence[Any]) -> Any:
    """The sum of squares."""
    return sum(v**2 for v in x)


def wood(x: Sequence[Any]) -> Any:
    """Wood's function (Colville 1968): two valleys side by side."""
    return (
        100 * (x[1] - x[0] ** 2) ** 2
        + (1 - x[0]) ** 2
        + 90 * (x[3] - x[2] ** 2) ** 2
        + (1 - x[2]) ** 2
        + 10.1 * ((x[1] - 1) ** 2 + (x[3] - 1) ** 2)
        + 19.8 * (x[1] - 1) * (x[3] - 1)
    )
