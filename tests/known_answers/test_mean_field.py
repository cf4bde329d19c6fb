"""The best independent fit of a correlated normal by reverse KL. Row 23 of the exact answers."""

from __future__ import annotations

import torch
from torch.distributions import kl_divergence

from lowerbound.core import Constant
from lowerbound.distributions import CholeskyNormal
from lowerbound.posteriors import DiagonalNormal


def test_it_has_the_precisions_of_the_diagonal_and_misses_their_log_determinant():
    generator = torch.Generator().manual_seed(0)
    d = 4
    root = torch.randn(d, d, generator=generator, dtype=torch.float64) + 2 * torch.eye(d).double()
    precision = root @ root.T
    mean = torch.randn(d, generator=generator, dtype=torch.float64)
    truth = CholeskyNormal(mean, torch.linalg.cholesky(precision.inverse()))
    q = Constant(DiagonalNormal((d,))).double()
    optimizer = torch.optim.LBFGS(
        q.parameters(), max_iter=500, tolerance_grad=1e-12, tolerance_change=1e-16, line_search_fn="strong_wolfe"
    )

    def closure():
        optimizer.zero_grad()
        gap = kl_divergence(q(), truth)
        gap.backward()
        return gap

    optimizer.step(closure)
    with torch.no_grad():
        fitted = q()
        torch.testing.assert_close(fitted.mean, mean, rtol=0, atol=1e-6)
        torch.testing.assert_close(1 / fitted.variance, precision.diagonal(), rtol=1e-6, atol=1e-6)
        gap = 0.5 * (precision.diagonal().log().sum() - precision.logdet())
        torch.testing.assert_close(kl_divergence(fitted, truth), gap, rtol=1e-6, atol=1e-6)
