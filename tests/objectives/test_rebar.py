"""The score function against a relaxation of the same draw."""

from __future__ import annotations

import pytest

from lowerbound.errors import ConfigError
from lowerbound.objectives import REBAR
from tests.objectives.bits_contract import BitsContract


class TestREBAR(BitsContract):
    objective = REBAR

    def make(self):
        return REBAR(beta=2.0, samples=4, eta=0.5)


def test_a_temperature_of_zero_is_refused():
    with pytest.raises(ConfigError, match=r"temperature=0\.0"):
        REBAR(temperature=0.0)
