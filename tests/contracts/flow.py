"""Flow posteriors: densities known by change of variables, without a closed-form KL."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from lowerbound.core import Site, draw
from lowerbound.distributions import DiagonalNormal, Flow
from lowerbound.errors import ShapeError
from lowerbound.posteriors import FlowFamily
from tests.contracts import agreement
from tests.contracts.posterior import PosteriorContract


class FlowContract(PosteriorContract):
    """A member of :class:`lowerbound.posteriors.FlowFamily`, of three latents."""

    def make(self) -> FlowFamily:
        raise NotImplementedError

    def family(self, dtype: torch.dtype = torch.float64) -> FlowFamily:
        """Return the family with the same weights each time, where it has any."""
        with torch.random.fork_rng():
            torch.manual_seed(0)
            return self.make().to(dtype)

    def two(self) -> FlowFamily:
        """Return the family over two latents, otherwise as its constructor has it."""
        with torch.random.fork_rng():
            torch.manual_seed(0)
            return type(self.make())((2,)).double()

    def estimate(self, params: Tensor, n: int = 1) -> Tensor:
        """Return ``n`` estimates of KL(q || p) as a model makes them, ``(n, *lead)``."""
        q = self.family(params.dtype)(params)
        z = draw(q, (n, *q.batch_shape))
        return Site(z, self.prior().to(params.dtype)(), q).kl

    def test_closed_form_kl_agrees_with_monte_carlo(self):
        """There is none: the estimate is at least zero on average, and is that of densities found by inversion."""
        q = self.family()(self.params((5,)))
        z = draw(q, (2000, 5))
        estimates = Site(z, self.prior().double()(), q).kl
        agreement.at_most(-estimates, 0.0)
        inverted = q.log_prob(z.detach()) - self.prior().double()().log_prob(z)
        torch.testing.assert_close(estimates, inverted, rtol=0, atol=1e-6)

    def test_kl_to_itself_is_zero(self):
        q = self.family()(self.params((5,)))
        z = draw(q, (7, 5))
        torch.testing.assert_close(q.log_prob(z), q.log_prob(z.clone()), rtol=0, atol=1e-7)

    def test_kl_has_a_gradient(self):
        params = self.params((4,)).requires_grad_()
        (gradient,) = torch.autograd.grad(self.estimate(params).sum(), params)
        assert bool((gradient != 0).any(0).all())

    @pytest.mark.parametrize("certainty", [20.0, 1e3])
    def test_a_certain_posterior_scores_its_own_draws(self, certainty):
        params = torch.full((3, *self.make().params_shape), -certainty, requires_grad=True)
        kl = self.estimate(params, 50)
        assert bool(kl.isfinite().all())
        (gradient,) = torch.autograd.grad(kl.sum(), params)
        assert bool(gradient.isfinite().all())

    def test_the_density_reaches_the_parameters(self):
        """Masks hold some weights at zero; all others, and all raw parameters, matter."""
        family, params = self.family(), self.params((4,)).requires_grad_()
        x = family(params).sample().detach()
        family(params).log_prob(x).sum().backward()
        assert params.grad is not None
        assert bool((params.grad.isfinite() & (params.grad != 0)).any(0).all()), "a parameter does not matter"
        for name, own in family.named_parameters():
            assert own.grad is not None, name
            assert bool(own.grad.isfinite().all()), name
            assert bool((own.grad != 0).any()), name

    def test_it_starts_near_a_standard_normal(self):
        q = self.family()(torch.zeros(self.make().params_shape).double())
        z = q.sample((200,))
        standard = DiagonalNormal(torch.zeros_like(q.mean), torch.zeros_like(q.mean))
        assert float((q.log_prob(z) - standard.log_prob(z)).detach().abs().max()) <= 0.3
        torch.testing.assert_close(q.mean, standard.mean, rtol=0, atol=0.05)

    def test_no_start_is_a_dead_end(self):
        """From raw parameters of zero a gradient leads away, in more than mean and scale."""
        params = torch.zeros(8, *self.make().params_shape).double().requires_grad_()
        q = self.family()(params)
        loss = (draw(q, (8,)).prod(-1) - q.log_prob(draw(q, (8,)))).sum()
        (gradient,) = torch.autograd.grad(loss, params)
        assert bool((gradient[:, 2 * self.make().event_shape[0] :] != 0).any())

    @pytest.mark.parametrize("seed", range(3))
    def test_the_density_is_that_of_the_jacobian(self, seed):
        """Row 57 for all steps together: log q(f(e)) = log N(e) - log |det df/de|, by autograd."""
        q = self.family()(self.params(seed=seed))
        assert isinstance(q, Flow)
        e = torch.randn(self.make().event_shape).double()

        def move(value: Tensor) -> Tensor:
            for transform in q.transforms:
                value = transform.forward(value)[0]
            return value

        log_det = torch.linalg.slogdet(torch.autograd.functional.jacobian(move, e)).logabsdet
        torch.testing.assert_close(q.log_prob(move(e)), q.base.log_prob(e) - log_det, rtol=0, atol=1e-7)

    def test_the_density_integrates_to_one(self):
        """On a grid of two latents, within 1e-3."""
        family = self.two()
        generator = torch.Generator().manual_seed(3)
        params = 0.5 * torch.randn(family.params_shape, generator=generator, dtype=torch.float64)
        q = family(params)
        with torch.no_grad():
            reach = (q.sample((4000,)) - q.mean).abs().amax(0) * 2 + 2
            axes = [
                float(m) + float(r) * torch.linspace(-1, 1, 201).double() for m, r in zip(q.mean, reach, strict=True)
            ]
            grid = torch.cartesian_prod(*axes)
            mass = q.log_prob(grid).exp().sum() * (axes[0][1] - axes[0][0]) * (axes[1][1] - axes[1][0])
        assert abs(float(mass) - 1) <= 1e-3

    def test_a_draw_costs_no_inverse(self, monkeypatch):
        q = self.family()(self.params((4,)))
        z = draw(q, (3, 4))
        monkeypatch.setattr(Flow, "_invert", None)
        assert q.log_prob(z).shape == (3, 4)

    def test_means_are_deterministic(self):
        family, params = self.family(), self.params((4,))
        assert torch.equal(family(params).mean, family(params).mean)

    def test_images_are_refused(self):
        with pytest.raises(ShapeError, match=r"\(1, 2, 2\)"):
            type(self.make())((1, 2, 2))
