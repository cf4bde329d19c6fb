"""Independent binary entries. Row 29 of the exact answers: KL against enumeration."""

from __future__ import annotations

from unittest import mock

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import distributions as reference
from torch.distributions import kl_divergence
from torch.nn import functional

from lowerbound.distributions import Bernoulli
from lowerbound.distributions.bernoulli import log_density_sum
from tests.contracts import agreement


def test_kl_is_its_enumeration():
    q, p = (Bernoulli(2 * torch.randn(4).double()) for _ in range(2))
    values = agreement.every_value((0.0, 1.0), (4,))
    exact = (q.log_prob(values).exp() * (q.log_prob(values) - p.log_prob(values))).sum()
    torch.testing.assert_close(kl_divergence(q, p), exact, rtol=1e-9, atol=1e-9)


def test_densities_are_torchs():
    logits, x = 3 * torch.randn(5, 7).double(), torch.randint(0, 2, (5, 7)).double()
    ours = Bernoulli(logits)
    theirs = reference.Independent(reference.Bernoulli(logits=logits), 1)
    torch.testing.assert_close(ours.log_prob(x), theirs.log_prob(x), rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(ours.variance, theirs.variance, rtol=1e-12, atol=1e-12)
    assert torch.equal(ours.mode, (ours.mean > 0.5).double())


@pytest.mark.parametrize("compiling", [False, True])
@given(st.integers(1, 400), st.floats(0.1, 200.0))
@settings(max_examples=40, derandomize=True, deadline=None)
def test_log_density_sum_is_the_sum_of_log_densities(compiling, d, size):
    """In both layouts: the one for compiled code gives eager code the same numbers."""
    generator = torch.Generator().manual_seed(d)
    logits = size * torch.randn(3, d, generator=generator)
    x = torch.randint(0, 2, (d,), generator=generator).float()
    exact = (x * logits.double() - functional.softplus(logits.double())).sum(-1)
    with mock.patch("torch.compiler.is_compiling", return_value=compiling):
        found = log_density_sum(x, logits)
    torch.testing.assert_close(found.double(), exact, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("compiling", [False, True])
@pytest.mark.parametrize("d", [1, 112, 113, 784, 787, 3072])
def test_scoring_without_gradients_is_as_exact(d, compiling, monkeypatch):
    monkeypatch.setattr(torch.compiler, "is_compiling", lambda: compiling)
    logits, x = 4 * torch.randn(2, 3, d), torch.randint(0, 2, (3, d)).float()
    exact = Bernoulli(logits.double()).log_prob(x.double())
    with torch.no_grad():
        assert Bernoulli(logits).log_prob(x).shape == (2, 3)
        torch.testing.assert_close(Bernoulli(logits).log_prob(x).double(), exact, rtol=2e-5, atol=2e-5)


def test_certain_entries_stay_finite():
    logits = torch.tensor([1e4, -1e4, 1e4])
    for enabled in (True, False):
        with torch.set_grad_enabled(enabled):
            assert Bernoulli(logits).log_prob(torch.tensor([1.0, 0.0, 0.0])).item() == -1e4
