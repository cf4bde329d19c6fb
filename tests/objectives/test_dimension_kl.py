"""How far each coordinate of codes is from its prior."""

from __future__ import annotations

import math

import pytest
import torch

from lowerbound.core import Site, Trace
from lowerbound.distributions import CholeskyNormal, DiagonalNormal
from lowerbound.errors import ConfigError
from lowerbound.objectives import DimensionKL
from tests.contracts import PenaltyContract
from tests.objectives.aggregates import integrated, nodes, scattered


class TestDimensionKL(PenaltyContract):
    def make(self):
        return DimensionKL()


@pytest.mark.parametrize("estimator", ["weighted", "stratified"])
def test_rows_of_one_posterior_have_its_divergence(estimator: str) -> None:
    q = DiagonalNormal(torch.ones(4, 2).double(), torch.full((4, 2), math.log(0.5), dtype=torch.float64))
    value = DimensionKL(estimator)(integrated(q, 3, n_data=4))
    assert float(value) == pytest.approx(2 * 0.818147180560, abs=1e-9)


def test_rows_that_fill_the_prior_have_none() -> None:
    """A mixture of narrower normals at quantiles is close to the normal."""
    rows = torch.distributions.Normal(0.0, 0.8).icdf((torch.arange(200.0).double() + 0.5) / 200)[:, None]
    q = DiagonalNormal(rows, torch.full_like(rows, math.log(0.6)))
    assert abs(float(DimensionKL()(integrated(q, 12)))) < 1e-4


def test_a_prior_whose_coordinates_depend_is_refused() -> None:
    q = scattered(3, 2)
    value, weight = nodes(q, 2)
    prior = CholeskyNormal(torch.zeros(2).double(), torch.tensor([[1.0, 0.0], [0.5, 1.0]]).double())
    with pytest.raises(ConfigError, match="prior of independent coordinates; this one is a CholeskyNormal"):
        DimensionKL()(Trace({"z": Site(value, prior, q)}, weight, {}))
