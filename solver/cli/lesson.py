"""The commands that make and explain models: define, and those of the lesson."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from solver.cli.interruption import stoppable
from solver.cli.parts import (
    BOOK,
    BREAK_SIGNATURE,
    FORCE,
    JSON,
    QUIET,
    only_one_target,
    print_json,
    refusals,
    write,
    writing_options,
)

LESSON: list[click.Command] = []
"""The commands of this file, for the group."""


def lesson(command: click.Command) -> click.Command:
    """Adds a command to the group."""
    LESSON.append(command)
    return command


@lesson
@click.command()
@BOOK
@click.option("--sheet", metavar="NAME", help="Sheet of the model; else that of its cells.")
@click.option("--minimize", "--minimise", "minimum", metavar="CELL", help="Objective, as small as can be.")
@click.option("--maximize", "--maximise", "maximum", metavar="CELL", help="Objective, as large as can be.")
@click.option("--value-of", "value", metavar="CELL", help="Objective that should take the value of --target.")
@click.option("--target", type=float, metavar="NUMBER", help="Value for the cell of --value-of; 0 if left out.")
@click.option("--feasible", is_flag=True, help="No objective: any point that meets the constraints.")
@click.option("--by-changing", "variables", metavar="AREA[,AREA]", help="Variable cells.")
@click.option(
    "--subject-to", "added", multiple=True, metavar="TEXT", help="One more constraint, such as 'A1:A5 <= 10'."
)
@click.option("--remove", "removed", multiple=True, metavar="TEXT", help="Drop a constraint, by its number or text.")
@click.option("--engine", metavar="NAME", help="grg, simplex, evolutionary, or an engine of `solver engines`.")
@click.option(
    "-O", "pairs", multiple=True, metavar="NAME=VALUE", help="An option by our name or Excel's; NAME= unsets."
)
@click.option("--nonnegative/--free", default=None, help="Whether variables without a lower bound start at 0.")
@click.option(
    "--held-out", metavar="CELL", help="Loss of what is kept out of learning, to be watched; an empty text for none."
)
@click.option("--clear", is_flag=True, help="Take the stored model away first.")
@writing_options
@JSON
@QUIET
def define(book: Path, **asked: Any) -> None:
    """Stores or edits a model in BOOK (or with -o in a copy), as Excel's dialog would."""
    from solver import examining, pipeline
    from solver.cli.console import print_models
    from solver.cli.parts import given_options
    from solver.lesson.defining import Definition
    from solver.lesson.defining import define as defined
    from solver.listing import model_listing

    only_one_target(asked)
    options = {name: str(value) for name, value in given_options(asked["pairs"], None).items()}
    definition = Definition(
        objective=_objective(asked),
        target=asked["target"],
        variables=asked["variables"],
        added=asked["added"],
        removed=asked["removed"],
        engine=asked["engine"],
        options=options,
        nonnegative=asked["nonnegative"],
        held_out=asked["held_out"],
        clear=asked["clear"],
    )
    if definition.says_nothing and not asked["clear"]:
        raise click.UsageError("say what to store, such as --minimize CELL --by-changing AREA")
    with refusals(book):
        before = pipeline.read(book)
        model, edits = defined(before, asked["sheet"], definition)
        target = asked["output"] or book
        write(before, edits, target, {**asked, "in_place": target == book})
        after = pipeline.read(target)
        listings = [] if model is None else [model_listing(*examining.inspect(after, model.sheet)[0])]
    if asked["as_json"]:
        print_json({"file": str(book), "output": str(target), "models": listings})
    elif not asked["quiet"]:
        print_models(target, listings)
    sys.exit(0)


def _objective(asked: dict[str, Any]) -> tuple[str, Any] | None:
    """The one objective that was given, with what is done to it."""
    from solver.model.model import Sense

    senses = {"minimum": Sense.MIN, "maximum": Sense.MAX, "value": Sense.VALUE}
    given = [(asked[word], sense) for word, sense in senses.items() if asked[word] is not None]
    if asked["feasible"]:
        given.append(("", Sense.MIN))
    if len(given) > 1:
        raise click.UsageError("choose one of --minimize, --maximize, --value-of and --feasible")
    if asked["target"] is not None and asked["value"] is None:
        raise click.UsageError("--target goes with --value-of")
    return given[0] if given else None


