"""Runs one script as its author would, and prints how long each step took: `... .hand NAME IN OUT`."""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module
from typing import Any

from scipy.optimize import minimize


def fitted(script: Any, task: Any) -> tuple[Any, float, int]:
    """The point where the script's optimisation ends, its value, and the number of evaluations."""
    if hasattr(script, "optimise"):
        return script.optimise(task)
    options = {"maxiter": 10_000, "maxfun": 20_000}
    found = minimize(script.objective, task.start, (task,), method="L-BFGS-B", jac=True, options=options)
    return found.x, float(found.fun), int(found.nfev)


def main(name: str, source: str, target: str) -> None:
    """Reads, optimises and writes one workbook."""
    script = import_module(f"tests.benchmarks.hand.{name}")
    began = time.perf_counter()
    workbook, task = script.read(source)
    read = time.perf_counter()
    x, value, evaluations = fitted(script, task)
    solved = time.perf_counter()
    script.write(workbook, task, x)
    workbook.save(target)
    seconds = {"read": read - began, "solve": solved - read, "write": time.perf_counter() - solved}
    print(json.dumps({"final": value, "evaluations": evaluations, "seconds": seconds}))


if __name__ == "__main__":
    main(*sys.argv[1:4])
