"""Row 46: log p(x) of a trained model with two latents, by quadrature over the plane and by importance sampling."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

import lowerbound as lb
from lowerbound.core import call

GRID, REACH, ROWS = 200, 6.0, 100


def binary_images() -> Tensor:
    """Scikit-learn's digits at threshold one half."""
    data = lb.data.datasets.digits()
    return (data.rows("train")[0] > 8).float()


def by_quadrature(model: lb.models.VAE, x: Tensor) -> Tensor:
    """The trapezoid rule on a square that holds all but 1e-8 of the prior: log p of each row."""
    axis = torch.linspace(-REACH, REACH, GRID, dtype=torch.float64)
    z = torch.cartesian_prod(axis, axis)
    log_prior = -0.5 * z.square().sum(1) - math.log(2 * math.pi)
    area = 2 * math.log(2 * REACH / (GRID - 1))
    total = torch.full((len(x),), -torch.inf, dtype=torch.float64)
    for points, prior in zip(z.split(4000), log_prior.split(4000), strict=True):
        network = model.likelihood.network
        raw = call(network, network.in_shapes, [points.float()])
        logits = (raw + model.likelihood.family.start).flatten(1).double()
        log_p = x.flatten(1).double() @ logits.T - torch.nn.functional.softplus(logits).sum(1)
        total = torch.logaddexp(total, torch.logsumexp(log_p + prior, 1))
    return total + area


@pytest.mark.thorough
@pytest.mark.parametrize("precision", [pytest.param("float32", marks=pytest.mark.slow), "bfloat16"])
def test_importance_sampling_agrees_with_quadrature(precision: str) -> None:
    x = binary_images()
    network = {"network": "mlp", "hidden": (64,), "nonlinearity": "tanh"}
    vae = lb.VAE(2, **network, batch_size=100, epochs=20, learning_rate=3e-3, random_state=0).fit(x)
    with torch.no_grad():
        exact = by_quadrature(vae.fitted_.model, x[:ROWS])
    estimate = vae.log_likelihood(x[:ROWS], samples=5000, precision=precision)
    difference = torch.as_tensor(estimate.rows) - exact
    assert difference.abs().mean() < 0.02
    assert abs(difference.mean()) < 4 * estimate.monte_carlo_error
    assert estimate.monte_carlo_error < 0.01
