"""Seeds from several numbers."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lowerbound.data.randomness import generator, permutation

keys = st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=3)


@given(st.integers(0, 300), keys)
@settings(max_examples=50, deadline=None)
def test_a_permutation_has_every_row_once_and_is_repeatable(n, seeds):
    order = permutation(n, *seeds)
    assert order.sort().values.tolist() == list(range(n))
    assert torch.equal(order, permutation(n, *seeds))


@given(keys, keys)
@settings(max_examples=50, deadline=None)
def test_other_keys_give_another_order(a, b):
    if a != b:
        assert not torch.equal(permutation(200, *a, 1), permutation(200, *b, 2))


def test_the_global_generator_is_left_alone():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    permutation(10, 0)
    torch.rand(3, generator=generator(1, 2))
    assert torch.equal(before, torch.get_rng_state())


def test_negative_seeds_work():
    assert torch.equal(permutation(9, -1), permutation(9, -1))
