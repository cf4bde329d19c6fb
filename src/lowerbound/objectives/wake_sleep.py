r"""Wake and sleep: the model learns from inferred latents, the encoder from dreamt data.

.. math:: \mathrm{wake}: \; -E_{q(z \mid x)}[\log p(x, z)] \quad \text{moves prior and likelihood}; \qquad
          \mathrm{sleep}: \; -E_{p(x, z)}[\log q(z \mid x)] \quad \text{moves posterior and encoder}

No gradient passes through a draw, so latents may be of any kind.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from lowerbound.core import Batch, Log, Model, Objective, Progress, log_posterior
from lowerbound.core.component import positive
from lowerbound.core.objective import record
from lowerbound.errors import ConfigError

__all__ = ["WakeSleep"]

GENERATIVE, INFERENCE = ("prior_", "network"), ("posterior_", "combine")


class WakeSleep(Objective):
    """The wake-sleep algorithm: two losses, each for its own half of the model.

    Parameters
    ----------
    samples
        Draws a row of the wake phase; the sleep phase dreams as many rows as the batch has.
    weighted
        Weigh the draws of the wake phase by their importance: reweighted wake-sleep, whose wake phase follows
        the importance-weighted bound.

    Raises
    ------
    ConfigError
        For a model without levels, or whose prior is made of its posterior: the halves must be apart.

    References
    ----------
    Hinton, Dayan, Frey and Neal, The wake-sleep algorithm for unsupervised neural networks, 1995; Bornschein and
    Bengio, Reweighted Wake-Sleep, 2015, equations 5 and 6.

    Examples
    --------
    >>> WakeSleep(samples=5, weighted=True)
    WakeSleep(samples=5, weighted=True)
    """

    def __init__(self, samples: int = 1, weighted: bool = False) -> None:
        super().__init__()
        self.samples = positive(samples, "samples")
        self.weighted = weighted

    def losses(self, model: Model, batch: Batch, progress: Progress, log: Log | None = None) -> dict[str, Tensor]:
        """Return the wake loss of the generative parts, and the sleep loss of the others."""
        generative, inference = list(_parts(model, GENERATIVE)), list(_parts(model, INFERENCE))
        _check_apart(generative, inference)
        wake = self.wake(model, batch, progress, log)
        dreamt = self.sleep(model, batch)
        return {**{name: wake for name, _ in generative}, **{name: dreamt for name, _ in inference}}

    def wake(self, model: Model, batch: Batch, progress: Progress, log: Log | None = None) -> Tensor:
        """Return -E_q[log p(x, z)], whose gradient is that of the generative parts."""
        with torch.no_grad():
            drawn = model(batch, samples=self.samples, progress=progress)
            share = (drawn.log_weight() + drawn.weight.log()).flatten(0, -2).softmax(0).reshape(drawn.weight.shape)
        if log is not None:
            record(log, drawn, {})
        values = {name: site.value for name, site in drawn.latents.items()}
        run = model({**batch, **values}, progress=progress)
        joint = sum((site.log_p for site in run.sites.values()), torch.zeros_like(drawn.weight))
        return -(joint * (share if self.weighted else drawn.weight)).flatten(0, -2).sum(0).mean()

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


def _parts(model: Model, roles: tuple[str, ...]) -> Iterator[tuple[str, nn.Module]]:
    """Yield the players of one half that have parameters."""
    levels = getattr(model, "levels", None)
    if levels is None:
        raise ConfigError(f"WakeSleep trains the levels of a model; {type(model).__name__} has none.")
    named = [
        (f"model.levels.{i}.{role}", getattr(level, role, None)) for i, level in enumerate(levels) for role in roles
    ]
    shared = "likelihood" if roles is GENERATIVE else "encoder"
    named.append((f"model.{shared}", getattr(model, shared, None)))
    for name, part in named:
        if isinstance(part, nn.Module) and any(True for _ in part.parameters()):
            yield name, part


def _check_apart(generative: list[tuple[str, nn.Module]], inference: list[tuple[str, nn.Module]]) -> None:
    one, two = ({id(p) for _, part in half for p in part.parameters()} for half in (generative, inference))
    if one & two:
        raise ConfigError("WakeSleep moves prior and posterior apart, but this prior is made of the posterior.")
