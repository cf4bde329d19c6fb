r"""The normal with covariance :math:`\Sigma = D + FF^\top`, D diagonal and F of few columns.

With :math:`D = \mathrm{diag}(\sigma^2)`, :math:`F = \sigma G`, :math:`y = (x - \mu)/\sigma`, the small matrix
:math:`M = I + G^\top G = CC^\top` and :math:`a = M^{-1}G^\top y` (Woodbury),

.. math:: (x - \mu)^\top \Sigma^{-1} (x - \mu) = \lVert y - Ga \rVert^2 + \lVert a \rVert^2, \qquad
          \log|\Sigma| = 2 \sum_d \log \sigma_d + 2 \sum_k \log C_{kk}

a sum of squares, so that nothing cancels; no matrix of the event's size is formed.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution, register_kl

from lowerbound.core import noise
from lowerbound.distributions.cholesky_normal import CholeskyNormal
from lowerbound.distributions.diagonal_normal import DiagonalNormal

__all__ = ["LowRankNormal", "bounded", "small_directions"]

BOUND = 30.0


def bounded(direction: Tensor) -> Tensor:
    """Return a number that rises with the raw one and stays within 30.

    In units of the diagonal's scale, directions of such entries leave I + G'G positive definite in
    float32, whatever the raw parameters are.

    Examples
    --------
    >>> bounded(torch.tensor([0.0, 1.0, -1e9]))
    tensor([  0.0000,   0.9994, -30.0000])
    """
    return direction / torch.sqrt(1 + (direction / BOUND).square())


def small_directions(rank: int, event_shape: tuple[int, ...]) -> Tensor:
    """Return directions to start from, ``(rank, *event)``: at zero itself no direction has a gradient.

    Waves of different frequency, a tenth high, so that they do not stay alike.

    Examples
    --------
    >>> small_directions(1, (2,))
    tensor([[ 0.0707, -0.0707]])
    """
    d = math.prod(event_shape)
    place, wave = torch.arange(d) + 0.5, torch.arange(1, rank + 1)[:, None]
    return (0.1 * torch.cos(math.pi * wave * place / d)).reshape(rank, *event_shape)


class LowRankNormal(Distribution):
    """N(loc, s (I + G G') s), s = diag(exp(log_scale)).

    Parameters
    ----------
    loc, log_scale
        ``(*batch, *event)``.
    directions
        The r columns of G, ``(*batch, r, *event)``, in units of the scale.
    event_dim
        How many trailing axes form the event.

    References
    ----------
    Woodbury, Inverting Modified Matrices, 1950; Monteiro et al., Stochastic Segmentation Networks,
    2020, section 3.1 (low-rank covariances given by a network).

    Examples
    --------
    >>> p = LowRankNormal(torch.zeros(2), torch.zeros(2), torch.ones(1, 2))
    >>> p.covariance_matrix
    tensor([[2., 1.],
            [1., 2.]])
    """

    has_rsample = True
    arg_constraints: dict[str, Any] = {}  # pyright: ignore[reportIncompatibleMethodOverride]

    def __init__(self, loc: Tensor, log_scale: Tensor, directions: Tensor, event_dim: int = 1) -> None:
        event = directions.shape[directions.ndim - event_dim :]
        leads = [t.shape[: t.ndim - event_dim] for t in (loc, log_scale)]
        *lead, rank = directions.shape[: directions.ndim - event_dim]
        batch = torch.broadcast_shapes(*leads, lead)
        self.loc, self.log_scale = loc.expand(*batch, *event), log_scale.expand(*batch, *event)
        self.directions = directions.expand(*batch, rank, *event)
        super().__init__(torch.Size(batch), torch.Size(event), validate_args=False)

    @property
    def mean(self) -> Tensor:
        """The mean, ``(*batch, *event)``."""
        return self.loc

    @property
    def mode(self) -> Tensor:
        """The mode, which is the mean."""
        return self.loc

    @property
    def factor(self) -> Tensor:
        """F', ``(*batch, r, *event)``."""
        return self.directions * self.log_scale.exp().unsqueeze(-1 - len(self.event_shape))

    @property
    def variance(self) -> Tensor:
        """The variance of each coordinate, ``(*batch, *event)``."""
        return (2 * self.log_scale).exp() * (1 + self.directions.square().sum(-1 - len(self.event_shape)))

    @property
    def covariance_matrix(self) -> Tensor:
        """The covariance of the flattened event, ``(*batch, D, D)``."""
        factor = self._flat(self.factor)
        return torch.diag_embed((2 * self._flat(self.log_scale)).exp()) + factor.mT @ factor

    def _flat(self, x: Tensor) -> Tensor:
        """Flatten the event axes."""
        return x.flatten(x.ndim - len(self.event_shape)) if self.event_shape else x.unsqueeze(-1)

    def _rank(self) -> int:
        return self.directions.shape[self.directions.ndim - len(self.event_shape) - 1]

    def small(self, g: Tensor) -> Tensor:
        """Return the Cholesky factor of I + G'G, ``(*batch, r, r)``."""
        return torch.linalg.cholesky(torch.eye(g.shape[-2], dtype=g.dtype, device=g.device) + g @ g.mT)

    def distance(self, residual: Tensor, g: Tensor, c: Tensor) -> Tensor:
        """Return the squared Mahalanobis length of ``(*lead, D)``."""
        y = (residual * torch.exp(-self._flat(self.log_scale))).unsqueeze(-1)
        a = torch.cholesky_solve(g @ y, c)
        return (y - g.mT @ a).square().sum((-2, -1)) + a.square().sum((-2, -1))

    def log_det(self, c: Tensor) -> Tensor:
        """Return half the log-determinant of the covariance."""
        return self._flat(self.log_scale).sum(-1) + c.diagonal(dim1=-2, dim2=-1).log().sum(-1)

    def log_prob(self, value: Tensor) -> Tensor:
        """Return log p(value), nats: ``(*batch,)``."""
        g = self._flat(self.directions)
        c = self.small(g)
        return -0.5 * self.distance(self._flat(value - self.loc), g, c) - self.log_det(c) - 0.5 * self._log_2pi()

    def _log_2pi(self) -> float:
        return math.prod(self.event_shape) * math.log(2 * math.pi)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draw mean + scale x (noise + G x noise of its own)."""
        d, rank = math.prod(self.event_shape), self._rank()
        eps = noise.normal((*torch.Size(sample_shape), *self.batch_shape, d + rank), 1, self.loc)
        own, shared = eps.split([d, rank], -1)
        standard = own + (shared.unsqueeze(-2) @ self._flat(self.directions)).squeeze(-2)
        residual = standard * self._flat(self.log_scale).exp()
        return self.loc + residual.reshape(*residual.shape[:-1], *self.event_shape)

    def entropy(self) -> Tensor:
        """Return the entropy, nats."""
        return self.log_det(self.small(self._flat(self.directions))) + 0.5 * (
            math.prod(self.event_shape) + self._log_2pi()
        )

    def expand(self, batch_shape: Any, _instance: Any = None) -> LowRankNormal:
        """Return the distribution with a larger batch shape."""
        batch, event = torch.Size(batch_shape), self.event_shape
        loc, log_scale = self.loc.expand(*batch, *event), self.log_scale.expand(*batch, *event)
        return LowRankNormal(loc, log_scale, self.directions.expand(*batch, self._rank(), *event), len(event))


def _to_low_rank(loc: Tensor, p: LowRankNormal, variance: Tensor | None, rows: Tensor | None) -> Tensor:
    """Return twice KL(q || p), but for q's log-determinant and dimension.

    The covariance of q is diag(variance) + rows' rows.
    """
    g = p._flat(p.directions)
    c = p.small(g)
    inverse = torch.exp(-p._flat(p.log_scale))
    total = p.distance(loc - p._flat(p.loc), g, c) + 2 * p.log_det(c)
    if variance is not None:
        kept = 1 - torch.linalg.solve_triangular(c, g, upper=False).square().sum(-2)
        total = total + (variance * inverse.square() * kept).sum(-1)
    if rows is not None:
        y = (rows * inverse.unsqueeze(-2)).mT
        a = torch.cholesky_solve(g @ y, c)
        total = total + (y - g.mT @ a).square().sum((-2, -1)) + a.square().sum((-2, -1))
    return total


def _flat_diagonal(q: DiagonalNormal) -> tuple[Tensor, Tensor]:
    loc, log_scale = q.params["loc"], q.params["log_scale"]
    return loc.flatten(loc.ndim - q.event_dim_), log_scale.flatten(loc.ndim - q.event_dim_)


def _half_log_det(q: LowRankNormal) -> Tensor:
    return q.log_det(q.small(q._flat(q.directions)))


@register_kl(LowRankNormal, LowRankNormal)
def _kl_low_rank_low_rank(q: LowRankNormal, p: LowRankNormal) -> Tensor:
    variance = (2 * q._flat(q.log_scale)).exp()
    total = _to_low_rank(q._flat(q.loc), p, variance, q._flat(q.factor))
    return 0.5 * (total - math.prod(q.event_shape)) - _half_log_det(q)


@register_kl(LowRankNormal, DiagonalNormal)
def _kl_low_rank_diagonal(q: LowRankNormal, p: DiagonalNormal) -> Tensor:
    loc, log_scale = _flat_diagonal(p)
    distance = (q._flat(q.loc) - loc).square() + q._flat(q.variance)
    return 0.5 * (distance * torch.exp(-2 * log_scale) - 1).sum(-1) + log_scale.sum(-1) - _half_log_det(q)


@register_kl(DiagonalNormal, LowRankNormal)
def _kl_diagonal_low_rank(q: DiagonalNormal, p: LowRankNormal) -> Tensor:
    loc, log_scale = _flat_diagonal(q)
    total = _to_low_rank(loc, p, (2 * log_scale).exp(), None)
    return 0.5 * (total - loc.shape[-1]) - log_scale.sum(-1)


@register_kl(CholeskyNormal, LowRankNormal)
def _kl_full_low_rank(q: CholeskyNormal, p: LowRankNormal) -> Tensor:
    total = _to_low_rank(q.loc, p, None, q.scale_tril.mT)
    return 0.5 * (total - q.event_shape[0]) - q.scale_tril.diagonal(dim1=-2, dim2=-1).log().sum(-1)


@register_kl(LowRankNormal, CholeskyNormal)
def _kl_low_rank_full(q: LowRankNormal, p: CholeskyNormal) -> Tensor:
    batch = torch.broadcast_shapes(q.batch_shape, p.batch_shape)
    q, p = q.expand(batch), p.expand(batch)
    columns = [torch.diag_embed(q.log_scale.exp()), q.factor.mT, (q.loc - p.loc).unsqueeze(-1)]
    solved = torch.linalg.solve_triangular(p.scale_tril, torch.cat(columns, -1), upper=False)
    log_det = p.scale_tril.diagonal(dim1=-2, dim2=-1).log().sum(-1)
    return 0.5 * (solved.square().sum((-2, -1)) - q.event_shape[0]) + log_det - _half_log_det(q)
