"""Between two bounds. Row 48."""

from __future__ import annotations

import torch

from lowerbound.core import Linear, Progress
from lowerbound.objectives import CIWAE, ELBO, IWAE
from tests.contracts import TermContract
from tests.known_answers.linear_gaussian import LinearGaussian

GAUSSIAN = LinearGaussian.random(4, 2, seed=1)


class TestCIWAE(TermContract):
    def make(self, samples=4):
        return CIWAE(samples)


def test_the_ends_are_both_bounds():
    trace = GAUSSIAN.vae("wide")({"x": GAUSSIAN.sample(5)}, samples=6)
    torch.testing.assert_close(CIWAE(6, beta=1.0).rows(trace), ELBO(samples=6).rows(trace), rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(CIWAE(6, beta=0.0).rows(trace), IWAE(6).rows(trace), rtol=1e-12, atol=1e-12)
    middle = 0.3 * ELBO(samples=6).rows(trace) + 0.7 * IWAE(6).rows(trace)
    torch.testing.assert_close(CIWAE(6, beta=0.3).rows(trace), middle, rtol=1e-12, atol=1e-12)


def test_beta_may_follow_a_schedule():
    term = CIWAE(6, beta=Linear(1.0, 0.0, 10))
    trace = GAUSSIAN.vae("wide")({"x": GAUSSIAN.sample(5)}, samples=6, progress=Progress(step=10))
    torch.testing.assert_close(term.rows(trace), IWAE(6).rows(trace))
    assert term.weights(Progress(step=5)) == {"beta": 0.5}
