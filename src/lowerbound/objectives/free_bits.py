r"""A rate of which the first nats are free, so that latents are worth using from the start.

Of each dimension, or of all together,

.. math:: \mathrm{loss} = \sum_d \max\Big(\lambda, \; \frac1B \sum_b \mathrm{KL}_d(x_b)\Big), \qquad
          \mathrm{loss} = \max\Big(\lambda, \; \frac1B \sum_b \mathrm{KL}(x_b)\Big)
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from lowerbound.core import Term, Trace
from lowerbound.core.component import positive
from lowerbound.errors import ConfigError
from lowerbound.objectives._latents import named_latent, rate_by_dimension

__all__ = ["FreeBits"]


class FreeBits(Term):
    """The rate with a free allowance, nats: below it, a gradient is exactly zero.

    Stands beside the distortion in the place of the rate; what is logged as ``elbo`` is the true one.

    Parameters
    ----------
    nats
        The allowance of each part.
    per
        ``"dimension"``: each dimension has its own, for the mean over the batch. ``"total"``: all dimensions share one,
        for the mean over the batch. ``"row"``: each row has one, for all its dimensions.
    site
        The latent variable; all of them unless one is named.
    samples
        Latent samples per row.

    Raises
    ------
    ConfigError
        For an unknown ``per`` and a negative allowance; in use, for dimensions without a rate of their own.

    References
    ----------
    Kingma et al., Improved Variational Inference with Inverse Autoregressive Flow, 2016, equation 15.

    Examples
    --------
    >>> from lowerbound.objectives import Distortion
    >>> Distortion() + FreeBits(0.5)
    Distortion() + FreeBits()
    """

    def __init__(self, nats: float = 0.5, per: str = "dimension", site: str | None = None, samples: int = 1) -> None:
        super().__init__()
        if per not in ("dimension", "total", "row"):
            raise ConfigError(f"per={per!r}: an allowance is per 'dimension', 'total' or 'row'.")
        if not 0 <= nats < math.inf:
            raise ConfigError(f"nats={nats}: an allowance is 0 or more.")
        self.nats, self.per, self.site = nats, per, site
        self.samples = positive(samples, "samples")
        self.across_rows = per != "row"

    def forward(self, trace: Trace) -> Tensor:
        """Return the loss of a trace."""
        names = [self.site] if self.site is not None else list(trace.latents)
        if self.per == "dimension":
            parts = torch.cat([rate_by_dimension(self, trace, name) for name in names])
            return _beyond(parts, self.nats).sum()
        rows = sum(
            (trace.mean(named_latent(self, trace, name).kl) for name in names), torch.zeros_like(trace.weight[0])
        )
        return _beyond(rows if self.per == "row" else rows.mean(), self.nats).mean()


def _beyond(rate: Tensor, nats: float) -> Tensor:
    # torch.maximum would share the gradient at equality; here it is zero.
    return torch.where(rate > nats, rate, nats)
