r"""Ordered integers 0 to L - 1: a place on a line that increasing edges cut into levels.

.. math:: P(x \le v) = \sigma(e_v - \mu), \qquad e_0 < e_1 < \dots < e_{L-2},

.. math:: \log p(v) = \log \sigma(e_v - \mu) + \log \sigma(\mu - e_{v-1}) + \log\left(1 - e^{e_{v-1} - e_v}\right)

where terms with an edge that is not there are left out.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from lowerbound.core import noise
from lowerbound.distributions.elementwise import Elementwise

__all__ = ["Ordinal"]


class Ordinal(Elementwise):
    """A probability mass on {0, ..., L - 1}.

    Parameters
    ----------
    loc
        Places, ``(*batch, *event)``.
    edges
        Increasing logits of P(x <= v) at the place zero, for all but the last level: ``(*event, L - 1)``, the
        same for the whole batch.

    References
    ----------
    McCullagh, Regression Models for Ordinal Data, 1980, section 2.3 (cumulative logits).

    Examples
    --------
    >>> Ordinal(torch.zeros(1), torch.tensor([[-1.0, 1.0]])).log_prob(torch.ones(1)).exp()
    tensor(0.4621)
    """

    def __init__(self, loc: Tensor, edges: Tensor) -> None:
        super().__init__(edges.ndim - 1, loc=loc)
        self.edges = edges

    def _below(self) -> Tensor:
        """Return P(x <= v) for all but the last level, ``(*batch, *event, L - 1)``."""
        return torch.sigmoid(self.edges - self.params["loc"].unsqueeze(-1))

    @property
    def mean(self) -> Tensor:
        """The mean level, ``(*batch, *event)``."""
        return (1 - self._below()).sum(-1)

    @property
    def variance(self) -> Tensor:
        """The variance of each entry's level."""
        above = 1 - self._below()
        odd = torch.arange(1, 2 * above.shape[-1] + 1, 2, dtype=above.dtype, device=above.device)
        return (above * odd).sum(-1) - above.sum(-1).square()

    def log_density(self, value: Tensor) -> Tensor:
        """Return the log probability of each entry's level."""
        loc, last = self.params["loc"], self.edges.shape[-1]
        upper, lower = self._edge(value), self._edge(value - 1)
        top, bottom = functional.logsigmoid(upper - loc), functional.logsigmoid(loc - lower)
        width = (upper - lower).clamp(min=torch.finfo(loc.dtype).eps)
        inside = top + bottom + torch.log(-torch.expm1(-width))
        return torch.where(value <= 0, top, torch.where(value >= last, bottom, inside))

    def _edge(self, level: Tensor) -> Tensor:
        """Look the upper edge of a level up, shape of ``level``; the nearest one where there is none."""
        last, entries = self.edges.shape[-1], math.prod(self.event_shape)
        first = torch.arange(0, entries * last, last, device=level.device).reshape(self.event_shape)
        return self.edges.flatten()[first + level.long().clamp(0, last - 1)]

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draw levels, as floats, by a logistic number and the edges below it."""
        loc = self.params["loc"]
        u = noise.uniform(self._lead(sample_shape), self.event_dim_, loc)
        eps = torch.finfo(u.dtype).eps
        place = loc + torch.logit(u.clamp(eps, 1 - eps))
        return (place.unsqueeze(-1) > self.edges).sum(-1).to(loc.dtype)
