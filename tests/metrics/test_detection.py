"""Row 90: AUROC and average precision are scikit-learn's, with ties; the error is that of repeated draws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from lowerbound.errors import DataError, ShapeError
from lowerbound.metrics import detection_scores


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("levels", [3, 10**6], ids=["ties", "none"])
def test_they_are_those_of_scikit_learn(seed, levels):
    rng = np.random.default_rng(seed)
    y = rng.random(80) < 0.2
    scores = rng.integers(0, levels, 80) + y * levels // 3
    found = detection_scores(y, scores)
    assert found.auroc == pytest.approx(roc_auc_score(y, scores), abs=1e-12)
    assert found.average_precision == pytest.approx(average_precision_score(y, scores), abs=1e-12)
    assert found.anomalies == y.mean()
    assert detection_scores(y, -scores).auroc == pytest.approx(1 - found.auroc, abs=1e-12)


def test_equal_scores_say_nothing():
    found = detection_scores([0, 0, 1, 1, 0], np.ones(5))
    assert (found.auroc, found.auroc_error, found.average_precision) == (0.5, 0.0, 0.4)


@pytest.mark.thorough
def test_the_error_is_that_of_repeated_draws():
    rng = np.random.default_rng(0)
    y = np.arange(90) < 30
    found = [detection_scores(y, rng.normal(size=90) + y) for _ in range(500)]
    values = [f.auroc for f in found]
    assert np.mean(values) == pytest.approx(0.5 * (1 + math.erf(0.5)), abs=4 * float(np.std(values)) / math.sqrt(500))
    assert math.sqrt(np.mean([f.auroc_error**2 for f in found])) == pytest.approx(np.std(values), rel=0.15)


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(ShapeError, match=r"\(2,\), \(3,\)"):
        detection_scores([0, 1, 1], [0.0, 1.0])
    with pytest.raises(DataError, match="1 anomalies and 2 others"):
        detection_scores([0, 0, 1], [0.0, 1.0, 2.0])
    with pytest.raises(DataError, match="Finite"):
        detection_scores([0, 0, 1, 1], [0.0, 1.0, 2.0, np.nan])
