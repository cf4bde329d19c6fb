"""Training that meets a number that is not finite stops before it moves, says where, and can go on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from toys import BATCH, Signalled, Watcher, contents, fingerprint, fit
from zoo import ZOO, Case, Rows

from lowerbound.core import Trace
from lowerbound.data import InMemory
from lowerbound.errors import DivergenceError
from lowerbound.objectives import ELBO
from lowerbound.training import Trainer
from lowerbound.training.divergence import explain

BAD_ROW, SEED = 29, 4


class Numbered(Rows):
    """Batches that say which rows they hold."""

    def rows(self, epoch: int, step: int) -> Tensor:
        whole = Rows({**self.data, "row": torch.arange(self.n_rows)}, self.batch_size, seed=self.seed)
        return next(iter(whole.epoch(epoch, step)))["row"]


def spoiled(case: Case, value: float = torch.nan, rows: tuple[int, ...] = (BAD_ROW,)) -> dict[str, Tensor]:
    """Return the data of a case with bad rows."""
    data = {name: tensor.clone() for name, tensor in case.data().items()}
    for row in rows:
        data["x"][row].view(-1)[3] = value
    return data


def bad_step(batches: Rows) -> int:
    """Return the first step that meets the bad row."""
    epochs = [batches.rows(0, step) for step in range(batches.steps)]
    return next(step for step, rows in enumerate(epochs) if BAD_ROW in rows)


DIVERGING = ["flat", "ladder", "convolutional", "mixture", "semi-supervised", "critic", "optimal-variance"]


@pytest.mark.parametrize("value", [torch.nan, torch.inf])
@pytest.mark.parametrize("name", DIVERGING)
def test_a_bad_row_is_named_and_nothing_is_lost(name: str, value: float, tmp_path: Path) -> None:
    case = ZOO[name]
    batches = Numbered(spoiled(case, value), 12, seed=SEED)
    at = bad_step(batches)
    assert at > 0
    watcher = Watcher()
    with pytest.raises(DivergenceError, match=f"diverged at step {at} ") as caught:
        fit(case, tmp_path / "bad", batches=batches, validate=lambda model: {}, observers=[watcher])
    assert f"the input x is not finite in rows {BAD_ROW};" in str(caught.value)
    assert f"log p(x) is not finite in rows {BAD_ROW}" in str(caught.value)
    assert watcher.reason == "failed"
    assert watcher.steps == [*range(1, at + 1)]
    healthy = Numbered(case.data(), 12, seed=SEED)
    fit(case, tmp_path / "good", batches=healthy, validate=lambda model: {}, observers=[Signalled(at)])
    assert contents(tmp_path / "bad") == contents(tmp_path / "good")
    resumed, outcome = fit(case, tmp_path / "bad", batches=healthy, validate=lambda model: {}, resume=True)
    whole, _ = fit(case, batches=healthy, validate=lambda model: {})
    assert outcome.reason == "finished"
    assert fingerprint(resumed) == fingerprint(whole)


def test_rows_are_the_users_numbers() -> None:
    case = ZOO["flat"]
    made = Trainer(*case.build(), fit("flat", total=1)[0].options, total=20)
    batches = InMemory(spoiled(case)["x"], batch_size=BATCH)
    with pytest.raises(DivergenceError, match=f"in rows {1000 + BAD_ROW};"):
        made.fit(batches, which=torch.arange(1000, 1048))
    with pytest.raises(DivergenceError, match=f"in rows {BAD_ROW};"):
        fit(case, batches=batches, validate=lambda model: {})


def test_rows_without_numbers_are_those_of_the_batch() -> None:
    case = ZOO["flat"]
    batches = Rows(spoiled(case), 48, shuffle=False)
    with pytest.raises(DivergenceError, match=f"in rows {BAD_ROW} of the batch;"):
        fit(case, batches=batches, validate=lambda model: {})


def test_many_rows_are_cut_short() -> None:
    case = ZOO["flat"]
    batches = Rows(spoiled(case, rows=tuple(range(20, 40))), 48, shuffle=False)
    with pytest.raises(DivergenceError, match=re.escape("in rows 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, ... of")):
        fit(case, batches=batches, validate=lambda model: {})


@pytest.mark.parametrize("name", ["flat", "learned-variance", "three-players", "ladder"])
def test_a_rate_that_explodes_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(DivergenceError, match=r"Lower the learning rate \(now 1e\+30\)") as caught:
        fit(
            name, tmp_path, learning_rate=1e30, learning_rate_schedule="constant", learning_rate_warmup=0.0,
            validate=lambda model: {},
        )  # fmt: skip
    assert "The last good state is kept" in str(caught.value)
    resumed: dict[str, Any] = {"resume": True, "validate": lambda model: {}, "learning_rate": 1e-3}
    with pytest.raises(DivergenceError) as again:
        fit(name, tmp_path, **{**resumed, "learning_rate": 1e30, "learning_rate_schedule": "constant"})
    assert _step(again.value) == _step(caught.value)


def _step(error: Exception) -> str:
    found = re.search(r"at step (\d+)", str(error))
    assert found
    return found[1]


def test_a_gradient_that_overflows_is_told_from_a_density() -> None:
    class Steep(ELBO):
        def forward(self, trace: Trace) -> Tensor:
            loss = super().forward(trace)
            return loss + 0.0 * (loss - loss.detach()).abs().sqrt()

    with pytest.raises(DivergenceError, match="every density .* is finite in float32: the gradient overflowed"):
        fit(Case(ZOO["flat"].model, Steep))


def test_the_explanation_sees_the_noise_of_the_step() -> None:
    drawn: list[Tensor] = []

    def prepare(batch: dict[str, Tensor]) -> dict[str, Tensor]:
        drawn.append(torch.rand(3))
        return batch

    with pytest.raises(DivergenceError):
        fit("flat", batches=Rows(spoiled(ZOO["flat"]), 48), validate=lambda model: {}, prepare=prepare)
    assert torch.equal(drawn[-1], drawn[-2])


def test_latents_are_named() -> None:
    model, _ = ZOO["flat"].build()
    with torch.no_grad():
        model.levels[0].posterior_.network.layers[-1].bias.fill_(torch.inf)
    error = explain(model, {"x": torch.zeros(2, 16)}, 3, {"loss/model": torch.tensor(torch.nan)}, 0.1)
    assert "KL(z) is not finite in rows 0, 1 of the batch" in str(error)
    assert "(loss/model = nan)" in str(error)
