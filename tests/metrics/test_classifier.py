"""The classifier two-sample test: its size, its power, and classifiers of the user's own."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from lowerbound.errors import DataError
from lowerbound.metrics import classifier_test
from tests.metrics.two_sets import normals

TESTS = 300


@pytest.mark.thorough
def test_it_rejects_no_more_often_than_it_says():
    neighbours = KNeighborsClassifier(3)
    found = [
        classifier_test(normals(40, seed=2 * s), normals(40, seed=2 * s + 1), classifier=neighbours, seed=s)
        for s in range(TESTS)
    ]
    p = np.array([f.p_value for f in found])
    for level in (0.05, 0.2, 0.5):
        assert (p <= level).mean() < level + 4 * math.sqrt(level * (1 - level) / TESTS)
    assert (p <= 0.5).mean() > 0.25  # a count has steps, so it rejects a little less often
    accuracy = np.array([f.value for f in found])
    assert accuracy.mean() == pytest.approx(0.5, abs=4 * accuracy.std() / math.sqrt(TESTS))


def test_the_accuracy_of_the_best_classifier():
    """N(0, I) and N(s, I) in two dimensions: Phi(|s| / 2) is the best accuracy there is."""
    shift = 1.0
    found = classifier_test(normals(800, seed=1), normals(800, seed=2, shift=shift), classifier=LogisticRegression())
    best = 0.5 * (1 + math.erf(shift * math.sqrt(2) / 2 / math.sqrt(2)))
    assert found.value == pytest.approx(best, abs=4 * found.error)
    assert found.p_value < 1e-10
    assert found.rows == 800


def test_the_network_sees_what_a_line_cannot():
    x, y = normals(200, seed=1), normals(260, seed=2, scale=3.0)
    line = classifier_test(x, y, classifier=LogisticRegression())
    network = classifier_test(x, y)
    assert network.p_value < 1e-6
    assert network.value > line.value + 0.1
    assert network.rows == 200


def test_a_classifier_that_says_one_thing_has_no_case():
    found = classifier_test(normals(30), normals(30, seed=1, shift=9.0), classifier=DummyClassifier())
    assert found.p_value == pytest.approx(1.0)


def test_two_calls_agree_and_leave_the_generators_alone():
    torch_state, numpy_state = torch.get_rng_state(), str(np.random.get_state())
    x, y = normals(30), normals(30, seed=1)
    assert classifier_test(x, y, seed=1) == classifier_test(x, y, seed=1)
    assert torch.equal(torch.get_rng_state(), torch_state)
    assert str(np.random.get_state()) == numpy_state


def test_too_few_rows_are_refused():
    with pytest.raises(DataError, match="at least 10 rows"):
        classifier_test(normals(9), normals(50))
