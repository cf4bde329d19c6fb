r"""An encoder that lags behind its decoder is trained ahead of it, for as long as its codes still learn from that.

While the schedule is aggressive, the posterior moves alone until the loss stops falling, then prior and likelihood
move once; it ends when the mutual information of rows and codes,

.. math:: I_q(x; z) = \frac1B \sum_b \mathrm{KL}(q(z \mid x_b) \,\|\, q(z)), \qquad
          q(z) = \frac1B \sum_b q(z \mid x_b),

has stopped rising. From then on all move together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from lowerbound.core import Batch, Log, Model, Objective, Progress, Term, Trace
from lowerbound.core.component import positive
from lowerbound.core.objective import record
from lowerbound.errors import ConfigError
from lowerbound.objectives._halves import halves
from lowerbound.objectives._latents import independent

__all__ = ["Lagging"]

COMPARED = 128
"""Rows of a batch whose codes are compared with the posteriors of all its rows."""


class Lagging(Objective):
    """A term whose posterior is trained ahead of the rest until codes know no more of their rows.

    What the schedule has seen is part of its state, and goes with a checkpoint.

    Parameters
    ----------
    term
        What is minimised.
    block
        Steps of the posterior over which the loss is averaged, to see whether it still falls.
    most
        Steps of the posterior after which the rest moves in any case.
    window
        Steps over which the mutual information is averaged, to see whether it still rises.

    Raises
    ------
    ConfigError
        In use, for a model whose prior is made of its posterior, for latents that are not one variable of independent
        coordinates, and for one whose draws have no gradient.

    References
    ----------
    He, Spokoyny, Neubig and Berg-Kirkpatrick, Lagging Inference Networks and Posterior Collapse in Variational
    Autoencoders, 2019, algorithm 1.

    Examples
    --------
    >>> from lowerbound.objectives import ELBO
    >>> Lagging(ELBO())
    Lagging(ELBO())
    """

    statistics: Tensor
    aggressive: Tensor
    ready: Tensor
    inner: Tensor
    fallen: Tensor
    last: Tensor
    counted: Tensor
    gained: Tensor
    information: Tensor

    def __init__(self, term: Term, block: int = 10, most: int = 100, window: int = 200) -> None:
        super().__init__()
        self.term = term
        self.block, self.most, self.window = (
            positive(block, "block"),
            positive(most, "most"),
            positive(window, "window"),
        )
        self.follow(term)
        self.register_buffer("statistics", torch.zeros(3))
        self.register_buffer("aggressive", torch.tensor(True))
        self.register_buffer("ready", torch.tensor(False))
        for name in ("inner", "fallen", "counted", "gained"):
            self.register_buffer(name, torch.zeros(()))
        self.register_buffer("last", torch.tensor(math.inf))
        self.register_buffer("information", torch.tensor(-math.inf))

    def losses(self, model: Model, batch: Batch, progress: Progress, log: Log | None = None) -> dict[str, Tensor]:
        """Return the term's loss, the same for each part of the model, and that of its critic."""
        generative, inference = halves(self, model)
        trace = model(batch, samples=self.term.samples, progress=progress)
        if trace.scored and not self.term.scores:
            raise ConfigError(
                f"{self.term!r} cannot train the posterior of {', '.join(trace.scored)}: use Lagging(ELBO())."
            )
        loss: Tensor = self.term(trace)
        critic = self.term.critic_loss(trace)
        information = self.mutual_information(trace)
        rows = trace.weight.shape[-1]
        self.statistics.add_(rows * torch.stack([loss.detach(), information, torch.ones_like(information)]))
        if log is not None:
            record(log, trace, {**self.term.weights(progress), "mutual_information": information})
            log["aggressive"] = self.aggressive.to(loss.dtype)
        parts: dict[str, Tensor] = dict.fromkeys([*generative, *inference], loss)
        return parts if critic is None else {**parts, "critic": critic}

    def moves(self, model: Model, progress: Progress) -> Mapping[str, Tensor | bool]:
        """Return who moves: one half at a time while the schedule is aggressive, then both."""
        generative, inference = halves(self, model)
        ahead = self.aggressive & ~self.ready
        behind = self.aggressive & self.ready
        return {**dict.fromkeys(generative, ~ahead), **dict.fromkeys(inference, ~behind)}

    @torch.no_grad()
    def mutual_information(self, trace: Trace) -> Tensor:
        """Return I(x; z) within the batch, nats: at most the log of its rows."""
        site, q = independent(self, trace)
        total = q.batch_shape[0]
        z = site.value[:, :COMPARED]
        pairs = q.log_density(z.unsqueeze(2)).flatten(3).sum(-1)
        return (site.log_q[:, :COMPARED] - torch.logsumexp(pairs, 2)).mean() + math.log(total)

    def update(self, keep: Tensor) -> None:
        """Take note of a step: of its loss, for the inner loop, and of its mutual information, for the outer."""
        known = keep & (self.statistics[2] > 0)
        loss, information, _ = self.statistics / self.statistics[2].clamp(min=1.0)
        inner, outer = self._inner(loss), self._outer(information)
        for name, value in {**inner, **outer}.items():
            buffer = getattr(self, name)
            buffer.copy_(torch.where(known, value, buffer))
        self.statistics.zero_()

    def _inner(self, loss: Tensor) -> dict[str, Tensor]:
        """Return whether the posterior has caught up: its loss, block by block, falls no more."""
        inner, fallen = self.inner + 1, self.fallen + loss
        full = inner % self.block == 0
        mean = fallen / self.block
        caught_up = (full & (mean >= self.last)) | (inner >= self.most)
        again = self.ready  # the rest has just moved: begin anew
        return {
            "ready": caught_up & ~again,
            "inner": torch.where(again, 0.0, inner),
            "fallen": torch.where(again | full, 0.0, fallen),
            "last": torch.where(again, math.inf, torch.where(full, mean, self.last)),
        }

    def _outer(self, information: Tensor) -> dict[str, Tensor]:
        """Return whether the mutual information still rises, window by window."""
        counted, gained = self.counted + 1, self.gained + information
        full = counted >= self.window
        mean = gained / self.window
        return {
            "aggressive": self.aggressive & ~(full & (mean <= self.information)),
            "counted": torch.where(full, 0.0, counted),
            "gained": torch.where(full, 0.0, gained),
            "information": torch.where(full, mean, self.information),
        }
