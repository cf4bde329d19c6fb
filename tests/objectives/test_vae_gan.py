"""The VAE/GAN: three players, and features that nobody but the critic moves."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from lowerbound.core import Conditional, Linear, Progress, why_unbounded
from lowerbound.errors import ConfigError
from lowerbound.likelihoods import Normal
from lowerbound.models import VAE, Latent
from lowerbound.networks import MLP, Discriminator
from lowerbound.objectives import VAEGAN
from lowerbound.posteriors import DiagonalNormal
from lowerbound.priors import StandardNormal
from tests.contracts import ComponentContract
from tests.known_answers.discrete import binary, m2
from tests.known_answers.linear_gaussian import trainable_vae

N, EVENT = 8, 4


def critic(kind: type[Discriminator] = Discriminator) -> Discriminator:
    return kind(MLP(((EVENT,),), (6,), (8,), "tanh"), MLP(((6,),), (1,), (5,), "tanh"))


class TestVAEGAN(ComponentContract):
    def make(self) -> VAEGAN:
        return VAEGAN(critic(), gamma=Linear(0.0, 1.0, 10), loss="relativistic", samples=2)


class Counted(Discriminator):
    """A critic that counts the gradients that come back through the features of fakes."""

    def __init__(self, body: MLP, head: MLP) -> None:
        super().__init__(body, head)
        self.compared = 0

    def features(self, *inputs: Tensor) -> Tensor:
        found = super().features(*inputs)
        if inputs[0].requires_grad:
            found.register_hook(self._count)
        return found

    def _count(self, gradient: Tensor) -> None:
        self.compared += 1


def batch(n: int = N) -> dict[str, Tensor]:
    return {"x": torch.randn(n, EVENT, generator=torch.Generator().manual_seed(1))}


def losses(objective: VAEGAN, model: VAE) -> dict[str, Tensor]:
    torch.manual_seed(0)
    return objective.losses(model, batch(), Progress(3, 10, 100))


def gradients(loss: Tensor, module: nn.Module) -> list[Tensor]:
    found = torch.autograd.grad(loss, list(module.parameters()), retain_graph=True, allow_unused=True)
    return [torch.zeros(()) if g is None else g for g in found]


def test_the_losses_are_those_of_the_paper() -> None:
    model, objective = trainable_vae(event=EVENT, latent=2), VAEGAN(critic(), gamma=0.3, beta=0.5)
    found = losses(objective, model)
    assert list(found) == ["model.levels", "model.likelihood", "critic"]
    torch.manual_seed(0)
    trace = model(batch())
    made, dreamt = trace["x"].p.mean[0], model.sample(N)["x"].p.mean
    judge, features = objective.critic, objective.critic.features
    similarity = 0.5 * (features(batch()["x"]) - features(made)).square().sum(-1).mean()
    plain = nn.functional.softplus
    fakes = judge(torch.cat([made, dreamt]))
    torch.testing.assert_close(found["model.levels"], similarity + 0.5 * trace.rate().mean())
    torch.testing.assert_close(found["model.likelihood"], 0.3 * similarity + plain(-fakes).mean())
    torch.testing.assert_close(found["critic"], plain(-judge(batch()["x"])).mean() + plain(fakes).mean())


def test_the_critic_gets_no_gradient_of_the_similarity() -> None:
    model, objective = trainable_vae(event=EVENT, latent=2), VAEGAN(critic())
    reached: list[str] = []
    for name, weight in objective.critic.named_parameters():
        weight.register_hook(lambda g, name=name: reached.append(name))
    found = losses(objective, model)
    assert any(bool(g.any()) for g in gradients(found["model.levels"], model.levels))
    assert any(bool(g.any()) for g in gradients(found["model.likelihood"], model.likelihood))
    assert reached == []
    heavier = losses(VAEGAN(objective.critic, gamma=100.0, beta=7.0), model)
    for one, other in zip(*(gradients(f["critic"], objective.critic) for f in (found, heavier)), strict=True):
        assert torch.equal(one, other)
    assert set(reached) == {name for name, _ in objective.critic.named_parameters()}


def test_the_model_gets_no_gradient_of_the_critics_loss() -> None:
    model, objective = trainable_vae(event=EVENT, latent=2), VAEGAN(critic(), loss="hinge")
    assert not any(bool(g.any()) for g in gradients(losses(objective, model)["critic"], model))


def test_at_gamma_zero_the_decoder_follows_the_critic_alone() -> None:
    model = trainable_vae(event=EVENT, latent=2)
    counts = []
    for gamma in (0.0, 1.0):
        watched = critic(Counted)
        # The judgement is cut off, so that what comes back through the features is of the similarity.
        watched.judge = lambda features: features.detach().sum(-1, keepdim=True) + 0.0 * features[:, :0].sum(-1, True)
        found = losses(VAEGAN(watched, gamma=gamma), model)
        moved = [g for g in gradients(found["model.likelihood"], model.likelihood) if bool(g.any())]
        counts.append((watched.compared, bool(moved)))
    assert counts[0][1] is False
    assert counts[1] == (1, True)


def test_the_encoders_side_is_moved_as_a_whole() -> None:
    flat = trainable_vae(event=EVENT, latent=2)
    encoder = MLP(((EVENT,),), (EVENT,), (8,))
    model = VAE([Latent("z", StandardNormal((2,)), flat.levels[0].posterior_)], flat.likelihood, encoder)
    found = losses(VAEGAN(critic()), model)
    assert list(found) == ["model.levels", "model.encoder", "model.likelihood", "critic"]
    assert found["model.encoder"] is found["model.levels"]
    assert any(bool(g.any()) for g in gradients(found["model.encoder"], encoder))


def test_the_log_says_what_was_done() -> None:
    log: dict[str, Tensor] = {}
    VAEGAN(critic(), gamma=Linear(0.0, 1.0, 10)).losses(
        trainable_vae(event=EVENT, latent=2), batch(), Progress(3, 10, 100), log
    )
    assert {"similarity", "rate", "distortion", "beta", "gamma"} <= set(log)
    assert log["gamma"].item() == pytest.approx(0.3)
    assert not any(value.requires_grad for value in log.values())


def test_there_is_no_likelihood() -> None:
    said = why_unbounded(trainable_vae(event=EVENT, latent=2), VAEGAN(critic()))
    assert said is not None
    assert "VAEGAN" in said


def test_what_it_refuses() -> None:
    with pytest.raises(ConfigError, match="needs a critic with features"):
        VAEGAN(MLP(((EVENT,),), (1,)))
    with pytest.raises(ConfigError, match=r"its critic reads \(4,\), and gets \(5,\)"):
        VAEGAN(critic()).losses(trainable_vae(event=5, latent=2), {"x": torch.zeros(2, 5)}, Progress())
    with pytest.raises(ConfigError, match="use a normal posterior"):
        VAEGAN(critic()).losses(m2(), {"x": binary(3)}, Progress())
    with pytest.raises(ConfigError, match="Linear has none"):
        VAEGAN(critic()).losses(nn.Linear(1, 1), batch(), Progress())  # type: ignore[arg-type]


def test_a_critic_of_conditions_judges_rows_with_what_they_are_given() -> None:
    judging = Discriminator(MLP(((EVENT,),), (6,), (8,), "tanh"), MLP(((6,), (2,)), (1,), (5,), "tanh"))
    posterior = Conditional(DiagonalNormal((2,)), MLP(((EVENT,), (2,)), DiagonalNormal((2,)).params_shape, (8,)))
    likelihood = Conditional(Normal((EVENT,)), MLP(((2,), (2,)), Normal((EVENT,)).params_shape, (8,)))
    model = VAE([Latent("z", StandardNormal((2,)), posterior)], likelihood)
    objective, given = VAEGAN(judging), torch.nn.functional.one_hot(torch.arange(N) % 2, 2).float()

    def found(c: Tensor) -> Tensor:
        torch.manual_seed(0)
        return objective.losses(model, {**batch(), "c": c}, Progress(3, 10, 100))["critic"]

    torch.manual_seed(0)
    made, dreamt = model({**batch(), "c": given})["x"].p.mean[0], model.sample(N, c=given)["x"].p.mean
    plain = nn.functional.softplus
    fakes = torch.cat([judging(made, given), judging(dreamt, given)])
    torch.testing.assert_close(found(given), plain(-judging(batch()["x"], given)).mean() + plain(fakes).mean())
    assert not torch.equal(found(given), found(given.flip(0)))
    with pytest.raises(ConfigError, match="reads a condition, and these rows have none"):
        objective.losses(trainable_vae(event=EVENT, latent=2), batch(), Progress())


@pytest.mark.thorough
def test_it_is_one_graph_without_breaks() -> None:
    objective, model, x = VAEGAN(critic(), samples=2), trainable_vae(event=EVENT, latent=2), batch()["x"]

    def run(rows: Tensor) -> list[Tensor]:
        return list(objective.losses(model, {"x": rows}, Progress(torch.tensor(3.0), 10, 100)).values())

    torch.manual_seed(0)
    plain = run(x)
    torch.manual_seed(0)
    graph = torch.compile(run, backend="aot_eager", fullgraph=True)
    torch.testing.assert_close(graph(x), plain, rtol=1e-4, atol=1e-5)
