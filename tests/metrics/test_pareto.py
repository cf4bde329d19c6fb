"""Row 52: the tail shape of samples whose shape is known."""

from __future__ import annotations

import math

import pytest
import torch

from lowerbound.metrics import pareto_k


@pytest.mark.parametrize("shape", [0.1, 0.3, 0.5, 0.7, 1.0, 1.5])
def test_pareto_samples_have_their_shape(shape: float) -> None:
    uniform = torch.rand(200_000, 16, dtype=torch.float64)
    log_w = (((1 - uniform) ** -shape - 1) / shape).log()
    assert pareto_k(log_w).mean() == pytest.approx(shape, abs=0.05)


def test_the_scale_of_the_weights_does_not_matter() -> None:
    log_w = torch.randn(5000, 3, dtype=torch.float64)
    torch.testing.assert_close(pareto_k(log_w + 1000.0), pareto_k(log_w))


def test_bounded_weights_have_no_tail() -> None:
    assert bool((pareto_k(torch.rand(5000, 4).log()) < 0.2).all())


def test_equal_weights_and_few_samples() -> None:
    assert bool((pareto_k(torch.zeros(5000, 2)) == 0).all())
    assert bool(pareto_k(torch.zeros(20, 2)).isinf().all())


def test_rows_do_not_know_each_other() -> None:
    log_w = torch.randn(2000, 5, dtype=torch.float64) * 3
    assert pareto_k(log_w)[2] == pareto_k(log_w[:, 2:3])[0]
    assert math.isfinite(pareto_k(log_w).sum())
