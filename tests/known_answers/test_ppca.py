"""The oracle itself: probabilistic PCA's maximum, three ways."""

from __future__ import annotations

import pytest

from examples.linear_vae_is_ppca import ppca_log_likelihood
from tests.known_answers.linear_gaussian import data, ppca, ppca_em

ANSWERS = [
    ("iris", 1, -3.137796),
    ("iris", 2, -2.699752),
    ("wine", 2, -16.155260),
    ("wine", 5, -15.212645),
    ("wine", 10, -14.688000),
    ("breast_cancer", 2, -31.684860),
    ("breast_cancer", 5, -24.625057),
    ("breast_cancer", 10, -18.185031),
    ("digits", 2, 0.005707),
    ("digits", 5, 8.907637),
    ("digits", 10, 17.451947),
]


@pytest.mark.parametrize(("name", "q", "answer"), ANSWERS)
def test_the_maximum_is_the_known_one(name, q, answer):
    assert ppca_log_likelihood(data(name), q) == pytest.approx(answer, abs=5.1e-7)


@pytest.mark.parametrize(("name", "q", "answer"), ANSWERS)
def test_the_closed_form_weights_reach_it(name, q, answer):
    x = data(name)
    assert float(ppca(x, q).log_prob(x).mean()) == pytest.approx(ppca_log_likelihood(x, q), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(("name", "q"), [("iris", 1), ("iris", 2), ("wine", 2), ("breast_cancer", 2)])
def test_em_rises_to_it(name, q):
    x = data(name)
    path = ppca_em(x, q, 300)
    assert min(b - a for a, b in zip(path, path[1:], strict=False)) >= -1e-10
    assert path[-1] == pytest.approx(ppca_log_likelihood(x, q), abs=1e-6)
