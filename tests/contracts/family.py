"""Families: raw parameters to a distribution, for observations and for latents alike."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.distributions import Distribution

from lowerbound.core import Family
from tests.contracts import agreement
from tests.contracts.component import ComponentContract

LEADS = [(), (4,), (3, 4)]


class FamilyContract(ComponentContract):
    """What :class:`LikelihoodContract` and :class:`PosteriorContract` share.

    ``values`` lists every value of the event, for discrete families; densities are finite for raw
    parameters up to ``extreme``.
    """

    extreme = 1e3

    def make(self) -> Family:
        raise NotImplementedError

    def values(self) -> Tensor | None:
        return None

    def reference(self, p: Distribution) -> Distribution | None:
        """Return a narrower distribution on the support of ``p``, where that is not all real numbers."""
        return None

    def params(self, lead: tuple[int, ...] = (), dtype: torch.dtype = torch.float64, seed: int = 0) -> Tensor:
        generator = torch.Generator().manual_seed(seed)
        return 0.5 * torch.randn((*lead, *self.make().params_shape), generator=generator, dtype=dtype)

    def family(self, dtype: torch.dtype = torch.float64) -> Family:
        return self.make().to(dtype)

    @pytest.mark.parametrize("lead", LEADS)
    def test_leads_pass_through(self, lead):
        family = self.family()
        p = family(self.params(lead))
        assert p.batch_shape == lead
        assert p.event_shape == tuple(family.event_shape)
        x = p.sample()
        assert x.shape == (*lead, *family.event_shape)
        assert p.log_prob(x).shape == lead
        assert p.mean.shape == x.shape
        assert p.sample((5,)).shape == (5, *x.shape)

    def test_each_row_has_its_own_density(self):
        family, params = self.family(), self.params((3, 4))
        x = family(params).sample()
        alone = torch.stack([family(params[i, j]).log_prob(x[i, j]) for i in range(3) for j in range(4)])
        torch.testing.assert_close(family(params).log_prob(x).flatten(), alone, rtol=1e-9, atol=1e-9)

    def test_expand_draws_as_many_rows_as_asked(self):
        p = self.family()(self.params())
        wide = p.expand((5, 4))
        assert wide.batch_shape == (5, 4)
        assert wide.event_shape == p.event_shape
        x = wide.sample()
        assert x.shape == (5, 4, *p.event_shape)
        assert len(p.expand((200,)).sample().flatten(1).unique(dim=0)) > 1
        torch.testing.assert_close(wide.log_prob(x), p.log_prob(x), rtol=1e-12, atol=1e-12)

    def test_expand_repeats_a_batch(self):
        p = self.family()(self.params((4,)))
        x = p.expand((3, 4)).sample()
        assert x.shape == (3, 4, *p.event_shape)
        torch.testing.assert_close(p.expand((3, 4)).log_prob(x), p.log_prob(x), rtol=1e-12, atol=1e-12)

    def test_samples_agree_with_the_density(self):
        p = self.family()(self.params())
        values = self.values()
        if values is None:
            agreement.continuous_agrees(p, reference=self.reference(p))
        else:
            agreement.discrete_agrees(p, values)

    def test_moments_agree_with_samples(self):
        agreement.moments_agree(self.family()(self.params()))

    def test_the_density_reaches_the_parameters(self):
        family, params = self.family(), self.params((4,)).requires_grad_()
        x = family(params).sample().detach()
        family(params).log_prob(x).sum().backward()
        assert params.grad is not None
        assert bool(params.grad.isfinite().all())
        assert bool((params.grad != 0).any(0).all()), "a parameter does not matter"
        for name, own in family.named_parameters():
            assert own.grad is not None, name
            assert bool(own.grad.isfinite().all()), name
            assert bool((own.grad != 0).all()), name

    def test_dtypes_are_kept(self):
        for dtype in (torch.float32, torch.float64):
            p = self.family(dtype)(self.params((4,), dtype))
            assert p.sample().dtype == dtype
            assert p.log_prob(p.sample()).dtype == dtype

    def test_single_precision_is_close_to_double(self):
        wide, narrow = (self.family(t)(self.params((50,)).to(t)) for t in (torch.float64, torch.float32))
        x = wide.sample()
        torch.testing.assert_close(narrow.log_prob(x.float()).double(), wide.log_prob(x), rtol=2e-5, atol=2e-5)

    @pytest.mark.parametrize("sign", [1, -1])
    def test_extreme_parameters_stay_finite(self, sign):
        size = sign * self.extreme
        family = self.family(torch.float32)
        params = (size * self.params((8,), torch.float32).sign()).requires_grad_()
        x = family(torch.zeros(8, *family.params_shape)).sample().detach()
        log_prob = family(params).log_prob(x)
        (gradient,) = torch.autograd.grad(log_prob.sum(), params)
        assert not bool(log_prob.isnan().any())
        assert bool((log_prob < math.inf).all())
        assert not bool(gradient.isnan().any())
