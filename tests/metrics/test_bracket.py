"""Row 19: log p(x) from both sides."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from lowerbound.core import noise
from lowerbound.metrics import Annealing, bidirectional, sigmoidal
from tests.known_answers.linear_gaussian import LinearGaussian
from tests.known_answers.test_two_levels import ladder

GAUSSIAN = LinearGaussian.random(4, 2, seed=3, variance=1.0)


def exact(rows: int, seed: int) -> np.ndarray:
    """log p(x) of the very rows that :func:`bidirectional` draws."""
    model = GAUSSIAN.vae("wide")
    torch.manual_seed(noise.mix_seed(seed, 10))
    with torch.no_grad():
        return GAUSSIAN.log_prob(model.sample(rows)["x"].value).numpy()


@pytest.mark.thorough
@pytest.mark.parametrize(("temperatures", "gap"), [(3, 3.0), (60, 0.2)])
def test_the_truth_lies_between(temperatures, gap):
    bracket = bidirectional(GAUSSIAN.vae("wide"), 400, chains=2, temperatures=temperatures, leapfrogs=3)
    truth = exact(400, 0)
    for below, above in ((bracket.lower, truth), (truth, bracket.upper)):
        difference = below - above
        assert difference.mean() <= 4 * difference.std() / math.sqrt(400)
    assert bracket.lower.mean() < truth.mean() < bracket.upper.mean()
    assert 0 < bracket.gap < gap
    summary = bracket.summary()
    assert summary["gap"] == pytest.approx(summary["upper"] - summary["lower"])
    assert summary["gap_error"] < summary["gap"]


@pytest.mark.thorough
def test_more_temperatures_bring_the_bounds_together():
    few, more = (bidirectional(GAUSSIAN.vae("wide"), 50, 4, t, leapfrogs=3).gap for t in (5, 50))
    assert more < few / 3


def test_backward_weights_are_unbiased_for_one_over_p():
    """E[1/w] = 1/p(x) over exact posterior draws and the chains: many draws of one row."""
    torch.manual_seed(1)
    x = GAUSSIAN.sample(1)
    n = 20_000
    annealing = Annealing(GAUSSIAN.vae("exact"), {"x": x}, n, sigmoidal(8), leapfrogs=2)
    posterior = GAUSSIAN.posterior()(x)
    relative = (GAUSSIAN.log_prob(x) - annealing.backward(posterior.rsample((n,)))).exp()
    error = float(relative.std()) / math.sqrt(n)
    assert error < 0.05
    assert float(relative.mean()) == pytest.approx(1.0, abs=4 * error)


@pytest.mark.thorough
def test_two_levels_are_bracketed_too():
    bracket = bidirectional(ladder(None), 30, chains=4, temperatures=100, leapfrogs=3)
    assert bracket.lower.shape == (30,)
    assert -0.05 < bracket.gap < 1.0
