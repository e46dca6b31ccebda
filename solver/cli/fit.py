"""The command that explains targets by embeddings."""

from __future__ import annotations

import dataclasses
import math
import sys
import time
from typing import TYPE_CHECKING, Any

import click

from solver.cli.interruption import stoppable
from solver.cli.parts import (
    BOOK,
    DRY_RUN,
    JSON,
    QUIET,
    REPORTS,
    exit_code,
    method_options,
    only_one_target,
    print_json,
    refusals,
    reports_of,
    request_of,
    write,
    writing_options,
)

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@BOOK
@click.option("--sheet", metavar="NAME", help="Sheet of the targets; else all are searched.")
@click.option(
    "--targets", metavar="AREA", help="The known numbers alone, such as Lesson!B2:D5; else found by headings."
)
@click.option("--rows", metavar="AREA", help="Embeddings of the rows, if there are any.")
@click.option("--columns", metavar="AREA", help="Embeddings of the columns, if there are any.")
@click.option("--long", metavar="AREA", help="Three columns instead of a grid: row key, column key, value.")
@click.option("--at", metavar="CELL", help="Where the formulas begin; else right of everything.")
@click.option("--factors", type=click.IntRange(1), metavar="N", help="Numbers in each new embedding [5].")
@click.option("--bias", is_flag=True, help="One number more for each row and each column.")
@click.option("--loss", type=click.Choice(("mse", "rmse", "mae", "huber")), default="mse", show_default=True)
@click.option(
    "--decay",
    metavar="NUMBER|auto",
    default="0",
    help="Weight of the sum of squares of what is learnt; auto tries some.",
)
@click.option("--link", type=click.Choice(("identity", "sigmoid", "tanh")), default="identity", show_default=True)
@click.option("--model", type=click.Choice(("dot", "network")), default="dot", show_default=True)
@click.option("--hidden", metavar="N[,N]", default="8", show_default=True, help="Units of the network's hidden layers.")
@click.option("--range", "ends", type=float, nargs=2, metavar="LOW HIGH", help="Ends of the link; else of the targets.")
@click.option(
    "--init", type=click.Choice(("random", "stored", "zeros")), help="First values; else those stored, or random."
)
@click.option("--scale", type=click.FloatRange(0), default=0.5, help="How far random first values lie apart.")
@click.option("--freeze", multiple=True, metavar="rows|columns|AREA", help="What is to stay as it is (repeatable).")
@click.option(
    "--holdout", type=click.FloatRange(0, 1), default=0.0, metavar="SHARE", help="Targets kept out of the loss."
)
@method_options
@writing_options
@DRY_RUN
@REPORTS
@JSON
@QUIET
def fit(book: Path, **asked: Any) -> None:
    """Explains a grid of targets by embeddings: writes formulas, loss and model into a copy of BOOK, and solves it."""
    from solver import pipeline
    from solver.cli.console import SHOWN, print_answer
    from solver.cli.live import Progress
    from solver.lesson.fitting import Fit
    from solver.lesson.fitting import fit as fitted_by
    from solver.listing import absolute, answer_listing, report_listings

    only_one_target(asked)
    asked["hidden"], asked["decay"] = _sizes(asked["hidden"]), _decay(asked["decay"])
    said = {field.name: asked[field.name] for field in dataclasses.fields(Fit) if field.name in asked}
    with refusals(book), stoppable():
        began = time.perf_counter()
        opened = pipeline.read(book)
        kinds = pipeline.report_kinds(asked["reports"])
        reading = time.perf_counter() - began
        with Progress(silent=asked["quiet"]) as progress:
            request = request_of(asked, progress.watch)
            said["seed"] = 1 if asked["seed"] is None else asked["seed"]
            fitted = fitted_by(opened, Fit(**said, request=request))
        began = time.perf_counter()
        target = book if asked["in_place"] else asked["output"] or pipeline.beside(book, "solved")
        written = fitted.answer.keeps and not asked["dry_run"]
        reports = reports_of(book, fitted.book, [fitted.answer], kinds)
        tables, kinds = ([], []) if reports is None else (reports, kinds)
        if written:
            write(opened, dataclasses.replace(fitted.edits, tables=tuple(tables)), target, asked)
        writing = time.perf_counter() - began
    output = str(target) if written else None
    most = None if asked["as_json"] else SHOWN
    listing = answer_listing(fitted.book, fitted.answer, output, reading, writing, most)
    listing["notes"] = [*fitted.notes, *listing["notes"]]
    listing["reports"] = report_listings(kinds, tables)
    after = fitted.answer.after
    listing.update(file=str(book), recomputed=pipeline.computed_cells(after))
    listing["not_recomputed"] = [absolute(cell) for cell in pipeline.left_open(after)]
    if asked["as_json"]:
        print_json(listing)
    elif not asked["quiet"]:
        print_answer(listing)
    sys.exit(exit_code([fitted.answer], stopped=reports is None))


def _decay(text: str) -> float | None:
    """The weight decay of a text from the command line; None for `auto`, where it is chosen by the data."""
    try:
        decay = None if text.strip().lower() == "auto" else float(text)
    except ValueError:
        decay = -1.0
    if decay is not None and not 0 <= decay < math.inf:
        raise click.UsageError(f"--decay takes a number from 0 upwards, or auto, not {text}")
    return decay


def _sizes(text: str) -> tuple[int, ...]:
    """The sizes of hidden layers."""
    sizes = [part.strip() for part in text.split(",")]
    if not all(size.isdecimal() and int(size) > 0 for size in sizes):
        raise click.UsageError(f"--hidden takes numbers of units such as 8 or 8,4, not {text}")
    return tuple(int(size) for size in sizes)
