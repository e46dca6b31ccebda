"""The relative key: what it makes slots of, what it leaves, and when two formulas share one."""

from __future__ import annotations

import pytest

from solver.formula import relative_key


@pytest.mark.parametrize(
    ("text", "key", "numbers"),
    [
        ("A1*$B$1+2.5", "~R[0]C[-2]*~R1C2+~N", (2.5,)),
        ("$A2+A$2", "~R[1]C1+~R2C[-2]", ()),
        ("b2", "~R[1]C[-1]", ()),
        ("SUM(A:A,$B:C,3:$4)", "SUM(~C[-2]:C[-2],~C2:C[0],~R[2]:R4)", ()),
        ("Sheet1!A1:B2", "Sheet1!~R[0]C[-2]:~R[1]C[-1]", ()),
        ("'A1 5'!A1", "'A1 5'!~R[0]C[-2]", ()),
        ("'it''s A1'!A1", "'it''s A1'!~R[0]C[-2]", ()),
        ("[1]Sheet1!A1", "[1]Sheet1!~R[0]C[-2]", ()),
        ("LP1!A1", "LP1!~R[0]C[-2]", ()),
        ("4MC!A1+1e5!$B$2*1e5", "4MC!~R[0]C[-2]+1e5!~R2C2*~N", (1e5,)),
        ("4MC:1e5!A1", "4MC:1e5!~R[0]C[-2]", ()),
        ("X:C$1", "X:~R1C[0]", ()),
        ("Jan:Mar!A1", "Jan:Mar!~R[0]C[-2]", ()),
        ('"A1 ""2"" 3"&A1', '"A1 ""2"" 3"&~R[0]C[-2]', ()),
        ("LOG10(1)+ATAN2(2,3)", "LOG10(~N)+ATAN2(~N,~N)", (1.0, 2.0, 3.0)),
        ("A1.B+A1_x+XFE1+A0+A1048577", "A1.B+A1_x+XFE1+A0+A1048577", ()),
        ("TAX2024", "~R[2023]C[13567]", ()),
        ("Table1[[#This Row],[A1 5]]*2", "Table1[[#This Row],[A1 5]]*~N", (2.0,)),
        ("T['[A1]", "T['[A1]", ()),
        ('{1,2;"}",3}*4', '{1,2;"}",3}*~N', (4.0,)),
        ("#DIV/0!+#N/A+1E+3+.5", "#DIV/0!+#N/A+~N+~N", (1000.0, 0.5)),
        ("x1.5+2", "x1.5+~N", (2.0,)),
        ("A1#+~", "~R[0]C[-2]#+~~", ()),
        ('COUNTIF(A1,"~*")', 'COUNTIF(~R[0]C[-2],"~~*")', ()),
        ("$XFE$1+XFE:A", "$XFE$1+XFE:A", ()),
        ("", "", ()),
    ],
)
def test_keys(text: str, key: str, numbers: tuple[float, ...]) -> None:
    assert relative_key(text, 0, 2) == (key, numbers)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("$A$1", "A1"),
        ("R1C1", "$A$1"),
        ("A1+1", "A1+B1"),
        ("{1}", "{2}"),
        ('"~N"', '"1"'),
        ("~N", "1"),
        ("~R1C1", "$A$1"),
        ("A1:B2", "A1,B2"),
        ("Sheet1!A1", "A1"),
        ("4MC!A1", "5MC!A1"),
        ("T[1]", "T[2]"),
        ("LOG10(1)", "LOG2(1)"),
        ("A:A", "1:1"),
    ],
)
def test_different_formulas_have_different_keys(one: str, other: str) -> None:
    assert relative_key(one, 0, 2)[0] != relative_key(other, 0, 2)[0]
