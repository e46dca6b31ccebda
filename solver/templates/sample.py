"""Invented ratings for the recommender workbooks: tastes by genre, kind and strict people, better and worse movies.

    rating = 2.9 + kindness(user) + quality(movie) + sum over genres of taste(user, genre) * share(movie, genre) + noise

rounded to halves and kept between 0.5 and 5. People, titles and numbers are made up; the seed fixes every one.
"""

from __future__ import annotations

from random import Random

from solver.templates.ratings import Ratings

USERS = (
    "Ada", "Bruno", "Chen", "Dilek", "Emil", "Fatou", "Goran", "Hana",
    "Ines", "Jonas", "Kofi", "Lena", "Mateo", "Nora", "Oskar",
)  # fmt: skip
MOVIES = (
    "Cold Orbit", "The Ninth Moon", "Signal Lost",
    "Letters to Lisbon", "A Late Summer", "Paper Hearts",
    "The Night Clerk", "Blind Alley", "Two Keys",
    "Cousins on Ice", "Wrong Wedding", "Goat in the Kitchen",
    "Paper Dragon", "Clockwork Mice", "Little Fox",
)  # fmt: skip
MOVIES_PER_GENRE = 3


def planted(users: int, movies: int, blanks: int, noise: float, seed: int) -> Ratings:
    """Ratings of the first `users` people for `movies` titles spread over the genres, all but `blanks` known.

    Nobody loses more than two ratings, and no movie either, so that every embedding has something to learn from.
    """
    random = Random(seed)
    titles = sorted(range(len(MOVIES)), key=lambda movie: (movie % MOVIES_PER_GENRE, movie))[:movies]
    genres = len(MOVIES) // MOVIES_PER_GENRE
    tastes = [[random.uniform(-1.6, 1.6) for _ in range(genres)] for _ in range(users)]
    kindness = [random.uniform(-0.4, 0.6) for _ in range(users)]
    grid: list[list[float | None]] = [[None] * movies for _ in range(users)]
    for column, movie in enumerate(sorted(titles)):
        quality, second, share = random.uniform(-0.6, 0.6), random.randrange(genres), random.uniform(0.0, 0.5)
        for user in range(users):
            liking = (1 - share) * tastes[user][movie // MOVIES_PER_GENRE] + share * tastes[user][second]
            raw = 2.9 + kindness[user] + quality + liking + noise * random.uniform(-1.0, 1.0)
            grid[user][column] = min(5.0, max(0.5, round(2 * raw) / 2))
    cells = [(user, movie) for user in range(users) for movie in range(movies)]
    random.shuffle(cells)
    most = max(2, -(-blanks // min(users, movies)) + 1)
    while blanks:
        user, movie = cells.pop()
        if grid[user].count(None) < most and [row[movie] for row in grid].count(None) < most:
            grid[user][movie] = None
            blanks -= 1
    return Ratings(USERS[:users], tuple(MOVIES[movie] for movie in sorted(titles)), tuple(map(tuple, grid)))
