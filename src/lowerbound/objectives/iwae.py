r"""The importance-weighted bound.

.. math:: \mathrm{loss} = -\frac1B \sum_b \log \frac1S \sum_s \frac{p(x_b, z_s)}{q(z_s \mid x_b)}
"""

from __future__ import annotations

from torch import Tensor

from lowerbound.core import Term, Trace
from lowerbound.core.component import positive

__all__ = ["IWAE"]


class IWAE(Term):
    """Minus the importance-weighted bound on log p(x): nats per row, mean over rows.

    With enumerated latents the sum over their values is exact; with one sample and no closed
    form it is the ELBO.

    Parameters
    ----------
    samples
        Importance samples per row.

    References
    ----------
    Burda, Grosse and Salakhutdinov, Importance Weighted Autoencoders, 2016, equation 8.

    Examples
    --------
    >>> IWAE(50)
    IWAE(50)
    """

    def __init__(self, samples: int) -> None:
        super().__init__()
        self.samples = self.bound_samples = positive(samples, "samples")

    def rows(self, trace: Trace) -> Tensor:
        """Return the loss of each row, ``(B,)``."""
        return -trace.log_evidence()

    def forward(self, trace: Trace) -> Tensor:
        """Return the loss of a trace."""
        return self.rows(trace).mean()
