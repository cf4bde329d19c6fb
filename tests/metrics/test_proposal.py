"""A Student-t for each row: densities, draws and their noise."""

from __future__ import annotations

import math

import pytest
import torch

from lowerbound.metrics import Proposal


def test_the_proposal_is_a_multivariate_student():
    """In one dimension torch has it; in several, E[r(u) / q(u)] = 1 for a normal r."""
    location, factor = torch.randn(3, 1).double(), torch.rand(3, 1, 1).double() + 0.5
    u = torch.randn(7, 3, 1).double()
    theirs = torch.distributions.StudentT(20.0, location[:, 0], factor[:, 0, 0]).log_prob(u[..., 0])
    torch.testing.assert_close(Proposal(location, factor).log_prob(u), theirs)
    factor = torch.linalg.cholesky(torch.tensor([[[2.0, 0.9], [0.9, 1.0]]]).double())
    proposal = Proposal(torch.tensor([[1.0, -2.0]]).double(), factor)
    u, log_q = proposal.draw(200_000, seed=0)
    torch.testing.assert_close(log_q, proposal.log_prob(u))
    torch.testing.assert_close(torch.cov(u[:, 0].T), (factor @ factor.mT)[0] * 20 / 18, rtol=0.03, atol=0.03)
    ratio = (
        torch.distributions.MultivariateNormal(proposal.location, scale_tril=0.8 * factor).log_prob(u) - log_q
    ).exp()
    assert float(ratio.mean()) == pytest.approx(1.0, abs=4 * float(ratio.std()) / math.sqrt(200_000))


def test_draws_are_addressed_by_their_index():
    proposal = Proposal(torch.zeros(3, 2).double(), torch.eye(2).double().expand(3, 2, 2))
    whole, cut = proposal.draw(50, seed=5), proposal.draw(20, seed=5, start=30)
    for all_of_them, last in zip(whole, cut, strict=True):
        torch.testing.assert_close(last, all_of_them[30:])
