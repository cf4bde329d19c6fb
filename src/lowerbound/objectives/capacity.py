r"""A rate that is held at a capacity, which may grow during training.

.. math:: \mathrm{loss} = \gamma \left| \frac1B \sum_b \mathrm{KL}(q(z \mid x_b) \,\|\, p(z)) - C \right|
"""

from __future__ import annotations

from torch import Tensor

from lowerbound.core import Progress, Schedule, Term, Trace, value_at
from lowerbound.core.component import positive
from lowerbound.objectives._latents import named_latent

__all__ = ["Capacity"]


class Capacity(Term):
    """The distance of the mean rate from a capacity in nats; the capacity now is logged.

    Below the capacity a gradient raises the rate, above it lowers it.

    Parameters
    ----------
    gamma
        Weight of a nat of distance.
    nats
        The capacity: a number or a schedule.
    site
        The latent variable; all of them together unless one is named.
    samples
        Latent samples per row.

    References
    ----------
    Burgess et al., Understanding disentangling in beta-VAE, 2018, equation 8.

    Examples
    --------
    >>> from lowerbound.core import Linear
    >>> from lowerbound.objectives import Distortion
    >>> Distortion() + Capacity(nats=Linear(0.0, 25.0, 10000))
    Distortion() + Capacity(nats=Linear(0.0, 25.0, 10000))
    """

    across_rows = True

    def __init__(
        self, gamma: float = 1000.0, nats: float | Schedule = 25.0, site: str | None = None, samples: int = 1
    ) -> None:
        super().__init__()
        self.gamma, self.nats, self.site = gamma, nats, site
        self.samples = positive(samples, "samples")

    def forward(self, trace: Trace) -> Tensor:
        """Return the loss of a trace."""
        rate = trace.rate() if self.site is None else trace.mean(named_latent(self, trace, self.site).kl)
        return self.gamma * (rate.mean() - value_at(self.nats, trace.progress)).abs()

    def weights(self, progress: Progress) -> dict[str, float | Tensor]:
        """Return the capacity now."""
        return {"capacity" if self.site is None else f"capacity_{self.site}": value_at(self.nats, progress)}
