"""What the parser makes of everything that Excel writes, and of what it does not."""

from __future__ import annotations

import pytest

from solver.formula import parse, show
from solver.formula.tree import (
    ArrayConstant,
    Axis,
    Binary,
    Call,
    Error,
    Intersection,
    Invoke,
    Logical,
    Missing,
    Name,
    Number,
    Percent,
    Range,
    Reference,
    Single,
    Spill,
    Structured,
    Text,
    Tree,
    Unary,
    Union,
)
from solver.values import ErrorValue

ROW, COL = 4, 3  # D5


def tree_of(text: str) -> Tree:
    return parse(text, ROW, COL)[0]


def cell(
    row: int, col: int, sheet: str | None = None, sheet_end: str | None = None, book: int | None = None
) -> Reference:
    """A relative reference from D5."""
    return Reference(sheet, sheet_end, book, Axis(row - ROW, True), Axis(col - COL, True), None, None)


def name(text: str) -> Name:
    return Name(None, None, text)


A1, B2, C3 = cell(0, 0), cell(1, 1), cell(2, 2)
AREA = Reference(None, None, None, A1.row, A1.col, B2.row, B2.col)
FIRST, SECOND = Axis(0, False), Axis(-ROW, True)

LEAVES = {
    "A1": A1,
    "a1": A1,
    "$A$1": Reference(None, None, None, FIRST, FIRST, None, None),
    "A$1": Reference(None, None, None, FIRST, A1.col, None, None),
    "A1:B2": AREA,
    "A1 : B2": AREA,
    "A:$B": Reference(None, None, None, None, A1.col, None, Axis(1, False)),
    "1:$2": Reference(None, None, None, A1.row, None, Axis(1, False), None),
    "XFD1048576": cell(1048575, 16383),
    "Sheet1!A1": cell(0, 0, "Sheet1"),
    "LP1!A1": cell(0, 0, "LP1"),
    "'Bob''s sheet'!A1": cell(0, 0, "Bob's sheet"),
    "Größe!A1": cell(0, 0, "Größe"),
    "Sheet1:Sheet3!A1": cell(0, 0, "Sheet1", "Sheet3"),
    "Jan:Mar!A1": cell(0, 0, "Jan", "Mar"),
    "'a b:c'!A1": cell(0, 0, "a b", "c"),
    "[1]Sheet1!A1": cell(0, 0, "Sheet1", None, 1),
    "'[12]a b'!A1": cell(0, 0, "a b", None, 12),
    "[0]Sheet1!A1": cell(0, 0, "Sheet1"),
    "Sheet1!A1:B2": Reference("Sheet1", None, None, A1.row, A1.col, B2.row, B2.col),
    "Sheet1!A1:Sheet1!B2": Reference("Sheet1", None, None, A1.row, A1.col, B2.row, B2.col),
    "TAX2024": cell(2023, 13569),
    "XFE1": name("XFE1"),
    "A1048577": name("A1048577"),
    "A0": name("A0"),
    "A1.B": name("A1.B"),
    "A1_x": name("A1_x"),
    "R1C1": name("R1C1"),
    "RC": name("RC"),
    "\\x?": name("\\x?"),
    "_größe.漢": name("_größe.漢"),
    "_xlpm.x": name("x"),
    "_xlpm.A1": name("_xlpm.A1"),
    "A_xlpm.x": name("A_xlpm.x"),
    "Sheet1!foo": Name("Sheet1", None, "foo"),
    "[2]!foo": Name(None, 2, "foo"),
    "'Book one.xlsx'!foo": Name("Book one.xlsx", None, "foo"),
    "TRUE": Logical(True),
    "false": Logical(False),
    '"a""b"': Text('a"b'),
    '""': Text(""),
    "#N/A": Error("#N/A"),
    "#DIV/0!": Error("#DIV/0!"),
    "Sheet1!#REF!": Error("#REF!"),
    "#REF!A1": Error("#REF!"),
    "#REF!$A$1": Error("#REF!"),
    '{1,-2.5;"x""y",TRUE}': ArrayConstant(((1.0, -2.5), ('x"y', True))),
    "{ #N/A , 1E+3 }": ArrayConstant(((ErrorValue.NA, 1000.0),)),
    '{"}"}': ArrayConstant((("}",),)),
    "Table1[Col]": Structured("Table1", (), "Col", None),
    "Table1[]": Structured("Table1", (), None, None),
    "Table1[#Headers]": Structured("Table1", ("#Headers",), None, None),
    "Table1[#This Row]": Structured("Table1", ("#This Row",), None, None),
    "Table1[[#This Row],[a b]]": Structured("Table1", ("#This Row",), "a b", None),
    "Table1[[#This Row],[a]:[b c]]": Structured("Table1", ("#This Row",), "a", "b c"),
    "Table1[[#Headers], [#Data], [a]]": Structured("Table1", ("#Headers", "#Data"), "a", None),
    "Table1[[a]:[b]]": Structured("Table1", (), "a", "b"),
    "Table1['[x']'#'']": Structured("Table1", (), "[x]#'", None),
    "[@x]": Structured(None, ("#This Row",), "x", None),
    "[@[a b]]": Structured(None, ("#This Row",), "a b", None),
    "[@]": Structured(None, ("#This Row",), None, None),
    "[x]": Structured(None, (), "x", None),
    "T[@[a]:[b]]": Structured("T", ("#This Row",), "a", "b"),
    "[1]!T[x]": Structured("T", (), "x", None, 1),
}

