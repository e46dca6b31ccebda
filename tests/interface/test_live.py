"""The live line: how a run falls, in one line of text, and nothing where nobody watches."""

from __future__ import annotations

import io
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from solver.cli.live import Progress, spark
from solver.model.solution import Step

HEIGHTS = {bar: height for height, bar in enumerate("▁▂▃▄▅▆▇█")}


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200), st.integers(1, 40))
def test_bars_are_as_high_as_their_values(values: list[float], width: int) -> None:
    drawn = spark(values, width)
    assert len(drawn) == min(width, len(values))
    if len(values) <= width:
        order = sorted(range(len(values)), key=lambda k: values[k])
        heights = [HEIGHTS[drawn[k]] for k in order]
        assert heights == sorted(heights)
        assert min(values) == max(values) or (heights[0], heights[-1]) == (0, 7)


def test_orders_of_magnitude_fall_evenly() -> None:
    assert spark([10.0**-k for k in range(8)]) == "█▇▆▅▄▃▂▁"
    assert spark([3.0, math.nan, 1.0, math.inf]) == "█ ▁ "
    assert spark([math.nan]) == ""


def test_the_line_says_where_the_run_is() -> None:
    out = io.StringIO()
    with Progress(silent=False, console=Console(file=out, force_terminal=True, width=120)) as progress:
        progress._drawn = -math.inf  # as if the last frame were long ago
        progress.watch(Step(0, 4.0))
        progress._drawn = -math.inf
        progress.watch(Step(1, 1.0, violation=0.5, held_out=2.25))
    shown = out.getvalue()
    assert "step 1  objective 1 █▁  held-out loss 2.25  violation 0.5" in shown


def test_a_long_run_keeps_few_numbers_and_its_start() -> None:
    progress = Progress(silent=False, console=Console(file=io.StringIO(), force_terminal=True))
    for k in range(20_000):
        progress.watch(Step(k, 20_000.0 - k))
    assert len(progress._seen) <= 4097
    line = progress.line(Step(20_000, 0.0), 1.0)
    assert line.split()[4][0] == "█"
    assert line.split()[4][-1] == "▁"


@pytest.mark.parametrize(("silent", "terminal"), [(True, True), (False, False)])
def test_nothing_is_shown_where_nobody_watches(silent: bool, terminal: bool) -> None:
    out = io.StringIO()
    with Progress(silent=silent, console=Console(file=out, force_terminal=terminal)) as progress:
        progress.watch(Step(0, 1.0))
    assert out.getvalue() == ""
