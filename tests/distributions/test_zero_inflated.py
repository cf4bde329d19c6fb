"""Counts with zeros of their own. Row 31 of the exact answers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import stats

from lowerbound.distributions import NegativeBinomial, Poisson, ZeroInflated


def made(gate: float, mean: float, theta: float, dtype: torch.dtype = torch.float64) -> ZeroInflated:
    values = torch.tensor([[gate], [np.log(mean)], [np.log(theta)]]).to(dtype)
    return ZeroInflated(values[0], NegativeBinomial(values[1], values[2]))


@pytest.mark.parametrize(("gate", "mean", "theta"), [(-3.0, 2.0, 0.7), (0.0, 0.4, 3.0), (2.0, 30.0, 10.0)])
def test_it_is_scipys_and_a_point_mass(gate, mean, theta):
    counts = torch.arange(0.0, 3000.0).double()
    share = 1 / (1 + np.exp(-gate))
    base = stats.nbinom.pmf(counts.numpy(), theta, theta / (theta + mean))
    assert stats.nbinom.sf(2999, theta, theta / (theta + mean)) < 1e-12
    truth = torch.from_numpy((1 - share) * base + share * (counts.numpy() == 0))
    ours = made(gate, mean, theta).log_density(counts).exp()
    torch.testing.assert_close(ours, truth, rtol=1e-9, atol=1e-12)
    assert float(ours.sum()) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("gate", [-200.0, 200.0])
def test_gates_that_are_shut_stay_finite(gate, dtype):
    logits = torch.full((1,), gate, dtype=dtype, requires_grad=True)
    p = ZeroInflated(logits, Poisson(torch.ones(1, dtype=dtype)))
    for x in (0.0, 5.0):
        log_p = p.log_density(torch.tensor([x], dtype=dtype)).sum()
        (slope,) = torch.autograd.grad(log_p, logits)
        assert bool(log_p.isfinite())
        assert bool(slope.isfinite().all())
    assert float(p.mean.detach()) == pytest.approx(0.0 if gate > 0 else np.e, rel=1e-5)


def test_expand_keeps_the_counts():
    p = made(0.0, 2.0, 1.0).expand((4, 3))
    assert p.sample().shape == (4, 3, 1)
    assert p.counts.batch_shape == p.batch_shape == (4, 3)
    assert type(p.expand((2, 4, 3))) is ZeroInflated