COMPOUNDS = {
    "-2^2": Binary("^", Unary("-", Number(0)), Number(1)),
    "2^-2": Binary("^", Number(0), Unary("-", Number(1))),
    "-2%": Percent(Unary("-", Number(0))),
    "1E+3": Number(0),
    "IF(A1,,2)": Call("IF", (A1, Missing(), Number(0))),
    "PI()": Call("PI", ()),
    "F(,)": Call("F", (Missing(), Missing())),
    "sum(1)": Call("SUM", (Number(0),)),
    "LOG10(1)": Call("LOG10", (Number(0),)),
    "TRUE()": Call("TRUE", ()),
    "_xlfn.STDEV.S(A1)": Call("STDEV.S", (A1,)),
    "_xlfn._xlws.SORT(A1)": Call("SORT", (A1,)),
    "_xludf.FOO(A1)": Call("FOO", (A1,)),
    "_xll.FOO(A1)": Call("_XLL.FOO", (A1,)),
    "_xlfn.LET(_xlpm.f,1,_xlpm.f(2))": Call("LET", (name("f"), Number(0), Call("F", (Number(1),)))),
    "_xlfn.ANCHORARRAY(A1)": Spill(A1),
    "A1#": Spill(A1),
    "_xlfn.SINGLE(A1:B2)": Single(AREA),
    "@A1:B2": Single(AREA),
    "-@A1": Unary("-", Single(A1)),
    "_xlfn.LAMBDA(_xlpm.x,_xlpm.x)(2)": Invoke(Call("LAMBDA", (name("x"), name("x"))), (Number(0),)),
    "[0]!f(2)": Call("F", (Number(0),)),
    "[1]!f(2)": Invoke(Name(None, 1, "f"), (Number(0),)),
    "A1:INDEX(B2,1)": Range(A1, Call("INDEX", (B2, Number(0)))),
    "INDEX(B2,1):A1": Range(Call("INDEX", (B2, Number(0))), A1),
    "A1:B2:C3": Range(AREA, C3),
    "(A1,B2)": Union((A1, B2)),
    "A1,B2": Union((A1, B2)),
    "(A1,B2,C3)": Union((A1, B2, C3)),
    "SUM((A1,B2),C3)": Call("SUM", (Union((A1, B2)), C3)),
    "SUM(A1,B2)": Call("SUM", (A1, B2)),
    "A1:B2 C3": Intersection(AREA, C3),
    "A1:B2 C3,A1": Union((Intersection(AREA, C3), A1)),
    "foo bar": Intersection(name("foo"), name("bar")),
    "( A1 , B2 ) ( C3 )": Intersection(Union((A1, B2)), C3),
    " SUM( A1 , B2 ) ": Call("SUM", (A1, B2)),
    "A1 -B2": Binary("-", A1, B2),
    "A1\n+\r\nB2": Binary("+", A1, B2),
    "A1#:B2": Range(Spill(A1), B2),
    "Sheet1!A1:Sheet2!B2": Range(cell(0, 0, "Sheet1"), cell(1, 1, "Sheet2")),
    "#REF!:A1": Range(Error("#REF!"), A1),
}


