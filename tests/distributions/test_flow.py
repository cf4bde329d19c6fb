"""Normals, transformed."""

from __future__ import annotations

import gc
import math
import weakref

import pytest
import torch

from lowerbound.core import draw, noise
from lowerbound.distributions import AffineTransform, CholeskyNormal, DiagonalNormal, Flow, PlanarTransform, Transform
from lowerbound.objectives import DReG, StickingTheLanding
from tests.known_answers.linear_gaussian import LinearGaussian


class Linear(Transform):
    """By a lower triangular matrix ``(*lead, D, D)``; counts its inverses."""

    def __init__(self, tril):
        self.tril, self.inverses = tril, 0

    def _log_det(self):
        return self.tril.diagonal(dim1=-2, dim2=-1).log().sum(-1)

    def forward(self, z):
        return (self.tril @ z.unsqueeze(-1)).squeeze(-1), self._log_det()

    def inverse(self, value):
        self.inverses += 1
        tril = self.tril.expand(*value.shape[:-1], *self.tril.shape[-2:])
        return torch.linalg.solve_triangular(tril, value.unsqueeze(-1), upper=False).squeeze(-1), self._log_det()


class Fixed(torch.nn.Module):
    """One normal for each of five rows, as a flow or as it is."""

    def __init__(self, flow):
        super().__init__()
        self.flow = flow
        self.loc = torch.nn.Parameter(torch.full((5, 2), 0.3).double())
        self.log_scale = torch.nn.Parameter(torch.full((5, 2), -0.2).double())

    def forward(self, *contexts):
        zeros = torch.zeros(5, 2).double()
        if self.flow:
            return Flow(DiagonalNormal(zeros, zeros), [AffineTransform(self.loc, self.log_scale)])
        return DiagonalNormal(self.loc, self.log_scale)


def parts(lead=(4,), d=3):
    generator = torch.Generator().manual_seed(0)
    loc = torch.randn(*lead, d, generator=generator, dtype=torch.float64)
    tril = torch.randn(*lead, d, d, generator=generator, dtype=torch.float64).tril(-1)
    tril = tril + torch.diag_embed(torch.rand(*lead, d, generator=generator, dtype=torch.float64) + 0.5)
    return loc, tril


def gaussian(lead=(4,), d=3):
    loc, tril = parts(lead, d)
    zeros = torch.zeros_like(loc)
    return Flow(DiagonalNormal(zeros, zeros), [Linear(tril), AffineTransform(loc, zeros)]), CholeskyNormal(loc, tril)


