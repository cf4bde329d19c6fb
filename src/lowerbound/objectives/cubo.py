r"""An upper bound on log p(x) for the encoder, beside the importance-weighted lower one for the rest.

.. math:: \mathrm{CUBO}_n = \frac1n \log E_{q(z \mid x)}\!\left[ w^n \right] \ge \log p(x), \qquad
          w = \frac{p(x, z)}{q(z \mid x)}

Minimised over q it is the chi-divergence :math:`\chi^n` from the posterior to q, and leaves q wider than the ELBO does.
Minimised over p it would make the data unlikely: prior and likelihood maximise
:math:`\log \frac1S \sum_s w_s` of the same draws. The encoder's gradient is that of the power,

.. math:: \frac1n \nabla \exp(n \, \mathrm{CUBO}_n) = -\frac{n - 1}n E_q\!\left[ w^n \, \nabla \log q(z \mid x) \right],

which draws q to where w is large. Passed through the draws it would have the same mean, and push each towards smaller
w: as the large weights that set this right are rarely drawn, q would run away.
"""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound.core import Batch, Log, Model, Objective, Progress
from lowerbound.core.component import positive
from lowerbound.errors import ConfigError
from lowerbound.objectives._halves import densities, halves

__all__ = ["CUBO"]


class CUBO(Objective):
    r"""The chi upper bound for posterior and encoder, minus the importance-weighted bound for prior and likelihood.

    Both losses are nats per row, mean over rows. That of the encoder has the value of the estimated bound, and the
    gradient of :math:`\frac1n \exp(n \, \mathrm{CUBO}_n)`: for stability each row's is divided by the largest
    :math:`w_s^n` among its draws. Of finitely many draws the estimate of the bound is too low: it is above log p(x)
    where they are many. No gradient passes through a draw, so latents may be of any kind.

    Parameters
    ----------
    order
        n, above 1: the larger, the more the largest weight counts.
    samples
        Draws per row; of a single one the encoder learns nothing.

    Raises
    ------
    ConfigError
        For an order of 1 or less, a model without levels, or one whose prior is made of its posterior.

    References
    ----------
    Dieng, Tran, Ranganath, Paisley and Blei, Variational Inference via chi Upper Bound Minimization, 2017, section 2.

    Examples
    --------
    >>> CUBO(3.0, samples=10)
    CUBO(order=3.0, samples=10)
    """

    def __init__(self, order: float = 2.0, samples: int = 5) -> None:
        super().__init__()
        self.order = order
        self.samples = self.bound_samples = positive(samples, "samples")
        if order <= 1:
            raise ConfigError(f"order={order}: the chi bound tells posteriors apart from above order 1 on.")

    def losses(self, model: Model, batch: Batch, progress: Progress, log: Log | None = None) -> dict[str, Tensor]:
        """Return minus the lower bound for the generative parts, and the upper bound for the others."""
        generative, inference = halves(self, model)
        log_p, log_q, log_weight = densities(model, batch, self.samples, progress, log)
        lower = -torch.logsumexp(log_p - log_q.detach() + log_weight, 0).mean()
        upper = self.upper(log_p, log_q, log_weight).mean()
        return {name: lower for name in generative} | {name: upper for name in inference}

    def upper(self, log_p: Tensor, log_q: Tensor, log_weight: Tensor) -> Tensor:
        """Return the upper bound of each row, ``(B,)``, of log p(x, z), log q(z | x) and the log-weight of draws."""
        n, log_w = self.order, (log_p - log_q).detach()
        power = (n * (log_w - log_w.amax(0)) + log_weight).exp()
        bound = log_w.amax(0) + power.sum(0).log() / n
        return bound - (n - 1) / n * (power * (log_q - log_q.detach())).sum(0)
