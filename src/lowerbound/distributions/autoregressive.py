r"""One entry after the other, each given those before it.

.. math:: p(x) = \prod_i p(x_i \mid x_{<i})

A density takes one pass over the conditionals, a draw one pass an entry, or one step where steps are given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution

from lowerbound.core import noise
from lowerbound.distributions.elementwise import Elementwise
from lowerbound.distributions.mirrored import mirrored_points

__all__ = ["Autoregressive"]

Begin = Callable[[torch.Size], Callable[[Tensor | None], Elementwise]]

PAIRS = 16_384
"""Pairs of points of the averages, divided by the size of the event squared; at least eight."""

ENTRIES = 65_536
"""Entries of a pass, about: it bounds the memory of the averages."""


class Autoregressive(Distribution):
    """A product of conditionals whose draws take one uniform number an entry.

    Parameters
    ----------
    conditionals
        Maps values ``(*lead, *event)`` to a distribution of batch ``(*lead,)`` with independent
        entries, the i-th of which sees only what is before i.
    like
        ``(*batch, *event)``: says the shape, the dtype and the device of values.
    event_dim
        How many trailing axes form the event.
    begin
        A cheaper way to draw, where there is one. Maps ``(*lead,)`` to a step, which maps the entry before
        ``(*lead,)``, None at first, to the distribution of the next one, without event axes.

    References
    ----------
    Germain et al., MADE: Masked Autoencoder for Distribution Estimation, 2015; van den Oord,
    Kalchbrenner and Kavukcuoglu, Pixel Recurrent Neural Networks, 2016.

    Examples
    --------
    >>> from lowerbound.distributions import Bernoulli
    >>> def repeat(x):
    ...     before = torch.cat([torch.zeros_like(x[..., :1]), 2 * x[..., :-1] - 1], -1)
    ...     return Bernoulli(2 * before)
    >>> Autoregressive(repeat, torch.zeros(3)).log_prob(torch.tensor([1.0, 1.0, 1.0]))
    tensor(-0.9470)
    """

    arg_constraints: dict[str, Any] = {}  # pyright: ignore[reportIncompatibleMethodOverride]

    def __init__(
        self,
        conditionals: Callable[[Tensor], Elementwise],
        like: Tensor,
        event_dim: int = 1,
        batch_shape: Any = None,
        begin: Begin | None = None,
    ) -> None:
        self.conditionals, self.like, self.begin = conditionals, like, begin
        split = like.ndim - event_dim
        batch = like.shape[:split] if batch_shape is None else torch.Size(batch_shape)
        super().__init__(batch, like.shape[split:], validate_args=False)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Autoregressive:
        """Return the distribution with a larger batch shape; nothing is copied."""
        return Autoregressive(self.conditionals, self.like, len(self.event_shape), batch_shape, self.begin)

    def log_density(self, value: Tensor) -> Tensor:
        """Return log p of each entry given those before it."""
        entries = self.conditionals(value).log_density(value)
        return entries.expand(torch.broadcast_shapes(entries.shape, self.batch_shape + self.event_shape))

    def log_prob(self, value: Tensor) -> Tensor:
        """Return log p(value), nats: ``(*batch,)``."""
        return self.log_density(value).flatten(-len(self.event_shape)).sum(-1)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draw one entry after the other."""
        shape = torch.Size(sample_shape) + self.batch_shape + self.event_shape
        return self._from_noise(noise.uniform(shape, len(self.event_shape), self.like))

    def _from_noise(self, uniform: Tensor) -> Tensor:
        return self._by_passes(uniform) if self.begin is None else self._by_steps(self.begin, uniform)

    def _by_passes(self, uniform: Tensor) -> Tensor:
        first = uniform.ndim - len(self.event_shape)
        value = uniform.new_zeros(uniform.shape)
        with torch.no_grad(), noise.use(_Given(uniform)):
            for i in range(self.event_shape.numel()):
                drawn = self.conditionals(value).expand(value.shape[:first]).sample()
                value.flatten(first)[..., i] = drawn.flatten(first)[..., i]
        return value

    def _by_steps(self, begin: Begin, uniform: Tensor) -> Tensor:
        first, entry, entries = uniform.ndim - len(self.event_shape), None, []
        with torch.no_grad():
            step = begin(uniform.shape[:first])
            for numbers in uniform.flatten(first).unbind(-1):
                with noise.use(_Given(numbers)):
                    entry = step(entry).sample()
                entries.append(entry)
        return torch.stack(entries, -1).reshape(uniform.shape)

    @property
    def mean(self) -> Tensor:
        """The mean, without a gradient: the conditionals' means along draws from fixed mirrored points."""
        means = torch.cat([p.mean for p in self._along()])
        return means.mean(0).expand(self.batch_shape + self.event_shape)

    @property
    def variance(self) -> Tensor:
        """The variance of each entry, by the same draws as the mean."""
        means, variances = zip(*((p.mean, p.variance) for p in self._along()), strict=True)
        between = torch.cat(means).var(0, correction=0)
        return (torch.cat(variances).mean(0) + between).expand(self.batch_shape + self.event_shape)

    def _along(self) -> Iterator[Elementwise]:
        size = self.event_shape.numel()
        lead = self.like.shape[: self.like.ndim - len(self.event_shape)]
        points = torch.special.ndtr(mirrored_points(size, max(8, PAIRS // size**2)).to(self.like))
        for some in points.split(max(1, ENTRIES // max(1, lead.numel() * size))):
            uniform = some.reshape(-1, *(1 for _ in lead), *self.event_shape).expand(-1, *lead, *self.event_shape)
            with torch.no_grad():
                conditionals = self.conditionals(self._from_noise(uniform.contiguous()))
            yield conditionals


class _Given:
    """The uniform numbers of one draw, whichever entry is drawn."""

    def __init__(self, numbers: Tensor) -> None:
        self.numbers = numbers

    def uniform(self, shape: tuple[int, ...], event_dim: int, like: Tensor) -> Tensor:
        return self.numbers.expand(shape)

    def normal(self, shape: tuple[int, ...], event_dim: int, like: Tensor) -> Tensor:
        return torch.special.ndtri(self.uniform(shape, event_dim, like))
