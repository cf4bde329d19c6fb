"""The ladder's merge."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lowerbound.distributions import DiagonalNormal
from lowerbound.posteriors import PrecisionWeighted
from tests.contracts import ComponentContract

numbers = st.floats(-3, 3)


class TestPrecisionWeighted(ComponentContract):
    def make(self):
        return PrecisionWeighted()


def normal(loc: float, log_scale: float) -> DiagonalNormal:
    return DiagonalNormal(torch.tensor([loc]).double(), torch.tensor([log_scale]).double())


@given(numbers, numbers, numbers, numbers)
@settings(max_examples=30, derandomize=True, deadline=None)
def test_it_is_the_normalised_product(a, s, b, t):
    """log of the merge minus the sum of the logs does not depend on z."""
    q, p = normal(a, s), normal(b, t)
    merged = PrecisionWeighted()(q, p)
    z = torch.linspace(-2, 2, 9).double()[:, None]
    rest = merged.log_prob(z) - q.log_prob(z) - p.log_prob(z)
    torch.testing.assert_close(rest, rest[:1].expand(9), rtol=1e-7, atol=1e-6)


def test_gradients_reach_both():
    parts = [torch.randn(2, requires_grad=True) for _ in range(4)]
    merged = PrecisionWeighted()(DiagonalNormal(parts[0], parts[1]), DiagonalNormal(parts[2], parts[3]))
    (merged.mean.sum() + merged.variance.sum()).backward()
    assert all(bool((part.grad != 0).all()) for part in parts)


def test_event_axes_are_kept():
    q = DiagonalNormal(torch.zeros(5, 1, 2, 2), torch.zeros(5, 1, 2, 2), event_dim=3)
    assert PrecisionWeighted()(q, q).batch_shape == (5,)
