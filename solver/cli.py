"""The command `solver`: what is typed becomes calls of the pipeline, what comes back becomes text, JSON and exit codes.

Everything heavy is imported inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import click

from solver.cli_lesson import LESSON
from solver.cli_parts import (
    BOOK,
    JSON,
    QUIET,
    SHEET,
    exit_code,
    method_options,
    only_one_target,
    refusals,
    request_of,
    writing_options,
)
from solver.errors import ExitCode


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sheet-solver")
def main() -> None:
    """Solves the Solver models stored in .xlsx workbooks, without Excel."""


@main.command()
@BOOK
@SHEET
@click.option("--all-sheets", is_flag=True, help="Every stored model, in the order of the sheets.")
@method_options
@writing_options
@click.option("--dry-run", is_flag=True, help="Write nothing.")
@click.option("--report", "reports", multiple=True, metavar="KIND", help="Append a report sheet (repeatable).")
@JSON
@QUIET
def solve(book: Path, **asked: Any) -> None:
    """Solves the stored model and writes the fitted values, and all that depends on them, into a copy of BOOK."""
    from solver import pipeline
    from solver.book.patch import patch
    from solver.book.save import save
    from solver.console import Progress, print_answer
    from solver.listing import answer_listing

    as_json, quiet = asked["as_json"], asked["quiet"]
    only_one_target(asked)
    with refusals(book):
        began = time.perf_counter()
        opened = pipeline.read(book)
        models = pipeline.pick_models(opened, asked["sheet"], everything=asked["all_sheets"])
        reading = time.perf_counter() - began
        with Progress(silent=quiet) as progress:
            answers = pipeline.solve_models(opened, models, request_of(asked, progress.watch))
        began = time.perf_counter()
        tables = pipeline.report_tables(opened, answers, asked["reports"])
        edits, count, failed = pipeline.edits_of(opened, answers, tables)
        target = book if asked["in_place"] else asked["output"] or pipeline.solved_path(book)
        written = not asked["dry_run"] and (tables or any(answer.keeps for answer in answers))
        if written:
            save(patch(opened, edits), target, in_place=asked["in_place"], force=asked["force"])
        writing = time.perf_counter() - began
    output = str(target) if written else None
    listings = [answer_listing(opened, answer, output, reading, writing) for answer in answers]
    for listing in listings:
        listing.update(file=str(book), recomputed=count, not_recomputed=[str(cell) for cell in failed])
    if as_json:
        many = {"file": str(book), "output": output, "models": listings}
        click.echo(json.dumps(many if asked["all_sheets"] else listings[0], ensure_ascii=False))
    elif not quiet:
        for listing in listings:
            print_answer(listing)
    sys.exit(exit_code(answers))


@main.command()
@BOOK
@SHEET
@JSON
def show(book: Path, sheet: str | None, as_json: bool) -> None:
    """Shows every stored model, and what its formulas make of it."""
    from solver import pipeline
    from solver.console import print_models
    from solver.listing import model_listing

    with refusals(book):
        listings = [model_listing(*found) for found in pipeline.inspect(pipeline.read(book), sheet)]
    if as_json:
        click.echo(json.dumps({"file": str(book), "models": listings}, ensure_ascii=False))
    else:
        print_models(book, listings)


@main.command()
@BOOK
@SHEET
@JSON
@QUIET
def check(book: Path, sheet: str | None, as_json: bool, quiet: bool) -> None:
    """Recomputes every formula, compares with the stored values, and tests each model's constraints and optimality."""
    from solver import pipeline
    from solver.console import print_check
    from solver.listing import check_listing

    with refusals(book):
        _, agreement, certificates = pipeline.verify(pipeline.read(book), sheet)
        listing = check_listing(str(book), agreement, certificates)
    if as_json:
        click.echo(json.dumps(listing, ensure_ascii=False))
    elif not quiet:
        print_check(book, listing)
    agreed = not listing["agreement"]["different"]
    holds = all(model["feasible"] and model["verdict"] != "improvable" for model in listing["models"])
    sys.exit(ExitCode.SOLVED if agreed and holds else ExitCode.NO_ANSWER)


@main.command()
@BOOK
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write a copy with fresh values there.")
@click.option("--seed", type=int, metavar="N", help="Seed of RAND and its kin.")
@JSON
@QUIET
def calc(book: Path, output: Path | None, seed: int | None, as_json: bool, quiet: bool) -> None:
    """Recomputes every formula and prints the values."""
    from solver import pipeline
    from solver.console import print_values
    from solver.listing import values_listing

    with refusals(book):
        listing = values_listing(pipeline.calculate(book, output, seed))
    if as_json:
        click.echo(json.dumps(listing, ensure_ascii=False))
    elif not quiet:
        print_values(listing)


@main.command()
@JSON
def engines(as_json: bool) -> None:
    """Lists the engines with their options, defaults, and Excel's names for them."""
    from solver.console import print_engines
    from solver.engines import engines as all_engines

    listing = [
        {
            "name": about.name,
            "title": about.title,
            "help": about.help,
            "options": [
                {"name": each.name, "excel": each.excel or None, "default": each.default, "help": each.help}
                for each in about.options
            ],
        }
        for about in all_engines()
    ]
    if as_json:
        click.echo(json.dumps({"engines": listing}, default=str, ensure_ascii=False))
    else:
        print_engines(listing)


for command in LESSON:
    main.add_command(command)
