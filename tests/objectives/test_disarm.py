"""Mirrored pairs of bits."""

from __future__ import annotations

import pytest

from lowerbound.errors import ConfigError
from lowerbound.objectives import DisARM
from tests.objectives.bits_contract import BitsContract


class TestDisARM(BitsContract):
    objective = DisARM

    def make(self):
        return DisARM(beta=2.0, samples=4)


def test_an_odd_number_of_samples_is_refused():
    with pytest.raises(ConfigError, match="samples=3"):
        DisARM(samples=3)