@lesson
@click.command()
@BOOK
@click.option("--sheet", metavar="NAME", help="Sheet of the model; else the only model, or the active sheet's.")
@click.option("--of", metavar="CELL", help="Cell whose derivatives are wanted; else the objective.")
@click.option("--wrt", metavar="AREA[,AREA]", help="Where the ways begin; else at the model's variables.")
@click.option("--check/--no-check", default=True, help="Whether every cell is wiggled to check its derivative.")
@click.option("--heat", is_flag=True, help="On the sheet, the derivatives in the places of their cells, coloured.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write a copy of BOOK with a sheet of them.")
@FORCE
@BREAK_SIGNATURE
@JSON
@QUIET
def gradients(book: Path, **asked: Any) -> None:
    """Shows the derivative of the objective with respect to every cell on its way, each checked by a wiggle."""
    from solver import pipeline
    from solver.book.book import Edits
    from solver.cli.console import print_gradients
    from solver.lesson.gradients import gradients as chain_of
    from solver.listing import chain_listing
    from solver.reports.chain_table import chain_table

    with refusals(book):
        opened = pipeline.read(book)
        chain = chain_of(opened, asked["sheet"], asked["of"], asked["wrt"], check=asked["check"])
        if asked["heat"] and not asked["output"]:
            asked["output"] = pipeline.beside(book, "gradients")
        if asked["output"]:
            table = chain_table(chain, heat=asked["heat"])
            write(opened, Edits(tables=(table,)), asked["output"], asked)
    listing = {"file": str(book), "output": asked["output"] and str(asked["output"]), **chain_listing(chain)}
    if asked["as_json"]:
        print_json(listing)
    elif not asked["quiet"]:
        print_gradients(listing)


@lesson
@click.command()
@click.argument("template")
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--from", "given", type=click.Path(path_type=Path), help="A CSV file or a workbook with ratings (or points)."
)
@click.option("--factors", type=click.IntRange(1), metavar="N", help="Numbers in each embedding.")
@click.option("--seed", type=int, default=1, metavar="N", help="Seed of the first embeddings.")
@click.option("--force", is_flag=True, help="Write over a file that is there already.")
@QUIET
def new(template: str, out: Path, given: Path | None, factors: int | None, seed: int, force: bool, quiet: bool) -> None:
    """Writes a workbook to start from: dot-product, bias, network, worksheet, regression, blank and others."""
    from solver.errors import ModelError, near_miss
    from solver.lesson.starting import TEMPLATES, written
    from solver.lesson.starting import new as planned

    with refusals(out), stoppable():
        if template not in TEMPLATES:
            raise ModelError(f"there is no template {template}", hint=near_miss(template, TEMPLATES))
        if out.exists() and not force:
            raise ModelError("this file is there already", hint="choose another name, or --force")
        with refusals(given or out):
            plan = planned(template, given, factors, seed)
        written(plan, out)
    if not quiet:
        click.echo(f"written to {out}")


@lesson
@click.command()
@BOOK
@click.option("--sheet", metavar="NAME", help="Sheet of the model; else the only model, or the active sheet's.")
@click.option("--rate", type=click.FloatRange(0, min_open=True), default=0.1, show_default=True, help="Step size.")
@click.option("--of", metavar="CELL", help="Cell to make smaller; else the objective.")
@click.option("--wrt", metavar="AREA[,AREA]", help="Cells to change; else the model's variables.")
@writing_options
@JSON
@QUIET
def step(book: Path, **asked: Any) -> None:
    """Takes one step of descent by hand: a copy of BOOK with the step on two sheets of live formulas."""
    from solver import pipeline
    from solver.cli.console import print_step
    from solver.lesson.stepping import step as stepped_by
    from solver.listing import step_listing

    only_one_target(asked)
    with refusals(book):
        opened = pipeline.read(book)
        stepped = stepped_by(opened, asked["sheet"], asked["rate"], asked["of"], asked["wrt"])
        target = book if asked["in_place"] else asked["output"] or pipeline.beside(book, "step")
        write(opened, stepped.edits, target, asked)
    listing = {"file": str(book), "output": str(target), **step_listing(stepped)}
    if asked["as_json"]:
        print_json(listing)
    elif not asked["quiet"]:
        print_step(listing)