def test_affine_maps_give_the_normal_with_full_covariance():
    flow, exact = gaussian()
    z = exact.sample((7,))
    torch.testing.assert_close(flow.log_prob(z), exact.log_prob(z), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(flow.mean, exact.mean, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(flow.variance, exact.variance, rtol=1e-9, atol=1e-9)


def test_a_draw_costs_no_inverse_even_from_a_copy():
    flow, exact = gaussian()
    z = draw(flow, (5, 4))
    torch.testing.assert_close(flow.log_prob(z), exact.log_prob(z), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(flow.expand((5, 4)).log_prob(z), exact.log_prob(z), rtol=1e-9, atol=1e-9)
    assert flow.transforms[0].inverses == 0
    torch.testing.assert_close(flow.log_prob(z.clone()), exact.log_prob(z), rtol=1e-9, atol=1e-9)
    assert flow.transforms[0].inverses == 1


def test_only_the_last_draw_is_kept():
    flow, exact = gaussian()
    first, second = draw(flow, (5, 4)), draw(flow, (5, 4))
    for z, inverses in ((second, 0), (first, 1)):
        torch.testing.assert_close(flow.log_prob(z), exact.log_prob(z), rtol=1e-9, atol=1e-9)
        assert flow.transforms[0].inverses == inverses


def test_nothing_is_kept_where_it_is_not_wanted():
    flow, exact = gaussian()
    flow = Flow(flow.base, flow.transforms, remember=False)
    z = draw(flow, (4,))
    torch.testing.assert_close(flow.log_prob(z), exact.log_prob(z), rtol=1e-9, atol=1e-9)
    assert flow.transforms[0].inverses == 1


def test_the_density_of_one_draw_fills_a_larger_batch():
    flow, _ = gaussian(())
    z = flow.rsample()
    assert flow.log_prob(z).shape == ()
    assert flow.expand((6, 2)).log_prob(z).shape == (6, 2)


def test_the_kept_density_has_the_total_gradient():
    """d/dtheta log q_theta(z_theta(e)): for a normal -1 for each log scale, 0 for the mean."""
    loc, log_scale = (torch.randn(4, 3).double().requires_grad_() for _ in range(2))
    flow = Flow(
        DiagonalNormal(torch.zeros(4, 3).double(), torch.zeros(4, 3).double()), [AffineTransform(loc, log_scale)]
    )
    z = draw(flow, (4,))
    by_loc, by_scale = torch.autograd.grad(flow.log_prob(z).sum(), (loc, log_scale), allow_unused=True)
    assert by_loc is None or not bool(by_loc.any())
    torch.testing.assert_close(by_scale, -torch.ones(4, 3).double())


@pytest.mark.parametrize("objective", [StickingTheLanding(samples=3), DReG(3)])
def test_gradients_along_the_path_are_those_of_a_normal(objective):
    """These take the slope of log q in the draw, which the kept density does not have."""
    truth = LinearGaussian.random(event=4, latent=2, seed=1)
    x = torch.linspace(-1, 1, 20).double().reshape(5, 4)
    found = []
    for posterior in (Fixed(flow=False), Fixed(flow=True)):
        with noise.use(noise.Shared(0)):
            loss = objective(truth.vae(posterior)({"x": x}, samples=3))
        found.append([loss.detach(), *torch.autograd.grad(loss, list(posterior.parameters()))])
    for mine, other in zip(*found, strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-9, atol=1e-9)


def test_a_draw_without_gradients_is_scored_with_them():
    u = torch.randn(3).double().requires_grad_()
    zeros = torch.zeros(3).double()
    flow = Flow(DiagonalNormal(zeros, zeros), [PlanarTransform(u, torch.ones(3).double(), torch.zeros(1).double())])
    z = flow.sample((5,))
    (gradient,) = torch.autograd.grad(flow.log_prob(z).sum(), u)
    assert bool((gradient != 0).all())
    with torch.no_grad():
        assert not flow.log_prob(flow.sample((5,))).requires_grad


def test_nothing_outlives_the_distribution():
    flow, _ = gaussian()
    z = draw(flow, (1000, 4))
    copy = flow.expand((1000, 4))
    gone = [weakref.ref(z), weakref.ref(flow._last)]
    gc.disable()
    try:
        del z, flow
        assert all(ref() is not None for ref in gone), "the copy keeps the draw"
        del copy
        assert all(ref() is None for ref in gone)
    finally:
        gc.enable()


def test_a_second_draw_frees_the_first():
    flow, _ = gaussian()
    first = weakref.ref(draw(flow, (1000, 4)))
    draw(flow, (4,))
    assert first() is None


def test_it_is_one_graph_and_the_compiled_draw_costs_no_inverse():
    class Once(AffineTransform):
        def inverse(self, value):
            raise AssertionError("inverted")

    def score(loc, log_scale):
        zeros = torch.zeros_like(loc)
        q = Flow(DiagonalNormal(zeros, zeros), [Once(loc, log_scale)])
        z = draw(q, (5, 4))
        return z, q.log_prob(z)

    graph = torch.compile(score, fullgraph=True, dynamic=False, backend="eager")
    loc, log_scale = torch.randn(2, 4, 3).double()
    z, log_prob = graph(loc, log_scale)
    torch.testing.assert_close(log_prob, DiagonalNormal(loc, log_scale).log_prob(z), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("event", [(2, 2), ()])
def test_events_of_any_shape(event):
    zeros = torch.zeros(5, *event).double()

    class Doubled(Transform):
        def forward(self, z):
            return 2 * z, torch.tensor(math.prod(event) * math.log(2)).double()

        def inverse(self, value):
            return value / 2, self.forward(value)[1]

    flow = Flow(DiagonalNormal(zeros, zeros, len(event)), [Doubled()])
    exact = DiagonalNormal(zeros, zeros + math.log(2), len(event))
    z = flow.sample((3,))
    assert z.shape == (3, 5, *event)
    torch.testing.assert_close(flow.log_prob(z.clone()), exact.log_prob(z))
    torch.testing.assert_close(flow.mean, exact.mean, rtol=0, atol=1e-9)
