"""Rows 84 to 86 for the metric of the FactorVAE."""

from __future__ import annotations

import numpy as np
import pytest

from lowerbound.metrics import factor_vae_score
from tests.metrics.tables import FACTORS, PERFECT, PERMUTED, TWICE, noise


@pytest.mark.parametrize("codes", [PERFECT, PERMUTED, TWICE], ids=["perfect", "permuted", "twice"])
def test_a_perfect_code_has_one(codes):
    assert factor_vae_score(codes, FACTORS, held=1000) == 1.0


def test_a_random_code_has_chance():
    factors = np.random.default_rng(1).integers(4, size=(20_000, 5))
    score = factor_vae_score(noise(20_000), factors, held=2000)
    assert abs(score - 0.2) < 4 * np.sqrt(0.2 * 0.8 / 2000) + 0.02


def test_it_does_not_see_the_scale_of_a_latent():
    one = PERFECT @ np.linalg.qr(noise(4, 4))[0]
    assert factor_vae_score(one, FACTORS, held=500) == factor_vae_score(one * [1e-3, 1, 1e3, -1], FACTORS, held=500)


def test_a_latent_that_never_changes_takes_no_part():
    codes = np.concatenate([np.full((len(FACTORS), 1), 0.1), PERFECT], 1)
    assert factor_vae_score(codes, FACTORS, held=500) == 1.0
    assert factor_vae_score(codes[:, :1], FACTORS, held=500) < 0.5


def test_a_function_and_the_seed():
    codes = PERFECT + 3 * noise(len(FACTORS), 4)
    scores = [factor_vae_score(codes, FACTORS, held=500, rows=20, seed=seed) for seed in (0, 1)]
    assert factor_vae_score(lambda rows: codes[rows], FACTORS, held=500, rows=20) == scores[0] != scores[1]
