r"""A constraint instead of a weight: the rate, or the distortion, is steered to a value that the user names.

.. math:: \mathrm{loss} = \lambda \, C, \qquad C = \frac1B \sum_b \mathrm{distortion}(x_b) - \mathrm{target}, \qquad
          \mathrm{loss}_{\mathrm{critic}} = -\log\lambda \; \bar C_t, \qquad
          \bar C_t = \alpha \, \bar C_{t-1} + (1 - \alpha) \, C

The critic's loss moves the multiplier alone: up while the constraint is violated, down while there is room.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from lowerbound.core import Progress, Site, Term, Trace, describe
from lowerbound.core.component import positive
from lowerbound.errors import ConfigError

__all__ = ["GECO"]

LIMIT = math.log(1e6)
"""The multiplier stays within a factor of a million of one."""


class GECO(Term):
    """The distortion (or the rate) times a multiplier that is learned, so that it comes to a target.

    Stands beside what is minimised meanwhile: ``Rate() + GECO(25.0)``, ``Distortion() + GECO(10.0, of="rate")``. The
    multiplier and the constraint (its moving average, nats a row: above zero while it is violated) are logged.

    Parameters
    ----------
    target
        Largest distortion or rate, mean over rows.
    of
        ``"distortion"`` or ``"rate"``.
    unit
        Of the target. ``"nats"`` a row; ``"bits/dim"``: per feature of a row; ``"rmse"``: root mean squared error of
        the mean of p(x | z), of the distortion alone, in the units in which the model sees the data.
    decay
        Of the moving average of the constraint, alpha. An average that is much slower than the multiplier swings about
        the target.
    pace
        How much faster the multiplier learns than the weights do. Much above 1 it swings too.
    samples
        Latent samples per row.

    Raises
    ------
    ConfigError
        For an unknown quantity, unit, pace or decay; in use, for an error of a likelihood that has no mean.

    References
    ----------
    Rezende and Viola, Taming VAEs, 2018, equation 3 and algorithm 1.

    Examples
    --------
    >>> from lowerbound.objectives import Rate
    >>> Rate() + GECO(0.1, unit="rmse")
    Rate() + GECO(0.1, unit='rmse')
    """

    judged_by = "nothing"
    log_multiplier: nn.Parameter
    average: Tensor
    begun: Tensor
    statistics: Tensor

    def __init__(
        self, target: float, of: str = "distortion", unit: str = "nats", decay: float = 0.9, pace: float = 1.0,
        samples: int = 1,
    ) -> None:  # fmt: skip
        super().__init__()
        if of not in ("distortion", "rate") or unit not in ("nats", "bits/dim", "rmse"):
            raise ConfigError(
                f"of={of!r}, unit={unit!r}: GECO steers 'distortion' or 'rate', in 'nats', 'bits/dim' or 'rmse'."
            )
        if (of, unit) == ("rate", "rmse"):
            raise ConfigError("unit='rmse' is of the distortion: give a rate in 'nats' or 'bits/dim'.")
        if not 0 <= decay < 1 or not 0 < pace < math.inf or not math.isfinite(target):
            raise ConfigError(
                f"target={target}, decay={decay}, pace={pace}: a finite target, a decay from 0 to below 1 and a "
                "positive pace are needed."
            )
        self.target, self.of, self.unit, self.decay, self.pace = target, of, unit, decay, pace
        self.samples = positive(samples, "samples")
        self.log_multiplier = nn.Parameter(torch.zeros(()))
        self.register_buffer("average", torch.zeros(()))
        self.register_buffer("begun", torch.zeros(()))
        self.register_buffer("statistics", torch.zeros(2))

    def forward(self, trace: Trace) -> Tensor:
        """Return the multiplier times the constraint; the multiplier does not move by it."""
        violation = self.violation(trace)
        rows = trace.weight.shape[-1]
        self.statistics.add_(torch.stack([violation.detach().sum() * rows, violation.new_full((), rows)]))
        return self.multiplier.detach() * violation

    def critic_loss(self, trace: Trace) -> Tensor:
        """Return -log(multiplier) x constraint, its moving average with this batch."""
        moving = self._moved(self.violation(trace).detach())
        raw = self.pace * self.log_multiplier
        out = ((raw > LIMIT) & (moving > 0)) | ((raw < -LIMIT) & (moving < 0))
        return -raw * torch.where(out, 0.0, moving)

    def update(self, keep: Tensor) -> None:
        """Take the batches since the last step into the moving average."""
        known = keep & (self.statistics[1] > 0)
        moved = self._moved(self.statistics[0] / self.statistics[1].clamp(min=1.0))
        self.average.copy_(torch.where(known, moved, self.average))
        self.begun.copy_(torch.where(known, 1.0, self.begun))
        self.statistics.zero_()

    def weights(self, progress: Progress) -> dict[str, float | Tensor]:
        """Return the multiplier and the moving average of the constraint."""
        return {f"multiplier_{self.of}": self.multiplier, f"constraint_{self.of}": self.average}

    @property
    def multiplier(self) -> Tensor:
        """The multiplier now."""
        return (self.pace * self.log_multiplier).clamp(-LIMIT, LIMIT).exp()

    def violation(self, trace: Trace) -> Tensor:
        """Return by how much the mean over rows is above the target: nats, or summed squared error."""
        size = sum(math.prod(site.p.event_shape) for site in trace.observed.values())
        if self.unit == "rmse":
            errors = [trace.mean(self._squared_error(site)) for site in trace.observed.values()]
            return torch.stack([error.mean() for error in errors]).sum() - size * self.target**2
        target = self.target if self.unit == "nats" else self.target * size * math.log(2)
        return (trace.distortion() if self.of == "distortion" else trace.rate()).mean() - target

    def _moved(self, now: Tensor) -> Tensor:
        return torch.where(self.begun > 0, self.decay * self.average + (1 - self.decay) * now, now)

    def _squared_error(self, site: Site) -> Tensor:
        try:
            mean = site.p.mean
        except NotImplementedError:
            raise ConfigError(
                f"{describe(self)}: a {type(site.p).__name__} has no mean to compare with; use unit='nats'."
            ) from None
        error = (mean - site.value).square()
        return error.flatten(error.ndim - len(site.p.event_shape)).sum(-1)
