"""Steps replayed as a CUDA graph are the eager ones. What needs a GPU is left out where there is none."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from test_step import assert_equal, state, take
from torch import Tensor
from toys import Crashed, Watcher, first_batch, fit, step_of
from zoo import ZOO, Case, Rows

import lowerbound as lb
from lowerbound.core import Batch, Log, Model, Progress
from lowerbound.objectives import ELBO
from lowerbound.training.replay import Replay

on_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")


class Curious(ELBO):
    """An objective that asks the device for a number in every step, which no graph can."""

    def losses(self, model: Model, batch: Batch, progress: Progress, log: Log | None = None) -> dict[str, Tensor]:
        losses = super().losses(model, batch, progress, log)
        return losses if float(losses["model"].detach()) > -1e9 else {}


class RowsThere(Rows):
    """Batches on the GPU, in an order made here."""

    def epoch(self, epoch: int, start: int = 0) -> Iterator[dict[str, Tensor]]:
        return ({name: value.cuda() for name, value in batch.items()} for batch in super().epoch(epoch, start))


def there(case: Case) -> Case:
    """Return the case on the GPU."""
    return dataclasses.replace(
        case, model=lambda: case.model().cuda(), objective=lambda: case.objective().cuda(),
        data=lambda: {name: value.cuda() for name, value in case.data().items()},
    )  # fmt: skip


def fit_there(name: str, folder: Path | None = None, **rest: object) -> tuple[object, object]:
    case = ZOO[name]
    return fit(there(case), folder, batches=RowsThere(case.data(), 16), compile="auto", **rest)


def test_what_cannot_be_captured_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Replay, batch: Batch, numbers: list[Tensor]) -> None:
        raise RuntimeError("operation not permitted when stream is capturing")

    monkeypatch.setattr(Replay, "prepare", refuse)
    eager, replayed = step_of(ZOO["flat"]), step_of(ZOO["flat"], replayed=True)
    take(eager, ZOO["flat"], 2)
    take(replayed, ZOO["flat"], 2)
    assert replayed.replay is None
    assert_equal(state(eager), state(replayed))


def test_steps_in_parts_are_not_replayed() -> None:
    assert step_of(ZOO["flat"], replayed=True).replay is not None
    assert step_of(ZOO["flat"], replayed=True, accumulate=2).replay is None


@on_gpu
@pytest.mark.parametrize("name", ZOO)
def test_a_replayed_step_is_the_eager_one(name: str) -> None:
    case = there(ZOO[name])
    eager, replayed = step_of(case), step_of(case, replayed=True)
    logs = take(eager, case, 4), take(replayed, case, 4)
    assert replayed.replay is not None
    for one, other in zip(*logs, strict=True):
        assert one.keys() == other.keys()
        for key in one:
            torch.testing.assert_close(one[key].double().cpu(), other[key].cpu(), rtol=1e-5, atol=1e-6)
    ours, theirs = state(eager), state(replayed)
    for key in ours:
        torch.testing.assert_close(ours[key], theirs[key], rtol=1e-5, atol=1e-5, msg=lambda m: f"{key}: {m}")  # noqa: B023


@on_gpu
@pytest.mark.parametrize(
    "changes", [{"optimizer": "soap"}, {"clip": 0.5, "weight_decay": 0.1}, {"precision": "bfloat16"}]
)
def test_also_with_other_settings(changes: dict[str, object]) -> None:
    case = there(ZOO["three-players"])
    eager, replayed = step_of(case, **changes), step_of(case, replayed=True, **changes)
    take(eager, case, 12, lr=0.001)
    take(replayed, case, 12, lr=0.001)
    assert replayed.replay is not None
    ours, theirs = state(eager), state(replayed)
    for key in ours:
        torch.testing.assert_close(ours[key], theirs[key], rtol=1e-4, atol=1e-4, msg=lambda m: f"{key}: {m}")  # noqa: B023


@on_gpu
def test_capturing_moves_nothing_and_a_bad_step_neither() -> None:
    case = there(ZOO["optimal-variance"])
    step = step_of(case, replayed=True)
    before = state(step)
    batch = first_batch(case)
    assert step.replay is not None
    step.replay.prepare(batch, [torch.tensor(v, device="cuda") for v in (0.0, 0.1, 0.9)])
    assert_equal(before, state(step))
    log, finite = step({"x": torch.full_like(batch["x"], torch.nan)}, 0, 1, 0.1, 0.9)
    assert not bool(finite)
    assert_equal(
        {k: v for k, v in before.items() if "statistics" not in k},
        {k: v for k, v in state(step).items() if "statistics" not in k},
    )


@on_gpu
@pytest.mark.parametrize(
    "name", ["flat", "critic", "three-players", "semi-supervised", "optimal-variance", "binarized"]
)
@pytest.mark.parametrize("optimizer", ["adam", "soap"])
def test_a_run_that_crashed_ends_as_the_uninterrupted_one(name: str, optimizer: str, tmp_path: Path) -> None:
    whole, outcome = fit_there(name, tmp_path / "whole", optimizer=optimizer)
    assert outcome.facts["compiled"] == "as a CUDA graph"
    with pytest.raises(RuntimeError, match="simulated"):
        fit_there(name, tmp_path / "broken", optimizer=optimizer, checkpoint_seconds=0.0, observers=[Crashed(9)])
    watcher = Watcher()
    resumed, _ = fit_there(name, tmp_path / "broken", optimizer=optimizer, resume=True, observers=[watcher])
    assert watcher.began is not None
    assert 0 < watcher.began[0] <= 9
    assert (tmp_path / "whole" / "metrics.jsonl").read_bytes() == (tmp_path / "broken" / "metrics.jsonl").read_bytes()
    for name, p in whole.model.state_dict().items():
        assert torch.equal(p, resumed.model.state_dict()[name])


@on_gpu
def test_an_objective_that_waits_for_the_device_runs_as_it_is() -> None:
    case = dataclasses.replace(ZOO["flat"], objective=Curious)
    _, expected = fit(there(case), batches=RowsThere(case.data(), 16))
    _, found = fit(there(case), batches=RowsThere(case.data(), 16), compile="auto")
    assert found.facts["compiled"].startswith("no (")
    for name, p in expected.best.items():
        assert torch.equal(p, found.best[name])


@on_gpu
@pytest.mark.parametrize(
    "settings", [{}, {"network": "mlp", "precision": "bfloat16"}, {"recipe": "vae-gan"}, {"recipe": "geco"}]
)
def test_a_fit_on_the_gpu_repeats_itself_and_scores_as_the_cpu_does(
    settings: dict[str, object], tmp_path: Path
) -> None:
    digits = lb.data.datasets.digits()
    one, other = (lb.VAE(4, epochs=3, device="cuda", random_state=0, **settings).fit(digits) for _ in range(2))
    rows = digits.rows("test")[0][:50]
    if "gan" not in str(settings):
        scores = one.score_samples(rows)
        assert (scores == other.score_samples(rows)).all()
        one.save(tmp_path / "run")
        cpu = lb.load(tmp_path / "run", device="cpu").score_samples(rows)
        assert abs(scores - cpu).max() < 0.05
    assert one.sample(3).shape == other.sample(3).shape
