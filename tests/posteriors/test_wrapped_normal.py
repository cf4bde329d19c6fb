"""Latents in hyperbolic space."""

from __future__ import annotations

import math

import pytest
import torch
from torch.distributions import Distribution

from lowerbound import distributions
from lowerbound.core import Site, draw, noise
from lowerbound.errors import ShapeError
from lowerbound.posteriors import WrappedNormal
from lowerbound.priors import StandardWrappedNormal
from tests.contracts import EstimatedPosteriorContract, agreement


class TestWrappedNormal(EstimatedPosteriorContract):
    def make(self):
        return WrappedNormal((3,))

    def prior(self):
        return StandardWrappedNormal((3,))

    def reference(self, p: Distribution):
        assert isinstance(p, distributions.WrappedNormal)
        return distributions.WrappedNormal(p.loc, p.log_scale + math.log(0.6))

    def test_moments_agree_with_samples(self):
        """The mean is the centre, which a draw and its mirror image across it leave on average."""
        p = self.family()(self.params())
        eps = torch.randn(6, 3).double()
        with noise.use(agreement.Given(eps)):
            there = p.rsample((6,))
        with noise.use(agreement.Given(-eps)):
            back = p.rsample((6,))
        torch.testing.assert_close(distance(there, p.mean), distance(back, p.mean))
        torch.testing.assert_close(distance(there, back), 2 * distance(there, p.mean))


def distance(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Length of the geodesic."""
    room = (1 - x.square().sum(-1)) * (1 - y.square().sum(-1))
    return torch.acosh(1 + 2 * (x - y).square().sum(-1) / room)


@pytest.mark.parametrize("shape", [(), (2, 2)])
def test_what_is_no_vector_is_refused(shape):
    with pytest.raises(ShapeError, match="points of a ball are vectors"):
        WrappedNormal(shape)


@pytest.mark.parametrize("d", [1, 2, 9, 40, 200])
def test_the_start_is_at_the_origin_and_all_stays_in_reach(d):
    q = WrappedNormal((d,))
    start = q(torch.zeros(2, d))
    assert bool((start.mean == 0).all())
    assert start.log_scale.exp().tolist() == pytest.approx([min(1.0, 3 / math.sqrt(d))] * d)
    far = q(torch.full((2, d), 1e4))
    assert float(distance(far.mean, torch.zeros(d))) == pytest.approx(6.0, abs=1e-2)
    torch.manual_seed(0)
    reached = distance(far.sample((10_000,)).double(), torch.zeros(d).double())
    assert float((reached < 15).double().mean()) > 0.99, "single precision ends at 15"


@pytest.mark.parametrize("d", [2, 10, 40])
def test_a_wide_posterior_pays_in_single_precision_what_it_pays_in_double(d):
    """Draws pushed back from the edge would make it cheap."""
    params = torch.stack([torch.full((d,), 3.0), torch.full((d,), 1e3)])
    means = []
    for dtype in (torch.float32, torch.float64):
        torch.manual_seed(0)
        eps = torch.randn(4000, d).to(dtype)
        q, p = WrappedNormal((d,))(params.to(dtype)), StandardWrappedNormal((d,)).to(dtype)()
        with noise.use(agreement.Given(eps)):
            means.append(float(Site(draw(q, (4000,)), p, q).kl.mean()))
    assert means[0] == pytest.approx(means[1], rel=1e-2)
    assert means[0] > 5
