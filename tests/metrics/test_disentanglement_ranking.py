"""Models that found the same latents, and models that did not."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lowerbound.errors import ConfigError, ShapeError
from lowerbound.metrics import unsupervised_disentanglement_ranking
from tests.metrics.tables import PERFECT, PERMUTED, noise

MIXED = PERFECT @ np.linalg.qr(noise(4, 4))[0]


def test_the_same_latents_in_any_order_sign_and_shape_have_one():
    bent = np.exp(PERFECT[:, ::-1])
    scores = unsupervised_disentanglement_ranking([PERFECT, torch.as_tensor(PERMUTED), bent])
    np.testing.assert_allclose(scores, 1.0, atol=1e-12)


def test_a_mixture_agrees_less():
    scores = unsupervised_disentanglement_ranking([PERFECT, PERMUTED, PERFECT * 2, MIXED])
    assert scores[3] < 0.8
    np.testing.assert_allclose(scores[:3], 1.0, atol=1e-12)


def test_two_models_by_hand():
    """Ranks of one latent against two of the other."""
    a, b = PERFECT[:, :1], np.stack([PERFECT[:, 0], PERFECT[:, 0] + 3 * PERFECT[:, 1]], 1)
    from scipy.stats import spearmanr

    r = np.abs([spearmanr(a[:, 0], b[:, j]).statistic for j in range(2)])
    expected = (r.sum() + r.max() ** 2 / r.sum()) / 3
    assert unsupervised_disentanglement_ranking([a, b]) == pytest.approx([expected, expected])


def test_latents_that_carry_nothing_take_no_part():
    padded = np.concatenate([PERFECT, 1e-3 * noise(len(PERFECT), 3)], 1)
    assert unsupervised_disentanglement_ranking([padded, PERMUTED]) == pytest.approx([1.0, 1.0])
    chosen = [np.ones(7, bool), np.ones(4, bool)]
    assert unsupervised_disentanglement_ranking([padded, PERMUTED], informative=chosen)[0] < 0.9
    assert unsupervised_disentanglement_ranking([1e-3 * padded, PERMUTED]).tolist() == [0.0, 0.0]


def test_models_are_compared_on_the_same_rows():
    with pytest.raises(ConfigError, match="give two or more"):
        unsupervised_disentanglement_ranking([PERFECT])
    with pytest.raises(ShapeError, match="480, 479 rows"):
        unsupervised_disentanglement_ranking([PERFECT, PERFECT[1:]])
