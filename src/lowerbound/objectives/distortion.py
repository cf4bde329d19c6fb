r"""The part of the loss that is about the data.

.. math:: \mathrm{loss} = -\frac1B \sum_b E_{q(z \mid x_b)}[\log p(x_b \mid z)]
"""

from __future__ import annotations

from torch import Tensor

from lowerbound.core import Term, Trace
from lowerbound.core.component import positive

__all__ = ["Distortion"]


class Distortion(Term):
    """Minus the expected log-likelihood of the rows given their codes: nats per row, mean over rows.

    Parameters
    ----------
    samples
        Latent samples per row.

    References
    ----------
    Alemi et al., Fixing a Broken ELBO, 2018, equation 5.

    Examples
    --------
    >>> from lowerbound.objectives import Rate
    >>> Distortion() + 0.1 * Rate()
    Distortion() + 0.1 * Rate()
    """

    def __init__(self, samples: int = 1) -> None:
        super().__init__()
        self.samples = positive(samples, "samples")

    def rows(self, trace: Trace) -> Tensor:
        """Return the loss of each row, ``(B,)``."""
        return trace.distortion()

    def forward(self, trace: Trace) -> Tensor:
        """Return the loss of a trace."""
        return self.rows(trace).mean()
