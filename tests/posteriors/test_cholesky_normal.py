"""The posterior with full covariance."""

from __future__ import annotations

import pytest
import torch

from lowerbound.core import Constant
from lowerbound.errors import ShapeError
from lowerbound.posteriors import CholeskyNormal
from tests.contracts import PosteriorContract


class TestCholeskyNormal(PosteriorContract):
    extreme = 10.0

    def make(self):
        return CholeskyNormal((3,))


class TestOneCoordinate(PosteriorContract):
    def make(self):
        return CholeskyNormal((1,))


class TestAgainstAFullPrior(PosteriorContract):
    extreme = 10.0

    def make(self):
        return CholeskyNormal((2,))

    def prior(self):
        prior = Constant(CholeskyNormal((2,)))
        torch.nn.init.normal_(prior.params, std=0.5)
        return prior


def test_the_factor_is_lower_triangular_with_a_positive_diagonal():
    tril = CholeskyNormal((4,))(torch.randn(7, 14)).scale_tril
    assert torch.equal(tril, tril.tril())
    assert bool((tril.diagonal(dim1=-2, dim2=-1) > 0).all())
    assert bool((tril[:, 1, 0] != 0).all())


def test_entries_below_the_diagonal_count_in_units_of_the_scale_at_their_pace():
    raw = torch.tensor([0.0, 0.0, -1.0, -3.0, 5.0])
    slow, fast = (CholeskyNormal((2,), pace=pace)(raw).scale_tril for pace in (0.1, 1.0))
    assert slow[1, 0] / slow[1, 1] == pytest.approx(0.5)
    assert fast[1, 0] / fast[1, 1] == pytest.approx(5.0)
    assert torch.equal(slow.diagonal(), fast.diagonal())


def test_images_are_refused():
    with pytest.raises(ShapeError, match=r"\(1, 2, 2\)"):
        CholeskyNormal((1, 2, 2))
