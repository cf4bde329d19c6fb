"""Beta entries. Row 27 of the exact answers."""

from __future__ import annotations

import pytest
import torch
from torch import distributions as reference
from torch.distributions import kl_divergence

from lowerbound.distributions import Beta
from tests.contracts import agreement
from tests.distributions.single_precision import agrees


def test_the_divergence_is_an_integral():
    q, p = Beta(*torch.tensor([[2.5], [1.5]]).double()), Beta(*torch.tensor([[0.7], [3.0]]).double())
    nodes = 0.5 * (1 - torch.linspace(0, torch.pi, 200_001).double().cos())
    x = nodes[1:-1, None]
    log_q = q.log_prob(x)
    integral = torch.trapezoid(log_q.exp() * (log_q - p.log_prob(x)), x[:, 0])
    assert float(kl_divergence(q, p)) == pytest.approx(float(integral), abs=1e-6)


def test_density_moments_entropy_and_kl_are_torchs():
    a, b, x = torch.rand(3, 5, 4).double() + 0.1
    x = x / 1.2
    ours, other = Beta(a, b), Beta(b.flip(0), x + 1)
    theirs, others = (reference.Independent(reference.Beta(*p.params.values()), 1) for p in (ours, other))
    for name in ("mean", "variance"):
        torch.testing.assert_close(getattr(ours, name), getattr(theirs, name), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(ours.log_prob(x), theirs.log_prob(x), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(ours.entropy(), theirs.entropy(), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(kl_divergence(ours, other), kl_divergence(theirs, others), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("a", "b"), [(0.6, 2.0), (3.0, 1.0), (20.0, 9.0)])
def test_gradients_of_expectations_are_exact(a, b):
    """E x = a / (a + b)."""
    torch.manual_seed(0)
    n = 100_000
    params = torch.tensor([a, b]).double().repeat(n, 1).requires_grad_()
    x = Beta(params[:, :1], params[:, 1:]).rsample()
    (slope,) = torch.autograd.grad(x.sum(), params)
    total = (a + b) ** 2
    agreement.unbiased(slope, torch.tensor([b / total, -a / total]).double(), size=2e-3)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_draws_stay_inside(dtype):
    p = Beta(torch.full((5000,), 0.05, dtype=dtype), torch.full((5000,), 0.05, dtype=dtype))
    x = p.rsample()
    assert bool(((x > 0) & (x < 1)).all())
    assert bool(p.log_density(x).isfinite().all())


@pytest.mark.parametrize("one", [0.3, 1.0, 30.0, 1e4, 1e6])
@pytest.mark.parametrize("two", [0.3, 1.0, 30.0, 1e4, 1e6])
def test_large_concentrations_keep_their_digits(one, two):
    def plain(a, b):
        return reference.Independent(reference.Beta(a, b, validate_args=False), 1)

    torch.manual_seed(0)
    a, b = one * (1 + torch.rand(20, 3)), two * (1 + torch.rand(20, 3))
    c, d = (v * (min(0.3, v.max() ** -0.5) * torch.randn(20, 3)).exp() for v in (a, b))
    x = plain(a.double(), b.double()).sample().float().clamp(1e-30, 1 - 4e-7)
    agrees(lambda a, b, x: Beta(a, b).log_prob(x), lambda a, b, x: plain(a, b).log_prob(x), a, b, x)
    agrees(lambda a, b: Beta(a, b).entropy(), lambda a, b: plain(a, b).entropy(), a, b)
    for other in ((c, d), (b, a)):
        agrees(
            lambda a, b, c, d: kl_divergence(Beta(a, b), Beta(c, d)),
            lambda a, b, c, d: kl_divergence(plain(a, b), plain(c, d)),
            *(a, b, *other),
        )
