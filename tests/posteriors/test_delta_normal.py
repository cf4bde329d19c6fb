"""A posterior that is never close to N(0, I)."""

from __future__ import annotations

import math

import pytest
import torch
from torch.distributions import kl_divergence

from lowerbound.errors import ConfigError
from lowerbound.posteriors import DeltaNormal
from lowerbound.priors import StandardNormal
from tests.contracts import PosteriorContract


class TestDeltaNormal(PosteriorContract):
    def make(self):
        return DeltaNormal((3,), delta=0.7)


class TestImageOfLatents(PosteriorContract):
    def make(self):
        return DeltaNormal((1, 2, 2))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("size", "delta"), [(1, 0.01), (2, 1.0), (16, 0.1), (16, 5.0), (3, 100.0)])
def test_the_rate_is_at_least_delta_for_every_parameter(size: int, delta: float, dtype: torch.dtype) -> None:
    family, prior = DeltaNormal((size,), delta=delta), StandardNormal((size,)).to(dtype)
    generator = torch.Generator().manual_seed(0)
    scales = torch.tensor([1e-3, 0.1, 1.0, 10.0, 1e3]).to(dtype)
    params = scales[:, None, None, None] * torch.randn(5, 2000, 2, size, generator=generator, dtype=dtype)
    assert bool((kl_divergence(family(params), prior()) >= delta).all())
    nearest = torch.zeros(2, size, dtype=dtype)
    nearest[1] = 1e6  # mean zero and the largest scale: the search cannot do better
    assert float(kl_divergence(family(nearest), prior())) == pytest.approx(delta, rel=2e-3)
    assert float(kl_divergence(family(nearest), prior())) >= delta


def test_the_largest_scale_solves_its_equation() -> None:
    square = math.exp(2 * DeltaNormal((4,), delta=2.0).log_most)
    assert 0.5 * (square - 1 - math.log(square)) == pytest.approx(0.5, rel=2e-4)


@pytest.mark.parametrize("delta", [0.0, -1.0, math.inf])
def test_impossible_rates_are_refused(delta: float) -> None:
    with pytest.raises(ConfigError, match="least rate"):
        DeltaNormal((2,), delta=delta)
