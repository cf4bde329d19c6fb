"""Real images with correlated residuals."""

from __future__ import annotations

import math

import pytest
import torch

from lowerbound.distributions import following
from lowerbound.errors import ConfigError, ShapeError
from lowerbound.likelihoods import Normal, StructuredNormal
from tests.contracts import LikelihoodContract


def inside(shape: tuple[int, int, int], size: int) -> torch.Tensor:
    """Which neighbours lie within the image, ``(K, C, H, W)``."""
    channels, height, width = shape
    rows, columns = torch.arange(height)[:, None], torch.arange(width)[None, :]
    kept = [(rows + r < height) & (columns + c >= 0) & (columns + c < width) for r, c in following(size)]
    return torch.stack(kept)[:, None].expand(-1, channels, -1, -1)


class StructuredContract(LikelihoodContract):
    """Weights on what lies outside the image do not matter; all else does."""

    def test_the_density_reaches_the_parameters(self):
        family, params = self.family(), self.params((4,)).requires_grad_()
        x = family(params).sample().detach()
        family(params).log_prob(x).sum().backward()
        used = inside(family.event_shape, family.size)
        if family.covariance == "network":
            assert bool((params.grad[:, :2] != 0).all())
            assert torch.equal(params.grad[:, 2:] != 0, used.expand(4, -1, -1, -1, -1))
        else:
            assert bool((params.grad != 0).all())
            assert bool((family.raw_scale.grad != 0).all())
            assert torch.equal(family.weights.grad != 0, used)


class TestGivenByTheNetwork(StructuredContract):
    def make(self):
        return StructuredNormal((1, 2, 3))


class TestLearnedForEachPixel(StructuredContract):
    def make(self):
        return StructuredNormal((2, 2, 3), covariance="feature")

    def family(self, dtype=torch.float64):
        family = super().family(dtype)
        with torch.no_grad():
            generator = torch.Generator().manual_seed(5)
            family.weights.copy_(0.3 * torch.randn(family.weights.shape, generator=generator, dtype=torch.float64))
        return family


class TestWide(StructuredContract):
    def make(self):
        return StructuredNormal((1, 3, 3), size=5)


def test_zeros_are_independent_pixels_on_the_scale_of_the_data():
    family = StructuredNormal((1, 4, 4), floor=0.0)
    family.calibrate(torch.full((1, 4, 4), 100.0), torch.linspace(10.0, 30.0, 16).reshape(1, 4, 4))
    p = family(torch.zeros(family.params_shape))
    unit = math.sqrt(float(torch.linspace(10.0, 30.0, 16).square().mean()))
    torch.testing.assert_close(p.mean, torch.full((1, 4, 4), 100.0))
    torch.testing.assert_close(p.variance, torch.full((1, 4, 4), unit**2))


def test_without_weights_it_is_the_normal_with_a_variance_from_the_network():
    x = torch.randn(5, 1, 3, 3).double()
    params = torch.randn(5, 6, 1, 3, 3).double()
    params[:, 2:] = 0
    ours, theirs = StructuredNormal((1, 3, 3)).double(), Normal((1, 3, 3), variance="network").double()
    torch.testing.assert_close(ours(params).log_prob(x), theirs(params[:, :2]).log_prob(x))


def test_constant_data_and_no_standardisation():
    family = StructuredNormal((1, 2, 2))
    family.calibrate(torch.ones(1, 2, 2), torch.zeros(1, 2, 2))
    assert bool((family.unit == 1).all())
    raw = StructuredNormal((1, 2, 2), standardize=False)
    raw.calibrate(torch.ones(1, 2, 2), torch.full((1, 2, 2), 7.0))
    assert bool((raw.unit == 1).all())
    assert not bool(raw.shift.any())


def test_the_floor_bounds_the_scale():
    family = StructuredNormal((1, 2, 2), floor=0.1)
    params = torch.zeros(6, 1, 2, 2)
    params[1] = -50.0
    assert bool((family(params).params["log_scale"].exp() >= 0.0999).all())


def test_neighbours_lower_the_cost_of_smooth_residuals():
    """A residual that is flat costs less under weights than under independence."""
    flat = torch.full((1, 6, 6), 2.0)
    params = torch.zeros(6, 1, 6, 6)
    alone = StructuredNormal((1, 6, 6))(params).log_prob(flat)
    params[2] = 0.5
    params[4] = 0.5
    assert float(StructuredNormal((1, 6, 6))(params).log_prob(flat)) > float(alone) + 20


@pytest.mark.parametrize("size", [1, 2, 4])
def test_a_neighbourhood_has_a_middle(size):
    with pytest.raises(ConfigError, match=f"size={size}"):
        StructuredNormal((1, 3, 3), size=size)


def test_vectors_are_refused():
    with pytest.raises(ShapeError, match=r"\(784,\)"):
        StructuredNormal((784,))


def test_an_unknown_covariance_is_refused():
    with pytest.raises(ConfigError, match="covariance='full'"):
        StructuredNormal((1, 3, 3), covariance="full")
