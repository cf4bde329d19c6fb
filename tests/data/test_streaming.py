"""Streaming batches: seeded, resumable, flat in memory."""

from __future__ import annotations

import gc
import weakref

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lowerbound.data import Streaming
from lowerbound.errors import ConfigError, ShapeError


class Count:
    """Rows that are their own number, counting the rows handed out and still alive."""

    def __init__(self, n):
        self.n, self.alive, self.most, self.reads = n, 0, 0, 0

    def __len__(self):
        return self.n

    def read(self, start, stop):
        rows = torch.arange(start, stop)
        self.alive += len(rows)
        self.most = max(self.most, self.alive)
        self.reads += 1
        weakref.finalize(rows, self.drop, len(rows))
        return rows

    def drop(self, n):
        self.alive -= n


def stream(n=500, batch_size=16, seed=0, block_rows=20, buffer_blocks=4, **more):
    return Streaming(
        Count(n), batch_size=batch_size, seed=seed, block_rows=block_rows, buffer_blocks=buffer_blocks, **more
    )


def seen(batches, epoch, start=0):
    return [batch["x"].tolist() for batch in batches.epoch(epoch, start)]


@given(st.integers(1, 300), st.integers(1, 12), st.integers(12, 40), st.integers(3, 6), st.integers(0, 2**40))
@settings(max_examples=60, deadline=None)
def test_every_row_at_most_once_in_batches_of_one_size(n, batch_size, block_rows, buffer_blocks, seed):
    batches = stream(n, batch_size, seed, block_rows, buffer_blocks)
    found = seen(batches, 1)
    rows = sum(found, [])
    assert len(found) == batches.steps == max(1, n // batch_size)
    assert {len(batch) for batch in found} == {min(n, batch_size)}
    assert len(set(rows)) == len(rows)
    assert set(rows) <= set(range(n))


@given(st.integers(0, 30), st.integers(0, 3))
@settings(max_examples=30, deadline=None)
def test_resuming_gives_the_rest_of_the_epoch(start, epoch):
    whole = seen(stream(), epoch)
    assert seen(stream(), epoch, start) == whole[start:]


def test_resuming_reads_only_what_is_left():
    batches = stream()
    seen(batches, 0, batches.steps - 1)
    assert batches.sources["x"].reads <= 4


def test_the_order_depends_on_seed_and_epoch():
    assert seen(stream(seed=1), 0) == seen(stream(seed=1), 0)
    assert seen(stream(seed=1), 0) != seen(stream(seed=1), 1)
    assert seen(stream(seed=1), 0) != seen(stream(seed=2), 0)


@pytest.mark.parametrize("world", [2, 3])
def test_shards_make_up_the_batch(world):
    whole = seen(stream(), 3)
    parts = [seen(stream(shard=(rank, world)), 3) for rank in range(world)]
    assert [sum(pieces, []) for pieces in zip(*parts, strict=True)] == whole


def test_rows_are_shuffled_across_blocks():
    batch = seen(stream(n=500, batch_size=16, block_rows=20, buffer_blocks=8), 0)[0]
    assert len({row // 20 for row in batch}) > 2


@pytest.mark.parametrize("n", [1_000, 10_000])
def test_memory_is_flat(n):
    gc.collect()
    batches = stream(n, batch_size=16, block_rows=20, buffer_blocks=4)
    held = 0
    for _ in batches.epoch(0):
        held = max(held, batches.sources["x"].alive)
    source = batches.sources["x"]
    assert source.most == 20
    buffer = (4 - 2) * 20 + 16
    assert source.most + buffer <= 4 * 20


def test_the_buffer_never_grows(monkeypatch):
    sizes = []
    empty = torch.empty
    monkeypatch.setattr(torch, "empty", lambda *shape, **more: sizes.append(shape[0]) or empty(*shape, **more))
    seen(stream(2_000), 0)
    assert sum(sizes) == (4 - 2) * 20 + 16


def test_conditions_go_with_their_rows():
    batches = Streaming(Count(200), Count(200), batch_size=9, block_rows=30, buffer_blocks=3)
    for batch in batches.epoch(0):
        assert torch.equal(batch["x"], batch["c"])
    with pytest.raises(ShapeError, match="200 rows and c has 199"):
        Streaming(Count(200), Count(199), batch_size=9)


def test_impossible_buffers():
    with pytest.raises(ConfigError, match="block_rows=8 is less"):
        stream(block_rows=8)
    with pytest.raises(ConfigError, match="buffer_blocks"):
        stream(buffer_blocks=2)
    assert stream(n=5, batch_size=100, block_rows=8).n_rows == 5
