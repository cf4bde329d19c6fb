"""Rows that stay on disk."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lowerbound.data.streams import Joined, Mapped, Source, Stripe, Striped, Through, blocks, read_rows


class Numbers:
    """Rows that are their own number, from `first` on."""

    def __init__(self, n, first=0):
        self.n, self.first = n, first

    def __len__(self):
        return self.n

    def raw(self, start, stop):
        assert 0 <= start < stop <= self.n
        return np.arange(start, stop)[:, None] + self.first

    def read(self, start, stop):
        return torch.from_numpy(self.raw(start, stop))


@given(st.lists(st.integers(1, 9), min_size=1, max_size=5), st.data())
@settings(max_examples=60, deadline=None)
def test_joined_files_read_like_one(sizes, data):
    starts = np.cumsum([0, *sizes]).tolist()
    joined = Joined([Numbers(n, first) for n, first in zip(sizes, starts[:-1], strict=True)])
    start = data.draw(st.integers(0, starts[-1] - 1))
    stop = data.draw(st.integers(start + 1, starts[-1]))
    assert joined.raw(start, stop).ravel().tolist() == list(range(start, stop))
    assert len(joined) == starts[-1]


@given(st.integers(1, 20), st.data())
@settings(max_examples=60, deadline=None)
def test_stripes_read_their_rows(period, data):
    first = data.draw(st.integers(0, period - 1))
    stripe = Stripe(period, first, data.draw(st.integers(first + 1, period)))
    n = data.draw(st.integers(1, 70))
    expected = [i for i in range(n) if stripe.first <= i % period < stripe.last]
    source = Striped(Numbers(n), stripe)
    assert len(source) == len(expected)
    if expected:
        start = data.draw(st.integers(0, len(expected) - 1))
        assert source.read(start, len(expected)).ravel().tolist() == expected[start:]


def test_rows_go_through_functions():
    source = Through(Mapped(Numbers(5), torch.from_numpy), torch.neg)
    assert isinstance(source, Source)
    assert len(source) == 5
    assert source.read(1, 3).ravel().tolist() == [-1, -2]


def test_blocks_cover_all_rows():
    assert list(blocks(10, 4)) == [(0, 4), (4, 8), (8, 10)]


def test_reading_all_or_some_rows():
    assert read_rows(Numbers(9)).ravel().tolist() == list(range(9))
    assert len(read_rows(Numbers(9000))) == 9000
    some = read_rows(Numbers(1000), 50).ravel()
    assert len(some) == len(some.unique()) == 50
    assert some.max() > 900
    assert read_rows(torch.arange(5)).tolist() == list(range(5))
    assert len(read_rows(torch.arange(500), 7).unique()) == 7
