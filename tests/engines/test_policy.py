"""The table that turns the stored engine and the structure into a method, and the options it passes on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from solver.algebra.structure.ladder import Degree
from solver.engines import choose, run
from solver.engines.base import Engine, Wrapper
from solver.errors import EngineError, Outcome
from solver.model.names import OPTIONS

from .cases import ROSENBROCK, SQUARES
from .hard_cases import BREAKS, CORNERS, RASTRIGIN, TOUR
from .linear_cases import ASSIGNMENT, FACTORY, KNAPSACK
from .row_cases import ROWS
from .zoo import build, linear_program

QUADRATIC = linear_program([1, 1], [[1, 1]], [1], [2], lb=0, hessian=[[2, 0], [0, 2]])
WHOLE_FIT = replace(SQUARES[2].problem, integer=SQUARES[2].problem.x0 < 0)


@pytest.mark.parametrize(
    ("asked", "problem", "used", "why"),
    [
        ("grg", FACTORY.problem, "simplex", "linear"),
        ("grg", KNAPSACK.problem, "simplex", "linear"),
        ("grg", QUADRATIC, "interior", "convex quadratic"),
        ("grg", replace(QUADRATIC, linear=replace(QUADRATIC.linear, convex=False)), "grg", "smooth"),
        ("grg", SQUARES[0].problem, "least_squares", "sum of squares"),
        ("grg", ROSENBROCK.problem, "trust", "without constraint rows"),
        ("grg", ROWS[0].problem, "grg", "smooth"),
        ("grg", CORNERS.problem, "nonsmooth", "corners"),
        ("grg", BREAKS.problem, "nonsmooth", "jump"),
        ("grg", TOUR, "evolutionary", "all different"),
        (None, ROSENBROCK.problem, "trust", "smooth"),
        ("simplex", ROSENBROCK.problem, "simplex", "asks for Simplex"),
        ("simplex", ASSIGNMENT.problem, "simplex", "asks for Simplex"),
        ("evolutionary", RASTRIGIN.problem, "evolutionary", "asks for Evolutionary"),
        ("evolutionary", KNAPSACK.problem, "simplex", "linear"),
        ("lbfgsb", ROSENBROCK.problem, "lbfgsb", "as asked"),
        ("adam", ROSENBROCK.problem, "adam", "as asked"),
    ],
)
def test_stored_engine_and_structure_decide(asked: str | None, problem: object, used: str, why: str) -> None:
    engine, reason = choose(problem, asked, {})
    assert engine.name == used
    assert why in reason


def test_integers_and_several_starts_go_around_the_method() -> None:
    engine, why = choose(WHOLE_FIT, "grg", {"msl": "1"})
    assert isinstance(engine, Wrapper)
    assert (engine.name, engine.inner.name, engine.inner.inner.name) == ("multistart", "branch", "least_squares")
    assert "multistart and branch and bound" in why
    assert choose(WHOLE_FIT, "grg", {"rlx": "1"})[0].name == "least_squares"


def test_simplex_on_a_curved_model_ends_with_outcome_7() -> None:
    engine, _ = choose(replace(ROSENBROCK.problem, because=("S!B2",)), "simplex", {})
    solution = run(ROSENBROCK.problem, engine)
    assert solution.outcome is Outcome.NOT_LINEAR


def test_stored_options_count_where_the_engine_knows_them() -> None:
    stored = {"pre": 1e-8, "itr": 2147483647.0, "tim": 100.0, "mrt": 0.2, "scl": False, "cvg": 1e-4, "drv": 1.0}
    engine, why = choose(ROSENBROCK.problem, "grg", {}, stored)
    settings = engine.settings()
    assert (settings["precision"], settings["time_limit"], settings["scaling"]) == (1e-8, 100.0, False)
    assert settings["iterations"] == 2147483647
    assert settings["convergence"] == 0
    assert why.endswith("; the stored mrt is ignored: trust has no use for it")
    assert why.count(";") == 1


def test_a_stored_limit_that_is_none_leaves_an_engines_own_limit() -> None:
    engine, _ = choose(ROSENBROCK.problem, "gd", {}, {"itr": 2147483647.0})
    assert engine.settings()["iterations"] == 1000
    assert choose(ROSENBROCK.problem, "gd", {}, {"itr": 50.0})[0].settings()["iterations"] == 50


def test_a_stored_value_beyond_what_is_allowed_is_left_out() -> None:
    assert choose(ROSENBROCK.problem, "grg", {}, {"pre": 0.0})[0].settings()["precision"] == 1e-6


def test_convergence_counts_only_when_it_is_given_by_hand_or_breeds() -> None:
    assert choose(ROSENBROCK.problem, "grg", {"cvg": "0.01"}, {"cvg": 1e-4})[0].settings()["convergence"] == 0.01
    assert choose(RASTRIGIN.problem, "evolutionary", {}, {"cvg": 0.001})[0].settings()["convergence"] == 0.001


def test_a_default_convergence_does_not_stop_far_from_the_optimum() -> None:
    engine, _ = choose(ROSENBROCK.problem, "grg", {}, {"cvg": 0.5})
    assert run(ROSENBROCK.problem, engine).fun < 1e-20


def test_an_integer_tolerance_given_by_hand_counts_at_once() -> None:
    assert choose(KNAPSACK.problem, "simplex", {}, {"tol": 0.01})[0].settings()["prove"] == 20
    assert choose(KNAPSACK.problem, "simplex", {"tol": "0.05"}, {})[0].settings()["prove"] == 0


def test_bounds_are_required_as_stored_but_not_of_who_asks_for_several_starts_by_hand() -> None:
    stored = {"msl": True, "rbv": True}
    assert choose(ROSENBROCK.problem, "grg", {}, stored)[0].settings()["require_bounds"]
    engine, _ = choose(ROSENBROCK.problem, "grg", {"msl": "on"}, {"msl": False, "rbv": True})
    assert (engine.name, engine.settings()["require_bounds"]) == ("multistart", False)


def test_options_of_excel_that_have_no_use_are_said_to_be_ignored() -> None:
    _, why = choose(FACTORY.problem, "grg", {"drv": "2", "mrt": "0.1", "pre": "1e-7"})
    assert "drv is ignored: derivatives are exact" in why
    assert "mrt is ignored: simplex has no use for it" in why
    assert "pre" not in why.replace("pressure", "")


def test_unknown_options_are_refused_with_a_hint() -> None:
    with pytest.raises(EngineError, match="did you mean"):
        choose(ROSENBROCK.problem, "grg", {"itr2": "5"})
    with pytest.raises(EngineError, match="no option momentum"):
        choose(ROSENBROCK.problem, "adam", {"momentum": "0.9"})


def test_very_many_cells_are_left_to_gradients() -> None:
    problem = build([0.0], lambda x: x[0] ** 2)
    import numpy as np

    many = replace(problem, x0=np.zeros(5000), integer=np.zeros(5000, bool), degree=Degree.SMOOTH)
    assert choose(many, "grg", {})[0].name == "alternating"


WALKED = {
    "simplex": ("simplex", FACTORY.problem),
    "integers": ("simplex", KNAPSACK.problem),
    "interior": ("grg", QUADRATIC),
    "least_squares": ("grg", SQUARES[0].problem),
    "branch": ("grg", WHOLE_FIT),
    "trust": ("grg", ROSENBROCK.problem),
    "grg": ("grg", ROWS[0].problem),
    "nonsmooth": ("grg", CORNERS.problem),
    "evolutionary": ("evolutionary", RASTRIGIN.problem),
    "tour": ("grg", TOUR),
}


@pytest.mark.parametrize("changed", [False, True], ids=["by_hand", "stored"])
@pytest.mark.parametrize("kind", WALKED)
def test_every_option_of_excel_is_an_option_of_the_engine_or_said_to_be_ignored(kind: str, changed: bool) -> None:
    """Set to something else than a fresh model's, each hidden name reaches the engine or is named with a reason."""
    asked, problem = WALKED[kind]
    for name, row in OPTIONS.items():
        value = OTHER.get(name, 7.0)
        assert row.codec.parse(row.default) != value, name
        engine, why = choose(problem, asked, {} if changed else {name: str(value)}, {name: value} if changed else {})
        taken = {each.excel for made in _layers(engine) for each in made.about.options}
        several = name == "msl" and any(made.name == "multistart" for made in _layers(engine))
        assert name in taken or several or f"{name} is ignored: " in why, (name, why)


OTHER = {"pre": 1e-3, "scl": 2, "sho": 1, "rlx": 1, "tol": 0.5, "cvg": 0.5, "drv": 2, "est": 2, "nwt": 2, "msl": 1,
         "rbv": 2, "mrt": 0.5}  # fmt: skip


def _layers(engine: Engine) -> list[Engine]:
    """An engine and the ones inside it."""
    inner = engine.inner if isinstance(engine, Wrapper) else None
    return [engine, *([] if inner is None else _layers(inner))]
