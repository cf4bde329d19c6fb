"""Which number of held-out rows chooses the best weights."""

from __future__ import annotations

from collections.abc import Mapping

from lowerbound.core.objective import Judge

__all__ = ["judged"]

_NUMBERS: dict[Judge, dict[str, float]] = {
    "bound": {"log_likelihood": 1.0, "elbo": 1.0, "distortion": -1.0, "mean_squared_error": -1.0},
    "loss": {"loss": -1.0},
    "nothing": {},
}
"""By what judges: numbers, the first of which that there is counts, and their signs."""


def judged(by: Judge, numbers: Mapping[str, float]) -> float | None:
    """Return how good the weights are, more is better; None where nothing that was measured can say it."""
    return next((sign * numbers[name] for name, sign in _NUMBERS[by].items() if name in numbers), None)
