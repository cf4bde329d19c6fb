r"""Along a path from posterior to model: a sum of slopes that closes in on log p(x).

With :math:`\pi_\beta \propto q(z \mid x)^{1 - \beta} \, p(x, z)^\beta` and
:math:`\log w = \log p(x, z) - \log q(z \mid x)`,

.. math:: \log p(x) = \int_0^1 E_{\pi_\beta}[\log w] \, d\beta \; \ge \;
          \mathrm{TVO} = \sum_{k=1}^K (\beta_k - \beta_{k-1}) \, E_{\pi_{\beta_{k-1}}}[\log w], \qquad
          0 = \beta_0 < \dots < \beta_K = 1,

since the integrand rises. One interval is the ELBO. Expectations are taken over S draws of q, weighted by
:math:`w^\beta` and normalised, and so is the gradient,

.. math:: \nabla E_{\pi_\beta}[\log w] = E_{\pi_\beta}[\nabla \log w] + \mathrm{Cov}_{\pi_\beta}\!\left[
          \nabla \left( (1 - \beta) \log q(z \mid x) + \beta \log p(x, z) \right), \; \log w \right],

in which no gradient passes through a draw: latents may be of any kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor

from lowerbound.core import Batch, Log, Model, Objective, Progress
from lowerbound.core.component import positive
from lowerbound.errors import ConfigError
from lowerbound.objectives._halves import densities

__all__ = ["Thermodynamic"]


class Thermodynamic(Objective):
    """Minus the thermodynamic bound on log p(x): nats per row, mean over rows.

    On any draws it lies between the mean of their log w and the importance-weighted bound. Its gradient is that of the
    exact bound up to a bias of order 1 / ``samples``: with one draw and no enumerated latents, the encoder learns
    nothing.

    Parameters
    ----------
    samples
        Draws per row, of which all expectations are made.
    partitions
        Number of intervals, whose ends lie evenly on a log scale from ``first`` to 1; or all the ends, from 0 to 1.
    first
        The first end after 0. Small values leave the ELBO sooner, where slopes change most.

    Raises
    ------
    ConfigError
        When the ends do not rise from 0 to 1, or ``first`` is not between them.

    References
    ----------
    Masrani, Le and Wood, The Thermodynamic Variational Objective, 2019.

    Examples
    --------
    >>> Thermodynamic(10, partitions=3, first=0.25).ends
    [0.0, 0.25, 0.5, 1.0]
    >>> Thermodynamic(10, partitions=(0.0, 0.2, 1.0))
    Thermodynamic(10, partitions=(0.0, 0.2, 1.0))
    """

    def __init__(self, samples: int, partitions: int | Sequence[float] = 5, first: float = 0.025) -> None:
        super().__init__()
        self.samples = self.bound_samples = positive(samples, "samples")
        self.partitions = partitions
        self.first = first
        if not 0 < first < 1:
            raise ConfigError(f"first={first}: the first end after 0 lies between 0 and 1.")
        ends = self.ends
        if len(ends) < 2 or ends[0] != 0 or ends[-1] != 1 or any(a >= b for a, b in pairwise(ends)):
            raise ConfigError(f"{self!r}: the ends of the intervals must rise from 0 to 1; they are {ends}.")

    @property
    def ends(self) -> list[float]:
        """The ends of the intervals, from 0 to 1."""
        if not isinstance(self.partitions, int):
            return list(self.partitions)
        last = positive(self.partitions, "partitions") - 1
        return [0.0, *(self.first ** (1 - k / last) for k in range(last)), 1.0]

    def losses(self, model: Model, batch: Batch, progress: Progress, log: Log | None = None) -> dict[str, Tensor]:
        """Return the loss of ``model``."""
        return {"model": self.rows(*densities(model, batch, self.samples, progress, log)).mean()}

    def rows(self, log_p: Tensor, log_q: Tensor, log_weight: Tensor) -> Tensor:
        """Return the loss of each row, ``(B,)``, of log p(x, z), log q(z | x) and log weight of draws, ``(S, B)``."""
        log_w = log_p - log_q
        bound = torch.zeros_like(log_w[0])
        for beta, end in pairwise(self.ends):
            share = (log_weight + beta * log_w.detach()).softmax(0)
            mean = (share * log_w).sum(0)
            path = beta * log_p + (1 - beta) * log_q
            covariance = (share * (log_w - mean).detach() * (path - path.detach())).sum(0)
            bound = bound + (end - beta) * (mean + covariance)
        return -bound
