"""The posterior of sparse coding. Row 105 of the exact answers: log p and inclusion by 2^H enumeration."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch.distributions import MultivariateNormal, Normal
from torch.nn import functional

from lowerbound.core import draw
from lowerbound.distributions import SpikeAndSlab, TiltedSpikeAndSlab
from tests.contracts import agreement


class Enumerated:
    """A sparse coding model, and its posterior written out pattern by pattern."""

    def __init__(self, d: int = 6, h: int = 4, rows: int = 5, noise: float = 0.5) -> None:
        generator = torch.Generator().manual_seed(0)
        self.weight, self.bias, self.logits, self.x = (
            torch.randn(shape, generator=generator, dtype=torch.float64) for shape in ((d, h), (d,), (h,), (rows, d))
        )
        self.variance = noise * (0.5 + torch.rand(d, generator=generator, dtype=torch.float64))
        self.x = 2 * self.x
        parts = [self._part(torch.tensor(bits).double()) for bits in itertools.product((0, 1), repeat=h)]
        self.patterns = torch.stack([pattern for pattern, _, _ in parts])
        scores = torch.stack([score for _, score, _ in parts])
        self.log_prob, self.weights = scores.logsumexp(0), scores.softmax(0)
        self.mean = (self.weights[..., None] * torch.stack([mean for _, _, mean in parts])).sum(0)

    def _part(self, pattern):
        """One pattern of zeros: x is Gaussian, and so is u."""
        weight = self.weight * pattern
        x = MultivariateNormal(self.bias, weight @ weight.T + self.variance.diag())
        log_pi = functional.logsigmoid(self.logits) * pattern + functional.logsigmoid(-self.logits) * (1 - pattern)
        gain = weight.T @ x.covariance_matrix.inverse()
        return pattern, log_pi.sum() + x.log_prob(self.x), (self.x - self.bias) @ gain.T

    def posterior(self) -> TiltedSpikeAndSlab:
        gram = self.weight.T @ (self.weight / self.variance[:, None])
        return TiltedSpikeAndSlab((self.x - self.bias) / self.variance @ self.weight, gram, self.logits)

    def log_joint(self, u):
        """Return log p(x, u)."""
        x = Normal(u @ self.weight.T + self.bias, self.variance.sqrt()).log_prob(self.x).sum(-1)
        return SpikeAndSlab(self.logits).log_prob(u) + x


@pytest.mark.parametrize("noise", [0.5, 1e-2])
@pytest.mark.parametrize("h", [1, 4, 7])
def test_evidence_inclusion_and_mean_are_their_enumeration(h, noise):
    exact = Enumerated(h=h, noise=noise)
    q = exact.posterior()
    alone = Normal(exact.bias, exact.variance.sqrt()).log_prob(exact.x).sum(-1)
    torch.testing.assert_close(alone + q.log_z, exact.log_prob, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(q.inclusion, exact.weights.T @ exact.patterns, rtol=1e-6, atol=1e-9)
    torch.testing.assert_close(q.mean, exact.mean, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("noise", [0.5, 1e-2])
def test_every_draw_weighs_the_evidence(noise):
    exact = Enumerated(noise=noise)
    q = exact.posterior()
    u = draw(q, (7, 5))
    log_w = exact.log_joint(u) - q.log_prob(u)
    torch.testing.assert_close(log_w, exact.log_prob.expand(7, 5), rtol=1e-9, atol=1e-6)


def test_draws_have_its_moments_and_its_zeros():
    q = Enumerated(noise=8.0).posterior()
    u = draw(q, (20_000, 5))
    agreement.unbiased(u, q.mean)
    agreement.unbiased((u != 0).double(), q.inclusion)
    agreement.unbiased((u - q.mean).square(), q.variance)
    outer = torch.einsum("sni,snj->sij", u, u).flatten(1)
    agreement.unbiased(outer, q.total_second_moment().flatten())


def test_without_evidence_it_is_the_prior():
    logits = torch.tensor([-1.0, 0.3, 2.0]).double()
    q, p = TiltedSpikeAndSlab(torch.zeros(3).double(), torch.zeros(3, 3).double(), logits), SpikeAndSlab(logits)
    u = p.expand((50,)).sample()
    torch.testing.assert_close(q.log_prob(u), p.log_prob(u), rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(q.variance, p.variance)
    assert q.log_z.item() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("lead", [(), (5,), (1, 5), (3, 5), (2, 3, 5)])
def test_draws_of_a_row_are_looked_up_in_that_row(lead):
    if lead:
        q = Enumerated(noise=8.0).posterior()
    else:
        q = TiltedSpikeAndSlab(torch.tensor([0.0, 1.0]), torch.eye(2), torch.zeros(2))
    wide = q.expand(lead)
    u = wide.sample((2000,))
    assert u.shape == (2000, *lead, *q.event_shape)
    agreement.unbiased((u != 0).double().reshape(-1, *q.inclusion.shape), q.inclusion.double())


def test_large_evidence_in_single_precision():
    """Little noise makes exponents of millions: what the density says of its own draws must not drown in them."""
    gram = torch.tensor([[2e6, 1.9e6], [1.9e6, 2e6]])
    q = TiltedSpikeAndSlab(torch.tensor([[3e6, -1e6]]), gram, torch.zeros(2))
    wide = TiltedSpikeAndSlab(q.evidence, gram.double(), torch.zeros(2).double())
    u = q.sample((20,))
    assert u.dtype == q.log_prob(u).dtype == torch.float32
    torch.testing.assert_close(q.log_prob(u).double(), wide.log_prob(u.double()), rtol=1e-5, atol=1e-5)
