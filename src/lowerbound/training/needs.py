"""Whether a run is long enough for the schedules of its objective."""

from __future__ import annotations

from lowerbound.core import Objective
from lowerbound.errors import ConfigError

__all__ = ["steps_needed"]


def steps_needed(objective: Objective, total: int) -> int:
    """Return the steps after which no schedule of the objective changes any more.

    Raises
    ------
    ConfigError
        When that is more than the ``total`` steps of the run.

    Examples
    --------
    >>> from lowerbound.core import Linear
    >>> from lowerbound.objectives import ELBO
    >>> steps_needed(ELBO(beta=Linear(0.0, 1.0, 100)), total=1000)
    100
    """
    for name, schedule in objective.schedules():
        if schedule.needs > total:
            raise ConfigError(
                f"The schedule {name}={schedule!r} needs {schedule.needs} steps; this run has {total}. "
                "Train for more epochs, or shorten the schedule."
            )
    return max((schedule.needs for _, schedule in objective.schedules()), default=0)
