"""What components learn from the data itself."""

from __future__ import annotations

import torch
from torch import nn

from lowerbound.core import ClosedForm, calibrate, closed_forms
from lowerbound.likelihoods import Bernoulli, Normal


class Asking(nn.Module):
    told: tuple[torch.Tensor, torch.Tensor] | None = None

    def calibrate(self, mean: torch.Tensor, std: torch.Tensor) -> None:
        self.told = (mean, std)


def test_every_component_that_asks_is_told():
    parts = nn.ModuleList([Asking(), nn.Sequential(Bernoulli((2,)), Asking())])
    mean, std = torch.zeros(2), torch.ones(2)
    calibrate(parts, mean, std)
    assert [m.told for m in parts.modules() if isinstance(m, Asking)] == [(mean, std)] * 2


def test_only_components_with_closed_forms_are_found():
    optimal = Normal((2,), variance="optimal")
    assert closed_forms(nn.ModuleList([Normal((2,)), Bernoulli((2,)), optimal])) == [optimal]
    assert isinstance(optimal, ClosedForm)
