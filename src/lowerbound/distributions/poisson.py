r"""Independent Poisson counts, by their log rates.

With :math:`\Delta` the rest of Stirling's formula and :math:`d = \log \lambda - \log x`, for :math:`x > 0`

.. math:: \log p(x) = -x \, (e^d - 1 - d) - \tfrac12 \log 2 \pi x - \Delta(x),

which keeps its digits where :math:`x \log \lambda`, :math:`\lambda` and :math:`\log x!` are in the millions and cancel.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from lowerbound.distributions.elementwise import Elementwise
from lowerbound.distributions.stirling import deviance, factorial_rest

__all__ = ["Poisson"]


class Poisson(Elementwise):
    """Poisson(exp(log_rate)) over {0, 1, 2, ...}.

    Parameters
    ----------
    log_rate
        ``(*batch, *event)``.
    event_dim
        How many trailing axes form the event.

    References
    ----------
    Loader, Fast and Accurate Computation of Binomial Probabilities, 2000 (the saddle-point form).

    Examples
    --------
    >>> Poisson(torch.zeros(3)).log_prob(torch.tensor([0.0, 1.0, 1.0]))
    tensor(-3.)
    """

    def __init__(self, log_rate: Tensor, event_dim: int = 1) -> None:
        super().__init__(event_dim, log_rate=log_rate)

    @property
    def mean(self) -> Tensor:
        """The rate, ``(*batch, *event)``."""
        return self.params["log_rate"].exp()

    @property
    def mode(self) -> Tensor:
        """The largest of the likeliest counts."""
        return self.mean.floor()

    @property
    def variance(self) -> Tensor:
        """The variance of each entry, which is the rate."""
        return self.mean

    def log_density(self, value: Tensor) -> Tensor:
        """Return the log probability of each entry."""
        log_rate = self.params["log_rate"]
        x = value.clamp(min=1)
        seen = -deviance(x, log_rate - x.log()) - factorial_rest(x)
        return torch.where(value > 0, seen, -log_rate.exp())

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draw counts, as floats, from torch's generator."""
        with torch.no_grad():
            return torch.poisson(self.mean.expand(self._lead(sample_shape)))
