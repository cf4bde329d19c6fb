"""Points for deterministic averages."""

from __future__ import annotations

import pytest
import torch

from lowerbound.distributions.mirrored import mirrored_points


@pytest.mark.parametrize("size", [1, 3, 40, 100])
def test_moments_are_those_of_a_standard_normal(size):
    points = mirrored_points(size)
    assert float(points.mean(0).abs().max()) <= 1e-12
    torch.testing.assert_close(points.square().mean(0), torch.ones(size).double(), rtol=1e-12, atol=0)
    correlation = points.T @ points / len(points) - torch.eye(size).double()
    assert float(correlation.abs().max()) <= (1e-9 if size <= 64 else 0.4)
    if size <= 16:
        assert float(points.pow(4).mean(0).sub(3).abs().max()) <= 0.5


def test_they_are_the_same_each_time_and_leave_the_generator_alone():
    before = torch.get_rng_state()
    assert torch.equal(mirrored_points(5), mirrored_points(5))
    assert torch.equal(torch.get_rng_state(), before)


def test_more_points_average_better():
    errors = [abs(float(mirrored_points(4, pairs).cos().prod(1).mean()) - 0.1353352832) for pairs in (16, 4096)]
    assert errors[1] < 1e-3 < errors[0]
