"""The exact posterior of sparse coding as a family."""

from __future__ import annotations

import pytest
import torch

from lowerbound import distributions
from lowerbound.core import Site, draw
from lowerbound.errors import ConfigError
from lowerbound.posteriors import TiltedSpikeAndSlab
from lowerbound.priors import SpikeAndSlab
from tests.contracts import PosteriorContract


class TestTiltedSpikeAndSlab(PosteriorContract):
    def make(self):
        family = TiltedSpikeAndSlab((3,))
        root = torch.tensor([[1.0, 0.5, 0.0], [0.0, 1.0, -0.7], [0.3, 0.0, 1.5]])
        family.gram.copy_(root @ root.T)
        family.logits.copy_(torch.tensor([-1.0, 0.0, 0.5]))
        return family

    def prior(self):
        return SpikeAndSlab((3,))

    def reference(self, p):
        return distributions.TiltedSpikeAndSlab(0.7 * p.evidence, 1.5 * p.gram, p.prior.params["logits"])

    def test_draws_carry_a_gradient_or_are_enumerable(self):
        """Neither: patterns of zeros have no gradient, and the rest cannot be listed."""
        family = self.family()
        assert family.scored
        q = family(self.params((4,)))
        assert not q.has_rsample
        assert bool((draw(q, (50, 4)) == 0).any())

    def test_closed_form_kl_agrees_with_monte_carlo(self):
        """There is none: by log q - log p of the model's own draw, every draw gives the ELBO exactly."""
        q = self.family()(self.params((5,)))
        assert self.kl(q).shape == (5,)

    def test_kl_to_itself_is_zero(self):
        q = self.family()(self.params((5,)))
        assert bool((Site(q.sample(), q, q).kl == 0).all())

    def test_kl_has_a_gradient(self):
        params = self.params((4,)).requires_grad_()
        (gradient,) = torch.autograd.grad(self.kl(self.family()(params)).sum(), params)
        assert bool((gradient != 0).any(0).all())


def test_more_latents_than_can_be_visited_are_refused():
    assert TiltedSpikeAndSlab((12,)).event_shape == (12,)
    for shape in ((13,), (2, 2)):
        with pytest.raises(ConfigError, match="at most 12"):
            TiltedSpikeAndSlab(shape)
