"""Priors fitted afterwards: the known answer, the gain on rows never seen, and the model that is saved."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

import lowerbound as lb
from lowerbound.core import Conditional
from lowerbound.data import Schema
from lowerbound.errors import ConfigError, UnknownNameError
from lowerbound.estimators import refitting
from lowerbound.estimators.fitted import Fitted
from lowerbound.estimators.refitting import refit_prior
from lowerbound.likelihoods import Normal
from lowerbound.models import VAE, Latent
from lowerbound.networks import MLP
from lowerbound.posteriors import DiagonalNormal, PrecisionWeighted
from lowerbound.priors import ExemplarPrior, StandardNormal, VampPrior
from tests.estimators.small import bits, labels, small, table

SLOPE = torch.tensor([[0.9, 1.2, 0.0], [-0.4, 0.3, 1.0]])
OFFSET = torch.tensor([0.5, -2.0])
SCALE = torch.tensor([0.1, 0.6])


def clusters(rows: int, seed: int = 0) -> np.ndarray:
    """Three tight groups in the plane."""
    rng = np.random.default_rng(seed)
    centres = np.array([[-4.0, 0.0, 2.0], [4.0, 1.0, 0.0], [0.0, 5.0, -3.0]])
    return centres[rng.integers(0, 3, rows)] + 0.2 * rng.normal(size=(rows, 3))


def autoencoder(**changed: object) -> lb.VAE:
    """A model whose codes are far from the prior."""
    usual = {"beta": 1e-3, "epochs": 60, "batch_size": 100, "learning_rate": 0.01, "variance": 0.05, "hidden": (32,)}
    return small(**{**usual, **changed})


@pytest.fixture(scope="module")
def trained() -> lb.VAE:
    return autoencoder().fit(clusters(600))


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a prior few steps, where it need not be good."""
    monkeypatch.setattr(refitting, "STEPS", 60)


def linear() -> Fitted:
    """q(z | x) = N(A x + b, diag s^2) for x of identity covariance: on average N(b, A A' + diag s^2)."""
    network = MLP(((3,),), (2, 2), hidden=())
    with torch.no_grad():
        layer = network.layers[0]
        layer.weight.copy_(torch.cat([SLOPE, torch.zeros(2, 3)]))
        layer.bias.copy_(torch.cat([OFFSET, SCALE.log()]))
    level = Latent("z", StandardNormal((2,)), Conditional(DiagonalNormal((2,)), network))
    decoder = Conditional(Normal((3,), variance=1.0), MLP(((2,),), (3,), hidden=()))
    return Fitted(VAE([level], decoder), Schema((3,), "real"))


def whitened(rows: int) -> torch.Tensor:
    """Normal rows whose mean is zero and whose covariance is the identity."""
    x = torch.randn(rows, 3, generator=torch.Generator().manual_seed(0))
    x = x - x.mean(0)
    return torch.linalg.qr(x)[0] * math.sqrt(rows)


@pytest.mark.parametrize("prior", ["NormalMixture(components=1)", "diagonal-normal"])
def test_one_normal_becomes_the_average_posterior(prior: str) -> None:
    """EM and gradients find the average posterior, N(b, A A' + diag s^2), up to the rows that are kept from the fit."""
    x, fitted = whitened(5000), linear()
    refit = refit_prior(fitted, x, prior=prior)
    p = refit.fitted.model.levels[0].prior(None, None)
    variance = SLOPE.square().sum(1) + SCALE.square()
    torch.testing.assert_close(p.mean.detach(), OFFSET, rtol=0, atol=0.03)
    torch.testing.assert_close(p.variance.detach(), variance, rtol=0.03, atol=0)
    gained = float(0.5 * (variance + OFFSET.square() - 1 - variance.log()).sum())
    bounds = [f.bound(x, samples=50).elbo.mean() for f in (fitted, refit.fitted)]
    assert bounds[1] - bounds[0] == pytest.approx(gained, abs=0.05)
    assert refit.gain == pytest.approx(gained, abs=0.2)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "prior",
    ["NormalMixture(components=6)", "VampPrior(components=20)", "ExemplarPrior(exemplars=50)", "diagonal-normal"],
)
def test_bound_and_likelihood_of_rows_never_seen_rise(trained: lb.VAE, prior: str, tmp_path) -> None:
    new = clusters(300, seed=1)
    better = trained.refit_prior(clusters(600), prior=prior)
    before, after = (vae.evaluate(new, samples=50) for vae in (trained, better))
    assert after.elbo > before.elbo + 1
    assert after.log_likelihood.value > before.log_likelihood.value + 1
    assert after.distortion == pytest.approx(before.distortion, abs=1e-6)
    better.save(tmp_path / "run")
    again = lb.load(tmp_path / "run")
    np.testing.assert_array_equal(again.score_samples(new), better.score_samples(new))
    np.testing.assert_array_equal(again.sample(9, random_state=3), better.sample(9, random_state=3))
    assert again.settings_["prior_after"] == prior


def test_samples_come_from_the_new_prior(trained: lb.VAE) -> None:
    better = trained.refit_prior(clusters(600), prior="NormalMixture(components=6)")
    centres = np.array([[-4.0, 0.0, 2.0], [4.0, 1.0, 0.0], [0.0, 5.0, -3.0]])

    def near(vae: lb.VAE) -> float:
        rows = vae.sample(500, random_state=0, mean=True)
        return float((np.linalg.norm(rows[:, None] - centres, axis=-1).min(1) < 1.5).mean())

    assert near(better) > 0.8 > near(trained) + 0.1


