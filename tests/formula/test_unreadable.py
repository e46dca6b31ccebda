"""Texts that are no formulas, very long ones, and any text at all: a tree or an error that says where."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.errors import FormulaError
from solver.formula import parse, postorder, references, relative_key, show
from solver.formula.tree import Reference

ROW, COL = 4, 3  # D5


@pytest.mark.parametrize(
    "text",
    [
        *[
            "",
            " ",
            "1+",
            "*1",
            "(1",
            "1)",
            "()",
            "SUM(1",
            "SUM(1+,2)",
            "(A1,)",
            "1 2",
            "A1 2",
            "2 A1",
            '"a',
            "'a",
            "'a'",
        ],
        *[
            "{1,{2}}",
            "{1,2;3}",
            "{}",
            "{A1}",
            "{1,}",
            "[a",
            "T[[a],[b]]",
            "T[[#Nothing]]",
            "T[[a]:[b]:[c]]",
            "T[@[#All]]",
        ],
        *["1:A1+", "A1:1", 'A1:"x"', "(A1,2)", "1E999", "A1~", "A1;B2", "Sheet1!", "Sheet1!2", "'[Book.xlsx]S'!A1"],
        *["$XFE$1", "A1$", "1A", "1..2", "#WHAT!", "A1@B2", "5(2)", "Sheet1:Sheet2!foo", "\x00", "&", "A1\u00a0+1"],
    ],
)
def test_what_is_no_formula_says_where(text: str) -> None:
    with pytest.raises(FormulaError, match=r"character \d+") as caught:
        parse(text, ROW, COL)
    assert caught.value.formula == text
    relative_key(text, ROW, COL)


@pytest.mark.parametrize(
    "text",
    [
        "IF(A1," * 64 + "1" + ")" * 64,
        "+".join(["A1"] * 2700),
        "(" * 4000 + "1" + ")" * 4000,
        "-" * 8000 + "1",
        "^".join(["2"] * 4000),
        "F(" * 2700 + ")" * 2700,
        "(" + ",".join(["A1"] * 2700) + ")",
        "A1:" * 2700 + "B2",
        "A1" + "#" * 8000,
        "{" + ",".join(["1"] * 4000) + "}",
        '"' + "x" * 8190 + '"',
        "x" * 8192,
    ],
    ids=lambda text: text[:12],
)
def test_depth_and_length_are_no_obstacle(text: str) -> None:
    tree, literals = parse(text, ROW, COL)
    again, same = parse(show(tree, ROW, COL, literals), ROW, COL)
    assert same == literals == relative_key(text, ROW, COL)[1]
    assert show(again, ROW, COL, literals) == show(tree, ROW, COL, literals)
    kinds = [type(node) for node in postorder(tree)]
    assert kinds == [type(node) for node in postorder(again)]
    assert len(list(references(tree))) == kinds.count(Reference)


PIECES = [
    *[
        "A1",
        "$B$2",
        "XFE1",
        "A:A",
        "1:2",
        "1",
        ".5",
        "1E+3",
        '"',
        '"a"',
        "'",
        "'a b'!",
        "Sheet1!",
        "[1]",
        "[",
        "]",
        "[@",
        "T[",
    ],
    *[
        "(",
        ")",
        "{",
        "}",
        ",",
        ";",
        ":",
        " ",
        "\n",
        "#",
        "@",
        "%",
        "^",
        "+",
        "-",
        "&",
        "<",
        ">",
        "=",
        "!",
        "$",
        "~",
        "SUM(",
    ],
    *[
        "#REF!",
        "#N/A",
        "TRUE",
        "_xlfn.SINGLE(",
        "_xlfn.ANCHORARRAY(",
        "LAMBDA(x,x)",
        "foo",
        "\\",
        "?",
        ".",
        "[#All]",
        "漢",
        "\x00",
    ],
]


@given(st.one_of(st.lists(st.sampled_from(PIECES), max_size=25).map("".join), st.text(max_size=40)))
@settings(max_examples=1000, deadline=None)
def test_any_text_is_a_tree_or_a_formula_error(text: str) -> None:
    key, numbers = relative_key(text, ROW, COL)
    try:
        tree, literals = parse(text, ROW, COL)
    except FormulaError:
        return
    assert literals == numbers
    shown = show(tree, ROW, COL, literals)
    assert parse(shown, ROW, COL) == (tree, literals)
    there = ROW + 2, COL + 1
    assert relative_key(text, *there)[0] != key or parse(text, *there)[0] == tree
