"""Patterns in texts: regular expressions that cannot run away, and wildcards that are never gone back into."""

from __future__ import annotations

import random
import re
import time

import pytest

from solver.compiler.calculation import Calculation
from solver.functions.texts.regexcost import work
from solver.functions.texts.regexmatcher import Found, Search
from solver.functions.texts.regexprogram import program_of
from solver.functions.wildcards import wildcard_pattern, wildcard_place
from solver.grid import Cell
from tests.books import book_of
from tests.functions.formulas import value_of

SINGLE = ["a", "b", "x", ".", "[ab]", "[^a]", r"\w", r"\d"]
PLACES = ["^", "$", r"\b", "(?=a)", "(?!b)", "(?<=a)", "(?<!x)"]
ROUNDS = ["*", "+", "?", "*?", "+?", "{1,2}", "{2}", "??", "{0,3}?"]


def expression(rng: random.Random, depth: int) -> str:
    """A regular expression whose repetitions take up at least one character each round."""
    kind = rng.randrange(8) if depth else 0
    if kind < 2:
        return rng.choice(SINGLE)
    if kind == 2:
        return rng.choice(PLACES) + expression(rng, depth - 1)
    if kind < 5:
        return expression(rng, depth - 1) + expression(rng, depth - 1)
    if kind == 5:
        return f"({expression(rng, depth - 1)}|{expression(rng, depth - 1)})"
    if kind == 6:
        return f"(?:{rng.choice(SINGLE)}{expression(rng, depth - 1)}){rng.choice(ROUNDS)}"
    return f"({rng.choice(SINGLE)}{rng.choice(ROUNDS)})"


@pytest.mark.parametrize("flags", [0, re.IGNORECASE])
def test_both_matchers_find_the_same(flags: int) -> None:
    """All matches with all their groups, for random patterns and texts."""
    rng, matches = random.Random(7), 0
    for _ in range(3000):
        pattern = re.compile(expression(rng, 4), flags)
        text = "".join(rng.choice("abxA 1") for _ in range(rng.randrange(12)))
        expected = [(match.span(), match.groups("")) for match in pattern.finditer(text)]
        found = [Found(text, saves, pattern.groupindex) for saves in Search(program_of(pattern), text).matches()]
        assert [((f.start(), f.end()), f.groups("")) for f in found] == expected, (pattern, text)
        matches += len(expected)
    assert matches > 1000


@pytest.mark.parametrize(
    ("pattern", "text"),
    [(r"(a)(b)?(?(2)c|d)", "abc ad abd"), (r"(\w)\1", "abba AA"), (r"(?i:(\w)\1)", "aA"), (r"(?P<n>a)x|b", "ax b")],
)
def test_groups_that_are_referred_to(pattern: str, text: str) -> None:
    compiled = re.compile(pattern)
    found = [Found(text, saves, compiled.groupindex) for saves in Search(program_of(compiled), text).matches()]
    assert [f[0] for f in found] == [match[0] for match in compiled.finditer(text)]
    assert [f.groups("-") for f in found] == [match.groups("-") for match in compiled.finditer(text)]


HARMLESS = [r"\w+@\w+\.\w+", r"\d{3}-\d{4}", r"^\s*(\w+)\s*=\s*(.*)$", r"[A-Z][a-z]*", r"(\d+),(\d+)", r"(ab|cd)+e"]
RUNAWAY = [r"(a+)+$", r"(a*)*b", r"(a|a)*b", r"^(([a-z])+.)+[A-Z]$", r"(?:(a|b)*)*c", r"(?=(a+)+b)", r"(\w+\s?)*!"]


def test_work_is_told_beforehand() -> None:
    """Patterns as people write them stay with Python's matcher; those that explode do not, in texts of any length."""
    for pattern in HARMLESS:
        assert work(re.compile(pattern), 300) < 1e8, pattern
    for pattern in RUNAWAY:
        assert work(re.compile(pattern), 40) > 1e12, pattern


@pytest.mark.parametrize("pattern", [*RUNAWAY, "a*a*a*a*b", ".*.*=.*"])
def test_nothing_runs_away(pattern: str) -> None:
    """The longest text that a cell holds is searched in a second or two."""
    began = time.process_time()
    text = 'REPT("a",32766)&"!"'
    assert value_of(f'=REGEXTEST({text},"{pattern}")') == (pattern == r"(\w+\s?)*!")
    assert time.process_time() - began < 5


def test_too_many_steps_are_said() -> None:
    """References back forbid to remember what failed: the steps are counted, and the cell is told."""
    calculation = Calculation(book_of({"Sheet1": {"A1": '=REGEXTEST(REPT("a",20000),"(a*)\\1b")'}}))
    calculation.everything()
    assert "takes too many steps" in calculation.failures[Cell("Sheet1", 0, 0)]
    huge = Calculation(book_of({"Sheet1": {"A1": '=REGEXTEST(REPT("a",9999),"((a{1,100}){1,100}){1,100}b")'}}))
    huge.everything()
    assert "the pattern is too large" in huge.failures[Cell("Sheet1", 0, 0)]


def test_replacements_do_not_blow_up() -> None:
    for formula in (
        '=REGEXREPLACE(REPT("a",32767),"a",REPT("b",32767))',
        '=REGEXREPLACE(REPT("a",32767),"",REPT("b",32767))',
        '=SUBSTITUTE(REPT("a",32767),"a",REPT("b",32767))',
    ):
        assert str(value_of(formula)) == "#VALUE!"


def plainly(text: str) -> re.Pattern[str]:
    """A text of a, b, ? and * as a regular expression that is gone back into."""
    return re.compile(text.replace("?", ".").replace("*", ".*"), re.IGNORECASE)


def test_wildcards() -> None:
    """The first place for every piece is as good as all places."""
    rng = random.Random(5)
    for _ in range(5000):
        wild = "".join(rng.choice("ab*?A") for _ in range(rng.randrange(8)))
        text = "".join(rng.choice("abA") for _ in range(rng.randrange(10)))
        start = rng.randrange(len(text) + 1)
        whole, part = plainly(wild).fullmatch(text), plainly(wild).search(text, start)
        assert bool(wildcard_pattern(wild).fullmatch(text)) == bool(whole)
        assert wildcard_place(wild, text, start) == (part.start() if part else -1)


def test_many_stars_end() -> None:
    began = time.process_time()
    assert not wildcard_pattern("*a" * 100 + "b").fullmatch("a" * 32767)
    assert str(value_of('=SEARCH(REPT("?*",100)&"b",REPT("a",32767))')) == "#VALUE!"
    assert time.process_time() - began < 2
