r"""The ELBO with an encoder gradient that vanishes at the exact posterior, draw by draw.

.. math:: \nabla_\phi = E_\epsilon\!\left[ \frac{\partial z}{\partial \phi} \frac{\partial}{\partial z}
          \left( \log p(x, z) - \log q_\phi(z \mid x) \right) \right]

What is left out is the score of q, whose expectation is zero and whose variance is not.
"""

from __future__ import annotations

from torch import Tensor

from lowerbound.core import Progress, Schedule, Term, Trace, value_at
from lowerbound.core.component import positive
from lowerbound.objectives._latents import log_weight_along_path

__all__ = ["StickingTheLanding"]


class StickingTheLanding(Term):
    """Minus the ELBO, estimated by log p(x, z) - log q(z | x) and differentiated through z alone.

    For one latent variable whose draws have a gradient.

    Parameters
    ----------
    beta
        Weight of the rate: a number or a schedule.
    samples
        Latent samples per row.

    References
    ----------
    Roeder, Wu and Duvenaud, Sticking the Landing, 2017, equation 8.

    Examples
    --------
    >>> StickingTheLanding(samples=4)
    StickingTheLanding(samples=4)
    """

    def __init__(self, beta: float | Schedule = 1.0, samples: int = 1) -> None:
        super().__init__()
        self.beta = beta
        self.samples = positive(samples, "samples")

    def rows(self, trace: Trace) -> Tensor:
        """Return the loss of each row, ``(B,)``."""
        log_weight, _ = log_weight_along_path(self, trace)
        log_likelihood = trace.log_likelihood()
        return trace.mean(value_at(self.beta, trace.progress) * (log_likelihood - log_weight) - log_likelihood)

    def forward(self, trace: Trace) -> Tensor:
        """Return the loss of a trace."""
        return self.rows(trace).mean()

    def weights(self, progress: Progress) -> dict[str, float | Tensor]:
        """Return beta now."""
        return {"beta": value_at(self.beta, progress)}
