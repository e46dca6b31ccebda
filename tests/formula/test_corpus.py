"""Every formula of real workbooks: it parses, reads back, and keeps its key where openpyxl's translator moves it."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from openpyxl.formula.translate import Translator, TranslatorError

from solver.formula import Tree, parse, relative_key, show
from solver.grid import Cell, parse_a1

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
Written = tuple[str, int, int]


def written_formulas(path: Path) -> Iterator[Written]:
    """The formula texts of a workbook with their cells; defined names stand in A1."""
    with zipfile.ZipFile(path) as archive:
        for part in archive.namelist():
            if part.startswith("xl/worksheets/") and part.endswith(".xml"):
                for cell in ET.fromstring(archive.read(part)).iter(f"{MAIN}c"):
                    text = cell.findtext(f"{MAIN}f")
                    if text:
                        yield text, *parse_a1(cell.attrib["r"])
        for name in ET.fromstring(archive.read("xl/workbook.xml")).iter(f"{MAIN}definedName"):
            if name.text:
                yield name.text, 0, 0


@pytest.fixture(scope="module")
def corpus(shared: Path) -> dict[str, list[Written]]:
    """The formulas of all workbooks by key, at most ten of each."""
    grouped: dict[str, list[Written]] = {}
    for folder in ("formulas", "real"):
        for path in sorted((shared / folder).glob("*.xls[xm]")):
            for written in written_formulas(path):
                group = grouped.setdefault(relative_key(*written)[0], [])
                if len(group) < 10:
                    group.append(written)
    assert len(grouped) > 1000
    return grouped


def test_every_formula_reads_back(corpus: dict[str, list[Written]]) -> None:
    for (text, row, col), *_ in corpus.values():
        tree, literals = parse(text, row, col)
        assert literals == relative_key(text, row, col)[1]
        assert parse(show(tree, row, col, literals), row, col) == (tree, literals), text


def test_one_tree_serves_all_formulas_of_a_key(corpus: dict[str, list[Written]]) -> None:
    for group in corpus.values():
        trees: list[Tree] = [parse(*written)[0] for written in group]
        assert all(tree == trees[0] for tree in trees), group


def test_moved_formulas_keep_their_key(corpus: dict[str, list[Written]]) -> None:
    """openpyxl moves the text from cell to cell, which it cannot do with brackets and error values."""
    moved = 0
    for key, group in corpus.items():
        text, row, col = group[0]
        if "[" in text or "#" in text:
            continue
        for there in ((row + 11, col + 3), (max(row - 2, 0), col)):
            try:
                translator = Translator("=" + text, Cell("", row, col).a1)
                translated = translator.translate_formula(Cell("", *there).a1)[1:]
            except TranslatorError:  # off the sheet
                continue
            assert relative_key(translated, *there)[0] == key, (text, translated)
            moved += 1
    assert moved > 2000
