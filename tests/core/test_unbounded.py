"""Why a model has no bound on log p(x)."""

from __future__ import annotations

from torch import nn

from lowerbound.core import Term, Trace, why_unbounded
from lowerbound.objectives import ELBO, Distortion
from lowerbound.posteriors import DiagonalNormal, Point


class Features(Term):
    """A term in the place of log p(x | z)."""

    likelihood = False

    def forward(self, trace: Trace):
        return trace.weight.sum()


def test_a_model_with_densities_has_one() -> None:
    assert why_unbounded(DiagonalNormal((2,))) is None
    assert why_unbounded(DiagonalNormal((2,)), ELBO() + 2.0 * Distortion()) is None


def test_a_single_point_leaves_none() -> None:
    assert "a single code a row" in str(why_unbounded(nn.Sequential(Point((2,)))))


def test_the_term_that_leaves_none_is_named_and_no_other() -> None:
    said = str(why_unbounded(DiagonalNormal((2,)), Distortion() + 3.0 * Features()))
    assert "trained by Features in the place of log p(x | z)" in said
