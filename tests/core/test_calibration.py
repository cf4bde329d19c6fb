"""What components learn from the data itself."""

from __future__ import annotations

import torch
from torch import nn

from lowerbound.core import ClosedForm, FromRows, calibrate, closed_forms, take_rows
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


class Wanting(nn.Module):
    taken: torch.Tensor | None = None

    def __init__(self, wanted: int) -> None:
        super().__init__()
        self.rows_wanted = wanted

    def take_rows(self, rows: torch.Tensor) -> None:
        self.taken = rows


def test_every_component_gets_as_many_rows_as_it_wants():
    few, many = Wanting(2), Wanting(9)
    parts = nn.ModuleList([few, nn.Sequential(Bernoulli((2,)), many)])
    rows = torch.randn(5, 2)
    take_rows(parts, rows)
    assert torch.equal(few.taken, rows[:2])
    assert torch.equal(many.taken, rows)
    assert isinstance(few, FromRows)
    assert not isinstance(Bernoulli((2,)), FromRows)


def test_a_model_that_wants_no_rows_is_left_alone():
    normal = Normal((2,))
    before = {name: value.clone() for name, value in normal.state_dict().items()}
    take_rows(normal, torch.randn(5, 2))
    assert all(torch.equal(value, before[name]) for name, value in normal.state_dict().items())
