"""Row 19: annealed importance sampling on models whose log p(x) is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from lowerbound.errors import ConfigError
from lowerbound.metrics import Annealing, annealed_log_likelihood, sigmoidal
from tests.known_answers.discrete import binary, labels, m2
from tests.known_answers.linear_gaussian import LinearGaussian
from tests.known_answers.test_two_levels import MARGINAL, ladder

GAUSSIAN = LinearGaussian.random(4, 2, seed=3, variance=1.0)


def annealed(model, x: Tensor, chains: int, temperatures: int, **options):
    return annealed_log_likelihood(model, iter([{"x": x}]), chains, temperatures, **options)


def test_betas_rise_from_zero_to_one_and_are_symmetric():
    betas = np.array(sigmoidal(30))
    assert (betas[0], betas[-1], len(betas)) == (0.0, 1.0, 31)
    assert (np.diff(betas) > 0).all()
    assert betas + betas[::-1] == pytest.approx(np.ones(31))
    assert np.diff(betas)[0] < np.diff(betas)[15] / 5
    with pytest.raises(ConfigError, match="temperatures=0"):
        sigmoidal(0)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("start", "chains", "temperatures"),
    [pytest.param("prior", 1000, 500, marks=pytest.mark.slow), ("posterior", 500, 250)],
)
def test_it_finds_log_p_of_a_linear_gaussian(start, chains, temperatures):
    x = GAUSSIAN.sample(3)
    found = annealed(GAUSSIAN.vae("wide"), x, chains, temperatures, start=start, leapfrogs=2)
    truth = GAUSSIAN.log_prob(x).numpy()
    assert (found.row_errors <= 0.01).all()
    assert (np.abs(found.rows - truth) <= 4 * found.row_errors).all()
    assert (found.ess > chains / 2).all()
    assert found.samples == chains


def test_few_temperatures_are_unbiased_too():
    """E[w] = p(x) whatever the transitions: a path of four temperatures, with errors of the size of the estimate."""
    x = GAUSSIAN.sample(2)
    log_w = Annealing(GAUSSIAN.vae("wide"), {"x": x}, 40_000, sigmoidal(4), leapfrogs=2).forward()
    relative = (log_w - GAUSSIAN.log_prob(x)).exp()
    error = relative.std(0) / math.sqrt(40_000)
    assert float(error.max()) < 0.05
    assert bool(((relative.mean(0) - 1).abs() <= 4 * error).all())


@pytest.mark.thorough
def test_the_transitions_make_the_weights_even():
    x = GAUSSIAN.sample(2)
    still, moving = (
        annealed(GAUSSIAN.vae("wide"), x, 200, temperatures, leapfrogs=5).ess.mean() for temperatures in (1, 60)
    )
    assert still < 50
    assert moving > 120


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("start", "chains", "temperatures"),
    [pytest.param("prior", 1000, 120, marks=pytest.mark.slow), ("posterior", 400, 60)],
)
def test_several_levels(start, chains, temperatures):
    x = torch.distributions.MultivariateNormal(torch.zeros(5).double(), MARGINAL).sample((3,))
    truth = torch.distributions.MultivariateNormal(torch.zeros(5).double(), MARGINAL).log_prob(x).numpy()
    found = annealed(ladder(None), x, chains, temperatures, leapfrogs=3, start=start)
    assert (found.row_errors < 0.05).all()
    assert (np.abs(found.rows - truth) <= 4 * found.row_errors).all()


def test_a_row_knows_neither_its_neighbours_nor_the_batch():
    x = GAUSSIAN.sample(4)
    whole = annealed(GAUSSIAN.vae("wide"), x, 8, 10)
    alone = annealed(GAUSSIAN.vae("wide"), x[2:3], 8, 10)
    assert alone.rows[0] == pytest.approx(whole.rows[2], rel=1e-9)
    assert annealed(GAUSSIAN.vae("wide"), x, 8, 10, seed=1).rows[2] != pytest.approx(whole.rows[2], rel=1e-9)


def test_steps_are_chosen_for_their_acceptance():
    annealing = Annealing(GAUSSIAN.vae("wide"), {"x": GAUSSIAN.sample(5)}, 50, sigmoidal(60), target=0.8, leapfrogs=4)
    annealing.forward()
    assert annealing.acceptance == pytest.approx(0.8, abs=0.1)


def test_discrete_latents_are_refused_unless_given():
    model = m2().eval()
    with pytest.raises(ConfigError, match="'y' lives on 'one-hot'"):
        annealed(model, binary(3), 2, 5)
    batch = {"x": binary(3), "y": labels(3)}
    assert annealed_log_likelihood(model, iter([batch]), 2, 5).rows.shape == (3,)
    with pytest.raises(ConfigError, match="'prior' or 'posterior'"):
        annealed(GAUSSIAN.vae("wide"), GAUSSIAN.sample(2), 2, 5, start="middle")
    with pytest.raises(ConfigError, match="chains=0"):
        annealed(GAUSSIAN.vae("wide"), GAUSSIAN.sample(2), 0, 5)


def test_rows_done_are_told_and_bits_are_known():
    told: list[int] = []
    batches = iter([{"x": rows} for rows in GAUSSIAN.sample(5).split(2)])
    found = annealed_log_likelihood(
        GAUSSIAN.vae("wide"), batches, 2, 5, advance=told.append, dimensions=4, discrete=True
    )
    assert told == [2, 2, 1]
    assert found.bits_per_dim == pytest.approx(-found.value / (4 * math.log(2)))
