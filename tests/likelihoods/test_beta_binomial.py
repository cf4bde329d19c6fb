"""Integer levels as successes of trials."""

from __future__ import annotations

import pytest

from lowerbound.errors import ConfigError
from lowerbound.likelihoods import BetaBinomial
from tests.contracts import LikelihoodContract


class TestBetaBinomial(LikelihoodContract):
    entry = tuple(float(k) for k in range(7))

    def make(self):
        return BetaBinomial((2,), levels=7)


class TestTwoLevels(LikelihoodContract):
    entry = (0.0, 1.0)

    def make(self):
        return BetaBinomial((1, 2, 1), levels=2)

    # With one trial only the mean matters: the precision has no gradient.
    test_the_density_reaches_the_parameters = None


def test_one_level_is_refused():
    with pytest.raises(ConfigError, match="levels=1"):
        BetaBinomial((3,), levels=1)
