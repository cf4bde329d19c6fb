"""Place and scale in the units of the data, for every family that has them."""

from __future__ import annotations

import math

import pytest
import torch

from lowerbound.errors import ConfigError
from lowerbound.likelihoods import Laplace, LogNormal, Normal, StudentT

REAL = [Normal, Laplace, StudentT]
KINDS = ["feature", "scalar", "network"]


def made(cls: type, kind: str | float, **given: object):
    return cls((2,), **{"variance" if cls is Normal else "scale": kind}, **given).double()


@pytest.mark.parametrize("cls", REAL)
@pytest.mark.parametrize("kind", ["feature", "network"])
def test_calibration_is_a_change_of_units(cls, kind):
    """log p of x in its own units = log p of the standardised x, minus the log of the units."""
    mean, std = torch.tensor([5.0, -3.0]).double(), torch.tensor([1e4, 1e-4]).double()
    plain, calibrated = made(cls, kind), made(cls, kind)
    calibrated.calibrate(mean, std)
    params, z = torch.randn(6, *plain.params_shape).double(), torch.randn(6, 2).double()
    expected = plain(params).log_prob(z) - std.log().sum()
    torch.testing.assert_close(calibrated(params).log_prob(mean + std * z), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("cls", REAL)
def test_one_scale_has_one_unit(cls):
    family = made(cls, "scalar")
    family.calibrate(torch.zeros(2).double(), torch.tensor([3.0, 4.0]).double())
    log_scale = family(torch.zeros(2).double()).params["log_scale"].detach()
    assert log_scale.tolist() == pytest.approx([math.log(math.sqrt(12.5))] * 2, abs=1e-5)


@pytest.mark.parametrize("cls", REAL)
def test_a_fixed_scale_is_in_the_data_s_own_units(cls):
    family = made(cls, 0.25)
    family.calibrate(torch.zeros(2).double(), torch.full((2,), 9.0).double())
    log_scale = family(torch.zeros(2).double()).params["log_scale"]
    assert log_scale.tolist() == pytest.approx([math.log(0.5 if cls is Normal else 0.25)] * 2)
    assert list(family.parameters()) == ([] if cls is not StudentT else [family.raw_df])


@pytest.mark.parametrize("cls", [*REAL, LogNormal])
def test_without_standardize_the_data_say_nothing(cls):
    family = made(cls, "feature", standardize=False)
    before = {name: value.clone() for name, value in family.state_dict().items()}
    family.calibrate(torch.full((2,), 7.0), torch.full((2,), 9.0))
    assert all(torch.equal(value, before[name]) for name, value in family.state_dict().items())


@pytest.mark.parametrize("cls", [*REAL, LogNormal])
@pytest.mark.parametrize("kind", KINDS)
def test_the_floor_is_reported(cls, kind):
    family = made(cls, kind, floor=0.1)
    params = torch.zeros(5, *family.params_shape).double()
    assert family.floor_hits(params).item() == 0.0
    if kind == "network":
        params[:, 1, 0] = math.log(0.05)
    else:
        family.raw_scale.data.reshape(-1)[:1].fill_(math.log(0.05) / 10)
    assert family.floor_hits(params).item() == (1.0 if kind == "scalar" else 0.5)


@pytest.mark.parametrize("cls", [*REAL, LogNormal])
@pytest.mark.parametrize("kind", ["none", 0.0, -1.0, math.inf, math.nan])
def test_impossible_scales_are_refused(cls, kind):
    with pytest.raises(ConfigError, match="variance=|scale="):
        made(cls, kind)
