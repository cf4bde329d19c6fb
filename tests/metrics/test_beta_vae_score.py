"""Rows 84 to 86 for the metric of the beta-VAE."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lowerbound.errors import DataError, ShapeError
from lowerbound.metrics import beta_vae_score
from tests.metrics.tables import FACTORS, PERFECT, PERMUTED, noise

FEW = {"points": 1000, "held": 500, "pairs": 16}


@pytest.mark.parametrize("codes", [PERFECT, PERMUTED], ids=["perfect", "permuted"])
def test_a_perfect_code_has_one(codes):
    assert beta_vae_score(codes, FACTORS, **FEW) == 1.0


def test_a_random_code_has_chance():
    score = beta_vae_score(noise(len(FACTORS)), FACTORS, points=1000, held=4000, pairs=16)
    assert abs(score - 0.25) < 4 * np.sqrt(0.25 * 0.75 / 4000) + 0.02


def test_a_mixed_code_lies_between():
    mixed = PERFECT @ np.linalg.qr(noise(4, 4))[0]
    assert 0.4 < beta_vae_score(mixed, FACTORS, **FEW) < 1.0


def test_a_function_encodes_each_row_once():
    asked = []

    def encode(rows):
        asked.append(rows)
        return torch.as_tensor(PERFECT[rows])

    assert beta_vae_score(encode, FACTORS, **FEW) == beta_vae_score(PERFECT, torch.as_tensor(FACTORS), **FEW) == 1.0
    assert len(asked) == 1
    assert len(np.unique(asked[0])) == len(asked[0]) <= len(FACTORS)


def test_it_is_seeded_and_latents_that_never_change_do_no_harm():
    mixed = np.concatenate([PERFECT @ np.linalg.qr(noise(4, 4))[0], np.ones((len(FACTORS), 1))], 1)
    scores = [beta_vae_score(mixed, FACTORS, **FEW, seed=seed) for seed in (0, 0, 1, 2, 3)]
    assert scores[0] == scores[1]
    assert len(set(scores)) > 1


def test_one_factor_is_always_told():
    assert beta_vae_score(noise(40), np.arange(40) % 4, points=20, held=10) == 1.0


@pytest.mark.parametrize(
    ("codes", "factors", "error", "words"),
    [
        (PERFECT[:-1], FACTORS, ShapeError, r"expected \(480, D\)"),
        (PERFECT[:, 0], FACTORS, ShapeError, "a row of latents"),
        (np.where(PERFECT == 7, np.nan, PERFECT), FACTORS, DataError, "NaN or inf in row 7"),
        (PERFECT, np.zeros((480, 1)), DataError, "Factor 0 has one value in all 480 rows"),
        (PERFECT, np.arange(480), DataError, "480 values in 480 rows: cut it"),
        (PERFECT, np.zeros((2, 2, 2)), ShapeError, "a column for each factor"),
    ],
    ids=["rows", "one axis", "nan", "constant", "continuous", "cube"],
)
def test_what_cannot_be_measured_is_refused(codes, factors, error, words):
    with pytest.raises(error, match=words):
        beta_vae_score(codes, factors, **FEW)
