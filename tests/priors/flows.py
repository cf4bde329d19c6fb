"""What tests of priors without closed forms share."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from lowerbound.core import Site, draw
from lowerbound.distributions import DiagonalNormal
from tests.contracts import agreement


class DensityOnly:
    """Put before :class:`tests.contracts.PriorContract`: the KL of a model is an estimate."""

    def test_closed_form_kl_agrees_with_monte_carlo(self) -> None:
        p = self.distribution()
        loc, log_scale = torch.randn(2, 4, *p.event_shape).double()
        q = DiagonalNormal(loc, 0.3 * log_scale, len(p.event_shape))
        site = Site(draw(q, (4000, 4)), p, q)
        assert site.kl.shape == (4000, 4)
        agreement.at_most(-site.kl, 0.0)

    def test_learned_priors_get_gradients(self) -> None:
        """Masks hold some weights at zero, and the first coordinate sees none."""
        prior = self.make()
        p = prior(*self.contexts())
        p.log_prob(draw(p, (7,)).detach() + 0.1).sum().backward()
        found = {name: weight.grad for name, weight in prior.named_parameters()}
        assert all(bool(g.isfinite().all()) for g in found.values() if g is not None)
        assert [name for name, g in found.items() if g is None or not bool((g != 0).any())] == self.without_gradient()

    def without_gradient(self) -> list[str]:
        return []


def integral(p: Distribution, reach: float = 9.0, points: int = 601) -> float:
    """Integrate the density of two latents on a grid."""
    axis = reach * torch.linspace(-1, 1, points).double()
    with torch.no_grad():
        return float(p.log_prob(torch.cartesian_prod(axis, axis)).exp().sum() * (axis[1] - axis[0]) ** 2)


def ring(n: int) -> Tensor:
    """Draw points about a circle of radius 2: mean 0, and no normal."""
    generator = torch.Generator().manual_seed(0)
    angle = 2 * torch.pi * torch.rand(n, generator=generator)
    radius = 2 + 0.2 * torch.randn(n, generator=generator)
    return torch.stack([radius * angle.cos(), radius * angle.sin()], 1)


def trained(prior: nn.Module, steps: int, rate: float = 0.02) -> float:
    """Fit a prior to the ring; return how many nats a point it stays below the best normal (negative is better)."""
    torch.manual_seed(0)
    rows = ring(500)
    optimizer = torch.optim.Adam(prior.parameters(), lr=rate)
    for _ in range(steps):
        loss = -prior().log_prob(rows).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        best = DiagonalNormal(rows.mean(0), rows.std(0).log()).log_prob(rows).mean()
        return float(best - prior().log_prob(rows).mean())
