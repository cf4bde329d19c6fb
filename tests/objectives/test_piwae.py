"""One bound for each half of the model. Row 48, and whom each loss moves."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from lowerbound.core import Objective, Progress
from lowerbound.errors import ConfigError
from lowerbound.objectives import IWAE, MIWAE, PIWAE
from lowerbound.training.players import player_parameters
from tests.contracts import ComponentContract
from tests.known_answers.linear_gaussian import trainable_vae
from tests.known_answers.test_two_levels import ladder

ENCODER, DECODER = "model.levels.0.posterior_", "model.likelihood"


class TestPIWAE(ComponentContract):
    def make(self):
        return PIWAE(6, groups=2)


def gradient(objective: Objective, model: torch.nn.Module, player: str, loss: str) -> tuple[Tensor, ...]:
    """The gradient of ``player``'s parameters, of the loss named ``loss``, on one noise."""
    torch.manual_seed(3)
    losses = objective.losses(model, {"x": torch.linspace(-1, 1, 20).reshape(5, 4)}, Progress())
    return torch.autograd.grad(losses[loss], list(player_parameters(player, model, objective).values()))


@pytest.mark.parametrize("groups", [1, 2, 6])
def test_each_half_has_the_gradient_of_its_own_bound(groups):
    model, both = trainable_vae(4, 2), PIWAE(6, groups)
    torch.testing.assert_close(
        gradient(both, model, ENCODER, ENCODER), gradient(MIWAE(6, groups), model, ENCODER, "model")
    )
    torch.testing.assert_close(gradient(both, model, DECODER, DECODER), gradient(IWAE(6), model, DECODER, "model"))


def test_the_losses_are_the_two_bounds():
    model, x = trainable_vae(4, 2), torch.randn(5, 4)
    torch.manual_seed(0)
    losses = PIWAE(6, 3).losses(model, {"x": x}, Progress(), log := {})
    torch.manual_seed(0)
    trace = model({"x": x}, samples=6)
    assert set(losses) == {ENCODER, DECODER}
    assert torch.equal(losses[ENCODER], MIWAE(6, 3)(trace))
    assert torch.equal(losses[DECODER], IWAE(6)(trace))
    torch.testing.assert_close(log["elbo"], -(trace.distortion() + trace.rate()).mean().detach())


def test_every_part_of_a_hierarchy_has_a_player():
    model = ladder(None)
    losses = PIWAE(4, 2).losses(model, {"x": torch.zeros(3, 5).double()}, Progress())
    moved = {name for player in losses for name in player_parameters(player, model, PIWAE(4, 2))}
    assert {name.removeprefix("model.") for name in moved} == {n for n, p in model.named_parameters()}


def test_what_cannot_be_is_refused():
    with pytest.raises(ConfigError, match="groups=4"):
        PIWAE(6, 4)
    model = trainable_vae(4, 2)
    model.levels[0].prior_ = model.levels[0].posterior_
    with pytest.raises(ConfigError, match=r"PIWAE\(4, groups=2\) moves prior and posterior apart"):
        PIWAE(4, 2).losses(model, {"x": torch.randn(6, 4)}, Progress())
