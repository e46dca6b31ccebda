"""Texts: laws that hold for all texts, and the same work done by Python's own strings."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from solver.functions.wildcards import has_wildcards, wildcard_pattern
from solver.values import ErrorValue
from tests.functions.formulas import grid_of, value_of

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters='"={', min_codepoint=32), max_size=20)
PLAIN = st.text("abcABC 12", max_size=12)


def quoted(text: str) -> str:
    return f'"{text}"'


@given(TEXTS, st.integers(0, 25))
def test_left_and_right_make_the_whole(text: str, count: int) -> None:
    """Cut anywhere (also through a character of two code units), the lengths add up; else the text comes back."""
    size = len(text.encode("utf-16-le")) // 2
    count = min(count, size)
    sheet = {"A1": text}
    assert value_of(f"=LEN(LEFT(A1,{count}))", sheet) == count
    joined = value_of(f"=LEFT(A1,{count})&RIGHT(A1,{size - count})", sheet)
    assert joined == text or "\ufffd" in str(joined)
    assert value_of(f"=MID(A1,1,{count})", sheet) == value_of(f"=LEFT(A1,{count})", sheet)


@given(PLAIN, st.text("abA", min_size=1, max_size=3), st.text("xyz", max_size=3))
def test_substitute_is_replace(text: str, old: str, new: str) -> None:
    sheet = {"A1": text}
    assert value_of(f'=SUBSTITUTE(A1,"{old}","{new}")', sheet) == text.replace(old, new)
    assert value_of(f'=SUBSTITUTE(A1,"{old}","{new}",1)', sheet) == text.replace(old, new, 1)


@given(PLAIN, st.text("abA1", min_size=1, max_size=3))
def test_find_and_search(text: str, wanted: str) -> None:
    """FIND heeds case, SEARCH does not; both count from 1 and fail with #VALUE!."""
    for name, place in (("FIND", text.find(wanted)), ("SEARCH", text.lower().find(wanted.lower()))):
        assert value_of(f'={name}("{wanted}",A1)', {"A1": text}) == (place + 1 if place >= 0 else ErrorValue.VALUE)


@given(PLAIN)
def test_wildcards_of_a_text_without_any_match_itself(text: str) -> None:
    assert not has_wildcards(text)
    assert wildcard_pattern(text).fullmatch(text.swapcase())
    assert wildcard_pattern("*" + text).fullmatch("anything" + text)


@given(st.lists(PLAIN.filter(lambda word: " " not in word), min_size=1, max_size=6))
def test_textsplit_undoes_textjoin(words: list[str]) -> None:
    row = ",".join(quoted(word) for word in words)
    assert grid_of(f'=TEXTSPLIT(TEXTJOIN("; ",FALSE,{{{row}}}),"; ")') == [words]
    assert grid_of(f'=TEXTSPLIT(TEXTJOIN("; ",FALSE,{{{row}}}),,"; ")') == [[word] for word in words]


@given(PLAIN.filter(lambda text: "a" in text))
def test_before_delimiter_after(text: str) -> None:
    """What stands before a delimiter, the delimiter, and what stands after it are the text, counted from either end."""
    sheet = {"A1": text}
    for n in (1, -1):
        assert value_of(f'=TEXTBEFORE(A1,"a",{n})&"a"&TEXTAFTER(A1,"a",{n})', sheet) == text


@given(st.integers(1, 255))
def test_code_undoes_char(code: int) -> None:
    assert value_of(f"=CODE(CHAR({code}))") == code


@given(st.integers(1, 0x10FFFF).filter(lambda c: not 0xD800 <= c <= 0xDFFF and c & 0xFFFE != 0xFFFE))
def test_unicode_undoes_unichar(code: int) -> None:
    assert value_of(f"=UNICODE(UNICHAR({code}))") == code


def test_characters_beyond_the_first_plane_count_twice() -> None:
    sheet = {"A1": "a😀b"}
    assert value_of("=LEN(A1)", sheet) == 4
    assert value_of("=MID(A1,2,2)", sheet) == "😀"
    assert value_of('=FIND("b",A1)', sheet) == 4


def test_errors_pass_through() -> None:
    for formula in (
        "=LEFT(A1,1)",
        '=CONCAT("x",A1)',
        '=TEXTJOIN(",",TRUE,A1)',
        '=SUBSTITUTE("a","a",A1)',
        '=TEXT(A1,"0")',
    ):
        assert value_of(formula, {"A1": ErrorValue.REF}) is ErrorValue.REF


def test_regular_expressions_take_both_spellings_of_groups() -> None:
    assert value_of(r'=REGEXREPLACE("ab-12","(?<word>[[:alpha:]]+)-(\d+)","$2-${word}")') == "12-ab"
    assert grid_of(r'=REGEXEXTRACT("a1b22","\d+",1)') == [["1"], ["22"]]


def test_numbers_in_texts() -> None:
    assert value_of('=NUMBERVALUE("1.234,5 %",",",".")') == 12.345
    assert value_of('=VALUE("(1,234.50)")') == -1234.5
    assert value_of("=DOLLAR(-0.004)") == "$0.00"
    assert value_of("=FIXED(-1234.5,0)") == "-1,235"
