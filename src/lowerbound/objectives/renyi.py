r"""Bounds by Rényi's divergence: one family from the ELBO to the importance-weighted bound, and past both.

.. math:: L_\alpha = \frac1{1 - \alpha} \log E_{q(z \mid x)}\!\left[ w^{1 - \alpha} \right]
          \approx \frac1{1 - \alpha} \log \frac1S \sum_s w_s^{1 - \alpha}, \qquad
          w_s = \frac{p(x, z_s)}{q(z_s \mid x)}

:math:`L_\alpha` falls as :math:`\alpha` grows: it is above log p(x) for negative :math:`\alpha`, log p(x) at 0 and the
ELBO at 1.
"""

from __future__ import annotations

from torch import Tensor

from lowerbound.core import Term, Trace
from lowerbound.core.component import positive

__all__ = ["Renyi"]


class Renyi(Term):
    r"""Minus the Rényi bound, estimated with ``samples`` draws: nats per row, mean over rows.

    At ``alpha`` 1 it is :class:`ELBO`, at 0 :class:`IWAE`. From 0 to 1 the estimate is a lower bound on log p(x) in
    expectation, which rises with ``samples``. Below 0 that of finitely many draws lies between the importance-weighted
    bound and :math:`L_\alpha`: with many draws it is above log p(x), and what is then maximised is no lower bound.

    Parameters
    ----------
    alpha
        Any number. Small values cover the posterior's mass, values above 1 seek its mode.
    samples
        Draws per row; with one all are the ELBO.

    References
    ----------
    Li and Turner, Rényi Divergence Variational Inference, 2016, section 3.

    Examples
    --------
    >>> Renyi(0.5, samples=5)
    Renyi(0.5, 5)
    """

    def __init__(self, alpha: float, samples: int) -> None:
        super().__init__()
        self.alpha = alpha
        self.samples = positive(samples, "samples")
        self.bound_samples = samples if alpha < 1 else 1  # at alpha = 1 it is the ELBO, and above looser

    def rows(self, trace: Trace) -> Tensor:
        """Return the loss of each row, ``(B,)``."""
        if self.alpha == 1:
            return trace.distortion() + trace.rate()
        return -trace.log_moment(1 - self.alpha) / (1 - self.alpha)

    def forward(self, trace: Trace) -> Tensor:
        """Return the loss of a trace."""
        return self.rows(trace).mean()
