r"""The importance-weighted bound for latents whose draws have no gradient.

.. math:: \nabla_\phi = E\!\left[ \sum_s \left( \hat L - \hat L_{-s} \right) \nabla_\phi \log q(z_s \mid x)
          + \sum_s \tilde w_s \nabla_\phi \log w_s \right],

where :math:`\hat L_{-s}` is the bound with the weight of sample s replaced by the geometric mean of the others.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from lowerbound.core import Term, Trace
from lowerbound.core.component import positive
from lowerbound.errors import ConfigError

__all__ = ["VIMCO"]


class VIMCO(Term):
    """Minus the importance-weighted bound on log p(x), each sample scored by what it adds to it.

    Where draws have a gradient this is IWAE.

    Parameters
    ----------
    samples
        Importance samples per row; with one there is nothing to compare, and the noise is great.

    Raises
    ------
    ConfigError
        With enumerated latents above or below those that are scored.

    References
    ----------
    Mnih and Rezende, Variational Inference for Monte Carlo Objectives, 2016, equations 9 and 10.

    Examples
    --------
    >>> VIMCO(10)
    VIMCO(10)
    """

    scores = True

    def __init__(self, samples: int) -> None:
        super().__init__()
        self.samples = self.bound_samples = positive(samples, "samples")

    def rows(self, trace: Trace) -> Tensor:
        """Return the loss of each row, ``(B,)``."""
        if not trace.scored:
            return -trace.log_evidence()
        log_weight = trace.log_weight(scored=True)
        if log_weight.ndim != 2:
            raise ConfigError("VIMCO cannot score draws beside an enumerated latent: use ELBO.")
        bound = torch.logsumexp(log_weight, 0) - math.log(len(log_weight))
        added = bound.detach() - _without_each(log_weight.detach())
        score = trace.score()
        return -(bound + (added * (score - score.detach())).sum(0))

    def forward(self, trace: Trace) -> Tensor:
        """Return the loss of a trace."""
        return self.rows(trace).mean()


def _without_each(log_weight: Tensor) -> Tensor:
    """Return the bounds with one log-weight replaced by the mean of the others, ``(S, B)``."""
    s = len(log_weight)
    if s == 1:
        return torch.zeros_like(log_weight)
    others = (log_weight.sum(0) - log_weight) / (s - 1)
    own = torch.eye(s, dtype=torch.bool, device=log_weight.device).unsqueeze(-1)
    return torch.logsumexp(torch.where(own, others.unsqueeze(0), log_weight.unsqueeze(0)), 1) - math.log(s)
