"""Real data, five ways to have a variance."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lowerbound.core import Progress, calibrate, closed_forms
from lowerbound.errors import ConfigError
from lowerbound.likelihoods import Normal
from lowerbound.likelihoods.normal import PACE
from lowerbound.models import VAE
from lowerbound.objectives import ELBO
from tests.contracts import LikelihoodContract
from tests.known_answers.linear_gaussian import LinearGaussian, trainable_vae


class TestFeature(LikelihoodContract):
    def make(self):
        return Normal((2, 2))


class TestScalar(LikelihoodContract):
    def make(self):
        return Normal((3,), variance="scalar")


class TestNetwork(LikelihoodContract):
    def make(self):
        return Normal((3,), variance="network", floor=0.01)


class TestOptimal(LikelihoodContract):
    def make(self):
        return Normal((3,), variance="optimal")


class TestFixed(LikelihoodContract):
    def make(self):
        return Normal((3,), variance=0.25, standardize=False)


class TestBounded(LikelihoodContract):
    def make(self):
        return Normal((3,), bounds=(-1.0, 3.0))


@pytest.mark.parametrize("bounds", [(1.0, 1.0), (2, 1), (0.0, math.inf), (math.nan, 1.0)])
def test_bounds_are_two_numbers_in_order(bounds):
    with pytest.raises(ConfigError, match="the first is below the second"):
        Normal((2,), bounds=bounds)


@pytest.mark.parametrize("standardize", [True, False])
def test_means_stay_within_the_bounds_and_begin_at_those_of_the_data(standardize):
    family = Normal((4,), standardize=standardize, bounds=(0, 255))
    family.calibrate(torch.tensor([0.0, 255.0, 51.0, 100.0]), torch.tensor([0.0, 1.0, 9.0, 50.0]))
    means = family(torch.tensor([-99.0, -1.0, 0.0, 2.0, 99.0])[:, None].expand(5, 4)).mean
    assert float(means.min()) >= 0
    assert float(means.max()) <= 255
    expected = torch.tensor([2.55, 252.45, 51.0, 100.0]) if standardize else torch.full((4,), 127.5)
    torch.testing.assert_close(means[2], expected, rtol=1e-4, atol=1e-3)
    torch.testing.assert_close(means[[0, 4]], torch.tensor([0.0, 255.0])[:, None].expand(2, 4))


@pytest.mark.parametrize("variance", ["none", 0.0, -1.0, math.inf, math.nan])
def test_impossible_variances_are_refused(variance):
    with pytest.raises(ConfigError, match="variance"):
        Normal((2,), variance=variance)


def test_calibration_is_a_change_of_units():
    """log p of x in its own units = log p of the standardised x, minus the log of the units."""
    mean, std = torch.tensor([5.0, -3.0]).double(), torch.tensor([10.0, 0.1]).double()
    plain, calibrated = Normal((2,)).double(), Normal((2,)).double()
    calibrated.calibrate(mean, std)
    params, z = torch.randn(6, 2).double(), torch.randn(6, 2).double()
    expected = plain(params).log_prob(z) - std.log().sum()
    torch.testing.assert_close(calibrated(params).log_prob(mean + std * z), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("variance", ["scalar", "optimal"])
def test_one_variance_has_one_unit(variance):
    family = Normal((2,), variance=variance).eval()
    family.calibrate(torch.zeros(2), torch.tensor([3.0, 4.0]))
    scale = family(torch.zeros(2)).stddev.detach()
    assert scale[0] == scale[1] == pytest.approx(math.sqrt(12.5), rel=1e-5)


def test_constant_entries_keep_their_unit():
    family = Normal((2,))
    family.calibrate(torch.tensor([1.0, 7.0]), torch.tensor([2.0, 0.0]))
    assert family(torch.zeros(2)).mean.tolist() == [1.0, 7.0]
    assert bool(family(torch.zeros(2)).log_prob(torch.tensor([1.0, 7.0])).isfinite())


def test_without_standardize_the_data_say_nothing():
    model = trainable_vae(3, 2, variance="scalar")
    model.likelihood.family = Normal((3,), variance="scalar", standardize=False)
    calibrate(model, torch.ones(3), torch.full((3,), 9.0))
    p = model.likelihood.family(torch.zeros(3))
    assert p.mean.tolist() == [0.0, 0.0, 0.0]
    assert p.stddev.tolist() == pytest.approx([1.0] * 3, rel=1e-5)


@given(st.floats(-40, 5), st.floats(1e-4, 0.5))
@settings(max_examples=30, derandomize=True, deadline=None)
def test_the_floor_adds_to_the_variance(raw, floor):
    family = Normal((1,), variance="network", floor=floor).double()
    p = family(torch.tensor([[0.0], [raw]], dtype=torch.float64))
    assert p.variance.item() == pytest.approx(math.exp(2 * raw) + floor**2, rel=1e-8)


def test_the_floor_is_reported():
    family = Normal((4,), variance="network", floor=0.1)
    raw = torch.tensor([math.log(0.2), math.log(0.05), math.log(0.09), 1.0])
    assert family.floor_hits(torch.stack([torch.zeros(4), raw])[None]).item() == 0.5
    assert Normal((4,), variance=1.0).floor_hits(torch.zeros(4)).item() == 0.0


class TestOptimalSigma:
    """Row 10: d ELBO / d log sigma = 0 exactly at sigma^2 = E|x - f(z)|^2 / D."""

    truth = LinearGaussian.random(event=5, latent=2, seed=4)

    def errors(self, model: VAE, x: torch.Tensor) -> float:
        """E|x - f(z)|^2 / D under the noise of seed 0."""
        torch.manual_seed(0)
        return (model({"x": x})["x"].p.mean - x).square().mean().item()

    def gradient(self, sigma2: float, x: torch.Tensor) -> float:
        """Of the loss by log sigma, at that variance, under fixed noise."""
        model = self.truth.vae("wide")
        family = Normal((5,), variance="scalar", floor=0.0).double()
        family.raw_scale.data.fill_(0.5 * math.log(sigma2) / PACE)
        model.likelihood.family = family
        torch.manual_seed(0)
        loss = ELBO().losses(model, {"x": x}, Progress())["model"]
        return float(torch.autograd.grad(loss, family.raw_scale)[0]) / PACE

    def test_the_gradient_vanishes_only_there(self):
        x = self.truth.sample(40)
        best = self.errors(self.truth.vae("wide"), x)
        assert abs(self.gradient(best, x)) <= 1e-9
        for factor in (0.5, 0.99, 1.01, 2.0):
            # d/d log sigma of D (log sigma + error / (2 sigma^2)).
            assert self.gradient(best * factor, x) == pytest.approx(5 * (1 - 1 / factor), rel=2e-5)

    def test_the_update_reaches_it(self):
        x = self.truth.sample(40)
        model = self.truth.vae("wide")
        family = Normal((5,), variance="optimal").double()
        family.calibrate(torch.zeros(5).double(), torch.full((5,), 7.0).double())
        family.shift.zero_()
        model.likelihood.family = family
        model.likelihood.network.layers[0].weight.data.div_(7.0)
        model.likelihood.network.layers[0].bias.data.div_(7.0)
        best = self.errors(model, x)
        torch.manual_seed(0)
        ELBO()(model({"x": x}))
        for component in closed_forms(model):
            component.update(torch.tensor(True))
        assert float(family.eval()(torch.zeros(5).double()).variance[0]) == pytest.approx(best, rel=2e-5)
        assert abs(self.gradient(best, x)) <= 1e-9

    def test_only_training_gathers_errors(self):
        family = Normal((2,), variance="optimal").eval()
        family(torch.zeros(3, 2)).log_prob(torch.ones(3, 2))
        assert family.statistics.tolist() == [0.0, 0.0]
        before = family(torch.zeros(2)).stddev.tolist()
        family.update(torch.tensor(True))
        assert family(torch.zeros(2)).stddev.tolist() == before

    def test_errors_of_several_batches_are_pooled(self):
        family = Normal((1,), variance="optimal", floor=0.0).double()
        family(torch.zeros(3, 1).double()).log_prob(torch.ones(3, 1).double())
        family(torch.zeros(1, 1).double()).log_prob(torch.full((1, 1), 3.0).double())
        family.update(torch.tensor(True))
        assert family.statistics.tolist() == [0.0, 0.0]
        assert family.eval()(torch.zeros(1).double()).variance.item() == pytest.approx(3.0)

    def test_a_step_that_was_not_finite_moves_nothing(self):
        family = Normal((1,), variance="optimal")
        before = family(torch.zeros(1)).stddev
        family(torch.zeros(3, 1)).log_prob(torch.full((3, 1), torch.nan))
        family.update(torch.tensor(False))
        assert torch.equal(family.eval()(torch.zeros(1)).stddev, before)
        assert family.statistics.tolist() == [0.0, 0.0]

    def test_perfect_reconstruction_stops_at_the_floor(self):
        family = Normal((2,), variance="optimal", floor=0.01).double()
        family(torch.ones(3, 2).double()).log_prob(torch.ones(3, 2).double())
        family.update(torch.tensor(True))
        assert family.eval()(torch.zeros(2).double()).stddev.tolist() == pytest.approx([0.01, 0.01])
