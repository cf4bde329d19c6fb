"""Class indices."""

from __future__ import annotations

import pytest

from lowerbound.errors import ConfigError
from lowerbound.likelihoods import Categorical
from tests.contracts import LikelihoodContract


class TestCategorical(LikelihoodContract):
    entry = (0.0, 1.0, 2.0, 3.0)

    def make(self):
        return Categorical((3,), 4)


def test_one_class_is_refused():
    with pytest.raises(ConfigError, match="n_classes=1"):
        Categorical((3,), 1)
