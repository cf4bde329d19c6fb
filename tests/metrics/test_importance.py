"""Estimates of log p(x) and their errors, on models whose log p(x) is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from lowerbound.core import layer_precision
from lowerbound.metrics import LogLikelihood, effective_sample_size, log_likelihood, log_weights
from tests.known_answers.discrete import binary, m2, mixture
from tests.known_answers.linear_gaussian import LinearGaussian, trainable_vae

GAUSSIAN = LinearGaussian.random(4, 2, seed=3)


def estimate(model, x: Tensor, samples: int, *, size: int | None = None, **options) -> LogLikelihood:
    return log_likelihood(model, ({"x": rows} for rows in x.split(size or len(x))), samples, **options)


def test_it_is_exact_with_the_exact_posterior():
    x = GAUSSIAN.sample(7)
    result = estimate(GAUSSIAN.vae("exact"), x, 3)
    assert result.rows == pytest.approx(GAUSSIAN.log_prob(x).numpy(), rel=1e-9)
    assert result.ess == pytest.approx(np.full(7, 3.0))
    assert result.monte_carlo_error < 1e-9
    assert result.row_errors.max() < 1e-9


def test_it_reaches_the_truth_from_below():
    x, model = GAUSSIAN.sample(20), GAUSSIAN.vae("wide")
    truth = float(GAUSSIAN.log_prob(x).mean())
    few, more = (np.mean([estimate(model, x, s, seed=seed).value for seed in range(100)]) for s in (1, 10))
    assert few < more < truth
    assert estimate(model, x, 50_000).value == pytest.approx(truth, abs=0.02)


@pytest.mark.parametrize("model", [mixture, m2])
def test_enumerated_latents_are_summed_out_exactly(model):
    x, vae = binary(5), model().eval()
    result = estimate(vae, x, 4)
    if model is mixture:  # nothing is left to sample
        with torch.no_grad():
            truth = torch.stack(
                [vae({"x": x, "y": torch.eye(3).double()[y].expand(5, 3)}).log_weight()[0] for y in range(3)]
            )
        assert result.rows == pytest.approx(torch.logsumexp(truth, 0).numpy(), rel=1e-12)
        assert result.monte_carlo_error < 1e-12
    assert result.rows.dtype == np.float64
    assert (result.rows < 0).all()


@pytest.mark.parametrize("samples", [1, 16, 17, 100])
@pytest.mark.parametrize("chunk", [1, 7, 50, 1000])
def test_neither_chunks_nor_neighbours_change_a_row(samples, chunk):
    x, model = GAUSSIAN.sample(9), GAUSSIAN.vae("wide")
    whole = estimate(model, x, samples)
    cut = estimate(model, x, samples, size=2, chunk=chunk)
    alone = estimate(model, x[4:5], samples, chunk=chunk)
    assert cut.rows == pytest.approx(whole.rows, rel=1e-12)
    assert alone.rows[0] == pytest.approx(whole.rows[4], rel=1e-12)
    assert cut.ess == pytest.approx(whole.ess, rel=1e-9)
    assert cut.row_errors == pytest.approx(whole.row_errors, rel=1e-9, nan_ok=True)
    assert cut.monte_carlo_error == pytest.approx(whole.monte_carlo_error, rel=1e-9, nan_ok=True)


@pytest.mark.parametrize("samples", [1, 2, 17, 99])
def test_exactly_the_samples_asked_for_are_used(samples):
    x, model = GAUSSIAN.sample(3), GAUSSIAN.vae("wide")
    log_w = log_weights(model, {"x": x}, samples, chunk=10)
    result = estimate(model, x, samples, chunk=10)
    assert log_w.shape == (samples, 3)
    assert len(log_w.unique()) == samples * 3
    assert result.samples == samples
    by_hand = torch.logsumexp(log_w, 0) - math.log(samples)
    assert result.rows == pytest.approx(by_hand.numpy(), rel=1e-12)
    assert result.ess == pytest.approx(effective_sample_size(log_w).numpy(), rel=1e-9)


def test_more_samples_begin_with_the_same_ones():
    x, model = {"x": GAUSSIAN.sample(2)}, GAUSSIAN.vae("wide")
    torch.testing.assert_close(log_weights(model, x, 40)[:10], log_weights(model, x, 10), rtol=1e-12, atol=1e-12)
    assert not torch.allclose(log_weights(model, x, 10, seed=1), log_weights(model, x, 10))


@pytest.mark.parametrize("rows", [1, 10])
def test_errors_are_those_of_repetition(rows):
    """The Monte Carlo errors of one call agree with the spread over seeds, within a fifth (4 standard errors)."""
    x, model = GAUSSIAN.sample(rows), GAUSSIAN.vae("wide")
    runs = [estimate(model, x, 400, seed=seed) for seed in range(200)]
    spread = np.std([run.value for run in runs], ddof=1)
    assert np.mean([run.monte_carlo_error for run in runs]) == pytest.approx(spread, rel=1 / 5)
    of_rows = np.std([run.rows for run in runs], axis=0, ddof=1)
    assert np.mean([run.row_errors for run in runs], axis=0).mean() == pytest.approx(of_rows.mean(), rel=1 / 5)


def test_the_standard_error_is_that_of_rows():
    x, model = GAUSSIAN.sample(50), GAUSSIAN.vae("exact")
    result = estimate(model, x, 2)
    assert result.value == pytest.approx(float(GAUSSIAN.log_prob(x).mean()), rel=1e-9)
    assert result.standard_error == pytest.approx(float(GAUSSIAN.log_prob(x).std()) / math.sqrt(50), rel=1e-9)


def test_what_one_row_or_one_sample_cannot_tell_is_nan():
    x, model = GAUSSIAN.sample(2), GAUSSIAN.vae("wide")
    assert math.isnan(estimate(model, x[:1], 5).standard_error)
    one = estimate(model, x, 1)
    assert math.isnan(one.monte_carlo_error)
    assert np.isnan(one.row_errors).all()


def test_bits_are_for_discrete_data():
    x, model = GAUSSIAN.sample(2), GAUSSIAN.vae("exact")
    result = estimate(model, x, 2, dimensions=4, discrete=True)
    assert result.bits_per_dim == pytest.approx(-result.value / (4 * math.log(2)))
    assert estimate(model, x, 2, dimensions=4).bits_per_dim is None
    assert estimate(model, x, 2).to_json()["bits_per_dim"] is None


def test_rows_done_are_told():
    told: list[int] = []
    estimate(GAUSSIAN.vae("exact"), GAUSSIAN.sample(5), 2, size=2, advance=told.append)
    assert told == [2, 2, 1]


def test_layers_in_bfloat16_leave_densities_in_float32():
    model, x = trainable_vae(6, 2).eval(), {"x": torch.randn(4, 6)}
    with layer_precision(torch.bfloat16):
        assert log_weights(model, x, 3).dtype == torch.float32
    fast, exact = (log_likelihood(model, iter([x]), 64, layers=layers) for layers in (torch.bfloat16, None))
    assert (fast.layers, exact.layers) == ("bfloat16", "float32")
    assert 0 < np.abs(fast.rows - exact.rows).max() < 0.1
    assert fast.to_json()["layers"] == "bfloat16"


def test_a_float64_model_stays_float64():
    model, x = GAUSSIAN.vae("wide"), GAUSSIAN.sample(2)
    assert log_weights(model, {"x": x}, 3).dtype == torch.float64
    assert estimate(model, x, 3).layers == "float64"
