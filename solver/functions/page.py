"""The page of all functions in the documentation, made from the registry."""

from __future__ import annotations

from solver.functions.registry import Function, registry

_HEAD = """# Functions

Every function of the formula language, by its current name, with the older names that mean the same. "Derivative" says
what the function is like in its numeric arguments: *smooth*, with *corners*, a *step* function, or *none* (texts,
dates, places of cells). A model that uses a function with corners or steps between variables and objective is told so,
with the cell.

Beside these the language has LET and LAMBDA, all operators, array constants, structured references, spill (`A1#`) and
implicit intersection (`@`).

| function | also | derivative | meaning |
|---|---|---|---|
"""
_WORDS = {"smooth": "smooth", "kink": "corners", "step": "step", "none": "none"}


def functions_page() -> str:
    """The page as Markdown, one line a function in alphabetical order."""
    entries = {function.names[0]: function for function in registry().values()}
    return _HEAD + "".join(_line(entries[name]) for name in sorted(entries))


def _line(function: Function) -> str:
    first, *others = function.names
    meaning = (function.body.__doc__ or "").strip().split("\n\n")[0].replace("\n", " ").replace("|", "\\|")
    meaning = " ".join(meaning.split())
    return f"| {first} | {', '.join(others)} | {_WORDS[function.calculus.value]} | {meaning} |\n"
