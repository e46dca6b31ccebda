"""`fit` on ratings of the size of a well-known data set: 943 people, 1,682 movies, 100,000 ratings in a long table.

    python -m tests.benchmarks.ratings [--ratings N] [--noise SIGMA] [--holdout SHARE] [--decay D] [METHOD ...]

The ratings are planted: 3.5 + bias of the person + bias of the movie + five factors, plus noise. What a fit can reach
on ratings that it has not seen is more than the noise: its numbers are estimated. With p numbers from n ratings that
costs about sqrt(1 + p / n); the last lines show what ridge regression by turns (people, then movies) reaches on the
same ratings with the planted variances, and with the noise taken for so many times as large: a yardstick from outside.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.benchmarks.workbook import write_workbook

if TYPE_CHECKING:
    import numpy.typing as npt

    Vector = npt.NDArray[np.float64]
    Indices = npt.NDArray[np.intp]
    Mask = npt.NDArray[np.bool_]

PEOPLE, MOVIES, FACTORS = 943, 1682, 5
PERSON_BIAS, MOVIE_BIAS = 0.42, 0.5
SEED = 1
COLUMNS = ("training", "held-out", "/ noise", "steps", "compile", "solve", "all", "CPU", "MB")


@dataclass(frozen=True)
class Planted:
    """Who rated what, the rating without and with noise, and the variance of one factor of one embedding."""

    person: Indices
    movie: Indices
    exact: Vector
    rating: Vector
    spread: float


def planted(count: int, noise: float, strength: float) -> Planted:
    """Ratings of pairs drawn evenly; all factors together add `strength` as their standard deviation."""
    random = np.random.default_rng(SEED)
    pairs = random.choice(PEOPLE * MOVIES, count, replace=False)
    person, movie = np.divmod(pairs, MOVIES)
    spread = strength / np.sqrt(FACTORS)
    people, movies = (np.sqrt(spread) * random.normal(size=(size, FACTORS)) for size in (PEOPLE, MOVIES))
    biases = PERSON_BIAS * random.normal(size=PEOPLE)[person] + MOVIE_BIAS * random.normal(size=MOVIES)[movie]
    exact = 3.5 + biases + np.sum(people[person] * movies[movie], axis=1)
    return Planted(person, movie, exact, np.round(exact + noise * random.normal(size=count), 3), spread)


def held_out(count: int, share: float) -> Mask:
    """The ratings that `fit --holdout SHARE --seed 1` keeps out."""
    mask = np.zeros(count, dtype=bool)
    mask[np.random.default_rng(SEED).permutation(count)[: round(share * count)]] = True
    return mask


def by_turns(data: Planted, kept: Mask, noise: float, rounds: int = 40) -> Vector:
    """Predictions of alternating least squares, penalised by the variance of the noise over the planted ones."""
    random = np.random.default_rng(SEED)
    sides = (data.person[kept], PEOPLE), (data.movie[kept], MOVIES)
    penalty = [noise**2 / data.spread] * FACTORS
    ridge = [np.diag([*penalty, noise**2 / variance**2]) for variance in (PERSON_BIAS, MOVIE_BIAS)]
    tables = [np.c_[0.3 * random.normal(size=(size, FACTORS)), np.zeros(size)] for _, size in sides]
    mean = data.rating[kept].mean()
    for turn in range(2 * rounds):
        (own, size), (other, _) = sides[turn % 2], sides[1 - turn % 2]
        known = tables[1 - turn % 2][other]
        inputs = np.c_[known[:, :-1], np.ones(len(other))]
        target = data.rating[kept] - mean - known[:, -1]
        normal = np.zeros((size, FACTORS + 1, FACTORS + 1))
        right = np.zeros((size, FACTORS + 1))
        for i in range(FACTORS + 1):
            right[:, i] = np.bincount(own, inputs[:, i] * target, size)
            for j in range(i + 1):
                normal[:, i, j] = normal[:, j, i] = np.bincount(own, inputs[:, i] * inputs[:, j], size)
        tables[turn % 2] = np.linalg.solve(normal + ridge[turn % 2], right[:, :, None])[:, :, 0]
    people, movies = tables[0][data.person], tables[1][data.movie]
    return np.asarray(mean + people[:, -1] + movies[:, -1] + np.sum(people[:, :-1] * movies[:, :-1], axis=1))


def book(data: Planted, path: Path) -> Path:
    """The long table as a workbook: person, movie, rating."""
    lines = zip(data.person + 1, data.movie + 1, data.rating, strict=True)
    rows: list[Any] = [("User", "Movie", "Rating"), *((float(u), float(m), float(r)) for u, m, r in lines)]
    write_workbook(path, {"Ratings": rows})
    return path


@dataclass(frozen=True)
class Taken:
    """The answer of the command as JSON, seconds by the clock and of the processor, and the largest memory in MB."""

    answer: dict[str, Any]
    seconds: float
    cpu: float
    memory: float


def fitted(source: Path, method: str, holdout: float, decay: str) -> Taken:
    """What the command makes of the ratings."""
    command = [sys.executable, "-m", "solver", "fit", str(source), "--bias", "--factors", str(FACTORS), "--json"]
    command += ["--holdout", str(holdout), "--seed", str(SEED), "--decay", decay, "--force"]
    command += ["-o", str(source.with_name("fitted.xlsx")), *(["--engine", method] if method != "default" else [])]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    answer = json.loads(process.stdout.read())
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return Taken(answer, time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def main() -> None:
    """Prints one line for each method, then what ridge regression by turns reaches."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("methods", nargs="*", default=["default", "adam"])
    parser.add_argument("--ratings", type=int, default=100_000)
    parser.add_argument("--noise", type=float, default=0.9)
    parser.add_argument("--strength", type=float, default=0.5, help="standard deviation that the factors add")
    parser.add_argument("--holdout", type=float, default=0.2)
    parser.add_argument("--decay", default="auto")
    asked = parser.parse_args()
    data = planted(asked.ratings, asked.noise, asked.strength)
    out = held_out(asked.ratings, asked.holdout)
    level = float(np.sqrt(np.mean((data.rating - data.exact)[out] ** 2)))
    numbers = (FACTORS + 1) * (PEOPLE + MOVIES)
    print(f"{asked.ratings} ratings of spread {data.rating.std():.3f}; {numbers} numbers to be learnt")
    print(f"planted noise, held-out part: {level:.4f}; with numbers estimated: {level * estimated(numbers, out):.4f}")
    source = book(data, Path(gettempdir()) / "ratings.xlsx")
    print(f"{'method':<15}" + "".join(f"{name:>9}" for name in COLUMNS))
    for method in asked.methods:
        taken = fitted(source, method, asked.holdout, asked.decay)
        found = re.search(r"training loss ([\d.e-]+), held-out loss ([\d.e-]+)", " ".join(taken.answer["notes"]))
        assert found is not None
        training, held = (float(text) ** 0.5 for text in found.groups())
        spent, engine = taken.answer["seconds"], taken.answer["engine"]["name"]
        errors = f"{training:>9.4f}{held:>9.4f}{held / level:>9.4f}{taken.answer['iterations']:>9}"
        times = (spent["compile"], spent["solve"], taken.seconds, taken.cpu)
        print(f"{engine:<15}{errors}" + "".join(f"{t:>9.1f}" for t in times) + f"{taken.memory:>9.0f}", flush=True)
    for factor in (1.0, 1.25, 1.5, 2.0):
        predicted = by_turns(data, ~out, factor * asked.noise)
        training, held = (float(np.sqrt(np.mean((data.rating - predicted)[part] ** 2))) for part in (~out, out))
        print(f"{f'ridge, {factor:g}':<15}{training:>9.4f}{held:>9.4f}{held / level:>9.4f}", flush=True)


def estimated(numbers: int, out: Mask) -> float:
    """By what the error on new ratings is larger where numbers are estimated without any penalty."""
    return float(np.sqrt(1 + numbers / np.count_nonzero(~out)))


if __name__ == "__main__":
    main()
