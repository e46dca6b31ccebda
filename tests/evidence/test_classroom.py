"""Every model of classroom, practice and profession, from the file to its known answer, with no option given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.evidence import classroom, practice, profession
from tests.interface.books import write
from tests.interface.command import run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.evidence.classroom import Example


EXAMPLES = [*classroom.EXAMPLES, *practice.EXAMPLES, *profession.EXAMPLES]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_known_answer_is_found(example: Example, tmp_path: Path) -> None:
    book = write(tmp_path / "book.xlsx", {"S": example.cells}, {"S": example.model})
    said = run("solve", book, "--seed", 1, "--json")
    assert said.code == 0, said.err
    assert said.json["objective"]["final"] == pytest.approx(example.answer, rel=example.tolerance)
    assert all(row["satisfied"] for row in said.json["constraints"])
    assert said.json["not_recomputed"] == []
