"""Components that keep what their weights determine."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from lowerbound.core import Holding, held


class Counted(nn.Module):
    """Notes what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def hold(self) -> None:
        assert not torch.is_grad_enabled()
        self.said.append("hold")

    def release(self) -> None:
        self.said.append("release")


def test_every_part_that_can_keep_something_is_told_twice():
    part = Counted()
    assert isinstance(part, Holding)
    model = nn.Sequential(nn.Linear(1, 1), part).eval()
    with held(model):
        assert part.said == ["hold"]
        assert torch.is_grad_enabled()
    assert part.said == ["hold", "release"]


def test_a_failure_inside_releases():
    part = Counted().eval()
    with pytest.raises(ValueError, match="stop"), held(part):
        raise ValueError("stop")
    assert part.said == ["hold", "release"]


def test_in_training_nothing_is_kept():
    part = Counted()
    with held(part):
        assert part.said == []
    assert part.said == []
