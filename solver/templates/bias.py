"""Template `bias`: the dot product, plus one number for each user and one for each movie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.templates.crossing import Crossing, crossing_sheet

if TYPE_CHECKING:
    from solver.templates.plan import SheetPlan
    from solver.templates.ratings import Ratings


def bias(ratings: Ratings, factors: int = 5, seed: int = 1) -> SheetPlan:
    """A sheet `bias` whose model minimises the RMSE by changing the embeddings and the biases."""
    return crossing_sheet(
        Crossing("bias", ratings, factors, biased=True),
        seed,
        "Collaborative filtering: dot product and biases",
        (
            "Some people like everything, and some movies are liked by everybody. One number for each user and one "
            "for each movie, the biases, take that out of the embeddings.",
            "Prediction = dot product of the embeddings + bias of the user + bias of the movie. The biases are changed "
            "by Solver together with the embeddings.",
            "Compare the loss with that of the sheet without biases: the same ratings, a few numbers more.",
        ),
    )
