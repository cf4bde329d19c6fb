"""Posteriors: q(z | x)."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Distribution, kl_divergence

from lowerbound.core import Site, draw
from lowerbound.priors import StandardNormal
from tests.contracts import agreement
from tests.contracts.family import FamilyContract


class PosteriorContract(FamilyContract):
    """A family of latents, measured against a prior."""

    def prior(self) -> nn.Module:
        return StandardNormal(self.make().event_shape)

    def kl(self, q: Distribution) -> Tensor:
        """Return KL(q || prior) as a model computes it."""
        return Site(draw(q, q.batch_shape), self.prior().to(q.mean.dtype)(), q).kl

    def test_draws_carry_a_gradient_or_are_enumerable(self):
        params = self.params((4,)).requires_grad_()
        q = self.family()(params)
        if q.has_rsample:
            z = draw(q, (3, 4))
            (gradient,) = torch.autograd.grad(z.square().sum(), params)
            assert bool((gradient != 0).any(0).all()), "a parameter does not move the draw"
        else:
            support = q.enumerate_support()
            assert support.shape[1:] == (4, *q.event_shape)
            torch.testing.assert_close(q.log_prob(support).exp().sum(0), torch.ones(4).double())

    @pytest.mark.thorough
    def test_drawing_and_scoring_are_one_graph(self):
        family, prior = self.family(torch.float32), self.prior()

        def score(params: Tensor) -> Tensor:
            q = family(params).expand((2, 3))
            z = draw(q, (2, 3))
            return q.log_prob(z) + prior().log_prob(z)

        graph = torch.compile(score, fullgraph=True, dynamic=False, backend="eager", isolate_recompiles=True)
        assert bool(graph(self.params((3,), torch.float32)).isfinite().all())

    @pytest.mark.parametrize("certainty", [20.0, 1e3])
    def test_a_certain_posterior_scores_its_own_draws(self, certainty):
        """Outliers drive raw scales far below zero; the score of a row must stay a number."""
        family = self.family(torch.float32)
        q = family(torch.full((3, *family.params_shape), -certainty))
        z = draw(q, (50, 3))
        assert not bool(q.log_prob(z).isnan().any())
        assert bool(self.kl(q).isfinite().all())

    def test_closed_form_kl_agrees_with_monte_carlo(self):
        q, p = self.family()(self.params((5,))), self.prior().double()()
        exact = kl_divergence(q, p)
        assert exact.shape == (5,)
        assert bool((exact >= 0).all())
        agreement.kl_agrees(q, p, exact)

    def test_kl_to_itself_is_zero(self):
        q = self.family()(self.params((5,)))
        torch.testing.assert_close(kl_divergence(q, q), torch.zeros(5).double(), rtol=0, atol=1e-12)

    def test_kl_has_a_gradient(self):
        params = self.params((4,)).requires_grad_()
        kl = kl_divergence(self.family()(params), self.prior().double()())
        (gradient,) = torch.autograd.grad(kl.sum(), params)
        assert bool((gradient != 0).any(0).all())


class EstimatedPosteriorContract(PosteriorContract):
    """A posterior to whose prior no closed form of the KL is known: log q - log p of the draw stands for it."""

    def test_closed_form_kl_agrees_with_monte_carlo(self):
        q, p = self.family()(self.params((5,))), self.prior().double()()
        with pytest.raises(NotImplementedError):
            kl_divergence(q, p)
        z = draw(q, (5,))
        torch.testing.assert_close(Site(z, p, q).kl, q.log_prob(z) - p.log_prob(z))

    def test_kl_to_itself_is_zero(self):
        q = self.family()(self.params((5,)))
        assert bool((Site(draw(q, (5,)), q, q).kl == 0).all())

    def test_kl_has_a_gradient(self):
        params = self.params((4,)).requires_grad_()
        (gradient,) = torch.autograd.grad(self.kl(self.family()(params)).sum(), params)
        assert bool((gradient != 0).any(0).all())
