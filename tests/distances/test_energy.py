"""The energy distance against its closed forms."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import energy_distance

from lowerbound.distances import Energy
from tests.contracts import DistanceContract


class TestEnergy(DistanceContract):
    def make(self):
        return Energy()


def test_it_is_the_square_of_scipy_s() -> None:
    x, y = (np.random.default_rng(i).normal(i, size=20 + i) for i in range(2))
    ours = Energy(unbiased=False)(torch.as_tensor(x)[:, None], torch.as_tensor(y)[:, None])
    np.testing.assert_allclose(float(ours), energy_distance(x, y) ** 2, rtol=1e-10)


@pytest.mark.parametrize(("mean", "deviation", "expected"), [(1.0, 1.0, 0.541806579), (0.0, 2.0, 0.183110731)])
def test_between_normals(mean: float, deviation: float, expected: float) -> None:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(200, 200, 1, generator=generator, dtype=torch.float64)
    y = mean + deviation * torch.randn(200, 200, 1, generator=generator, dtype=torch.float64)
    values = torch.stack([Energy()(a, b) for a, b in zip(x, y, strict=True)])
    assert abs(float(values.mean()) - expected) < 4 * float(values.std()) / 200**0.5
