"""The live line on the terminal while a model is solved: where the run is, and how its objective fell."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.text import Text

from solver.chart import MANY_FOLD

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from solver.model.solution import Step

_FRAMES_PER_SECOND = 10.0
_BARS = "▁▂▃▄▅▆▇█"
_WIDTH = 32
_MOST_KEPT = 4096


def spark(values: Sequence[float], width: int = _WIDTH) -> str:
    """A curve in one line of text: one bar for each of as many values, or for evenly chosen ones of more.

    Heights are logarithmic where positive values range over orders of magnitude; NaN and infinities leave a gap.

    >>> spark([4, 3, 2, 1, 0, 0])
    '█▆▅▃▁▁'
    """
    count = min(width, len(values))
    chosen = [values[round(k * (len(values) - 1) / max(count - 1, 1))] for k in range(count)]
    finite = [value for value in chosen if math.isfinite(value)]
    if not finite:
        return ""
    if min(finite) > 0 and max(finite) > MANY_FOLD * min(finite):
        chosen = [math.log(value) if 0 < value < math.inf else math.nan for value in chosen]
        finite = [value for value in chosen if math.isfinite(value)]
    low, span = min(finite), (max(finite) - min(finite)) or 1.0
    return "".join(
        _BARS[int((value - low) / span * (len(_BARS) - 1) + 0.5)] if math.isfinite(value) else " " for value in chosen
    )


class Progress:
    """The live line: iteration, objective with its spark line, held-out loss, violation, time.

    It is silent where stderr is no terminal.
    """

    def __init__(self, *, silent: bool, console: Console | None = None) -> None:
        console = console or Console(stderr=True, highlight=False)
        self._live = None if silent or not console.is_terminal else Live(console=console, transient=True)
        self._began = self._drawn = time.monotonic()
        self._seen: list[float] = []
        self._stride = 1

    def __enter__(self) -> Progress:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._live is not None:
            self._live.stop()

    def watch(self, step: Step, /) -> None:
        """Shows one step, at most ten times a second."""
        if self._live is None:
            return
        self._keep(step)
        now = time.monotonic()
        if now - self._drawn < 1 / _FRAMES_PER_SECOND:
            return
        self._drawn = now
        self._live.update(Text(self.line(step, now - self._began), no_wrap=True))

    def line(self, step: Step, seconds: float) -> str:
        """What is shown of a step."""
        parts = [f"step {step.iteration}", f"objective {step.fun:.10g} {spark(self._seen)}"]
        if step.held_out is not None:
            parts.append(f"held-out loss {step.held_out:.6g}")
        if step.violation > 0:
            parts.append(f"violation {step.violation:.3g}")
        return "  ".join([*parts, f"{seconds:.1f} s"])

    def _keep(self, step: Step) -> None:
        """Notes the objective of every step, then of every second, every fourth and so on."""
        if step.iteration % self._stride == 0:
            self._seen.append(step.fun)
        if len(self._seen) > _MOST_KEPT:
            del self._seen[1::2]
            self._stride *= 2
