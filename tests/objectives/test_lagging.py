"""The encoder is trained ahead until its codes know no more of their rows."""

from __future__ import annotations

import copy
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from lowerbound.core import Constant, Objective, Progress, closed_forms
from lowerbound.errors import ConfigError
from lowerbound.objectives import ELBO, GECO, IndexCodeMI, Lagging, Rate
from lowerbound.posteriors import CholeskyNormal
from lowerbound.training import Step, Trainer, TrainOptions
from lowerbound.training.average import Average
from tests.contracts.component import ComponentContract
from tests.known_answers.linear_gaussian import trainable_vae

POSTERIOR, LIKELIHOOD = "model.levels.0.posterior_", "model.likelihood"


class TestLagging(ComponentContract):
    def make(self):
        return Lagging(ELBO(beta=0.5), block=2, most=6, window=8)


def told(objective: Lagging, *, loss: float = 0.0, information: float = 0.0, keep: bool = True) -> None:
    """Let a step have given this loss and this mutual information."""
    objective.statistics.copy_(torch.tensor([4 * loss, 4 * information, 4.0]))
    objective.update(torch.tensor(keep))


def who(objective: Lagging) -> tuple[bool, bool]:
    """Whether the posterior and the likelihood move next."""
    moves = objective.moves(trainable_vae(event=3, latent=2), Progress())
    return bool(moves[POSTERIOR]), bool(moves[LIKELIHOOD])


def test_it_ends_when_the_information_stops_rising() -> None:
    objective = Lagging(ELBO(), window=2)
    seen = []
    for information in (1.0, 1.0, 1.5, 2.5, 2.6, 2.2, 2.0, 2.2, 3.0, 9.0):
        told(objective, information=information)
        seen.append(bool(objective.aggressive))
    # Means of two: 1.0, 2.0, 2.4, 2.1 (no more), 6.0 (too late).
    assert seen == [True] * 7 + [False] * 3
    assert who(objective) == (True, True)


def test_the_rest_moves_when_the_posterior_has_caught_up() -> None:
    objective = Lagging(ELBO(), block=2, most=100)
    moved = []
    for loss in (9.0, 7.0, 6.0, 6.0, 6.0, 6.5, 5.0, 3.0, 3.0):
        moved.append(who(objective))
        told(objective, loss=loss)
    # Blocks: 8, 6, 6.25: no longer falling. Then the rest moves once, alone, and it begins anew.
    assert moved == [(True, False)] * 6 + [(False, True)] + [(True, False)] * 2


def test_the_rest_moves_in_any_case_after_the_most() -> None:
    objective = Lagging(ELBO(), block=2, most=4)
    for loss in (9.0, 8.0, 7.0, 6.0):
        assert who(objective) == (True, False)
        told(objective, loss=loss)
    assert who(objective) == (False, True)


def test_a_step_that_was_not_kept_is_forgotten() -> None:
    objective = Lagging(ELBO(), block=2, most=4)
    before = copy.deepcopy(objective.state_dict())
    told(objective, loss=float("nan"), keep=False)
    assert all(torch.equal(value, before[name]) for name, value in objective.state_dict().items())


def step_of(objective: Lagging, model: nn.Module, *, compiled: bool = False, **changes: object) -> Step:
    options = TrainOptions(**{"learning_rate": 0.01, "precision": "float32", "compile": "no", **changes})
    average = Average(model, 0.9)
    return Step(model, objective, options, lambda batch: batch, average, total=200, n_data=64, compiled=compiled)


def rows(n: int = 64) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(0)
    z = torch.randn(n, 2, generator=generator)
    weight = 2 * torch.randn(2, 4, generator=generator)
    return {"x": z @ weight + 0.1 * torch.randn(n, 4, generator=generator)}


def everything(step: Step) -> dict[str, Tensor]:
    own = {f"{player}/{name}": t for player, adam in step.players.items() for name, t in adam.state().items()}
    own |= dict(step.model.named_parameters())
    names = [name for name, _ in step.model.named_parameters()]
    own |= {f"average/{name}": a for name, (a, _) in zip(names, step.averaged, strict=True)}
    return {name: t.detach().clone() for name, t in own.items()}


def changed(before: dict[str, Tensor], after: dict[str, Tensor]) -> set[str]:
    return {name for name in before if not torch.equal(before[name], after[name])}


