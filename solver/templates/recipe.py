"""How targets are explained by embeddings: link, loss, weight decay, and the formulas of each.

z = row . column [+ mean + row bias + column bias],   prediction = link(z),   difference = target - prediction
loss = mean over the known targets of term(difference) [+ decay * sum of squares of all learnt numbers]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solver.grid import Area, Cell, quote_sheet
from solver.templates.pieces import down, filled, heading, joined, one
from solver.templates.plan import Look

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.templates.plan import Marks

LOSSES = {
    "mse": ("{d}^2", "AVERAGE({terms})"),
    "rmse": ("{d}^2", "SQRT(AVERAGE({terms}))"),
    "mae": ("ABS({d})", "AVERAGE({terms})"),
    "huber": ("MIN(ABS({d}),1)*(ABS({d})-MIN(ABS({d}),1)/2)", "AVERAGE({terms})"),
}
"""What each difference contributes, and what is made of the contributions."""

LINKS = {
    "identity": "{z}",
    "sigmoid": "{low}+({high}-{low})/(1+EXP(-({z})))",
    "tanh": "{low}+({high}-{low})*(TANH({z})+1)/2",
}
"""From the dot product to the prediction; the latter two stay between the lowest and the highest value."""

KEY = {"given": Look.INPUT, "changed by Solver": Look.VARIABLE, "the objective": Look.OBJECTIVE}
"""What the colours mean."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What kind of model explains the targets; `low` and `high` are the ends of a link that has a range.

    `marked` says that unknown targets have a mark such as a dash, rather than blank cells alone.
    """

    factors: int
    bias: bool = False
    loss: str = "mse"
    decay: float = 0.0
    link: str = "identity"
    low: float = 0.0
    high: float = 1.0
    holdout: bool = False
    marked: bool = False

    @property
    def centred(self) -> bool:
        """Whether predictions begin at the mean of the targets, so that biases say how far each row is from it."""
        return self.bias and self.link == "identity"

    @property
    def lines(self) -> tuple[str, ...]:
        """The labels of the cells around the loss, the objective first."""
        return (
            "loss",
            *(("training loss",) if self.decay else ()),
            *(("held-out loss",) if self.holdout else ()),
            *(("weight decay", "size") if self.decay else ()),
            *(("mean target",) if self.centred else ()),
            *(("lowest", "highest") if self.link != "identity" else ()),
        )

    def unknown(self, target: str) -> str:
        """The condition that a target is not known."""
        return f"NOT(ISNUMBER({target}))" if self.marked else f'{target}=""'

    def difference(self, target: str, prediction: str) -> str:
        """The formula of what a target has beyond its prediction, empty where it is not known."""
        return f'IF({self.unknown(target)},"",{target}-{prediction})'

    def terms(self, target: str, difference: str, mark: str = "") -> tuple[str, str]:
        """The contribution of a target to the training loss, and to the held-out loss if `mark` marks it so."""
        term, unknown = LOSSES[self.loss][0].format(d=difference), self.unknown(target)
        if not mark:
            return f'IF({unknown},"",{term})', ""
        return f'IF(OR({unknown},{mark}=1),"",{term})', f'IF(OR({unknown},{mark}<>1),"",{term})'


@dataclass(frozen=True, slots=True)
class LossBlock:
    """The cells around the loss: labels in the column of `corner`, values beside them, below a heading."""

    corner: Cell
    recipe: Recipe

    def cell(self, line: str) -> Cell:
        """The value cell of a line."""
        row = self.corner.row + 1 + self.recipe.lines.index(line)
        return Cell(self.corner.sheet, row, self.corner.col + 1)

    @property
    def rows(self) -> int:
        """How many rows it takes, with its heading and the key to the colours."""
        return self._key + len(KEY)

    @property
    def _key(self) -> int:
        """How many rows stand above the key to the colours."""
        return 2 + len(self.recipe.lines)

    def linked(self, z: str) -> str:
        """The formula of a prediction from that of the dot product."""
        if self.recipe.link == "identity":
            return z
        return LINKS[self.recipe.link].format(z=z, low=self.cell("lowest").absolute, high=self.cell("highest").absolute)

    def biased(self, dot: str, row: str, col: str) -> str:
        """The formula of a dot product with the biases of its row and column."""
        return f"{self.cell('mean target').absolute}+{dot}+{row}+{col}" if self.recipe.centred else f"{dot}+{row}+{col}"

    def marks(
        self, terms: Area, held: Area | None, learnt: Sequence[Area], targets: Area, mark: Area | None = None
    ) -> Marks:
        """All lines; `terms` are the contributions of training, `held` those of the targets that were kept out.

        `targets` are all of them, `mark` the cells that say which are kept out.
        """
        recipe, corner = self.recipe, self.corner
        total = LOSSES[recipe.loss][1]
        pieces = [
            heading(corner.row, corner.col, f"Loss: {recipe.loss}", 2),
            down(corner.row + 1, corner.col, recipe.lines),
            down(corner.row + self._key, corner.col, KEY),
            *(one(corner.row + self._key + k, corner.col + 1, None, look) for k, look in enumerate(KEY.values())),
        ]
        training = total.format(terms=terms.absolute)
        if recipe.decay:
            parts = [self.cell(line).a1 for line in ("training loss", "weight decay", "size")]
            pieces += [
                self._filled("loss", f"{parts[0]}+{parts[1]}*{parts[2]}", Look.OBJECTIVE),
                self._filled("training loss", training),
                self._one("weight decay", recipe.decay),
                self._filled("size", "+".join(f"SUMSQ({area.absolute})" for area in learnt)),
            ]
        else:
            pieces.append(self._filled("loss", training, Look.OBJECTIVE))
        if held is not None:
            pieces.append(self._filled("held-out loss", total.format(terms=held.absolute)))
        if recipe.centred:
            known = seen_from(corner.sheet, targets, targets.absolute)
            mean = f"AVERAGE({known})" if mark is None else f'AVERAGEIFS({known},{mark.absolute},"<>1")'
            pieces.append(self._filled("mean target", mean))
        if recipe.link != "identity":
            pieces += [self._one("lowest", recipe.low), self._one("highest", recipe.high)]
        return joined(*pieces)

    def _filled(self, line: str, formula: str, look: Look = Look.RESULT) -> Marks:
        return filled(Area.of(self.cell(line)), formula, look, "0.0000")

    def _one(self, line: str, value: float) -> Marks:
        cell = self.cell(line)
        return one(cell.row, cell.col, value, Look.INPUT)


def seen_from(sheet: str, area: Area, text: str) -> str:
    """A reference to cells of an area as a formula on a sheet writes it."""
    return text if area.sheet == sheet else f"{quote_sheet(area.sheet)}!{text}"
