"""Directions, and steps of quantile functions."""

from __future__ import annotations

import torch

from lowerbound.core import noise
from lowerbound.distances.slices import directions, merged_steps


def test_directions_are_uniform_on_the_sphere() -> None:
    torch.manual_seed(0)
    along = directions(20000, torch.zeros(1, 3, dtype=torch.float64))
    assert along.shape == (3, 20000)
    torch.testing.assert_close(along.norm(dim=0), torch.ones(20000, dtype=torch.float64))
    second = along @ along.T / 20000
    assert float((second - torch.eye(3) / 3).abs().max()) < 4 * (4 / 45 / 20000) ** 0.5
    assert float(along.mean(1).abs().max()) < 4 * (1 / 3 / 20000) ** 0.5


def test_they_are_drawn_under_any_source_of_noise() -> None:
    for source in (noise.Window(2, 4), noise.Shared(0)):
        with noise.use(source):
            assert directions(5, torch.zeros(2, 3)).shape == (3, 5)


def test_steps_are_merged() -> None:
    in_x, in_y, width = merged_steps(2, 3, torch.zeros(1, dtype=torch.float64))
    steps = [(i, j, round(6 * w)) for i, j, w in zip(in_x.tolist(), in_y.tolist(), width.tolist(), strict=True) if w]
    assert steps == [(0, 0, 2), (0, 1, 1), (1, 1, 1), (1, 2, 2)]


def test_as_many_draws_are_matched_one_to_one() -> None:
    in_x, in_y, width = merged_steps(3, 3, torch.zeros(1))
    assert in_x.tolist() == in_y.tolist() == [0, 1, 2]
    assert float(width.sum()) == 1.0
