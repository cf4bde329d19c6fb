"""Row 55: the gradients of both phases against enumeration."""

from __future__ import annotations

import pytest
import torch

from lowerbound.core import Conditional, Constant, Progress, noise
from lowerbound.errors import ConfigError
from lowerbound.likelihoods import Bernoulli
from lowerbound.models import VAE, Latent
from lowerbound.networks import MLP
from lowerbound.objectives import IWAE, WakeSleep
from lowerbound.posteriors import OneHotCategorical
from lowerbound.training.players import player_parameters
from tests.contracts import agreement
from tests.contracts.agreement import every_value
from tests.known_answers.discrete import K, X, binary, label
from tests.known_answers.linear_gaussian import trainable_vae
from tests.known_answers.test_two_levels import ladder

N = 400
ENCODER = "model.levels.0.posterior_"


def mixture() -> VAE:
    """y ~ learned classes, x | y bits; the label is drawn, not enumerated."""
    y = label()
    latent = Latent("y", Constant(OneHotCategorical((K,))), y.posterior_)
    model = VAE([latent], Conditional(Bernoulli((X,)), MLP(((K,),), (X,), hidden=()))).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(0.2 * torch.randn_like(parameter))
    return model


def gradients(loss: torch.Tensor, model: VAE, names: list[str]) -> torch.Tensor:
    found = torch.autograd.grad(loss, [model.get_parameter(name) for name in names], allow_unused=True)
    return torch.cat([g.flatten() for g in found if g is not None])


GENERATIVE = ["levels.0.prior_.params", "likelihood.network.layers.0.weight", "likelihood.network.layers.0.bias"]


def inference(model: VAE) -> list[str]:
    return [name for name, _ in model.named_parameters() if name.startswith("levels.0.posterior_")]