@pytest.mark.thorough
@pytest.mark.parametrize("compiled", [False, True])
def test_who_is_held_keeps_weights_moments_and_average(compiled: bool, captured: None) -> None:
    objective, model = Lagging(ELBO(), block=1, most=2), trainable_vae(event=4, latent=2)
    step = step_of(objective, model, compiled=compiled)
    step.discover(rows())
    assert not bool(objective.statistics.any())
    for t in range(6):
        posterior, likelihood = who(objective)
        before = everything(step)
        with step.running():
            _, finite = step(rows(), t, t, 0.01, 0.9)
        assert bool(finite)
        moved = changed(before, everything(step))
        assert any("posterior_" in name for name in moved) == posterior
        assert any("likelihood" in name for name in moved) == likelihood
        assert posterior != likelihood
    assert float(step.players[POSTERIOR].moves) + float(step.players[LIKELIHOOD].moves) == 6
    assert float(step.players[LIKELIHOOD].moves) == 2


@pytest.mark.thorough
def test_a_real_run_stops_being_aggressive_and_goes_on() -> None:
    objective, model = Lagging(ELBO(), block=5, most=20, window=20), trainable_vae(event=4, latent=2)
    step = step_of(objective, model)
    step.discover(rows())
    seen = []
    for t in range(200):
        log, _ = step(rows(), t, t, 0.03, 0.9)
        seen.append((bool(log["aggressive"]), float(log["mutual_information"])))
    aggressive = [a for a, _ in seen]
    assert aggressive[0]
    assert not aggressive[-1]
    assert aggressive == sorted(aggressive, reverse=True)
    end = aggressive.index(False)
    means = [sum(i for _, i in seen[s : s + 20]) / 20 for s in range(0, end, 20)]
    assert means[:-1] == sorted(means[:-1])
    assert means[-1] <= means[-2]
    assert end == 20 * len(means)


def test_the_information_is_the_one_of_the_batch() -> None:
    model = trainable_vae(event=4, latent=2)
    trace = model(rows())
    torch.testing.assert_close(Lagging(ELBO()).mutual_information(trace), IndexCodeMI()(trace).detach())


def test_parts_of_a_batch_are_one_step() -> None:
    whole, parts = (Lagging(ELBO(), block=2, most=4) for _ in range(2))
    for objective, accumulate in ((whole, 1), (parts, 2)):
        step = step_of(objective, trainable_vae(event=4, latent=2), accumulate=accumulate)
        step.discover(rows())
        for t in range(4):
            step(rows(), t, t, 0.01, 0.9)
    for name in ("inner", "ready", "counted"):
        assert torch.equal(getattr(whole, name), getattr(parts, name))


class Rows:
    """Four batches an epoch, in order."""

    n_rows, batch_size, steps = 64, 16, 4

    def epoch(self, epoch: int, start: int = 0) -> Iterator[dict[str, Tensor]]:
        for i in range(start, 4):
            yield {"x": rows()["x"][16 * i : 16 * (i + 1)]}


class Stopped:
    """Sends the process a signal after the fifth step."""

    def start(self, step: int, total: int, facts: dict[str, str]) -> None: ...

    def record(self, record: object) -> None: ...

    def finish(self, reason: str) -> None: ...

    def advance(self, step: int) -> None:
        if step == 5:
            os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.parametrize(
    "make",
    [pytest.param(lambda: Lagging(ELBO(), 2, 4, 3), id="lagging"), pytest.param(lambda: Rate() + GECO(3.0), id="geco")],
)
def test_a_run_that_is_resumed_is_the_same_run(make: Callable[[], Objective], tmp_path: Path) -> None:
    def run(folder: Path | None, *observers: Stopped, resume: bool = False) -> dict[str, Tensor]:
        torch.manual_seed(0)
        model, objective = trainable_vae(event=4, latent=2), make()
        options = TrainOptions(learning_rate=0.01, precision="float32", compile="no", device="cpu", round_steps=4)
        trainer = Trainer(model, objective, options, total=12, folder=folder, observers=observers)
        trainer.fit(Rows(), resume=resume)
        return trainer.state.tensors(model, objective, trainer.average, trainer.step)

    whole = run(None)
    run(tmp_path, Stopped())
    again = run(tmp_path, resume=True)
    assert whole.keys() == again.keys()
    assert [name for name in whole if not torch.equal(whole[name], again[name])] == []


def test_it_is_found_among_what_is_set_between_steps() -> None:
    assert len(closed_forms(Lagging(ELBO()))) == 1


def test_other_posteriors_are_refused() -> None:
    model = trainable_vae(event=4, latent=2)
    model.levels[0].posterior_ = Constant(CholeskyNormal((2,)))
    with pytest.raises(ConfigError, match="independent coordinates"):
        Lagging(ELBO()).losses(model, rows(), Progress())
