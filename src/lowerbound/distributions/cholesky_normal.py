r"""The normal distribution with full covariance :math:`LL^\top`, by its Cholesky factor.

.. math:: \log p(x) = -\tfrac12 \lVert L^{-1}(x - \mu) \rVert^2 - \sum_i \log L_{ii} - \tfrac D2 \log 2\pi
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution, register_kl

from lowerbound.core import noise
from lowerbound.distributions.diagonal_normal import DiagonalNormal

__all__ = ["CholeskyNormal"]


class CholeskyNormal(Distribution):
    """N(loc, L L') over vectors.

    Parameters
    ----------
    loc
        ``(*batch, D)``.
    scale_tril
        Lower triangular with positive diagonal, ``(*batch, D, D)``.

    References
    ----------
    Rezende and Mohamed, Variational Inference with Normalizing Flows, 2015 (full-covariance posteriors).

    Examples
    --------
    >>> p = CholeskyNormal(torch.zeros(2), torch.tensor([[2.0, 0.0], [1.0, 0.5]]))
    >>> round(p.log_prob(torch.zeros(2)).item(), 4)
    -1.8379
    """

    has_rsample = True
    arg_constraints: dict[str, Any] = {}  # pyright: ignore[reportIncompatibleMethodOverride]

    def __init__(self, loc: Tensor, scale_tril: Tensor) -> None:
        batch = torch.broadcast_shapes(loc.shape[:-1], scale_tril.shape[:-2])
        self.loc = loc.expand(*batch, loc.shape[-1])
        self.scale_tril = scale_tril.expand(*batch, *scale_tril.shape[-2:])
        super().__init__(torch.Size(batch), loc.shape[-1:], validate_args=False)

    @property
    def mean(self) -> Tensor:
        """The mean, ``(*batch, D)``."""
        return self.loc

    @property
    def mode(self) -> Tensor:
        """The mode, which is the mean."""
        return self.loc

    @property
    def variance(self) -> Tensor:
        """The variance of each coordinate, ``(*batch, D)``."""
        return self.scale_tril.square().sum(-1)

    @property
    def covariance_matrix(self) -> Tensor:
        """The covariance, ``(*batch, D, D)``."""
        return self.scale_tril @ self.scale_tril.mT

    def _log_det(self) -> Tensor:
        return self.scale_tril.diagonal(dim1=-2, dim2=-1).log().sum(-1)

    def log_prob(self, value: Tensor) -> Tensor:
        """Return log p(value), ``(*batch,)``."""
        difference = (value - self.loc).unsqueeze(-1)
        tril = self.scale_tril.expand(*difference.shape[:-2], *self.scale_tril.shape[-2:])
        standard = torch.linalg.solve_triangular(tril, difference, upper=False)
        d = self.event_shape[0]
        return -0.5 * standard.square().sum((-2, -1)) - self._log_det() - 0.5 * d * math.log(2 * math.pi)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draw mean + L x noise."""
        shape = torch.Size(sample_shape) + self.batch_shape + self.event_shape
        eps = noise.normal(shape, 1, self.loc)
        return self.loc + (self.scale_tril @ eps.unsqueeze(-1)).squeeze(-1)

    def entropy(self) -> Tensor:
        """Return the entropy, nats."""
        return self._log_det() + 0.5 * self.event_shape[0] * (1 + math.log(2 * math.pi))

    def expand(self, batch_shape: Any, _instance: Any = None) -> CholeskyNormal:
        """Return the distribution with a larger batch shape."""
        batch, d = torch.Size(batch_shape), self.event_shape[0]
        return CholeskyNormal(self.loc.expand(*batch, d), self.scale_tril.expand(*batch, d, d))


@register_kl(CholeskyNormal, CholeskyNormal)
def _kl_full_full(q: CholeskyNormal, p: CholeskyNormal) -> Tensor:
    batch = torch.broadcast_shapes(q.batch_shape, p.batch_shape)
    q, p = q.expand(batch), p.expand(batch)
    columns = torch.cat([q.scale_tril, (q.loc - p.loc).unsqueeze(-1)], -1)
    solved = torch.linalg.solve_triangular(p.scale_tril, columns, upper=False)
    return 0.5 * (solved.square().sum((-2, -1)) - q.event_shape[0]) + p._log_det() - q._log_det()


@register_kl(CholeskyNormal, DiagonalNormal)
def _kl_full_diagonal(q: CholeskyNormal, p: DiagonalNormal) -> Tensor:
    log_scale = p.params["log_scale"]
    trace = (q.variance * torch.exp(-2 * log_scale)).sum(-1)
    distance = ((q.loc - p.mean) * torch.exp(-log_scale)).square().sum(-1)
    return 0.5 * (trace + distance - q.event_shape[0]) + log_scale.sum(-1) - q._log_det()


@register_kl(DiagonalNormal, CholeskyNormal)
def _kl_diagonal_full(q: DiagonalNormal, p: CholeskyNormal) -> Tensor:
    return _kl_full_full(CholeskyNormal(q.mean, torch.diag_embed(q.stddev)), p)
