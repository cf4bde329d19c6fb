"""Counts given their sum. Row 35 of the exact answers: the log-likelihood with coefficient is scipy's."""

from __future__ import annotations

import math

import pytest
import torch
from scipy import stats

from lowerbound.core import noise
from lowerbound.distributions import Multinomial
from tests.distributions.single_precision import agrees


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


@pytest.mark.parametrize("total", [1.0, 30.0, 1e4, 1e6])
@pytest.mark.parametrize("fit", [1.0, 0.5])
def test_large_totals_keep_their_digits(total, fit):
    """Counts near their means and far from them; a class in ten is rare, so that some counts are zero."""
    torch.manual_seed(0)
    logits = 5 + torch.randn(20, 50) - 9 * (torch.arange(50) % 10 == 0)
    counts = torch.poisson(total * (fit * logits).softmax(-1))

    def plain(logits):
        x = counts.double()
        coefficient = torch.lgamma(x.sum(-1) + 1) - torch.lgamma(x + 1).sum(-1)
        return coefficient + (x * logits.log_softmax(-1)).sum(-1)

    agrees(lambda logits: Multinomial(logits, torch.tensor(1.0)).log_prob(counts), plain, logits)


def test_impossible_classes_are_neither_counted_nor_forgiven():
    logits = torch.tensor([-math.inf, 0.0, 0.0], requires_grad=True)
    x = torch.tensor([[0.0, 1.0, 1.0], [0.0, 0.0, 0.0], [1.0, 1.0, 0.0]])
    log_p = Multinomial(logits, torch.tensor(1.0)).log_prob(x)
    assert log_p.tolist() == [pytest.approx(math.log(0.5)), 0.0, -math.inf]
    (slope,) = torch.autograd.grad(log_p.sum(), logits)
    # Counts less their means, summed over the rows.
    torch.testing.assert_close(slope, torch.tensor([1.0, 0.0, -1.0]))


def test_gradients_in_the_counts_are_finite():
    x = torch.tensor([[0.0, 0.0], [0.0, 3.0]], requires_grad=True)
    (slope,) = torch.autograd.grad(Multinomial(torch.zeros(2), torch.tensor(1.0)).log_prob(x).sum(), x)
    assert bool(slope.isfinite().all())


def test_counts_may_be_fractions():
    x, logits = torch.tensor([0.25, 0.5, 3.0]).double(), torch.tensor([0.1, -1.0, 2.0]).double()
    exact = torch.lgamma(x.sum() + 1) - torch.lgamma(x + 1).sum() + (x * logits.log_softmax(-1)).sum()
    torch.testing.assert_close(Multinomial(logits, torch.tensor(1.0)).log_prob(x), exact, rtol=1e-9, atol=1e-9)
