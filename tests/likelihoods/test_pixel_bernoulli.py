"""Binary images, pixel by pixel."""

from __future__ import annotations

import torch

from lowerbound.likelihoods import PixelBernoulli
from tests.contracts import LikelihoodContract, agreement


def shaken(family: torch.nn.Module, size: float = 0.3) -> torch.nn.Module:
    """Set every weight at random, so that pixels depend on each other."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for weight in family.parameters():
            weight.copy_(size * torch.randn(weight.shape, generator=generator, dtype=torch.float64).to(weight.dtype))
    return family


class PixelContract(LikelihoodContract):
    """Masked weights do not matter; all others may."""

    def family(self, dtype=torch.float64):
        return shaken(super().family(dtype))

    def test_the_density_reaches_the_parameters(self):
        family, params = self.family(), self.params((40,)).requires_grad_()
        family(params).log_prob(family(params).sample()).sum().backward()
        assert bool((params.grad != 0).any(0).all())
        for name, own in family.named_parameters():
            mask = getattr(family.get_submodule(name.rpartition(".")[0]), "mask", None)
            assert bool((own.grad != 0).any()), name
            if mask is not None and name.endswith("weight"):
                assert not bool((own.grad[mask == 0] != 0).any()), name


class TestPixelBernoulli(PixelContract):
    entry = (0.0, 1.0)

    def make(self):
        return PixelBernoulli((1, 2, 3), context=2, channels=4, blocks=1, size=3)


class TestTwoPlanes(PixelContract):
    entry = (0.0, 1.0)

    def make(self):
        return PixelBernoulli((2, 2, 1), context=1, channels=4, blocks=0, size=3)


def test_probabilities_of_all_images_sum_to_one():
    family = shaken(PixelBernoulli((1, 3, 3), context=2, channels=8).double())
    params = torch.randn(family.params_shape).double()
    total = family(params).log_prob(agreement.every_value((0.0, 1.0), (1, 3, 3))).exp().sum()
    torch.testing.assert_close(total, torch.ones(()).double(), rtol=1e-9, atol=1e-9)


def test_zeros_are_fair_coins():
    family = PixelBernoulli((1, 3, 3))
    assert float((family(torch.zeros(family.params_shape)).mean - 0.5).abs().max()) <= 0.05
