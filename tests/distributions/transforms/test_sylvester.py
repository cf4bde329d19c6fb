"""Sylvester flows."""

from __future__ import annotations

import pytest
import torch

from lowerbound.distributions import PlanarTransform, SylvesterTransform, orthonormal, reflections
from tests.contracts import TransformContract


def triangular(raw, m):
    """Return an upper triangular matrix with a diagonal below one in size."""
    matrix = raw.unflatten(-1, (m, m))
    return matrix.triu(1) + torch.diag_embed(0.999 * torch.tanh(matrix.diagonal(dim1=-2, dim2=-1)))


def step(q, raw, m):
    first, second, b = raw.split([m * m, m * m, m], -1)
    return SylvesterTransform(q, triangular(first, m), triangular(second, m), b)


class TestOrthogonal(TransformContract):
    raw_size = 3 * 2 + 2 * 4 + 2

    def make(self, raw):
        q = orthonormal(torch.eye(3, 2).to(raw), raw[..., :6].unflatten(-1, (3, 2)))
        return step(q, raw[..., 6:], 2)


class TestHouseholder(TransformContract):
    raw_size = 2 * 3 + 2 * 9 + 3

    def make(self, raw):
        return step(reflections(raw[..., :6].unflatten(-1, (2, 3))), raw[..., 6:], 3)


class TestTriangular(TransformContract):
    raw_size = 2 * 9 + 3

    def make(self, raw):
        return step(torch.eye(3).to(raw).flip(0), raw, 3)


def test_one_unit_is_a_planar_flow():
    w = torch.nn.functional.normalize(torch.randn(4).double(), dim=0)
    r, b, z = torch.full((1, 1), 0.7).double(), torch.tensor([0.2]).double(), torch.randn(6, 4).double()
    one = SylvesterTransform(w[:, None], r, torch.ones(1, 1).double(), b)
    planar = PlanarTransform(torch.zeros(4).double(), w, b)
    planar.u, planar.product = r[0] * w, r[0]
    for mine, other in zip(one.forward(z), planar.forward(z), strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("product", [-0.998, 0.998])
def test_the_ends_of_the_constraint_are_inverted(product):
    one = torch.ones(1, 1).double()
    end = SylvesterTransform(one, product * one, one, torch.zeros(1).double())
    z = torch.linspace(-3, 3, 101).double()[:, None]
    torch.testing.assert_close(end.inverse(end.forward(z)[0])[0], z, rtol=0, atol=1e-9)
