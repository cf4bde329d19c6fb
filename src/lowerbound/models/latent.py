"""A level made of a prior, a posterior and what is passed on."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from lowerbound.core import Level, Network, call, check_same_support

__all__ = ["Latent"]


class Latent(Level):
    """One latent variable.

    Parameters
    ----------
    name
        Its site.
    prior
        p(z | h, c): any module of contexts to a distribution.
    posterior
        q(z | a, h, c): likewise; ``a`` are the encoder's activations (x itself without one).
    combine
        A module of (q, p) to the posterior actually used: ladder or residual posteriors.
    network
        The state passed on, from (h, z); without it the state is z.
    enumerate
        Visit every value of a discrete variable instead of drawing one.
    score
        Train a posterior whose draws have no gradient by the score function.
    apart
        Stand beside the latents above: prior and posterior do not read their state, and the state passed on is
        theirs joined with z, unless a network makes it.

    Raises
    ------
    ConfigError
        When prior and posterior live on different sets.

    Examples
    --------
    >>> from lowerbound.core import Conditional
    >>> from lowerbound.networks import MLP
    >>> from lowerbound.posteriors import DiagonalNormal
    >>> from lowerbound.priors import StandardNormal
    >>> q = Conditional(DiagonalNormal((2,)), MLP(((5,),), (2, 2)))
    >>> Latent("z", StandardNormal((2,)), q).name
    'z'
    """

    def __init__(
        self,
        name: str,
        prior: nn.Module,
        posterior: nn.Module,
        combine: nn.Module | None = None,
        network: Network | None = None,
        enumerate: bool = False,
        score: bool = False,
        apart: bool = False,
    ) -> None:
        super().__init__()
        self._bind(prior, posterior)
        check_same_support(posterior, prior)
        self.name = name
        self.enumerate = enumerate
        self.score = score
        self.apart = apart
        self.prior_ = prior
        self.posterior_ = posterior
        self.combine = combine
        self.network = network

    def _bind(self, prior: nn.Module, posterior: nn.Module, *shared: Any) -> None:
        """Give the posterior to a prior that is made of it."""
        bind = getattr(prior, "bind", None)
        if bind is not None:
            bind(posterior, *shared)

    def share(self, encoder: nn.Module, level: int) -> None:
        """Take note of the model's encoder, whose activations of this level the posterior reads."""
        self._bind(self.prior_, self.posterior_, encoder, level)

    def with_prior(self, prior: nn.Module) -> Latent:
        """Return this level with another prior; all else is shared."""
        return Latent(
            self.name, prior, self.posterior_, self.combine, self.network,
            enumerate=self.enumerate, score=self.score, apart=self.apart,
        )  # fmt: skip

    def __repr__(self) -> str:
        parts = [repr(self.name), repr(self.prior_), repr(self.posterior_)]
        parts += [f"{k}={v!r}" for k, v in (("combine", self.combine), ("network", self.network)) if v is not None]
        parts += [f"{name}=True" for name in ("enumerate", "score", "apart") if getattr(self, name)]
        return f"Latent({', '.join(parts)})"

    def prior(self, h: Tensor | None, c: Tensor | None) -> Distribution:
        """p(z | h, c)."""
        return self.prior_(None if self.apart else h, c)

    def posterior(self, p: Distribution, h: Tensor | None, a: Tensor | None, c: Tensor | None) -> Distribution:
        """q(z | a, h, c), combined with the prior ``p`` where the level says so."""
        q = self.posterior_(a, None if self.apart else h, c)
        return q if self.combine is None else self.combine(q, p)

    def merge(self, h: Tensor | None, z: Tensor) -> Tensor:
        """Return the state for what is below."""
        if self.network is None:
            return z if h is None or not self.apart else _side_by_side(h, z)
        inputs = [z] if h is None else [h, z]
        return call(self.network, self.network.in_shapes, inputs)


def _side_by_side(h: Tensor, z: Tensor) -> Tensor:
    lead = torch.broadcast_shapes(h.shape[:-1], z.shape[:-1])
    return torch.cat([part.expand(*lead, part.shape[-1]) for part in (h, z)], -1)
