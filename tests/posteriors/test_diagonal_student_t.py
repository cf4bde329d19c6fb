"""Student's t latents."""

from __future__ import annotations

import pytest
import torch

from lowerbound.core import Constant, Site
from lowerbound.errors import ConfigError
from lowerbound.posteriors import DiagonalNormal, DiagonalStudentT
from tests.contracts import FamilyContract, PosteriorContract


class TestDiagonalStudentT(PosteriorContract):
    def make(self):
        return DiagonalStudentT((3,), df=9.0)

    def test_kl_to_itself_is_zero(self):
        """There is no closed form: the estimate is zero for every draw."""
        q = self.family()(self.params((5,)))
        assert bool((Site(q.rsample(), q, q).kl == 0).all())


class TestDefaults(FamilyContract):
    def make(self):
        return DiagonalStudentT((1, 2, 2))


def test_too_few_degrees_of_freedom_are_refused():
    with pytest.raises(ConfigError, match=r"df=2\.0"):
        DiagonalStudentT((3,), df=2.0)


def test_as_a_prior_it_costs_outliers_less_than_a_normal():
    far = torch.full((2,), 8.0)
    t, normal = Constant(DiagonalStudentT((2,)))(), Constant(DiagonalNormal((2,)))()
    assert t.log_prob(far) > normal.log_prob(far) + 30
