r"""One coordinate after the other, each a mixture of normals given those before it.

.. math:: p(x) = \prod_i \sum_k w_k(x_{<i}) \, N(x_i \mid m_k(x_{<i}), s_k^2(x_{<i}))
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution

from lowerbound.core import noise
from lowerbound.distributions.mirrored import mirrored_points

__all__ = ["AutoregressiveMixture"]

PAIRS = 1024
"""Pairs of points of the averages."""

Conditionals = Callable[[Tensor], tuple[Tensor, Tensor, Tensor]]


class AutoregressiveMixture(Distribution):
    """A mixture of K normals in each coordinate, given those before it.

    A density takes one pass of the network, a draw one pass a coordinate; draws carry no gradient.

    Parameters
    ----------
    conditionals
        Maps ``(*samples, *lead, D)`` to log-weights (up to a constant), means and log standard deviations, each
        ``(*samples, *lead, D, K)``, of which the i-th see only what is before i.
    like
        ``(*lead, *event)``: says the shape, the dtype and the device of values; D is the size of the event.
    event_dim
        How many trailing axes form the event.

    References
    ----------
    Uria, Murray and Larochelle, RNADE: The Real-valued Neural Autoregressive Density-Estimator, 2013, equations 7-11.

    Examples
    --------
    >>> def walk(x):
    ...     before = torch.cat([torch.zeros_like(x[..., :1]), x[..., :-1]], -1).unsqueeze(-1)
    ...     return torch.zeros_like(before), before, torch.zeros_like(before)
    >>> AutoregressiveMixture(walk, torch.zeros(3)).sample((5,)).shape
    torch.Size([5, 3])
    """

    arg_constraints: dict[str, Any] = {}  # pyright: ignore[reportIncompatibleMethodOverride]

    def __init__(self, conditionals: Conditionals, like: Tensor, event_dim: int = 1, batch_shape: Any = None) -> None:
        self.conditionals, self.like = conditionals, like
        split = like.ndim - event_dim
        batch = like.shape[:split] if batch_shape is None else torch.Size(batch_shape)
        super().__init__(batch, like.shape[split:], validate_args=False)

    def expand(self, batch_shape: Any, _instance: Any = None) -> AutoregressiveMixture:
        """Return the distribution with a larger batch shape; nothing is copied."""
        return AutoregressiveMixture(self.conditionals, self.like, len(self.event_shape), batch_shape)

    def log_prob(self, value: Tensor) -> Tensor:
        """Return log p(value), nats: ``(*batch,)``."""
        x = value.flatten(value.ndim - len(self.event_shape))
        logits, loc, log_scale = self.conditionals(x)
        standard = (x.unsqueeze(-1) - loc) * torch.exp(-log_scale)
        log_joint = logits.log_softmax(-1) - 0.5 * standard.square() - log_scale
        total = torch.logsumexp(log_joint, -1).sum(-1) - 0.5 * x.shape[-1] * math.log(2 * math.pi)
        return total.expand(torch.broadcast_shapes(total.shape, self.batch_shape))

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draw one coordinate after the other."""
        shape = torch.Size(sample_shape) + self.batch_shape + self.event_shape
        event_dim = len(self.event_shape)
        uniform, normal = (draw(shape, event_dim, self.like) for draw in (noise.uniform, noise.normal))
        first = len(shape) - event_dim
        return self._from_noise(uniform.flatten(first), normal.flatten(first)).unflatten(-1, self.event_shape)

    def _from_noise(self, uniform: Tensor, normal: Tensor) -> Tensor:
        """Turn noise ``(*lead, D)`` into draws: ``uniform`` picks the component, ``normal`` the place in it."""
        with torch.no_grad():
            x = torch.zeros_like(normal)
            for i in range(x.shape[-1]):
                logits, loc, log_scale = (part[..., i, :] for part in self.conditionals(x))
                below = logits.softmax(-1).cumsum(-1)[..., :-1]
                index = (uniform[..., i : i + 1] >= below).sum(-1, keepdim=True)
                found = loc.gather(-1, index) + log_scale.gather(-1, index).exp() * normal[..., i : i + 1]
                x = torch.cat([x[..., :i], found, x[..., i + 1 :]], -1)
            return x

    @property
    def mean(self) -> Tensor:
        """The mean, ``(*batch, *event)``: a deterministic average over 2048 mirrored points, without a gradient."""
        return self._points().mean(0).expand(self.batch_shape + self.event_shape)

    @property
    def variance(self) -> Tensor:
        """The variance of each coordinate, by the same points as the mean."""
        return self._points().var(0, correction=0).expand(self.batch_shape + self.event_shape)

    def _points(self) -> Tensor:
        size = self.event_shape.numel()
        lead = self.like.shape[: self.like.ndim - len(self.event_shape)]
        points = mirrored_points(2 * size, PAIRS).to(self.like)
        spread = points.reshape(-1, *(1 for _ in lead), 2 * size).expand(-1, *lead, -1)
        uniform, normal = spread.split([size, size], -1)
        return self._from_noise(torch.special.ndtr(uniform), normal).unflatten(-1, self.event_shape)
