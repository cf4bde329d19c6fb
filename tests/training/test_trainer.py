"""The loop: rounds and records, the best weights, early stopping, few rows, and what it leaves alone."""

from __future__ import annotations

import json
import random
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from toys import BATCH, TOTAL, Crashed, Disturbing, Watcher, contents, fingerprint, fit, options, tensors, trainer
from zoo import ZOO, Case, Rows, flat

from lowerbound.core import Batch, Cosine, Cyclical, Linear, Model, Schedule, conditional, noise
from lowerbound.data import InMemory
from lowerbound.errors import ConfigError, RunError
from lowerbound.objectives import ELBO, IWAE
from lowerbound.training import Trainer


def scripted(values: list[float]) -> Callable[[Model], dict[str, float]]:
    """Return a validation that says these ELBOs, one after the other."""
    left = iter(values)
    return lambda model: {"elbo": next(left)}


def test_a_round_is_a_record() -> None:
    watcher = Watcher()
    _, outcome = fit("flat", total=20, round_steps=6, observers=[watcher])
    assert [record["step"] for record in outcome.history] == [6, 12, 18, 20]
    assert watcher.records == outcome.history.records
    assert watcher.began == (0, 20)
    assert watcher.steps == [*range(1, 21)]
    assert watcher.reason == outcome.reason == "finished"
    assert watcher.facts == outcome.facts
    assert outcome.complete
    assert outcome.step == 20


@pytest.mark.parametrize("name", ZOO)
def test_records_hold_the_true_numbers(name: str) -> None:
    _, outcome = fit(name, total=10, round_steps=5)
    for record in outcome.history:
        assert {"train/elbo", "train/rate", "train/distortion", "grad_norm", "lr", "val/elbo"} <= record.keys()
        assert record["train/elbo"] == pytest.approx(-record["train/rate"] - record["train/distortion"], abs=1e-4)
        losses = {f"train/loss/{player}" for player in ZOO[name].players}
        assert losses == {key for key in record if "loss/" in key}


def test_a_record_is_the_mean_of_its_round() -> None:
    each = fit("flat", total=10, round_steps=1)[1].history.records
    rounds = fit("flat", total=10, round_steps=4)[1].history.records
    for record, members in zip(rounds, (each[:4], each[4:8], each[8:]), strict=True):
        for name in ("train/elbo", "train/rate", "grad_norm", "lr"):
            assert record[name] == pytest.approx(np.mean([r[name] for r in members]), rel=1e-5)
        assert record["val/elbo"] == members[-1]["val/elbo"]


@pytest.mark.parametrize("name", ["flat", "mixture", "semi-supervised", "warm-up", "optimal-variance"])
def test_beta_is_always_in_the_log(name: str) -> None:
    records = fit(name, total=12, round_steps=3)[1].history.records
    betas = [record["train/beta"] for record in records]
    assert betas == pytest.approx([0.1, 0.4, 0.7, 29 / 30] if name == "warm-up" else [1.0] * 4)


SCHEDULES = [Linear(0.0, 1.0, 21), Cosine(0.0, 1.0, 21), Cyclical(0.0, 1.0, 21)]


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda schedule: type(schedule).__name__)
@pytest.mark.parametrize("wrap", [lambda s: ELBO(beta=s), lambda s: ELBO() + s * ELBO()], ids=["beta", "factor"])
def test_a_schedule_that_cannot_finish_is_an_error_that_says_so(
    schedule: Schedule, wrap: Callable[[Schedule], ELBO]
) -> None:
    case = Case(flat, lambda: wrap(schedule))
    with pytest.raises(ConfigError, match=r"needs 21 steps; this run has 20\. Train for more epochs, or shorten"):
        trainer(case, total=20)
    trainer(case, total=21)


def test_a_constant_needs_no_steps() -> None:
    assert trainer(Case(flat, lambda: ELBO(beta=4.0)), total=1).needs == 0


