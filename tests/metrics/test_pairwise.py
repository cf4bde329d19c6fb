"""Means of kernels over pairs, against loops, and their errors against repeated draws."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch

from lowerbound.distances.pairwise import squares
from lowerbound.metrics import pairwise
from lowerbound.metrics.pairwise import blocks, kernel_means
from tests.metrics.two_sets import normals


def product(a, b):
    return (a @ b.T + 1) ** 2


def by_loops(x, y):
    k = lambda a, b: float((a @ b + 1) ** 2)  # noqa: E731
    xx = np.mean([k(a, b) for a, b in itertools.permutations(x, 2)])
    yy = np.mean([k(a, b) for a, b in itertools.permutations(y, 2)])
    return xx + yy - 2 * np.mean([k(a, b) for a in x for b in y])


@pytest.fixture(params=[2**22, 11], ids=["whole", "chunked"])
def budget(request, monkeypatch):
    monkeypatch.setattr(pairwise, "BUDGET", request.param)


@pytest.mark.usefixtures("budget")
def test_it_is_the_mean_over_pairs_of_different_rows():
    x, y = normals(5, seed=1), normals(7, seed=2, shift=0.5)
    labels = torch.zeros(12, 2, dtype=torch.float64)
    labels[:5, 0] = labels[7:, 1] = 1
    pooled = torch.cat([x, y])
    values, _ = kernel_means(product, pooled, labels)
    assert float(values[0]) == pytest.approx(by_loops(x, y), rel=1e-12)
    assert float(values[1]) == pytest.approx(by_loops(pooled[7:], pooled[:7]), rel=1e-12)


def test_blocks_cover_all_rows():
    assert [i for part in blocks(10, pairwise.BUDGET // 3) for i in range(part.start, part.stop)] == list(range(10))


@pytest.mark.parametrize(("shift", "low", "high"), [(1.0, 0.85, 1.2), (0.0, 0.9, 1.7)], ids=["apart", "same"])
def test_the_error_is_that_of_repeated_draws(shift, low, high):
    labels = (torch.arange(70) < 30).double()[:, None]
    values, errors = [], []
    for seed in range(400):
        pooled = torch.cat([normals(30, seed=2 * seed), normals(40, seed=2 * seed + 1, shift=shift)])
        found, error = kernel_means(lambda a, b: torch.exp(-squares(a, b) / 4), pooled, labels)
        values.append(float(found[0]))
        errors.append(error)
    assert low < math.sqrt(np.mean(np.square(errors))) / np.std(values) < high
    if shift == 0:
        assert abs(np.mean(values)) < 4 * np.std(values) / 20
