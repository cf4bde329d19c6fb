r"""The importance weights of many samples, in passes that fit a memory budget.

.. math:: \log w_s = \log p(x, z_s) - \log q(z_s \mid x), \qquad z_s \sim q

All passes have one shape, and take their window of one table of noise: what is computed at
once changes neither the noise nor, up to rounding, the weights.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from lowerbound.core import Batch, Model, Trace, compiling, noise

__all__ = ["Weigher"]

KEPT = 2**24
"""Numbers of noise that are kept from one batch to the next: 64 MiB in float32."""


class Weigher:
    """log w of every sample of a batch; enumerated latents are summed out exactly.

    Parameters
    ----------
    model
        In evaluation mode.
    samples
        S.
    seed
        Of the noise that all rows share.
    chunk
        Most samples of a pass.
    compiled
        Whether to compile the passes; a model that cannot be compiled runs as it is.

    Examples
    --------
    >>> from lowerbound.recipes import ModelOptions, vae
    >>> from lowerbound.data import Schema
    >>> model = vae.model(Schema((3,), "real"), ModelOptions(latent=2), {}).eval()
    >>> Weigher(model, 100, chunk=30)({"x": torch.zeros(5, 3)}).shape
    torch.Size([100, 5])
    """

    def __init__(
        self, model: Model, samples: int, *, seed: int = 0, chunk: int | None = None, compiled: bool = False
    ) -> None:
        self.model, self.samples, self.seed = model, samples, seed
        passes = math.ceil(samples / min(chunk or samples, samples))
        self.chunk = math.ceil(samples / passes)
        self.compiled = compiling.compiled(_weigh) if compiled else None
        self._draws: list[_Draw] | None = None
        self._kept: list[Tensor] | None = None

    def __call__(self, batch: Batch) -> Tensor:
        """Return log w, ``(S, B)``."""
        parts = []
        with torch.no_grad():
            for start in range(0, self.samples, self.chunk):
                # The last pass reaches back, so that it has the shape of the others.
                first = min(start, self.samples - self.chunk)
                log_w = self._learn(batch, first) if self._draws is None else self._pass(batch, self._noise(first))
                parts.append(log_w[start - first :])
        return torch.cat(parts)

    def _learn(self, batch: Batch, first: int) -> Tensor:
        """Run the first pass as it is, and note what the model draws."""
        recording = _Recording(self.seed, first)
        with noise.use(recording):
            trace = self.model(batch, samples=self.chunk)
        self._draws = recording.draws
        if self.samples * sum(draw.like.numel() for draw in recording.draws) <= KEPT:
            self._kept = self._tables(0, self.samples)
        return _log_weights(trace, self.chunk)

    def _pass(self, batch: Batch, tables: list[Tensor]) -> Tensor:
        if self.compiled is not None:
            from torch._dynamo.exc import FailOnRecompileLimitHit, TorchDynamoException

            try:
                return self.compiled(self.model, dict(batch), tables, self.chunk)
            except (TorchDynamoException, FailOnRecompileLimitHit):
                self.compiled = None
        return _weigh(self.model, batch, tables, self.chunk)

    def _noise(self, first: int) -> list[Tensor]:
        """Return the noise of the samples of a pass, one table ``(*lead, chunk, 1, *event)`` a draw."""
        if self._kept is None:
            return self._tables(first, self.chunk)
        return [t.narrow(d.axis, first, self.chunk) for t, d in zip(self._kept, self._draws or [], strict=True)]

    def _tables(self, first: int, count: int) -> list[Tensor]:
        shared = noise.Shared(self.seed, first)
        return [draw.take(shared, count) for draw in self._draws or []]


@dataclass
class _Draw:
    """A draw that a model makes: ``like`` is the one for one sample and one row."""

    kind: str
    like: Tensor
    event_dim: int

    @property
    def axis(self) -> int:
        """The axis of samples."""
        return self.like.ndim - self.event_dim - 2

    def take(self, shared: noise.Shared, count: int) -> Tensor:
        shape = list(self.like.shape)
        shape[self.axis] = count
        return getattr(shared, self.kind)(tuple(shape), self.event_dim, self.like)


class _Recording:
    """Shared noise that notes the draws of a model."""

    def __init__(self, seed: int, first: int) -> None:
        self.shared = noise.Shared(seed, first)
        self.draws: list[_Draw] = []

    def _note(self, kind: str, shape: tuple[int, ...], event_dim: int, like: Tensor) -> Tensor:
        value = getattr(self.shared, kind)(shape, event_dim, like)
        axis = value.ndim - event_dim - 1
        self.draws.append(_Draw(kind, value.narrow(axis, 0, 1).narrow(axis - 1, 0, 1), event_dim))
        return value

    def normal(self, shape: tuple[int, ...], event_dim: int, like: Tensor) -> Tensor:
        return self._note("normal", shape, event_dim, like)

    def uniform(self, shape: tuple[int, ...], event_dim: int, like: Tensor) -> Tensor:
        return self._note("uniform", shape, event_dim, like)


class _Given:
    """Hands out tables of noise in the order of the draws."""

    def __init__(self, tables: list[Tensor]) -> None:
        self.tables, self.next = tables, 0

    def normal(self, shape: tuple[int, ...], event_dim: int, like: Tensor) -> Tensor:
        self.next += 1
        return self.tables[self.next - 1].expand(shape)

    uniform = normal


def _weigh(model: Model, batch: Batch, tables: list[Tensor], samples: int) -> Tensor:
    with noise.use(_Given(tables)):
        trace = model(batch, samples=samples)
    return _log_weights(trace, samples)


def _log_weights(trace: Trace, samples: int) -> Tensor:
    total = trace.log_weight() + (trace.weight * samples).log()
    return torch.logsumexp(total.flatten(0, -3), 0) if total.ndim > 2 else total
