"""Predictive checks: uniform p-values where the model is right, small ones where it is wrong."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch

from lowerbound.errors import ConfigError
from lowerbound.metrics import STATISTICS, predictive_check

N, D = 60, 4
CHOLESKY = torch.tensor([[1.0, 0, 0, 0], [0.8, 0.6, 0, 0], [0, 0, 1, 0], [0, 0, 0.5, 1]]).double()


def rows(seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(N, D, generator=generator, dtype=torch.float64) @ CHOLESKY.T


def by_name(x: torch.Tensor, replicates: int = 99, seed: int = 1) -> dict:
    return {check.statistic: check for check in predictive_check(x, lambda r: rows(1000 * seed + r), replicates)}


@pytest.mark.thorough
def test_p_values_are_uniform_where_the_model_is_right():
    found = np.array([[c.p_value for c in by_name(rows(seed), 19, 1 + seed).values()] for seed in range(300)])
    assert found.min() >= 1 / 20
    for level in (0.05, 0.25, 0.5):
        share = (found <= level + 1e-9).mean(0)
        assert (np.abs(share - level) < 4 * math.sqrt(level * (1 - level) / 300)).all(), share
    assert found.mean() == pytest.approx(0.525, abs=0.04)


WRONG = {
    "mean": lambda x: x + torch.tensor([0, 0, 1.0, 0]),
    "standard deviation": lambda x: x * torch.tensor([1, 1, 1, 2.0]),
    "zeros": lambda x: x.relu(),
    "maximum": lambda x: torch.cat([x[:-1], x[-1:] + torch.tensor([0, 9.0, 0, 0])]),
    "row sums": lambda x: x + 1,
    "correlations": lambda x: torch.stack([x[:, 0], x[:, 1].flip(0), x[:, 2], x[:, 3]], 1),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_the_model_cannot_make_is_found_by_the_statistic_for_it(name):
    check = by_name(WRONG[name](rows(0)))[name]
    assert check.p_value == pytest.approx(0.01)
    worst = {"mean": "x2", "standard deviation": "x3", "maximum": "x1", "correlations": "x0, x1"}
    assert check.worst == worst.get(name, check.worst)
    assert check.worst_observed != pytest.approx(check.worst_replicated, rel=0.1)


def test_what_is_right_is_not_accused_of_what_is_wrong_elsewhere():
    checks = by_name(WRONG["correlations"](rows(0)))
    assert checks["mean"].p_value > 0.05
    assert checks["mean"].extreme <= 0.25
    assert checks["standard deviation"].p_value > 0.05


def test_a_statistic_that_never_varies_is_left_out():
    assert "zeros" not in by_name(rows(0))
    assert set(by_name(rows(0))) == set(STATISTICS) - {"zeros"}


def test_many_features_have_evenly_spaced_pairs():
    names = [f"pixel {i}" for i in range(200)]
    (check,) = predictive_check(
        torch.randn(30, 200), lambda r: torch.randn(30, 200), 19, names=names,
        statistics={"correlations": STATISTICS["correlations"]},
    )  # fmt: skip
    assert all(name.strip() in names for name in check.worst.split(","))
    json.dumps(check.to_json(), allow_nan=False)


def test_too_little_is_refused():
    with pytest.raises(ConfigError, match="at least 19 replicates"):
        predictive_check(rows(0), rows, 5)
    with pytest.raises(ConfigError, match="2 rows"):
        predictive_check(rows(0)[:1], rows, 50)
