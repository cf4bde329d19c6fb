"""Kernel expansions: their closed form is that of Gaussian processes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF

from lowerbound.core import FromRows
from lowerbound.errors import ConfigError, ShapeError
from lowerbound.networks import KernelFeatures
from tests.contracts import NetworkContract


class TestKernelFeatures(NetworkContract):
    def make(self):
        return KernelFeatures(((5,), (3,)), (2, 4), landmarks=6)


class TestOfRows(NetworkContract):
    def make(self):
        return KernelFeatures(((1, 4, 3),), (2,), 7, 0.5, from_rows=True)


def test_its_ridge_solution_is_the_mean_of_a_gaussian_process() -> None:
    rng = np.random.default_rng(0)
    x, new = rng.normal(size=(30, 3)), rng.normal(size=(50, 3))
    y = np.stack([np.sin(x).sum(1), x[:, 0] * x[:, 1]], 1) + 0.1 * rng.normal(size=(30, 2))
    length, noise = 1.3, 0.05
    network = KernelFeatures(((3,),), (2,), 30, length / 3**0.5).double()
    with torch.no_grad():
        network.log_length.fill_(np.log(length / 3**0.5))
    network.solve(torch.as_tensor(x), torch.as_tensor(y), noise)
    exact = GaussianProcessRegressor(RBF(length), alpha=noise, optimizer=None).fit(x, y).predict(new)
    np.testing.assert_allclose(network(torch.as_tensor(new)).detach().numpy(), exact, rtol=1e-9, atol=1e-10)


def test_without_noise_it_goes_through_the_targets() -> None:
    torch.manual_seed(0)
    network = KernelFeatures(((2,),), (3,), 12, 0.2).double()
    x, y = torch.randn(12, 2, dtype=torch.float64), torch.randn(12, 3, dtype=torch.float64)
    network.solve(x, y, 0.0)
    torch.testing.assert_close(network(x), y, rtol=1e-6, atol=1e-6)


def test_landmarks_start_as_rows_on_the_scale_of_the_rows() -> None:
    network = KernelFeatures(((2, 2),), (3,), 5, from_rows=True)
    assert isinstance(network, FromRows)
    rows = 100.0 + 50.0 * torch.randn(5, 2, 2)
    rows[:, 0, 0] = 7.0
    network.take_rows(rows)
    torch.testing.assert_close(network._bumps(rows.flatten(1)).diagonal(), torch.ones(5), rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(network.centres[:, 1:].std(0), torch.ones(3))
    assert network.unit[0] == 1.0


def test_few_rows_are_repeated_and_other_inputs_take_none() -> None:
    network, other = (KernelFeatures(((2,),), (1,), 5, from_rows=given) for given in (True, False))
    before = other.centres.clone()
    for taker in (network, other):
        taker.take_rows(torch.tensor([[0.0, 1.0], [2.0, 3.0]]))
    torch.testing.assert_close(network.centres[:2], network.centres[2:4])
    assert torch.equal(other.centres, before)
    network.take_rows(torch.tensor([[4.0, 5.0]]))
    assert bool(network.centres.isfinite().all())


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(ConfigError, match="landmarks"):
        KernelFeatures(((2,),), (1,), 0)
    with pytest.raises(ConfigError, match="length"):
        KernelFeatures(((2,),), (1,), 3, 0.0)
    with pytest.raises(ConfigError, match="one input"):
        KernelFeatures(((2,), (1,)), (1,), 3, from_rows=True)
    with pytest.raises(ShapeError, match="4 rows and 4 targets for 3 landmarks"):
        KernelFeatures(((2,),), (1,), 3).solve(torch.zeros(4, 2), torch.zeros(4, 1), 0.1)
