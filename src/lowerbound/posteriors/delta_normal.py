r"""A normal with independent coordinates that is never close to N(0, I), whatever its parameters.

.. math:: \mathrm{KL}_i = \tfrac12 \left( \mu_i^2 + \sigma_i^2 - 1 - \log \sigma_i^2 \right) \ge \frac{\delta}{d}
          \quad \text{for} \quad \sigma_i \le \sigma_\delta < 1, \qquad
          \tfrac12 \left( \sigma_\delta^2 - 1 - \log \sigma_\delta^2 \right) = \frac{\delta}{d}
"""

from __future__ import annotations

import math

from torch import Tensor
from torch.nn.functional import softplus

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape
from lowerbound.errors import ConfigError

__all__ = ["DeltaNormal"]

MARGIN = 1e-4
"""Part by which the least rate is exceeded, for what float32 rounds away."""


class DeltaNormal(Family):
    """A diagonal normal at least ``delta`` nats from N(0, I): its scale stays below the one at which that is so.

    Of all pairs of mean and scale that are far enough, those whose mean is free: every dimension gives the same share.

    Parameters
    ----------
    event_shape
        Shape of one latent value.
    delta
        Least KL to N(0, I), nats, of all dimensions together.

    Raises
    ------
    ConfigError
        For a rate that is not positive.

    References
    ----------
    Razavi, van den Oord, Poole and Vinyals, Preventing Posterior Collapse with delta-VAEs, 2019, section 2.

    Examples
    --------
    >>> import torch
    >>> q = DeltaNormal((2,), delta=1.0)(torch.zeros(2, 2))
    >>> at_rest = distributions.DiagonalNormal(torch.zeros(2), torch.zeros(2))
    >>> bool(torch.distributions.kl_divergence(q, at_rest) > 1.0)
    True
    """

    def __init__(self, event_shape: Size, delta: float = 1.0) -> None:
        super().__init__()
        if not 0 < delta < math.inf:
            raise ConfigError(f"delta={delta}: the least rate is a positive number of nats.")
        self.event_shape = as_shape(event_shape)
        self.delta = delta
        self.params_shape = (2, *self.event_shape)
        self.log_most = _log_scale(delta * (1 + MARGIN) / math.prod(self.event_shape))

    def forward(self, params: Tensor) -> distributions.DiagonalNormal:
        """Map (mean, raw scale) ``(*lead, 2, *event)`` to the distribution."""
        loc, raw = params.unbind(params.ndim - len(self.event_shape) - 1)
        log_scale = self.log_most + distributions.gentle_log(-softplus(-raw))
        return distributions.DiagonalNormal(loc, log_scale, len(self.event_shape))


def _log_scale(nats: float) -> float:
    """Return the log of the scale below one at which N(0, scale) is ``nats`` from N(0, 1), by bisection."""
    low, high = -nats - 0.5, 0.0
    for _ in range(200):
        middle = (low + high) / 2
        if 0.5 * math.expm1(2 * middle) - middle > nats:
            low = middle
        else:
            high = middle
    return low
