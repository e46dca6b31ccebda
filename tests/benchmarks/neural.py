"""The neural network of the gallery from ten random starts: the losses reached, by kind of output.

    python -m tests.benchmarks.neural [STARTS]

`frozen` trains the weights alone, on embeddings that a simpler model has learnt from the same ratings. The loss is the
mean squared error plus weight decay, as the sheets compute it; seconds are of the processor, for one start.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

from solver.model.recall import recall
from solver.pipeline import Request, read, solve_model
from solver.templates.network import Output, network
from solver.templates.plan import SheetPlan, WorkbookPlan
from solver.templates.sample import planted
from solver.templates.workbook import workbook_bytes

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "workbooks"))
from ratings import learnt_embeddings

RATINGS = planted(users=8, movies=10, blanks=16, noise=0.6, seed=8)


def sheet(kind: str, seed: int) -> SheetPlan:
    """The network's sheet with the first weights of a seed."""
    if kind == "frozen":
        return network(RATINGS, Output.TANH, seed=seed, learnt=learnt_embeddings(RATINGS, factors=3))
    return network(RATINGS, Output[kind.upper()], seed=seed)


def reached(kind: str, seed: int) -> float:
    """The loss that the usual method reaches from the start of a seed."""
    book = read(workbook_bytes(WorkbookPlan("network", (sheet(kind, seed),))))
    (model,) = recall(book).values()
    final = solve_model(book, model, Request()).final
    assert final is not None
    return final


def main() -> None:
    """Prints one line for each kind."""
    starts = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    print(f"{'network':<10}{'median':>9}{'best':>9}{'worst':>9}{'seconds':>9}   losses")
    for kind in ("sigmoid", "tanh", "frozen"):
        began = time.process_time()
        losses = [reached(kind, seed) for seed in range(1, starts + 1)]
        seconds = (time.process_time() - began) / starts
        shown = " ".join(f"{loss:.4f}" for loss in losses)
        columns = (statistics.median(losses), min(losses), max(losses))
        print(f"{kind:<10}" + "".join(f"{loss:>9.4f}" for loss in columns) + f"{seconds:>9.1f}   {shown}", flush=True)


if __name__ == "__main__":
    main()
