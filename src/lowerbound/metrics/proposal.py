r"""A multivariate Student-t for each row of a batch: where importance samples are drawn from.

.. math:: u = \mu + L e \sqrt{\nu / \chi^2_\nu}, \qquad e \sim \mathcal N(0, I)
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from lowerbound.core import noise

__all__ = ["Proposal"]

FREEDOM = 20
"""Degrees of freedom of proposals: heavier tails than a posterior has, at little cost in many dimensions."""


@dataclass(frozen=True)
class Proposal:
    """A Student-t for the latents of each row of a batch.

    Attributes
    ----------
    location : Tensor, (B, D)
    factor : Tensor, (B, D, D)
        Lower triangular: its square is the scale matrix.

    Examples
    --------
    >>> proposal = Proposal(torch.zeros(5, 2), torch.eye(2).expand(5, 2, 2))
    >>> u, log_q = proposal.draw(7, seed=0)
    >>> u.shape, torch.allclose(log_q, proposal.log_prob(u))
    (torch.Size([7, 5, 2]), True)
    """

    location: Tensor
    factor: Tensor

    def draw(self, samples: int, *, seed: int, start: int = 0) -> tuple[Tensor, Tensor]:
        """Return draws ``(S, B, D)``, with noise that rows share, and their log-densities ``(S, B)``."""
        size = self.location.shape[-1]
        shared, like = noise.Shared(seed, start), self.location
        plain = shared.normal((samples, 1, size), 1, like)[:, 0]
        slack = shared.normal((samples, 1, FREEDOM), 1, like)[:, 0].square().mean(-1, keepdim=True)
        unit = plain * slack.rsqrt()
        u = self.location + torch.einsum("bij,sj->sbi", self.factor, unit)
        return u, self._density(unit.square().sum(-1, keepdim=True))

    def log_prob(self, u: Tensor) -> Tensor:
        """Return the log-densities ``(S, B)`` of ``(S, B, D)``."""
        offset = (u.to(self.location) - self.location).permute(1, 2, 0)
        return self._density(torch.linalg.solve_triangular(self.factor, offset, upper=False).square().sum(1).T)

    def _density(self, distance: Tensor) -> Tensor:
        """Return the log-density at a squared distance from the location, in units of the scale matrix."""
        size, half = self.location.shape[-1], 0.5 * FREEDOM
        constant = math.lgamma(half + 0.5 * size) - math.lgamma(half) - 0.5 * size * math.log(FREEDOM * math.pi)
        volume = self.factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)
        return constant - volume - (half + 0.5 * size) * torch.log1p(distance / FREEDOM)
