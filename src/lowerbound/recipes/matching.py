"""What recipes share that hold the codes of all rows against the prior by a distance."""

from __future__ import annotations

from collections.abc import Callable

from lowerbound.core import Objective
from lowerbound.distances import Distance
from lowerbound.objectives import Distortion, Match
from lowerbound.recipes.recipe import Task

__all__ = ["matching"]


def matching(distance: Callable[[], Distance], weight: float) -> Callable[[Task], Objective]:
    """Return what chooses the distortion and a weighted distance of the codes from the prior."""

    def objective(task: Task) -> Objective:
        samples = task.options.samples
        return Distortion(samples) + task.weight(weight) * Match(distance(), samples=samples)

    return objective
