"""Data between zero and one, ends included."""

from __future__ import annotations

import pytest
import torch
from torch import distributions as reference

from lowerbound.likelihoods import ContinuousBernoulli
from tests.contracts import LikelihoodContract


class TestContinuousBernoulli(LikelihoodContract):
    def make(self):
        return ContinuousBernoulli((2, 2))

    def reference(self, p):
        two = torch.full(p.event_shape, 2.0).double()
        return reference.Independent(reference.Beta(two, two), len(p.event_shape))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_gradients_are_finite_at_the_ends_of_the_support(dtype):
    params = torch.tensor([-1e3, 0.0, 1e3, 0.1], dtype=dtype).requires_grad_()
    for x in (0.0, 1.0):
        log_p = ContinuousBernoulli((4,))(params).log_density(torch.tensor(x, dtype=dtype))
        (slope,) = torch.autograd.grad(log_p.sum(), params)
        assert bool(log_p.isfinite().all())
        assert bool(slope.isfinite().all())
