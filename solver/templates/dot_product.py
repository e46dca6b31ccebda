"""Template `dot-product`: ratings explained by the dot product of a user's and a movie's embedding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.templates.crossing import Crossing, crossing_sheet

if TYPE_CHECKING:
    from solver.templates.plan import SheetPlan
    from solver.templates.ratings import Ratings


def dot_product(ratings: Ratings, factors: int = 5, seed: int = 1) -> SheetPlan:
    """A sheet `dot product` whose model minimises the RMSE by changing the embeddings."""
    return crossing_sheet(
        Crossing("dot product", ratings, factors, biased=False),
        seed,
        "Collaborative filtering: the dot product",
        (
            f"Every user and every movie is described by {factors} numbers, its embedding. A prediction is the dot "
            "product of the two: multiply them pair by pair and add up.",
            "The embeddings start at random. Solver changes them until the predictions come as close to the known "
            "ratings as they can; nobody says what a factor means.",
            "A dot product makes sense here only because these embeddings were trained for it, with this loss and on "
            "ratings of this kind.",
        ),
    )
