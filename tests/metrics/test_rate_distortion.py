"""The curve of a linear-Gaussian decoder, where every point has a closed form."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch

from lowerbound.errors import ConfigError
from lowerbound.metrics import elbo, rate_distortion
from tests.known_answers.linear_gaussian import LinearGaussian

GAUSSIAN = LinearGaussian.random(4, 2, seed=3, variance=1.0)


def exact(x: torch.Tensor, beta: float) -> tuple[float, float]:
    """Mean rate and distortion of q_beta = N(m, C), C^-1 = I + beta W'W / s2."""
    w, eye = GAUSSIAN.weight, torch.eye(2).double()
    covariance = (eye + beta * w.T @ w / GAUSSIAN.variance).inverse()
    mean = beta * (x - GAUSSIAN.bias) @ w @ covariance / GAUSSIAN.variance
    rate = 0.5 * (covariance.trace() + mean.square().sum(1) - 2 - torch.logdet(covariance))
    error = (x - GAUSSIAN.bias - mean @ w.T).square().sum(1) + (w @ covariance @ w.T).trace()
    distortion = 0.5 * error / GAUSSIAN.variance + 2 * math.log(2 * math.pi * GAUSSIAN.variance)
    return float(rate.mean()), float(distortion.mean())


@pytest.mark.thorough
def test_every_point_is_the_closed_form():
    x = GAUSSIAN.sample(20)
    curve = rate_distortion(GAUSSIAN.vae("wide"), iter([{"x": x[:9]}, {"x": x[9:]}]), 300, 60, leapfrogs=2, points=20)
    truth = np.array([exact(x, beta) for beta in curve.beta]).T
    for found, error, known in zip(
        (curve.rate, curve.distortion), (curve.rate_error, curve.distortion_error), truth, strict=True
    ):
        assert (error < 0.2).all()
        assert (np.abs(found - known) <= 4.5 * error + 1e-3).all()
    assert (curve.beta[0], curve.rate[0], curve.beta[-1]) == (0.0, 0.0, 10.0)
    assert (np.diff(curve.beta) > 0).all()
    assert curve.log_likelihood == pytest.approx(float(GAUSSIAN.log_prob(x).mean()), abs=0.05)


def test_the_encoder_lies_above_the_curve():
    x = GAUSSIAN.sample(20)
    curve = rate_distortion(GAUSSIAN.vae("wide"), iter([{"x": x}]), 100, 40, leapfrogs=2)
    own = elbo(GAUSSIAN.vae("wide"), iter([{"x": x}]), samples=2000).summary()
    at = np.interp(own["rate"], curve.rate, curve.distortion)
    assert own["distortion"] > at + 0.05


def test_the_curve_is_plain_data_and_ends_where_it_is_told():
    x = GAUSSIAN.sample(3)
    curve = rate_distortion(GAUSSIAN.vae("wide"), iter([{"x": x}]), 4, 10, top=1.0, leapfrogs=2)
    assert curve.beta[-1] == 1.0
    assert set(json.loads(json.dumps(curve.to_json()))) == {
        "beta", "rate", "distortion", "rate_error", "distortion_error",
    }  # fmt: skip
    with pytest.raises(ConfigError, match=r"top=0\.5"):
        rate_distortion(GAUSSIAN.vae("wide"), iter([{"x": x}]), 4, 10, top=0.5)
