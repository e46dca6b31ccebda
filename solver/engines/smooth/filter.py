"""The line search of a filter method: a step is good if it lowers the infeasibility or the objective (Fletcher,
Leyffer 2002), with the rules and constants of Wächter and Biegler (2006)."""

from __future__ import annotations

from dataclasses import dataclass, field

G_THETA, G_PHI, DELTA, S_THETA, S_PHI, ETA = 1e-5, 1e-8, 1.0, 1.1, 2.3, 1e-4


@dataclass
class Filter:
    """Pairs (theta, phi) of infeasibility and barrier objective that a trial point must not be worse than."""

    least: float
    most: float
    pairs: list[tuple[float, float]] = field(default_factory=list)

    def forbids(self, theta: float, phi: float) -> bool:
        """Whether a pair is no better than one that was left behind."""
        return theta > self.most or any(theta >= t and phi >= p for t, p in self.pairs)

    def add(self, theta: float, phi: float) -> None:
        """Leaves a pair behind, with its margins."""
        corner = ((1 - G_THETA) * theta, phi - G_PHI * theta)
        self.pairs = [pair for pair in self.pairs if pair[0] < corner[0] or pair[1] < corner[1]]
        self.pairs.append(corner)

    def clear(self) -> None:
        """Forgets all pairs, when the barrier has changed."""
        self.pairs = []


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges trial points of one line search from a point (theta, phi) along a direction of slope `slope`."""

    filter: Filter
    theta: float
    phi: float
    slope: float

    def is_descent(self, alpha: float) -> bool:
        """Whether the step is so clearly downhill that the objective must fall."""
        if self.slope >= 0:
            return False
        return bool(alpha * (-self.slope) ** S_PHI > DELTA * self.theta**S_THETA)

    def accepts(self, alpha: float, theta: float, phi: float) -> bool:
        """Whether the trial point of step length alpha is good enough."""
        if not (theta < float("inf") and phi < float("inf")) or self.filter.forbids(theta, phi):
            return False
        noise = 1e-14 * max(1.0, abs(self.phi))
        if self.theta <= self.filter.least and self.is_descent(alpha):
            return phi <= self.phi + ETA * alpha * self.slope + noise
        return theta <= (1 - G_THETA) * self.theta or phi <= self.phi - G_PHI * self.theta + noise

    def keep(self, alpha: float, phi: float) -> None:
        """Leaves the old point behind in the filter, unless the step was taken for its descent."""
        if not (self.is_descent(alpha) and phi <= self.phi + ETA * alpha * self.slope):
            self.filter.add(self.theta, self.phi)
