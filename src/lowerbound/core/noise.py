"""Where every random draw of a model comes from.

A draw has shape ``(*samples, B, *event)``. Training takes independent noise from torch's
generator. Several processes take their rows' window of the noise of the whole batch, so that
they compute what one process computes. Scoring shares one seeded noise among the rows, cut by
sample index, so that a row's number depends neither on its neighbours nor on how the samples
are chunked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

import torch
from torch import Tensor

__all__ = ["Independent", "NoiseSource", "Shared", "Window", "mix_seed", "normal", "source", "uniform", "use"]

Size = tuple[int, ...]


class NoiseSource(Protocol):
    """What :func:`use` installs: standard normal and uniform draws of a given shape."""

    def normal(self, shape: Size, event_dim: int, like: Tensor) -> Tensor:
        """Return N(0, 1) draws of ``shape``, in the dtype and on the device of ``like``."""
        ...

    def uniform(self, shape: Size, event_dim: int, like: Tensor) -> Tensor:
        """Return U[0, 1) draws of ``shape``."""
        ...


class Independent:
    """Fresh noise for each row, from torch's global generator."""

    def normal(self, shape: Size, event_dim: int, like: Tensor) -> Tensor:
        """Draw N(0, 1)."""
        return torch.randn(shape, dtype=like.dtype, device=like.device)

    def uniform(self, shape: Size, event_dim: int, like: Tensor) -> Tensor:
        """Draw U[0, 1)."""
        return torch.rand(shape, dtype=like.dtype, device=like.device)


class Window:
    """Rows ``start`` to ``start + B`` of the noise that a batch of ``total`` rows would get.

    Parameters
    ----------
    start
        First row of this process within the whole batch.
    total
        Rows of the whole batch.
    """

    def __init__(self, start: int, total: int) -> None:
        # A tensor: code compiled for one window then serves them all.
        self.start = torch.tensor(start)
        self.total = total

    def _cut(self, draw: Callable[..., Tensor], shape: Size, event_dim: int, like: Tensor) -> Tensor:
        axis = len(shape) - event_dim - 1
        whole = draw((*shape[:axis], self.total, *shape[axis + 1 :]), dtype=like.dtype, device=like.device)
        return whole.index_select(axis, (self.start + torch.arange(shape[axis])).to(like.device))

    def normal(self, shape: Size, event_dim: int, like: Tensor) -> Tensor:
        """Draw N(0, 1) for the whole batch and keep this window."""
        return self._cut(torch.randn, shape, event_dim, like)

    def uniform(self, shape: Size, event_dim: int, like: Tensor) -> Tensor:
        """Draw U[0, 1) for the whole batch and keep this window."""
        return self._cut(torch.rand, shape, event_dim, like)


class Shared:
    """Seeded noise that all rows share, addressed by sample index.

    Sample ``s`` of the ``k``-th draw is the same numbers whichever chunk of samples or rows is
    computed. Make one source per pass over the model: it counts the draws.

    Parameters
    ----------
    seed
        Any integer.
    start
        Index of the first sample of this pass.
    """

    block = 16

    def __init__(self, seed: int, start: int = 0) -> None:
        self.seed = seed
        self.start = start
        self.draws = 0

    def _take(self, kind: str, shape: Size, event_dim: int, like: Tensor) -> Tensor:
        axis = len(shape) - event_dim - 1
        if axis < 1:
            raise ValueError(f"Shared noise needs shape (*samples, B, *event); got {shape} with event_dim={event_dim}.")
        samples, rest = shape[axis - 1], (*shape[: axis - 1], *shape[axis + 1 :])
        draw = torch.randn if kind == "normal" else torch.rand
        blocks = []
        for b in range(self.start // self.block, (self.start + samples - 1) // self.block + 1):
            generator = torch.Generator().manual_seed(mix_seed(self.seed, self.draws, b))
            blocks.append(draw((self.block, *rest), generator=generator, dtype=like.dtype))
        self.draws += 1
        first = self.start % self.block
        noise = torch.cat(blocks)[first : first + samples].movedim(0, axis - 1).unsqueeze(axis)
        return noise.to(like.device).expand(shape)

    def normal(self, shape: Size, event_dim: int, like: Tensor) -> Tensor:
        """Return the shared N(0, 1) of these samples."""
        return self._take("normal", shape, event_dim, like)

    def uniform(self, shape: Size, event_dim: int, like: Tensor) -> Tensor:
        """Return the shared U[0, 1) of these samples."""
        return self._take("uniform", shape, event_dim, like)


def mix_seed(*parts: int) -> int:
    """Hash integers to one 63-bit seed (splitmix64), so that (seed, step) gives unrelated streams.

    Examples
    --------
    >>> mix_seed(0, 1) == mix_seed(0, 1), mix_seed(0, 1) == mix_seed(1, 0)
    (True, False)
    """
    mask = (1 << 64) - 1
    state = 0
    for part in parts:
        state = (state + (part & mask) + 0x9E3779B97F4A7C15) & mask
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & mask
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & mask
        state ^= state >> 31
    return state >> 1


_source: NoiseSource = Independent()


@contextmanager
def use(source: NoiseSource) -> Iterator[NoiseSource]:
    """Take every draw inside the ``with`` block from ``source``.

    Examples
    --------
    >>> like = torch.zeros(())
    >>> with use(Shared(seed=0)):
    ...     a = normal((4, 2, 3), 1, like)
    >>> bool((a[:, 0] == a[:, 1]).all())
    True
    """
    global _source
    before, _source = _source, source
    try:
        yield source
    finally:
        _source = before


def source() -> NoiseSource:
    """Return the source in use, for one that is made of it.

    Examples
    --------
    >>> type(source()).__name__
    'Independent'
    """
    return _source


def normal(shape: Size, event_dim: int, like: Tensor) -> Tensor:
    """Return N(0, 1) noise of shape ``(*samples, B, *event)`` from the source in use."""
    return _source.normal(tuple(shape), event_dim, like)


def uniform(shape: Size, event_dim: int, like: Tensor) -> Tensor:
    """Return U[0, 1) noise of shape ``(*samples, B, *event)`` from the source in use."""
    return _source.uniform(tuple(shape), event_dim, like)
