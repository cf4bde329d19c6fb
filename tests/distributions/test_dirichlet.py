"""The Dirichlet distribution. Row 26 of the exact answers."""

from __future__ import annotations

import pytest
import torch
from torch import distributions as reference
from torch.distributions import kl_divergence

from lowerbound.distributions import Dirichlet
from tests.contracts import agreement
from tests.distributions.single_precision import agrees


def test_the_known_divergence():
    q, p = Dirichlet(torch.tensor([2.0, 3.0, 0.5]).double()), Dirichlet(torch.ones(3).double())
    assert float(kl_divergence(q, p)) == pytest.approx(1.221529810426, abs=1e-11)


def test_density_moments_entropy_and_kl_are_torchs():
    a, b = torch.rand(2, 5, 4).double() + 0.1
    ours, other, theirs, others = Dirichlet(a), Dirichlet(b), reference.Dirichlet(a), reference.Dirichlet(b)
    x = theirs.sample()
    for name in ("mean", "variance"):
        torch.testing.assert_close(getattr(ours, name), getattr(theirs, name), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(ours.log_prob(x), theirs.log_prob(x), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(ours.entropy(), theirs.entropy(), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(kl_divergence(ours, other), kl_divergence(theirs, others), rtol=1e-9, atol=1e-9)


def test_gradients_of_expectations_are_exact():
    """E x = a / sum(a): its Jacobian is (sum I - a 1') / sum^2."""
    torch.manual_seed(0)
    a = torch.tensor([0.5, 1.0, 4.0]).double()
    many = a.repeat(100_000, 1).requires_grad_()
    x = Dirichlet(many).rsample()
    exact = (a.sum() * torch.eye(3).double() - a[:, None]) / a.sum() ** 2
    for i in range(3):
        (slope,) = torch.autograd.grad(x[:, i].sum(), many, retain_graph=True)
        agreement.unbiased(slope, exact[i], size=2e-3)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_draws_are_positive_and_sum_to_one(dtype):
    p = Dirichlet(torch.full((4000, 5), 0.02, dtype=dtype))
    x = p.rsample()
    assert bool((x > 0).all())
    torch.testing.assert_close(x.sum(-1), torch.ones(4000, dtype=dtype))
    assert bool(p.log_prob(x).isfinite().all())


@pytest.mark.parametrize("size", [0.3, 1.0, 30.0, 1e4, 1e6])
def test_large_concentrations_keep_their_digits(size):
    torch.manual_seed(0)
    a = size * (1 + torch.rand(20, 6))
    b = a * (torch.randn(20, 6) * min(0.3, size**-0.5)).exp()
    x = reference.Dirichlet(a.double()).sample().float()
    on_simplex = x.double() / x.double().sum(-1, keepdim=True)
    agrees(lambda a: Dirichlet(a).log_prob(x), lambda a: reference.Dirichlet(a).log_prob(on_simplex), a)
    agrees(lambda a: Dirichlet(a).entropy(), lambda a: reference.Dirichlet(a).entropy(), a)
    for other in (b, b.flip(-1), torch.ones_like(a)):
        agrees(
            lambda a, b: kl_divergence(Dirichlet(a), Dirichlet(b)),
            lambda a, b: kl_divergence(reference.Dirichlet(a), reference.Dirichlet(b)),
            a,
            other,
        )


def test_gradients_along_the_simplex_are_those_of_the_plain_formula():
    torch.manual_seed(0)
    a, logits = torch.rand(5, 4).double() + 0.1, torch.randn(5, 4).double().requires_grad_()
    ours = torch.autograd.grad(Dirichlet(a).log_prob(logits.softmax(-1)).sum(), logits)
    theirs = torch.autograd.grad(reference.Dirichlet(a).log_prob(logits.softmax(-1)).sum(), logits)
    torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("size", [1e-6, 1e-3, 0.02])
def test_the_smallest_draws_keep_their_digits(size):
    torch.manual_seed(0)
    a = torch.full((20, 4), size)
    x = Dirichlet(a).rsample()
    agrees(lambda a: Dirichlet(a).log_prob(x), lambda a: reference.Dirichlet(a).log_prob(x.double()), a)


def test_the_flat_density_is_flat_at_the_corners():
    p, x = Dirichlet(torch.ones(3)), torch.eye(3)
    torch.testing.assert_close(p.log_prob(x), torch.full((3,), 2.0).log(), rtol=0, atol=1e-4)
