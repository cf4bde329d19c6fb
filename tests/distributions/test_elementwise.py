"""What the factorised densities share."""

from __future__ import annotations

import pytest
import torch

from lowerbound.distributions import Bernoulli, Categorical, DiagonalNormal, DiscretizedLogistic, Elementwise


def members(event_dim: int = 1) -> list[Elementwise]:
    """One of each, batch ``(4,)`` and event ``(2, 3)``'s last axes."""
    logits, other = torch.randn(2, 4, 2, 3)
    return [
        Bernoulli(logits, event_dim),
        Categorical(torch.randn(4, 2, 3, 5), event_dim),
        DiagonalNormal(logits, other, event_dim),
        DiscretizedLogistic(logits, other, 8, event_dim),
    ]


@pytest.mark.parametrize("event_dim", [0, 1, 2, 3])
@pytest.mark.parametrize("which", range(4))
def test_the_last_axes_are_the_event(which, event_dim):
    p = members(event_dim)[which]
    assert p.event_shape == (4, 2, 3)[3 - event_dim :]
    assert p.batch_shape == (4, 2, 3)[: 3 - event_dim]
    x = p.sample()
    assert p.log_prob(x).shape == p.batch_shape
    assert p.sample((5,)).shape == (5, 4, 2, 3)


@pytest.mark.parametrize("which", range(4))
def test_expand_keeps_the_class_and_what_it_knows(which):
    p = members(2)[which]
    wide = p.expand((7, 4))
    assert type(wide) is type(p)
    assert wide.batch_shape == (7, 4)
    assert wide.event_shape == p.event_shape
    assert getattr(wide, "levels", None) == getattr(p, "levels", None)
    assert p.batch_shape == (4,), "expanding must not change the original"


def test_parameters_broadcast():
    p = DiagonalNormal(torch.zeros(6, 1, 3), torch.zeros(3))
    assert p.batch_shape == (6, 1)
    assert p.stddev.shape == (6, 1, 3)


def test_torchs_own_checks_stay_as_they_were():
    with pytest.raises(ValueError, match="scale"):
        torch.distributions.Normal(torch.zeros(2), -torch.ones(2))
    assert DiagonalNormal(torch.tensor([torch.nan]), torch.zeros(1)).batch_shape == ()
