"""Diagonal plus low rank. Row 22 of the exact answers: every form of the normal gives the same numbers."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch import distributions as reference
from torch.distributions import kl_divergence

from lowerbound.core import noise
from lowerbound.distributions import CholeskyNormal, DiagonalNormal, LowRankNormal, bounded, small_directions
from tests.contracts.agreement import Given, unbiased

D, R = 5, 2


def low_rank(*lead: int) -> LowRankNormal:
    loc, log_scale = torch.randn(*lead, D).double(), 0.4 * torch.randn(*lead, D).double()
    return LowRankNormal(loc, log_scale, torch.randn(*lead, R, D).double())


def full(*lead: int) -> CholeskyNormal:
    tril = 0.5 * torch.randn(*lead, D, D).double().tril(-1) + torch.diag_embed(torch.rand(*lead, D).double() + 0.3)
    return CholeskyNormal(torch.randn(*lead, D).double(), tril)


def diagonal(*lead: int) -> DiagonalNormal:
    return DiagonalNormal(*torch.randn(2, *lead, D).double())


def as_cholesky(p: LowRankNormal | CholeskyNormal | DiagonalNormal) -> CholeskyNormal:
    if isinstance(p, LowRankNormal):
        return CholeskyNormal(p.mean, torch.linalg.cholesky(p.covariance_matrix))
    return CholeskyNormal(p.mean, torch.diag_embed(p.stddev)) if isinstance(p, DiagonalNormal) else p


def close(a: Tensor, b: Tensor) -> None:
    torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("lead", [(), (3, 4)])
def test_densities_are_torchs(lead):
    p = low_rank(*lead)
    theirs = reference.LowRankMultivariateNormal(p.mean, p.factor.mT, (2 * p.log_scale).exp())
    x = torch.randn(*lead, D).double()
    close(p.log_prob(x), theirs.log_prob(x))
    close(p.entropy(), theirs.entropy())
    close(p.variance, theirs.variance)
    close(p.covariance_matrix, theirs.covariance_matrix)


@pytest.mark.parametrize(
    ("q", "p"), [(low_rank, low_rank), (low_rank, full), (full, low_rank), (low_rank, diagonal), (diagonal, low_rank)]
)
@pytest.mark.parametrize(("some", "others"), [((6,), (6,)), ((3, 6), (6,)), ((6,), ()), ((), (6,))])
def test_kl_in_low_rank_and_cholesky_form_agree(q, p, some, others):
    ours, theirs = q(*some), p(*others)
    close(kl_divergence(ours, theirs), kl_divergence(as_cholesky(ours), as_cholesky(theirs)))


def test_the_event_may_be_an_image():
    flat = low_rank(7)
    shape = (1, 5, 1)
    loc, log_scale = flat.loc.reshape(7, *shape), flat.log_scale.reshape(7, *shape)
    image = LowRankNormal(loc, log_scale, flat.directions.reshape(7, R, *shape), 3)
    x = torch.randn(7, D).double()
    close(image.log_prob(x.reshape(7, 1, 5, 1)), flat.log_prob(x))
    p = diagonal()
    wide = DiagonalNormal(p.mean.reshape(1, 5, 1), p.params["log_scale"].reshape(1, 5, 1), 3)
    close(kl_divergence(image, wide), kl_divergence(flat, p))
    close(kl_divergence(wide, image), kl_divergence(p, flat))
    assert image.rsample((2,)).shape == (2, 7, 1, 5, 1)


def test_a_draw_is_the_sum_of_its_parts():
    p, eps = low_rank(3), torch.randn(3, D + R).double()
    with noise.use(Given(eps)):
        drawn = p.rsample()
    shared = torch.einsum("bk,bkd->bd", eps[:, D:], p.factor)
    close(drawn, p.mean + p.log_scale.exp() * eps[:, :D] + shared)


def test_draws_have_its_covariance():
    p = low_rank()
    z = p.rsample((100_000,)) - p.mean
    unbiased(z[:, :, None] * z[:, None, :], p.covariance_matrix, size=0.2)


def test_small_scales_lose_nothing_in_single_precision():
    """The plain Woodbury difference of squares would be wrong by units here."""
    p = LowRankNormal(torch.zeros(D).double(), torch.full((D,), -6.0).double(), 400 * torch.randn(1, D).double())
    single = LowRankNormal(p.loc.float(), p.log_scale.float(), p.directions.float())
    x = p.sample((20,))
    torch.testing.assert_close(single.log_prob(x.float()).double(), p.log_prob(x), rtol=1e-3, atol=1e-2)


def test_directions_start_small_and_different():
    start = small_directions(3, (8,)).double()
    torch.testing.assert_close(start @ start.T, 0.04 * torch.eye(3).double(), rtol=0, atol=1e-7)


def test_bounded_directions_are_near_the_raw_ones():
    raw = torch.linspace(-3, 3, 13).double()
    torch.testing.assert_close(bounded(raw), raw, rtol=0.01, atol=0)
    assert float(bounded(torch.tensor(1e6).double())) <= 30
