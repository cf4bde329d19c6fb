"""Orthonormal columns from any numbers."""

from __future__ import annotations

import pytest
import torch

from lowerbound.distributions import orthonormal, reflections


def start(d, m):
    generator = torch.Generator().manual_seed(d)
    return torch.linalg.qr(torch.randn(d, m, generator=generator, dtype=torch.float64)).Q


@pytest.mark.parametrize("scale", [0.0, 1e-3, 0.1, 1.0, 1e3])
@pytest.mark.parametrize(("d", "m"), [(1, 1), (3, 2), (5, 5), (40, 16)])
def test_columns_are_orthonormal(d, m, scale):
    raw = scale * torch.randn(100, d, m).double()
    q = orthonormal(start(d, m), raw)
    assert float((q.mT @ q - torch.eye(m).double()).abs().max()) <= 1e-10


def test_the_worst_direction_is_orthonormal_too():
    """All of the reach against the start."""
    for scale in (1.0, 10.0, 1e3):
        q = orthonormal(start(6, 4), -scale * start(6, 4))
        assert float((q.mT @ q - torch.eye(4).double()).abs().max()) <= 1e-10


def test_zeros_give_the_start():
    torch.testing.assert_close(orthonormal(start(6, 3), torch.zeros(6, 3).double()), start(6, 3), rtol=0, atol=1e-12)


def test_it_is_the_nearest_one():
    """The polar factor, here of a matrix that stays within reach as it is."""
    raw = 1e-3 * torch.randn(6, 3).double()
    u, _, vh = torch.linalg.svd(start(6, 3) + raw, full_matrices=False)
    torch.testing.assert_close(orthonormal(start(6, 3), raw), u @ vh, rtol=0, atol=2e-4)


def test_the_gradient_is_finite_at_zero_and_far_away():
    for scale in (0.0, 1e3):
        raw = (scale * torch.randn(5, 6, 3)).requires_grad_()
        (gradient,) = torch.autograd.grad(orthonormal(start(6, 3).float(), raw)[..., 0].sum(), raw)
        assert bool(gradient.isfinite().all())
        assert bool((gradient != 0).any())


@pytest.mark.parametrize("k", [1, 2, 7])
def test_products_of_reflections_are_orthogonal(k):
    q = reflections(torch.randn(20, k, 5).double())
    assert float((q.mT @ q - torch.eye(5).double()).abs().max()) <= 1e-10
    torch.testing.assert_close(torch.linalg.det(q), torch.full((20,), (-1.0) ** k).double(), rtol=0, atol=1e-10)


def test_the_first_reflection_is_on_the_left():
    a, b = torch.randn(2, 4).double()

    def one(v):
        return torch.eye(4).double() - 2 * v[:, None] * v / v.square().sum()

    torch.testing.assert_close(reflections(torch.stack([a, b])), one(a) @ one(b), rtol=1e-12, atol=1e-12)