def joint(model: VAE, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    trace = model({"x": x, "y": y})
    return trace["x"].log_p + trace["y"].log_p


def awake(objective: WakeSleep, model: VAE, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """The loss of the generative parts."""
    return objective.wake(model, batch, *objective.infer(model, batch, Progress()), Progress())


def test_the_wake_gradient_is_that_of_enumeration():
    model, x = mixture(), binary(1)
    eye = torch.eye(K).double()
    q = model.levels[0].posterior_(x, None, None).mean.detach()[0]
    exact = -sum(q[k] * joint(model, x, eye[k].expand(1, K)).sum() for k in range(K))
    truth = gradients(exact, model, GENERATIVE)
    draws = torch.stack([gradients(awake(WakeSleep(samples=50), model, {"x": x}), model, GENERATIVE) for _ in range(N)])
    agreement.unbiased(draws, truth, size=0.01)


@pytest.mark.thorough
def test_the_sleep_gradient_is_that_of_enumeration():
    model = mixture()
    x, eye = every_value((0.0, 1.0), (X,)), torch.eye(K).double()
    with torch.no_grad():
        p = torch.stack([joint(model, x, eye[k].expand(len(x), K)) for k in range(K)]).exp()
    assert float(p.sum()) == pytest.approx(1.0)
    log_q = model.levels[0].posterior_(x, None, None).log_prob(eye[:, None].expand(K, len(x), K))
    names = inference(model)
    truth = gradients(-(p * log_q).sum(), model, names)
    rows = {"x": binary(200)}
    draws = torch.stack([gradients(WakeSleep().sleep(model, rows), model, names) for _ in range(N)])
    agreement.unbiased(draws, truth, size=0.02)


def test_the_weighted_wake_gradient_is_that_of_the_importance_bound():
    model, x = mixture(), binary(4)
    torch.manual_seed(1)
    weighted = gradients(awake(WakeSleep(20, weighted=True), model, {"x": x}), model, GENERATIVE)
    torch.manual_seed(1)
    with torch.no_grad():
        drawn = model({"x": x}, samples=20)
    run = joint(model, x, drawn["y"].value) - drawn["y"].log_q
    bound = gradients(-torch.logsumexp(run, 0).mean(), model, GENERATIVE)
    torch.testing.assert_close(weighted, bound, rtol=1e-9, atol=1e-9)


def test_awake_the_encoder_learns_the_posterior_of_the_data():
    """The weights of many draws are those of the posterior: the gradient is that of KL(p(y | x) || q)."""
    model, batch = mixture(), {"x": binary(2)}
    eye, names = torch.eye(K).double(), inference(model)
    with torch.no_grad():
        for name in names:
            model.get_parameter(name).mul_(0.2)  # no class out of reach of the draws
    given = torch.stack([joint(model, batch["x"], eye[k].expand(2, K)) for k in range(K)])
    log_q = model.levels[0].posterior_(batch["x"], None, None).log_prob(eye[:, None].expand(K, 2, K))
    truth = gradients(-(given.softmax(0).detach() * log_q).sum(0).mean(), model, names)
    objective = WakeSleep(2000, weighted=True, awake=1.0)

    def once() -> torch.Tensor:
        drawn, share = objective.infer(model, batch, Progress())
        return gradients(objective.wake_posterior(model, batch, drawn, share), model, names)

    agreement.unbiased(torch.stack([once() for _ in range(50)]), truth, size=0.01)


def test_the_encoder_learns_from_both_by_its_share():
    """With one draw of the noise: the loss is linear in the share."""
    model, batch = trainable_vae(4, 2), {"x": torch.randn(6, 4)}

    def loss(awake: float) -> torch.Tensor:
        with noise.use(Constantly(0.3)):
            return WakeSleep(3, weighted=True, awake=awake).losses(model, batch, Progress())[ENCODER]

    torch.testing.assert_close(loss(0.25), 0.75 * loss(0.0) + 0.25 * loss(1.0))
    assert not torch.equal(loss(0.0), loss(1.0))


class Constantly(noise.Independent):
    """The same noise for every draw."""

    def __init__(self, value: float) -> None:
        self.value = value

    def normal(self, shape: tuple[int, ...], event_dim: int, like: torch.Tensor) -> torch.Tensor:
        return torch.full(shape, self.value, dtype=like.dtype)


@pytest.mark.parametrize("objective", [WakeSleep(), WakeSleep(3, weighted=True, awake=0.5)], ids=repr)
def test_each_loss_moves_its_own_half(objective):
    model = trainable_vae(4, 2)
    losses = objective.losses(model, {"x": torch.randn(6, 4)}, Progress(), log := {})
    assert set(losses) == {"model.likelihood", "model.levels.0.posterior_"}
    assert losses[ENCODER] is not losses["model.likelihood"]
    for name, loss in losses.items():
        own = player_parameters(name, model, objective)
        assert all(bool((g != 0).any()) for g in torch.autograd.grad(loss, list(own.values()), retain_graph=True))
    assert {"elbo", "rate", "distortion"} <= set(log)


@pytest.mark.thorough
def test_it_trains_a_discrete_latent():
    """Data of two kinds of rows: the bound approaches the entropy of the mixture."""
    torch.manual_seed(0)
    model = mixture()
    x = torch.cat([torch.ones(100, X), torch.zeros(100, X)]).double()
    flips = torch.rand_like(x) < 0.05
    x = torch.where(flips, 1 - x, x)
    objective, optimizer = WakeSleep(5), torch.optim.Adam(model.parameters(), lr=0.05)
    for _ in range(300):
        losses = objective.losses(model, {"x": x}, Progress())
        optimizer.zero_grad()
        for name, loss in losses.items():
            own = list(player_parameters(name, model, objective).values())
            for parameter, gradient in zip(own, torch.autograd.grad(loss, own, retain_graph=True), strict=True):
                parameter.grad = gradient
        optimizer.step()
    eye = torch.eye(K).double()
    with torch.no_grad():
        log_p = torch.logsumexp(torch.stack([joint(model, x, eye[k].expand(len(x), K)) for k in range(K)]), 0)
        assert float(log_p.mean()) > -2.2
        assert float(-IWAE(50).rows(model({"x": x}, samples=50)).mean()) > -2.4


def test_hierarchies_and_what_is_refused():
    assert float(WakeSleep().sleep(ladder(None), {"x": torch.zeros(3, 5).double()})) < 100
    model = trainable_vae(4, 2)
    model.levels[0].prior_ = model.levels[0].posterior_
    with pytest.raises(ConfigError, match="made of the posterior"):
        WakeSleep().losses(model, {"x": torch.randn(6, 4)}, Progress())


def test_it_is_its_own_text():
    assert repr(WakeSleep(3, weighted=True)) == "WakeSleep(samples=3, weighted=True)"


@pytest.mark.parametrize(("awake", "weighted"), [(1.5, True), (-0.1, True), (0.5, False)])
def test_a_share_that_makes_no_sense_is_refused(awake, weighted):
    with pytest.raises(ConfigError, match=f"awake={awake}"):
        WakeSleep(3, weighted=weighted, awake=awake)
