"""Groups of importance-weighted bounds. Row 48."""

from __future__ import annotations

import pytest
import torch

from lowerbound.errors import ConfigError
from lowerbound.objectives import IWAE, MIWAE
from tests.contracts import TermContract
from tests.known_answers.discrete import binary, m2
from tests.known_answers.linear_gaussian import LinearGaussian

GAUSSIAN = LinearGaussian.random(4, 2, seed=1)


class TestMIWAE(TermContract):
    def make(self, samples=4):
        return MIWAE(samples)


class TestMIWAEOfPairs(TermContract):
    def make(self, samples=4):
        return MIWAE(samples, groups=2 if samples % 2 == 0 and samples > 8 else 1)


def test_one_group_is_the_importance_weighted_bound():
    trace = GAUSSIAN.vae("wide")({"x": GAUSSIAN.sample(5)}, samples=6)
    torch.testing.assert_close(MIWAE(6).rows(trace), IWAE(6).rows(trace), rtol=1e-12, atol=1e-12)


def test_groups_of_one_are_the_elbo():
    trace = GAUSSIAN.vae("wide")({"x": GAUSSIAN.sample(5)}, samples=6)
    torch.testing.assert_close(MIWAE(6, 6).rows(trace), -trace.log_weight().mean(0), rtol=1e-12, atol=1e-12)


def test_groups_are_averaged():
    x = {"x": GAUSSIAN.sample(5)}
    trace = GAUSSIAN.vae("wide")(x, samples=6)
    log_w = trace.log_weight()
    by_hand = torch.stack([torch.logsumexp(part, 0) - torch.tensor(3.0).log() for part in log_w.split(3)]).mean(0)
    torch.testing.assert_close(MIWAE(6, 2).rows(trace), -by_hand, rtol=1e-7, atol=1e-7)
    rows = [MIWAE(6, groups).rows(trace).mean() for groups in (1, 2, 6)]
    assert rows[0] < rows[1] < rows[2]


def test_enumerated_latents_are_summed_out_first():
    trace = m2()({"x": binary(3)}, samples=4)
    torch.testing.assert_close(MIWAE(4).rows(trace), IWAE(4).rows(trace))
    assert bool((MIWAE(4, 4).rows(trace) >= IWAE(4).rows(trace)).all())


def test_groups_divide_the_samples():
    with pytest.raises(ConfigError, match="groups=4"):
        MIWAE(6, 4)
