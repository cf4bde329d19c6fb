r"""Several importance-weighted bounds averaged: tight for the decoder, with a signal left for the encoder.

.. math:: \mathrm{loss} = -\frac1M \sum_{m=1}^M \log \frac1K \sum_{k=1}^K \frac{p(x, z_{mk})}{q(z_{mk} \mid x)},
          \qquad S = MK
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from lowerbound.core import Term, Trace
from lowerbound.core.component import positive
from lowerbound.errors import ConfigError

__all__ = ["MIWAE"]


class MIWAE(Term):
    """Minus the mean of ``groups`` importance-weighted bounds: nats per row, mean over rows.

    One group is :class:`IWAE`; as many groups as samples is :class:`ELBO` with a sampled rate.

    Parameters
    ----------
    samples
        Samples per row in all, S.
    groups
        M, which divides S.

    Raises
    ------
    ConfigError
        When it does not.

    References
    ----------
    Rainforth, Kosiorek, Le, Maddison, Igl, Wood and Teh, Tighter Variational Bounds are Not Necessarily Better, 2018,
    section 4.

    Examples
    --------
    >>> MIWAE(64, groups=8)
    MIWAE(64, groups=8)
    """

    def __init__(self, samples: int, groups: int = 1) -> None:
        super().__init__()
        self.samples = self.bound_samples = positive(samples, "samples")
        self.groups = positive(groups, "groups")
        if samples % groups:
            raise ConfigError(f"MIWAE({samples}, groups={groups}): equal groups divide the samples.")

    def rows(self, trace: Trace) -> Tensor:
        """Return the loss of each row, ``(B,)``."""
        total = trace.log_weight() + trace.weight.log()
        total = torch.logsumexp(total.flatten(0, -3), 0) if total.ndim > 2 else total
        return -(torch.logsumexp(total.unflatten(0, (self.groups, -1)), 1).mean(0) + math.log(self.groups))

    def forward(self, trace: Trace) -> Tensor:
        """Return the loss of a trace."""
        return self.rows(trace).mean()
