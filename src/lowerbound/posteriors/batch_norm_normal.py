r"""A normal with independent coordinates whose means are normalised over the rows of a batch.

.. math:: \mu_i(x) = \gamma \, \frac{m_i(x) - \bar m_i}{s_i} + b_i, \qquad
          \frac1B \sum_b \mathrm{KL}(q(z \mid x_b) \,\|\, N(0, I)) \ge \frac12 \sum_i (\gamma^2 + b_i^2)
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape
from lowerbound.errors import ConfigError

__all__ = ["BatchNormNormal"]

SLOWEST = 0.1
"""Part of a batch in the running statistics, once there have been ten."""
LEAST = 1e-10
"""Added to variances, so that a mean that does not vary can be divided by its spread."""


class BatchNormNormal(Family):
    """A diagonal normal whose means have spread ``gamma`` over the rows of a batch, so that they must differ.

    In training the rows of a batch (or of the part that one process or pass sees) are normalised by their own mean and
    spread; in evaluation by the running ones, so that a row's code does not depend on its neighbours.

    Parameters
    ----------
    event_shape
        Shape of one latent value.
    gamma
        Standard deviation of each mean over rows. The rate is at least half its square, nats a dimension.

    Raises
    ------
    ConfigError
        For a gamma that is not positive.

    References
    ----------
    Zhu, Bi, Liu, Ma, Li and Wu, A Batch Normalized Inference Network Keeps the KL Vanishing Away, 2020, section 3.

    Examples
    --------
    >>> family = BatchNormNormal((1,), gamma=0.5)
    >>> family(torch.tensor([[[1.0], [0.0]], [[3.0], [0.0]]])).mean.flatten()
    tensor([-0.5000,  0.5000], grad_fn=...)
    """

    across_rows = True
    mean: Tensor
    variance: Tensor
    updates: Tensor
    statistics: Tensor

    def __init__(self, event_shape: Size, gamma: float = 0.6) -> None:
        super().__init__()
        if not 0 < gamma < math.inf:
            raise ConfigError(f"gamma={gamma}: the spread of means is a positive number.")
        self.event_shape = as_shape(event_shape)
        self.gamma = gamma
        self.params_shape = (2, *self.event_shape)
        self.bias = nn.Parameter(torch.zeros(self.event_shape))
        self.register_buffer("mean", torch.zeros(self.event_shape))
        self.register_buffer("variance", torch.ones(self.event_shape))
        self.register_buffer("updates", torch.zeros(()))
        self.register_buffer("statistics", torch.zeros(3, *self.event_shape))

    def forward(self, params: Tensor) -> distributions.DiagonalNormal:
        """Map (mean, raw scale) ``(*lead, 2, *event)`` to the distribution."""
        dims = len(self.event_shape)
        raw, raw_scale = params.unbind(params.ndim - dims - 1)
        mean, variance = self._gather(raw) if self.training and raw.ndim > dims else (self.mean, self.variance)
        loc = self.gamma * (raw - mean) * (variance + LEAST).rsqrt() + self.bias
        return distributions.DiagonalNormal(loc, distributions.gentle_log(raw_scale), dims)

    def _gather(self, raw: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and variance over the rows, and add to the statistics: sums of the distance to the running mean.

        Sums of the values themselves would lose the spread of means that are far from zero.
        """
        rows = raw.flatten(0, raw.ndim - len(self.event_shape) - 1)
        away = (rows - self.mean).detach()
        count = torch.full_like(self.mean, len(rows))
        self.statistics.add_(torch.stack([count, away.sum(0), away.square().sum(0)]))
        return rows.mean(0), rows.var(0, correction=0)

    def update(self, keep: Tensor) -> None:
        """Let the running mean and variance follow the rows seen since the last step."""
        count = self.statistics[0].clamp(min=1.0)
        shift = self.statistics[1] / count
        variance = self.statistics[2] / count - shift.square()
        known = keep & (self.statistics[0] > 0)
        part = torch.where(known, (1 / (self.updates + 1)).clamp(min=SLOWEST), 0.0)
        self.mean.add_(part * shift)
        self.variance.add_(part * (variance.clamp(min=0.0) - self.variance))
        self.updates.add_(known.any())
        self.statistics.zero_()
