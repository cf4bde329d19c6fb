"""How far codes are from the prior, against closed forms, on models whose aggregate posterior is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from lowerbound.metrics import aggregate_gap
from tests.known_answers.discrete import binary, m2
from tests.known_answers.linear_gaussian import LinearGaussian
from tests.metrics.test_latents import numbers, table


def gap(model, n, seed=0, size=10**6):
    (found,) = aggregate_gap(model, ({"x": rows} for rows in numbers(n).split(size)), seed=seed)
    return found


@pytest.fixture(scope="module")
def matched():
    """A thousand posteriors N(m, 0.51) with m from N(0, 0.49): together they are the prior."""
    loc = 0.7 * torch.randn(1000, 2, generator=torch.Generator().manual_seed(1)).double()
    return gap(table(loc, torch.full_like(loc, math.sqrt(0.51))), 1000, size=300)


def test_codes_that_fill_the_prior(matched):
    assert matched.mmd.p_value > 0.05
    assert abs(matched.mmd.value) < 4 * matched.mmd.error
    # The mixture of n components knows the rows it is of: too large by less than I(x; z) / 10 here.
    assert 0 < matched.kl.value + 4 * matched.kl.error
    assert matched.kl.value < 0.1
    assert matched.mutual_information.value == pytest.approx(-math.log(0.51), abs=0.1)
    assert matched.sliced.value < 0.01
    assert (matched.rows, matched.name) == (1000, "z")


def test_codes_beside_the_prior():
    """Equal posteriors N(1, 0.25): KL = log 2 + (0.25 + 1) / 2 - 1/2, no information, and distances of normals."""
    found = gap(table(torch.ones(800, 1).double(), torch.full((800, 1), 0.5).double()), 800)
    assert found.kl.value == pytest.approx(math.log(2) + 0.125, abs=4 * found.kl.error)
    assert found.mutual_information.value == pytest.approx(0.0, abs=1e-9)
    assert found.mmd.p_value == 1 / 200
    assert found.sliced.value == pytest.approx(1 + 0.25, abs=4 * found.sliced.error)
    assert 0 < found.sliced.error < 0.15


def test_the_parts_sum_to_the_kl_of_the_rows():
    """KL(q(z) || p(z)) + I(x; z) is the mean of log q(z | x) - log p(z) over the same draws."""
    loc = torch.linspace(-2, 2, 800).double()[:, None]
    found = gap(table(loc, torch.full_like(loc, 0.3)), 800)
    exact = float((0.5 * (0.09 + loc.square() - 1) - math.log(0.3)).mean())
    error = found.kl.error + found.mutual_information.error
    assert found.kl.value + found.mutual_information.value == pytest.approx(exact, abs=4 * error)


def test_what_has_no_density_still_has_distances():
    model = LinearGaussian.random(4, 2).vae("exact")  # full covariance
    (found,) = aggregate_gap(model, iter([{"x": LinearGaussian.random(4, 2).sample(300)}]))
    assert math.isnan(found.kl.value)
    assert math.isnan(found.mutual_information.value)
    assert found.mmd.p_value > 0.01
    assert found.sliced.value < 0.1


def test_every_latent_is_measured_also_an_enumerated_one():
    levels = aggregate_gap(m2().eval(), iter([{"x": binary(6)}]))
    assert [level.name for level in levels] == ["y", "z"]
    assert all(np.isfinite(level.mmd.value) for level in levels)
    assert all(level.rows == len(binary(6)) for level in levels)


def test_two_calls_agree_and_leave_the_generator_alone():
    model = table(torch.randn(30, 2).double(), torch.ones(30, 2).double())
    state = torch.get_rng_state()
    assert gap(model, 30, seed=2).to_json() == gap(model, 30, seed=2).to_json()
    assert gap(model, 30, seed=2).kl != gap(model, 30, seed=3).kl
    assert torch.equal(torch.get_rng_state(), state)