def test_the_model_that_was_asked_is_left_as_it_is(trained: lb.VAE, brief: None) -> None:
    before = {name: t.clone() for name, t in trained.fitted_.model.state_dict().items()}
    better = trained.refit_prior(clusters(600), prior="VampPrior(components=5)")
    after = trained.fitted_.model.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    shared = better.fitted_.model.state_dict()
    assert all(torch.equal(before[name], shared[name]) for name in before)
    assert "StandardNormal" in trained.spec_["model"]
    assert "VampPrior" in better.spec_["model"]
    assert better.fitted_.model.levels[0].prior_._bound[0] is better.fitted_.model.levels[0].posterior_


def test_the_same_call_gives_the_same_prior(trained: lb.VAE) -> None:
    torch.manual_seed(5)
    state = torch.get_rng_state()
    scores = [trained.refit_prior(clusters(600)[:200]).score_samples(clusters(20, seed=2)) for _ in range(2)]
    np.testing.assert_array_equal(*scores)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.thorough
def test_a_setting_does_it_at_the_end_of_fit(tmp_path) -> None:
    settings = {"options": {"prior_after": "NormalMixture(components=4)"}}
    made = autoencoder(**settings).fit(clusters(300), out=tmp_path / "run")
    plain = autoencoder().fit(clusters(300))
    np.testing.assert_array_equal(made.transform(clusters(9)), plain.transform(clusters(9)))
    new = clusters(300, seed=1)
    assert made.evaluate(new, samples=10).elbo > plain.evaluate(new, samples=10).elbo + 1
    assert "nats" in made.facts_["prior_after"]
    again = lb.load(tmp_path / "run")
    assert again.spec_["model"] == made.spec_["model"] == repr(made.fitted_.model)
    np.testing.assert_array_equal(again.score_samples(new), made.score_samples(new))


def test_what_is_impossible_is_said_before_training() -> None:
    with pytest.raises(UnknownNameError, match="normal-mixture"):
        small(options={"prior_after": "normal-mixtures"}, epochs=10**6).fit(table())
    with pytest.raises(ConfigError, match="lives on"):
        small(options={"prior_after": "uniform-categorical"}, epochs=10**6).fit(table())


def test_a_prior_without_parameters_only_takes_its_place(trained: lb.VAE) -> None:
    back = trained.refit_prior(clusters(50), prior="NormalMixture(components=3)").refit_prior(
        clusters(50), prior="standard-normal"
    )
    np.testing.assert_array_equal(back.score_samples(clusters(9)), trained.score_samples(clusters(9)))


def test_a_conditional_model_gets_a_conditional_prior(brief: None) -> None:
    made = autoencoder(recipe="cvae").fit(table(300), labels(300))
    better = made.refit_prior(table(300), labels(300), prior="NormalMixture(components=2)")
    c = torch.eye(3)
    assert len(better.fitted_.model.levels[0].prior(None, c).log_prob(torch.zeros(2)).unique()) == 3
    before, after = (vae.evaluate(table(300), labels(300), samples=9).elbo for vae in (made, better))
    assert after > before
    vamp = made.refit_prior(table(300), labels(300), prior="VampPrior(components=4)")
    assert vamp.sample(2, given="eel", random_state=0).shape == (2, 4)


def test_rows_of_the_data_reach_the_priors_that_want_them(trained: lb.VAE, brief: None) -> None:
    x = clusters(60)
    kept = trained.refit_prior(x, prior="ExemplarPrior(exemplars=50)").fitted_.model.levels[0].prior_
    assert isinstance(kept, ExemplarPrior)
    assert kept.count == 50
    assert all((np.abs(x - row).max(1) < 1e-5).any() for row in kept.kept.numpy())
    made = (
        small(epochs=1).fit(bits()).refit_prior(bits(), prior="VampPrior(components=4)").fitted_.model.levels[0].prior_
    )
    assert isinstance(made, VampPrior)
    assert made.data_support == "binary"
    assert bool(((made.rows() >= 0) & (made.rows() <= 1)).all())


def test_discrete_codes_can_be_refitted() -> None:
    made = small(posterior="one-hot-categorical", n_components=3).fit(bits())
    better = made.refit_prior(bits(), prior="one-hot-categorical")
    assert better.evaluate(bits(), samples=1).elbo >= made.evaluate(bits(), samples=1).elbo - 0.05


def test_what_cannot_be_refitted_is_refused(trained: lb.VAE) -> None:
    with pytest.raises(ConfigError, match=r"are too few for 500 components: .*NormalMixture\(components=\d+\)"):
        trained.refit_prior(clusters(10), prior="NormalMixture(components=500)")
    with pytest.raises(ConfigError, match="at least two rows"):
        trained.refit_prior(clusters(1))
    fitted = linear()
    level = fitted.model.levels[0]
    fitted.model.levels[0] = Latent("z", level.prior_, level.posterior_, combine=PrecisionWeighted())
    with pytest.raises(ConfigError, match="combined with the prior"):
        refit_prior(fitted, whitened(50))