def test_metrics_are_written_and_repeat_themselves(tmp_path: Path) -> None:
    outcomes = [fit("flat", tmp_path / name)[1] for name in ("a", "b")]
    lines = (tmp_path / "a" / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == outcomes[0].history.records
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


@pytest.mark.parametrize("name", ZOO)
def test_the_same_seed_gives_the_same_run(name: str) -> None:
    one, other = fit(name, observers=[Disturbing()])[0], fit(name, round_steps=6)[0]
    assert fingerprint(one) == fingerprint(other)
    assert one.history.records == other.history.records


def test_another_seed_gives_another_run() -> None:
    assert fingerprint(fit("flat", seed=1)[0]) != fingerprint(fit("flat", seed=2)[0])


def test_noise_does_not_depend_on_validation_or_rounds() -> None:
    many, few = fit("binarized", round_steps=1)[0], fit("binarized", round_steps=20, validate=lambda model: {})[0]
    names = [name for name in tensors(few) if name.startswith(("model", "optimizer", "average"))]
    assert names
    assert all(torch.equal(tensors(many)[name], tensors(few)[name]) for name in names)


def test_the_best_validation_chooses_the_weights() -> None:
    made, outcome = fit("flat", round_steps=5, validate=scripted([-5.0, -1.0, -3.0, -2.0]))
    halfway, _ = fit("flat", round_steps=5, validate=scripted([-5.0, -1.0]), observers=[Crash()])
    assert made.state.best_value == -1.0
    assert made.state.best_step == 10
    assert outcome.best.keys() == halfway.model.state_dict().keys()
    assert all(torch.equal(outcome.best[name], value) for name, value in halfway.average.state().items())
    assert not torch.equal(next(iter(made.average.tensors.values())), next(iter(outcome.best.values())))


def test_the_bound_that_is_trained_chooses_before_the_elbo() -> None:
    said = iter([(-5.0, -1.0), (-2.0, -3.0), (-3.0, -0.5), (-4.0, -0.1)])
    made, _ = fit(
        "flat", round_steps=5, validate=lambda _: dict(zip(("log_likelihood", "elbo"), next(said), strict=True))
    )
    assert (made.state.best_value, made.state.best_step) == (-2.0, 10)


def test_weights_from_before_the_schedules_end_are_never_the_best() -> None:
    made, _ = fit("warm-up", total=20, round_steps=5, validate=scripted([-1.0, -3.0, -2.0, -4.0]))
    assert made.needs == 10
    assert (made.state.best_value, made.state.best_step) == (-2.0, 15)


class Crash(Crashed):
    """Ends a run after ten steps as a signal would."""

    def __init__(self) -> None:
        super().__init__(10)

    def advance(self, step: int) -> None:
        if step == self.at:
            signal.raise_signal(signal.SIGTERM)


def test_the_kept_weights_do_not_move_any_more() -> None:
    made, outcome = fit("flat", round_steps=5, validate=scripted([-1.0, -2.0, -3.0, -4.0]))
    kept = {name: value.clone() for name, value in outcome.best.items()}
    with torch.no_grad():
        for p in made.model.parameters():
            p.zero_()
    assert all(torch.equal(kept[name], value) for name, value in outcome.best.items())


def test_validation_sees_the_average_in_evaluation_mode() -> None:
    seen: list[torch.Tensor] = []

    def validate(model: Model) -> dict[str, float]:
        assert not model.training
        seen.append(next(model.parameters()).detach().clone())
        return {"elbo": 0.0}

    made, _ = fit("flat", total=4, round_steps=4, validate=validate)
    assert made.model.training
    assert torch.equal(seen[0], next(iter(made.average.tensors.values())))
    assert not torch.equal(seen[0], next(made.model.parameters()))
    made, _ = fit("flat", total=4, round_steps=4, validate=validate, ema=0.0)
    assert torch.equal(seen[1], next(made.model.parameters()))


def test_patience_ends_a_run() -> None:
    watcher = Watcher()
    script = scripted([-3.0, -1.0, -2.0, -1.0, -1.5])
    made, outcome = fit("flat", total=99, round_steps=2, patience=3, validate=script, observers=[watcher])
    assert outcome.reason == watcher.reason == "early stopping"
    assert outcome.step == 10
    assert outcome.complete
    assert made.state.best_step == 4


def test_improvement_renews_patience() -> None:
    script = scripted([-3.0, -4.0, -2.0, -4.0, -1.0, -4.0, -4.0])
    assert fit("flat", total=99, round_steps=1, patience=2, validate=script)[1].step == 7


def test_patience_waits_for_the_schedules() -> None:
    made, outcome = fit("warm-up", total=30, round_steps=2, patience=2, validate=scripted([-1.0] + [-2.0] * 20))
    assert made.needs == 10
    assert (outcome.reason, outcome.step) == ("early stopping", 14)


def test_an_elbo_that_is_not_a_number_is_never_the_best() -> None:
    made, outcome = fit("flat", round_steps=5, validate=scripted([float("nan"), -2.0, float("inf"), float("nan")]))
    assert (made.state.best_value, made.state.best_step) == (-2.0, 10)
    assert outcome.reason == "finished"


def test_where_nothing_judges_the_last_average_answers() -> None:
    made = trainer("critic", round_steps=2)
    outcome = made.fit(Rows(ZOO["critic"].data(), BATCH), scripted([5.0] + [1.0] * 20))
    assert (made.state.best_step, made.state.best) == (0, {})
    assert all(torch.equal(outcome.best[name], value) for name, value in made.average.state().items())


def test_patience_needs_a_judge() -> None:
    with pytest.raises(ConfigError, match="patience=3 has nothing to wait for"):
        trainer("critic", patience=3)


def test_a_loss_is_better_when_it_is_lower(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = iter([3.0, 1.0, 2.0, 4.0])
    monkeypatch.setattr(ELBO, "judged_by", "loss")
    made, _ = fit("flat", round_steps=5, validate=lambda model: {"loss": next(numbers), "elbo": 1.0})
    assert (made.state.best_value, made.state.best_step) == (-1.0, 10)


def test_without_an_elbo_nothing_stops_early() -> None:
    made, outcome = fit("flat", round_steps=2, patience=1, validate=lambda model: {"rate": 1.0})
    assert outcome.reason == "finished"
    assert outcome.history.column("val/rate") == [(step, 1.0) for step in range(2, 21, 2)]
    assert all(torch.equal(outcome.best[name], value) for name, value in made.average.state().items())


def test_without_validation_the_last_average_answers() -> None:
    made = trainer("flat", patience=1)
    outcome = made.fit(Rows(ZOO["flat"].data(), BATCH))
    assert outcome.reason == "finished"
    assert all(torch.equal(outcome.best[name], value) for name, value in made.average.state().items())


@pytest.mark.parametrize("rows", [1, 2, 3, 15, 16, 17, 33])
@pytest.mark.parametrize("name", ["flat", "optimal-variance", "mixture", "critic"])
def test_few_rows_train(name: str, rows: int) -> None:
    x = ZOO[name].data()["x"][:rows]
    made, outcome = fit(name, total=7, batches=InMemory(x, batch_size=BATCH))
    assert outcome.reason == "finished"
    assert all(bool(t.isfinite().all()) for t in tensors(made).values())


def test_samples_of_each_row_count_in_what_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A step of IWAE(64) costs nearly as much as 64 of the ELBO: it is compiled and shared out for what it costs."""
    monkeypatch.setattr("lowerbound.training.precision.can_compile", lambda: True)
    one, many = Case(flat), Case(flat, lambda: 2.0 * IWAE(64))
    assert [trainer(case, total=200, compile="auto").facts["compiled"] for case in (one, many)] == ["no", "yes"]
    weights = sum(p.numel() for p in flat().parameters())
    monkeypatch.setattr("lowerbound.training.precision.SMALL_STEP", 4 * BATCH * weights)
    torch.set_num_threads(2)
    try:
        assert [threads_seen(case) for case in (one, many)] == [1, 2]
    finally:
        torch.set_num_threads(1)


def threads_seen(case: Case) -> int:
    """Return the threads that the steps of a run were given."""
    seen: list[int] = []

    def prepare(batch: Batch) -> Batch:
        seen.append(torch.get_num_threads())
        return batch

    fit(replace(case, prepare=prepare), total=2)
    return seen[-1]


@pytest.mark.parametrize("size", [1, 48, 1000])
def test_any_batch_size_trains(size: int) -> None:
    case = ZOO["flat"]
    assert fit("flat", total=5, batches=InMemory(case.data()["x"], batch_size=size))[1].reason == "finished"
    assert fit("flat", total=5, accumulate=7, batches=Rows(case.data(), size))[1].reason == "finished"


def test_a_loss_does_not_change_with_the_batch_size() -> None:
    case = Case(flat, data=ZOO["flat"].data)
    small = [fit(case, total=1, learning_rate=1e-9, batches=Rows(case.data(), n))[1] for n in (48, 48)]
    twice = {"x": case.data()["x"].repeat(2, 1)}
    large = fit(case, total=1, learning_rate=1e-9, batches=Rows(twice, 96))[1]
    values = [outcome.history.records[0]["train/elbo"] for outcome in (*small, large)]
    assert values[0] == values[1]
    assert values[2] == pytest.approx(values[0], abs=0.5)


def test_every_row_is_visited_once_an_epoch() -> None:
    seen: list[torch.Tensor] = []

    def watch(batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        seen.append(batch["index"].clone())
        return {"x": batch["x"]}

    data = ZOO["flat"].data() | {"index": torch.arange(48)}
    made = trainer("flat", total=6, prepare=watch)
    made.fit(Rows(data, BATCH))
    for epoch in (seen[1:4], seen[4:7]):
        assert sorted(torch.cat(epoch).tolist()) == [*range(48)]


def globals_now() -> dict[str, Any]:
    return {
        "torch": torch.get_rng_state().tolist(),
        "numpy": np.random.get_state()[1].tolist(),
        "python": random.getstate(),
        "signals": [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)],
        "gradients": torch.is_grad_enabled(),
        "threads": torch.get_num_threads(),
        "dtype": torch.get_default_dtype(),
        "noise": noise._source,
        "layers": conditional._layers,
        "autocast": torch.is_autocast_enabled("cpu"),
        "determinism": torch.are_deterministic_algorithms_enabled(),
    }


@pytest.fixture
def _nothing_global_changes() -> Iterator[None]:
    before = globals_now()
    yield
    after = globals_now()
    assert [name for name in before if before[name] != after[name]] == []


@pytest.mark.usefixtures("_nothing_global_changes")
@pytest.mark.parametrize("name", ["critic", "binarized"])
def test_training_leaves_everything_global_as_it_was(name: str, tmp_path: Path) -> None:
    fit(name, tmp_path, precision="bfloat16")


@pytest.mark.usefixtures("_nothing_global_changes")
def test_so_does_a_run_that_fails(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="simulated"):
        fit("binarized", tmp_path, precision="bfloat16", accumulate=2, observers=[Crashed(7)])


@pytest.mark.usefixtures("_nothing_global_changes")
def test_so_does_an_objective_that_fails() -> None:
    class Failing(ELBO):
        def forward(self, trace: Any) -> torch.Tensor:
            if int(trace.progress.step) == 2:
                raise KeyError("inside")
            return super().forward(trace)

    with pytest.raises(KeyError, match="inside"):
        fit(Case(flat, Failing), accumulate=3, precision="bfloat16")


def test_observers_hear_of_a_failure() -> None:
    watcher = Watcher()
    with pytest.raises(RuntimeError, match="simulated"):
        fit("flat", observers=[watcher, Crashed(3)])
    assert watcher.reason == "failed"


def test_an_occupied_folder_is_refused_and_unharmed(tmp_path: Path) -> None:
    fit("flat", tmp_path)
    before = contents(tmp_path)
    with pytest.raises(RunError, match="holds a run already: resume it, or choose another folder"):
        fit("critic", tmp_path)
    assert contents(tmp_path) == before


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="Cannot write"):
        fit("flat", tmp_path / "file" / "run")


def test_rows_that_processes_cannot_share_are_refused() -> None:
    class Two:
        several, main, rank, world = True, True, 0, 2

    case = ZOO["flat"]
    made = Trainer(*case.build(), options(), total=TOTAL, processes=Two())
    with pytest.raises(ConfigError, match="A batch of 3 rows cannot be shared evenly by 2 processes"):
        made.fit(Rows(case.data(), 3))


class Branching(nn.Module):
    """A user's module that no graph can hold."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, *contexts: torch.Tensor | None) -> torch.distributions.Distribution:
        self.count = int(contexts[0].sum().item()) if contexts[0].sum().item() > 0 else 0
        print(end="")
        return self.inner(*contexts)


def branching() -> Model:
    """Return a flat model with such a module."""
    model = flat()
    model.likelihood = Branching(model.likelihood)
    return model


def test_what_cannot_be_compiled_runs_eagerly(captured: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lowerbound.training.precision.COMPILE_STEPS", 1)
    watcher = Watcher()
    compiled, outcome = fit(Case(branching), total=8, compile="auto", observers=[watcher])
    assert outcome.facts["compiled"].startswith("no")
    assert fingerprint(compiled) == fingerprint(fit(Case(branching), total=8)[0])


def test_unless_compilation_was_demanded(captured: None) -> None:
    from torch._dynamo.exc import TorchDynamoException

    with pytest.raises(TorchDynamoException):
        fit(Case(branching), total=8, compile="yes")
