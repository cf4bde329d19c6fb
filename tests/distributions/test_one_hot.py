"""A discrete latent as a one-hot vector. Row 29 of the exact answers: KL against enumeration."""

from __future__ import annotations

import torch
from torch import distributions as reference
from torch.distributions import kl_divergence

from lowerbound.core import noise
from lowerbound.distributions import OneHot
from tests.contracts import agreement


def test_kl_is_its_enumeration():
    q, p = OneHot(2 * torch.randn(6, 4).double()), OneHot(torch.randn(4).double())
    values = q.enumerate_support()
    exact = (q.log_prob(values).exp() * (q.log_prob(values) - p.log_prob(values))).sum(0)
    torch.testing.assert_close(kl_divergence(q, p), exact, rtol=1e-9, atol=1e-9)


def test_it_is_torchs():
    logits = torch.randn(5, 4).double()
    ours, theirs = OneHot(logits), reference.OneHotCategorical(logits=logits)
    x = theirs.sample((3,))
    torch.testing.assert_close(ours.log_prob(x), theirs.log_prob(x))
    torch.testing.assert_close(ours.mean, theirs.mean)
    torch.testing.assert_close(ours.entropy(), theirs.entropy())
    assert torch.equal(ours.mode, theirs.mode)
    assert torch.equal(ours.enumerate_support(), theirs.enumerate_support())
    assert ours.enumerate_support(expand=False).shape == (4, 1, 4)


def test_expanding_changes_no_probability():
    p = OneHot(torch.randn(4).double())
    assert p.expand((3, 5)).batch_shape == (3, 5)
    assert p.expand((3, 5)).sample().shape == (3, 5, 4)
    torch.testing.assert_close(p.expand((3, 5)).mean, p.mean.expand(3, 5, 4))


def test_a_class_of_probability_zero_is_never_drawn():
    p = OneHot(torch.tensor([-torch.inf, 0.0, -torch.inf, 0.0]))
    for u in (0.0, 0.25, 0.5, 1 - 2**-24):
        with noise.use(agreement.Given(torch.tensor([u]))):
            assert p.sample().argmax().item() == (1 if u < 0.5 else 3)


def test_a_row_without_a_label_scores_nothing():
    assert OneHot(torch.randn(3)).log_prob(torch.zeros(3)).item() == 0.0