@pytest.mark.parametrize("text", LEAVES)
def test_operands(text: str) -> None:
    assert tree_of(text) == LEAVES[text]


@pytest.mark.parametrize("text", COMPOUNDS)
def test_compounds(text: str) -> None:
    assert tree_of(text) == COMPOUNDS[text]


@pytest.mark.parametrize(
    ("text", "grouped"),
    [
        ("2^3^2", "(2^3)^2"),
        ("-2^2", "(-2)^2"),
        ("2^-3^2", "(2^(-3))^2"),
        ("-A1%^2", "((-A1)%)^2"),
        ("2^3%", "2^(3%)"),
        ("--A1", "-(-A1)"),
        ("1-2-3", "(1-2)-3"),
        ("1-2*3", "1-(2*3)"),
        ("2/3/4*5", "((2/3)/4)*5"),
        ("2*3^4", "2*(3^4)"),
        ("1+2&3+4", "(1+2)&(3+4)"),
        ('"a"&"b"="ab"', '("a"&"b")="ab"'),
        ("1<2=TRUE", "(1<2)=TRUE"),
        ("1<>2>=3", "(1<>2)>=3"),
        ("-A1:B2", "-(A1:B2)"),
        ("A1:B2 B2:C3+1", "((A1:B2) (B2:C3))+1"),
        ("A1 B2:C3", "A1 (B2:C3)"),
        ("-A1 B2", "-(A1 B2)"),
    ],
)
def test_precedence(text: str, grouped: str) -> None:
    assert tree_of(text) == tree_of(grouped)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("((A1+B2))*(C3)", "(A1+B2)*C3"),
        ("4MC!A1+1e5!$B$2:C3", "'4MC'!A1+'1e5'!$B$2:C3"),
        ("SINGLE(A1:A3)+SUM(ANCHORARRAY(B2))", "@A1:A3+SUM(B2#)"),
        ("A1-(B2-C3)", "A1-(B2-C3)"),
        ("(A1-B2)-C3", "A1-B2-C3"),
        ("-(2^2)", "-(2^2)"),
        ("(-2)^2", "-2^2"),
        ("T[[#This Row],[x]]", "T[@x]"),
        ("T[[#This Row],[a b]]", "T[@[a b]]"),
        ("T[[#Headers],[a b]]", "T[[#Headers],[a b]]"),
        ("_xlfn._xlws.FILTER(A1:B2,A1:A2)", "FILTER(A1:B2,A1:A2)"),
        ("1000000000000000000000*1e-7", "1E+21*1E-07"),
        ("'Data'!A1", "Data!A1"),
        ("(total):(Sheet2!A1#)", "total:(Sheet2!A1#)"),
        ("(ab):(cd)", "(ab):(cd)"),
        ("Sheet1!A1 : sheet1!b2", "Sheet1!A1:(sheet1!B2)"),
    ],
)
def test_shown_with_few_parentheses(text: str, shown: str) -> None:
    tree, literals = parse(text, ROW, COL)
    assert show(tree, ROW, COL, literals) == shown


def test_offsets_wrap_round_the_sheet() -> None:
    tree, _ = parse("A1", 1, 1)
    assert show(tree, 0, 0, ()) == "XFD1048576"
