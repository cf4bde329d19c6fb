"""One coordinate after the other."""

from __future__ import annotations

import math

import pytest
import torch

from lowerbound.core import noise
from lowerbound.distributions import AutoregressiveMixture, CholeskyNormal, NormalMixture
from tests.contracts import agreement


def linear(tril, loc):
    """The conditionals of a normal: mean by those before, scale on the diagonal of ``tril``."""

    def conditionals(x):
        inverse = torch.linalg.inv(tril)
        noise = (inverse @ (x - loc).unsqueeze(-1)).squeeze(-1)
        mean = loc + (tril.tril(-1) @ noise.unsqueeze(-1)).squeeze(-1)
        log_scale = tril.diagonal(dim1=-2, dim2=-1).log().expand_as(mean)
        return tuple(part.unsqueeze(-1) for part in (torch.zeros_like(mean), mean, log_scale))

    return conditionals


def test_a_normal_by_its_conditionals():
    tril = torch.tensor([[1.0, 0, 0], [0.5, 0.8, 0], [-0.3, 0.9, 1.2]]).double()
    loc = torch.tensor([1.0, -1.0, 0.5]).double()
    p, exact = AutoregressiveMixture(linear(tril, loc), torch.zeros(3).double()), CholeskyNormal(loc, tril)
    x = exact.sample((50,))
    torch.testing.assert_close(p.log_prob(x), exact.log_prob(x), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(p.mean, exact.mean, rtol=0, atol=0.01)
    torch.testing.assert_close(p.variance, exact.variance, rtol=0.02, atol=0)
    agreement.unbiased(p.sample((20_000,)), loc)


def test_one_coordinate_is_a_mixture():
    logits, loc, log_scale = torch.randn(3, 4).double()

    def conditionals(x):
        return tuple(part.expand(*x.shape, 4) for part in (logits, loc, log_scale))

    p = AutoregressiveMixture(conditionals, torch.zeros(1).double())
    exact = NormalMixture(logits, loc[:, None], log_scale[:, None])
    x = torch.linspace(-4, 4, 30).double()[:, None]
    torch.testing.assert_close(p.log_prob(x), exact.log_prob(x), rtol=1e-9, atol=1e-9)
    draws = p.sample((20_000,))
    agreement.unbiased(draws, exact.mean)
    agreement.unbiased((draws - exact.mean).square(), exact.variance)


def test_noise_comes_from_the_source():
    p = AutoregressiveMixture(linear(torch.eye(2).double(), torch.zeros(2).double()), torch.zeros(2).double())
    with noise.use(noise.Shared(0)):
        x = p.sample((6, 3))
    assert bool((x[:, 0] == x[:, 2]).all())
    assert len(x[:, 0].unique()) == 12


@pytest.mark.parametrize("lead", [(), (4,), (2, 4)])
def test_shapes(lead):
    like = torch.zeros(*lead, 3, 2)
    p = AutoregressiveMixture(lambda x: (torch.zeros(*x.shape, 2),) * 3, like, 2)
    assert p.batch_shape == lead
    assert p.sample((5,)).shape == (5, *lead, 3, 2)
    assert p.log_prob(p.sample((5,))).shape == (5, *lead)
    assert p.mean.shape == (*lead, 3, 2)
    assert p.expand((7, *lead)).sample().shape == (7, *lead, 3, 2)
    assert float(p.log_prob(torch.zeros(3, 2)).flatten()[0]) == pytest.approx(-3 * math.log(2 * math.pi), rel=1e-5)
