"""Row 17: what the encoder and what its family lose."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import torch

from lowerbound.core import Conditional
from lowerbound.data import Schema
from lowerbound.metrics import Gaps, inference_gaps
from lowerbound.posteriors import CholeskyNormal, DiagonalNormal
from lowerbound.recipes import ModelOptions, vae
from tests.known_answers.linear_gaussian import LinearGaussian
from tests.metrics.test_refinement import GAUSSIAN, Fixed, vae_with


def split(family, x, model=GAUSSIAN, **options) -> Gaps:
    return inference_gaps(vae_with(family, model), iter([{"x": x[:4]}, {"x": x[4:]}]), steps=250, rate=0.1, **options)


@pytest.mark.thorough
def test_a_family_that_holds_the_posterior_has_no_approximation_gap():
    x = GAUSSIAN.sample(6)
    gaps = split(CholeskyNormal((2,), pace=1.0), x, samples=20_000)
    assert gaps.log_likelihood == pytest.approx(GAUSSIAN.log_prob(x).numpy(), abs=1e-6)
    prior = torch.distributions.MultivariateNormal(torch.zeros(2).double(), torch.eye(2).double())
    exact = GAUSSIAN.posterior()(x)
    true = torch.distributions.kl_divergence(
        prior, torch.distributions.MultivariateNormal(exact.mean, exact.covariance_matrix)
    )
    assert gaps.total == pytest.approx(true.numpy(), rel=0.05)
    assert np.abs(gaps.approximation).mean() < 0.05 * gaps.amortisation.mean()


@pytest.mark.thorough
def test_the_approximation_gap_of_a_diagonal_family_is_known():
    """Row 23: (sum of log P_ii - log |P|) / 2 for every row, P the exact precision."""
    weight = torch.tensor([[1.0, 1.0], [1.0, 0.5], [0.5, 1.0], [1.0, 1.0]]).double()
    model = LinearGaussian(weight, torch.zeros(4).double(), 1.0)
    x = model.sample(40)
    gaps = split(DiagonalNormal((2,)), x, model, samples=40_000)
    precision = model.posterior()(x[:1]).covariance_matrix[0].inverse()
    known = 0.5 * float(precision.diagonal().log().sum() - torch.logdet(precision))
    assert known > 0.2
    assert gaps.approximation.mean() == pytest.approx(known, abs=0.02)


def test_the_parts_sum_and_none_is_negative():
    gaps = split(DiagonalNormal((2,)), GAUSSIAN.sample(10), samples=500)
    np.testing.assert_allclose(gaps.approximation + gaps.amortisation, gaps.total, rtol=1e-9, atol=1e-9)
    assert (gaps.amortisation >= 0).all()
    summary = gaps.summary()
    assert summary["total_gap"] == pytest.approx(summary["amortisation_gap"] + summary["approximation_gap"])
    assert summary["total_gap_error"] > 0


def test_rows_done_are_told():
    told: list[int] = []
    inference_gaps(
        vae_with(DiagonalNormal((2,))), iter([{"x": GAUSSIAN.sample(3)}]), steps=1, samples=9, advance=told.append
    )
    assert told == [3]


def test_a_row_that_the_family_serves_badly_gets_a_proposal_of_its_own():
    """Strong correlations between eight latents: few draws of independent ones count, and log p would come out low."""
    weight = torch.cat([torch.eye(8), 3.0 * torch.ones(2, 8)]).double()
    model = LinearGaussian(weight, torch.zeros(10).double(), 0.05)
    x = model.sample(11)
    independent = model.vae(Conditional(DiagonalNormal((8,)), Fixed(((10,),), DiagonalNormal((8,)).params_shape)))
    gaps = inference_gaps(independent, iter([{"x": x}]), steps=150, rate=0.1, samples=2000)
    assert gaps.adapted.all()
    assert gaps.log_likelihood == pytest.approx(model.log_prob(x).numpy(), abs=0.05)
    assert gaps.summary()["adapted_rows"] == 11
    np.testing.assert_allclose(gaps.approximation + gaps.amortisation, gaps.total, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("posterior", "prior", "adapted"), [
    ("diagonal-normal", "standard-normal", 4), ("von-mises-fisher", "uniform-sphere", 0),
])  # fmt: skip
def test_latents_on_a_surface_keep_the_refined_posterior(posterior, prior, adapted, monkeypatch):
    """However few effective samples it leaves."""
    module = sys.modules["lowerbound.metrics.inference_gaps"]
    monkeypatch.setattr(module, "effective_sample_size", lambda log_w: torch.zeros_like(log_w[0]))
    torch.manual_seed(0)
    model = vae.model(Schema((3,), "real"), ModelOptions(latent=3, posterior=posterior, prior=prior), {}).eval()
    gaps = inference_gaps(model, iter([{"x": torch.randn(4, 3)}]), steps=2, samples=20)
    assert gaps.summary()["adapted_rows"] == adapted
    assert np.isfinite(gaps.log_likelihood).all()
