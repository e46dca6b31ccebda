"""Measuring: commands as processes of their own, functions in turns, and tables of what was found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Process:
    """What a process took: seconds by the clock and of the processor, megabytes at its peak, and what it printed."""

    wall: float
    cpu: float
    peak: float
    output: Any


def environment() -> dict[str, str]:
    """What a measured process finds: this package, one BLAS thread, and compiled files at hand."""
    found = {
        **os.environ,
        "PYTHONPATH": str(_ROOT),
        "PYTHONPYCACHEPREFIX": str(Path(gettempdir()) / "solver-pyc"),
    }
    found |= dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    found.pop("PYTHONDONTWRITEBYTECODE", None)
    return found


def process(arguments: Sequence[str]) -> Process:
    """Runs a Python module in that environment; its output is JSON, or nothing."""
    began = time.perf_counter()
    child = subprocess.Popen([sys.executable, *arguments], cwd=_ROOT, env=environment(), stdout=subprocess.PIPE)
    assert child.stdout is not None
    printed = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - began
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, list(arguments))
    output = json.loads(printed) if printed.strip() else None
    return Process(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output)


def in_turns(first: Callable[[int], object], second: Callable[[int], object], calls: int) -> tuple[float, float]:
    """The mean processor seconds of two functions, called in turns with the number of the call."""
    taken = [0.0, 0.0]
    for call in range(-2, calls):
        for which, function in enumerate((first, second)):
            began = time.process_time()
            function(call)
            if call >= 0:  # the first calls lay out their buffers
                taken[which] += time.process_time() - began
    return taken[0] / calls, taken[1] / calls


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Prints rows under their heads, numbers to three digits."""
    cells = [list(heads), *[[_shown(value) for value in row] for row in rows]]
    widths = [max(len(row[col]) for row in cells) for col in range(len(heads))]
    print(f"\n{title}", flush=True)
    for row in cells:
        first, *others = zip(row, widths, strict=True)
        line = [first[0].ljust(first[1]), *[cell.rjust(width) for cell, width in others]]
        print("  " + "  ".join(line), flush=True)


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.0f}" if 1000 <= abs(value) < 1e9 else f"{value:.3g}"
    return "-" if value is None else str(value)
