"""Models of one latent whose posterior is not Gaussian: log p(x) is an integral over a line."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.distributions import Gamma, Independent, Normal

import lowerbound as lb
from lowerbound.core import Conditional
from lowerbound.models import VAE, Latent
from tests.known_answers.linear_gaussian import AffineNormal, linear


class Square(nn.Module):
    """N(z^2, scale^2)."""

    def __init__(self, scale: float) -> None:
        super().__init__()
        self.scale = scale

    def forward(self, z: Tensor, c: Tensor | None = None) -> Independent:
        return Independent(Normal(z.square(), self.scale), 1)


class Positive(nn.Module):
    """Gamma(shape, 1), whatever it is asked about."""

    support = "positive"

    def __init__(self, shape: float) -> None:
        super().__init__()
        self.shape = shape

    def forward(self, *contexts: Tensor | None) -> Independent:
        return Independent(Gamma(torch.full((1,), self.shape).double(), 1.0), 1)


def two_modes(spread: float, scale: float) -> VAE:
    """x | z ~ N(z^2, scale^2), z ~ N(0, 1): symmetric modes; q is N(1, spread^2), at one of them for x = 1."""
    encoder = AffineNormal(torch.zeros(1, 1).double(), torch.ones(1).double(), torch.full((1,), spread).double())
    return VAE([Latent("z", lb.priors.StandardNormal((1,)).double(), encoder)], Square(scale))


def positive(variance: float, guessed: float = 2.0) -> VAE:
    """x | z ~ N(z, variance), z ~ Gamma(2, 1); q is Gamma(guessed, 1)."""
    likelihood = Conditional(
        lb.likelihoods.Normal((1,), variance=variance), linear(torch.ones(1, 1).double(), torch.zeros(1).double())
    )
    return VAE([Latent("z", Positive(2.0), Positive(guessed))], likelihood.double())
