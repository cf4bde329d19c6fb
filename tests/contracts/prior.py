"""Priors: p(z | c)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, kl_divergence

from lowerbound.core import Site, draw
from lowerbound.distributions import DiagonalNormal, OneHot
from tests.contracts import agreement
from tests.contracts.component import ComponentContract


class PriorContract(ComponentContract):
    """A module of contexts to a distribution.

    ``contexts`` are what it is given; ``values`` lists every value, for discrete priors.
    """

    def make(self) -> nn.Module:
        raise NotImplementedError

    def contexts(self) -> tuple[Tensor | None, ...]:
        return (None, None)

    def values(self) -> Tensor | None:
        return None

    def reference(self, p: Distribution) -> Distribution | None:
        """Return a narrower distribution on the support of ``p``, where that is not all real numbers."""
        return None

    def posterior(self, p: Distribution) -> Distribution:
        """Return four posteriors on the support of ``p``."""
        if self.values() is not None:
            return OneHot(torch.randn(4, *p.event_shape).double())
        loc, log_scale = torch.randn(2, 4, *p.event_shape).double()
        return DiagonalNormal(loc, 0.3 * log_scale, len(p.event_shape))

    def distribution(self, dtype: torch.dtype = torch.float64) -> Distribution:
        contexts = [c if c is None else c.to(dtype) for c in self.contexts()]
        return self.make().to(dtype)(*contexts)

    def test_a_constant_prior_gives_as_many_rows_as_asked(self):
        p = self.distribution()
        assert draw(p, (5,)).shape == (5, *p.event_shape)
        assert draw(p, (2, 5)).shape == (2, 5, *p.event_shape)
        assert len(draw(p, (200,)).flatten(1).unique(dim=0)) > 1

    def test_samples_agree_with_the_density(self):
        p = self.distribution()
        if self.values() is None:
            agreement.continuous_agrees(p, reference=self.reference(p))
        else:
            agreement.discrete_agrees(p, self.values())
        agreement.moments_agree(p)

    def test_dtypes_are_kept(self):
        for dtype in (torch.float32, torch.float64):
            p = self.distribution(dtype)
            z = draw(p, (3,))
            assert z.dtype == dtype
            assert p.log_prob(z).dtype == dtype
            assert p.log_prob(z).shape == (3,)

    def test_closed_form_kl_agrees_with_monte_carlo(self):
        p = self.distribution()
        q = self.posterior(p)
        try:
            exact = kl_divergence(q, p)
        except NotImplementedError:
            assert Site(draw(q, (2, 4)), p, q).kl.shape == (2, 4)  # then it is estimated
            return
        assert exact.shape == (4,)
        agreement.kl_agrees(q, p, exact)

    def test_learned_priors_get_gradients(self):
        prior = self.make()
        p = prior(*self.contexts())
        learned = list(prior.parameters())
        if learned:
            p.log_prob(draw(p, (7,)).detach() + 0.1).sum().backward()
        for name, parameter in prior.named_parameters():
            assert parameter.grad is not None, name
            assert bool((parameter.grad != 0).any()), name
