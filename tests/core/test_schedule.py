"""Weights that change with the step."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lowerbound.core import Cosine, Cyclical, Linear, Progress, value_at
from lowerbound.errors import ConfigError
from tests.contracts import ComponentContract

numbers = st.floats(-5, 5)
schedules = st.one_of(
    st.builds(Linear, numbers, numbers, st.integers(1, 50)),
    st.builds(Cosine, numbers, numbers, st.integers(1, 50)),
    st.builds(Cyclical, numbers, numbers, st.integers(1, 50), st.integers(1, 5), st.floats(0.1, 1.0)),
)


class TestLinear(ComponentContract):
    def make(self):
        return Linear(0.0, 4.0, 1000)


class TestCosine(ComponentContract):
    def make(self):
        return Cosine(1.0, 0.5, 7)


class TestCyclical(ComponentContract):
    def make(self):
        return Cyclical(0.0, 1.0, 100, cycles=2, ramp=0.8)


@given(schedules, st.integers(0, 120))
@settings(max_examples=80, derandomize=True, deadline=None)
def test_every_schedule_keeps_its_promises(schedule, step):
    low, high = sorted((schedule.start, schedule.end))
    assert low - 1e-6 <= schedule.at(step) <= high + 1e-6
    assert schedule.at(schedule.needs) == schedule.at(schedule.needs + step) == pytest.approx(schedule.end)
    in_compiled_code = schedule.at(torch.tensor(float(step)))
    assert isinstance(in_compiled_code, torch.Tensor)
    assert in_compiled_code.item() == pytest.approx(schedule.at(step), abs=1e-4)


def test_values_at_hand_picked_steps():
    assert [Linear(1.0, 0.0, 4).at(t) for t in (0, 1, 4, 5)] == [1.0, 0.75, 0.0, 0.0]
    assert Cosine(0.0, 1.0, 100).at(25) == pytest.approx((1 - math.sqrt(0.5)) / 2)
    cyclical = Cyclical(0.0, 1.0, 40, cycles=4, ramp=0.5)
    values = [cyclical.at(t) for t in (0, 2, 5, 9, 10, 12, 35, 39, 40)]
    assert values == pytest.approx([0.0, 0.4, 1.0, 1.0, 0.0, 0.4, 1.0, 1.0, 1.0])


def test_a_number_is_its_own_schedule():
    assert value_at(0.3, Progress(step=7)) == 0.3
    assert value_at(Linear(0.0, 1.0, 10), Progress(step=7)) == pytest.approx(0.7)


@pytest.mark.parametrize("steps", [0, -3])
def test_schedules_of_no_steps_are_refused(steps):
    for schedule in (Linear, Cosine, Cyclical):
        with pytest.raises(ConfigError, match=str(steps)):
            schedule(0.0, 1.0, steps)
    with pytest.raises(ConfigError):
        Cyclical(0.0, 1.0, 10, cycles=steps)


@pytest.mark.parametrize("ramp", [0.0, 1.5])
def test_impossible_ramps_are_refused(ramp):
    with pytest.raises(ConfigError, match="ramp"):
        Cyclical(0.0, 1.0, 10, ramp=ramp)
