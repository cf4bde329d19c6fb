"""A mean on the scale of the data, for every family that has one."""

from __future__ import annotations

import math

import pytest
import torch

from lowerbound.errors import ConfigError
from lowerbound.likelihoods import Gamma, NegativeBinomial, Poisson, ZeroInflatedNegativeBinomial

COUNTS = [Poisson, NegativeBinomial, ZeroInflatedNegativeBinomial]
DISPERSED = [NegativeBinomial, ZeroInflatedNegativeBinomial, Gamma]
HIDDEN = {ZeroInflatedNegativeBinomial: 1 / (1 + math.exp(-2.0))}
"""The share of entries that is not missed at raw zero."""


def calibrated(family, mean: list[float], std: list[float]):
    family = family.double()
    family.calibrate(torch.tensor(mean).double(), torch.tensor(std).double())
    return family


@pytest.mark.parametrize("cls", [*COUNTS, Gamma])
@pytest.mark.parametrize("scale", [1e-5, 1e-2, 1.0, 1e3, 1e6])
def test_raw_zero_is_the_mean_of_the_data_at_any_scale(cls, scale):
    family = calibrated(cls((2,)), [scale, 3 * scale], [scale, scale])
    mean = family(torch.zeros(family.params_shape).double()).mean.detach() / HIDDEN.get(cls, 1.0)
    torch.testing.assert_close(mean, torch.tensor([scale, 3 * scale]).double(), rtol=1e-6, atol=0)


@pytest.mark.parametrize("cls", COUNTS)
def test_a_total_and_shares_start_at_the_mean_too(cls):
    family = calibrated(cls((3,), size="network"), [0.1, 10.0, 1000.0], [0.3, 5.0, 2000.0])
    mean = family(torch.zeros(4, *family.params_shape).double()).mean.detach() / HIDDEN.get(cls, 1.0)
    torch.testing.assert_close(mean, torch.tensor([0.1, 10.0, 1000.0]).double().expand(4, 3), rtol=1e-6, atol=0)


@pytest.mark.parametrize("cls", COUNTS)
def test_the_total_scales_all_entries_and_the_shares_none(cls):
    family = calibrated(cls((3,), size="network"), [1.0, 2.0, 5.0], [1.0, 2.0, 5.0])
    params = torch.randn(1, *family.params_shape).double()
    louder = params.clone()
    louder[:, 0] = 0.7
    params[:, 0] = 0.0
    ratio = family(louder).mean / family(params).mean
    torch.testing.assert_close(ratio, torch.full_like(ratio, math.exp(0.7)), rtol=1e-9, atol=0)
    if cls is Poisson:
        assert float(family(params).mean.sum()) == pytest.approx(8.0)


@pytest.mark.parametrize("cls", [*COUNTS, Gamma])
def test_means_rise_and_never_explode(cls):
    family = calibrated(cls((1,)), [10.0], [20.0])
    raw = torch.linspace(-100, 100, 401).double()
    params = torch.zeros(401, *family.params_shape).double()
    params.reshape(401, -1)[:, 0] = raw
    mean = family(params).mean.detach()[:, 0]
    assert bool((mean.diff() > 0).all())
    assert float(mean[-1]) < 10 * math.exp(3.0) * 200
    assert float(mean[0]) > 10 * math.exp(-13.0)


@pytest.mark.parametrize(("cls", "first"), [(NegativeBinomial, 100 / 300), (Gamma, 0.25)])
def test_the_first_dispersion_is_that_of_the_data(cls, first):
    """NB: 400 = 10 + 100 / theta. Gamma: 400 = 100 / a."""
    family = calibrated(cls((1,)), [10.0], [math.sqrt(310.0 if cls is NegativeBinomial else 400.0)])
    variance = family(torch.zeros(1).double()).variance.item()
    assert variance == pytest.approx(310.0 if cls is NegativeBinomial else 400.0)
    assert family.log_dispersion.exp().item() == pytest.approx(first)


@pytest.mark.parametrize("cls", DISPERSED)
@pytest.mark.parametrize(("mean", "std"), [(0.0, 0.0), (5.0, 0.0), (5.0, 1.0), (1e-3, 1e3), (1e6, 1e-3)])
def test_odd_columns_start_finite(cls, mean, std):
    family = calibrated(cls((1,)), [mean], [std])
    p = family(torch.zeros(family.params_shape).double())
    x = torch.tensor([max(mean, 1.0)]).double()
    assert bool(p.log_prob(x).isfinite())
    assert bool(p.mean.isfinite().all())
    assert all(bool(v.isfinite().all()) for v in family.state_dict().values())


@pytest.mark.parametrize("cls", DISPERSED)
def test_unknown_dispersions_are_refused(cls):
    with pytest.raises(ConfigError, match="'row' is no dispersion"):
        cls((2,), "row")


@pytest.mark.parametrize("cls", COUNTS)
def test_unknown_sizes_are_refused(cls):
    with pytest.raises(ConfigError, match="size='row': use none or network"):
        cls((2,), size="row")
