"""A normal behind a gate. Row 105 of the exact answers, on a linear model."""

from __future__ import annotations

import math

import pytest
import torch
from torch.distributions import Bernoulli, MultivariateNormal, Normal, kl_divergence

from lowerbound.distributions import GatedNormal, SpikeAndSlab
from tests.contracts import agreement

LATENTS, VARIANCE = 4, 0.5


def gated(seed: int, *lead: int) -> GatedNormal:
    generator = torch.Generator().manual_seed(seed)
    return GatedNormal(*torch.randn(3, *lead, LATENTS, generator=generator).double(), temperature=0.5)


def test_the_density_has_a_point_at_zero():
    p, pi = gated(0), gated(0).inclusion
    normal = Normal(p.params["loc"], p.params["log_scale"].exp())
    x = torch.tensor([0.0, 0.5, -1.0, 0.0]).double()
    expected = torch.where(x == 0, (1 - pi).log(), pi.log() + normal.log_prob(x)).sum()
    torch.testing.assert_close(p.log_prob(x), expected, rtol=1e-9, atol=1e-9)


def test_draws_are_zero_as_often_as_said():
    torch.manual_seed(0)
    p = gated(1)
    x = p.expand((20_000,)).rsample()
    agreement.unbiased((x != 0).double(), p.inclusion, size=0.01)
    agreement.moments_agree(p)


@pytest.mark.parametrize("prior", [gated(5), SpikeAndSlab(torch.tensor([-2.0, 0.0, 1.0, 0.3]).double())])
def test_the_divergence_is_its_monte_carlo_estimate(prior):
    q = gated(2, 3)
    agreement.kl_agrees(q, prior, kl_divergence(q, prior), n=50_000)


def test_the_divergence_is_that_of_gate_and_slab():
    q, p = gated(2), gated(3)
    gates = kl_divergence(*(Bernoulli(logits=d.params["logits"]) for d in (q, p)))
    slabs = kl_divergence(*(Normal(d.params["loc"], d.params["log_scale"].exp()) for d in (q, p)))
    torch.testing.assert_close(kl_divergence(q, p), (gates + q.inclusion * slabs).sum(), rtol=1e-9, atol=1e-9)


def linear_model() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(3, LATENTS, generator=generator).double()
    logits = torch.tensor([-1.0, 0.5, -0.5, 0.0]).double()
    return weight, logits, torch.tensor([1.0, -0.5, 0.8]).double()


def enumerated(weight: torch.Tensor, logits: torch.Tensor, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """log p(x) and the posterior inclusion of x = Wu + noise, over all 2^H patterns of zeros."""
    patterns = agreement.every_value((0.0, 1.0), (LATENTS,))
    active = weight * patterns[:, None]
    covariance = active @ active.mT + VARIANCE * torch.eye(3).double()
    joint = MultivariateNormal(torch.zeros(3).double(), covariance).log_prob(x)
    joint = joint + Bernoulli(logits=logits).log_prob(patterns).sum(-1)
    return joint.logsumexp(0), (joint.softmax(0)[:, None] * patterns).sum(0)


def test_importance_sampling_finds_log_p_and_the_inclusion_of_every_latent():
    weight, logits, x = linear_model()
    log_p, inclusion = enumerated(weight, logits, x)
    torch.manual_seed(0)
    q = GatedNormal(inclusion.logit(), torch.zeros(LATENTS).double(), torch.full((LATENTS,), 0.2).double(), 0.5)
    u = q.expand((200_000,)).rsample()
    likelihood = Normal(u @ weight.T, math.sqrt(VARIANCE)).log_prob(x).sum(-1)
    relative = (likelihood + SpikeAndSlab(logits).log_prob(u) - q.log_prob(u) - log_p).exp()
    agreement.unbiased(relative, 1.0, size=0.02)
    agreement.unbiased(relative[:, None] * ((u != 0).double() - inclusion), 0.0, size=0.01)
