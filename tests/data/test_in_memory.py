"""In-memory batches."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lowerbound.data import InMemory
from lowerbound.errors import ShapeError


def seen(batches, epoch, start=0):
    return [batch["x"].ravel().tolist() for batch in batches.epoch(epoch, start)]


@given(st.integers(1, 60), st.integers(1, 20), st.integers(0, 2**40), st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_every_row_at_most_once_in_batches_of_one_size(n, batch_size, seed, epoch):
    batches = InMemory(torch.arange(n)[:, None], batch_size=batch_size, seed=seed)
    found = seen(batches, epoch)
    rows = sum(found, [])
    assert len(found) == batches.steps == max(1, n // batch_size)
    assert {len(batch) for batch in found} == {min(n, batch_size)}
    assert len(set(rows)) == len(rows)
    assert set(rows) <= set(range(n))


@given(st.integers(0, 9))
@settings(max_examples=10, deadline=None)
def test_resuming_gives_the_rest_of_the_epoch(start):
    batches = InMemory(torch.arange(100)[:, None], batch_size=10, seed=3)
    assert seen(batches, 2, start) == seen(batches, 2)[start:]


def test_the_order_depends_on_seed_and_epoch():
    x = torch.arange(100)[:, None]
    one = InMemory(x, batch_size=10, seed=1)
    assert seen(one, 0) == seen(InMemory(x, batch_size=10, seed=1), 0)
    assert seen(one, 0) != seen(one, 1)
    assert seen(one, 0) != seen(InMemory(x, batch_size=10, seed=2), 0)
    assert seen(InMemory(x, batch_size=50, shuffle=False), 7) == [list(range(50)), list(range(50, 100))]


@pytest.mark.parametrize("world", [2, 3])
def test_shards_make_up_the_batch(world):
    x = torch.arange(50)[:, None]
    whole = seen(InMemory(x, batch_size=8, seed=1), 4)
    parts = [seen(InMemory(x, batch_size=8, seed=1, shard=(rank, world)), 4) for rank in range(world)]
    assert [sum(pieces, []) for pieces in zip(*parts, strict=True)] == whole


def test_conditions_go_with_their_rows():
    x = torch.arange(30)[:, None]
    for batch in InMemory(x, x.float() * 2, batch_size=7).epoch(0):
        assert torch.equal(batch["c"], batch["x"].float() * 2)
    with pytest.raises(ShapeError, match="30 rows and c has 29"):
        InMemory(x, x[1:], batch_size=7)


def test_rows_keep_their_storage():
    x = torch.zeros(6, 1, 2, 2, dtype=torch.uint8)
    batches = InMemory(x, batch_size=3)
    assert next(batches.epoch(0))["x"].dtype == torch.uint8
    assert batches.x.data_ptr() == x.data_ptr()
    assert batches.n_rows == 6
