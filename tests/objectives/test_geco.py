"""A distortion or a rate that comes to a value."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from lowerbound.core import Progress
from lowerbound.errors import ConfigError
from lowerbound.objectives import GECO, Distortion, Rate
from lowerbound.training import Step, TrainOptions
from lowerbound.training.average import Average
from tests.contracts.penalty import PenaltyContract
from tests.known_answers.linear_gaussian import trainable_vae


class TestDistortion(PenaltyContract):
    players = ("model", "critic")

    def make(self):
        return GECO(3.0)


class TestRateInBits(PenaltyContract):
    players = ("model", "critic")

    def make(self):
        return GECO(0.5, of="rate", unit="bits/dim", decay=0.5, pace=2.0)


class TestError(PenaltyContract):
    players = ("model", "critic")

    def make(self):
        return GECO(0.1, unit="rmse")


def rows(n: int = 64) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(0)
    plane = torch.randn(n, 2, generator=generator) @ torch.randn(2, 4, generator=generator)
    return {"x": plane + 0.5 * torch.randn(n, 4, generator=generator)}


def trace_of(n: int = 64):
    torch.manual_seed(0)
    return trainable_vae(event=4, latent=2)(rows(n))


def test_the_constraint_in_each_unit() -> None:
    trace = trace_of()
    distortion, rate = trace.distortion().mean(), trace.rate().mean()
    error = (trace["x"].p.mean - trace["x"].value).square().mean()
    torch.testing.assert_close(GECO(3.0).violation(trace), distortion - 3.0)
    torch.testing.assert_close(GECO(3.0, of="rate").violation(trace), rate - 3.0)
    torch.testing.assert_close(GECO(0.5, unit="bits/dim").violation(trace), distortion - 0.5 * 4 * math.log(2))
    torch.testing.assert_close(GECO(0.3, unit="rmse").violation(trace), 4 * (error - 0.09))
    at = float(error.detach().sqrt())
    assert float(GECO(at, unit="rmse").violation(trace).detach()) == pytest.approx(0.0, abs=1e-5)


def test_the_loss_is_the_multiplier_times_the_constraint() -> None:
    term, trace = GECO(3.0, pace=2.0), trace_of()
    with torch.no_grad():
        term.log_multiplier.fill_(0.5)
    torch.testing.assert_close(term(trace), math.e * (trace.distortion().mean() - 3.0))
    (gradient,) = torch.autograd.grad(term.critic_loss(trace), term.log_multiplier)
    torch.testing.assert_close(gradient, -2.0 * term.violation(trace).detach())
    assert torch.autograd.grad(term(trace), term.log_multiplier, allow_unused=True) == (None,)


@pytest.mark.parametrize(("target", "sign"), [(0.0, -1), (100.0, 1)])
def test_the_multiplier_rises_while_the_constraint_is_violated(target: float, sign: int) -> None:
    term = GECO(target)
    (gradient,) = torch.autograd.grad(term.critic_loss(trace_of()), term.log_multiplier)
    assert float(gradient.sign()) == sign


def test_the_critic_moves_nothing_else() -> None:
    term, model = GECO(3.0), trainable_vae(event=4, latent=2)
    losses = (Rate() + term).losses(model, rows(), Progress())
    moved = torch.autograd.grad(losses["critic"], list(model.parameters()), allow_unused=True)
    assert all(g is None for g in moved)


def test_the_moving_average_is_the_one_of_the_paper() -> None:
    term, expected = GECO(0.0, decay=0.9), None
    for n in (10, 20, 30):
        now = float(term.violation(trace_of(n)).detach())
        term(trace_of(n))
        term.update(torch.tensor(True))
        expected = now if expected is None else 0.9 * expected + 0.1 * now
        assert float(term.average) == pytest.approx(expected, rel=1e-5)
    term(trace_of(10))
    term.update(torch.tensor(False))
    assert float(term.average) == pytest.approx(expected, rel=1e-5)
    assert not bool(term.statistics.any())


def test_a_target_out_of_reach_leaves_the_multiplier_finite() -> None:
    term, trace = GECO(-1e6), trace_of()
    for _ in range(300):
        (gradient,) = torch.autograd.grad(term.critic_loss(trace), term.log_multiplier)
        with torch.no_grad():
            term.log_multiplier.sub_(0.1 * gradient.sign())
    assert 0.9e6 < float(term.multiplier.detach()) <= 1.001e6


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("term", "name", "target"),
    [
        pytest.param(Rate() + GECO(5.0), "distortion", 5.0, id="distortion"),
        pytest.param(Distortion() + GECO(1.0, of="rate"), "rate", 1.0, id="rate"),
    ],
)
def test_it_comes_to_its_target(term, name: str, target: float) -> None:
    torch.manual_seed(0)
    model = trainable_vae(event=4, latent=2)
    options = TrainOptions(learning_rate=0.02, precision="float32", compile="no")
    step = Step(model, term, options, lambda batch: batch, Average(model, 0.0), total=400, n_data=64)
    step.discover(rows())
    assert tuple(step.players) == ("model", "critic")
    end = []
    for t in range(400):
        log, _ = step(rows(), t, t, 0.02 if t < 300 else 0.005, 0.9)
        end.append(float(log[name]))
    assert float(log[f"multiplier_{name}"]) > 0
    assert np.mean(end[-100:]) == pytest.approx(target, abs=0.15)


@pytest.mark.parametrize(
    "wrong", [{"of": "elbo"}, {"unit": "mse"}, {"of": "rate", "unit": "rmse"}, {"decay": 1.0}, {"pace": 0.0}]
)
def test_impossible_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        GECO(1.0, **wrong)
