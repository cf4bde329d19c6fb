"""Weights that are written: what is asked of the model afterwards is what was written."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from lowerbound.core import calibrate
from lowerbound.data import Schema
from lowerbound.recipes import LinearModel, factor_analysis, ppca

MEAN, STD = torch.tensor([10.0, -3.0, 0.5]), torch.tensor([2.0, 0.0, 0.1])


def written(recipe, **options) -> tuple[LinearModel, torch.nn.Module]:
    model = recipe.model(Schema((3,), "real"), recipe.options(latent=2, **options), {}).double().eval()
    calibrate(model, MEAN.double(), STD.double())
    return LinearModel(model), model


def test_rows_are_seen_in_units_of_the_likelihood() -> None:
    linear, _ = written(factor_analysis)
    units = linear.units(torch.tensor([[12.0, -2.0, 0.5]]))
    torch.testing.assert_close(units, torch.tensor([[1.0, 1.0, 0.0]]).double(), rtol=1e-6, atol=1e-6)
    pooled, _ = written(ppca)
    assert pooled.unit.unique().numel() == 1


@pytest.mark.parametrize("recipe", [ppca, factor_analysis])
def test_the_likelihood_is_what_was_written(recipe) -> None:
    linear, model = written(recipe)
    weight, bias = torch.randn(3, 2).double(), torch.randn(3).double()
    variance = linear.variance(torch.tensor([0.3, 0.2, 1e-9]).double())
    linear.write(weight, bias, variance)
    z = torch.randn(5, 2).double()
    p = model.likelihood(z)
    torch.testing.assert_close(linear.units(p.mean), z @ weight.T + bias, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(p.variance[0] / linear.unit.square(), variance, rtol=1e-9, atol=1e-12)


def test_a_variance_is_pooled_floored_or_given() -> None:
    residual = torch.tensor([0.3, 0.2, 1e-9]).double()

    def close(variance: Tensor, expected: list[float]) -> None:
        torch.testing.assert_close(variance, torch.tensor(expected).double(), rtol=1e-7, atol=0)

    close(written(factor_analysis)[0].variance(residual), [0.3, 0.2, 1e-6])
    close(written(factor_analysis, floor=0.5)[0].variance(residual), [0.3, 0.25, 0.25])
    close(written(ppca)[0].variance(residual), [(0.5 + 1e-9) / 3] * 3)
    given, _ = written(factor_analysis, variance=8.0)
    torch.testing.assert_close(given.variance(residual) * given.unit.square(), torch.full((3,), 8.0).double())


def test_the_encoder_is_what_was_written() -> None:
    linear, model = written(ppca)
    weight, bias = torch.randn(4, 3).double(), torch.randn(4).double()
    linear.write_encoder(weight, bias)
    x = torch.randn(6, 3).double() + MEAN
    raw = model.levels[0].posterior_.network(x).flatten(1)
    torch.testing.assert_close(raw, linear.units(x) @ weight.T + bias, rtol=1e-6, atol=1e-6)
