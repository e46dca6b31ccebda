"""The cases: a workbook in two sizes, and the scripts that an expert might write for it; the quicker one counts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from tests.benchmarks import books
from tests.benchmarks.constrained import transport

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Case:
    """`full` and `small` make the workbook; `hands` are modules of `tests.benchmarks.hand`."""

    name: str
    hands: tuple[str, ...]
    full: Callable[[], Path]
    small: Callable[[], Path]

    def book(self, small: bool) -> Path:
        """The workbook in one of its sizes."""
        return self.small() if small else self.full()


def _long(lookup: str) -> Case:
    return Case(
        "long" if lookup == "index" else f"long-{lookup}",
        ("long",),
        partial(books.long, 100_000, 943, 1682, lookup),
        partial(books.long, 2_000, 60, 80, lookup),
    )


_ALL = (
    _long("index"),
    _long("offset"),
    _long("xlookup"),
    Case("grid-300", ("grid", "grid_sparse"), partial(books.grid, 300, 0.3), partial(books.grid, 30, 0.3)),
    Case("grid-1000", ("grid_sparse", "grid"), partial(books.grid, 1000, 0.1), partial(books.grid, 60, 0.1)),
    Case("network", ("network",), partial(books.network, 10_000, 300, 500), partial(books.network, 400, 20, 30)),
    Case("regression", ("regression",), partial(books.regression, 50_000), partial(books.regression, 1_000)),
    Case("recurrence", ("recurrence",), partial(books.recurrence, 100_000), partial(books.recurrence, 2_000)),
    Case("transport-100", ("transport",), partial(transport, 100, 200), partial(transport, 10, 20)),
    Case("transport-300", ("transport",), partial(transport, 300, 500), partial(transport, 20, 30)),
)
CASES = {case.name: case for case in _ALL}
