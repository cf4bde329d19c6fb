"""The normal with full covariance. Row 22 of the exact answers: every form of its KL agrees."""

from __future__ import annotations

import pytest
import torch
from torch import distributions as reference
from torch.distributions import kl_divergence

from lowerbound.distributions import CholeskyNormal, DiagonalNormal

D = 4


def full(*lead: int) -> CholeskyNormal:
    factor = torch.randn(*lead, D, D).double().tril(-1) * 0.5 + torch.diag_embed(torch.rand(*lead, D).double() + 0.3)
    return CholeskyNormal(torch.randn(*lead, D).double(), factor)


def diagonal(*lead: int) -> DiagonalNormal:
    return DiagonalNormal(*torch.randn(2, *lead, D).double())


def as_torch(p: CholeskyNormal | DiagonalNormal) -> reference.MultivariateNormal:
    tril = p.scale_tril if isinstance(p, CholeskyNormal) else torch.diag_embed(p.stddev)
    return reference.MultivariateNormal(p.mean, scale_tril=tril)


def close(a: torch.Tensor, b: torch.Tensor) -> None:
    torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("q", "p"), [(full, full), (full, diagonal), (diagonal, full), (diagonal, diagonal)])
@pytest.mark.parametrize(("some", "others"), [((6,), (6,)), ((3, 6), (6,)), ((6,), ()), ((), (6,))])
def test_kl_is_torchs(q, p, some, others):
    ours, theirs = q(*some), p(*others)
    close(kl_divergence(ours, theirs), kl_divergence(as_torch(ours), as_torch(theirs)))


def test_low_rank_plus_diagonal_agrees():
    factor, diagonals = torch.randn(D, 2).double(), torch.rand(D).double() + 0.2
    low_rank = reference.LowRankMultivariateNormal(torch.zeros(D).double(), factor, diagonals)
    same = CholeskyNormal(torch.zeros(D).double(), torch.linalg.cholesky(low_rank.covariance_matrix))
    other = full()
    other_low_rank = reference.LowRankMultivariateNormal(torch.ones(D).double(), torch.randn(D, 1).double(), diagonals)
    other_full = CholeskyNormal(torch.ones(D).double(), torch.linalg.cholesky(other_low_rank.covariance_matrix))
    close(kl_divergence(same, other), kl_divergence(low_rank, as_torch(other)))
    close(kl_divergence(same, other_full), kl_divergence(low_rank, other_low_rank))
    x = torch.randn(9, D).double()
    close(same.log_prob(x), low_rank.log_prob(x))
    close(same.entropy(), low_rank.entropy())


def test_a_diagonal_factor_is_the_diagonal_normal():
    q = diagonal(5)
    same, p = CholeskyNormal(q.mean, torch.diag_embed(q.stddev)), diagonal()
    close(kl_divergence(same, p), kl_divergence(q, p))
    close(kl_divergence(p, same), kl_divergence(p, q))
    close(same.log_prob(q.mean + 1), q.log_prob(q.mean + 1))
    close(same.variance, q.variance)


def test_densities_are_torchs():
    p = full(3, 5)
    x = torch.randn(3, 5, D).double()
    close(p.log_prob(x), as_torch(p).log_prob(x))
    close(p.entropy(), as_torch(p).entropy())
    close(p.covariance_matrix, as_torch(p).covariance_matrix)
    close(p.variance, as_torch(p).variance)


def test_one_factor_serves_many_means():
    p = CholeskyNormal(torch.randn(7, D).double(), full().scale_tril)
    assert p.batch_shape == (7,)
    assert p.rsample((2,)).shape == (2, 7, D)
    close(p.expand((3, 7)).log_prob(p.mean), p.log_prob(p.mean).expand(3, 7))


def test_draws_have_its_covariance():
    p = full()
    z = p.rsample((200_000,))
    assert float((torch.cov(z.T) - p.covariance_matrix).abs().max()) <= 0.03
