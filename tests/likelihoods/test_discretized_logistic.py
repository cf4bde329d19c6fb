"""Integer levels."""

from __future__ import annotations

import pytest
import torch

from lowerbound.errors import ConfigError
from lowerbound.likelihoods import DiscretizedLogistic
from tests.contracts import LikelihoodContract


class TestDiscretizedLogistic(LikelihoodContract):
    entry = tuple(float(k) for k in range(9))

    def params(self, lead=(), dtype=torch.float64, seed=0):
        """Scales of about a bin, so that every level is seen."""
        wider = torch.tensor([[0.0], [1.0]], dtype=dtype)
        return super().params(lead, dtype, seed) + wider

    def make(self):
        return DiscretizedLogistic((2,), levels=9)


class TestTwoLevels(LikelihoodContract):
    entry = (0.0, 1.0)

    def make(self):
        return DiscretizedLogistic((1, 2, 1), levels=2)


def test_one_level_is_refused():
    with pytest.raises(ConfigError, match="levels=1"):
        DiscretizedLogistic((3,), levels=1)


def test_the_scale_stays_within_its_bounds_and_rises():
    params = torch.tensor([[[0.0], [raw]] for raw in (-1e3, -1.0, 0.0, 1.0, 1e3)])
    log_scale = DiscretizedLogistic((1,), min_log_scale=-6.0, max_log_scale=2.0)(params).params["log_scale"].flatten()
    assert log_scale[0] == -6.0
    assert log_scale[-1] == 2.0
    assert bool((log_scale.diff() > 0).all())
