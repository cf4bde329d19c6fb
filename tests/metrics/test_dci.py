"""Rows 84 to 87 for disentanglement, completeness and informativeness."""

from __future__ import annotations

import numpy as np
import pytest

from lowerbound.errors import UnknownNameError
from lowerbound.metrics import dci
from tests.metrics.tables import MANY, noise

CODE = MANY.astype(float)
TURNED = -CODE[:, ::-1] * np.array([1.0, 3.0, 0.5, 7.0])


@pytest.mark.parametrize("codes", [CODE, TURNED], ids=["perfect", "permuted"])
def test_a_perfect_code_has_one(codes):
    found = dci(codes, MANY)
    assert (found.disentanglement, found.completeness, found.informativeness) == pytest.approx((1.0, 1.0, 1.0))


def test_the_order_of_latents_is_that_of_the_importances():
    importance = dci(TURNED, MANY).importance
    np.testing.assert_allclose(importance, np.eye(4)[::-1], atol=1e-12)


def test_latents_that_are_there_twice_are_disentangled_and_incomplete():
    found = dci(np.repeat(CODE, 2, axis=1), MANY)
    assert found.disentanglement == pytest.approx(1.0)
    assert found.completeness < 0.9
    assert found.informativeness == 1.0


def test_a_random_code_has_none():
    factors = np.random.default_rng(1).integers(3, size=(2000, 3))
    found = dci(noise(2000, 4), factors)
    assert found.disentanglement < 0.1
    assert found.completeness < 0.1
    assert abs(found.informativeness - 1 / 3) < 0.06


def test_boosting_agrees():
    found = dci(CODE[:, :2], MANY[:, :2], method="boosting")
    assert (found.disentanglement, found.completeness, found.informativeness) == pytest.approx((1.0, 1.0, 1.0))


def test_the_lasso_sees_lines():
    found = dci(TURNED, MANY, method="lasso")
    assert (found.disentanglement, found.completeness) == pytest.approx((1.0, 1.0))
    assert 0.98 < found.informativeness < 1.0
    assert dci(noise(len(MANY)), MANY, method="lasso").informativeness < 0.02


def test_the_score_of_known_importances():
    """Half of the first latent's weight is on each factor: its disentanglement is 0, that of the second 1."""
    rng = np.random.default_rng(0)
    a, b = rng.integers(2, size=(2, 4000))
    found = dci(np.stack([a + 2 * b, b], 1), np.stack([a, b], 1))
    r = found.importance
    share = r / r.sum(1, keepdims=True)
    entropy = -(share * np.log2(np.where(share > 0, share, 1.0))).sum(1)
    assert found.disentanglement == pytest.approx(float((r.sum(1) / r.sum() * (1 - entropy)).sum()))
    assert 0 < found.disentanglement < 1


def test_it_is_seeded():
    codes, factors = (CODE + noise(len(CODE), 4))[::11], MANY[::11]
    one, same, other = (dci(codes, factors, seed=seed) for seed in (0, 0, 1))
    assert one.importance.tolist() == same.importance.tolist() != other.importance.tolist()


def test_a_code_that_never_changes():
    found = dci(np.zeros((len(MANY), 2)), MANY)
    assert (found.disentanglement, found.completeness) == (0.0, 0.0)


def test_methods_are_named():
    with pytest.raises(UnknownNameError, match="Did you mean 'forest'"):
        dci(CODE, MANY, method="forests")
