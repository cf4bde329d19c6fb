r"""The part of the loss that is about the latents.

.. math:: \mathrm{loss} = \frac1B \sum_b \mathrm{KL}(q(z \mid x_b) \,\|\, p(z))
"""

from __future__ import annotations

from torch import Tensor

from lowerbound.core import Term, Trace
from lowerbound.core.component import positive
from lowerbound.objectives._latents import named_latent

__all__ = ["Rate"]


class Rate(Term):
    """The divergence of posteriors from the prior: nats per row, mean over rows.

    Parameters
    ----------
    site
        The latent variable; all of them unless one is named.
    samples
        Latent samples per row.

    References
    ----------
    Alemi et al., Fixing a Broken ELBO, 2018, equation 4.

    Examples
    --------
    >>> Rate(site="z")
    Rate(site='z')
    """

    def __init__(self, site: str | None = None, samples: int = 1) -> None:
        super().__init__()
        self.site = site
        self.samples = positive(samples, "samples")

    def rows(self, trace: Trace) -> Tensor:
        """Return the loss of each row, ``(B,)``."""
        return trace.rate() if self.site is None else trace.mean(named_latent(self, trace, self.site).kl)

    def forward(self, trace: Trace) -> Tensor:
        """Return the loss of a trace."""
        return self.rows(trace).mean()
