"""z ~ N(0, 1), x | z ~ N(z, 1), x = 1. Rows 42, 43, 45, 49 and 52 of the exact answers."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from lowerbound.core import Trace, noise
from lowerbound.metrics import effective_sample_size, log_likelihood
from lowerbound.objectives import ELBO, IWAE
from tests.contracts import agreement
from tests.known_answers.linear_gaussian import toy

LOG_P = -1.515512123
L1, L2 = -1.918938533, -1.6534738
LONGER = {5: -1.557462, 10: -1.534980, 50: -1.519195}


def ones(rows: int) -> Tensor:
    return torch.ones(rows, 1).double()


def bounds(samples: int, rows: int, posterior: str = "prior") -> Tensor:
    with torch.no_grad():
        return -IWAE(samples).rows(toy(posterior)({"x": ones(rows)}, samples=samples))


def by_quadrature(posterior: str = "prior") -> Trace:
    """The trace at the nodes of Gauss and Hermite's rule, with their weights in the place of 1/S."""
    nodes, weights = agreement.gauss_hermite(120)
    with torch.no_grad(), noise.use(agreement.Given(nodes[:, None, None])):
        trace = toy(posterior)({"x": ones(1)}, samples=120)
        return replace(trace, weight=weights[:, None])


def test_log_p_is_the_known_one():
    assert -0.25 - 0.5 * math.log(4 * math.pi) == pytest.approx(LOG_P, abs=1e-9)


def test_the_bound_of_one_sample_by_quadrature():
    nodes, weights = agreement.gauss_hermite(160)
    with torch.no_grad(), noise.use(agreement.Given(nodes[None, :, None])):
        rows = -IWAE(1).rows(toy("prior")({"x": ones(160)}))
    assert float((weights * rows).sum()) == pytest.approx(L1, abs=1e-6)


def test_the_bound_of_two_samples_by_quadrature():
    nodes, weights = agreement.gauss_hermite(160)
    pairs = torch.cartesian_prod(nodes, nodes).T[..., None]
    with torch.no_grad(), noise.use(agreement.Given(pairs)):
        rows = -IWAE(2).rows(toy("prior")({"x": ones(160**2)}, samples=2))
    assert float((torch.outer(weights, weights).flatten() * rows).sum()) == pytest.approx(L2, abs=1e-6)


@pytest.mark.parametrize("samples", LONGER)
def test_longer_bounds_by_monte_carlo(samples):
    agreement.unbiased(bounds(samples, 40_000), LONGER[samples], size=2e-3)


def test_bounds_rise_with_samples_on_the_same_noise():
    torch.manual_seed(1)
    rows = 40_000
    with torch.no_grad():
        log_w = toy("prior")({"x": ones(rows)}, samples=16).log_weight()
    path = [torch.logsumexp(log_w.unflatten(0, (-1, k)), 1).mean(0) - math.log(k) for k in (1, 2, 4, 8, 16)]
    for few, more in zip(path, path[1:], strict=False):
        agreement.at_most(few - more, 0.0)
        assert float(few.mean()) < float(more.mean()) <= LOG_P


@pytest.mark.parametrize("samples", [1, 2, 50])
def test_at_the_exact_posterior_every_weight_is_the_likelihood(samples):
    with torch.no_grad():
        trace = toy("exact")({"x": ones(20)}, samples=samples)
    relative = (trace.log_weight() - LOG_P).exp()
    assert float((relative - 1).abs().max()) <= 1e-9
    if samples > 1:
        assert float(relative.var()) < 1e-12
    torch.testing.assert_close(
        trace.log_evidence(), torch.full((20,), LOG_P, dtype=torch.float64), rtol=1e-9, atol=1e-9
    )


def test_the_elbo_is_the_bound_of_one_sample():
    with torch.no_grad():
        rows = -ELBO().rows(toy("prior")({"x": ones(100_000)}))
    agreement.unbiased(rows, L1, size=5e-3)


class TestEffectiveSampleSize:
    @given(st.integers(1, 40), st.floats(0, 30), st.integers(0, 1000))
    @settings(max_examples=40, derandomize=True, deadline=None)
    def test_it_lies_between_one_and_the_samples(self, samples, spread, seed):
        log_w = spread * torch.randn(samples, 3, generator=torch.Generator().manual_seed(seed)).double()
        ess = effective_sample_size(log_w)
        assert bool(((ess >= 1) & (ess <= samples)).all())
        torch.testing.assert_close(effective_sample_size(log_w + 1000), ess, rtol=1e-6, atol=1e-6)

    def test_it_is_known_for_simple_weights(self):
        log_w = torch.tensor([[0.0, 0.0, 50.0], [0.0, math.log(3.0), 0.0]]).double()
        assert effective_sample_size(log_w).tolist() == pytest.approx([2.0, 16 / 10, 1.0])

    def test_it_is_everything_at_the_exact_posterior(self):
        result = log_likelihood(toy("exact"), iter([{"x": ones(3)}]), samples=64)
        assert result.ess.tolist() == pytest.approx([64.0] * 3)
        assert result.value == pytest.approx(LOG_P, abs=1e-8)


@pytest.mark.parametrize("chunk", [1, 7, 16, 100])
def test_the_estimate_does_not_depend_on_chunks(chunk):
    x = torch.linspace(-1, 2, 5).double()[:, None]
    whole = log_likelihood(toy("prior"), iter([{"x": x}]), samples=100)
    parts = log_likelihood(toy("prior"), iter([{"x": x[:2]}, {"x": x[2:]}]), samples=100, chunk=chunk)
    assert parts.rows.tolist() == pytest.approx(whole.rows.tolist(), rel=1e-9)
    assert parts.monte_carlo_error == pytest.approx(whole.monte_carlo_error, rel=1e-9)
    assert whole.samples == parts.samples == 100
