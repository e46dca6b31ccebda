"""Excel's Solver for .xlsx workbooks, in Python, without Excel: exact derivatives, lossless files, checked answers.

    >>> import solver
    >>> result = solver.solve("book.xlsx")                                        # doctest: +SKIP
    >>> result.fun, result.outcome.message                                        # doctest: +SKIP

`solve` takes a workbook with a stored Solver model to its answer; `read` opens one to look at values, models and
problems, and to save a result into a lossless copy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from solver.api import Workbook, read, solve
    from solver.errors import (
        CircularReference,
        EngineError,
        FormulaError,
        ModelError,
        Outcome,
        SolverError,
        UnsupportedFunction,
        WorkbookError,
    )
    from solver.values import ErrorValue

__all__ = [
    "CircularReference",
    "EngineError",
    "ErrorValue",
    "FormulaError",
    "ModelError",
    "Outcome",
    "SolverError",
    "UnsupportedFunction",
    "Workbook",
    "WorkbookError",
    "read",
    "solve",
]

_HOMES = {"ErrorValue": "solver.values", "Workbook": "solver.api", "read": "solver.api", "solve": "solver.api"}


def __getattr__(name: str) -> Any:
    """Public names are loaded when they are first used, so that `solver --help` answers at once."""
    if name not in __all__:
        raise AttributeError(f"module 'solver' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES.get(name, "solver.errors")), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
