"""Bounds of raw parameters."""

from __future__ import annotations

import math

import pytest
import torch

from lowerbound.likelihoods.limits import between, two_concentrations

RAW = torch.tensor([-1e6, -30.0, -1.0, 0.0, 0.5, 1.0, 30.0, 1e6]).double()


def test_between_rises_from_bound_to_bound():
    value = between(RAW, -7.0, 5.0)
    assert value[0] == -7.0
    assert value[-1] == 5.0
    assert value[4] == pytest.approx(-1.0)
    assert bool((value.diff() >= 0).all())


def test_the_two_ends_are_alike():
    a, b = two_concentrations(RAW, math.log(3), torch.zeros_like(RAW))
    assert torch.equal(torch.stack(two_concentrations(-RAW, math.log(3), torch.zeros_like(RAW))), torch.stack([b, a]))
    torch.testing.assert_close(a + b, torch.full_like(a, 3.0), rtol=1e-12, atol=0)


def test_a_usual_mean_is_the_sigmoid_s():
    usual = RAW[2:6]
    a, b = two_concentrations(usual, 0.0, torch.zeros(4).double())
    torch.testing.assert_close(a / (a + b), usual.sigmoid(), rtol=1e-12, atol=0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_smaller_one_stays_positive(dtype):
    logit, raw = (v.flatten().to(dtype) for v in torch.meshgrid(RAW, RAW, indexing="ij"))
    concentrations = torch.stack(two_concentrations(logit, 0.0, raw))
    assert float(concentrations.min()) > 1e-22
    assert float(concentrations.max()) < 2e6
