"""A run is long enough for its schedules, or is refused."""

from __future__ import annotations

import pytest

from lowerbound.core import Linear
from lowerbound.errors import ConfigError
from lowerbound.objectives import ELBO, IWAE
from lowerbound.training.needs import steps_needed


def test_the_longest_schedule_counts() -> None:
    objective = ELBO(beta=Linear(0.0, 1.0, 7)) + Linear(0.0, 1.0, 12) * IWAE(1)
    assert steps_needed(objective, 12) == 12
    assert steps_needed(ELBO(), 1) == 0


def test_a_run_that_is_too_short_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"beta=Linear\(0.0, 1.0, 7\) needs 7 steps; this run has 6"):
        steps_needed(ELBO(beta=Linear(0.0, 1.0, 7)), 6)
