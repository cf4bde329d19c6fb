"""Transforms: invertible, and right about how they change volumes."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from lowerbound.distributions import Transform

LEAD = (4,)


def jacobian(transform: Transform, z: Tensor) -> Tensor:
    """Return df/dz at one point ``(D,)``, by autograd."""
    return torch.autograd.functional.jacobian(lambda x: transform.forward(x)[0], z)


class TransformContract:
    """``make`` builds the transform from raw parameters ``(*lead, raw_size)``, float64 unless they say otherwise."""

    size = 3
    raw_size: int

    def make(self, raw: Tensor) -> Transform:
        raise NotImplementedError

    def raw(self, lead: tuple[int, ...] = (), scale: float = 1.5, seed: int = 0) -> Tensor:
        generator = torch.Generator().manual_seed(seed)
        return scale * torch.randn(*lead, self.raw_size, generator=generator, dtype=torch.float64)

    def z(self, *lead: int) -> Tensor:
        generator = torch.Generator().manual_seed(1)
        return 1.5 * torch.randn(*lead, self.size, generator=generator, dtype=torch.float64)

    @pytest.mark.parametrize("seed", range(5))
    def test_its_log_determinant_is_that_of_its_jacobian(self, seed):
        transform = self.make(self.raw(seed=seed))
        for z in self.z(5):
            exact = torch.linalg.slogdet(jacobian(transform, z)).logabsdet
            torch.testing.assert_close(transform.forward(z)[1], exact, rtol=0, atol=1e-8)

    def test_it_is_undone(self):
        transform = self.make(self.raw(LEAD))
        z = self.z(6, *LEAD)
        value, log_det = transform.forward(z)
        back, same = transform.inverse(value)
        assert value.shape == z.shape
        torch.testing.assert_close(back, z, rtol=0, atol=1e-6)
        torch.testing.assert_close(same.expand(6, *LEAD), log_det.expand(6, *LEAD), rtol=0, atol=1e-6)

    def test_it_undoes(self):
        transform = self.make(self.raw(LEAD))
        value = 2 * self.z(6, *LEAD)
        torch.testing.assert_close(transform.forward(transform.inverse(value)[0])[0], value, rtol=0, atol=1e-6)

    def test_each_row_has_its_own_parameters(self):
        raw, z = self.raw(LEAD), self.z(2, 5, *LEAD)
        value, log_det = self.make(raw).forward(z)
        back = self.make(raw).inverse(z)[0]
        for i in range(LEAD[0]):
            alone, its = self.make(raw[i]).forward(z[..., i, :])
            torch.testing.assert_close(value[..., i, :], alone, rtol=1e-9, atol=1e-9)
            torch.testing.assert_close(log_det.expand(2, 5, *LEAD)[..., i], its.expand(2, 5), rtol=1e-9, atol=1e-9)
            torch.testing.assert_close(
                back[..., i, :], self.make(raw[i]).inverse(z[..., i, :])[0], rtol=1e-7, atol=1e-7
            )

    def test_one_value_meets_many_parameters(self):
        raw, z = self.raw((2, *LEAD)), self.z()
        for direction in ("forward", "inverse"):
            value, log_det = getattr(self.make(raw), direction)(z)
            assert value.shape == (2, *LEAD, self.size)
            assert log_det.expand(2, *LEAD).shape == (2, *LEAD)
            alone = getattr(self.make(raw[1, 2]), direction)(z)[0]
            torch.testing.assert_close(value[1, 2], alone, rtol=1e-7, atol=1e-7)

    def test_the_inverse_has_the_gradient_of_the_inverse(self):
        """Numerical inverses carry the implicit gradient, to values and to parameters, also that of the volume."""
        raw, value = self.raw().requires_grad_(), self.z().requires_grad_()

        def inverse(raw: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
            return self.make(raw).inverse(value)

        assert torch.autograd.gradcheck(inverse, (raw, value), atol=1e-6, rtol=1e-4)

    @pytest.mark.parametrize("scale", [1.0, 1e3])
    def test_single_precision_stays_finite(self, scale):
        raw, z = self.raw((50,), scale).float().requires_grad_(), self.z(50).float()
        for direction in ("forward", "inverse"):
            value, log_det = getattr(self.make(raw), direction)(z)
            assert bool(value.isfinite().all())
            assert bool(log_det.isfinite().all())
            (gradient,) = torch.autograd.grad(value.sum() + log_det.sum(), raw, allow_unused=True)
            assert gradient is None or not bool(gradient.isnan().any())
