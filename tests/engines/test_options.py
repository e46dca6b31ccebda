"""Options are read from texts and from Excel's numbers, and mistakes are answered with a hint."""

from __future__ import annotations

import pytest

from solver.engines import choose, engines, find_engine
from solver.engines.options import find_option, options_of
from solver.errors import EngineError

from .row_cases import ROWS


def read(engine: str, **given: object) -> dict[str, object]:
    """What the engine that is chosen for a problem with rows makes of options given by hand."""
    made, _ = choose(ROWS[1].problem, engine, given)  # type: ignore[arg-type]
    settings = made.settings()
    return {name: settings[name] for name in (find_option(made.about.options, word).name for word in given)}  # type: ignore[union-attr]


def test_every_engine_is_listed_with_a_title_a_text_and_options_that_explain_themselves() -> None:
    found = engines()
    names = [about.name for about in found]
    assert names == sorted(names)
    assert {"grg", "simplex", "evolutionary", "lbfgsb", "least_squares", "gd", "adam", "multistart"} <= set(names)
    for about in found:
        assert about.title
        assert about.help.endswith(".")
        assert all(option.help for option in about.options)
        hidden = [option.excel for option in about.options if option.excel]
        assert len(hidden) == len(set(hidden))


def test_every_default_is_allowed_and_reads_back_as_itself() -> None:
    for about in engines():
        made = about.make()
        for option in options_of(about.make):
            assert option.read(str(option.default)) == option.default
            assert made.settings()[option.name] == option.default


@pytest.mark.parametrize("name", ["itr", "solver_itr", "iterations", "ITR", "Iterations"])
def test_a_name_may_be_excels_or_our_own(name: str) -> None:
    assert read("grg", **{name: "50"}) == {"iterations": 50}


@pytest.mark.parametrize(
    ("text", "value"), [("1", True), ("2", False), ("0", False), ("on", True), ("No", False), (True, True)]
)
def test_switches_follow_excel_one_is_on(text: object, value: bool) -> None:
    assert read("grg", scl=text) == {"scaling": value}


def test_numbers_may_be_percentages_and_large() -> None:
    assert read("simplex", tol="5%") == {"tolerance": 0.05}
    assert read("grg", tim="1E+25") == {"time_limit": 1e25}
    assert read("grg", itr=2147483647.0) == {"iterations": 2147483647}


@pytest.mark.parametrize(
    ("engine", "given", "says"),
    [
        ("gd", {"rat": "1"}, "did you mean rate"),
        ("gd", {"rate": "0"}, "greater than 0"),
        ("gd", {"rate": "fast"}, "not a number"),
        ("gd", {"rate": "nan"}, "must be"),
        ("gd", {"itr": "1.5"}, "not a whole number"),
        ("gd", {"schedule": "cosin"}, "one of constant, step, cosine, inverse"),
        ("grg", {"scl": "maybe"}, "neither on nor off"),
        ("grg", {"xyzzy": "1"}, "known are"),
        ("evolutionary", {"mrt": "1.5"}, "between 0 and 1"),
    ],
)
def test_mistakes_are_named(engine: str, given: dict[str, str], says: str) -> None:
    with pytest.raises(EngineError, match=says):
        read(engine, **given)


def test_an_unknown_engine_is_answered_with_the_nearest() -> None:
    with pytest.raises(EngineError, match="did you mean adam"):
        find_engine("adamm")


def test_an_option_is_found_once_under_either_name() -> None:
    options = find_engine("evolutionary").about.options
    assert find_option(options, "ssz") is find_option(options, "population")
    assert find_option(options, "nothing") is None
