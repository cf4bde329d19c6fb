"""The numbers of a model, their errors, and the words beside them."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
import torch

import lowerbound as lb
from lowerbound.data import Schema
from lowerbound.estimators.evaluation import doubt, evaluate, statement
from lowerbound.estimators.fitted import Fitted
from tests.estimators.small import bits, pictures, small, table
from tests.known_answers.linear_gaussian import LinearGaussian

X = table()


@pytest.fixture(scope="module")
def fitted() -> lb.VAE:
    """Return a model of a table."""
    return small().fit(X)


def exact() -> tuple[LinearGaussian, torch.Tensor, Fitted]:
    """A model whose log p(x) is known and whose posterior is exact."""
    truth = LinearGaussian.random(4, 2)
    torch.manual_seed(0)
    return truth, truth.sample(50), Fitted(truth.vae(), Schema((4,), "real"))


def test_every_number_is_exact_where_the_posterior_is() -> None:
    truth, rows, model = exact()
    found = evaluate(model, rows, None, samples=3, split="test")
    known = truth.log_prob(rows).numpy()
    assert found.log_likelihood.rows == pytest.approx(known, abs=1e-9)
    assert found.log_likelihood.value == pytest.approx(known.mean(), abs=1e-9)
    assert found.log_likelihood.standard_error == pytest.approx(known.std(ddof=1) / math.sqrt(50), rel=1e-9)
    assert found.log_likelihood.monte_carlo_error == pytest.approx(0.0, abs=1e-9)
    assert found.log_likelihood.ess == pytest.approx(np.full(50, 3.0))
    assert found.elbo == pytest.approx(known.mean(), abs=0.3)
    assert found.n_rows == 50
    assert found.split == "test"


def test_the_elbo_is_minus_its_parts_and_below_log_p(fitted: lb.VAE) -> None:
    found = fitted.evaluate(X, samples=500)
    assert found.elbo == pytest.approx(-(found.rate + found.distortion), abs=1e-9)
    assert found.rate > 0
    assert found.elbo < found.log_likelihood.value + 3 * found.log_likelihood.monte_carlo_error
    rows = fitted.fitted_.bound(torch.as_tensor(X, dtype=torch.float32), samples=16)
    assert found.elbo_error == pytest.approx(rows.elbo.std(ddof=1) / math.sqrt(40))
    assert found.rate_error == pytest.approx(rows.rate.std(ddof=1) / math.sqrt(40))


def test_log_p_has_the_sign_of_a_log_likelihood() -> None:
    likely = np.array([0.9, 0.9, 0.1, 0.1, 0.9, 0.1, 0.9, 0.9])
    data = (np.random.default_rng(0).random((60, 8)) < likely).astype(int)
    vae = small(epochs=60, learning_rate=0.02).fit(data)
    found = vae.evaluate(data, samples=20)
    assert found.log_likelihood.value < 0  # a probability of discrete rows
    assert vae.score(data) > vae.score(1 - data)
    assert found.bits_per_dim == pytest.approx(-found.log_likelihood.value / 8 / math.log(2))
    assert 0 < found.bits_per_dim < 1.1


def test_log_p_of_all_rows_sums_to_one() -> None:
    data = bits(40, 4)
    vae = small().fit(data)
    rows = np.array([[i >> k & 1 for k in range(4)] for i in range(16)])
    estimate = vae.log_likelihood(rows, samples=20_000)
    assert np.exp(estimate.rows).sum() == pytest.approx(1.0, abs=0.02)


def test_the_error_of_the_estimate_is_that_of_its_repetitions() -> None:
    truth = LinearGaussian.random(4, 2)
    torch.manual_seed(0)
    rows = truth.sample(20)
    model = truth.vae("wide")
    runs = [Fitted(model, Schema((4,), "real"), seed=s).log_likelihood(rows, None, 50) for s in range(40)]
    spread = np.std([r.value for r in runs], ddof=1)
    assert np.mean([r.monte_carlo_error for r in runs]) == pytest.approx(spread, rel=0.5)


def test_numbers_can_be_written_as_json(fitted: lb.VAE) -> None:
    written = json.loads(json.dumps(fitted.evaluate(X, samples=5, split="test").to_json(), allow_nan=False))
    assert written["samples"] == 5
    assert written["bits_per_dim"] is None
    assert written["split"] == "test"
    assert written["n_rows"] == 40
    assert {"elbo", "rate", "distortion", "log_likelihood", "standard_error", "monte_carlo_error", "statement"} <= {
        *written
    }
    one = fitted.evaluate(X[:1], samples=1)
    assert json.loads(json.dumps(one.to_json(), allow_nan=False))["standard_error"] is None


STATEMENTS: dict[str, tuple[Any, str]] = {
    "real": (Schema((2,), "real"), "a density in the units of the data"),
    "binary": (Schema((2,), "binary"), "probabilities of binary data as given"),
    "levels": (Schema((2,), "levels", levels=17), "probabilities of integers 0 to 16, no dequantisation"),
    "mixed": (
        Schema((2,), "real", column_supports=("real", "count")),
        "a density of some columns in the units of the data, times probabilities of the others",
    ),
    "columns of integers": (Schema((2,), "real", column_supports=("binary", "count")), "probabilities of integers"),
    "dynamic": (Schema((2,), "binary", levels=256, binarize="dynamic"), "binarized once by a fixed seed"),
}


@pytest.mark.parametrize("kind", STATEMENTS)
def test_the_sense_of_the_numbers_stands_beside_them(kind: str) -> None:
    schema, words = STATEMENTS[kind]
    said = statement(schema, 5000)
    assert said.startswith("Nats per row, summed over features; ")
    assert words in said
    assert said.endswith("log p(x) by importance sampling with S = 5000.")
    adapted = statement(schema, 5000, "adapted")
    assert adapted.endswith("log p(x) by importance sampling from proposals adapted to each row with S = 5000.")


def test_the_statement_is_that_of_the_data(fitted: lb.VAE) -> None:
    assert "a density in the units of the data" in fitted.evaluate(X, samples=7).statement
    assert "S = 7" in fitted.evaluate(X, samples=7).statement
    levels = pictures(3, 3)
    assert "integers 0 to 255" in small(network="mlp").fit(levels).evaluate(levels, samples=1).statement


def test_a_density_is_that_of_the_data_s_own_units() -> None:
    same, metres = small().fit(X), small().fit(X / 100)
    assert metres.score(X / 100) == pytest.approx(same.score(X) + 4 * math.log(100), abs=1e-2)


def test_two_evaluations_agree(fitted: lb.VAE) -> None:
    first, second = (json.dumps(fitted.evaluate(X, samples=9).to_json()) for _ in range(2))
    assert first == second


def test_heavy_tailed_weights_are_warned_of() -> None:
    assert doubt(None) is None
    assert doubt(0.0) is None
    assert doubt(0.004).startswith("Less than 1 % of the rows")
    far = small(epochs=1).fit(X).evaluate(50 * X, samples=200)
    assert far.log_likelihood.untrusted > 0.5
    assert "Pareto k above 0.7" in far.warning
    assert far.to_json()["warning"] == far.warning
    assert small().fit(X).evaluate(X, samples=5).warning is None
