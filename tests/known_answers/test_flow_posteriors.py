"""Flows as posteriors of a linear-Gaussian model with correlated latents: the ELBO reaches log p(x)."""

from __future__ import annotations

import math

import pytest
import torch

from lowerbound.core import Conditional
from lowerbound.posteriors import (
    Coupling,
    FlowFamily,
    Householder,
    InverseAutoregressive,
    Planar,
    SplineCoupling,
    SylvesterHouseholder,
    SylvesterOrthogonal,
    SylvesterTriangular,
)
from tests.known_answers.linear_gaussian import LinearGaussian, linear

TRUTH = LinearGaussian(torch.tensor([[1.0, 0.9], [0.9, 1.0], [0.3, -0.2]]).double(), torch.zeros(3).double(), 0.2)


def missing(family: FlowFamily, steps: int, rate: float = 0.02) -> float:
    """Train q from the best normal with independent coordinates; return log p(x) - ELBO, nats per row."""
    x = TRUTH.sample(64)
    scale = independent().log()
    start = torch.zeros(family.params_shape[0]).double()
    start[2:4] = scale
    weight = torch.zeros(family.params_shape[0], 3).double()
    weight[:2] = TRUTH.posterior().weight
    model = TRUTH.vae(Conditional(family.double(), linear(weight, start)))
    optimizer = torch.optim.Adam(model.levels.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps, rate / 100)
    for _ in range(steps):
        loss = -model({"x": x}, samples=4).log_weight().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        bound = model({"x": x}, samples=4000).log_weight().mean(1)
    assert float(bound.std()) / math.sqrt(len(bound)) <= 2e-3, "too few samples to tell"
    return float(TRUTH.log_prob(x).mean() - bound.mean())


def precision() -> torch.Tensor:
    """Return that of the exact posterior."""
    return torch.eye(2).double() + TRUTH.weight.T @ TRUTH.weight / TRUTH.variance


def independent() -> torch.Tensor:
    """Return the standard deviations of the best normal with independent coordinates."""
    return precision().diagonal().rsqrt()


def test_independent_coordinates_miss_much():
    gap = 0.5 * (precision().diagonal().log().sum() - torch.logdet(precision()))
    assert float(gap) > 0.5
    torch.manual_seed(0)
    assert missing(Householder((2,), flows=2), 1, rate=0.0) == pytest.approx(float(gap), abs=0.02)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("family", "steps"),
    [
        (lambda: Householder((2,), flows=2), 700),
        (lambda: InverseAutoregressive((2,), flows=2, hidden=(), context=2, pace=1.0), 300),
        pytest.param(lambda: InverseAutoregressive((2,), hidden=(), context=2), 3000, marks=pytest.mark.slow),
        pytest.param(lambda: Coupling((2,), flows=3, hidden=(16,), context=2), 1200, marks=pytest.mark.slow),
    ],
    ids=["householder", "inverse-autoregressive", "at its own pace", "coupling"],
)
def test_the_bound_reaches_the_evidence(family, steps):
    torch.manual_seed(0)
    assert abs(missing(family(), steps)) <= 1e-3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("family", "steps"),
    [
        (lambda: Planar((2,), flows=8), 1500),
        (lambda: SylvesterOrthogonal((2,)), 1500),
        (lambda: SylvesterHouseholder((2,)), 1500),
        (lambda: SylvesterTriangular((2,)), 1500),
        (lambda: SplineCoupling((2,), hidden=(16,), context=2), 1500),
    ],
    ids=["planar", "sylvester-orthogonal", "sylvester-householder", "sylvester-triangular", "spline-coupling"],
)
def test_maps_that_are_not_affine_come_within_a_hundredth_of_what_is_missing(family, steps):
    torch.manual_seed(0)
    assert abs(missing(family(), steps)) <= 5e-3
