"""The average of the weights has a closed form, and lends itself for a while."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn
from toys import BATCH, Watcher, first_batch, fit, move, step_of, trainer
from zoo import ZOO, Rows

from lowerbound.training.average import Average, average_decay


def test_constant_weights_are_approached_in_closed_form() -> None:
    model = nn.Linear(2, 1)
    average = Average(model, 0.9)
    begin = {name: value.clone() for name, value in average.tensors.items()}
    with torch.no_grad():
        for p in model.parameters():
            p.fill_(3.0)
    decays = [average_decay(step, 0.9) for step in range(50)]
    for decay in decays:
        for kept, weight in average.pairs():
            torch._foreach_lerp_([kept], [weight.detach()], 1 - decay)
    assert decays[:2] == [1 / 10, 2 / 11]
    assert decays[-1] == 50 / 59
    left = math.prod(decays)
    for name, value in average.tensors.items():
        torch.testing.assert_close(value, 3.0 + (begin[name] - 3.0) * left)


def test_a_step_averages_the_weights_after_it() -> None:
    step = step_of(ZOO["flat"])
    expected = [average.clone() for average, _ in step.averaged]
    for t, decay in enumerate([0.1, 0.5, 0.9]):
        move(step, first_batch(ZOO["flat"]), t, t, 0.01, decay)
        expected = [decay * e + (1 - decay) * w.detach() for e, (_, w) in zip(expected, step.averaged, strict=True)]
    for value, (average, _) in zip(expected, step.averaged, strict=True):
        torch.testing.assert_close(average, value, rtol=1e-5, atol=1e-7)


class Weights(Watcher):
    """Keeps the weights of each step."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model
        self.kept: list[list[torch.Tensor]] = []

    def advance(self, step: int) -> None:
        self.kept.append([p.detach().clone() for p in self.model.parameters()])


def test_a_run_averages_with_the_rising_decay() -> None:
    made = trainer("flat", total=4, ema=0.2)
    average = [p.detach().clone() for p in made.model.parameters()]
    watcher = Weights(made.model)
    made.observers.append(watcher)
    made.fit(Rows(ZOO["flat"].data(), BATCH))
    for decay, weights in zip([1 / 10, 2 / 11, 0.2, 0.2], watcher.kept, strict=True):
        average = [decay * a + (1 - decay) * w for a, w in zip(average, weights, strict=True)]
    for expected, value in zip(average, made.average.tensors.values(), strict=True):
        torch.testing.assert_close(value, expected)


def test_the_average_answers_inside_the_block_only() -> None:
    model = nn.Sequential(nn.Linear(2, 1), nn.Dropout(0.5))
    average = Average(model, 0.9)
    before = [p.detach().clone() for p in model.parameters()]
    for value in average.tensors.values():
        value.fill_(7.0)
    with average.answering():
        assert not model.training
        assert all((p == 7.0).all() for p in model.parameters())
        assert torch.is_grad_enabled()
    assert model.training
    assert all(torch.equal(p, q) for p, q in zip(model.parameters(), before, strict=True))


def test_the_weights_come_back_after_an_error() -> None:
    model = nn.Linear(2, 1)
    average = Average(model, 0.9)
    average.tensors["weight"].fill_(7.0)
    before = model.weight.detach().clone()

    def fail() -> None:
        with average.answering():
            raise KeyError

    pytest.raises(KeyError, fail)
    assert torch.equal(model.weight, before)
    assert model.training


def test_without_an_average_the_weights_answer() -> None:
    model = nn.Linear(2, 1)
    average = Average(model, 0.0)
    assert average.pairs() == []
    assert average.state()["weight"].data_ptr() == model.weight.data_ptr()
    with average.answering():
        assert not model.training


def test_what_answers_is_the_average_and_the_buffers() -> None:
    made, outcome = fit("optimal-variance", validate=lambda model: {})
    assert set(outcome.best) == set(made.model.state_dict())
    for name, value in outcome.best.items():
        own = made.average.tensors.get(name, made.model.state_dict()[name])
        assert torch.equal(value, own)
