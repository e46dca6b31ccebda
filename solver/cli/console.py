"""What a person sees on the terminal: tables of what came out."""

from __future__ import annotations

import sys
import textwrap
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from solver.errors import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from solver.table import Table as Report

SHOWN = 12
"""How many variables, constraints or differences are listed before "and so on"."""

_WIDE = 160
"""Columns of a table where the output is no terminal."""

_NAME = 32
"""Letters of a cell's name that are shown."""


def _out() -> Console:
    out = Console(highlight=False, soft_wrap=True)
    if not out.is_terminal:
        out.width = _WIDE
    return out


def print_answer(listing: Mapping[str, Any]) -> None:
    """The answer of one model: outcome, objective, engine, the first variables and constraints, and the file."""
    out = _out()
    outcome, objective, engine = listing["outcome"], listing["objective"], listing["engine"]
    style = "green" if Outcome[outcome["name"].upper()].solved else "red"
    out.print(f"{listing['sheet']}: [{style}]{_escaped(outcome['message'])}[/{style}]")
    if objective["cell"] is not None:
        goal = objective["sense"] if objective["target"] is None else f"value {objective['target']:g}"
        out.print(
            f"  {_escaped(objective['cell'])} ({goal}): {_num(objective['initial'])} -> {_num(objective['final'])}"
        )
    out.print(f"  {listing['kind']} model, {engine['name']}: {_escaped(engine['why'])}")
    seconds = sum(listing["seconds"].values())
    out.print(
        f"  {listing['iterations']} iterations, {seconds:.2f} s, {listing['recomputed']} formula cells recomputed"
    )
    for note in listing.get("notes", ()):
        out.print(f"  {_escaped(note)}")
    _print_table(
        out,
        ("variable", "name", "start", "value", "type"),
        [
            (
                v["cell"],
                textwrap.shorten(v["name"], _NAME, placeholder=" ..."),
                _num(v["initial"]),
                _num(v["final"]),
                v["type"],
            )
            for v in listing["variables"]
        ],
        count=listing["n_variables"],
    )
    _print_table(
        out,
        ("constraint", "value", "slack", "status"),
        [(c["text"], _num(c["value"]), _num(c["slack"]), _status(c)) for c in listing["constraints"]],
        count=listing["n_constraints"],
    )
    for cell in listing["not_recomputed"][:SHOWN]:
        out.print(f"  not recomputed: {_escaped(cell)} (the program that opens the file will do it)")
    if listing["output"]:
        out.print(f"written to {_escaped(listing['output'])}")


def print_reports(tables: Sequence[Report], *, as_csv: bool) -> None:
    """Reports in full, one below the other, as text or as CSV."""
    from solver.reports.plain import csv_of, text_of

    shown = csv_of if as_csv else text_of
    sys.stdout.write("\n".join(shown(table) for table in tables))


def print_models(book: Path, listings: Sequence[Mapping[str, Any]]) -> None:
    """Every stored model with its structure."""
    out = _out()
    if not listings:
        out.print(f"{_escaped(str(book))}: no Solver model is stored")
    for listing in listings:
        goal = (
            "find any feasible point" if listing["objective"] is None else f"{listing['sense']} {listing['objective']}"
        )
        if listing["target"] is not None:
            goal += f" = {listing['target']:g}"
        out.print(f"[bold]{_escaped(listing['sheet'])}[/bold]: {_escaped(goal)}")
        out.print(f"  by changing {_escaped(', '.join(listing['variables']))} ({listing['n_variables']} cells)")
        for constraint in listing["constraints"][:SHOWN]:
            right = "" if constraint["right"] is None else f" {constraint['right']}"
            out.print(f"  subject to {_escaped(constraint['left'])} {constraint['relation']}{_escaped(right)}")
        _print_more(out, len(listing["constraints"]))
        if listing["held_out"] is not None:
            out.print(f"  watching the held-out loss {_escaped(listing['held_out'])}")
        if listing["kind"] is None:
            out.print(f"  [red]cannot be solved[/red]: {_escaped(listing['reason'])}")
        else:
            kind = listing["kind"]
            if listing["residuals"] is not None:
                kind += f" with {listing['residuals']} residuals and {listing['n_variables']} variables"
            because = f", decided by {', '.join(listing['because'])}" if listing["because"] else ""
            out.print(f"  {kind}{_escaped(because)}; {listing['rows']} rows; {listing['operations']} array operations")
        shown = "".join(f" {name}={value}" for name, value in listing["options"].items())
        out.print(f"  engine {listing['engine']}{_escaped(shown)}")


