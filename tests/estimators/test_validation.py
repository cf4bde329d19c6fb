"""What of the held-out rows chooses the weights."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from lowerbound.core import Progress, held
from lowerbound.data import from_arrays
from lowerbound.errors import ConfigError
from lowerbound.estimators.fitting import Fit, fit
from lowerbound.estimators.validation import validation
from lowerbound.objectives import ELBO
from tests.estimators.small import split, table, tiny

MATCH = "Distortion() + 10.0 * Match(MMD())"


def fitted(**changed: Any) -> Fit:
    """Rounds of one step at a rate so high that the weights get better and worse."""
    return fit(split(), tiny(**{"epochs": 20, "learning_rate": 0.1, "ema": 0.0, **changed}))


@pytest.fixture(scope="module")
def matched() -> Fit:
    """Return what a distance to the prior was minimised in."""
    return fitted(objective=MATCH)


def column(result: Fit, name: str) -> list[float]:
    """Return the held-out numbers of the rounds."""
    return [value for _, value in result.outcome.history.column(f"val/{name}")]


def test_the_bound_chooses() -> None:
    result = fitted()
    x, _ = split().rows("valid")
    assert float(result.fitted.bound(x).elbo.mean()) == pytest.approx(max(column(result, "elbo")), abs=1e-5)
    assert column(result, "loss") == column(result, "log_likelihood") == []


def test_an_importance_weighted_bound_chooses_its_weights_itself() -> None:
    result = fitted(objective="IWAE(8)")
    values = column(result, "log_likelihood")
    assert sum(values) > sum(column(result, "elbo"))
    x, _ = split().rows("valid")
    assert result.fitted.log_likelihood(x, None, 8).value == pytest.approx(max(values), abs=1e-5)


@pytest.mark.thorough
def test_a_distance_to_the_prior_is_judged_by_what_is_minimised(matched: Fit) -> None:
    values, elbos = column(matched, "loss"), column(matched, "elbo")
    assert min(values) < values[-1]
    again = validation(matched.plan, matched.fitted, split())
    assert again is not None
    assert again(matched.fitted.model)["loss"] == pytest.approx(min(values), abs=1e-6)
    assert again(matched.fitted.model)["elbo"] < max(elbos)


def mean_loss(result: Fit, rows: Tensor) -> float:
    """Return the mean loss of batches of 18 rows, with the noise of a validation."""
    losses = []
    with held(result.fitted.model), torch.no_grad(), torch.random.fork_rng():
        torch.manual_seed(result.plan.settings.train.seed)
        for batch in result.fitted.batches(rows, None, size=18):
            losses.append(float(result.plan.objective.losses(result.fitted.model, batch, Progress(20, 20))["model"]))
    return sum(losses) / len(losses)


@pytest.mark.thorough
def test_a_loss_across_rows_is_taken_in_whole_batches() -> None:
    data = from_arrays(table(400)).split(valid=0.1, test=0.0, seed=0)
    result = fit(data, tiny(epochs=1, objective=MATCH, ema=0.0))
    found = validation(result.plan, result.fitted, data)
    assert found is not None
    rows = data.rows("valid")[0].repeat(13, 1)[:504]
    assert found(result.fitted.model)["loss"] == pytest.approx(mean_loss(result, rows), abs=1e-6)


def test_a_loss_of_single_rows_takes_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ELBO, "judged_by", "loss")
    data = from_arrays(table(90)).split(valid=0.2, test=0.0, seed=0)
    result = fit(data, tiny(epochs=1, ema=0.0))
    found = validation(result.plan, result.fitted, data)
    assert found is not None
    rows = data.rows("valid")[0]
    assert len(rows) == 18
    assert found(result.fitted.model)["loss"] == pytest.approx(mean_loss(result, rows), abs=1e-5)


def test_asking_does_not_use_up_random_numbers(matched: Fit) -> None:
    validate = validation(matched.plan, matched.fitted, split())
    assert validate is not None
    before = torch.random.get_rng_state()
    assert validate(matched.fitted.model) == validate(matched.fitted.model)
    assert torch.equal(before, torch.random.get_rng_state())


def test_one_held_out_row_is_enough_to_go_on() -> None:
    data = from_arrays(table(20)).split(valid=0.05, test=0.0, seed=0)
    assert len(data.rows("valid")[0]) == 1
    assert fit(data, tiny(objective=MATCH)).outcome.complete


def test_a_game_keeps_its_last_weights() -> None:
    game = "Distortion() + 5.0 * AdversarialMatch(MLP(((2,),), (1,), (4,)))"
    result = fitted(objective=game)
    assert max(column(result, "elbo")) > column(result, "elbo")[-1]
    x, _ = split().rows("valid")
    assert float(result.fitted.bound(x).elbo.mean()) == pytest.approx(column(result, "elbo")[-1], abs=1e-5)
    with pytest.raises(ConfigError, match="Leave patience out"):
        fitted(objective=game, patience=2)


def test_without_held_out_rows_there_are_no_numbers() -> None:
    data = from_arrays(table()).split(valid=0.0, test=0.0, seed=0)
    result = fit(data, tiny())
    assert validation(result.plan, result.fitted, data) is None
