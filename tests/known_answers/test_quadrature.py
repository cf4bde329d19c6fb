"""Row 46: log p(x) of a trained model with two latents, by quadrature over the plane and by importance sampling."""

from __future__ import annotations

import math
from pathlib import Path

import torch
from torch import Tensor

import lowerbound as lb
from lowerbound.core import call

GRID, REACH, ROWS = 400, 6.0, 200


def binary_images(data_dir: Path | None) -> Tensor:
    """MNIST at threshold one half where it is at hand, else scikit-learn's digits."""
    data = lb.data.datasets.digits() if data_dir is None else lb.data.datasets.mnist(data_dir=data_dir)
    rows = data.rows("train")[0][:2000]
    return (rows > (data.schema.levels or 256) / 2).float()


def by_quadrature(model: lb.models.VAE, x: Tensor) -> Tensor:
    """The trapezoid rule on a square that holds all but 1e-8 of the prior: log p of each row."""
    axis = torch.linspace(-REACH, REACH, GRID, dtype=torch.float64)
    z = torch.cartesian_prod(axis, axis)
    log_prior = -0.5 * z.square().sum(1) - math.log(2 * math.pi)
    area = 2 * math.log(2 * REACH / (GRID - 1))
    total = torch.full((len(x),), -torch.inf, dtype=torch.float64)
    for points, prior in zip(z.split(4000), log_prior.split(4000), strict=True):
        network = model.likelihood.network
        logits = call(network, network.in_shapes, [points.float()]).flatten(1).double()
        log_p = x.flatten(1).double() @ logits.T - torch.nn.functional.softplus(logits).sum(1)
        total = torch.logaddexp(total, torch.logsumexp(log_p + prior, 1))
    return total + area


def test_importance_sampling_agrees_with_quadrature(data_dir: Path | None) -> None:
    x = binary_images(data_dir)
    vae = lb.VAE(2, network="mlp", hidden=(64,), nonlinearity="tanh", batch_size=100, epochs=20, random_state=0)
    vae.fit(x)
    with torch.no_grad():
        exact = by_quadrature(vae.fitted_.model, x[:ROWS])
    estimate = vae.log_likelihood(x[:ROWS], samples=5000)
    difference = torch.as_tensor(estimate.rows) - exact
    assert difference.abs().mean() < 0.02
    assert difference.max() < 0.1  # an estimate from below exceeds the truth by chance only
    assert estimate.value < exact.mean() + 4 * estimate.monte_carlo_error
