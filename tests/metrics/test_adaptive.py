"""Row 19: importance sampling from adapted proposals, on models whose log p(x) is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

import lowerbound as lb
from lowerbound.core import Constant
from lowerbound.errors import ConfigError
from lowerbound.metrics import (
    Joint,
    adapt,
    adapted_log_likelihood,
    effective_sample_size,
    grid_log_likelihood,
    log_likelihood,
)
from lowerbound.models import VAE, Latent
from tests.known_answers.discrete import binary, labels, m2
from tests.known_answers.linear_gaussian import AffineNormal, LinearGaussian
from tests.known_answers.one_latent import positive, two_modes
from tests.known_answers.test_two_levels import MARGINAL, ladder

GAUSSIAN = LinearGaussian.random(4, 2, seed=3)
SHORT = {"rounds": 4, "draws": 1000}


def adapted(model, x: Tensor, samples: int, **options):
    return adapted_log_likelihood(model, iter([{"x": x}]), samples, **{**SHORT, **options})


@pytest.mark.parametrize("encoder", ["wide", "correlated", "wrong"])
def test_it_finds_log_p_of_a_linear_gaussian(encoder):
    """Posteriors of strong correlations, and an encoder of independent latents that may be far off."""
    model = LinearGaussian.random(8, 5, seed=2, variance=0.05) if encoder == "correlated" else GAUSSIAN
    posterior = model.diagonal_posterior(3.0, 0.5) if encoder == "wrong" else "wide"
    x = model.sample(6)
    found = adapted(model.vae(posterior), x, 4000, rounds=8, draws=2000)
    truth = model.log_prob(x).numpy()
    assert (np.abs(found.rows - truth) <= 4 * found.row_errors).all()
    assert (found.row_errors < 0.02).all()
    assert (found.ess > 2000).all()
    assert found.untrusted == 0
    assert (found.samples, found.proposal, found.layers) == (4000, "adapted", "float64")


def test_it_beats_the_encoder_s_posterior_with_as_many_samples():
    model = LinearGaussian.random(8, 5, seed=2, variance=0.05)
    x = model.sample(6)
    plain = log_likelihood(model.vae("wide"), iter([{"x": x}]), 4000)
    ours = adapted(model.vae("wide"), x, 4000)
    assert float(np.median(ours.ess)) > 20 * float(np.median(plain.ess))
    assert np.abs(ours.rows - model.log_prob(x).numpy()).max() < np.abs(plain.rows - model.log_prob(x).numpy()).max()


def test_the_estimate_is_unbiased_however_badly_adapted():
    """E[w] = p(x) over seeds, of proposals that one round of few draws found."""
    x = GAUSSIAN.sample(2)
    truth = GAUSSIAN.log_prob(x)
    runs = [
        torch.as_tensor(adapted(GAUSSIAN.vae("wide"), x, 20, rounds=1, draws=8, seed=seed).rows) - truth
        for seed in range(300)
    ]
    ratios = torch.stack(runs).exp()
    assert bool(((ratios.mean(0) - 1).abs() <= 4 * ratios.std(0) / math.sqrt(300)).all())


def test_several_levels():
    marginal = torch.distributions.MultivariateNormal(torch.zeros(5).double(), MARGINAL)
    x = marginal.sample((4,))
    found = adapted(ladder(None), x, 4000, rounds=8)
    assert (np.abs(found.rows - marginal.log_prob(x).numpy()) <= 4 * found.row_errors).all()
    assert (found.ess > 1500).all()


def test_two_modes():
    """x | z ~ N(z^2, .2), z ~ N(0, 1), against a grid: the encoder stands at one of them, and reaches the other."""
    model = two_modes(spread=0.6, scale=0.2)
    x = torch.tensor([[0.8], [1.2]]).double()
    found = adapted(model, x, 20_000, rounds=8, draws=2000)
    truth = grid_log_likelihood(model, iter([{"x": x}])).rows
    assert (np.abs(found.rows - truth) <= 4 * found.row_errors).all()
    assert (found.row_errors < 0.05).all()


def test_a_latent_on_positive_numbers():
    """x | z ~ N(z, .2), z ~ Gamma(2, 1), against a grid."""
    model = positive(variance=0.2, guessed=1.5)
    x = torch.tensor([[0.5], [3.0]]).double()
    found = adapted(model, x, 5000)
    truth = grid_log_likelihood(model, iter([{"x": x}])).rows
    assert (np.abs(found.rows - truth) <= 4 * found.row_errors).all()
    assert (found.row_errors < 0.03).all()


def test_neighbours_pieces_and_seeds():
    """A row knows neither its neighbours nor how passes were cut; another seed is another estimate."""
    x, model = GAUSSIAN.sample(4), GAUSSIAN.vae("wide")
    whole = adapted(model, x, 300)
    assert adapted(model, x, 300).rows.tolist() == whole.rows.tolist()
    assert adapted(model, x[2:3], 300).rows[0] == pytest.approx(whole.rows[2], rel=1e-9)
    assert adapted(model, x, 300, chunk=37).rows == pytest.approx(whole.rows, rel=1e-9)
    assert adapted(model, x, 300, seed=1).rows[2] != pytest.approx(whole.rows[2], rel=1e-9)


@pytest.mark.parametrize("samples", [1, 4, 30])
def test_few_samples_are_exactly_as_many(samples):
    found = adapted(GAUSSIAN.vae("wide"), GAUSSIAN.sample(2), samples)
    assert found.samples == samples
    assert np.isfinite(found.rows).all()


def test_rows_that_cannot_be_weighed_keep_their_proposal():
    """A likelihood that is nowhere finite is a matter of the estimate, not of the covariance."""

    class Lost(torch.nn.Module):
        def forward(self, z, c=None):
            return torch.distributions.Independent(
                torch.distributions.Normal(z * math.nan, 0.1, validate_args=False), 1, validate_args=False
            )

    encoder = AffineNormal(torch.zeros(2, 2).double(), torch.ones(2).double(), torch.ones(2).double())
    model = VAE([Latent("z", lb.priors.StandardNormal((2,)).double(), encoder)], Lost())
    x = torch.zeros(3, 2).double()
    proposal = adapt(Joint(model, {"x": x}), rounds=2, draws=50)
    assert bool(proposal.location.isfinite().all())
    assert bool(proposal.factor.isfinite().all())
    assert np.isnan(adapted(model, x, 10).rows).all()


def test_a_constant_likelihood_has_the_prior_for_its_posterior():
    likelihood = Constant(lb.likelihoods.Normal((1,), variance=1.0)).double()
    encoder = AffineNormal(torch.zeros(3, 1).double(), torch.ones(3).double(), torch.full((3,), 0.5).double())
    model = VAE([Latent("z", lb.priors.StandardNormal((3,)).double(), encoder)], likelihood)
    joint = Joint(model, {"x": torch.zeros(1, 1).double()})
    proposal = adapt(joint)
    u, log_q = proposal.draw(5000, seed=1)
    assert float(effective_sample_size(sum(joint(u)).detach() - log_q)) > 4000
    assert float(proposal.location.abs().max()) < 0.1


def test_discrete_latents_are_refused_unless_given():
    model = m2().eval()
    with pytest.raises(ConfigError, match="'y' lives on 'one-hot'"):
        adapted(model, binary(3), 5)
    batch = {"x": binary(3), "y": labels(3)}
    assert adapted_log_likelihood(model, iter([batch]), 5, **SHORT).rows.shape == (3,)


def test_a_model_of_stages_is_refused():
    vae = lb.VAE(2, recipe="two-stage-vae", network="mlp", hidden=(4,), epochs=1, compile="no", random_state=0)
    x = torch.randn(30, 3, generator=torch.Generator().manual_seed(0)).numpy()
    with pytest.raises(ConfigError, match="TwoStage has no levels.*from the encoder"):
        vae.fit(x).log_likelihood(x, samples=5, proposal="adapted")


@pytest.mark.parametrize("name", ["samples", "rounds", "draws"])
def test_nothing_is_not_enough(name):
    with pytest.raises(ConfigError, match=f"{name}=0: at least 1"):
        adapted(GAUSSIAN.vae("wide"), GAUSSIAN.sample(2), **{"samples": 5, name: 0})


def test_rows_done_are_told_and_bits_are_known():
    told: list[int] = []
    batches = iter([{"x": rows} for rows in GAUSSIAN.sample(5).split(2)])
    found = adapted_log_likelihood(
        GAUSSIAN.vae("wide"), batches, 20, **SHORT, advance=told.append, dimensions=4, discrete=True
    )
    assert told == [2, 2, 1]
    assert found.bits_per_dim == pytest.approx(-found.value / (4 * math.log(2)))
