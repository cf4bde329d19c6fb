r"""The normal over images whose precision has a sparse Cholesky factor over a neighbourhood.

The precision is :math:`LL^\top`. In the order of reading, :math:`L_{jj} = 1/s_j`, and
:math:`L_{ij} = -w_{ij}/s_j` for the neighbours :math:`i` that follow pixel :math:`j`: each pixel is
normal around a weighted sum of those that follow it. With :math:`r = x - \mu`,

.. math:: \log p(x) = -\sum_j \left[ \tfrac12 y_j^2 + \log s_j + \tfrac12 \log 2\pi \right], \qquad
          y_j = (L^\top r)_j = \frac{r_j - \sum_i w_{ij} r_i}{s_j}

Draws solve :math:`L^\top r = \epsilon` from the last pixel back. All pixels with one value of column +
(k + 1) row, k the reach of the neighbourhood, depend on earlier ones only and are computed at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from lowerbound.core import noise
from lowerbound.distributions.elementwise import Elementwise

__all__ = ["StructuredNormal", "following"]


def following(size: int) -> list[tuple[int, int]]:
    """Return (rows down, columns right) of the neighbours that follow a pixel, in a ``size x size`` neighbourhood.

    Examples
    --------
    >>> following(3)
    [(0, 1), (1, -1), (1, 0), (1, 1)]
    """
    reach = size // 2
    offsets = [(row, column) for row in range(reach + 1) for column in range(-reach, reach + 1)]
    return [offset for offset in offsets if offset > (0, 0)]


class StructuredNormal(Elementwise):
    """N(loc, (L L')^-1) over images ``(C, H, W)``; channels are independent.

    Parameters
    ----------
    loc
        Mean, ``(*batch, C, H, W)``.
    log_scale
        Log standard deviation of each pixel given those that follow it, ``(*batch, C, H, W)``.
    weights
        On each of the ``following(size)`` neighbours, ``(*batch, K, C, H, W)``; those outside the
        image have no part.
    size
        Width of the neighbourhood, odd.

    References
    ----------
    Dorta et al., Structured Uncertainty Prediction Networks, 2018, sections 3 and 4.

    Examples
    --------
    >>> p = StructuredNormal(torch.zeros(1, 1, 2), torch.zeros(1, 1, 2), torch.full((4, 1, 1, 2), 0.5))
    >>> p.variance.flatten()
    tensor([1.2500, 1.0000])
    """

    has_rsample = True

    def __init__(self, loc: Tensor, log_scale: Tensor, weights: Tensor, size: int = 3) -> None:
        self.size = size
        named = {f"weight_{k}": weight for k, weight in enumerate(weights.unbind(-4))}
        super().__init__(3, trailing=0, loc=loc, log_scale=log_scale, **named)

    @property
    def mean(self) -> Tensor:
        """The mean, ``(*batch, C, H, W)``."""
        return self.params["loc"]

    @property
    def mode(self) -> Tensor:
        """The mode, which is the mean."""
        return self.params["loc"]

    @property
    def variance(self) -> Tensor:
        """The marginal variance of each pixel; costs one solution a pixel."""
        _, h, w = self.event_shape
        units = torch.eye(h * w, dtype=self.mean.dtype, device=self.mean.device)
        units = units.reshape(h * w, *(1 for _ in self.batch_shape), 1, h, w)
        return self.correlate(units).square().sum(0)

    def _weights(self) -> Iterator[tuple[Tensor, int, int]]:
        """Yield the weight of each neighbour and where it is."""
        for k, (row, column) in enumerate(following(self.size)):
            yield self.params[f"weight_{k}"], row, column

    def whiten(self, residual: Tensor) -> Tensor:
        """Return L' r: independent N(0, 1) entries, where the residual ``(*lead, C, H, W)`` is a draw's."""
        reach, (h, w) = self.size // 2, residual.shape[-2:]
        padded = functional.pad(residual, (reach, reach, 0, reach))
        rest = residual
        for weight, row, column in self._weights():
            rest = rest - weight * padded[..., row : row + h, reach + column : reach + column + w]
        return rest * torch.exp(-self.params["log_scale"])

    def correlate(self, eps: Tensor) -> Tensor:
        """Return the residual r with L' r = eps, ``(*lead, C, H, W)``: undo :meth:`whiten`."""
        _, h, w = self.event_shape
        reach = self.size // 2
        width = w + 2 * reach
        scaled = (eps * self.params["log_scale"].exp()).flatten(-2)
        weights = [(weight.flatten(-2), row * width + column) for weight, row, column in self._weights()]
        r = scaled.new_zeros(*scaled.shape[:-1], (h + reach) * width)
        for wave in reversed(_waves(h, w, reach)):
            pixels = torch.tensor([row * w + column for row, column in wave], device=r.device)
            places = torch.tensor([row * width + reach + column for row, column in wave], device=r.device)
            value = scaled[..., pixels]
            for weight, step in weights:
                value = value + weight[..., pixels] * r[..., places + step]
            r[..., places] = value
        return r.unflatten(-1, (h + reach, width))[..., :h, reach : reach + w]

    def log_density(self, value: Tensor) -> Tensor:
        """Return log p of each pixel given those that follow it."""
        standard = self.whiten(value - self.params["loc"])
        return -0.5 * standard.square() - self.params["log_scale"] - 0.5 * math.log(2 * math.pi)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draw mean + L'^-1 noise."""
        loc = self.params["loc"]
        return loc + self.correlate(noise.normal(self._lead(sample_shape), 3, loc))

    def entropy(self) -> Tensor:
        """Return the entropy, nats."""
        return self.total(self.params["log_scale"] + 0.5 * (1 + math.log(2 * math.pi)))


def _waves(height: int, width: int, reach: int) -> list[list[tuple[int, int]]]:
    """Pixels that depend only on later waves."""
    waves: list[list[tuple[int, int]]] = [[] for _ in range(width + (reach + 1) * (height - 1))]
    for row in range(height):
        for column in range(width):
            waves[column + (reach + 1) * row].append((row, column))
    return [wave for wave in waves if wave]
