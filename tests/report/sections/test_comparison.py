"""Data against samples."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lowerbound.report import Comparison, DataCard, ReportContent
from lowerbound.report.sections.comparison import correlations, distance, view

RNG = np.random.default_rng(0)


def test_the_distance_is_that_of_kolmogorov_and_smirnov() -> None:
    from scipy.stats import ks_2samp

    for a, b in ((RNG.normal(size=40), RNG.normal(1, 2, size=57)), (RNG.integers(0, 3, 30), RNG.integers(1, 5, 20))):
        assert distance(a, b) == pytest.approx(ks_2samp(a, b).statistic)


def test_correlations_are_those_of_numpy_even_far_from_zero() -> None:
    rows = RNG.normal(size=(50, 4)) @ RNG.normal(size=(4, 4)) + 1e4
    np.testing.assert_allclose(correlations(rows), np.corrcoef(rows.T), atol=1e-8)


def test_a_constant_column_has_no_correlation() -> None:
    matrix = correlations(np.column_stack([np.arange(5.0), np.full(5, 0.1)]))
    assert np.isnan(matrix).tolist() == [[False, True], [True, True]]


def content(data: np.ndarray, samples: np.ndarray) -> ReportContent:
    names = tuple(f"c{i}" for i in range(data.shape[1]))
    card = DataCard("t", "vector", data.shape[1:], "real", columns=names)
    return replace(ReportContent(card, "vae"), comparison=Comparison(data, samples))


@pytest.mark.thorough
def test_the_columns_that_differ_most_are_shown() -> None:
    data = RNG.normal(size=(40, 30))
    samples = data.copy()
    samples[:, [3, 28]] += 5
    seen = view(content(data, samples))
    assert seen is not None
    titles = [chart.title for chart in seen["histograms"]]
    assert len(titles) == 24
    assert {"c3", "c28"} <= set(titles)
    assert "24 of 30" in seen["chosen"]


def test_the_pair_that_differs_most_is_named() -> None:
    data = RNG.normal(size=(200, 3))
    data[:, 2] = data[:, 0]
    samples = RNG.normal(size=(200, 3))
    seen = view(content(data, samples))
    assert seen is not None
    assert "c0 and c2: 1 in the data" in seen["correlations"]["words"]


def test_equal_rows_are_equally_correlated() -> None:
    data = RNG.normal(size=(20, 3))
    seen = view(content(data, data))
    assert seen is not None
    assert seen["correlations"]["words"] == "Every pair is equally correlated in both."


def test_one_column_has_no_correlations() -> None:
    seen = view(content(RNG.normal(size=(9, 1)), RNG.normal(size=(9, 1))))
    assert seen is not None
    assert seen["correlations"] is None
