"""Where learning starts: first values of embeddings and biases, and which targets are kept out of it."""

from __future__ import annotations

from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from solver.errors import ModelError
from solver.templates.factorisation import Starts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from solver.lesson.sources import Source
    from solver.templates.recipe import Recipe


def starts_of(source: Source, recipe: Recipe, init: str, scale: float, seed: int, sizes: Sequence[int] = ()) -> Starts:
    """The first values: random ones lie within `scale` around numbers whose dot product is the mean target.

    With a bias or a link the middle is 0, and so are the biases: predictions then start about the mean.
    `sizes` are the layers of a network, its input first: weights are drawn within 1 / root of their number of inputs,
    and the bias of the output starts at the mean target.
    """
    n, m, factors = len(source.row_names), len(source.col_names), recipe.factors
    mean = float(source.values.ravel()[source.known].mean()) if recipe.link == "identity" else 0.0
    if init == "zeros" and sizes:
        raise ModelError("a network cannot start at zeros", where=str(source.targets), hint="use --init random")
    if init == "zeros":
        return Starts([[0.0] * factors] * n, [[0.0] * factors] * m, [0.0] * n, [0.0] * m)
    middle = 0.0 if recipe.bias or sizes else (max(mean, 0.0) / factors) ** 0.5
    random = Random(seed)

    def rows(count: int) -> list[list[float]]:
        # four decimals, which every spreadsheet stores exactly
        return [[round(middle + scale * random.uniform(-1, 1), 4) for _ in range(factors)] for _ in range(count)]

    embeddings = rows(n), rows(m)
    weights: list[list[list[float]]] = []
    for inputs, outputs in pairwise(sizes):
        reach = inputs**-0.5
        layer = [[round(random.uniform(-reach, reach), 4) for _ in range(outputs)] for _ in range(inputs)]
        last = len(weights) == len(sizes) - 2
        weights.append([*layer, [round(mean, 4) if last else 0.0] * outputs])
    return Starts(*embeddings, [0.0] * n, [0.0] * m, weights)


def held_out(source: Source, share: float, seed: int) -> npt.NDArray[np.bool_]:
    """Which targets are kept out of the loss: a share of the known ones, drawn at random."""
    held = np.zeros(source.values.size, dtype=bool)
    known = np.flatnonzero(source.known)
    count = round(share * len(known))
    if share and not 0 < count < len(known):
        raise ModelError(
            f"{share:g} of {len(known)} targets cannot be held out", where=str(source.targets), hint="0.2 is usual"
        )
    held[np.random.default_rng(seed).permutation(known)[:count]] = True
    return held
