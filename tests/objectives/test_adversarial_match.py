"""Codes against draws of the prior, told apart by a critic."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from lowerbound.core import Conditional, Constant, Log, Objective, Progress, noise
from lowerbound.distances import Energy
from lowerbound.errors import ConfigError, UnknownNameError
from lowerbound.models import VAE, Latent
from lowerbound.networks import MLP
from lowerbound.objectives import AdversarialMatch, Distortion
from lowerbound.objectives._critics import LOSSES, fooling, telling_apart
from lowerbound.posteriors import BernoulliLatent, DiagonalNormal
from lowerbound.priors import UniformBernoulli
from tests.contracts import PenaltyContract
from tests.known_answers.linear_gaussian import trainable_vae


def critic(size: int = 2) -> MLP:
    return MLP(((size,),), (1,), (8,), "tanh")


class TestAdversarialMatch(PenaltyContract):
    players = ("model", "critic")

    def make(self) -> AdversarialMatch:
        return AdversarialMatch(critic())


class TestRelativistic(TestAdversarialMatch):
    def make(self) -> AdversarialMatch:
        return AdversarialMatch(critic(), loss="relativistic", site="z")


class TestWithTheOffset(TestAdversarialMatch):
    def make(self) -> AdversarialMatch:
        return AdversarialMatch(critic(), prior_offset=True)


def constant(value: float) -> MLP:
    """A critic that says the same of every code."""
    made = MLP(((2,),), (1,), ())
    with torch.no_grad():
        made.layers[0].weight.zero_()
        made.layers[0].bias.fill_(value)
    return made


def losses(term: AdversarialMatch, x: Tensor | None = None) -> dict[str, Tensor]:
    torch.manual_seed(0)
    model = trainable_vae(event=4, latent=2)
    return term.losses(model, {"x": torch.randn(8, 4) if x is None else x}, Progress())


@pytest.mark.parametrize(
    ("loss", "encoder", "told"),
    [
        ("plain", math.log1p(math.exp(-0.5)), math.log1p(math.exp(-0.5)) + math.log1p(math.exp(0.5))),
        ("relativistic", math.log(2), math.log(2)),
        ("hinge", -0.5, 2.0),
    ],
)
def test_a_critic_that_cannot_tell(loss: str, encoder: float, told: float) -> None:
    found = losses(AdversarialMatch(constant(0.5), loss))
    assert found["model"].item() == pytest.approx(encoder, rel=1e-6)
    assert found["critic"].item() == pytest.approx(told, rel=1e-6)


@pytest.mark.parametrize("loss", sorted(LOSSES))
def test_the_two_sides_want_opposite_things(loss: str) -> None:
    real, fake = torch.tensor([0.3, -0.4], requires_grad=True), torch.tensor([0.1, -0.2], requires_grad=True)
    of_real, of_fake = torch.autograd.grad(telling_apart(real, fake, loss), (real, fake))
    assert bool((of_real < 0).all())
    assert bool((of_fake > 0).all())
    assert bool((torch.autograd.grad(fooling(real, fake, loss), fake)[0] < 0).all())


def test_with_the_offset_the_log_density_of_codes_is_the_best_critic() -> None:
    term = AdversarialMatch(constant(0.0), prior_offset=True, samples=500)
    model = trainable_vae(event=4, latent=2)
    trace = model({"x": torch.randn(8, 4)}, samples=500)
    told = term._logits(trace, trace["z"].value.flatten(0, 1))
    torch.testing.assert_close(told, trace["z"].log_p.flatten())


def test_the_critics_loss_reaches_nothing_else() -> None:
    model = trainable_vae(event=4, latent=2)
    level = Latent("z", Constant(DiagonalNormal((2,))), model.levels[0].posterior_)
    model = VAE([level], model.likelihood)
    for term in (AdversarialMatch(critic()), AdversarialMatch(critic(), prior_offset=True)):
        found = term.losses(model, {"x": torch.randn(8, 4)}, Progress())["critic"]
        assert all(g is None for g in torch.autograd.grad(found, list(model.parameters()), allow_unused=True))


def train(objective: Objective, model: VAE, x: Tensor, steps: int, players: tuple[str, ...]) -> list[Log]:
    """Move each player by its own loss."""
    owned = {"model": list(model.parameters()), "critic": list(objective.parameters())}
    optimizers = {name: torch.optim.Adam(owned[name], 0.01) for name in players if owned[name]}
    logs: list[Log] = []
    for _ in range(steps):
        found = objective.losses(model, {"x": x}, Progress())
        gradients = {
            name: torch.autograd.grad(found[name], owned[name], retain_graph=True, allow_unused=True)
            for name in optimizers
        }
        for name, optimizer in optimizers.items():
            for p, g in zip(owned[name], gradients[name], strict=True):
                p.grad = g
            optimizer.step()
        logs.append({name: loss.detach() for name, loss in found.items()})
    return logs


@pytest.mark.parametrize("loss", sorted(LOSSES))
def test_a_critic_alone_learns_to_tell(loss: str) -> None:
    torch.manual_seed(0)
    model, x = trainable_vae(event=4, latent=2), torch.randn(64, 4) + 3.0
    with torch.no_grad():
        model.levels[0].posterior_.network.layers[-1].bias.add_(2.0)
    told = [log["critic"] for log in train(AdversarialMatch(critic(), loss), model, x, 80, ("critic",))]
    assert told[-1] < 0.7 * told[0]


def far(model: VAE, x: Tensor) -> float:
    with noise.use(noise.Independent()), torch.no_grad():
        site = model({"x": x})["z"]
        return float(Energy()(site.value[0], torch.randn_like(site.value[0])))


@pytest.mark.thorough
def test_codes_come_nearer_to_the_prior_than_by_the_distortion_alone() -> None:
    distances = []
    for added in (False, True):
        torch.manual_seed(0)
        model, x = trainable_vae(event=4, latent=2, variance=0.05), 2.0 * torch.randn(64, 2) @ torch.randn(2, 4)
        objective = Distortion()
        if added:
            objective = objective + 10.0 * AdversarialMatch(MLP(((2,),), (1,), (32,), "leaky_relu"))
        train(objective, model, x, 150, ("model", "critic"))
        distances.append(far(model, x))
    assert distances[1] < 0.5 * distances[0]


def test_what_it_refuses() -> None:
    with pytest.raises(UnknownNameError, match=r"no adversarial loss 'plane'. .*plain"):
        AdversarialMatch(critic(), loss="plane")
    with pytest.raises(ConfigError, match="only with the plain loss is"):
        AdversarialMatch(critic(), loss="hinge", prior_offset=True)
    with pytest.raises(ConfigError, match="maps one row to one number"):
        AdversarialMatch(MLP(((2,),), (2,)))
    with pytest.raises(ConfigError, match=r"its critic reads \(3,\), and gets \(2,\)"):
        losses(AdversarialMatch(critic(3)))


def test_bits_have_no_gradient_to_work_with() -> None:
    q = Conditional(BernoulliLatent((2,)), MLP(((4,),), (2,), ()))
    bits = Latent("z", UniformBernoulli((2,)), q, score=True)
    model = VAE([bits], trainable_vae(event=4, latent=2).likelihood)
    with pytest.raises(ConfigError):
        AdversarialMatch(critic()).losses(model, {"x": torch.randn(8, 4)}, Progress())
