"""The wrapped normal on the Poincare ball. Row 30 of the exact answers."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from torch import Tensor

from lowerbound.core import noise
from lowerbound.distributions import WrappedNormal
from tests.contracts import agreement

CENTRES = [(0.0, 0.0), (0.3, -0.2), (-0.7, 0.6), (0.0, 0.995)]
SCALES = [(0.1, 0.1), (1.0, 1.0), (0.3, 2.0)]


def make(centre: tuple[float, ...], scale: tuple[float, ...]) -> WrappedNormal:
    return WrappedNormal(torch.tensor(centre, dtype=torch.float64), torch.tensor(scale, dtype=torch.float64).log())


def add(a: Tensor, b: Tensor) -> Tensor:
    """Moebius addition, as it is written in the papers."""
    ab, aa, bb = ((x * y).sum(-1, keepdim=True) for x, y in ((a, b), (a, a), (b, b)))
    return ((1 + 2 * ab + bb) * a + (1 - aa) * b) / (1 + 2 * ab + aa * bb)


def literal(p: WrappedNormal, x: Tensor) -> Tensor:
    """The density by logarithmic map, parallel transport and conformal factors, term by term."""
    moved = add(-p.loc, x)
    length = moved.norm(dim=-1, keepdim=True)
    factor_here = 2 / (1 - p.loc.square().sum(-1, keepdim=True))
    log_map = 2 / factor_here * torch.atanh(length) * moved / length
    at_origin = factor_here / 2 * log_map
    v = 2 * at_origin
    r = v.norm(dim=-1)
    normal = torch.distributions.Normal(torch.zeros_like(p.loc), p.log_scale.exp()).log_prob(v).sum(-1)
    return normal - (p.event_shape[0] - 1) * torch.log(torch.sinh(r) / r)


@pytest.mark.thorough
@pytest.mark.parametrize(("centre", "scale"), list(itertools.product(CENTRES, SCALES)))
def test_it_integrates_to_one(centre, scale):
    """Over polar coordinates of the ball around the origin: dx (2 / (1 - rho^2))^2, rho = tanh(r / 2)."""
    p = make(centre, scale)
    reach = 2 * math.atanh(math.hypot(*centre))
    low, high = max(0.0, reach - 8 * max(scale)), reach + 8 * max(scale)
    nodes, weights = np.polynomial.legendre.leggauss(500)
    r = low + (high - low) * (nodes + 1) / 2
    aim = math.atan2(centre[1], centre[0])
    # Far out the mass lies within a narrow angle: sinh spreads the grid of angles.
    spread = np.arcsinh(math.pi * math.exp(reach))
    turn = np.sinh(spread * nodes) / math.exp(reach)
    turn_weights = weights * spread * np.cosh(spread * nodes) / math.exp(reach)
    rho, angle = np.meshgrid(np.tanh(r / 2), aim + turn, indexing="ij")
    x = torch.from_numpy(np.stack([rho * np.cos(angle), rho * np.sin(angle)], -1))
    area = rho * (2 / (1 - rho**2)) ** 2
    d_rho = weights * (high - low) / 2 * (1 - np.tanh(r / 2) ** 2) / 2
    total = (p.log_prob(x).exp().numpy() * area * d_rho[:, None] * turn_weights).sum()
    assert total == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("d", [1, 2, 5, 40])
def test_the_density_is_the_papers_term_by_term(d):
    torch.manual_seed(0)
    p = WrappedNormal(0.9 * torch.rand(7, d).double() / math.sqrt(d), 0.3 * torch.randn(7, d).double())
    x = 0.9 * torch.randn(7, d).double().clamp(-1, 1) / math.sqrt(d)
    torch.testing.assert_close(p.log_prob(x), literal(p, x), rtol=1e-9, atol=1e-9)


def test_on_a_line_it_is_a_normal_of_the_distance():
    p = make((0.5,), (0.7,))
    x = torch.tensor([[-0.9], [0.0], [0.5], [0.99]]).double()
    distance = 2 * (torch.atanh(x[:, 0]) - math.atanh(0.5))
    torch.testing.assert_close(p.log_prob(x), torch.distributions.Normal(0.0, 0.7).log_prob(distance))


@pytest.mark.parametrize(("centre", "scale"), list(itertools.product(CENTRES, SCALES)))
def test_draws_are_the_papers_and_come_back(centre, scale):
    """mu + exp(v) of the same noise, and v is normal whatever the centre."""
    p = make(centre, scale)
    eps = torch.randn(50, 2, generator=torch.Generator().manual_seed(0)).double()
    with noise.use(agreement.Given(eps)):
        x = p.rsample((50,))
    v = eps * p.log_scale.exp()
    r = v.norm(dim=-1, keepdim=True)
    torch.testing.assert_close(x, add(p.loc.expand_as(v), torch.tanh(r / 2) * v / r), rtol=1e-9, atol=1e-12)
    gap = add(-p.loc.expand_as(x), x)
    torch.testing.assert_close(2 * torch.atanh(gap.norm(dim=-1, keepdim=True)), r, rtol=1e-6, atol=1e-6)
    assert bool((x.norm(dim=-1) < 1).all())


@pytest.mark.parametrize(("centre", "scale"), list(itertools.product(CENTRES, SCALES)))
def test_draws_agree_with_the_density(centre, scale):
    torch.manual_seed(0)
    p = make(centre, scale)
    agreement.continuous_agrees(p, reference=WrappedNormal(p.loc, p.log_scale + math.log(0.6)))


def test_the_centre_is_nearest_on_average():
    """The gradient of the mean squared distance is zero there."""
    torch.manual_seed(0)
    p = make((0.5, 0.3), (0.4, 1.2))
    x = p.sample((50_000,))
    towards = add(-p.loc.expand_as(x), x)
    length = towards.norm(dim=-1, keepdim=True)
    agreement.unbiased(2 * torch.atanh(length) * towards / length, 0.0, size=0.01)
    assert p.mean is p.loc
    assert p.mode is p.loc


def test_gradients_are_those_of_differences():
    def draw(loc: Tensor, log_scale: Tensor) -> Tensor:
        with noise.use(agreement.Given(torch.tensor([[0.3, -1.0, 0.4]]).double())):
            return WrappedNormal(loc, log_scale).rsample()

    def score(x: Tensor, loc: Tensor, log_scale: Tensor) -> Tensor:
        return WrappedNormal(loc, log_scale).log_prob(x)

    given = torch.tensor([[[0.1, 0.2, -0.8]], [[0.5, 0.0, 0.3]], [[0.1, 0.1, 0.1]]]).double()
    x, loc, log_scale = (v.clone().requires_grad_() for v in given)
    assert torch.autograd.gradcheck(draw, (loc, log_scale))
    assert torch.autograd.gradcheck(score, (x, loc, log_scale))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("log_scale", [-17.0, 0.0, 7.0])
@pytest.mark.parametrize("length", [0.0, 0.5, 1.0])
def test_the_edge_is_never_reached_and_gradients_stay_numbers(dtype, log_scale, length):
    torch.manual_seed(0)
    longest = 1 - 4 * torch.finfo(dtype).eps
    loc = (length * longest * torch.nn.functional.normalize(torch.ones(5, dtype=dtype), dim=0)).requires_grad_()
    raw = torch.full((5,), log_scale, dtype=dtype, requires_grad=True)
    p = WrappedNormal(loc, raw)
    x = p.rsample((1000,))
    assert bool((x.norm(dim=-1) < 1).all())
    log_prob = p.log_prob(torch.cat([x, loc[None], torch.zeros_like(x[:1])]))
    gradients = torch.autograd.grad(log_prob.sum() + x.sum(), [loc, raw])
    assert bool(log_prob.isfinite().all())
    assert all(bool(g.isfinite().all()) for g in gradients)


@pytest.mark.parametrize("scale", [1e-3, 0.3, 1.0])
def test_the_centre_scores_as_a_normal_does(scale):
    """There the volume is not stretched; next to it, single precision agrees with double."""
    p = WrappedNormal(torch.tensor([0.3, 0.4]), torch.full((2,), math.log(scale)))
    at_centre = -2 * math.log(scale) - math.log(2 * math.pi)
    assert float(p.log_prob(p.loc)) == pytest.approx(at_centre, rel=1e-6)
    near = p.loc + torch.tensor([1e-6, 0.0])
    wide = WrappedNormal(p.loc.double(), p.log_scale.double()).log_prob(near.double())
    assert float(p.log_prob(near)) == pytest.approx(float(wide), rel=1e-5)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_point_rounded_to_the_edge_and_a_draw_without_noise_are_numbers(dtype):
    loc = torch.tensor([0.6, 0.0], dtype=dtype, requires_grad=True)
    raw = torch.zeros(2, dtype=dtype, requires_grad=True)
    p = WrappedNormal(loc, raw)
    with noise.use(agreement.Given(torch.zeros(1, 2, dtype=dtype))):
        x = p.rsample((1,))
    torch.testing.assert_close(x[0], loc)
    log_prob = p.log_prob(torch.tensor([[1.0, 0.0], [0.0, -1.0]], dtype=dtype))
    assert bool(log_prob.isfinite().all())
    for gradient in torch.autograd.grad(log_prob.sum() + x.sum(), [loc, raw]):
        assert bool(gradient.isfinite().all())
