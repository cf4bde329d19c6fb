"""The recipe joint-vae: a class beside continuous latents, through every public door."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.distributions import kl_divergence

import lowerbound as lb
from lowerbound.core import Conditional
from lowerbound.data import Schema
from lowerbound.distributions import OneHot
from lowerbound.errors import ConfigError
from lowerbound.models import VAE, Latent
from lowerbound.posteriors import OneHotCategorical
from lowerbound.priors import UniformCategorical
from lowerbound.recipes import Task, joint_vae
from lowerbound.spec import parse
from tests.estimators.small import Encoder, pictures, small, table

X = table(60)


def joint(**changed):
    return small(recipe="joint-vae", options={"classes": 3}, **changed)


def test_each_latent_has_a_capacity_and_the_class_no_more_than_it_can_hold() -> None:
    options = joint_vae.options(latent=2, classes=3)
    model = joint_vae.model(Schema((4,), "real"), options, {})
    assert repr(joint_vae.objective(Task(options, 100, model))) == (
        "Distortion() + Capacity(gamma=30.0, nats=Linear(0.0, 5.0, 50), site='z') + "
        f"Capacity(gamma=30.0, nats=Linear(0.0, {math.log(3)}, 50), site='y')"
    )
    few = joint_vae.objective(Task(joint_vae.options(latent=2, classes=3, target=0.5, warmup=0.0), 100, model))
    assert repr(few).endswith("Capacity(gamma=30.0, nats=0.5, site='y')")


def test_neither_latent_reads_the_other_and_the_decoder_reads_both() -> None:
    torch.manual_seed(0)
    model = joint_vae.model(Schema((4,), "real"), joint_vae.options(latent=2, classes=3), {})
    x, z, y = torch.randn(5, 4), torch.randn(5, 2), torch.eye(3)[[0, 1, 2, 0, 1]]
    plain, other = (model({"x": x, "z": value}) for value in (z, z + 1.0))
    torch.testing.assert_close(plain["y"].q.mean, other["y"].q.mean)
    assert plain["y"].q.batch_shape == (5,)
    shifted = model.sample(5, z=z, y=y)["x"].p.mean
    assert not torch.equal(model.sample(5, z=z + 1.0, y=y)["x"].p.mean, shifted)
    assert not torch.equal(model.sample(5, z=z, y=y.flip(1))["x"].p.mean, shifted)
    assert set(np.unique(model.sample(50)["y"].value)) == {0.0, 1.0}


@pytest.mark.thorough
def test_everything_public_works_and_comes_back(tmp_path: Path) -> None:
    model = joint().fit(X, out=tmp_path / "run")
    codes = model.transform(X)
    assert codes.shape == (60, 5)
    np.testing.assert_allclose(codes[:, 2:].sum(1), 1.0, rtol=1e-5)
    assert model.inverse_transform(codes).shape == model.reconstruct(X).shape == (60, 4)
    assert np.array_equal(model.inverse_transform(codes), model.reconstruct(X))
    assert model.sample(3, random_state=1).shape == (3, 4)
    found = model.evaluate(X, samples=50)
    assert np.isfinite([found.elbo, found.rate, found.log_likelihood.value]).all()
    assert found.log_likelihood.value > found.elbo - 4 * found.elbo_error
    assert model.diagnose(X, train=X).active.shape == (5,)
    assert model.traverse(3)[2].shape == (5, 3, 4)
    holes = X.copy()
    holes[0, 1] = np.nan
    assert np.isfinite(model.impute(holes, samples=20)).all()
    model.report(tmp_path / "report.html", X)
    again = lb.load(tmp_path / "run")
    assert np.array_equal(again.score_samples(X), model.score_samples(X))
    assert np.array_equal(again.reconstruct(X), model.reconstruct(X))
    assert {"train/capacity_z", "train/capacity_y"} <= set(model.history_[-1])


def test_log_p_is_that_of_the_model_whose_class_is_summed_over() -> None:
    model = joint().fit(X)
    own = model.fitted_.model
    posterior = Conditional(OneHotCategorical((3,)), own.levels[1].posterior_.network)
    summed = Latent("y", UniformCategorical((3,)), posterior, enumerate=True, apart=True)
    exact = VAE([own.levels[0], summed], own.likelihood, own.encoder).eval()
    rows = torch.as_tensor(X[:8], dtype=torch.float32)
    drawn = lb.metrics.log_likelihood(own, iter([{"x": rows}]), 4000).rows
    enumerated = lb.metrics.log_likelihood(exact, iter([{"x": rows}]), 4000).rows
    np.testing.assert_allclose(drawn, enumerated, atol=0.3)


@pytest.mark.thorough
def test_each_rate_is_led_to_its_capacity() -> None:
    """Three clusters around points on a circle; how the class parts them is not asked here."""
    rng = np.random.default_rng(0)
    angle = 2 * np.pi * rng.integers(0, 3, 300) / 3
    data = np.stack([np.cos(angle), np.sin(angle)], 1) * 5 + 0.5 * rng.normal(size=(300, 2))
    model = small(
        recipe="joint-vae", n_components=1, epochs=80, batch_size=50, learning_rate=0.01,
        options={"classes": 3, "target": 1.0986, "ema": 0.0},
    ).fit(data)  # fmt: skip
    rates = {latent.name: latent.kl for latent in model.fitted_.latents(torch.as_tensor(data, dtype=torch.float32))}
    assert rates["y"] == pytest.approx(math.log(3), abs=0.15)
    assert rates["z"] == pytest.approx(math.log(3), abs=0.3)


def test_a_full_capacity_does_not_mean_that_the_class_tells_rows_apart() -> None:
    """The divergence from the uniform prior is log K as well when all rows have one class."""
    one, each = (OneHot(100.0 * torch.eye(3)[rows]) for rows in ([1, 1, 1], [0, 1, 2]))
    prior = OneHot(torch.zeros(3))
    torch.testing.assert_close(kl_divergence(one, prior), torch.full((3,), math.log(3)))
    torch.testing.assert_close(kl_divergence(each, prior), kl_divergence(one, prior))


def test_images_and_networks_of_your_own_go_through_it() -> None:
    model = joint(epochs=1).set_params(options={"classes": 3, "channels": (4,)}).fit(pictures(1, 8, 8))
    assert model.reconstruct(pictures(1, 8, 8)).shape == (16, 1, 8, 8)
    assert joint(encoder=Encoder()).fit(X).transform(X).shape == (60, 5)


def test_a_prior_may_be_refitted() -> None:
    model = joint().fit(X)
    assert model.refit_prior(X, prior="NormalMixture(components=2)").sample(4).shape == (4, 4)


def test_one_class_is_refused() -> None:
    with pytest.raises(ConfigError, match="Setting classes = 1"):
        small(recipe="joint-vae", options={"classes": 1}).fit(X)


def test_codes_of_the_wrong_width_are_refused() -> None:
    with pytest.raises(lb.errors.ShapeError, match=r"this model's are \(n, 5\)"):
        joint().fit(X).inverse_transform(np.zeros((2, 2)))


def test_a_model_of_its_text_is_the_same() -> None:
    model = joint_vae.model(Schema((4,), "real"), joint_vae.options(latent=2, classes=3), {})
    again = parse(repr(model))
    assert repr(again) == repr(model)
    assert [level.apart for level in again.levels] == [False, True]
