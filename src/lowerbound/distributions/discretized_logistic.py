r"""Integers 0 to L - 1 as bins of a logistic distribution, open at both ends.

With levels mapped to [-1, 1], half a bin :math:`h = 1/(L-1)` and
:math:`F(x) = \sigma((x - \mu)/s)`, the probability of a level :math:`v` is
:math:`F(v + h) - F(v - h)`; the first bin reaches down to minus infinity and the last one up
to infinity, so that the probabilities sum to one.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from lowerbound.core import noise
from lowerbound.distributions.elementwise import Elementwise

__all__ = ["DiscretizedLogistic"]


class DiscretizedLogistic(Elementwise):
    r"""A probability mass on {0, ..., levels - 1}.

    With :math:`b` and :math:`a` the standardised upper and lower edge of a bin,
    :math:`\log(\sigma(b) - \sigma(a)) = \log\sigma(b) + \log\sigma(-a) + \log(1 - e^{a - b})`,
    which is exact and has finite gradients everywhere.

    Parameters
    ----------
    loc, log_scale
        ``(*batch, *event)``, in units where the levels span [-1, 1].
    levels
        Number of levels.
    event_dim
        How many trailing axes form the event.

    References
    ----------
    Kingma et al., Improving Variational Inference with Inverse Autoregressive Flow, 2016, C.1;
    Salimans et al., PixelCNN++, 2017, section 2.1 (open end bins).

    Examples
    --------
    >>> p = DiscretizedLogistic(torch.zeros(1), torch.zeros(1), levels=4)
    >>> round(sum(p.log_prob(torch.tensor([float(k)])).exp().item() for k in range(4)), 6)
    1.0
    """

    def __init__(self, loc: Tensor, log_scale: Tensor, levels: int = 256, event_dim: int = 1) -> None:
        super().__init__(event_dim, loc=loc, log_scale=log_scale)
        self.levels = levels

    @property
    def mean(self) -> Tensor:
        """The mean level: the sum over k of P(X >= k)."""
        loc, inverse = self.params["loc"], torch.exp(-self.params["log_scale"])
        total = torch.zeros_like(loc)
        for k in range(1, self.levels):
            edge = (2 * k - self.levels) / (self.levels - 1)
            total = total + torch.sigmoid((loc - edge) * inverse)
        return total

    @property
    def mode(self) -> Tensor:
        """The likeliest level: the one at the logistic's centre, or an open end bin."""
        loc = self.params["loc"]
        levels = torch.stack([self._to_level(loc), torch.zeros_like(loc), torch.full_like(loc, self.levels - 1)])
        best = torch.stack([self.log_density(level) for level in levels]).argmax(0, keepdim=True)
        return levels.gather(0, best).squeeze(0)

    def _to_level(self, x: Tensor) -> Tensor:
        return torch.round((x + 1) * ((self.levels - 1) / 2)).clamp(0, self.levels - 1)

    def log_density(self, value: Tensor) -> Tensor:
        """Return the log probability of each entry's level."""
        log_scale = self.params["log_scale"]
        inverse = torch.exp(-log_scale)
        centred = value * (2 / (self.levels - 1)) - 1 - self.params["loc"]
        half = 1 / (self.levels - 1)
        upper, lower = (centred + half) * inverse, (centred - half) * inverse
        top = functional.logsigmoid(upper)
        bottom = functional.logsigmoid(-lower)
        inside = top + bottom + torch.log(-torch.expm1(-2 * half * inverse))
        return torch.where(value <= 0, top, torch.where(value >= self.levels - 1, bottom, inside))

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draw levels, as floats."""
        loc, log_scale = self.params["loc"], self.params["log_scale"]
        u = noise.uniform(self._lead(sample_shape), self.event_dim_, loc)
        eps = torch.finfo(u.dtype).eps
        u = u.clamp(eps, 1 - eps)
        return self._to_level(loc + log_scale.exp() * (u.log() - torch.log1p(-u)))
