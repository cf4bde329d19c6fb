"""All of the probability at one value."""

from __future__ import annotations

import pytest
import torch

from lowerbound.core import draw
from lowerbound.distributions import Point
from lowerbound.errors import ConfigError


def test_every_draw_is_the_point_and_has_its_gradient() -> None:
    loc = torch.randn(4, 3, requires_grad=True)
    p = Point(loc)
    z = draw(p, (5, 4))
    assert torch.equal(z, loc.expand(5, 4, 3))
    (gradient,) = torch.autograd.grad(z.sum(), loc)
    assert torch.equal(gradient, torch.full_like(loc, 5.0))
    assert torch.equal(p.mean, loc)
    assert torch.equal(p.mode, loc)
    assert not p.variance.any()


def test_it_draws_no_random_numbers() -> None:
    before = torch.get_rng_state()
    Point(torch.zeros(2)).rsample((7,))
    assert torch.equal(torch.get_rng_state(), before)


def test_it_expands_like_any_other() -> None:
    p = Point(torch.zeros(4, 2, 3), event_dim=2).expand((5, 4))
    assert (p.batch_shape, p.event_shape) == ((5, 4), (2, 3))


def test_there_is_no_density_and_the_message_says_what_to_use() -> None:
    with pytest.raises(ConfigError, match=r"no density.*Distortion\(\).*CodeNorm\(\).*posterior='diagonal-normal'"):
        Point(torch.zeros(2)).log_prob(torch.zeros(2))
