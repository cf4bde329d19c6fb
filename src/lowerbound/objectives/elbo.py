r"""The evidence lower bound, and its rate-weighted kin.

.. math:: \mathrm{loss} = \frac1B \sum_b \left( -E_q[\log p(x_b \mid z)]
          + \beta \, \mathrm{KL}(q(z \mid x_b) \,\|\, p(z)) \right)
"""

from __future__ import annotations

from torch import Tensor

from lowerbound.core import Progress, Schedule, Term, Trace, value_at
from lowerbound.core.component import positive

__all__ = ["ELBO"]


class ELBO(Term):
    """Minus the ELBO, with the rate weighted by ``beta``: nats per row, mean over rows.

    Latents whose draws have no gradient are trained by the score function, each sample against the
    mean of the others (of the other rows, where there is one sample).

    Parameters
    ----------
    beta
        A number or a schedule. At 1 the loss is minus the ELBO; what is logged as ``elbo`` is
        the true one always.
    samples
        Latent samples per row.

    References
    ----------
    Kingma and Welling, Auto-Encoding Variational Bayes, 2014, equation 3; Higgins et al.,
    beta-VAE, 2017, equation 4; Kool, van Hoof and Welling, Buy 4 REINFORCE Samples, Get a Baseline for Free!, 2019.

    Examples
    --------
    >>> ELBO(beta=4.0)
    ELBO(beta=4.0)
    """

    scores = True

    def __init__(self, beta: float | Schedule = 1.0, samples: int = 1) -> None:
        super().__init__()
        self.beta = beta
        self.samples = positive(samples, "samples")

    def rows(self, trace: Trace) -> Tensor:
        """Return the loss of each row, ``(B,)``."""
        beta = value_at(self.beta, trace.progress)
        rows = trace.distortion() + beta * trace.rate()
        if not trace.scored:
            return rows
        return rows - trace.baseline(beta * trace.kl() - trace.log_likelihood())

    def forward(self, trace: Trace) -> Tensor:
        """Return the loss of a trace."""
        return self.rows(trace).mean()

    def weights(self, progress: Progress) -> dict[str, float | Tensor]:
        """Return beta now."""
        return {"beta": value_at(self.beta, progress)}
