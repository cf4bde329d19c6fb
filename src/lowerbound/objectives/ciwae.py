r"""Between the ELBO and the importance-weighted bound.

.. math:: \mathrm{loss} = -\beta \, \mathrm{ELBO} - (1 - \beta) \log \frac1S \sum_s \frac{p(x, z_s)}{q(z_s \mid x)}
"""

from __future__ import annotations

from torch import Tensor

from lowerbound.core import Progress, Schedule, Term, Trace, value_at
from lowerbound.core.component import positive

__all__ = ["CIWAE"]


class CIWAE(Term):
    """Minus a convex combination of both bounds: nats per row, mean over rows.

    Parameters
    ----------
    samples
        Importance samples per row.
    beta
        Share of the ELBO, 0 to 1: a number or a schedule. At 0 the term is :class:`IWAE`, at 1 :class:`ELBO`.

    References
    ----------
    Rainforth, Kosiorek, Le, Maddison, Igl, Wood and Teh, Tighter Variational Bounds are Not Necessarily Better, 2018,
    section 4.

    Examples
    --------
    >>> CIWAE(50, beta=0.2)
    CIWAE(50, beta=0.2)
    """

    def __init__(self, samples: int, beta: float | Schedule = 0.5) -> None:
        super().__init__()
        self.samples = self.bound_samples = positive(samples, "samples")
        self.beta = beta

    def rows(self, trace: Trace) -> Tensor:
        """Return the loss of each row, ``(B,)``."""
        beta = value_at(self.beta, trace.progress)
        return beta * (trace.distortion() + trace.rate()) - (1 - beta) * trace.log_evidence()

    def forward(self, trace: Trace) -> Tensor:
        """Return the loss of a trace."""
        return self.rows(trace).mean()

    def weights(self, progress: Progress) -> dict[str, float | Tensor]:
        """Return beta now."""
        return {"beta": value_at(self.beta, progress)}
