"""Distances between draws of two distributions."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from lowerbound.distances import Distance
from tests.contracts.component import ComponentContract


class DistanceContract(ComponentContract):
    """``make`` returns the distance; ``at_zero`` is how far from zero it may be between equal draws."""

    at_zero = 1e-6
    symmetric = True
    compiles = True

    def make(self) -> Distance:
        raise NotImplementedError

    def draws(self, n: int, d: int, shift: float = 0.0, seed: int = 0) -> Tensor:
        return torch.randn(n, d, generator=torch.Generator().manual_seed(seed), dtype=torch.float64) + shift

    def value(self, x: Tensor, y: Tensor) -> Tensor:
        torch.manual_seed(0)
        return self.make()(x, y)

    def test_it_is_one_number_of_the_dtype_of_the_draws(self):
        for dtype in (torch.float32, torch.float64):
            value = self.value(self.draws(20, 3).to(dtype), self.draws(30, 3, seed=1).to(dtype))
            assert (value.shape, value.dtype) == ((), dtype)
            assert bool(value.isfinite())

    def test_it_grows_with_the_shift(self):
        x = self.draws(100, 2)
        values = [float(self.value(x, self.draws(100, 2, shift, seed=1))) for shift in (0.0, 1.0, 2.0)]
        assert values == sorted(values)

    def test_the_order_of_draws_does_not_matter(self):
        x, y = self.draws(12, 2), self.draws(12, 2, 1.0, seed=1)
        torch.testing.assert_close(self.value(x.flip(0), y), self.value(x, y), rtol=1e-9, atol=1e-9)

    def test_it_is_symmetric(self):
        if self.symmetric:
            x, y = self.draws(12, 2), self.draws(12, 2, 1.0, seed=1)
            torch.testing.assert_close(self.value(y, x), self.value(x, y), rtol=1e-9, atol=1e-9)

    def test_both_sides_get_finite_gradients_also_where_draws_coincide(self):
        x = self.draws(10, 2).requires_grad_()
        y = torch.cat([x.detach()[:3], self.draws(7, 2, 0.5, seed=1)]).requires_grad_()
        for gradient in torch.autograd.grad(self.value(x, y), [x, y]):
            assert bool(gradient.isfinite().all())
            assert bool(gradient.any())

    def test_one_draw_each_is_enough(self):
        assert bool(self.value(self.draws(1, 2), self.draws(1, 2, 1.0, seed=1)).isfinite())

    @pytest.mark.slow
    def test_it_is_one_graph_without_breaks(self):
        if not self.compiles:
            return
        distance, x, y = self.make(), self.draws(10, 2), self.draws(8, 2, 1.0, seed=1)
        torch._dynamo.reset()
        torch.manual_seed(0)
        graph = torch.compile(distance, backend="eager", fullgraph=True)(x.requires_grad_(), y)
        torch.testing.assert_close(graph, self.value(x, y))
        (gradient,) = torch.autograd.grad(graph, x)
        torch.testing.assert_close(gradient, torch.autograd.grad(self.value(x, y), x)[0])

    def test_it_is_measured_where_gradients_are_off(self):
        x, y = self.draws(10, 2), self.draws(8, 2, 1.0, seed=1)
        with torch.inference_mode():
            assert float(self.value(x, y)) == float(self.value(x.clone(), y))
