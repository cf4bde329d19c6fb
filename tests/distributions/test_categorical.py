"""Independent classes. Row 29 of the exact answers: KL against enumeration."""

from __future__ import annotations

import torch
from torch import distributions as reference
from torch.distributions import kl_divergence

from lowerbound.core import noise
from lowerbound.distributions import Categorical
from tests.contracts import agreement


def test_kl_is_its_enumeration():
    q, p = (Categorical(2 * torch.randn(3, 4).double()) for _ in range(2))
    values = agreement.every_value((0.0, 1.0, 2.0, 3.0), (3,))
    exact = (q.log_prob(values).exp() * (q.log_prob(values) - p.log_prob(values))).sum()
    torch.testing.assert_close(kl_divergence(q, p), exact, rtol=1e-9, atol=1e-9)


def test_densities_are_torchs():
    logits, x = 3 * torch.randn(5, 7, 4).double(), torch.randint(0, 4, (5, 7)).double()
    theirs = reference.Independent(reference.Categorical(logits=logits), 1)
    torch.testing.assert_close(Categorical(logits).log_prob(x), theirs.log_prob(x), rtol=1e-12, atol=1e-12)
    assert torch.equal(Categorical(logits).mode, logits.argmax(-1).double())


def test_a_class_of_probability_zero_is_never_drawn():
    p = Categorical(torch.tensor([[-torch.inf, 0.0, -torch.inf, 0.0]]))
    for u in (0.0, 0.25, 0.5, 1 - 2**-24):
        with noise.use(agreement.Given(torch.tensor([u]))):
            assert p.sample().item() == (1.0 if u < 0.5 else 3.0)


def test_draws_are_within_the_classes_whatever_the_rounding():
    p = Categorical(torch.randn(1000, 1, 50))
    with noise.use(agreement.Given(torch.full((1000, 1), 1 - 2**-24))):
        x = p.sample()
    assert float(x.max()) <= 49
    assert x.dtype == torch.float32
