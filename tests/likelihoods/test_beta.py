"""Data between zero and one, ends excluded."""

from __future__ import annotations

import pytest
import torch
from torch import distributions as reference

from lowerbound.errors import ConfigError
from lowerbound.likelihoods import Beta
from tests.contracts import LikelihoodContract


class Interval(LikelihoodContract):
    def reference(self, p):
        return reference.Independent(reference.Beta(2 * p.params["a"], 2 * p.params["b"]), len(p.event_shape))


class TestFeature(Interval):
    def make(self):
        return Beta((2, 2))


class TestNetwork(Interval):
    def make(self):
        return Beta((2,), precision="network")


@pytest.mark.parametrize(("mean", "std"), [(0.5, 0.2), (1e-4, 5e-5), (0.999, 5e-4)])
def test_raw_zero_has_the_moments_of_the_data(mean, std):
    family = Beta((1,)).double()
    family.calibrate(torch.tensor([mean]).double(), torch.tensor([std]).double())
    p = family(torch.zeros(1).double())
    assert p.mean.item() == pytest.approx(mean, rel=1e-6)
    if std == 0.2:
        assert p.variance.item() == pytest.approx(std**2, rel=1e-6)


def test_constant_entries_stay_finite():
    family = Beta((1,))
    family.calibrate(torch.tensor([0.3]), torch.zeros(1))
    assert bool(family(torch.zeros(1)).log_prob(torch.tensor([0.3])).isfinite())


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_gradients_are_finite_at_the_ends_of_the_support(dtype):
    params = torch.tensor([[0.1] * 4, [-0.5] * 4], dtype=dtype, requires_grad=True)
    eps = torch.finfo(dtype).eps
    # The first and the last are what numbers too close to an end are stored as.
    log_p = (
        Beta((4,), precision="network")
        .to(dtype)(params)
        .log_density(torch.tensor([0.0, eps, 1 - eps, 1.0], dtype=dtype))
    )
    (slope,) = torch.autograd.grad(log_p.sum(), params)
    assert bool(log_p.isfinite().all())
    assert bool(slope.isfinite().all())


def test_unknown_precisions_are_refused():
    with pytest.raises(ConfigError, match="precision='row'"):
        Beta((2,), precision="row")
