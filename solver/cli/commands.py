"""The command `solver`: what is typed becomes calls of the pipeline, what comes back becomes text, JSON and exit codes.

Everything heavy is imported inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import click

from solver.cli.fit import fit
from solver.cli.interruption import stoppable
from solver.cli.lesson import LESSON
from solver.cli.parts import (
    BOOK,
    BREAK_SIGNATURE,
    DRY_RUN,
    FORCE,
    JSON,
    QUIET,
    REPORTS,
    SHEET,
    Commands,
    exit_code,
    method_options,
    only_one_target,
    print_json,
    refusals,
    refuse_target,
    reports_of,
    request_of,
    tell_left,
    write,
    writing_options,
)
from solver.errors import ExitCode


@click.group(
    "solver", cls=Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="sheet-solver")
@click.pass_context
def main(context: click.Context) -> None:
    """Solves the Solver models stored in .xlsx workbooks, without Excel."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@main.command()
@BOOK
@SHEET
@click.option("--all-sheets", is_flag=True, help="Every stored model, in the order of the sheets.")
@method_options
@writing_options
@DRY_RUN
@REPORTS
@click.option(
    "--report-as",
    type=click.Choice(["sheet", "text", "csv"]),
    default="sheet",
    help="What becomes of the reports: sheets of the book, or text or CSV printed in place of the summary.",
)
@JSON
@QUIET
def solve(book: Path, **asked: Any) -> None:
    """Solves the stored model and writes the fitted values, and all that depends on them, into a copy of BOOK."""
    from solver import pipeline
    from solver.cli.console import SHOWN, print_answer, print_reports
    from solver.cli.live import Progress
    from solver.listing import absolute, answer_listing, report_listings

    only_one_target(asked)
    if asked["sheet"] and asked["all_sheets"]:
        raise click.UsageError("--sheet and --all-sheets exclude each other")
    target = book if asked["in_place"] else asked["output"] or pipeline.beside(book, "solved")
    with refusals(book), stoppable():
        began = time.perf_counter()
        opened = pipeline.read(book)
        models = pipeline.pick_models(opened, asked["sheet"], everything=asked["all_sheets"])
        kinds = pipeline.report_kinds(asked["reports"])
        if not asked["dry_run"]:
            refuse_target(opened, target, asked)
        reading = time.perf_counter() - began
        with Progress(silent=asked["quiet"]) as progress:
            answers = pipeline.solve_models(opened, models, request_of(asked, progress.watch))
        left = tell_left(book, models[len(answers) :])
        began = time.perf_counter()
        reports = reports_of(book, opened, answers, kinds)
        tables, kinds, left = ([], [], True) if reports is None else (reports, kinds, left)
        sheets = tables if asked["report_as"] == "sheet" else []
        edits, count, failed = pipeline.edits_of(opened, answers, sheets)
        written = not asked["dry_run"] and bool(sheets or any(answer.keeps for answer in answers))
        if written:
            write(opened, edits, target, asked)
        writing = time.perf_counter() - began
    output = str(target) if written else None
    most = None if asked["as_json"] else SHOWN
    listings = [answer_listing(opened, answer, output, reading, writing, most) for answer in answers]
    for k, listing in enumerate(listings):
        listing.update(file=str(book), recomputed=count, not_recomputed=[absolute(cell) for cell in failed])
        listing["reports"] = report_listings(kinds, tables[k * len(kinds) : (k + 1) * len(kinds)])
    if asked["as_json"]:
        many = {"file": str(book), "output": output, "models": listings}
        print_json(many if asked["all_sheets"] else listings[0])
    elif tables and not sheets:
        print_reports(tables, as_csv=asked["report_as"] == "csv")
    elif not asked["quiet"]:
        for listing in listings:
            print_answer(listing)
    sys.exit(exit_code(answers, stopped=left))


@main.command()
@BOOK
@SHEET
@method_options
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to write, as .png or .svg.")
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="KIND",
    default=["trace", "fit", "answer"],
    help="Draw the charts of this report (repeatable); trace, fit and answer if left out.",
)
@QUIET
def plot(book: Path, **asked: Any) -> None:
    """Solves the stored model and draws its charts: loss by iteration, fitted against target, slack."""
    from solver import pipeline
    from solver.book.package.save import save, writable
    from solver.cli.live import Progress
    from solver.plotting import form_of, picture

    target = asked["output"] or pipeline.beside(book, "plot").with_suffix(".png")
    with refusals(target):
        form = form_of(target)
        writable(target)
    with refusals(book), stoppable():
        opened = pipeline.read(book)
        kinds = pipeline.report_kinds(asked["reports"])
        with Progress(silent=asked["quiet"]) as progress:
            answers = pipeline.solve_models(
                opened, pipeline.pick_models(opened, asked["sheet"]), request_of(asked, progress.watch)
            )
        drawn = picture(pipeline.report_tables(opened, answers, kinds), form)
        with refusals(target):
            save(drawn, target)
    if not asked["quiet"]:
        click.echo(f"written to {target}")
    sys.exit(exit_code(answers))


@main.command()
@BOOK
@SHEET
@JSON
def show(book: Path, sheet: str | None, as_json: bool) -> None:
    """Shows every stored model, and what its formulas make of it."""
    from solver import examining, pipeline
    from solver.cli.console import print_models
    from solver.listing import model_listing

    with refusals(book):
        listings = [model_listing(*found) for found in examining.inspect(pipeline.read(book), sheet)]
    if as_json:
        print_json({"file": str(book), "models": listings})
    else:
        print_models(book, listings)


@main.command()
@BOOK
@SHEET
@JSON
@QUIET
def check(book: Path, sheet: str | None, as_json: bool, quiet: bool) -> None:
    """Recomputes every formula, compares with the stored values, and tests each model's constraints and optimality."""
    from solver import examining, pipeline
    from solver.cli.console import print_check

    with refusals(book):
        agreement, examined = examining.verify(pipeline.read(book), sheet)
        listing = examining.check_listing(str(book), agreement, examined)
    if as_json:
        print_json(listing)
    elif not quiet:
        print_check(book, listing)
    agreed = not listing["agreement"]["different"]
    holds = all(model["feasible"] and model["verdict"] != "improvable" for model in listing["models"])
    sys.exit(ExitCode.SOLVED if agreed and holds else ExitCode.NO_ANSWER)


@main.command()
@BOOK
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write a copy with fresh values there.")
@click.option("--seed", type=click.IntRange(0), metavar="N", help="Seed of RAND and its kin.")
@FORCE
@BREAK_SIGNATURE
@JSON
@QUIET
def calc(book: Path, **asked: Any) -> None:
    """Recomputes every formula and prints the values."""
    from solver import pipeline
    from solver.cli.console import print_values
    from solver.listing import values_listing

    with refusals(book):
        opened = pipeline.read(book)
        if asked["output"]:
            refuse_target(opened, asked["output"], asked)
        calculation = pipeline.computed(opened, asked["seed"])
        if asked["output"]:
            write(opened, pipeline.fresh_values(calculation), asked["output"], asked)
        listing = values_listing(calculation) if asked["as_json"] or not asked["quiet"] else {}
    if asked["as_json"]:
        print_json(listing)
    elif not asked["quiet"]:
        print_values(listing)


@main.command()
@JSON
def engines(as_json: bool) -> None:
    """Lists the engines with their options, defaults, and Excel's names for them."""
    from solver.cli.console import print_engines
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
        print_json({"engines": listing})
    else:
        print_engines(listing)


for command in (*LESSON, fit):
    main.add_command(command)
