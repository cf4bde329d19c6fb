"""Posteriors and models that priors made of the posterior are put into."""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound.core import Conditional, Network, Size
from lowerbound.likelihoods import Normal
from lowerbound.models import VAE, Latent
from lowerbound.networks import MLP
from lowerbound.posteriors import DiagonalNormal
from lowerbound.priors import FromPosterior

D, X = 2, 5


def posterior(condition: tuple[Size, ...] = ()) -> Conditional:
    """q(z | x) or q(z | x, c), seeded."""
    with torch.random.fork_rng():
        torch.manual_seed(7)
        return Conditional(DiagonalNormal((D,)), MLP(((X,), *condition), (2, D), hidden=(8,), nonlinearity="tanh"))


def bound(prior: FromPosterior) -> FromPosterior:
    """The prior, with a posterior."""
    prior.bind(posterior())
    return prior


def level(prior: torch.nn.Module, condition: tuple[Size, ...] = ()) -> Latent:
    """A level with the prior."""
    return Latent("z", prior, posterior(condition))


def vae(prior: torch.nn.Module) -> VAE:
    """A model with the prior."""
    return VAE([level(prior)], Conditional(Normal((X,)), MLP(((D,),), Normal((X,)).params_shape, hidden=(8,))))


def rows(n: int, seed: int = 0) -> Tensor:
    """Rows of the data."""
    return torch.randn(n, X, generator=torch.Generator().manual_seed(seed))


class Halves(torch.nn.Module):
    """An encoder that several levels share: one tensor of activations for each of two."""

    def forward(self, x: Tensor) -> list[Tensor]:
        """Map ``(n, 2 X)`` to two of ``(n, X)``."""
        return list(x.split(X, -1))


class Doubled(Network):
    """An encoder whose activations all levels read."""

    def __init__(self) -> None:
        super().__init__()
        self.in_shapes, self.out_shape = ((X,),), (X,)

    def forward(self, *inputs: Tensor) -> Tensor:
        """Map ``(n, X)`` to its double."""
        return 2 * inputs[0]
