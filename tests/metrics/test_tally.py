"""From log-weights to an estimate."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from lowerbound.metrics import LogLikelihood, Tally, pareto_k


def estimate(log_w: torch.Tensor, *cuts: int) -> LogLikelihood:
    tally = Tally(len(log_w))
    for part in log_w.tensor_split(cuts, 1):
        tally.add(part)
    return tally.result()


def test_batches_do_not_matter():
    log_w = torch.randn(50, 9, dtype=torch.float64)
    whole, parts = estimate(log_w), estimate(log_w, 2, 7)
    assert parts.rows == pytest.approx(whole.rows, rel=1e-12)
    assert parts.monte_carlo_error == pytest.approx(whole.monte_carlo_error)
    assert whole.rows == pytest.approx((torch.logsumexp(log_w, 0) - math.log(50)).numpy())


def test_the_error_knows_that_rows_share_their_noise():
    """The same weights for every row: the error of the mean is that of one row, not smaller."""
    column = torch.randn(400, 1, dtype=torch.float64)
    one, many = estimate(column), estimate(column.expand(400, 30))
    assert many.monte_carlo_error == pytest.approx(one.monte_carlo_error)
    assert many.monte_carlo_error == pytest.approx(one.row_errors[0], rel=1e-6)


def test_heavy_tails_are_told():
    heavy = (1 - torch.rand(5000, 10, dtype=torch.float64)).pow(-1.2).log()
    light = torch.rand(5000, 30, dtype=torch.float64)
    found = estimate(torch.cat([heavy, light], 1))
    assert found.pareto_k == pytest.approx(pareto_k(torch.cat([heavy, light], 1)).numpy())
    assert found.untrusted == pytest.approx(0.25)
    written = found.to_json()
    assert (written["untrusted"], written["median_pareto_k"]) == (found.untrusted, np.median(found.pareto_k))
    assert estimate(light).untrusted == 0


def test_few_samples_cannot_tell():
    found = estimate(torch.randn(20, 3))
    assert found.pareto_k is None
    assert found.untrusted is None
    assert found.to_json()["untrusted"] is None
