"""Sites and traces: densities when read, bounds from weights."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.distributions import Independent, Normal

from lowerbound.core import Site, Trace
from lowerbound.distributions import DiagonalNormal
from tests.known_answers.linear_gaussian import LinearGaussian


class Counted(DiagonalNormal):
    """A normal that counts how often its density is asked for."""

    asked = 0

    def log_prob(self, value: Tensor) -> Tensor:
        self.asked += 1
        return super().log_prob(value)


class Implicit(DiagonalNormal):
    """A distribution that can be drawn from and nothing else."""

    def log_prob(self, value: Tensor) -> Tensor:
        raise NotImplementedError


def normal(*lead: int, cls: type = DiagonalNormal, shift: float = 0.0) -> DiagonalNormal:
    return cls(torch.randn(*lead, 2).double() + shift, 0.1 * torch.randn(*lead, 2).double())


def trace(weight: Tensor, log_weight: Tensor) -> Trace:
    """A trace whose log-weights are these: an observed site of that density."""

    class Known(torch.distributions.Distribution):
        def log_prob(self, value: Tensor) -> Tensor:
            return log_weight

    site = Site(torch.zeros(log_weight.shape), Known(validate_args=False), observed=True)
    return Trace({"x": site}, weight, {})


class TestSite:
    def test_densities_are_computed_when_read_and_once(self):
        q = normal(4, cls=Counted)
        site = Site(q.sample(), normal(4, cls=Implicit), q)
        assert q.asked == 0
        first = site.log_q
        assert site.log_q is first
        assert q.asked == 1

    def test_a_prior_without_a_density_serves_where_none_is_needed(self):
        site = Site(torch.zeros(4, 2).double(), normal(4, cls=Implicit), normal(4))
        assert site.kl.shape == (4,)
        with pytest.raises(NotImplementedError):
            _ = site.log_p

    def test_an_observed_site_has_no_posterior(self):
        site = Site(torch.zeros(4, 2), normal(4), observed=True)
        with pytest.raises(ValueError, match="observed"):
            _ = site.log_q

    def test_kl_is_exact_where_a_closed_form_is_known(self):
        q, p = normal(3, 4), normal()
        site = Site(q.sample(), p, q)
        torch.testing.assert_close(site.kl, torch.distributions.kl_divergence(q, p), rtol=0, atol=0)

    def test_kl_is_its_estimate_elsewhere(self):
        q, p = normal(3, 4), Independent(Normal(torch.zeros(2).double(), 1.0), 1)
        site = Site(q.sample(), p, q)
        assert torch.equal(site.kl, site.log_q - site.log_p)

    def test_kl_has_a_gradient_either_way(self):
        for p in (normal(), Independent(Normal(torch.zeros(2).double(), 1.0), 1)):
            loc = torch.randn(4, 2).double().requires_grad_()
            q = DiagonalNormal(loc, torch.zeros(4, 2).double())
            (gradient,) = torch.autograd.grad(Site(q.rsample(), p, q).kl.sum(), loc)
            assert bool((gradient != 0).all())


weights = st.lists(st.floats(0.01, 1.0), min_size=1, max_size=6)


class TestTrace:
    @given(weights, st.integers(0, 1000))
    @settings(max_examples=40, derandomize=True, deadline=None)
    def test_bounds_use_the_weights(self, raw, seed):
        """Not logsumexp - log S, which is wrong where the weights are not equal."""
        w = torch.tensor(raw, dtype=torch.float64)
        w = (w / w.sum())[:, None].expand(-1, 3)
        log_w = 5 * torch.randn(len(raw), 3, generator=torch.Generator().manual_seed(seed)).double()
        evidence = trace(w, log_w).log_evidence()
        torch.testing.assert_close(evidence, (w * log_w.exp()).sum(0).log(), rtol=1e-9, atol=1e-9)
        elbo = trace(w, log_w).mean(log_w)
        torch.testing.assert_close(elbo, (w * log_w).sum(0), rtol=1e-12, atol=1e-12)
        assert bool((elbo <= evidence + 1e-9).all())

    def test_axes_of_samples_are_all_summed(self):
        w, log_w = torch.full((2, 3, 4), 1 / 6).double(), torch.randn(2, 3, 4).double()
        exact = (log_w.exp().sum((0, 1)) / 6).log()
        torch.testing.assert_close(trace(w, log_w).log_evidence(), exact)

    def test_a_sample_that_cannot_be_does_no_harm(self):
        w, log_w = torch.full((3, 1), 1 / 3), torch.tensor([[0.0], [-math.inf], [0.0]])
        assert trace(w, log_w).log_evidence().item() == pytest.approx(math.log(2 / 3), rel=1e-6)

    def test_the_better_sample_weighs_more(self):
        log_w = torch.tensor([[-3.0], [-1.0], [-2.0]], requires_grad=True)
        evidence = trace(torch.full((3, 1), 1 / 3), log_w).log_evidence()
        (share,) = torch.autograd.grad(evidence.sum(), log_w)
        torch.testing.assert_close(share[:, 0], log_w[:, 0].softmax(0).detach())
        assert share[1] > share[2] > share[0]

    def test_values_of_fewer_axes_broadcast(self):
        w = torch.full((5, 4), 0.2)
        torch.testing.assert_close(trace(w, w).mean(torch.arange(4.0)), torch.arange(4.0))

    def test_parts_add_up(self):
        q, p, likelihood = normal(6, 4), normal(), normal(6, 4)
        x = torch.zeros(4, 2).double()
        sites = {"z": Site(q.sample(), p, q), "x": Site(x, likelihood, observed=True)}
        run = Trace(sites, torch.full((6, 4), 1 / 6).double(), {"x": x})
        assert set(run.latents) == {"z"}
        assert set(run.observed) == {"x"}
        assert run["z"] is sites["z"]
        expected = likelihood.log_prob(x) + p.log_prob(sites["z"].value) - q.log_prob(sites["z"].value)
        torch.testing.assert_close(run.log_weight(), expected)
        torch.testing.assert_close(run.distortion(), -likelihood.log_prob(x).mean(0))
        torch.testing.assert_close(run.rate(), torch.distributions.kl_divergence(q, p).mean(0))

    def test_a_trace_without_observations_has_no_distortion(self):
        run = Trace({}, torch.ones(4), {})
        assert run.log_weight().tolist() == run.distortion().tolist() == [0.0] * 4


def test_moments_of_the_weights_are_weighted_sums_of_their_powers():
    trace = LinearGaussian.random(4, 2).vae("wide")({"x": torch.zeros(3, 4).double()}, samples=5)
    w = trace.log_weight().exp()
    for order in (-0.5, 1.0, 2.0):
        torch.testing.assert_close(trace.log_moment(order), w.pow(order).mean(0).log(), rtol=1e-9, atol=1e-9)
    assert torch.equal(trace.log_moment(1.0), trace.log_evidence())
