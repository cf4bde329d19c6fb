"""What a prior is conditional on."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from lowerbound.errors import ShapeError
from lowerbound.priors.context import last_context


def test_the_last_context_is_taken_and_flattened():
    h, c = torch.zeros(5, 7), torch.randn(6, 5, 2, 3)
    assert torch.equal(last_context(nn.Identity(), (2, 3), [h, c]), c.flatten(2))


def test_an_unconditional_prior_has_none():
    assert last_context(nn.Identity(), None, [torch.zeros(5, 7)]) is None


@pytest.mark.parametrize("contexts", [[], [None], [torch.zeros(5, 7), None], [torch.zeros(5, 7)]])
def test_a_missing_or_wrong_condition_is_named(contexts):
    with pytest.raises(ShapeError, match="Identity"):
        last_context(nn.Identity(), (2,), contexts)
