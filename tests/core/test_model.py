"""Draws of the shape asked for."""

from __future__ import annotations

import pytest
import torch

from lowerbound.core import Level, Model, draw
from lowerbound.distributions import Bernoulli, DiagonalNormal


@pytest.mark.parametrize(("batch", "lead"), [((), (5,)), ((), (3, 5)), ((5,), (5,)), ((5,), (3, 5)), ((3, 1), (3, 5))])
def test_any_batch_is_expanded_to_the_lead(batch, lead):
    p = DiagonalNormal(torch.zeros(*batch, 2), torch.zeros(2))
    assert draw(p, lead).shape == (*lead, 2)


def test_gradients_pass_where_the_distribution_has_them():
    loc = torch.zeros(2, requires_grad=True)
    assert draw(DiagonalNormal(loc, torch.zeros(2)), (3,)).requires_grad
    assert not draw(Bernoulli(loc), (3,)).requires_grad
    assert torch.is_grad_enabled()


def test_contracts_cannot_be_built():
    for contract in (Level, Model):
        with pytest.raises(TypeError, match="abstract"):
            contract()
