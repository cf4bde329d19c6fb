"""What is wrong with a model: exact where it can be, and proven on models made ill."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch

import lowerbound as lb
from lowerbound.data import Schema
from lowerbound.estimators.diagnosis import diagnose
from lowerbound.estimators.fitted import Fitted
from tests.estimators.small import bits, small, table
from tests.known_answers.linear_gaussian import LinearGaussian

NOTHING = "Nothing stands out: the latents are used and held-out rows score like training rows."


def plane(rows: int = 300, seed: int = 0, noise: float = 0.3) -> np.ndarray:
    """Eight columns of rank two, and noise."""
    rng = np.random.default_rng(seed)
    weight = np.random.default_rng(99).normal(size=(2, 8))
    return rng.normal(size=(rows, 2)) @ weight + noise * rng.normal(size=(rows, 8))


def healthy(n_components: int = 2, **changed: object) -> lb.VAE:
    """A model trained long enough to be well."""
    usual = {"epochs": 60, "batch_size": 100, "learning_rate": 0.02, "hidden": (16,), "options": {"ema": 0.9}}
    return small(n_components=n_components, **{**usual, **changed})


@pytest.fixture(scope="module")
def well() -> lb.VAE:
    """Return a model with nothing wrong."""
    return healthy(epochs=120).fit(plane(noise=0.5))


def test_nothing_is_said_of_a_healthy_model(well: lb.VAE) -> None:
    found = well.diagnose(plane(seed=1, noise=0.5), train=plane(noise=0.5))
    assert found.advice == [NOTHING]
    assert found.active_units == 2
    assert found.train_elbo == pytest.approx(found.valid_elbo, abs=1.0)
    assert (found.kl_per_dim > 0.5).all()


def test_a_collapsed_posterior_is_seen_and_explained() -> None:
    vae = healthy(4, beta=50.0, epochs=25).fit(plane())
    found = vae.diagnose(plane())
    assert found.active_units == 0
    assert not found.active.any()
    assert (found.kl_per_dim < 0.01).all()
    assert found.mutual_information < 0.05
    (advice,) = found.advice
    assert advice.startswith("The posterior of z has collapsed: no latent varies with the data. Lower beta: it is 50")
    assert "cyclical-vae" not in advice  # beta rose from zero
    assert "lagging-vae" not in advice


def test_a_collapse_without_warmup_is_told_of_warmup() -> None:
    vae = healthy(4, beta=50.0, epochs=25, options={"ema": 0.9, "warmup": 0.0}).fit(plane())
    (advice,) = vae.diagnose(plane()).advice
    assert "Lower beta: it is 50" in advice
    assert "`warmup=0.1`, or the recipe `cyclical-vae`" in advice


def test_a_collapse_beside_a_strong_decoder_is_told_of_its_cures() -> None:
    vae = small(likelihood="autoregressive-bernoulli", epochs=20, learning_rate=0.02).fit(bits())
    with torch.no_grad():
        for p in vae.fitted_.model.levels[0].posterior_.parameters():
            p.zero_()
    advice = vae.diagnose(bits()).advice[0]
    assert "Its likelihood predicts each entry from those before it" in advice
    assert all(f"`{name}`" in advice for name in ("lagging-vae", "free-bits", "delta-vae", "bn-vae"))
    assert "Lower beta" not in advice


def test_a_collapse_for_no_such_reason_is_told_of_what_keeps_a_rate() -> None:
    vae = small().fit(table())
    with torch.no_grad():
        for p in vae.fitted_.model.levels[0].posterior_.parameters():
            p.zero_()
    (advice,) = vae.diagnose(table()).advice
    assert all(f"`{name}`" in advice for name in ("bn-vae", "free-bits", "delta-vae", "skip-vae"))


def test_a_collapse_of_unknown_settings_is_told_of_the_usual() -> None:
    vae = healthy(4, beta=50.0, epochs=25).fit(plane())
    (advice,) = diagnose(vae.fitted_, torch.as_tensor(plane(), dtype=torch.float32)).advice
    assert "Lower beta, raise `warmup`, or use a weaker decoder." in advice


def test_latents_that_carry_nothing_are_counted() -> None:
    vae = healthy(6, epochs=150).fit(plane())
    found = vae.diagnose(plane())
    quiet = int((found.kl_per_dim < 0.01).sum())
    assert quiet in (3, 4)  # the data has rank two
    assert np.sort(found.kl_per_dim)[:4].max() < 0.05
    assert 2 <= found.active_units <= 6 - quiet
    assert found.advice[0].startswith(f"{quiet} of 6 latents carry less than 0.01 nats")
    assert "`latent=" in found.advice[0]


def test_overfitting_is_seen_and_explained() -> None:
    rng = np.random.default_rng(0)
    few, many = rng.normal(size=(30, 10)), rng.normal(size=(200, 10))
    vae = healthy(4, epochs=250, hidden=(64,), valid_fraction=0.0, options={"ema": 0.9, "warmup": 0.0}).fit(few)
    found = vae.diagnose(many, train=few)
    assert found.train_elbo > found.valid_elbo + 2
    gap = f"{found.train_elbo - found.valid_elbo:.1f}"
    assert f"Training rows score {gap} nats better than held-out rows: the model overfits." in " ".join(found.advice)
    assert not any("overfits" in advice for advice in vae.diagnose(many).advice)  # nothing to compare with


@pytest.mark.filterwarnings("ignore::lowerbound.errors.DataWarning")
def test_a_variance_on_its_floor_is_seen_and_explained() -> None:
    data = np.c_[plane(), np.ones(300)]
    vae = healthy(epochs=100, hidden=(), learning_rate=0.05, options={"ema": 0.9, "floor": 0.05}).fit(data)
    found = vae.diagnose(data)
    assert found.variance_floor_hits == pytest.approx(1 / 9)
    assert any(a.startswith("11% of the likelihood's variances rest on their floor") for a in found.advice)
    assert np.isfinite(vae.score_samples(data)).all()


def test_codes_that_do_not_fill_the_prior_are_explained() -> None:
    rng = np.random.default_rng(0)
    split = np.where(rng.random((300, 1)) < 0.5, 10.0, -10.0) + rng.normal(size=(300, 5))
    vae = healthy(1, beta=0.02, options={"ema": 0.9, "warmup": 0.0}).fit(split)
    found = vae.diagnose(split)
    assert found.aggregate_gap > 1
    said = f"KL(q(z) || p(z)) is {found.aggregate_gap:.1f} of {found.kl_per_dim.sum():.1f} nats"
    assert any(said in advice and "A learned prior helps" in advice for advice in found.advice)


def test_too_few_latents_are_explained() -> None:
    t = np.linspace(-2, 2, 300)
    line = np.c_[t, 2 * t, -t, t] + 0.05 * np.random.default_rng(0).normal(size=(300, 4))
    found = healthy(1, epochs=100).fit(line).diagnose(line)
    assert any(a.startswith("All 1 latents are active") and "larger `latent`" in a for a in found.advice)


def test_every_number_is_the_one_defined(well: lb.VAE) -> None:
    data = plane(seed=2)
    found = well.diagnose(data)
    rows = torch.as_tensor(data, dtype=torch.float32)
    with torch.no_grad():
        q = well.fitted_.model({"x": rows})["z"].q
        mean, variance = q.mean[0].double() if q.mean.ndim == 3 else q.mean.double(), q.variance.double().reshape(-1, 2)
    kl = 0.5 * (mean.square() + variance - 1 - variance.log())
    assert found.kl_per_dim == pytest.approx(kl.mean(0).numpy(), rel=1e-5)
    assert np.array_equal(found.active, mean.var(0, correction=0).numpy() > 0.01)
    assert found.kl_per_dim.sum() == pytest.approx(well.evaluate(data, samples=2).rate, rel=1e-5)
    assert found.mutual_information + found.aggregate_gap == pytest.approx(found.kl_per_dim.sum(), rel=1e-5)
    assert 0 < found.mutual_information <= math.log(len(data))
    assert found.n_rows == 300


def test_mutual_information_and_gap_of_the_exact_posterior() -> None:
    model = LinearGaussian.random(5, 2, variance=0.5)
    exact = LinearGaussian(torch.linalg.qr(model.weight).Q * torch.tensor([1.5, 0.8]).double(), model.bias, 0.5)
    torch.manual_seed(0)
    rows = exact.sample(1500)
    fitted = Fitted(exact.vae(exact.diagonal_posterior()), Schema((5,), "real"))
    found = diagnose(fitted, rows)
    gains = torch.tensor([1.5, 0.8]).double().square() / 0.5
    # With the exact posterior q(z) is the prior, and I(x; z) is the channel's: 1/2 log(1 + w^2 / s^2) a dimension.
    assert found.mutual_information == pytest.approx(float(0.5 * (1 + gains).log().sum()), abs=0.1)
    assert found.aggregate_gap == pytest.approx(0.0, abs=0.1)
    assert found.kl_per_dim == pytest.approx((0.5 * (1 + gains).log()).numpy(), abs=0.1)
    assert found.active_units == 2
    assert found.valid_elbo == pytest.approx(float(exact.log_prob(rows).mean()), abs=0.05)


def test_a_full_covariance_has_no_rate_by_dimension_but_the_rest() -> None:
    vae = small(posterior="cholesky-normal").fit(table())
    found = vae.diagnose(table())
    assert found.kl_per_dim.shape == (2,)
    assert np.isfinite([found.valid_elbo, found.variance_floor_hits]).all()
    assert found.advice
    json.dumps(found.to_json(), allow_nan=False)


def test_it_can_be_written_as_json(well: lb.VAE) -> None:
    written = json.loads(json.dumps(well.diagnose(plane()).to_json(), allow_nan=False))
    assert written["active_units"] == 2
    assert len(written["kl_per_dim"]) == len(written["active"]) == 2
    assert written["train_elbo"] is None
    assert isinstance(written["advice"], list)


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_few_rows_can_be_diagnosed(well: lb.VAE, rows: int) -> None:
    found = well.diagnose(plane()[:rows])
    assert found.n_rows == rows
    assert found.mutual_information <= math.log(rows) + 1e-5
    json.dumps(found.to_json(), allow_nan=False)


def test_binary_data_has_no_variance_to_rest_on_a_floor() -> None:
    assert small().fit(bits()).diagnose(bits()).variance_floor_hits == 0.0


@pytest.mark.parametrize("variance", ["scalar", "network", "optimal", 0.5])
def test_every_variance_is_watched(variance: str | float) -> None:
    found = small(variance=variance).fit(table()).diagnose(table())
    assert found.variance_floor_hits == 0.0


def test_the_same_diagnosis_twice(well: lb.VAE) -> None:
    first, second = (json.dumps(well.diagnose(plane()).to_json()) for _ in range(2))
    assert first == second
