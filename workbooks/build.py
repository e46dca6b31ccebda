"""Makes every workbook of the gallery: `python workbooks/build.py [FOLDER]`.

The templates write tables, formulas and models; the program's own pipeline then computes every formula and stores
its value. The same program always makes the same files. With `--formulas-only` the values are left out.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from solver.templates.bias import bias
from solver.templates.dot_product import dot_product
from solver.templates.long import long
from solver.templates.plan import WorkbookPlan
from solver.templates.workbook import write_workbook
from solver.templates.worksheet import worksheet
from workbooks.ratings import planted

def collaborative_filtering() -> WorkbookPlan:
    """15 people, 15 movies, 205 ratings, three layouts of one idea."""
    ratings = planted(users=15, movies=15, blanks=20, noise=0.7, seed=15)
    return WorkbookPlan(
        "Collaborative filtering", (dot_product(ratings, seed=3), bias(ratings, seed=3), long(ratings, seed=3))
    )


GALLERY = {"worksheet.xlsx": worksheet, "collaborative_filtering.xlsx": collaborative_filtering}


def build(folder: Path) -> list[Path]:
    paths = []
    for name, plan in GALLERY.items():
        write_workbook(plan(), folder / name)
        paths.append(folder / name)
    return paths

if __name__ == "__main__":
    print(build(Path(sys.argv[1])))
