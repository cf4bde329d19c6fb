"""Histograms."""

from __future__ import annotations

import numpy as np
import pytest

from lowerbound.report.figures.histogram import _edges, histogram


def test_few_whole_numbers_get_a_bin_each() -> None:
    np.testing.assert_array_equal(_edges(np.array([0.0, 1.0, 1.0]), np.array([0.2, 0.9])), [-0.5, 0.5, 1.5])


def test_one_wild_sample_does_not_flatten_the_data() -> None:
    edges = _edges(np.linspace(0, 1, 50), np.array([1e9, *np.linspace(0, 1, 50)]))
    assert edges[-1] <= 2


@pytest.mark.parametrize("data", [np.zeros(5), np.full(3, 2.5), np.array([1e-12, 1e12]), np.ones(1)])
def test_odd_columns_can_be_drawn(data: np.ndarray) -> None:
    assert histogram("x", data, data[::-1] + 0.5, alt="x").startswith("<svg")