def print_check(book: Path, listing: Mapping[str, Any]) -> None:
    """Agreement of the stored values, and the verdict on each model."""
    out = _out()
    agreement = listing["agreement"]
    agreeing = f"{agreement['equal']} of {agreement['cells']} formula cells agree with their stored value"
    out.print(
        f"{_escaped(str(book))}: {agreeing}"
        f" ({agreement['volatile']} volatile, {len(agreement['unsupported'])} not computed)"
    )
    for each in agreement["different"][:SHOWN]:
        out.print(f"  {_escaped(each['cell'])}: stored {each['stored']!r}, computed {each['computed']!r}")
    _print_more(out, len(agreement["different"]))
    for each in agreement["unsupported"][:SHOWN]:
        out.print(f"  {_escaped(each['cell'])}: {_escaped(each['reason'])}")
    _print_more(out, len(agreement["unsupported"]))
    for model in listing["models"]:
        if model["reason"]:
            out.print(f"  {_escaped(model['sheet'])}: {model['verdict']}: {_escaped(model['reason'])}")
            continue
        residual = "" if model["optimality"] is None else f", optimality {model['optimality']:.2g}"
        out.print(
            f"  {_escaped(model['sheet'])}: {model['verdict']}"
            f" (worst violation {_num(model['worst_violation'])}{residual})"
        )
        if model["conditions"] and model["conditions"]["gap"] is not None:
            out.print(f"    proof: the optimum is at most {model['conditions']['gap']:.2g} better, relatively")
        if model["curvature"]:
            out.print(f"    {model['curvature']['verdict']}")
            for movers in model["curvature"]["along"]:
                named = ", ".join(f"{each['cell']} ({each['share']:+.2f})" for each in movers)
                out.print(f"      along {_escaped(named)}")


def print_values(listing: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
    """Every computed cell, one a line."""
    from solver.grid import quote_sheet

    for sheet, cells in listing.items():
        for address, value in cells.items():
            shown = f"not computed: {value['v']}" if value["t"] == "u" else "" if value["t"] == "z" else value["v"]
            sys.stdout.write(f"{quote_sheet(sheet)}!{address}\t{shown}\n")


def print_gradients(listing: Mapping[str, Any]) -> None:
    """The chain of a cell: formula, value, derivative and its check, in the order of the calculation."""
    out = _out()
    out.print(f"d {_escaped(listing['of'])} / d cell, in the order of the calculation")
    header = ("cell", "formula", "value", "derivative", "wiggled")
    rows = [
        (each["cell"], each["formula"] or "", *(_num(each[key]) for key in ("value", "derivative")), _rounded(each))
        for each in listing["cells"]
    ]
    _print_table(out, header, rows, limit=None)
    if listing["output"]:
        out.print(f"written to {_escaped(listing['output'])}")


def _rounded(cell: Mapping[str, Any]) -> str:
    """The wiggle's slope without the digits in which it may differ."""
    return "-" if cell["difference"] is None else f"{cell['difference']:.6g}"


def print_step(listing: Mapping[str, Any]) -> None:
    """One step of descent, as it is done by hand."""
    out = _out()
    objective = listing["objective"]
    change = f"{_num(objective['before'])} -> {_num(objective['after'])}"
    out.print(f"{_escaped(objective['cell'])}: {change} by a step of size {listing['rate']:g}")
    header = ("cell", "name", "old", "derivative", "step", "new")
    rows = [
        (each["cell"], each["name"], *(_num(each[key]) for key in ("old", "derivative", "step", "new")))
        for each in listing["cells"]
    ]
    _print_table(out, header, rows)
    out.print(f"written to {_escaped(listing['output'])}")


def print_engines(listing: Sequence[Mapping[str, Any]]) -> None:
    """The engines with their options."""
    out = _out()
    for engine in listing:
        out.print(f"[bold]{engine['name']}[/bold]  {_escaped(engine['title'])}")
        out.print(f"  {_escaped(engine['help'])}")
        _print_table(
            out,
            ("option", "Excel", "default", "meaning"),
            [(o["name"], o["excel"] or "", f"{o['default']}", o["help"]) for o in engine["options"]],
            limit=None,
        )


def _print_table(
    out: Console,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    limit: int | None = SHOWN,
    count: int | None = None,
) -> None:
    """The first rows of a table, and how many more of `count` there are."""
    if not rows:
        return
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for title in header:
        table.add_column(title, overflow="fold")
    for row in rows[:limit]:
        table.add_row(*(_escaped(cell) for cell in row))
    out.print(table)
    if limit is not None:
        _print_more(out, len(rows) if count is None else count)


def _print_more(out: Console, count: int) -> None:
    if count > SHOWN:
        out.print(f"  ... and {count - SHOWN} more")


def _status(constraint: Mapping[str, Any]) -> str:
    if not constraint["satisfied"]:
        return "violated"
    return "binding" if constraint["binding"] else "not binding"


def _num(value: float | None) -> str:
    return "-" if value is None else f"{value:.12g}"


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)
