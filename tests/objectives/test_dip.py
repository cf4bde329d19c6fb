"""The covariance of codes, and its distance from the identity."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from lowerbound.core import Site, Trace
from lowerbound.distributions import DiagonalNormal
from lowerbound.errors import ConfigError
from lowerbound.objectives import DIP
from tests.contracts import PenaltyContract
from tests.known_answers.linear_gaussian import LinearGaussian


class TestVersionI(PenaltyContract):
    def make(self):
        return DIP(off_diagonal=2.0)


class TestVersionII(PenaltyContract):
    def make(self):
        return DIP("ii", diagonal=1.0)


def trace_of(mean: Tensor, scale: Tensor) -> Trace:
    q = DiagonalNormal(mean, scale.log())
    return Trace({"z": Site(mean[None], q, q)}, torch.ones(1, len(mean)).double(), {})


@pytest.mark.parametrize("version", ["i", "ii"])
def test_it_is_the_written_out_formula(version: str) -> None:
    rng = np.random.default_rng(0)
    mean, scale = rng.normal(size=(20, 3)), rng.uniform(0.1, 2.0, size=(20, 3))
    covariance = np.cov(mean.T, bias=True) + (np.diag((scale**2).mean(0)) if version == "ii" else 0.0)
    off = covariance - np.diag(np.diag(covariance))
    expected = 3.0 * (off**2).sum() + 7.0 * ((np.diag(covariance) - 1) ** 2).sum()
    value = DIP(version, 3.0, 7.0)(trace_of(torch.from_numpy(mean), torch.from_numpy(scale)))
    assert float(value) == pytest.approx(expected, rel=1e-9)


def test_white_codes_cost_nothing() -> None:
    corners = torch.tensor([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]]).double()
    assert float(DIP("i")(trace_of(corners, torch.ones(4, 2).double()))) == pytest.approx(0.0, abs=1e-12)
    narrow = torch.full((4, 2), 0.6, dtype=torch.float64)
    assert float(DIP("ii")(trace_of(0.8 * corners, narrow))) == pytest.approx(0.0, abs=1e-12)


def test_unused_latents_cost_the_means_version_alone() -> None:
    """A latent at its prior has means of no variance, but an aggregate of variance one."""
    prior = trace_of(torch.zeros(5, 2).double(), torch.ones(5, 2).double())
    assert float(DIP("ii")(prior)) == pytest.approx(0.0, abs=1e-12)
    assert float(DIP("i", diagonal=10.0)(prior)) == pytest.approx(20.0)


def test_version_ii_is_the_covariance_of_draws() -> None:
    torch.manual_seed(0)
    mean, scale = torch.randn(10, 2).double(), 0.5 * torch.rand(10, 2).double() + 0.2
    draws = mean + scale * torch.randn(40_000, 10, 2).double()
    covariance = torch.cov(draws.flatten(0, 1).T)
    off = covariance - torch.diag(covariance.diagonal())
    expected = off.square().sum() + (covariance.diagonal() - 1).square().sum()
    torch.testing.assert_close(DIP("ii", 1.0, 1.0)(trace_of(mean, scale)), expected, rtol=0.02, atol=0.02)


def test_the_order_of_rows_does_not_matter() -> None:
    torch.manual_seed(0)
    mean, scale = torch.randn(8, 3).double(), torch.rand(8, 3).double() + 0.1
    values = [DIP("ii")(trace_of(*pair)) for pair in ((mean, scale), (mean.flip(0), scale.flip(0)))]
    torch.testing.assert_close(*values, rtol=1e-12, atol=1e-12)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ConfigError, match="version='iii': use 'i'"):
        DIP("iii")
    with pytest.raises(ConfigError, match="independent coordinates"):
        DIP()(LinearGaussian.random(event=4, latent=2).vae("exact")({"x": torch.zeros(3, 4).double()}))
