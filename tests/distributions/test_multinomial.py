"""Counts given their sum. Row 35 of the exact answers: the log-likelihood with coefficient is scipy's."""

from __future__ import annotations

import math

import torch
from scipy import stats

from lowerbound.core import noise
from lowerbound.distributions import Multinomial


def test_densities_are_scipys():
    logits = 2 * torch.randn(50, 7).double()
    totals = torch.arange(50).double()
    x = torch.stack([Multinomial(row, n).sample() for row, n in zip(logits, totals, strict=True)])
    theirs = [
        float(stats.multinomial.logpmf(value.numpy(), int(n), row.softmax(-1).numpy()))
        for value, n, row in zip(x, totals, logits, strict=True)
    ]
    ours = Multinomial(logits, torch.tensor(1.0)).log_prob(x)
    torch.testing.assert_close(ours, torch.tensor(theirs, dtype=torch.float64), rtol=1e-9, atol=1e-9)


def test_each_row_is_scored_by_its_own_total():
    p = Multinomial(torch.zeros(2).double(), torch.tensor(100.0))
    x = torch.tensor([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 3.0]]).double()
    exact = torch.tensor([1.0, 0.5, 0.5, 0.125]).double()
    torch.testing.assert_close(p.log_prob(x).exp(), exact, rtol=1e-9, atol=1e-9)


def test_draws_have_the_total_and_never_an_impossible_class():
    p = Multinomial(torch.tensor([-math.inf, 0.0, 1.0, -math.inf]), torch.tensor(9.0))
    x = p.sample((500,))
    assert torch.equal(x.sum(-1), torch.full((500,), 9.0))
    assert not bool(x[:, [0, 3]].any())


def test_rows_share_the_noise_of_their_samples():
    with noise.use(noise.Shared(0)):
        x = Multinomial(torch.zeros(4), torch.tensor(5.0)).expand((3, 6)).sample()
    assert torch.equal(x[:, 0], x[:, 5])
