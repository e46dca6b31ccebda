"""The grid of a sheet: where rows stand in it, and that what nobody writes takes no memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.compiler.sheets.lines import Index, window_of
from solver.compiler.sheets.untouched import untouched


@given(st.sets(st.integers(0, 3000)), st.lists(st.integers(-5, 3005)))
def test_every_used_number_has_its_position(used: set[int], wanted: list[int]) -> None:
    numbers = sorted(used)
    index = Index(np.array(numbers, dtype=np.int32))
    assert [index.get(number) for number in wanted] == [
        numbers.index(number) if number in used else None for number in wanted
    ]
    with pytest.raises(KeyError):
        index[3001]


_LINE = st.lists(st.integers(0, 4), min_size=1, max_size=3)
_STEPS = st.builds(lambda first, size: list(range(first, first + size)), st.integers(0, 4), st.integers(1, 3))


@given(_LINE | _STEPS, st.integers(0, 3), _LINE | _STEPS, st.integers(0, 3))
def test_a_window_reads_what_the_positions_read(rows: list[int], row_axis: int, cols: list[int], col_axis: int) -> None:
    grid = np.arange(100).reshape(10, 10)
    down, across = (
        np.array(line).reshape([-1 if k == axis else 1 for k in range(4)])
        for line, axis in ((rows, row_axis), (cols, col_axis))
    )
    try:
        wanted = grid[down, across]
    except IndexError:  # both move along one axis and are not equally many
        return
    window = window_of(down, across)
    if window is not None:
        assert (grid[window].reshape(wanted.shape) == wanted).all()
    straight = all(line == list(range(line[0], line[0] + len(line))) for line in (rows, cols))
    if straight and row_axis < col_axis:
        assert window is not None


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system does not say what is resident")
def test_zeros_that_nobody_writes_take_no_memory() -> None:
    before = _resident()
    grid = untouched((1_000_000, 40), np.int32)
    grid[0] = 7
    grid[:, 3] = 1
    assert not grid[1:, :3].any()
    assert grid.sum() == 39 * 7 + 1_000_000
    assert _resident() - before < grid.nbytes / 8
