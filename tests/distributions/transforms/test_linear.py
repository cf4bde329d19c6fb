"""Matrices by their triangular factors."""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound.distributions import LinearTransform
from tests.contracts import TransformContract


class TestLinear(TransformContract):
    raw_size = 21

    def make(self, raw: Tensor) -> LinearTransform:
        lower, upper, diagonal = raw.split([9, 9, 3], -1)
        return LinearTransform(lower.unflatten(-1, (3, 3)), upper.unflatten(-1, (3, 3)), diagonal.clamp(-5, 5))

    def raw(self, lead: tuple[int, ...] = (), scale: float = 0.5, seed: int = 0) -> Tensor:
        return super().raw(lead, min(scale, 1.0), seed)


def test_it_is_the_product_of_its_factors() -> None:
    lower, upper = torch.randn(2, 4, 4).double()
    diagonal, z = torch.randn(4).double(), torch.randn(7, 4).double()
    matrix = (lower.tril(-1) + torch.eye(4)) @ (upper.triu(1) + torch.diag(diagonal.exp()))
    value, log_det = LinearTransform(lower, upper, diagonal).forward(z)
    torch.testing.assert_close(value, z @ matrix.T, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(log_det, torch.linalg.slogdet(matrix).logabsdet.expand(7), rtol=1e-12, atol=1e-12)
