r"""Wake and sleep: the model learns from inferred latents, the encoder from dreamt data.

.. math:: \mathrm{wake}: \; -E_{q(z \mid x)}[\log p(x, z)] \quad \text{moves prior and likelihood}; \qquad
          \mathrm{sleep}: \; -E_{p(x, z)}[\log q(z \mid x)] \quad \text{moves posterior and encoder}

With draws weighted by their importance, :math:`\tilde w_s`, the encoder can learn while awake too, of the data's own
posterior: :math:`-\sum_s \tilde w_s \log q(z_s \mid x)`. No gradient passes through a draw, so latents may be of any
kind.
"""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound.core import Batch, Log, Model, Objective, Progress, Trace, log_posterior
from lowerbound.core.component import positive
from lowerbound.core.objective import record
from lowerbound.errors import ConfigError
from lowerbound.objectives._halves import halves, log_joint

__all__ = ["WakeSleep"]


class WakeSleep(Objective):
    """The wake-sleep algorithm: two losses, each for its own half of the model.

    Parameters
    ----------
    samples
        Draws a row of the wake phase; the sleep phase dreams as many rows as the batch has.
    weighted
        Weigh the draws of the wake phase by their importance: reweighted wake-sleep, whose wake phase follows
        the importance-weighted bound.
    awake
        Share of the wake phase in the encoder's loss, 0 to 1: at 0 it learns from dreams alone, at 1 from data alone,
        between from both. More than 0 only of weighted draws.

    Raises
    ------
    ConfigError
        For a model without levels, or whose prior is made of its posterior: the halves must be apart. And when
        ``awake`` asks for weights that are not there.

    References
    ----------
    Hinton, Dayan, Frey and Neal, The wake-sleep algorithm for unsupervised neural networks, 1995; Bornschein and
    Bengio, Reweighted Wake-Sleep, 2015, equations 5 and 6, and its wake-phase q update (``awake``).

    Examples
    --------
    >>> WakeSleep(samples=5, weighted=True)
    WakeSleep(samples=5, weighted=True)
    """

    def __init__(self, samples: int = 1, weighted: bool = False, awake: float = 0.0) -> None:
        super().__init__()
        self.samples = positive(samples, "samples")
        self.weighted = weighted
        self.bound_samples = self.samples if weighted else 1
        self.awake = awake
        if not 0 <= awake <= 1:
            raise ConfigError(f"awake={awake}: a share of the encoder's loss lies between 0 and 1.")
        if awake and not weighted:
            raise ConfigError(f"awake={awake}: plain draws tell an encoder nothing while awake; say weighted=True.")

    def losses(self, model: Model, batch: Batch, progress: Progress, log: Log | None = None) -> dict[str, Tensor]:
        """Return the wake loss of the generative parts, and that of the others: asleep, awake or both."""
        generative, inference = halves(self, model)
        drawn, share = self.infer(model, batch, progress)
        if log is not None:
            record(log, drawn, {})
        learnt = self.wake(model, batch, drawn, share, progress)
        inferred = torch.zeros_like(learnt)
        if self.awake < 1:
            inferred = inferred + (1 - self.awake) * self.sleep(model, batch)
        if self.awake > 0:
            inferred = inferred + self.awake * self.wake_posterior(model, batch, drawn, share)
        return {**dict.fromkeys(generative, learnt), **dict.fromkeys(inference, inferred)}

    @torch.no_grad()
    def infer(self, model: Model, batch: Batch, progress: Progress) -> tuple[Trace, Tensor]:
        """Return draws of the posterior without a gradient, and the weight of each, ``(*samples, B)``."""
        drawn = model(batch, samples=self.samples, progress=progress)
        if not self.weighted:
            return drawn, drawn.weight
        total = (drawn.log_weight() + drawn.weight.log()).flatten(0, -2)
        return drawn, total.softmax(0).reshape(drawn.weight.shape)

    def wake(self, model: Model, batch: Batch, drawn: Trace, share: Tensor, progress: Progress) -> Tensor:
        """Return -E[log p(x, z)] of these draws, whose gradient is that of the generative parts."""
        return -(log_joint(model, batch, drawn, progress) * share).flatten(0, -2).sum(0).mean()

    def wake_posterior(self, model: Model, batch: Batch, drawn: Trace, share: Tensor) -> Tensor:
        """Return -E[log q(z | x)] of these draws, whose gradient is that of the inference parts."""
        log_q = log_posterior(model, batch, {name: site.value for name, site in drawn.latents.items()})
        return -(log_q * share).flatten(0, -2).sum(0).mean()

    def sleep(self, model: Model, batch: Batch) -> Tensor:
        """Return -log q(z | x) of dreamt rows, whose gradient is that of the inference parts."""
        levels = {level.name for level in getattr(model, "levels", ())}
        observed = getattr(model, "likelihoods", {"x": None})
        given = {name: value for name, value in batch.items() if name not in observed and name not in levels}
        with torch.no_grad():
            dream = model.sample(len(next(iter(batch.values()))), **given)
        latents = {name: site.value for name, site in dream.sites.items() if name in levels}
        rows = {name: site.value for name, site in dream.sites.items() if name in observed}
        return -log_posterior(model, {**given, **rows}, latents).mean()
