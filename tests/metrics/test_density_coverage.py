"""Row 94: density and coverage of sets with known overlap; identical sets give 1."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from lowerbound.metrics import density_coverage, pairwise
from tests.metrics.two_sets import normals

FAR = 30.0


def expected_coverage(n: int, m: int, k: int) -> float:
    return 1 - math.prod((n - i) / (m + n - i) for i in range(1, k + 1))


@pytest.mark.parametrize("d", [2, 50])
@pytest.mark.parametrize("k", [1, 5])
def test_identical_sets_have_one(d, k):
    x = normals(200, d)
    for y in (x, x.flip(0)):
        density, coverage = density_coverage(x, y, neighbours=k)
        assert (density.value, coverage.value) == (pytest.approx(1.0, abs=1e-12), 1.0)


def test_sets_apart_have_none():
    assert [found.value for found in density_coverage(normals(50), normals(60, seed=1, shift=FAR))] == [0.0, 0.0]


@pytest.mark.thorough
@pytest.mark.parametrize("k", [1, 5])
@pytest.mark.parametrize("share", [1.0, 0.6])
def test_their_means_for_two_gaussians_with_known_overlap(share, k):
    """A share of the drawn rows has the distribution of the data, the rest is far away."""
    n, m = 40, 50
    near = round(share * m)
    found = []
    for seed in range(400):
        x, far = normals(n, 3, 3 * seed), normals(m - near, 3, 3 * seed + 1, shift=FAR)
        found.append(
            [f.value for f in density_coverage(x, torch.cat([normals(near, 3, 3 * seed + 2), far]), neighbours=k)]
        )
    values = np.array(found)
    error = values.std(0) / math.sqrt(len(values))
    assert values.mean(0) == pytest.approx([share, expected_coverage(n, near, k)], abs=4 * error.max())


def test_coverage_is_the_share_of_the_data_that_is_drawn():
    """The data are two Gaussians in equal parts; the drawn rows know one of them."""
    first, second = normals(300, seed=1), normals(300, seed=2, shift=FAR)
    density, coverage = density_coverage(torch.cat([first, second]), first)
    assert coverage.value == 0.5
    assert coverage.error == pytest.approx(math.sqrt(0.25 / 600))
    assert density.value == pytest.approx(1.0, abs=1e-12)


def test_an_outlier_among_the_data_does_harm_only_there():
    x, y = normals(100, seed=1), normals(100, seed=2)
    x = torch.cat([x, torch.full((1, 2), 5 * FAR).double()])
    precise = density_coverage(x, y + FAR)[0].value
    assert precise <= 100 / 5 / 100  # its own ball alone holds the drawn rows, once each


def test_blocks_do_not_matter(monkeypatch):
    x, y = normals(60, seed=1), normals(70, seed=2)
    whole = density_coverage(x, y)
    monkeypatch.setattr(pairwise, "BUDGET", 200)
    for found, one in zip(density_coverage(x, y), whole, strict=True):
        assert (found.value, found.error) == pytest.approx((one.value, one.error), rel=1e-12)
