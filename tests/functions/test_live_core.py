"""Arithmetic, aggregates, conditions and look-ups of variable cells: exact derivatives, and the values of constants."""

from __future__ import annotations

import pytest

from tests.functions import test_derivatives as derivatives

SMOOTH = [
    "A1*A2-A3/A4+A5^2%",
    "A1^A3+2^-A2",
    "SUM(A1:A5,B1:B5)",
    "SUM(A1:A5*C1:C5)",
    "SUMSQ(A1:A5)",
    "PRODUCT(A1:A5)/PRODUCT(A1:A2,3)",
    "SUMPRODUCT(A1:A5,B1:B5,A1:A5)",
    "SUMXMY2(A1:A5,B1:B5)",
    "SUMX2MY2(A1:A5,C1:C5)",
    "SUMX2PY2(B1:B5,A1:A5)",
    "AVERAGE(A1:A5,7)",
    "AVERAGEA(A1:B5)",
    "MAX(A1:A5)*MIN(A1:C5)",
    "MAXA(A1:A3,A4)-MINA(A2:A5)",
    "SUBTOTAL(109,A1:A5)^2",
    "AGGREGATE(14,6,A1:A5/{1;1;0;1;1},2)*A1",
    'SUMIF(C1:C5,">2",A1:A5)^2',
    'SUMIF(A1:A5,">2")*A3',
    'SUMIFS(A1:A5,C1:C5,">1",B1:B5,"<>none")^2',
    'AVERAGEIF(C1:C5,">2",A1:A5)*A1',
    'MAXIFS(A1:A5,C1:C5,">2")^2',
    'MINIFS(A1:A5,A1:A5,">1")^2',
    "IF(A1>A3,A1*A2,A4)",
    "IF(C1>A5,A1,A2*A3)",
    "IFS(A1<0,1,A2>A1,A2^2,TRUE,A3)",
    "SWITCH(C1,2,A1,1,A2*A3)",
    "CHOOSE(A1,A2*A3,A4)",
    "IFERROR(SQRT(A1),0)+IFERROR(A2^2,A3)",
    "A1*AND(A1>0,A2>0)+A2*OR(A1<0,A2<0)+A3*NOT(A4<0)",
    "ABS(-A1)+ABS(A2)*A3",
    "EXP(A1)+LN(A2)+LOG10(A3)+LOG(A4,A5)+SQRT(A1*A2)+SQRTPI(A3)+POWER(A4,A5)",
    "SIN(A1)+COS(A2)+TAN(A3)+COT(A4)+SEC(A5)+CSC(A1)",
    "ASIN(A3)+ACOS(A3)+ATAN(A1)+ATAN2(A1,A2)+ACOT(A4)",
    "SINH(A1)+COSH(A2)+TANH(A3)+COTH(A4)+SECH(A5)+CSCH(A1)",
    "ASINH(A1)+ACOSH(A2)+ATANH(A3)+ACOTH(A4)",
    "RADIANS(A1)*DEGREES(A2)",
    "MOD(A4,A1)*A2+A1*ROUND(A2,1)+A1*INT(A3)+A2*CEILING(A1,0.5)",
    "SERIESSUM(A1,0,1,A2:A5)",
    "N(A1)*A2",
    "INDEX(A1:C5,2,1)*SUM(INDEX(A1:A5,0))",
    "SUM(OFFSET(A1,1,0,3,1))^2",
    "VLOOKUP(2.5,CHOOSE({1,2},C1:C5,A1:A5),2,FALSE)^2",
    "VLOOKUP(A4,C1:D5,2)*A1",
    "LOOKUP(A2,C1:C5,A1:A5)^2",
    "XLOOKUP(4.5,C1:C5,A1:A5)^2",
    "INDEX(A1:A5,MATCH(3,C1:C5,0))^2",
    "SUM(MMULT(TRANSPOSE(A1:A5),A1:A5*C1:C5))",
]


@pytest.mark.parametrize("formula", SMOOTH)
def test_core_functions_of_variables(formula: str) -> None:
    derivatives.test_derivatives(formula)
