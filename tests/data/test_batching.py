"""How rows are cut into batches and shards."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowerbound.data.batching import Plan
from lowerbound.errors import ConfigError


@given(st.integers(1, 200), st.integers(1, 60), st.integers(1, 4))
def test_shards_are_contiguous_slices_of_equal_batches(n, batch_size, world):
    size = min(n, batch_size)
    if size < world:
        return
    plans = [Plan(n, batch_size, (rank, world)) for rank in range(world)]
    assert plans[0].steps == max(1, n // batch_size)
    for step in range(plans[0].steps):
        bounds = [plan.bounds(step) for plan in plans]
        assert [begin for begin, _ in bounds[1:]] == [stop for _, stop in bounds[:-1]]
        assert (bounds[0][0], bounds[-1][1]) == (step * size, (step + 1) * size)
        assert bounds[-1][1] <= n


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 5), "no rows"),
        ((5, 0), "batch_size"),
        ((5, 2, (1, 1)), "shard"),
        ((5, 2, (0, 3)), "fewer processes"),
    ],
)
def test_impossible_plans(arguments, message):
    with pytest.raises(ConfigError, match=message):
        Plan(*arguments)
