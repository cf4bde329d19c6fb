"""Terms add and scale; a loss belongs to one player."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from lowerbound.core import Linear, Objective, Progress, Scaled, Sum, Term, Trace
from lowerbound.distances import MMD
from lowerbound.errors import ConfigError
from lowerbound.networks import MLP
from lowerbound.objectives import (
    ELBO,
    GECO,
    IWAE,
    AdversarialMatch,
    Distortion,
    Lagging,
    Match,
    MultiScaleSimilarity,
    Rate,
    Renyi,
    SemiSupervised,
    Staged,
    WakeSleep,
)
from tests.contracts import ComponentContract
from tests.known_answers.linear_gaussian import trainable_vae


class TestSum(ComponentContract):
    def make(self):
        return ELBO(beta=2.0) + ELBO()


class TestScaled(ComponentContract):
    def make(self):
        return Linear(0.0, 2.0, 10) * ELBO()


class TestScaledSum(ComponentContract):
    def make(self):
        return 0.5 * (ELBO() + 3.0 * IWAE(1)) + IWAE(1)


class Critic(Term):
    """A term with parameters of its own, which its own loss moves."""

    def __init__(self, width: int = 2) -> None:
        super().__init__()
        self.width = width
        self.critic = nn.Linear(width, 1)

    def forward(self, trace: Trace) -> Tensor:
        return self.critic(trace["z"].value).mean()

    def critic_loss(self, trace: Trace) -> Tensor:
        return self.critic(trace["z"].value.detach()).square().mean()


class ThreePlayers(Objective):
    """Encoder, decoder and critic each with a loss."""

    def __init__(self) -> None:
        super().__init__()
        self.critic = Critic()

    def losses(self, model, batch, progress, log=None):
        trace = model(batch, samples=1, progress=progress)
        return {
            "model.levels": (trace.distortion() + trace.rate()).mean(),
            "model.likelihood": trace.distortion().mean() + self.critic(trace),
            "critic": self.critic.critic_loss(trace),
        }


@pytest.fixture
def model():
    return trainable_vae(event=3, latent=2)


@pytest.fixture
def batch():
    return {"x": torch.randn(5, 3)}


def loss(term: Term, model, batch, step: int = 0) -> Tensor:
    torch.manual_seed(0)
    return term.losses(model, batch, Progress(step=step))["model"]


def test_sums_and_factors_are_arithmetic(model, batch):
    a, b = ELBO(beta=2.0), IWAE(1)
    expected = 3 * loss(a, model, batch) + loss(b, model, batch)
    torch.testing.assert_close(loss(3 * a + b, model, batch), expected)
    torch.testing.assert_close(loss(0.5 * (a + b), model, batch), 0.5 * (loss(a, model, batch) + loss(b, model, batch)))


def test_held_out_rows_judge_by_the_tightest_bound_of_a_sum():
    assert ELBO(samples=5).bound_samples == 1
    assert (2 * IWAE(5) + ELBO(samples=5)).bound_samples == 5
    assert WakeSleep(5, weighted=True).bound_samples == 5
    assert WakeSleep(5).bound_samples == 1
    assert [Renyi(alpha, samples=5).bound_samples for alpha in (0.5, 1, 2)] == [5, 1, 1]


def test_the_part_that_knows_least_says_what_judges_the_whole():
    match, game = Match(MMD()), AdversarialMatch(MLP(((2,),), (1,), (4,)))
    assert (ELBO() + 2.0 * Rate()).judged_by == "bound"
    assert (Distortion() + 10.0 * match).judged_by == (match + ELBO()).judged_by == "loss"
    assert (MultiScaleSimilarity() + Rate()).judged_by == "loss"
    assert (Distortion() + 10.0 * game + match).judged_by == (Rate() + GECO(3.0)).judged_by == "nothing"
    assert (Distortion() + 10.0 * match).across_rows
    assert not (2.0 * Rate() + Distortion()).across_rows
    assert Staged(ELBO(), Distortion() + match).judged_by == Lagging(Distortion() + match).judged_by == "loss"
    assert SemiSupervised(IWAE(5)).bound_samples == 5


def test_a_factor_may_be_a_schedule(model, batch):
    term = Linear(0.0, 2.0, 10) * ELBO()
    torch.testing.assert_close(loss(term, model, batch, step=5), loss(ELBO(), model, batch))
    assert loss(term, model, batch, step=0).item() == 0.0


def test_the_model_runs_once_for_a_sum(model, batch):
    runs = []
    model.register_forward_hook(lambda *_: runs.append(1))
    loss(ELBO() + 2.0 * IWAE(1) + ELBO(), model, batch)
    assert runs == [1]


def test_terms_of_a_sum_take_the_same_samples():
    with pytest.raises(ConfigError, match=r"IWAE\(5\) 5"):
        _ = ELBO() + IWAE(5)
    assert (ELBO(samples=5) + IWAE(5)).samples == (2.0 * IWAE(5)).samples == 5


def test_only_terms_add():
    with pytest.raises(TypeError):
        _ = ELBO() + 1.0


def test_every_schedule_is_found():
    term = ELBO(beta=Linear(0.0, 1.0, 5)) + Linear(1.0, 0.0, 7) * IWAE(1)
    assert sorted(schedule.needs for _, schedule in term.schedules()) == [5, 7]


def test_weights_in_force_are_logged(model, batch):
    log: dict[str, Tensor] = {}
    term = ELBO(beta=Linear(0.0, 1.0, 10)) + 3.0 * IWAE(1)
    term.losses(model, batch, Progress(step=4), log)
    assert log["beta"].item() == pytest.approx(0.4)
    assert log["weight_IWAE"].item() == 3.0
    assert log["elbo"].item() == pytest.approx(-(log["rate"] + log["distortion"]).item())


def test_a_critic_has_its_own_loss(model, batch):
    term = ELBO() + 2.0 * Critic()
    losses = term.losses(model, batch, Progress())
    assert set(losses) == {"model", "critic"}
    torch.manual_seed(0)
    expected = Critic.critic_loss(term.right.term, model(batch))
    torch.manual_seed(0)
    torch.testing.assert_close(term.losses(model, batch, Progress())["critic"], expected)


def test_the_critics_loss_does_not_reach_the_model(model, batch):
    losses = (ELBO() + Critic()).losses(model, batch, Progress())
    gradients = torch.autograd.grad(losses["critic"], list(model.parameters()), allow_unused=True)
    assert all(g is None for g in gradients)


def test_critics_of_both_sides_add_up(model, batch):
    one, two = Critic(), Critic()
    torch.manual_seed(0)
    trace = model(batch)
    both = (one + 5.0 * two).critic_loss(trace)
    torch.testing.assert_close(both, one.critic_loss(trace) + two.critic_loss(trace))
    assert (one + ELBO()).critic_loss(trace) is not None
    assert (ELBO() + ELBO()).critic_loss(trace) is None


def test_three_players_have_gradients_from_one_run(model, batch):
    """All gradients can be taken before anything moves."""
    objective = ThreePlayers()
    losses = objective.losses(model, batch, Progress())
    players = {
        "model.levels": list(model.levels.parameters()),
        "model.likelihood": list(model.likelihood.parameters()),
        "critic": list(objective.parameters()),
    }
    before = [p.clone() for p in model.parameters()]
    for name, value in losses.items():
        gradients = torch.autograd.grad(value, players[name], retain_graph=True)
        assert all(bool((g != 0).any()) for g in gradients), name
    assert all(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))


def test_classes_of_terms_are_public():
    assert isinstance(ELBO() + ELBO(), Sum)
    assert isinstance(2.0 * ELBO(), Scaled)
